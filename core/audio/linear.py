"""Takes the linear part of the echo out, before AEC3: a filter in the frequency domain, with two sets of weights.

AEC3 alone must be careful where the echo is loud, and swallows soft consonants of whoever speaks over it. Most of an
echo is linear; with that gone, little is left for it to suppress. The background weights learn all the time, also
wrongly, while somebody speaks. The foreground ones, which are heard, follow them only where they are clearly better,
and are dropped where they are worse than nothing. So a room that cannot be modelled costs nothing but the trying.

Source: the partitioned block NLMS filter (Soo and Pang, 1990) with the two-path model (Ochiai et al., 1977).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.types import Samples

PARTITIONS = 40  # of 10 ms: the longest delay, with the room's answer, that is modelled
STEP = 0.5  # of the normalised update
QUIET = 1.0  # power of the reference, in its spectrum, below which nothing is learnt
MEMORY = 0.95  # of the powers that are compared, per block: 200 ms
# Power of what is left: little enough beside the other weights' and no filter's; too much beside either.
BETTER = 0.5
WORSE, HARMFUL = 2.0, 1.5


class LinearEcho:
    """Calls with (block,) samples of microphone and reference return the microphone's without the linear echo."""

    def __init__(self, block: int) -> None:
        bins = block + 1
        self._block, self._turn = block, 0
        self._before = np.zeros(block, np.float32)  # the last block of the reference
        self._reference = np.zeros((PARTITIONS, bins), np.complex64)  # spectra, the newest first
        self._heard, self._learning = self._nothing(), self._nothing()
        self._powers = np.zeros(3)  # of the microphone, and of what each set of weights leaves of it
        self._silent = PARTITIONS  # blocks since the reference sounded

    def __call__(self, near: Samples, far: Samples) -> Samples:
        """Return the next block."""
        self._silent = 0 if far.any() else self._silent + 1
        if self._silent > PARTITIONS:
            return near
        self._reference[1:] = self._reference[:-1].copy()
        self._reference[0] = np.fft.rfft(np.concatenate([self._before, far]))
        self._before = far
        heard, learning = (near - self._echo(weights) for weights in (self._heard, self._learning))
        now = [float(np.mean(np.square(each))) for each in (near, heard, learning)]
        self._powers = MEMORY * self._powers + (1 - MEMORY) * np.array(now)
        if not self._chosen():
            self._learn(learning)
        return heard

    def _nothing(self) -> NDArray[np.complex64]:
        return np.zeros((PARTITIONS, self._block + 1), np.complex64)

    def _echo(self, weights: NDArray[np.complex64]) -> Samples:
        spectrum = np.einsum("pb,pb->b", self._reference, weights)
        return np.fft.irfft(spectrum)[self._block :].astype(np.float32)

    def _chosen(self) -> bool:
        """Decide between the sets of weights; tell whether one has taken the other's place."""
        near, heard, learning = self._powers
        if heard > HARMFUL * near:
            self._heard, heard = self._nothing(), near
        if learning < BETTER * min(heard, near):
            self._heard, heard = self._learning.copy(), learning
        elif learning > WORSE * heard:
            self._learning, learning = self._heard.copy(), heard
        else:
            self._powers[1] = heard
            return False
        self._powers[1:] = heard, learning
        return True

    def _learn(self, left: Samples) -> None:
        spectrum = np.fft.rfft(np.concatenate([np.zeros(self._block, np.float32), left])).astype(np.complex64)
        power = np.square(np.abs(self._reference)).sum(axis=0)
        self._learning += STEP * self._reference.conj() * (spectrum / (power + QUIET))
        # That no weight reaches beyond its block matters in the long run only: one partition after the other.
        for at in (self._turn, (self._turn + PARTITIONS // 2) % PARTITIONS):
            answer = np.fft.irfft(self._learning[at])
            answer[self._block :] = 0
            self._learning[at] = np.fft.rfft(answer)
        self._turn = (self._turn + 1) % PARTITIONS
