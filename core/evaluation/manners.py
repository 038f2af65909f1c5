"""The same speech in another manner: slower, higher, louder. Pure; what other measures are tried against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.types import VOICE_RATE, Samples

WINDOW = 720  # samples at VOICE_RATE: 30 ms, over two periods of most voices
SEARCH = 240  # samples by which a window may be moved to fit


@dataclass(frozen=True)
class Manner:
    """How speech is changed: its duration by a factor, its pitch in semitones, its level in dB."""

    stretch: float = 1.0
    semitones: float = 0.0
    gain_db: float = 0.0

    def __call__(self, wide: Samples) -> Samples:
        """Return speech at VOICE_RATE in this manner; as it is where nothing is to be changed."""
        factor = 2 ** (self.semitones / 12)
        changed = stretched(wide, self.stretch * factor)
        if factor != 1.0:
            changed = resampled(changed, 1 / factor)
        return np.asarray(np.clip(changed * 10 ** (self.gain_db / 20), -1.0, 1.0), np.float32)


def stretched(wide: Samples, factor: float) -> Samples:
    """Return speech that takes `factor` times as long at the same pitch, by WSOLA (Verhelst and Roelands 1993)."""
    if factor == 1.0 or len(wide) < 2 * WINDOW:
        return wide
    half = WINDOW // 2
    sound = np.pad(wide.astype(np.float64), (SEARCH + half, SEARCH + 2 * WINDOW))
    window = np.hanning(WINDOW + 1)[:WINDOW]
    steps = int(len(wide) * factor) // half + 1
    out = np.zeros(steps * half + WINDOW)
    at = SEARCH + half
    for step in range(steps):
        wanted = SEARCH + half + round(step * half / factor)
        if step:
            at = _fitting(sound, at + half, wanted)
        out[step * half : step * half + WINDOW] += window * sound[at - half : at - half + WINDOW]
    return np.asarray(out[half : half + round(len(wide) * factor)], np.float32)


def _fitting(sound: NDArray[np.float64], natural: int, wanted: int) -> int:
    """Return the place near `wanted` whose sound is most like what would have followed naturally."""
    half = WINDOW // 2
    goal = sound[natural - half : natural - half + WINDOW]
    wanted = min(wanted, len(sound) - 2 * WINDOW)
    area = sound[wanted - half - SEARCH : wanted - half + SEARCH + WINDOW]
    if len(goal) < WINDOW or not goal.any():
        return wanted
    likeness = np.correlate(area, goal, "valid")
    power = np.cumsum(np.r_[0.0, area**2])
    likeness /= np.sqrt(np.maximum(power[WINDOW:] - power[:-WINDOW], 1e-9))
    return wanted - SEARCH + int(np.argmax(likeness))


def resampled(sound: Samples, factor: float) -> Samples:
    """Return sound of `factor` times as many samples, band-limited, as one whole."""
    padded = np.pad(sound.astype(np.float64), (0, VOICE_RATE // 10))
    size = round(len(padded) * factor)
    spectrum = np.fft.rfft(padded)
    wanted = np.zeros(size // 2 + 1, np.complex128)
    kept = min(len(spectrum), len(wanted))
    wanted[:kept] = spectrum[:kept]
    out = np.fft.irfft(wanted, size) * (size / len(padded))
    return np.asarray(out[: round(len(sound) * factor)], np.float32)
