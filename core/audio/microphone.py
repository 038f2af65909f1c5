"""The microphone as the ears know it: frames without end, whatever becomes of the audio process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from threading import Condition

import numpy as np

from core.types import EAR_FRAME, MIC_FRAME, VOICE_RATE, AudioFrame, Samples

KEPT = 60 * VOICE_RATE // MIC_FRAME  # frames for ears that are hindered: a minute, then the oldest go
SILENCE = np.zeros(MIC_FRAME, np.float32), np.zeros(EAR_FRAME, np.float32)


class Microphone:
    """Gives the frames that came over the pipe, and silence for the time in which none could come."""

    def __init__(self) -> None:
        self.at = 0  # of the next frame to come in: the one clock
        self._frames: deque[AudioFrame] = deque()
        self._closed = False
        self._changed = Condition()
        self._came = time.monotonic()

    def __iter__(self) -> Iterator[AudioFrame]:
        """Yield frames until closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._frames or self._closed)
                if self._closed:
                    return
                frame = self._frames.popleft()
            yield frame

    def close(self) -> None:
        """End the iteration."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def rest(self) -> list[AudioFrame]:
        """Take out what nobody has heard yet."""
        with self._changed:
            left = list(self._frames)
            self._frames.clear()
            return left

    def wake(self) -> None:
        """Count time from now on again: while the microphone was not wanted, none has passed."""
        with self._changed:
            self._came = time.monotonic()

    def put(self, wide: Samples, narrow: Samples, *, double_talk: bool = False) -> None:
        """Take the next frame."""
        with self._changed:
            self._append(wide, narrow, double_talk=double_talk)
            self._came = time.monotonic()

    def pass_time(self) -> None:
        """Let silence stand for the time since the last frame: nobody listens."""
        with self._changed:
            while time.monotonic() - self._came >= MIC_FRAME / VOICE_RATE:
                self._append(*SILENCE)
                self._came += MIC_FRAME / VOICE_RATE

    def _append(self, wide: Samples, narrow: Samples, *, double_talk: bool = False) -> None:
        if len(self._frames) == KEPT:
            self._frames.popleft()
        self._frames.append(AudioFrame(self.at, wide, narrow, double_talk))
        self.at += MIC_FRAME
        self._changed.notify_all()
