"""Takes the linear part of the echo out, before AEC3: a Kalman filter in the frequency domain, in blocks of 10 ms.

AEC3 alone must be careful where the echo is loud, and swallows soft consonants of whoever speaks over it. Most of an
echo is linear; with that gone, little is left for it to suppress. The filter knows how unsure it is of each weight, and
how loud what it cannot explain has been: it learns fast at first, and hardly at all from somebody who speaks. A sound
card that loses its step changes nothing but the delay; then the filter is moved, for learning anew takes seconds.

Source: the state-space acoustic echo controller (Enzner and Vary, 2006), partitioned (Kuech, Mabande and Enzner, 2014).
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.types import Samples

PARTITIONS = 40  # of 10 ms: the longest delay, with the room's answer, that is modelled
STAYS = 0.999  # of a weight from one block to the next: a room changes within seconds
UNSURE = 1.0  # variance of the room's answer before anything is known, over all partitions
MEMORY = 0.5  # of the power that the filter cannot explain, per block
QUIET = 1e-6  # of that power, in a spectrum: nothing is divided by less
OVERLAPPING = 0.5  # share of a spectrum that a block of new samples makes up
HARMFUL, SMOOTH = 1.15, 0.9  # more power than without the filter, over 100 ms, and it begins anew,
FAINT = 1e-5  # unless that is next to nothing,
SETTLED, HOPES = 100, 30  # or it has been good for so many blocks: then it first looks for so many where the echo went
REACH, COMPARED = 6, 12  # blocks: how far it looks, and how much must be found there
GONE = 0.1  # of the power is left, from which on it looks, every
LOOKS = 4  # blocks,
FOUND = 0.3  # and is left of what was heard where the echo went; and of what is left where it was


class LinearEcho:
    """Calls with (block,) samples of microphone and reference return the microphone's without the linear echo."""

    def __init__(self, block: int) -> None:
        self._block = block
        self._before = np.zeros(block, np.float32)  # the last block of the reference
        self._reference = np.zeros((PARTITIONS, block + 1), np.complex64)  # spectra, the newest first
        self._unexplained: NDArray[np.floating[Any]] = np.zeros(block + 1, np.float32)
        self._powers = np.zeros(2)  # of the microphone, and of what is left of it
        self._silent = PARTITIONS  # blocks since the reference sounded
        self._heard: deque[Samples] = deque(maxlen=REACH + COMPARED)
        self._echoes: deque[Samples] = deque(maxlen=2 * REACH + COMPARED)  # as they were expected
        # Power of the echo that is expected to be left in a block, as the filter knows itself, (block + 1,) bins.
        self.doubt: NDArray[np.floating[Any]] = np.zeros(block + 1)
        self._begin()

    def _begin(self) -> None:
        self._age = self._harmful = 0  # blocks since it began, and that it has done harm
        self._weights = np.zeros_like(self._reference)
        self._variance = np.full(self._reference.shape, UNSURE / PARTITIONS, np.float32)

    def __call__(self, near: Samples, far: Samples) -> Samples:
        """Return the next block."""
        self._silent = 0 if far.any() else self._silent + 1
        if self._silent > PARTITIONS:
            self.doubt = np.zeros(self._block + 1)
            return near
        self._reference[1:] = self._reference[:-1].copy()
        self._reference[0] = np.fft.rfft(np.concatenate([self._before, far]))
        self._before = far
        echo = np.fft.irfft(np.einsum("pb,pb->b", self._reference, self._weights))[self._block :].astype(np.float32)
        left = near - echo
        now = np.array([np.mean(np.square(near)), np.mean(np.square(left))])
        self._powers = SMOOTH * self._powers + (1 - SMOOTH) * now
        self._heard.append(near)
        self._echoes.append(echo)
        self._age += 1
        gone = self._powers[1] > GONE * self._powers[0] + FAINT and self._age % LOOKS == 0
        if gone and self._moved():
            return left
        if self._powers[1] <= HARMFUL * self._powers[0] + FAINT:
            self._harmful = 0
            self._learn(left)
            return left
        self._harmful += 1
        if self._age < SETTLED or self._harmful > HOPES:
            self._begin()
            self._powers[1] = self._powers[0]
        return near

    def _moved(self) -> bool:
        """Move the weights if the echo comes as expected, but sooner or later."""
        if len(self._echoes) < 2 * REACH + COMPARED:
            return False
        # The last of what was heard may be the echo of what is yet to come. Differences, since speech is mostly low.
        heard, echoes = np.diff(np.concatenate(list(self._heard)[:COMPARED])), np.diff(np.concatenate(self._echoes))
        reach, size = REACH * self._block, 2 * (REACH + COMPARED) * self._block
        alike = np.fft.irfft(np.fft.rfft(echoes, size) * np.fft.rfft(heard, size).conj(), size)[: 2 * reach + 1]
        powers = np.concatenate([[0.0], np.cumsum(np.square(echoes, dtype=np.float64))])
        power = np.square(heard).sum()
        left = power + powers[len(heard) :][: 2 * reach + 1] - powers[: 2 * reach + 1] - 2 * alike
        at = int(left.argmin())
        if at == reach or left[at] > FOUND * min(power, left[reach]):
            return False
        self._move(reach - at)
        return True

    def _move(self, later: int) -> None:
        """Let the echo come so many samples later."""
        answer = np.fft.irfft(self._weights, axis=1)[:, : self._block].ravel()
        moved = np.roll(answer, later)
        moved[: max(later, 0)] = 0
        moved[len(moved) + min(later, 0) :] = 0
        weights = np.fft.rfft(moved.reshape(PARTITIONS, self._block), 2 * self._block, axis=1)
        self._weights = weights.astype(np.complex64)
        self._variance = np.roll(self._variance, round(later / self._block), axis=0)
        self._echoes.clear()
        self._powers[1] = 0.0

    def _learn(self, left: Samples) -> None:
        error = np.fft.rfft(np.concatenate([np.zeros(self._block, np.float32), left])).astype(np.complex64)
        sounded = np.square(np.abs(self._reference))
        self._unexplained = MEMORY * self._unexplained + (1 - MEMORY) * np.square(np.abs(error))
        expected = OVERLAPPING * np.einsum("pb,pb->b", self._variance, sounded)
        self.doubt = expected / self._block**2  # one side of a spectrum of twice the length
        step = self._variance / (expected + self._unexplained + QUIET)
        answer = np.fft.irfft(self._weights + step * self._reference.conj() * error, axis=1)
        answer[:, self._block :] = 0  # no weight reaches beyond its block
        learnt = np.fft.rfft(answer, axis=1).astype(np.complex64)
        fading = STAYS**2
        self._variance *= fading * (1 - OVERLAPPING * step * sounded)
        self._variance += (1 - fading) * np.square(np.abs(learnt))
        self._weights = STAYS * learnt
