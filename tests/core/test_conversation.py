"""The table, row by row, and its laws under any order of events."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.conversation import Conversation, State
from core.draft import LONGEST, Draft, joined
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
    Overhear,
    Paused,
    Phrased,
    Played,
    Pressed,
    Reopen,
    Replied,
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
    Worded,
)
from core.settings import FloorSettings
from core.types import VOICE_FRAME, VOICE_RATE, SpeechFrame, Transcript, Turn, Utterance

FRAME = SpeechFrame(np.zeros(VOICE_FRAME, np.float32), np.arange(4))
FIRST = Turn(1)


def utterance(start: int = 0, end: int = 24_000) -> Utterance:
    length = end - start
    return Utterance(start, end, np.ones(length, np.float32), np.ones(length * 2 // 3, np.float32))


def paused(end: int = 24_000, start: int = 0) -> Paused:
    return Paused(utterance(start, end), start, end)


def ended(end: int = 24_000, start: int = 0) -> SpeechEnded:
    return SpeechEnded(utterance(start, end), start, end)


def lasting(milliseconds: int, start: int = 90_000) -> SpeechContinued:
    return SpeechContinued(utterance(start, start + milliseconds * 24), start, milliseconds)


def taken(start: int = 90_000) -> list[Event]:
    """Return how somebody takes the floor: by going on."""
    return [Stirred(start), SpeechStarted(start), lasting(320, start), lasting(960, start)]


def words(text: str, confidence: float = 0.9, start: int = 90_000, length: int = 9_600) -> Captioned:
    return Captioned(start, start + length, text, confidence=confidence)


def short(start: int = 90_000, length: int = 9_600) -> list[Event]:
    """Return 0.4 s of speech, and that it has paused."""
    return [Stirred(start), SpeechStarted(start), paused(start + length, start)]


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


def test_a_reply_that_is_only_shown_is_whole_without_a_sample() -> None:
    conversation, _ = after(SpeechStarted(0), paused(), *understood(FIRST), ended())
    for event in [Shown(FIRST, "Guten Tag.", "de"), Shown(FIRST, "Bis bald.", "de"), Worded(FIRST)]:
        assert conversation.on(event) == []
    (close,) = conversation.on(Finished(FIRST, 0))
    assert isinstance(close, Close)
    assert (close.outcome, conversation.history[0].reply) == ("answered", "Guten Tag. Bis bald.")


def test_who_speaks_over_a_reply_that_is_shown_has_read_what_was_there() -> None:
    conversation, _ = after(SpeechStarted(0), paused(), *understood(FIRST), ended(), Shown(FIRST, "Guten Tag.", "de"))
    for event in [*taken(), Silenced(FIRST, 0)]:
        conversation.on(event)
    assert [exchange.reply for exchange in conversation.history] == ["Guten Tag."]


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
    conversation, effects = after(*SPEAKING, Played(FIRST, 9 * VOICE_FRAME), *taken())
    assert brief(effects) == [(Cancel, FIRST)]
    assert (conversation.state, conversation.turn, conversation.history) == (State.HEARING, Turn(2), ())
    (close,) = conversation.on(Silenced(FIRST, 10 * VOICE_FRAME))
    assert isinstance(close, Close)
    assert close.outcome == "interrupted"
    (exchange,) = conversation.history
    assert exchange.reply == "one two three"  # half of 23 characters, and so half of the third word
    assert exchange.phrases[0].frames == 10
    assert conversation.on(Silenced(FIRST, 20 * VOICE_FRAME)) == []  # only once


def test_a_reply_that_was_over_when_a_key_stopped_it_was_heard() -> None:
    over = [Finished(FIRST, 20 * VOICE_FRAME), Silenced(FIRST, 0)]  # it is told only after the press, then forgotten
    conversation, effects = after(*SPEAKING, Played(FIRST, 19 * VOICE_FRAME), Pressed(50_000), *over)
    (close,) = effects
    assert isinstance(close, Close)
    assert (close.outcome, conversation.history[0].reply) == ("interrupted", "one two three four five")


def test_a_silent_loudspeaker_does_not_hold_up_history() -> None:
    conversation, effects = after(*SPEAKING, Played(FIRST, 10 * VOICE_FRAME), *taken(), paused())
    assert brief(effects) == [(Close, FIRST), (Begin, Turn(2))]
    assert conversation.history[0].reply == "one two three"
    assert conversation.on(Silenced(FIRST, 20 * VOICE_FRAME)) == []


def test_an_unfinished_phrase_is_cut_by_its_expected_length() -> None:
    text = "a" * 59 + " " + "b" * 60  # about 100 frames
    unfinished = [Phrased(FIRST, 0, text, text), *[Voiced(FIRST, 0, FRAME)] * 60]
    conversation, _ = after(SpeechStarted(0), ended(), *understood(FIRST), *unfinished, Played(FIRST, 9))
    for event in taken():
        conversation.on(event)
    conversation.on(Silenced(FIRST, 60 * VOICE_FRAME))
    assert conversation.history[0].reply == "a" * 59


def test_speech_long_before_the_reply_sounds_keeps_the_users_words() -> None:
    conversation, effects = after(SpeechStarted(0), ended(), *understood(FIRST), *taken(start=24_000 + 3 * VOICE_RATE))
    assert brief(effects) == [(Cancel, FIRST)]
    conversation.on(Silenced(FIRST, 0))
    assert [(exchange.user, exchange.reply) for exchange in conversation.history] == [("hello", "")]


@pytest.mark.parametrize("heard", [[], [*phrase(FIRST), Played(FIRST, VOICE_FRAME)]])
def test_who_goes_on_before_a_word_of_the_reply_was_heard_is_still_at_it(heard: list[Event]) -> None:
    start = 24_000 + VOICE_RATE
    conversation, _ = after(SpeechStarted(0), ended(), *understood(FIRST), *heard, *taken(start))
    (close,) = conversation.on(Silenced(FIRST, VOICE_FRAME if heard else 0))
    assert isinstance(close, Close)
    assert (close.outcome, close.exchange) == ("merged", None)
    begin, _commit = conversation.on(ended(start + 24_000, start))
    assert isinstance(begin, Begin)
    assert begin.utterance is not None
    assert (begin.utterance.start, begin.utterance.end) == (0, start + 24_000)


def test_nobody_is_at_it_for_ever() -> None:
    said = [SpeechStarted(0), ended(LONGEST + 1), *understood(FIRST)]
    conversation, _ = after(*said, *taken(LONGEST + 9), Silenced(FIRST, 0))
    assert [exchange.user for exchange in conversation.history] == ["hello"]


@pytest.mark.parametrize("known", [[], understood(FIRST)[:1], understood(FIRST)[1:]])
def test_speech_interrupted_before_it_was_understood_is_put_before_the_next(known: list[Event]) -> None:
    start = 24_000 + 3 * VOICE_RATE
    conversation, _ = after(SpeechStarted(0), ended(), *known, *taken(start))
    (close,) = conversation.on(Silenced(FIRST, 0))
    assert isinstance(close, Close)
    assert (close.outcome, close.exchange) == ("merged", None)
    begin, _commit = conversation.on(ended(start + 24_000, start))
    assert isinstance(begin, Begin)
    assert begin.utterance is not None
    assert (begin.utterance.start, begin.utterance.end) == (0, start + 24_000)
    assert len(begin.utterance.wide) == 48_000 + 7_200
    for event in taken(start + 90_000):  # again, before it was understood
        conversation.on(event)
    _close, begin, _commit = conversation.on(ended(start + 200_000, start + 90_000))
    assert isinstance(begin, Begin)
    assert begin.utterance is not None
    assert begin.utterance.start == 0


# Both speak: duck, decide, yield or restore.


def test_a_reply_is_ducked_at_the_first_sound_and_swells_back_if_it_was_no_speech() -> None:
    conversation, effects = after(*SPEAKING, Stirred(90_000))
    assert brief(effects) == [(Soften, FIRST)]
    assert (conversation.state, conversation.turn) == (State.OVERLAP, FIRST)
    assert brief(conversation.on(Stilled(90_000))) == [(Restore, FIRST)]
    assert conversation.state is State.SPEAKING


def test_a_reply_that_does_not_sound_yet_is_held_instead() -> None:
    conversation, effects = after(SpeechStarted(0), ended(), *understood(FIRST), Stirred(50_000))
    assert brief(effects) == [(Hold, FIRST)]
    assert conversation.on(lasting(320, 50_000)) == []  # it is held already
    assert brief(conversation.on(Stilled(50_000))) == [(Restore, FIRST)]
    assert conversation.state is State.THINKING


def test_speech_silences_the_reply_before_it_ends_it() -> None:
    conversation, _ = after(*SPEAKING, Stirred(90_000))
    conversation.on(SpeechStarted(90_000))
    assert conversation.on(lasting(64)) == []
    assert brief(conversation.on(lasting(320))) == [(Hold, FIRST)]
    assert conversation.on(lasting(480)) == []
    assert conversation.state is State.OVERLAP
    assert brief(conversation.on(lasting(960))) == [(Cancel, FIRST)]
    assert (conversation.state, conversation.turn) == (State.HEARING, Turn(2))


def test_a_sound_that_goes_on_silences_the_reply_be_it_speech_or_not() -> None:
    conversation, _ = after(*SPEAKING, Stirred(90_000))
    assert brief(conversation.on(Insisted(90_000))) == [(Hold, FIRST)]
    assert conversation.on(Insisted(90_000)) == []  # it is held already
    assert brief(conversation.on(Stilled(90_000))) == [(Restore, FIRST)]


def test_speech_is_no_sound_that_comes_to_nothing() -> None:
    conversation, _ = after(*SPEAKING, Stirred(90_000), SpeechStarted(90_000))
    assert conversation.on(Stilled(90_000)) == []
    assert conversation.state is State.OVERLAP


@pytest.mark.parametrize("text", ["Mm-hm.", "Yeah.", "okay", "", "Enjoy the beautiful beach today"])
def test_a_backchannel_or_noise_is_noted_and_the_reply_goes_on(text: str) -> None:
    conversation, effects = after(*SPEAKING, *short())
    (overhear,) = effects
    assert isinstance(overhear, Overhear)
    assert (overhear.onset, overhear.purpose) == (90_000, "decision")
    backchannel, restore = conversation.on(words(text))
    assert backchannel == Backchannel(FIRST, 90_000, text)
    assert restore == Restore(FIRST)
    assert (conversation.state, conversation.turn, conversation.history) == (State.SPEAKING, FIRST, ())
    assert conversation.on(ended(99_600, 90_000)) == []  # it is no turn


def test_what_was_asked_at_the_pause_decides_though_the_end_has_more_silence() -> None:
    longer = SpeechEnded(utterance(90_000, 120_000), 90_000, 99_600)
    conversation, effects = after(*SPEAKING, *short(), longer)
    assert effects == []
    assert brief(conversation.on(words("Mm-hm."))) == [(Backchannel, FIRST), (Restore, FIRST)]


def heard_next(conversation: Conversation) -> tuple[int, int]:
    """Let the reply fall silent, and what is said end; return from where to where the turn of it is."""
    conversation.on(Silenced(FIRST, VOICE_FRAME))
    begin, _ = conversation.on(ended(180_000, 150_000))
    assert isinstance(begin, Begin)
    assert begin.utterance is not None
    return begin.utterance.start, begin.utterance.end


def test_what_ended_undecided_before_more_was_said_is_heard_with_it() -> None:
    over = [*SPEAKING, *short(), ended(99_600, 90_000), SpeechStarted(150_000)]
    conversation, _ = after(*over)
    (overhear,) = conversation.on(paused(160_000, 150_000))
    assert isinstance(overhear, Overhear)
    assert (overhear.onset, overhear.utterance.start, overhear.utterance.end) == (150_000, 90_000, 160_000)
    conversation, effects = after(*over, lasting(960, 150_000))
    assert brief(effects) == [(Cancel, FIRST)]
    assert heard_next(conversation) == (90_000, 180_000)


def test_what_took_the_floor_is_heard_though_more_is_said_before_the_cut() -> None:
    conversation, _ = after(*SPEAKING, *short(), ended(99_600, 90_000))
    assert brief(conversation.on(words("Stop!"))) == [(Cancel, FIRST)]
    assert conversation.on(SpeechStarted(150_000)) == []
    assert heard_next(conversation) == (90_000, 180_000)


def test_words_that_are_typed_one_after_the_other_are_all_remembered() -> None:
    conversation, _ = after(Typed("one"), Typed("two"))
    assert [exchange.user for exchange in conversation.history] == ["one"]


def test_a_false_stop_goes_on_where_it_was_held() -> None:
    conversation, _ = after(*SPEAKING, Stirred(90_000), SpeechStarted(90_000), lasting(320), paused(99_600, 90_000))
    assert brief(conversation.on(words(""))) == [(Backchannel, FIRST), (Restore, FIRST)]
    (close,) = conversation.on(Finished(FIRST, 20 * VOICE_FRAME))
    assert isinstance(close, Close)
    assert close.outcome == "answered"


def test_short_words_take_the_floor_and_what_was_said_is_the_next_turn() -> None:
    conversation, _ = after(*SPEAKING, Played(FIRST, 9 * VOICE_FRAME), *short())
    assert brief(conversation.on(words("Stop!"))) == [(Cancel, FIRST)]
    assert (conversation.state, conversation.turn) == (State.HEARING, Turn(2))
    effects = conversation.on(Silenced(FIRST, 10 * VOICE_FRAME))
    assert brief(effects) == [(Close, FIRST), (Begin, Turn(2))]
    assert conversation.history[0].reply == "one two three", "cut before the next turn is thought about"
    assert brief(conversation.on(ended(99_600, 90_000))) == [(Commit, Turn(2))]


def test_short_words_that_have_ended_are_answered_once_the_cut_is_known() -> None:
    conversation, _ = after(*SPEAKING, *short(), ended(99_600, 90_000))
    assert brief(conversation.on(words("Stop!"))) == [(Cancel, FIRST)]
    effects = conversation.on(Silenced(FIRST, VOICE_FRAME))
    assert brief(effects) == [(Close, FIRST), (Begin, Turn(2)), (Commit, Turn(2))]


def test_speech_that_resumes_after_the_cut_makes_what_was_said_of_no_account() -> None:
    conversation, _ = after(*SPEAKING, *short(), words("Stop!"), SpeechResumed(110_000))
    assert brief(conversation.on(Silenced(FIRST, VOICE_FRAME))) == [(Close, FIRST)]
    assert brief(conversation.on(paused(130_000, 90_000))) == [(Begin, Turn(2))]


def test_words_of_other_speech_decide_nothing() -> None:
    conversation, _ = after(*SPEAKING, Stirred(90_000))
    assert conversation.on(words("Stop!")) == []  # nobody has fallen silent
    conversation, _ = after(*SPEAKING, *short())
    assert conversation.on(words("Stop!", start=80_000)) == []
    assert conversation.on(words("Stop!", length=4_800)) == []  # heard only in part
    assert conversation.state is State.OVERLAP


def test_speech_that_goes_on_is_heard_anew() -> None:
    conversation, _ = after(*SPEAKING, *short(), Stirred(108_000))
    assert conversation.on(SpeechResumed(108_000)) == []
    assert conversation.on(words("Mm-hm.")) == []  # of what was said before
    (overhear,) = conversation.on(paused(120_000, 90_000))
    assert isinstance(overhear, Overhear)
    assert brief(conversation.on(words("Mm-hm. Wait.", length=30_000))) == [(Cancel, FIRST)]


def test_who_speaks_when_the_reply_ends_has_the_floor() -> None:
    conversation, effects = after(*SPEAKING, Stirred(90_000), SpeechStarted(90_000), Finished(FIRST, 9))
    assert brief(effects) == [(Close, FIRST)]
    assert (conversation.state, conversation.turn) == (State.HEARING, Turn(2))
    conversation, effects = after(*SPEAKING, Stirred(90_000), Finished(FIRST, 9))
    assert (conversation.state, brief(effects)) == (State.LISTENING, [(Close, FIRST)])
    conversation, effects = after(*SPEAKING, *short(), Finished(FIRST, 9))
    assert brief(effects) == [(Close, FIRST), (Begin, Turn(2))]


@pytest.mark.parametrize(
    ("reply", "outcome"), [("I like it.", "empty"), ("Do you like it?", "answered"), ('"Do you like it?"', "answered")]
)
def test_a_backchannel_at_a_replys_end_is_no_turn_unless_it_answers(reply: str, outcome: str) -> None:
    told = [SpeechStarted(0), ended(), *understood(FIRST), *phrase(FIRST, 0, reply), Played(FIRST, VOICE_FRAME)]
    conversation, _ = after(
        *told, *short(), Finished(FIRST, 20 * VOICE_FRAME), SpeechResumed(1), paused(99_600, 90_000)
    )
    second = conversation.turn
    assert second is not None
    for event in [Heard(second, Transcript("Yeah.")), ended(99_600, 90_000)]:
        effects = conversation.on(event)
    if outcome == "empty":
        (close,) = conversation.on(Silenced(second, 0))
        assert isinstance(close, Close)
        assert close.outcome == "empty"
        assert len(conversation.history) == 1
    else:
        assert brief(effects) == [(Commit, second)]


LOUD = SpeechFrame(np.full(VOICE_FRAME, 0.1, np.float32), np.arange(4))


def asking(text: str, played: int, *, whole: bool = True) -> list[Event]:
    """Return a reply of 20 frames, the last 5 of them silent, of which so many have sounded."""
    sound: list[Event] = [*[Voiced(FIRST, 0, LOUD)] * 15, *[Voiced(FIRST, 0, FRAME)] * 5]
    said = [Phrased(FIRST, 0, text, text), *sound, *([Spoken(FIRST, 0)] if whole else [])]
    return [SpeechStarted(0), ended(), *understood(FIRST), *said, Played(FIRST, played * VOICE_FRAME)]


@pytest.mark.parametrize("text", ["Do you like it?", 'Did she say "Do you like it?"', "**Do you like it?**"])
def test_yes_to_the_last_word_of_a_question_is_its_answer(text: str) -> None:
    conversation, effects = after(*asking(text, 12), *short(), words("Yes."))
    assert brief(effects) == [(Cancel, FIRST)]
    second = Turn(2)
    assert brief(conversation.on(Silenced(FIRST, 12 * VOICE_FRAME))) == [(Close, FIRST), (Begin, second)]
    conversation.on(Heard(second, Transcript("Yes.")))
    assert brief(conversation.on(ended(99_600, 90_000))) == [(Commit, second)]


@pytest.mark.parametrize(
    "reply",
    [
        asking("Do you like it?", 11),  # more than its last word is to come
        asking("Do you like it?", 12, whole=False),
        asking("I like it.", 20),
        [*asking("", 0)[:4], *phrase(FIRST, 0, "Why?"), Played(FIRST, 20 * VOICE_FRAME)],  # nobody heard anything
        [*asking("Do you like it?", 20), Phrased(FIRST, 1, "I do.", "I do.")],
    ],
)
def test_yes_to_anything_else_lets_the_reply_go_on(reply: list[Event]) -> None:
    _, effects = after(*reply, *short(), words("Yes."))
    assert brief(effects) == [(Backchannel, FIRST), (Restore, FIRST)]


def test_noise_is_no_answer() -> None:
    _, effects = after(*asking("Do you like it?", 20), *short(), words("Tuesday", confidence=0.3))
    assert brief(effects) == [(Backchannel, FIRST), (Restore, FIRST)]


@pytest.mark.parametrize("so_far", [[], [SpeechStarted(0)], [SpeechStarted(0), ended()], SPEAKING])
def test_a_pressed_key_takes_the_floor_at_once(so_far: list[Event]) -> None:
    conversation, effects = after(*so_far, Pressed(50_000))
    assert conversation.state is State.HEARING
    assert brief(effects) == ([(Cancel, FIRST)] if len(so_far) > 1 else [])


def test_a_stage_that_fails_under_somebody_who_speaks_leaves_the_floor_to_them() -> None:
    conversation, effects = after(*SPEAKING, *short(), Failed(FIRST, "mouth", "broken"))
    assert brief(effects) == [(Cancel, FIRST)]
    assert brief(conversation.on(Silenced(FIRST, 0))) == [(Close, FIRST), (Begin, Turn(2))]


def test_what_is_being_said_is_captioned() -> None:
    conversation, _ = after(SpeechStarted(0))
    (overhear,) = conversation.on(lasting(480, 0))
    assert isinstance(overhear, Overhear)
    assert overhear.purpose == "caption"


def test_who_gives_way_when_can_be_set() -> None:
    conversation = Conversation(settings=FloorSettings(hold_ms=100, yield_ms=160))
    for event in [*SPEAKING, Stirred(90_000), SpeechStarted(90_000)]:
        conversation.on(event)
    assert brief(conversation.on(lasting(160))) == [(Cancel, FIRST)]


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
    [
        *[Stirred(0), Insisted(0), Stilled(0), SpeechStarted(0), SpeechResumed(1), Pressed(2), paused(240), ended(240)],
        *[lasting(160, 0), lasting(320, 0), lasting(960, 0)],
        *[words(text, start=0, length=length) for text in ("", "okay", "Stop!") for length in (120, 240)],
        *[Typed("hi"), Hushed()],
    ]
)
STEPS = st.lists(
    st.one_of(
        FREE, st.tuples(st.sampled_from(sorted(ABOUT_TURNS, key=str)), st.none() | TURNS, st.integers(0, 9), TEXTS)
    ),
    max_size=60,
)


def snapshot(conversation: Conversation) -> tuple[object, ...]:
    """Return all that a conversation knows."""
    return (conversation.state, conversation.history, *vars(conversation).values())


@settings(max_examples=200)
@given(STEPS)
def test_laws_hold_in_any_order(steps: list[object]) -> None:
    conversation = Conversation()
    begun: set[Turn] = set()
    sounding: set[Turn] = set()
    low: set[Turn] = set()
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
            low |= {effect.turn} if isinstance(effect, Soften | Hold) else set()
            low -= {effect.turn} if isinstance(effect, Restore | Cancel | Close) else set()
        assert low == ({conversation.turn} if conversation.state is State.OVERLAP else set()), "left soft, or silent"
        assert len(sounding) <= 1, "two turns speaking"
        assert (conversation.turn is None) == (conversation.state is State.LISTENING)
        assert sounding <= {conversation.turn}


def follow(effect: Effect, begun: set[Turn], sounding: set[Turn], played: dict[Turn, int]) -> None:
    """Check one effect against those before it."""
    if isinstance(effect, Overhear):
        return
    if isinstance(effect, Begin):
        assert effect.turn not in begun, "begun twice"
        begun.add(effect.turn)
    elif isinstance(effect, Commit):
        assert effect.turn in begun, "sound without work"
        sounding.add(effect.turn)
    elif isinstance(effect, Soften | Hold | Restore | Backchannel):
        assert effect.turn in sounding
    else:
        assert effect.turn in begun
        sounding.discard(effect.turn)
    if isinstance(effect, Close) and effect.exchange is not None:
        frames = sum(said.frames for said in effect.exchange.phrases)
        assert frames * VOICE_FRAME <= played.get(effect.turn, 0), "history holds what was not heard"
        assert effect.exchange.user
