"""Listens to the microphone all the time, and tells when the user begins, goes on, pauses, resumes and ends."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock

from core.events import Event, Failed, Judged, Paused, SpeechEvent
from core.ports import Microphone, TurnModel, Vad
from core.segmenter import FRAME_MS, Segmenter
from core.stage import Failure, attempt
from core.types import NO_TURN, AudioFrame

JUDGE_EVERY = 192 // FRAME_MS  # frames of a pause


class Ears:
    """What the ears' thread does, until the microphone ends.

    `tell` returns when the event has been acted upon, so that no frame overtakes it, `post` at once; `waits` says how
    many milliseconds the pause under way may last.
    """

    def __init__(
        self,
        microphone: Microphone,
        vad: Vad,
        segmenter: Segmenter,
        tell: Callable[[Event], None],
        post: Callable[[Event], None],
        waits: Callable[[], int],
        turn_model: TurnModel | None = None,
    ) -> None:
        self._microphone, self._vad, self._segmenter, self._tell = microphone, vad, segmenter, tell
        self._post, self._waits, self._turn_model = post, waits, turn_model
        self._lock = Lock()  # for the segmenter
        self._asked: deque[tuple[int, Callable[[Segmenter], None]]] = deque()
        self.asking = 0  # number of the call into an engine that is under way; 0 if none is
        self._calls = 0
        self._faults: set[str] = set()  # of what cannot judge just now
        self._quiet = 0  # frames of the pause under way
        self._offset = 0  # where it began

    def ask(self, what: Callable[[Segmenter], None], at: int = 0) -> None:
        """Have something done to the segmenter before the next frame, or the one there; any thread may ask."""
        self._asked.append((at, what))

    def wait(self, milliseconds: int) -> None:
        """Let the pause under way last only so long: if it has, it is over without a next frame; any thread may ask."""
        with self._lock:
            for event in self._segmenter.over(milliseconds):
                self._post(event)

    def run(self) -> None:
        """Listen."""
        for frame in self._microphone:
            wait_ms = self._waits() if self._segmenter.pausing else 0
            for event in self._feed(frame, self._probability(frame), wait_ms):
                if isinstance(event, Paused):
                    self._quiet, self._offset = 0, event.offset
                self._tell(event)
            if self._segmenter.pausing and self._turn_model is not None:
                self._judge(self._turn_model)

    def _feed(self, frame: AudioFrame, probability: float, wait_ms: int) -> list[SpeechEvent]:
        with self._lock:
            while self._asked and self._asked[0][0] <= frame.at:
                self._asked.popleft()[1](self._segmenter)
            return self._segmenter.feed(frame, probability, wait_ms)

    def _judge(self, turn_model: TurnModel) -> None:
        due, self._quiet = self._quiet % JUDGE_EVERY == 0, self._quiet + 1
        with self._lock:  # the pause may be over meanwhile
            heard = self._segmenter.heard if due and self._segmenter.pausing else None
        complete = None if heard is None else self._attempt("turn model", lambda: turn_model(heard))
        if complete is not None:
            self._tell(Judged(self._offset, complete))

    def _probability(self, frame: AudioFrame) -> float:
        probability = self._attempt("ears", lambda: self._vad(frame.narrow))
        if probability is None:  # a frame that cannot be judged is silence
            attempt(self._vad.reset)
        return probability or 0.0

    def _attempt(self, what: str, do: Callable[[], float]) -> float | None:
        """Call into an engine; a failure is said once, not thirty times a second."""
        self._calls += 1
        self.asking = self._calls
        done = attempt(do)
        self.asking = 0
        if not isinstance(done, Failure):
            self._faults.discard(what)
            return done
        if what not in self._faults:
            self._faults.add(what)
            self._tell(Failed(NO_TURN, what, done.error))
        return None
