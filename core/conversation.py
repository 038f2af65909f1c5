"""Who may speak. Pure: events in, effects out; no threads, no clock but samples, no audio.

Rule 1: at most one turn is under way, and only a committed turn may sound. A turn is (id, revision); an event of any
other turn changes nothing, save one: the loudspeaker's last word on the turn that was just cut short.

    state      event                     next       effects
    LISTENING  speech starts             HEARING    (a new turn opens)
    HEARING    a short pause             HEARING    Begin: work, but silently
    HEARING    speech goes on            HEARING    Overhear, for a caption
    HEARING    speech resumes            HEARING    Reopen: same turn, next revision, the work was in vain
    HEARING    speech ends               THINKING   Begin if no pause did, Commit
    THINKING   first sound               SPEAKING
    THINKING   nothing was said          LISTENING  Cancel
    SPEAKING   reply has ended           LISTENING  Close
    THINKING,  a sound, maybe speech     OVERLAP    Soften the reply; Hold one that does not sound yet
    SPEAKING
    OVERLAP    it was no speech          as before  Restore
    OVERLAP    speech, or a sound that   OVERLAP    Hold: the reply is silent where it is
               goes on, lasts 0.2 s
    OVERLAP    a short pause             OVERLAP    Overhear, for the decision
    OVERLAP    it was "mm-hm", or noise  as before  Backchannel, Restore: the reply goes on where it was
    OVERLAP    it had other words, or    HEARING    Cancel; history is cut to what had sounded; a new turn opens
               speech lasts 0.9 s, or
               it was "mm-hm" to a
               question's last word
    OVERLAP    reply has ended           HEARING    Close; if it is speech, it is a new turn, else LISTENING
    any        the key is pressed        HEARING    Cancel what is under way: this needs no decision
    any        text is typed             THINKING   Cancel what is under way; Begin, Commit
    any        a stage fails             LISTENING  Cancel; whoever speaks is HEARD

Speech interrupted before it was understood is not lost, nor what is said before any word of the reply was heard: it is
put before the next utterance. History grows only when a turn is closed, and holds what was heard of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any

from core.draft import Draft, Ending, Overlap, joined
from core.events import (
    Backchannel,
    Begin,
    Cancel,
    Captioned,
    Close,
    Commit,
    Effect,
    Encoded,
    Event,
    Failed,
    Finished,
    Heard,
    Hold,
    Hushed,
    Insisted,
    Outcome,
    Overhear,
    Paused,
    Phrased,
    Played,
    Pressed,
    Reopen,
    Restore,
    Shown,
    Silenced,
    Soften,
    SpeechContinued,
    SpeechEnded,
    SpeechResumed,
    SpeechStarted,
    Spoken,
    Stilled,
    Stirred,
    Typed,
    Voiced,
)
from core.memory import Exchange, Said, appended, audible
from core.overlap import BELIEVED, SURMISED, meaning
from core.settings import FloorSettings
from core.types import VOICE_RATE, Transcript, Turn, Utterance

Onset = SpeechStarted | SpeechResumed | Pressed


class State(Enum):
    """What the companion is doing."""

    LISTENING = "listening"
    HEARING = "hearing"
    THINKING = "thinking"
    SPEAKING = "speaking"
    OVERLAP = "overlap"  # a reply is under way, and somebody speaks or seems to


class Conversation:
    """The state machine; `history` is what was heard so far, in closed turns."""

    def __init__(
        self,
        history: Sequence[Exchange] = (),
        settings: FloorSettings = FloorSettings(),  # noqa: B008 - frozen
    ) -> None:
        self.settings = settings
        self.state = State.LISTENING
        self.history: tuple[Exchange, ...] = tuple(history)
        self._draft: Draft | None = None
        self._overlap: Overlap | None = None  # just as long as the state is OVERLAP
        self._ending: Ending | None = None
        self._unheard: Utterance | None = None  # said, but interrupted before it was understood, or answered
        self._said: Paused | SpeechEnded | None = None  # of the turn under way, until the last one is closed
        self._last_id = 0

    @property
    def turn(self) -> Turn | None:
        """The turn under way."""
        return self._draft.turn if self._draft else None

    def on(self, event: Event) -> list[Effect]:
        """Take note of an event and return what is to be done, in order."""
        if isinstance(event, Silenced):
            closing, said = self._close_ending(event.turn, event.samples), self._said
            return [*closing, *self.on(said)] if closing and said else closing
        if getattr(event, "turn", self.turn) != self.turn:
            return []
        act = TABLE.get((self.state, type(event)))
        return act(self, event) if act else []

    # Listening and hearing.

    def _open(self, _: Onset) -> list[Effect]:
        self._last_id += 1
        self._draft = Draft(Turn(self._last_id))
        self.state = State.HEARING
        return []

    def _caption(self, event: SpeechContinued) -> list[Effect]:
        return [Overhear(event.onset, event.utterance, "caption")]

    def _begin(self, event: Paused | SpeechEnded) -> list[Effect]:
        effects = [*self._reopen(event), *self._close_pending()]
        utterance = joined(self._unheard, event.utterance)
        self._draft = replace(self._current, utterance=utterance)
        return [*effects, Begin(self._draft.turn, utterance)]

    def _reopen(self, event: Event) -> list[Effect]:
        if isinstance(event, SpeechStarted | Pressed) and isinstance(self._said, SpeechEnded):
            self._unheard = joined(self._unheard, self._said.utterance)  # it ended before the cut, and is no turn yet
        old, self._said = self._current, None
        if not old.begun:
            return []
        self._draft = Draft(Turn(old.turn.id, old.turn.revision + 1), after_statement=old.after_statement)
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
        # Its words are known, whatever comes before the mind has told its language.
        self._draft = Draft(Turn(self._last_id), text=event.text, transcript=Transcript(event.text))
        self.state = State.THINKING
        return [*effects, Begin(self._draft.turn, text=event.text), Commit(self._draft.turn)]

    # The work on a reply, as it comes in.

    def _understand(self, event: Heard) -> list[Effect]:
        self._draft = replace(self._current, transcript=event.transcript)
        # While the user may still go on, silence so far says nothing about the turn.
        return self._part("empty") if self._draft.empty and self.state is not State.HEARING else []

    def _encode(self, event: Encoded) -> list[Effect]:
        self._draft = replace(self._current, codes=event.codes)
        return []

    def _phrase(self, event: Phrased) -> list[Effect]:
        draft = self._current
        self._draft = replace(draft, phrases=(*draft.phrases, Said(event.text, event.wording)))
        return []

    def _show(self, event: Shown) -> list[Effect]:
        self._draft = replace(self._current, phrases=(*self._current.phrases, Said(event.text, "", shown=True)))
        return []

    def _voice(self, event: Voiced) -> list[Effect]:
        return self._say(lambda said: appended(said, event.frame))

    def _finish_phrase(self, event: Spoken) -> list[Effect]:
        return self._say(lambda said: replace(said, whole=event.whole))

    def _say(self, grow: Callable[[Said], Said]) -> list[Effect]:
        draft = self._current
        # One voice speaks one phrase after the other: sound is always the last phrase's.
        self._draft = replace(draft, phrases=(*draft.phrases[:-1], *map(grow, draft.phrases[-1:])))
        return []

    def _play(self, event: Played) -> list[Effect]:
        self._draft = replace(self._current, played=event.samples)
        self.state = State.OVERLAP if self._overlap else State.SPEAKING
        return []

    # Both speak, or seem to: duck, decide, yield or restore.

    def _doubt(self, event: Stirred | SpeechStarted | SpeechResumed) -> list[Effect]:
        first, speech = self._overlap is None, not isinstance(event, Stirred)
        draft = self._current
        old = self._overlap or Overlap(event.at, held=not draft.played)
        before = old.before
        if isinstance(event, SpeechStarted) and isinstance(old.said, SpeechEnded):  # what resumes holds it itself
            before = joined(before, old.said.utterance)
        said = None if speech else old.said
        self._overlap = replace(old, speech=old.speech or speech, said=said, before=before)
        self.state = State.OVERLAP
        return [Soften(draft.turn) if draft.played else Hold(draft.turn)] if first else []

    def _settle(self, _: Stilled) -> list[Effect]:
        return [] if self._over.speech else self._restore()

    def _weigh(self, event: SpeechContinued) -> list[Effect]:
        if event.lasted >= self.settings.yield_ms:
            return self._part("interrupted")
        return [] if event.lasted < self.settings.hold_ms else self._hold(event)

    def _hold(self, _: Event) -> list[Effect]:
        if self._over.held:
            return []
        self._overlap = replace(self._over, held=True)
        return [Hold(self._current.turn)]

    def _ask(self, event: Paused | SpeechEnded) -> list[Effect]:
        asked, self._overlap = self._over.said is not None, replace(self._over, speech=True, said=event)
        return [] if asked else [Overhear(event.onset, joined(self._over.before, event.utterance), "decision")]

    def _decide(self, event: Captioned) -> list[Effect]:
        said = self._over.said
        if said is None or event.onset != said.onset or event.until < said.offset:
            return []
        before = len(self._over.before.wide) if self._over.before else 0
        spoken = (before + said.offset - said.onset) / VOICE_RATE
        believed = BELIEVED if self._current.played else SURMISED
        meant = meaning(event.text, event.confidence, spoken, believed)
        if meant == "floor" or (meant == "continuer" and self._current.has_asked):
            return self._part("interrupted")
        return [Backchannel(self._current.turn, said.onset, event.text), *self._restore()]

    def _restore(self) -> list[Effect]:
        self._overlap = None
        self.state = State.SPEAKING if self._current.played else State.THINKING
        return [Restore(self._current.turn)]

    # Ends.

    def _finish(self, event: Finished) -> list[Effect]:
        draft, over = self._current, self._overlap
        self._ending = Ending(draft, "answered")
        self._rest()
        return [*self._close_ending(event.turn, event.samples), *self._follow(over, after_statement=not draft.asks)]

    def _part(self, outcome: Outcome) -> list[Effect]:
        """End the turn under way in favour of whoever speaks over it."""
        over = self._overlap
        return [*self._end(outcome, over), *self._follow(over)]

    def _follow(self, over: Overlap | None, *, after_statement: bool = False) -> list[Effect]:
        if over is None or not over.speech:
            return []
        self._open(SpeechStarted(over.at))
        self._draft = replace(self._current, after_statement=after_statement)
        self._said = over.said
        if over.before:
            self._unheard = joined(self._unheard, over.before)
        # What comes after the cut needs to know where it was.
        return self.on(self._said) if self._said and not self._ending else []

    def _interrupt(self, event: Pressed) -> list[Effect]:
        return [*self._end("interrupted", Overlap(event.at)), *self._open(event)]

    def _hush(self, _: Event) -> list[Effect]:
        effects = self._end("hushed") if self._draft else self._close_pending()
        self._unheard = None
        return effects

    def _fail(self, _: Failed) -> list[Effect]:
        return self._part("failed")

    def _end(self, outcome: Outcome, over: Overlap | None = None) -> list[Effect]:
        draft, effects = self._current, self._close_pending()
        self._rest()
        if not draft.begun:
            return effects
        since = over.at - draft.utterance.end if over and draft.utterance else 0
        self._ending = Ending(draft, outcome, goes_on=since * 1000 <= self.settings.rejoin_ms * VOICE_RATE)
        return [*effects, Cancel(draft.turn)]

    def _rest(self) -> None:
        self._draft = self._overlap = self._said = None
        self.state = State.LISTENING

    def _close_pending(self) -> list[Effect]:
        # The loudspeaker has not answered in time: what it last reported must do.
        return self._close_ending(self._ending.draft.turn, self._ending.draft.played) if self._ending else []

    def _close_ending(self, turn: Turn, samples: int) -> list[Effect]:
        if not self._ending or self._ending.draft.turn != turn:
            return []
        ending, self._ending = self._ending, None
        # The loudspeaker may have forgotten a reply that was over when it was stopped: what it told before still holds.
        outcome, exchange = ending.closed(max(samples, ending.draft.played))
        if outcome == "merged" and ending.draft.utterance:  # before what was said since
            utterance, since = ending.draft.utterance, self._unheard
            self._unheard = joined(utterance, since) if since else utterance
        self.history = audible((*self.history, exchange)) if exchange else self.history
        return [Close(turn, outcome, exchange)]

    @property
    def _current(self) -> Draft:
        assert self._draft is not None, "the table names this act only for states with a turn"
        return self._draft

    @property
    def _over(self) -> Overlap:
        assert self._overlap is not None, "the table names this act only for OVERLAP"
        return self._overlap


Act = Callable[[Conversation, Any], list[Effect]]
_C = Conversation

# What is not in the table changes nothing.
_WORK: dict[type, Act] = {
    Heard: _C._understand,
    Encoded: _C._encode,
    Shown: _C._show,
    Phrased: _C._phrase,
    Voiced: _C._voice,
    Spoken: _C._finish_phrase,
    Failed: _C._fail,
}
_ALWAYS: dict[type, Act] = {Typed: _C._type, Hushed: _C._hush}
_REPLY: dict[type, Act] = {
    Stirred: _C._doubt,
    SpeechStarted: _C._doubt,
    SpeechResumed: _C._doubt,
    Pressed: _C._interrupt,
    Played: _C._play,
    Finished: _C._finish,
}
_OVERLAP: dict[type, Act] = {
    Insisted: _C._hold,
    Stilled: _C._settle,
    SpeechContinued: _C._weigh,
    Paused: _C._ask,
    SpeechEnded: _C._ask,
    Captioned: _C._decide,
}
_LISTENING: dict[type, Act] = {
    SpeechStarted: _C._open,
    SpeechResumed: _C._open,  # of a turn that failed or was hushed: the utterance still holds all of it
    Pressed: _C._open,
}
_HEARING: dict[type, Act] = {
    SpeechStarted: _C._reopen,
    SpeechResumed: _C._reopen,
    Pressed: _C._reopen,
    SpeechContinued: _C._caption,
    Paused: _C._begin,
    SpeechEnded: _C._commit,
}
_ROWS: dict[State, dict[type, Act]] = {
    State.LISTENING: _LISTENING | _ALWAYS,
    State.HEARING: _HEARING | _WORK | _ALWAYS,
    State.THINKING: _REPLY | _WORK | _ALWAYS,
    State.SPEAKING: _REPLY | _WORK | _ALWAYS,
    State.OVERLAP: _REPLY | _OVERLAP | _WORK | _ALWAYS,
}
TABLE: dict[tuple[State, type], Act] = {
    (state, event): act for state, row in _ROWS.items() for event, act in row.items()
}
