"""Streaming conversion between sample rates: what comes out does not depend on how the stream is cut.

soxr keeps 10 to 40 ms to itself when one rate is a multiple of the other, which are the very cases between a sound
card's 48 kHz and ours; there a short linear-phase filter does the same with a delay of 1.3 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import soxr

from core.types import Samples

Resampler = Callable[[Samples], Samples]
HALF_TAPS = 64  # on each side of the filter's middle, at the higher rate
_BETA = 8.0  # of the Kaiser window: 80 dB


def resampler(source: int, target: int) -> Resampler:
    """Return what takes the next samples at one rate and gives those at the other that are ready."""
    if source == target:
        return lambda samples: samples
    if source % target == 0:
        return Decimator(source // target)
    if target % source == 0:
        return Interpolator(target // source)
    stream = soxr.ResampleStream(source, target, 1, dtype="float32", quality="HQ")
    return lambda samples: np.asarray(stream.resample_chunk(samples), np.float32)


@cache
def _lowpass(factor: int) -> Samples:
    """Return a filter for the higher rate that lets pass what the lower rate can hold, (2 * HALF_TAPS + 1,)."""
    at = np.arange(-HALF_TAPS, HALF_TAPS + 1)
    taps = np.sinc(at * 0.92 / factor) * np.kaiser(len(at), _BETA)
    return np.asarray(taps / taps.sum(), np.float32)


class Decimator:
    """Keeps one of `factor` samples, after a low-pass filter."""

    def __init__(self, factor: int) -> None:
        self._factor, self._taps = factor, _lowpass(factor)
        self._held = np.zeros(2 * HALF_TAPS, np.float32)

    def __call__(self, samples: Samples) -> Samples:
        """Take more samples; return those that are ready."""
        held = np.concatenate([self._held, samples])
        ready = max(len(held) - 2 * HALF_TAPS, 0)
        count = -(-ready // self._factor)
        if not count:
            self._held = held
            return np.zeros(0, np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(held, len(self._taps))[:: self._factor][:count]
        self._held = held[count * self._factor :]
        return np.asarray(windows @ self._taps, np.float32)


class Interpolator:
    """Puts `factor` samples in the place of each."""

    def __init__(self, factor: int) -> None:
        self._factor = factor
        padded = np.pad(_lowpass(factor) * factor, (0, -(2 * HALF_TAPS + 1) % factor))
        self._phases = padded.reshape(-1, factor)[::-1].copy()  # newest sample last
        self._held = np.zeros(len(self._phases) - 1, np.float32)

    def __call__(self, samples: Samples) -> Samples:
        """Take more samples; return `factor` for each."""
        held = np.concatenate([self._held, samples])
        self._held = held[len(samples) :]
        if not len(samples):
            return np.zeros(0, np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(held, len(self._phases))
        return np.asarray((windows @ self._phases).reshape(-1), np.float32)
