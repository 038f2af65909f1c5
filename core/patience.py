"""How long a pause may last before it is the companion's turn. Pure.

The wait depends on three things: what the pause sounds like and what was said (confident, unsure, unfinished, room),
the user's setting, and this user's own pauses, which move it within the range of the setting. It is thought over
whenever something new is known of the same pause.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.endings import asks, ending
from core.events import (
    Begin,
    Close,
    Effect,
    Event,
    Failed,
    Heard,
    Judged,
    Paused,
    SpeechEnded,
    SpeechResumed,
    SpeechStarted,
    Verdict,
    Waiting,
)
from core.settings import Patience, SegmenterSettings
from core.types import NO_TURN, VOICE_RATE, Turn

LEAST_PAUSE, MOST_PAUSE = 150.0, 3000.0  # ms
KNOWN = 5  # pauses from which on they count
QUANTILE = 0.9  # of the user's pauses that should not end a turn
FIRST_STEP, LAST_STEP = 200.0, 30.0  # ms that one pause can move the estimate
CONFIDENT, DOUBTFUL = 0.8, 0.35  # of a turn model
QUESTION = 1.5  # times longer is waited for the answer to a question
ROOM_MS = 8000


@dataclass(frozen=True)
class Wait:
    """Milliseconds of silence that end a turn: the usual, and how far a user's habit may move it."""

    least: int
    usual: int
    most: int


WAITS: dict[Patience, dict[Verdict, Wait]] = {
    "eager": {
        "confident": Wait(250, 250, 350),
        "unsure": Wait(300, 450, 700),
        "unfinished": Wait(700, 1000, 1500),
        "room": Wait(4000, 4000, 4000),
    },
    "normal": {
        "confident": Wait(300, 300, 450),
        "unsure": Wait(500, 1000, 1300),
        "unfinished": Wait(1200, 1250, 2400),
        "room": Wait(ROOM_MS, ROOM_MS, ROOM_MS),
    },
    "patient": {
        "confident": Wait(1300, 1300, 1600),
        "unsure": Wait(1600, 2000, 2600),
        "unfinished": Wait(2400, 3000, 4000),
        "room": Wait(2 * ROOM_MS, 2 * ROOM_MS, 2 * ROOM_MS),
    },
}


@dataclass(frozen=True)
class Habit:
    """How long this user's pauses in mid-turn are: an estimate of their upper end, small enough to be kept.

    Raises ValueError outside of what `after` can give.
    """

    pause_ms: float = 600.0
    count: int = 0

    def __post_init__(self) -> None:
        if not LEAST_PAUSE <= self.pause_ms <= MOST_PAUSE:
            raise ValueError(f"Habit.pause_ms is {self.pause_ms!r}; allowed: {LEAST_PAUSE:g} to {MOST_PAUSE:g}")
        if self.count < 0:
            raise ValueError(f"Habit.count is {self.count!r}; allowed: 0 or more")

    def after(self, pause_ms: float) -> Habit:
        """Return the habit with one more pause: a step up if it was longer, a smaller one down if not."""
        step = max(FIRST_STEP / (1 + self.count / 4), LAST_STEP)
        moved = self.pause_ms + step * (QUANTILE if pause_ms > self.pause_ms else QUANTILE - 1)
        return Habit(min(max(moved, LEAST_PAUSE), MOST_PAUSE), self.count + 1)


def usual(patience: Patience) -> int:
    """Return the milliseconds of silence that end a turn of which no more is known, answers to questions included."""
    return round(WAITS[patience]["unsure"].usual * QUESTION)


def longest(patience: Patience) -> int:
    """Return the milliseconds of silence after which every turn is over that did not ask for time."""
    return round(WAITS[patience]["unfinished"].most * QUESTION)


@dataclass(frozen=True)
class _Pause:
    """What is known of the pause under way."""

    text: str | None = None
    complete: float | None = None  # as the turn model has it


class Endpointer:
    """Follows a conversation, and tells how long the pause under way may last.

    `reads` says whether every pause is transcribed: then no turn ends before its words are known, or the wait for an
    unfinished one is over.
    """

    def __init__(self, settings: SegmenterSettings, habit: Habit = Habit(), *, reads: bool = True) -> None:
        self.settings = settings
        self.habit = habit
        self._reads = reads
        self._pause = _Pause()
        self._turn = NO_TURN  # that the pause belongs to
        self._told: Waiting | None = None  # of this pause
        self._offset: int | None = None  # where the last speech ended
        self._gap: float | None = None  # ms from there to the speech that came next
        self._asked = False  # the companion, something

    def note(self, what: Event | Effect) -> Waiting | None:
        """Take note of what happened; in a pause, return how long is waited when that is news."""
        act = _ACTS.get(type(what))
        if act is None:
            return None
        act(self, what)
        known = self._turn != NO_TURN and (self._pause.text is not None or not self._reads)
        if not known or self.waiting == self._told:
            return None
        self._told = self.waiting
        return self._told

    @property
    def waiting(self) -> Waiting:
        """How long the pause under way may last, and why."""
        verdict = self._verdict()
        return Waiting(self._wait(verdict), verdict)

    def _verdict(self) -> Verdict:
        text = None if self._pause.text is None else ending(self._pause.text)
        if text == "room":
            return "room"
        if self._reads and text is None:
            return "unfinished"
        sound = None if self._pause.complete is None else band(self._pause.complete)
        if sound is None:
            return text or "unsure"
        return lower(sound) if text == "unfinished" else sound

    def _wait(self, verdict: Verdict) -> int:
        wait = WAITS[self.settings.patience][verdict]
        usual = float(wait.usual)
        if self.habit.count >= KNOWN and verdict in ("unsure", "unfinished"):
            usual = 1.2 * self.habit.pause_ms * (1 if verdict == "unsure" else 2)
        bounded = min(max(usual, wait.least), wait.most)
        longer = QUESTION if self._asked and verdict in ("unsure", "unfinished") else 1
        return max(round(bounded * longer), self.settings.pause_ms)

    # What happens.

    def _pauses(self, event: Paused) -> None:
        self._pause, self._turn, self._offset = _Pause(), NO_TURN, event.offset
        self._told = None

    def _begins(self, begin: Begin) -> None:
        self._turn = begin.turn

    def _hears(self, event: Heard) -> None:
        if self._is_now(event.turn):
            self._pause = replace(self._pause, text=event.transcript.text)

    def _fails(self, event: Failed) -> None:
        if self._is_now(event.turn):
            self._pause = replace(self._pause, text="")  # no words will come

    def _is_now(self, turn: Turn) -> bool:
        return turn == self._turn != NO_TURN

    def _judges(self, event: Judged) -> None:
        if event.at == self._offset:
            self._pause = replace(self._pause, complete=event.complete)

    def _resumes(self, event: SpeechResumed) -> None:
        if self._is_now(self._turn) and self._offset is not None:
            self.habit = self.habit.after(_ms(event.at - self._offset))
        self._pause, self._turn = _Pause(), NO_TURN

    def _starts(self, event: SpeechStarted) -> None:
        self._gap = None if self._offset is None else _ms(event.at - self._offset)
        self._pause = _Pause()

    def _ends(self, event: SpeechEnded) -> None:
        self._turn, self._offset = NO_TURN, event.offset  # nothing is waited for any more

    def _closes(self, close: Close) -> None:
        if close.outcome == "merged" and self._gap is not None:
            self.habit = self.habit.after(self._gap)  # it was no end after all
        if close.exchange is not None and close.exchange.reply:
            self._asked = asks(close.exchange.reply)


def band(complete: float) -> Verdict:
    """Return what a turn model's probability means."""
    if complete >= CONFIDENT:
        return "confident"
    return "unsure" if complete >= DOUBTFUL else "unfinished"


def lower(verdict: Verdict) -> Verdict:
    """Return the verdict that words make of a sound's when they cannot be all."""
    return "unsure" if verdict == "confident" else "unfinished"


def _ms(samples: int) -> float:
    return max(samples, 0) * 1000 / VOICE_RATE


_ACTS: dict[type, Any] = {
    Paused: Endpointer._pauses,
    Begin: Endpointer._begins,
    Heard: Endpointer._hears,
    Failed: Endpointer._fails,
    Judged: Endpointer._judges,
    SpeechResumed: Endpointer._resumes,
    SpeechStarted: Endpointer._starts,
    SpeechEnded: Endpointer._ends,
    Close: Endpointer._closes,
}
