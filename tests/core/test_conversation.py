"""The table, row by row, and its laws under any order of events."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.conversation import Conversation, Draft, State, joined
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
    Paused,
    Phrased,
    Played,
    Reopen,
    Replied,
    Silenced,
    SpeechEnded,
    SpeechResumed,
    SpeechStarted,
    Spoken,
    Typed,
    Voiced,
    Worded,
)
from core.types import VOICE_FRAME, SpeechFrame, Transcript, Turn, Utterance

FRAME = SpeechFrame(np.zeros(VOICE_FRAME, np.float32), np.arange(4))
FIRST = Turn(1)


def utterance(start: int = 0, end: int = 24_000) -> Utterance:
    length = end - start
    return Utterance(start, end, np.ones(length, np.float32), np.ones(length * 2 // 3, np.float32))


def paused(end: int = 24_000) -> Paused:
    return Paused(utterance(0, end), 0, end)


def ended(end: int = 24_000) -> SpeechEnded:
    return SpeechEnded(utterance(0, end), 0, end)


def understood(turn: Turn, text: str = "hello") -> list[Event]:
    return [Encoded(turn, np.zeros((12, 4), np.int64)), Heard(turn, Transcript(text))]


def phrase(turn: Turn, index: int = 0, text: str = "one two three four five", frames: int = 20) -> list[Event]:
    sound: list[Event] = [Voiced(turn, index, FRAME)] * frames
    return [Phrased(turn, index, text, text), *sound, Spoken(turn, index)]


def after(*events: Event) -> tuple[Conversation, list[Effect]]:
    """Return a conversation after these events, and the effects of the last one."""
    conversation, effects = Conversation(), []
    for event in events:
        effects = conversation.on(event)
    return conversation, effects


def brief(effects: list[Effect]) -> list[tuple[type, Turn]]:
    return [(type(effect), effect.turn) for effect in effects]


SPEAKING = [SpeechStarted(0), paused(), *understood(FIRST), ended(), *phrase(FIRST), Played(FIRST, VOICE_FRAME)]


def test_a_turn_goes_straight_through() -> None:
    conversation, effects = after(SpeechStarted(0))
    assert (conversation.state, effects) == (State.HEARING, [])
    assert brief(conversation.on(paused())) == [(Begin, FIRST)]
    assert conversation.state is State.HEARING
    assert brief(conversation.on(ended())) == [(Commit, FIRST)]
    assert conversation.state is State.THINKING
    for event in [*understood(FIRST), Replied(FIRST, "one"), Worded(FIRST), *phrase(FIRST)]:
        assert conversation.on(event) == []
    assert conversation.on(Played(FIRST, VOICE_FRAME)) == []
    assert conversation.state is State.SPEAKING
    (close,) = conversation.on(Finished(FIRST, 20 * VOICE_FRAME))
    assert isinstance(close, Close)
    assert (close.outcome, conversation.state, conversation.turn) == ("answered", State.LISTENING, None)
    (exchange,) = conversation.history
    assert (exchange.user, exchange.reply) == ("hello", "one two three four five")
    assert exchange.phrases[0].frames == 20


def test_speech_that_resumes_reopens_the_same_turn_and_leaves_no_trace() -> None:
    conversation, effects = after(SpeechStarted(0), paused(), *understood(FIRST, "hel"), SpeechResumed(30_000))
    assert brief(effects) == [(Reopen, FIRST)]
    second = Turn(1, 1)
    assert brief(conversation.on(paused(60_000))) == [(Begin, second)]
    assert conversation.on(Heard(FIRST, Transcript("stale"))) == []
    assert brief(conversation.on(ended(60_000))) == [(Commit, second)]
    for event in [*understood(second, "hello there"), *phrase(second), Finished(second, 20 * VOICE_FRAME)]:
        conversation.on(event)
    assert [exchange.user for exchange in conversation.history] == ["hello there"]


def test_resuming_before_any_work_reopens_nothing() -> None:
    conversation, effects = after(SpeechStarted(0), SpeechResumed(9))
    assert (effects, conversation.turn) == ([], FIRST)


def test_a_second_pause_without_speech_between_begins_anew() -> None:
    _, effects = after(SpeechStarted(0), paused(), paused())
    assert brief(effects) == [(Reopen, FIRST), (Begin, Turn(1, 1))]


def test_a_forced_end_begins_and_commits_at_once() -> None:
    _, effects = after(SpeechStarted(0), ended())
    assert brief(effects) == [(Begin, FIRST), (Commit, FIRST)]


def test_speech_over_a_reply_cuts_history_to_what_was_played() -> None:
    conversation, effects = after(*SPEAKING, Played(FIRST, 9 * VOICE_FRAME), SpeechStarted(90_000))
    assert brief(effects) == [(Cancel, FIRST)]
    assert (conversation.state, conversation.turn, conversation.history) == (State.HEARING, Turn(2), ())
    (close,) = conversation.on(Silenced(FIRST, 10 * VOICE_FRAME))
    assert isinstance(close, Close)
    assert close.outcome == "interrupted"
    (exchange,) = conversation.history
    assert exchange.reply == "one two"  # half of 23 characters, at a word's end
    assert exchange.phrases[0].frames == 10
    assert conversation.on(Silenced(FIRST, 20 * VOICE_FRAME)) == []  # only once


def test_a_silent_loudspeaker_does_not_hold_up_history() -> None:
    conversation, effects = after(*SPEAKING, Played(FIRST, 10 * VOICE_FRAME), SpeechStarted(90_000), paused())
    assert brief(effects) == [(Close, FIRST), (Begin, Turn(2))]
    assert conversation.history[0].reply == "one two"
    assert conversation.on(Silenced(FIRST, 20 * VOICE_FRAME)) == []


def test_an_unfinished_phrase_is_cut_by_its_expected_length() -> None:
    text = "a" * 59 + " " + "b" * 60  # about 100 frames
    unfinished = [Phrased(FIRST, 0, text, text), *[Voiced(FIRST, 0, FRAME)] * 60]
    conversation, _ = after(SpeechStarted(0), ended(), *understood(FIRST), *unfinished, Played(FIRST, 9))
    conversation.on(SpeechStarted(9))
    conversation.on(Silenced(FIRST, 60 * VOICE_FRAME))
    assert conversation.history[0].reply == "a" * 59


def test_speech_before_the_reply_sounds_keeps_the_users_words() -> None:
    conversation, effects = after(SpeechStarted(0), ended(), *understood(FIRST), SpeechStarted(50_000))
    assert brief(effects) == [(Cancel, FIRST)]
    conversation.on(Silenced(FIRST, 0))
    assert [(exchange.user, exchange.reply) for exchange in conversation.history] == [("hello", "")]


@pytest.mark.parametrize("known", [[], understood(FIRST)[:1], understood(FIRST)[1:]])
def test_speech_interrupted_before_it_was_understood_is_put_before_the_next(known: list[Event]) -> None:
    conversation, _ = after(SpeechStarted(0), ended(), *known, SpeechStarted(50_000))
    (close,) = conversation.on(Silenced(FIRST, 0))
    assert isinstance(close, Close)
    assert (close.outcome, close.exchange) == ("merged", None)
    later = SpeechEnded(utterance(48_000, 72_000), 48_000, 72_000)
    begin, _commit = conversation.on(later)
    assert isinstance(begin, Begin)
    assert begin.utterance is not None
    assert (begin.utterance.start, begin.utterance.end) == (0, 72_000)
    assert len(begin.utterance.wide) == 48_000 + 7_200
    conversation.on(SpeechStarted(99_000))  # again, before it was understood
    _close, begin, _commit = conversation.on(SpeechEnded(utterance(96_000, 120_000), 96_000, 120_000))
    assert isinstance(begin, Begin)
    assert begin.utterance is not None
    assert begin.utterance.start == 0


def test_utterances_that_touch_are_joined_without_a_gap() -> None:
    assert len(joined(utterance(0, 2400), utterance(2400, 4800)).wide) == 4800


@pytest.mark.parametrize("order", ["heard first", "ended first"])
def test_nothing_said_leaves_no_trace(order: str) -> None:
    events = [Heard(FIRST, Transcript("  ")), ended()]
    conversation, effects = after(SpeechStarted(0), paused(), *(events if order == "heard first" else events[::-1]))
    assert brief(effects) == [(Cancel, FIRST)]
    (close,) = conversation.on(Silenced(FIRST, 0))
    assert isinstance(close, Close)
    assert (close.outcome, close.exchange, conversation.history) == ("empty", None, ())
    assert conversation.state is State.LISTENING


def test_typed_text_is_a_turn_too() -> None:
    conversation, effects = after(Typed("hi"))
    assert brief(effects) == [(Begin, FIRST), (Commit, FIRST)]
    for event in [Heard(FIRST, Transcript("hi")), *phrase(FIRST), Finished(FIRST, 20 * VOICE_FRAME)]:
        conversation.on(event)
    assert conversation.history[0].codes is None
    assert conversation.history[0].reply


def test_typed_text_takes_the_floor_from_anyone() -> None:
    _, effects = after(*SPEAKING, Typed("hi"))
    assert brief(effects) == [(Cancel, FIRST), (Close, FIRST), (Begin, Turn(2)), (Commit, Turn(2))]
    conversation, effects = after(SpeechStarted(0), Typed("hi"))
    assert brief(effects) == [(Begin, Turn(2)), (Commit, Turn(2))]
    assert conversation.on(ended()) == []  # of the speech that was talked over


@pytest.mark.parametrize("so_far", [[SpeechStarted(0), paused()], [SpeechStarted(0), ended()], SPEAKING])
def test_a_failure_ends_the_turn_only(so_far: list[Event]) -> None:
    conversation, effects = after(*so_far, Failed(FIRST, "mind", "broken"))
    assert brief(effects) == [(Cancel, FIRST)]
    assert conversation.state is State.LISTENING
    assert brief(conversation.on(Silenced(FIRST, 0))) == [(Close, FIRST)]
    assert brief(conversation.on(SpeechResumed(0)) + conversation.on(paused())) == [(Begin, Turn(2))]


def test_hushing_stops_the_reply_and_keeps_what_was_heard() -> None:
    conversation, effects = after(*SPEAKING, Hushed())
    assert brief(effects) == [(Cancel, FIRST)]
    assert brief(conversation.on(Hushed())) == [(Close, FIRST)]  # the loudspeaker did not answer
    assert conversation.on(Hushed()) == []
    assert len(conversation.history) == 1


def test_forgetting_empties_history_and_ends_the_turn() -> None:
    conversation, effects = after(*SPEAKING, Forgotten())
    assert brief(effects) == [(Cancel, FIRST), (Close, FIRST)]
    assert (conversation.history, conversation.state) == ((), State.LISTENING)


def test_sound_without_a_phrase_changes_nothing() -> None:
    conversation, effects = after(SpeechStarted(0), ended(), Voiced(FIRST, 0, FRAME), Spoken(FIRST, 0))
    assert effects == []
    assert conversation.on(Finished(FIRST, 0))
    assert conversation.history == ()


def test_a_draft_knows_what_it_waits_for() -> None:
    assert not Draft(FIRST).begun
    assert Draft(FIRST, text="hi").begun


TURNS = st.builds(Turn, st.integers(0, 6), st.integers(0, 2))
TEXTS = st.sampled_from(["", " ", "one", "one two three four"])
ABOUT_TURNS = {
    Heard: lambda turn, n, text: Heard(turn, Transcript(text)),
    Encoded: lambda turn, n, text: Encoded(turn, np.zeros((n, 4), np.int64)),
    Replied: lambda turn, n, text: Replied(turn, text),
    Worded: lambda turn, n, text: Worded(turn),
    Phrased: lambda turn, n, text: Phrased(turn, n, text, text),
    Voiced: lambda turn, n, text: Voiced(turn, n, FRAME),
    Spoken: lambda turn, n, text: Spoken(turn, n),
    Played: lambda turn, n, text: Played(turn, n * VOICE_FRAME),
    Finished: lambda turn, n, text: Finished(turn, n * VOICE_FRAME),
    Silenced: lambda turn, n, text: Silenced(turn, n * VOICE_FRAME),
    Failed: lambda turn, n, text: Failed(turn, "mind", text),
}
FREE = st.sampled_from(
    [SpeechStarted(0), SpeechResumed(1), paused(240), ended(240), Typed("hi"), Hushed(), Forgotten()]
)
STEPS = st.lists(
    st.one_of(
        FREE, st.tuples(st.sampled_from(sorted(ABOUT_TURNS, key=str)), st.none() | TURNS, st.integers(0, 9), TEXTS)
    ),
    max_size=60,
)


def snapshot(conversation: Conversation) -> tuple[object, ...]:
    return (conversation.state, conversation.history, *vars(conversation).values())


@settings(max_examples=200)
@given(STEPS)
def test_laws_hold_in_any_order(steps: list[object]) -> None:
    conversation = Conversation()
    begun: set[Turn] = set()
    sounding: set[Turn] = set()
    played: dict[Turn, int] = {}
    for step in steps:
        event: Event
        if isinstance(step, tuple):
            kind, turn, count, text = step
            event = ABOUT_TURNS[kind](turn or conversation.turn or FIRST, count, text)
            stale = event.turn != conversation.turn and kind is not Silenced
        else:
            event, stale = step, False
        before = snapshot(conversation)
        current = conversation.turn
        effects = conversation.on(event)
        if stale:
            assert effects == []
            assert snapshot(conversation) == before
        if (isinstance(event, Played | Finished) and event.turn == current) or isinstance(event, Silenced):
            played[event.turn] = max(event.samples, played.get(event.turn, 0))
        for effect in effects:
            follow(effect, begun, sounding, played)
        assert len(sounding) <= 1, "two turns speaking"
        assert (conversation.turn is None) == (conversation.state is State.LISTENING)
        assert sounding <= {conversation.turn}


def follow(effect: Effect, begun: set[Turn], sounding: set[Turn], played: dict[Turn, int]) -> None:
    """Check one effect against those before it."""
    if isinstance(effect, Begin):
        assert effect.turn not in begun, "begun twice"
        begun.add(effect.turn)
    elif isinstance(effect, Commit):
        assert effect.turn in begun, "sound without work"
        sounding.add(effect.turn)
    else:
        assert effect.turn in begun
        sounding.discard(effect.turn)
    if isinstance(effect, Close) and effect.exchange is not None:
        frames = sum(said.frames for said in effect.exchange.phrases)
        assert frames * VOICE_FRAME <= played.get(effect.turn, 0), "history holds what was not heard"
        assert effect.exchange.user
