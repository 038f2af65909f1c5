"""Listens to the microphone all the time, and tells when the user begins, pauses, resumes and ends."""

from __future__ import annotations

from collections.abc import Callable

from core.events import Event, Failed
from core.ports import Microphone, Vad
from core.segmenter import Segmenter
from core.stage import Failure, attempt
from core.types import NO_TURN, AudioFrame


class Ears:
    """What the ears' thread does, until the microphone ends."""

    def __init__(self, microphone: Microphone, vad: Vad, segmenter: Segmenter, tell: Callable[[Event], None]) -> None:
        self._microphone, self._vad, self._segmenter, self._tell = microphone, vad, segmenter, tell
        self._deaf = False

    def run(self) -> None:
        """Listen; `tell` returns when the event has been acted upon, so that no frame overtakes it."""
        for frame in self._microphone:
            for event in self._segmenter.feed(frame, self._probability(frame)):
                self._tell(event)

    def _probability(self, frame: AudioFrame) -> float:
        probability = attempt(lambda: self._vad(frame.narrow))
        deaf, self._deaf = self._deaf, isinstance(probability, Failure)
        if not isinstance(probability, Failure):
            return probability
        # A frame that cannot be judged is silence; said once, not thirty times a second.
        if not deaf:
            self._tell(Failed(NO_TURN, "ears", probability.error))
            attempt(self._vad.reset)
        return 0.0
