"""Who may speak. Pure: events in, effects out; no threads, no clock but samples, no audio.

Rule 1: at most one turn is under way, and only a committed turn may sound. A turn is (id, revision); an event of any
other turn changes nothing, save one: the loudspeaker's last word on the turn that was just cut short.

    state      event             next       effects
    LISTENING  speech starts     HEARING    (a new turn opens)
    HEARING    a short pause     HEARING    Begin: work, but silently
    HEARING    speech resumes    HEARING    Reopen: same turn, next revision, the work was in vain
    HEARING    speech ends       THINKING   Begin if no pause did, Commit
    THINKING   first sound       SPEAKING
    THINKING   nothing was said  LISTENING  Cancel
    SPEAKING   reply has ended   LISTENING  Close
    THINKING,  speech starts     HEARING    Cancel; history is cut to what had sounded; a new turn opens
    SPEAKING
    any        text is typed     THINKING   Cancel what is under way; Begin, Commit
    any        a stage fails     LISTENING  Cancel

Speech interrupted before it was understood is not lost: it is put before the next utterance. History grows only when
a turn is closed, and holds what was heard of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np

from core.events import (
    Begin,
    Cancel,
    Close,
    Commit,
    Effect,
    Encoded,
    Event,
    Failed,
    Finished,
    Forgotten,
    Heard,
    Hushed,
    Outcome,
    Paused,
    Phrased,
    Played,
    Reopen,
    Silenced,
    SpeechEnded,
    SpeechResumed,
    SpeechStarted,
    Spoken,
    Typed,
    Voiced,
)
from core.memory import Exchange, Said, appended, heard
from core.types import EAR_RATE, VOICE_RATE, Codes, Transcript, Turn, Utterance

JOIN_SECONDS = 0.3  # of silence between two utterances that became one


class State(Enum):
    """What the companion is doing."""

    LISTENING = "listening"
    HEARING = "hearing"
    THINKING = "thinking"
    SPEAKING = "speaking"


@dataclass(frozen=True, eq=False)
class Draft:
    """What is known of the turn under way."""

    turn: Turn
    utterance: Utterance | None = None
    text: str | None = None  # of a typed turn
    transcript: Transcript | None = None
    codes: Codes | None = None
    phrases: tuple[Said, ...] = ()
    played: int = 0

    @property
    def begun(self) -> bool:
        """Whether there is work on a reply."""
        return self.utterance is not None or self.text is not None

    @property
    def unheard(self) -> Utterance | None:
        """The utterance that still waits to be understood, if any."""
        return self.utterance if self.transcript is None or self.codes is None else None

    @property
    def empty(self) -> bool:
        """Whether it turned out that nothing was said."""
        return self.transcript is not None and not self.transcript.text.strip()

    def exchange(self, samples: int) -> Exchange | None:
        """Return what history keeps when `samples` of the reply have sounded."""
        if self.transcript is None or self.empty:
            return None
        return Exchange(self.transcript.text.strip(), self.codes, heard(self.phrases, samples))


class Conversation:
    """The state machine; `history` is what was heard so far, in closed turns."""

    def __init__(self, history: Sequence[Exchange] = ()) -> None:
        self.state = State.LISTENING
        self.history: tuple[Exchange, ...] = tuple(history)
        self._draft: Draft | None = None
        self._ending: tuple[Draft, Outcome] | None = None  # cut short; waits for the loudspeaker's last word
        self._unheard: Utterance | None = None  # said, but interrupted before it was understood
        self._last_id = 0

    @property
    def turn(self) -> Turn | None:
        """The turn under way."""
        return self._draft.turn if self._draft else None

    def on(self, event: Event) -> list[Effect]:
        """Take note of an event and return what is to be done, in order."""
        if isinstance(event, Silenced):
            return self._close_ending(event.turn, event.samples)
        if getattr(event, "turn", self.turn) != self.turn:
            return []
        act = TABLE.get((self.state, type(event)))
        return act(self, event) if act else []

    # Listening and hearing.

    def _open(self, _: SpeechStarted | SpeechResumed) -> list[Effect]:
        self._last_id += 1
        self._draft = Draft(Turn(self._last_id))
        self.state = State.HEARING
        return []

    def _begin(self, event: Paused | SpeechEnded) -> list[Effect]:
        effects = [*self._reopen(event), *self._close_pending()]
        utterance = joined(self._unheard, event.utterance)
        self._draft = replace(self._current, utterance=utterance)
        return [*effects, Begin(self._draft.turn, utterance)]

    def _reopen(self, _: Event) -> list[Effect]:
        old = self._current
        if not old.begun:
            return []
        self._draft = Draft(Turn(old.turn.id, old.turn.revision + 1))
        return [Reopen(old.turn)]

    def _commit(self, event: SpeechEnded) -> list[Effect]:
        effects = [] if self._current.begun else self._begin(event)
        self._unheard = None
        if self._current.empty:
            return [*effects, *self._end("empty")]
        self.state = State.THINKING
        return [*effects, Commit(self._current.turn)]

    def _type(self, event: Typed) -> list[Effect]:
        effects = [*self._hush(event), *self._close_pending()]
        self._last_id += 1
        self._draft = Draft(Turn(self._last_id), text=event.text)
        self.state = State.THINKING
        return [*effects, Begin(self._draft.turn, text=event.text), Commit(self._draft.turn)]

    # The work on a reply, as it comes in.

    def _understand(self, event: Heard) -> list[Effect]:
        self._draft = replace(self._current, transcript=event.transcript)
        # While the user may still go on, silence so far says nothing about the turn.
        return self._end("empty") if self._draft.empty and self.state is not State.HEARING else []

    def _encode(self, event: Encoded) -> list[Effect]:
        self._draft = replace(self._current, codes=event.codes)
        return []

    def _phrase(self, event: Phrased) -> list[Effect]:
        draft = self._current
        self._draft = replace(draft, phrases=(*draft.phrases, Said(event.text, event.wording)))
        return []

    def _voice(self, event: Voiced) -> list[Effect]:
        return self._say(lambda said: appended(said, event.frame.codes))

    def _finish_phrase(self, _: Spoken) -> list[Effect]:
        return self._say(lambda said: replace(said, whole=True))

    def _say(self, grow: Callable[[Said], Said]) -> list[Effect]:
        draft = self._current
        # One voice speaks one phrase after the other: sound is always the last phrase's.
        self._draft = replace(draft, phrases=(*draft.phrases[:-1], *map(grow, draft.phrases[-1:])))
        return []

    def _play(self, event: Played) -> list[Effect]:
        self._draft = replace(self._current, played=event.samples)
        self.state = State.SPEAKING
        return []

    # Ends.

    def _finish(self, event: Finished) -> list[Effect]:
        self._ending = (self._current, "answered")
        self._rest()
        return self._close_ending(event.turn, event.samples)

    def _interrupt(self, event: SpeechStarted | SpeechResumed) -> list[Effect]:
        unheard = self._current.unheard
        effects = self._end("interrupted" if unheard is None else "merged")
        self._unheard = unheard
        return [*effects, *self._open(event)]

    def _hush(self, _: Event) -> list[Effect]:
        self._unheard = None
        return self._end("hushed") if self._draft else self._close_pending()

    def _fail(self, _: Failed) -> list[Effect]:
        return self._end("failed")

    def _forget(self, event: Forgotten) -> list[Effect]:
        effects = [*self._hush(event), *self._close_pending()]
        self.history = ()
        return effects

    def _end(self, outcome: Outcome) -> list[Effect]:
        draft, effects = self._current, self._close_pending()
        self._rest()
        if not draft.begun:
            return effects
        self._ending = (draft, outcome)
        return [*effects, Cancel(draft.turn)]

    def _rest(self) -> None:
        self._draft = None
        self.state = State.LISTENING

    def _close_pending(self) -> list[Effect]:
        # The loudspeaker has not answered in time: what it last reported must do.
        return self._close_ending(self._ending[0].turn, self._ending[0].played) if self._ending else []

    def _close_ending(self, turn: Turn, samples: int) -> list[Effect]:
        if not self._ending or self._ending[0].turn != turn:
            return []
        (draft, outcome), self._ending = self._ending, None
        exchange = None if outcome == "merged" else draft.exchange(samples)
        self.history += (exchange,) if exchange else ()
        return [Close(turn, outcome, exchange)]

    @property
    def _current(self) -> Draft:
        assert self._draft is not None, "the table names this act only for states with a turn"
        return self._draft


def joined(first: Utterance | None, second: Utterance) -> Utterance:
    """Return both utterances as one, with a short silence for whatever lay between them."""
    if first is None:
        return second
    gap = min(JOIN_SECONDS, max(second.start - first.end, 0) / VOICE_RATE)
    wide, narrow = (np.zeros(round(gap * rate), np.float32) for rate in (VOICE_RATE, EAR_RATE))
    return Utterance(
        first.start,
        second.end,
        np.concatenate([first.wide, wide, second.wide]),
        np.concatenate([first.narrow, narrow, second.narrow]),
    )


Act = Callable[[Conversation, Any], list[Effect]]
_C = Conversation

# What is not in the table changes nothing.
_WORK: dict[type, Act] = {
    Heard: _C._understand,
    Encoded: _C._encode,
    Phrased: _C._phrase,
    Voiced: _C._voice,
    Spoken: _C._finish_phrase,
    Failed: _C._fail,
}
_ALWAYS: dict[type, Act] = {Typed: _C._type, Hushed: _C._hush, Forgotten: _C._forget}
_REPLY: dict[type, Act] = {
    SpeechStarted: _C._interrupt,
    SpeechResumed: _C._interrupt,
    Played: _C._play,
    Finished: _C._finish,
}
_ROWS: dict[State, dict[type, Act]] = {
    State.LISTENING: {
        SpeechStarted: _C._open,
        SpeechResumed: _C._open,  # of a turn that failed or was hushed: the utterance still holds all of it
    }
    | _ALWAYS,
    State.HEARING: {
        SpeechStarted: _C._reopen,
        SpeechResumed: _C._reopen,
        Paused: _C._begin,
        SpeechEnded: _C._commit,
    }
    | _WORK
    | _ALWAYS,
    State.THINKING: _REPLY | _WORK | _ALWAYS,
    State.SPEAKING: _REPLY | _WORK | _ALWAYS,
}
TABLE: dict[tuple[State, type], Act] = {
    (state, event): act for state, row in _ROWS.items() for event, act in row.items()
}
