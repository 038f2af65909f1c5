"""What is left of a turn when it is over: words, positions, and how long each stage took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.conversation import State
from core.events import (
    Begin,
    Close,
    Effect,
    Event,
    Failed,
    Finished,
    Heard,
    Outcome,
    Paused,
    Phrased,
    Played,
    Prepared,
    Reopen,
    Replied,
    Shown,
    Silenced,
    SpeechEnded,
    Spoken,
    Voiced,
    Worded,
)
from core.types import Transcript, Turn, VoiceHistory


@dataclass(frozen=True)
class StageTimes:
    """Milliseconds, each None if the turn did not get there."""

    transcribe: float | None = None  # from the begin of work to the user's words
    chat_first: float | None = None  # from there to the reply's first piece
    chat: float | None = None  # and to its end
    prepare: float | None = None  # from the user's words to a voice that remembers them
    voice_first: float | None = None  # from the first phrase to its first 80 ms
    voice: float | None = None  # and to the end of the last phrase
    reply: float | None = None  # from the begin of work to the first 80 ms


@dataclass(frozen=True)
class TurnRecord:
    """One turn that is over. Positions and lengths are samples on the one clock."""

    turn: Turn
    outcome: Outcome
    user: str = ""
    language: str = ""
    confidence: float = 1.0
    typed: bool = False
    user_start: int | None = None  # of the utterance, pre-roll included
    user_end: int | None = None
    onset: int | None = None  # of the speech in it
    offset: int | None = None
    reply: str = ""  # what was heard of it
    written: str = ""  # all of it
    shown: str = ""  # its language, if it was shown for want of a voice that speaks it
    reply_start: int | None = None  # where its first sample sounded
    reply_samples: int = 0  # how many sounded
    times: StageTimes = StageTimes()
    history: VoiceHistory | None = None  # the voice's memory when the reply began
    stage: str = ""  # that failed
    error: str = ""


@dataclass(frozen=True, eq=False)
class Notice:
    """Something happened: an event, what was done about it, or a turn's record."""

    what: Event | Effect | TurnRecord
    state: State  # after it
    ms: float  # since the companion started


Listener = Callable[[Notice], None]


@dataclass
class _Notes:
    """A record in the making."""

    facts: dict[str, Any] = field(default_factory=dict)
    at: dict[type, float] = field(default_factory=dict)  # when each kind of event first came
    last: dict[type, float] = field(default_factory=dict)  # and last
    written: list[str] = field(default_factory=list)

    def between(self, start: type, end: type, ends: dict[type, float]) -> float | None:
        return (ends[end] - self.at[start]) * 1000 if start in self.at and end in ends else None

    def times(self) -> StageTimes:
        return StageTimes(
            transcribe=self.between(Begin, Heard, self.at),
            chat_first=self.between(Heard, Replied, self.at),
            chat=self.between(Heard, Worded, self.at),
            prepare=self.between(Heard, Prepared, self.at),
            voice_first=self.between(Phrased, Voiced, self.at),
            voice=self.between(Phrased, Spoken, self.last),
            reply=self.between(Begin, Voiced, self.at),
        )


class Chronicle:
    """Follows events and effects, and writes a record when a turn is closed."""

    def __init__(self) -> None:
        self._notes: dict[Turn, _Notes] = {}
        self._speech: Paused | SpeechEnded | None = None

    def note(self, what: Event | Effect, at: float) -> TurnRecord | None:
        """Take note of what happened at `at` (monotonic seconds); return the record of a turn that this closes."""
        if isinstance(what, Paused | SpeechEnded):
            self._speech = what
        if isinstance(what, Begin):
            self._notes[what.turn] = _Notes(facts=self._begun(what))
        notes = self._notes.get(getattr(what, "turn", Turn(0)))
        if notes is None:
            return None  # stale, or no turn's
        notes.at.setdefault(type(what), at)
        notes.last[type(what)] = at
        _learn(notes, what)
        if isinstance(what, Reopen | Close):
            del self._notes[what.turn]
        return _record(notes, what) if isinstance(what, Close) else None

    def _begun(self, begin: Begin) -> dict[str, Any]:
        if begin.utterance is None or self._speech is None:
            return {"typed": True, "user": begin.text or ""}
        start, speech = begin.utterance.start, self._speech
        return {
            "user_start": start,
            "user_end": begin.utterance.end,
            "onset": speech.onset if start == speech.utterance.start else start,  # it was joined to an earlier one
            "offset": speech.offset,
        }


def _learn(notes: _Notes, what: Event | Effect) -> None:
    facts = notes.facts
    if isinstance(what, Heard):
        facts |= _heard(what.transcript)
    elif isinstance(what, Replied):
        notes.written.append(what.chunk)
    elif isinstance(what, Shown) and what.language:
        facts["shown"] = what.language
    elif isinstance(what, Prepared):
        facts["history"] = what.history
    elif isinstance(what, Played | Finished | Silenced) and what.samples:
        facts |= {"reply_start": what.began, "reply_samples": what.samples}
    elif isinstance(what, Failed):
        facts |= {"stage": what.stage, "error": what.error}


def _heard(transcript: Transcript) -> dict[str, Any]:
    return {"user": transcript.text.strip(), "language": transcript.language, "confidence": transcript.confidence}


def _record(notes: _Notes, close: Close) -> TurnRecord:
    if close.outcome == "merged":
        notes.facts.pop("user", None)  # the words are the next turn's
    return TurnRecord(
        close.turn,
        close.outcome,
        reply=close.exchange.reply if close.exchange else "",
        written="".join(notes.written).strip(),
        times=notes.times(),
        **notes.facts,
    )
