"""The fundamental frequency of speech, by the autocorrelation of windowed frames (Boersma 1993)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.types import VOICE_RATE, Samples

FRAME, HOP = 1104, 240  # samples at VOICE_RATE: 46 ms, three periods of the lowest voice, every 10 ms
LOWEST_HZ, HIGHEST_HZ = 65.0, 420.0
VOICED = 0.5  # of the frame's power that repeats itself
QUIET = 0.1  # of the loud frames' level, under which nothing is taken for voiced
NEARLY = 0.87  # of the best: the shortest such lag is taken, which avoids octaves below
OCTAVE_ST = 8.0  # from the clip's middle, at which a frame is taken for an error of an octave
REFERENCE_HZ = 100.0  # semitones are counted from here


def pitch_track(wide: Samples) -> NDArray[np.float64]:
    """Return the pitch in semitones above 100 Hz every 10 ms of sound at VOICE_RATE; NaN where nothing is voiced."""
    frames = _frames(wide)
    if not len(frames):
        return np.zeros(0)
    level = np.sqrt((frames**2).mean(1))
    hz, strength = _repetition(frames)
    loud = level > QUIET * max(1e-4, float(np.quantile(level, 0.95)))
    track = np.where(loud & (strength > VOICED), 12 * np.log2(hz / REFERENCE_HZ), np.nan)
    return _without_octaves(track)


def _frames(wide: Samples) -> NDArray[np.float64]:
    if len(wide) < FRAME:
        return np.zeros((0, FRAME))
    frames = np.lib.stride_tricks.sliding_window_view(wide, FRAME)[::HOP].astype(np.float64)
    return np.asarray(frames - frames.mean(1, keepdims=True))


def _repetition(frames: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each frame's frequency in Hz and how much of its power repeats, 0 to 1."""
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME), 2 * FRAME)) ** 2
    lags = np.fft.irfft(power)[:, :FRAME] / _window()
    lags /= np.maximum(lags[:, :1], 1e-12)
    low, high = int(VOICE_RATE / HIGHEST_HZ), int(VOICE_RATE / LOWEST_HZ)
    part = lags[:, low - 1 : high + 2]
    middle = part[:, 1:-1]
    tops = (middle >= part[:, :-2]) & (middle >= part[:, 2:]) & (middle > NEARLY * middle.max(1, keepdims=True))
    at = np.where(tops.any(1), tops.argmax(1), middle.argmax(1))
    rows = np.arange(len(frames))
    before, here, after = part[rows, at], part[rows, at + 1], part[rows, at + 2]
    bend = before - 2 * here + after
    shift = np.where(np.abs(bend) > 1e-12, 0.5 * (before - after) / np.where(bend == 0, 1, bend), 0.0)
    return VOICE_RATE / (low + at + np.clip(shift, -0.5, 0.5)), here


@lru_cache(maxsize=1)
def _window() -> NDArray[np.float64]:
    spectrum = np.abs(np.fft.rfft(np.hanning(FRAME), 2 * FRAME)) ** 2
    lags = np.fft.irfft(spectrum)[:FRAME]
    return np.asarray(np.maximum(lags / lags[0], 0.05))


def _without_octaves(track: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the track without frames that lie about an octave from the clip's middle."""
    if not np.isfinite(track).any():
        return track
    far = np.abs(track - np.nanmedian(track)) > OCTAVE_ST
    return np.asarray(np.where(far, np.nan, track))
