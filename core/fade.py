"""A gain that moves without a click. Pure; lengths are samples at VOICE_RATE."""

from __future__ import annotations

import numpy as np

from core.types import VOICE_RATE, Samples

DUCK = 30 * VOICE_RATE // 1000  # from one gain to a lower one, or out of silence
SWELL = 150 * VOICE_RATE // 1000  # and back


class Fade:
    """A gain that moves along raised cosines."""

    def __init__(self, value: float) -> None:
        self._from = self.target = value
        self._length = self._done = 0

    def move(self, target: float, length: int) -> None:
        """Go to another gain within `length` samples."""
        self._from, self.target = self.value, target
        self._length, self._done = length, 0

    @property
    def value(self) -> float:
        """The gain now."""
        return float(self._at(np.array([self._done]))[0])

    @property
    def left(self) -> int:
        """Samples until the gain stands still."""
        return self._length - self._done

    def take(self, count: int) -> Samples:
        """Return the gain of the next samples."""
        gains = self._at(np.arange(self._done, self._done + count))
        self._done = min(self._done + count, self._length)
        return gains

    def _at(self, done: np.ndarray) -> Samples:
        way = np.minimum(done / self._length, 1.0) if self._length else np.ones(len(done))
        return np.asarray(self._from + (self.target - self._from) * (1 - np.cos(np.pi * way)) / 2, np.float32)

    @property
    def still(self) -> bool:
        """Whether it is nothing, and will stay so."""
        return not self.target and not self.left

    def soften(self, gain: float, *, sounding: bool) -> None:
        """Go to another gain as a voice that gives way or comes back; at once where nothing sounds yet."""
        if gain < self.target or not self.value:
            self.move(gain, DUCK if sounding else 0)  # out of silence it comes as quickly as it went
        else:
            self.move(gain, SWELL if sounding else 0)
