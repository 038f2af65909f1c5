"""How alike two voices sound, on features that need no model: pitch, and the colour of the long-term spectrum.

It tells a drifted voice from the one that was chosen, and two people from one; it does not identify anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.types import VOICE_RATE, Samples

FRAME, HOP = 1024, 480  # samples at VOICE_RATE: 43 ms every 20 ms
LOWEST_HZ, HIGHEST_HZ = 65.0, 420.0
BANDS = 18
PITCH_ST, COLOUR_DB = 4.0, 7.0  # at which a difference alone makes two voices half alike
ALIKE = 0.6  # from here on it is taken for the same voice
LEAST_VOICED = 8  # frames


@dataclass(frozen=True, eq=False)
class Portrait:
    """What a stretch of speech sounds like; `pitch_hz` is 0 where nothing is voiced."""

    pitch_hz: float
    colour_db: NDArray[np.float64]  # (BANDS,), its mean taken away
    voiced: int  # frames


@dataclass(frozen=True)
class Likeness:
    """How far apart two portraits are, and what that comes to: 1 the same, 0 nothing alike."""

    semitones: float
    colour_db: float
    score: float

    @property
    def alike(self) -> bool:
        """Tell whether it may be the same voice."""
        return self.score >= ALIKE


def portrait(wide: Samples) -> Portrait:
    """Return the portrait of speech (n,) at VOICE_RATE."""
    frames = _loud_frames(wide)
    if len(frames) < LEAST_VOICED:
        return Portrait(0.0, np.zeros(BANDS), 0)
    windowed = (frames - frames.mean(1, keepdims=True)) * np.hanning(FRAME)
    power = np.abs(np.fft.rfft(windowed, 2 * FRAME)) ** 2
    pitch, strength = _pitches(power)
    voiced = strength > 0.45
    if np.count_nonzero(voiced) < LEAST_VOICED:
        return Portrait(0.0, np.zeros(BANDS), 0)
    return Portrait(float(np.median(pitch[voiced])), _colour(power[voiced]), int(np.count_nonzero(voiced)))


def likeness(one: Portrait, other: Portrait) -> Likeness:
    """Compare two portraits; where one has no voice in it there is nothing to tell them apart by."""
    if not one.voiced or not other.voiced:
        return Likeness(0.0, 0.0, 1.0)
    semitones = abs(12 * float(np.log2(one.pitch_hz / other.pitch_hz)))
    colour = float(np.sqrt(np.mean((one.colour_db - other.colour_db) ** 2)))
    score = 0.5 ** ((semitones / PITCH_ST) ** 2 + (colour / COLOUR_DB) ** 2)
    return Likeness(semitones, colour, score)


def _loud_frames(wide: Samples) -> NDArray[np.float64]:
    if len(wide) < FRAME:
        return np.zeros((0, FRAME))
    frames = np.lib.stride_tricks.sliding_window_view(wide, FRAME)[::HOP].astype(np.float64)
    level = np.sqrt((frames**2).mean(1))
    return frames[level > max(1e-3, 0.25 * float(np.quantile(level, 0.95)))]


def _pitches(power: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return pitch in Hz and strength, 0 to 1, of each frame, by the autocorrelation that its spectrum gives."""
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(FRAME), 2 * FRAME)) ** 2)[:FRAME]
    lags = np.fft.irfft(power)[:, :FRAME] / np.maximum(window / window[0], 0.05)
    lags /= np.maximum(lags[:, :1], 1e-12)
    low, high = int(VOICE_RATE / HIGHEST_HZ), int(VOICE_RATE / LOWEST_HZ)
    part = lags[:, low : high + 1]
    best = part.max(1)
    tops = (part[:, 1:-1] >= part[:, :-2]) & (part[:, 1:-1] >= part[:, 2:]) & (part[:, 1:-1] > 0.87 * best[:, None])
    first = np.where(tops.any(1), tops.argmax(1) + 1, part.argmax(1))  # the shortest that is nearly the best
    return VOICE_RATE / (low + first), best


def _colour(power: NDArray[np.float64]) -> NDArray[np.float64]:
    edges = np.geomspace(150, 7000, BANDS + 1) / (VOICE_RATE / (2 * FRAME))
    mean = power.mean(0)
    bands = [mean[int(a) : max(int(b), int(a) + 1)].mean() for a, b in pairwise(edges)]
    colour = 10 * np.log10(np.maximum(bands, 1e-12))
    return np.asarray(np.maximum(colour, colour.max() - 50) - np.maximum(colour, colour.max() - 50).mean())
