"""From the blocks of both streams to microphone frames without echo, at both rates, on one clock."""

from __future__ import annotations

import time
from collections import deque

import numpy as np

from core.audio.echo import RATE, Cancel, EchoCanceller
from core.audio.resample import Resampler, resampler
from core.types import EAR_FRAME, EAR_RATE, MIC_FRAME, VOICE_RATE, Samples

Numbered = tuple[int, Samples, Samples, bool]  # clock, at VOICE_RATE, at EAR_RATE, double talk
NOTHING = np.zeros(0, np.float32)


def drained(blocks: deque[Samples]) -> Samples:
    """Return what is in a stream's deque, as one; the stream may go on appending."""
    pieces = [NOTHING]
    while blocks:
        pieces.append(blocks.popleft())
    return np.concatenate(pieces)


class Meter:
    """The largest sample since it was last asked."""

    def __init__(self) -> None:
        self._largest = 0.0

    def note(self, samples: Samples) -> None:
        """Take samples into account."""
        if len(samples):
            self._largest = max(self._largest, float(np.abs(samples).max()))

    def take(self) -> float:
        """Return the largest sample, and begin anew."""
        largest, self._largest = self._largest, 0.0
        return largest


class Hearing:
    """Takes what was heard and what was handed out; gives frames in order, without gaps."""

    def __init__(self, cancel: Cancel) -> None:
        self.at = 0  # of the next frame
        self.loudness, self.own_loudness = Meter(), Meter()
        self._echo = EchoCanceller(cancel)
        self._near: Resampler | None = None
        self._far: Resampler | None = None
        self._to_wide, self._to_narrow = resampler(RATE, VOICE_RATE), resampler(RATE, EAR_RATE)
        self._wide = self._narrow = NOTHING
        self._opened = time.monotonic()
        self._silent = 0  # samples of silence that stood in for a microphone

    @property
    def slips(self) -> int:
        """How often the echo's reference lost its place."""
        return self._echo.slips

    def own(self, samples: Samples, rate: int) -> None:
        """Take what was handed to the loudspeaker."""
        self._far = self._far or resampler(rate, RATE)
        self.own_loudness.note(samples)
        self._echo.far(self._far(samples))

    def take(self, samples: Samples, rate: int) -> list[Numbered]:
        """Take what the microphone heard; return the frames that are ready."""
        self._near = self._near or resampler(rate, RATE)
        cleaned = self._echo.near(self._near(samples)) if len(samples) else NOTHING
        return self._frames(cleaned)

    def pass_time(self) -> list[Numbered]:
        """Return the silence of a computer without a microphone, as time goes by."""
        due = int((time.monotonic() - self._opened) * RATE) - self._silent
        self._silent += due
        return self._frames(np.zeros(due, np.float32))

    def _frames(self, cleaned: Samples) -> list[Numbered]:
        self.loudness.note(cleaned)
        self._wide = np.concatenate([self._wide, self._to_wide(cleaned)])
        self._narrow = np.concatenate([self._narrow, self._to_narrow(cleaned)])
        frames = []
        while len(self._wide) >= MIC_FRAME and len(self._narrow) >= EAR_FRAME:
            frames.append((self.at, self._wide[:MIC_FRAME], self._narrow[:EAR_FRAME], self._echo.double_talk()))
            self._wide, self._narrow = self._wide[MIC_FRAME:], self._narrow[EAR_FRAME:]
            self.at += MIC_FRAME
        return frames
