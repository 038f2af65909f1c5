"""How long a pause may last: by sound, by words, by setting, by habit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events import (
    Begin,
    Close,
    Effect,
    Event,
    Failed,
    Heard,
    Judged,
    Silenced,
    SpeechEnded,
    SpeechResumed,
    SpeechStarted,
    Waiting,
)
from core.memory import Exchange, Said
from core.patience import KNOWN, LEAST_PAUSE, MOST_PAUSE, WAITS, Endpointer, Habit, longest, usual
from core.settings import Patience, SegmenterSettings
from core.types import VOICE_RATE, Transcript, Turn
from tests.core.test_conversation import paused, utterance

FIRST = Turn(1)
OFFSET = 24_000
PATIENCES: tuple[Patience, ...] = ("eager", "normal", "patient")


def pause(text: str | None, *judged: float, turn: Turn = FIRST) -> list[Event | Effect]:
    heard: list[Event | Effect] = [] if text is None else [Heard(turn, Transcript(text))]
    return [paused(OFFSET), Begin(turn, utterance()), *heard, *(Judged(OFFSET, complete) for complete in judged)]


def after(*events: Event | Effect, patience: Patience = "normal", reads: bool = True) -> Endpointer:
    endpointer = Endpointer(SegmenterSettings(patience=patience), reads=reads)
    for event in events:
        endpointer.note(event)
    return endpointer


@pytest.mark.parametrize(
    ("text", "judged", "verdict"),
    [
        ("What is the time?", [], "confident"),
        ("hello there", [], "unsure"),
        ("I would like to", [], "unfinished"),
        ("Give me a minute.", [], "room"),
        ("Give me a minute.", [0.99], "room"),
        (None, [], "unfinished"),
        (None, [0.99], "unfinished"),  # nothing can be said before its words are known
        ("hello there", [0.9], "confident"),
        ("What is the time?", [0.5], "unsure"),
        ("What is the time?", [0.1], "unfinished"),
        ("I would like to", [0.9], "unsure"),
        ("I would like to", [0.5], "unfinished"),
        ("What is the time?", [0.1, 0.5, 0.9], "confident"),  # thought over as the pause goes on
    ],
)
def test_words_and_sound_make_a_verdict(text: str | None, judged: list[float], verdict: str) -> None:
    waiting = after(*pause(text, *judged)).waiting
    assert (waiting.verdict, waiting.milliseconds) == (verdict, WAITS["normal"][waiting.verdict].usual)


def test_where_pauses_are_not_read_the_sound_decides() -> None:
    assert after(*pause(None), reads=False).waiting.verdict == "unsure"
    assert after(*pause(None, 0.9), reads=False).waiting.verdict == "confident"


def test_words_that_never_come_are_not_waited_for() -> None:
    assert after(*pause(None), Failed(FIRST, "mind", "broken")).waiting.verdict == "unsure"
    assert after(*pause(None), Failed(Turn(9), "mind", "broken")).waiting.verdict == "unfinished"


def test_what_belongs_to_another_pause_counts_for_nothing() -> None:
    endpointer = after(*pause("hello there"), Judged(OFFSET - 1, 0.99), Heard(Turn(1, 1), Transcript("I want to")))
    assert endpointer.waiting.verdict == "unsure"
    endpointer = after(
        *pause("What is the time?"), SpeechResumed(OFFSET + 9), paused(48_000), Heard(FIRST, Transcript(""))
    )
    assert endpointer.waiting.verdict == "unfinished"


def test_every_new_wait_of_a_pause_is_told_once() -> None:
    endpointer = Endpointer(SegmenterSettings())
    told = [endpointer.note(event) for event in [*pause("hello there", 0.6, 0.9, 0.95), Silenced(FIRST, 0)]]
    assert [waiting for waiting in told if waiting] == [Waiting(1000, "unsure"), Waiting(300, "confident")]


def test_what_is_known_too_late_is_no_news() -> None:
    endpointer = after(*pause("hello there"), SpeechEnded(utterance(), 0, OFFSET))
    assert endpointer.note(Judged(OFFSET, 0.1)) is None
    assert endpointer.note(Heard(FIRST, Transcript("I want to"))) is None


def test_patience_goes_from_eager_to_patient() -> None:
    for text in ("What is the time?", "hello there", "I want to", "wait"):
        waits = [after(*pause(text), patience=patience).waiting.milliseconds for patience in PATIENCES]
        assert waits == sorted(waits)
        assert waits[0] < waits[2]
    assert [usual(patience) for patience in PATIENCES] == sorted(map(usual, PATIENCES))
    assert all(usual(patience) < longest(patience) for patience in PATIENCES)


def test_the_answer_to_a_question_may_take_longer() -> None:
    def close(reply: str) -> Close:
        return Close(FIRST, "answered", Exchange("hi", None, (Said(reply, reply, whole=True),)))

    second = Turn(2)
    asked = after(close('Who said "why?"'), *pause("hello there", turn=second)).waiting.milliseconds
    told = after(close("I see."), *pause("hello there", turn=second)).waiting.milliseconds
    sure = after(close("Who?"), *pause("It was my sister.", turn=second)).waiting.milliseconds
    assert asked == 1.5 * told
    assert sure == WAITS["normal"]["confident"].usual
    unheard = Close(second, "interrupted", Exchange("hi"))
    assert after(close("Who?"), unheard, *pause("hello there", turn=Turn(3))).waiting.milliseconds == asked


def resumed(milliseconds: int) -> list[Event | Effect]:
    return [*pause("hello there"), SpeechResumed(OFFSET + milliseconds * VOICE_RATE // 1000)]


def test_long_pauses_of_this_user_make_it_wait_longer_but_not_for_ever() -> None:
    slow = after(*(event for _ in range(20) for event in resumed(1200)), *pause("hello there"))
    quick = after(*(event for _ in range(60) for event in resumed(210)), *pause("hello there"))
    wait = WAITS["normal"]["unsure"]
    assert slow.waiting.milliseconds == wait.most
    assert wait.least <= quick.waiting.milliseconds < wait.usual
    assert after(*resumed(3000), *pause("hello there")).waiting.milliseconds == wait.usual, "one pause is no habit"


def test_a_turn_that_was_taken_too_early_teaches_most() -> None:
    taken = [
        SpeechEnded(utterance(), 0, OFFSET),
        SpeechStarted(OFFSET + VOICE_RATE),
        Close(FIRST, "merged", None),
    ]
    assert after(*pause("hello there"), *taken).habit.pause_ms > Habit().pause_ms
    assert after(Close(FIRST, "merged", None)).habit == Habit()


def test_a_pause_over_a_reply_is_no_habit() -> None:
    assert after(paused(OFFSET), SpeechResumed(OFFSET + VOICE_RATE)).habit == Habit()


@given(st.lists(st.floats(0, 60_000), max_size=200))
def test_a_habit_stays_within_bounds_and_finds_the_upper_end(pauses: list[float]) -> None:
    habit = Habit()
    for milliseconds in pauses:
        habit = habit.after(milliseconds)
        assert LEAST_PAUSE <= habit.pause_ms <= MOST_PAUSE
    assert habit.count == len(pauses)
    for number in range(400):
        habit = habit.after(400 + 10 * (number * 37 % 100))  # evenly from 400 to 1390
    assert 1150 < habit.pause_ms < 1400
    assert habit.count > KNOWN


@pytest.mark.parametrize("values", [{"pause_ms": 1.0}, {"pause_ms": float("nan")}, {"count": -1}])
def test_a_habit_that_cannot_be_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="Habit"):
        Habit(**values)  # type: ignore[arg-type]
