"""Notices within 20 ms that something sounds beside the companion's own voice, speech or not.

A detector of speech needs a vowel, a quarter of a second into "Stop"; a reply should be softer by then. So what the
canceller leaves is compared with what it usually leaves of the voice that sounds.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from core.types import Samples

LASTS = 40  # blocks of 10 ms in which an echo may come
SOUNDING = 1e-7  # power of the loudspeaker's samples, -70 dB, from which on it sounds
FAINT = 10**-5.5  # power of what is left, -55 dB, below which it is nothing,
LOUDER = 10**1.3  # and 13 dB more than the usual is what it takes,
ENOUGH = 2  # blocks long
SETTLED = 50  # blocks after which what is left belongs to the echo again,
AT_LAST = 300  # or at once, if it has lasted for so long
USUAL = 1e-4, 1e-2  # of the loudspeaker's power is left of the echo: at first, and at most
RISE, FALL = 0.03, 0.01  # per block, of what is usual


class DoubleTalk:
    """Calls with a block of what is left and one of the loudspeaker's tell whether both sides sound."""

    def __init__(self) -> None:
        self._own: deque[float] = deque(maxlen=LASTS)
        self._usual, self._noise = USUAL[0], 0.0
        self._run = self._since = self._lasted = 0  # blocks

    def __call__(self, cleaned: Samples, far: Samples) -> bool:
        """Take the next block of each."""
        self._own.append(_power(far))
        own, left = max(self._own), _power(cleaned)
        loud = left > LOUDER * (self._usual * own + self._noise) + FAINT
        self._run = self._run + 1 if loud else 0
        self._since = 0 if loud else self._since + 1
        self._lasted = self._lasted + 1 if self._since < SETTLED else 0
        if not self._lasted or self._lasted > AT_LAST:
            self._learn(own, left)
        return self._run >= ENOUGH and own > SOUNDING

    def _learn(self, own: float, left: float) -> None:
        if own > SOUNDING:
            self._usual = _towards(self._usual, min(left / own, USUAL[1]))
        else:
            self._noise = _towards(self._noise, left)


def _towards(usual: float, now: float) -> float:
    return usual + (RISE if now > usual else FALL) * (now - usual)


def _power(samples: Samples) -> float:
    return float(np.mean(np.square(samples)))
