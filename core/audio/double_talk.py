"""Notices within 20 ms that something sounds beside the companion's own voice, speech or not.

A detector of speech needs a vowel, a quarter of a second into "Stop"; a reply should be softer by then. So what the
linear filter leaves is compared with what it usually leaves of the voice that sounds, and with what the filter itself
expects to leave; in three bands, since a soft consonant is loud where that voice is not.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.types import Samples

Powers = NDArray[np.floating[Any]]

BANDS = 100, 1000, 3000, 10_000  # Hz: their edges
LASTS = 40  # blocks of 10 ms in which an echo may come
SOUNDING = 1e-8  # power of the loudspeaker's samples in a band, -80 dB, from which on it sounds
FAINT = 10**-5.5  # power of what is left, -55 dB, below which it is nothing,
LOUDER = 10.0  # and 10 dB more than the usual is what it takes,
ENOUGH = 2  # blocks long
EXPECTED = 4  # of what the filter expects to leave: it thinks well of itself
SETTLED = 50  # blocks after which what is left belongs to the echo again,
AT_LAST = 300  # or at once, if it has lasted for so long
USUAL = 1e-4, 1e-2  # of the loudspeaker's power is left of the echo: at first, and at most,
TOO_MUCH = 0.3  # of which nothing can be told any more: the echo is beyond the filter
RISE, FALL = 0.03, 0.01  # per block, of what is usual


class DoubleTalk:
    """Calls with a block of what is left and one of the loudspeaker's tell whether both sides sound."""

    def __init__(self, block: int, rate: int) -> None:
        self._edges = [edge * block // rate for edge in BANDS]
        self._doubted = [2 * edge for edge in self._edges]  # in a spectrum of two blocks
        self._window = np.hanning(block)
        self._scale = 2 / (block * np.square(self._window).sum())
        self._own: deque[Powers] = deque(maxlen=LASTS)
        self._usual, self._noise = np.full(len(BANDS) - 1, USUAL[0]), np.zeros(len(BANDS) - 1)
        self._run = self._since = self._lasted = 0  # blocks

    def __call__(self, left: Samples, far: Samples, doubt: Powers) -> bool:
        """Take the next block of each, and the echo that the filter expects to leave, (block + 1,) powers."""
        self._own.append(self._powers(far))
        own, now = np.max(self._own, axis=0), self._powers(left)
        expected = EXPECTED * np.add.reduceat(doubt[: self._doubted[-1]], self._doubted[:-1])
        able = self._usual < TOO_MUCH * USUAL[1]
        loud = bool((able & (now > LOUDER * (self._usual * own + self._noise) + FAINT + expected)).any())
        self._run = self._run + 1 if loud else 0
        self._since = 0 if loud else self._since + 1
        self._lasted = self._lasted + 1 if self._since < SETTLED else 0
        if not self._lasted or self._lasted > AT_LAST:
            self._learn(own, now)
        return self._run >= ENOUGH and bool((own > SOUNDING).any())

    def _powers(self, samples: Samples) -> Powers:
        spectrum = np.square(np.abs(np.fft.rfft(samples * self._window))) * self._scale
        return np.add.reduceat(spectrum[: self._edges[-1]], self._edges[:-1])

    def _learn(self, own: Powers, now: Powers) -> None:
        sounds = own > SOUNDING
        shares = np.minimum(now / np.maximum(own, SOUNDING), USUAL[1])
        self._usual = np.where(sounds, _towards(self._usual, shares), self._usual)
        self._noise = np.where(sounds, self._noise, _towards(self._noise, now))


def _towards(usual: Powers, now: Powers) -> Powers:
    return usual + np.where(now > usual, RISE, FALL) * (now - usual)
