"""What was heard, and what fits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import memory
from core.memory import (
    AUDIBLE,
    SPARE,
    Exchange,
    Said,
    audible,
    context,
    cut,
    fit,
    heard,
    messages,
    positions,
    segments,
    window,
)
from core.settings import MemorySettings
from core.types import COMPANION, USER, VOICE_FRAME, Codes, Segment, SpeechFrame


def codes(frames: int) -> Codes:
    return np.arange(frames * 4).reshape(frames, 4)


def said(text: str, frames: int, *, whole: bool = True) -> Said:
    return Said(text, text, codes(frames), whole)


@pytest.mark.parametrize(
    ("played", "kept"),
    [
        (0, ""),
        (1, ""),
        (2, "one"),
        (5, "one two"),
        (8, "one two"),
        (9, "one two three"),
        (10, "one two three"),
        (99, "one two three"),
    ],
)
def test_a_cut_keeps_words_of_which_half_was_spoken(played: int, kept: str) -> None:
    assert cut("one two three", 10, played) == kept


@given(st.text(max_size=50), st.integers(1, 100), st.integers(0, 120))
def test_a_cut_is_a_beginning(text: str, total: int, played: int) -> None:
    kept = cut(text, total, played)
    assert text.startswith(kept)
    last = len(kept.split()[-1]) if kept.split() else 0
    assert (len(kept) - last / 2) * total <= len(text) * played or played >= total
    assert text[len(kept) :][:1].isspace() or kept in ("", text)


def test_only_what_sounded_is_kept() -> None:
    phrases = (said("one two", 10), said("three four", 10), said("five", 10))
    assert [piece.text for piece in heard(phrases, 15 * VOICE_FRAME)] == ["one two", "three"]
    assert [piece.frames for piece in heard(phrases, 15 * VOICE_FRAME)] == [10, 5]
    assert len(heard(phrases, 99 * VOICE_FRAME)) == 3
    assert heard(phrases, VOICE_FRAME) == ()
    assert heard([Said("one", "one")], VOICE_FRAME) == ()


@given(st.lists(st.integers(0, 20), max_size=6), st.integers(0, 200_000))
def test_never_more_than_what_sounded(lengths: list[int], samples: int) -> None:
    pieces = heard([said("one two three", frames) for frames in lengths], samples)
    assert sum(piece.frames for piece in pieces) * VOICE_FRAME <= samples
    assert all(piece.text and piece.frames for piece in pieces)


def test_the_window_stays_until_it_must_move_and_then_moves_far() -> None:
    lengths = [10] * 12
    assert window(lengths[:10], 0, 100, 60) == 0
    assert window(lengths[:11], 0, 100, 60) == 5
    assert window(lengths, 5, 100, 60) == 5
    assert window([500], 0, 100, 60) == 0  # the last is always kept


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_what_is_kept_begins_where_it_began_most_of_the_time(lengths: list[int]) -> None:
    starts = [len(lengths[:end]) - len(fit(lengths[:end], int, 200, 120)) for end in range(1, len(lengths) + 1)]
    assert starts == sorted(starts)
    assert len(set(starts)) <= 1 + sum(lengths) // 80
    assert sum(fit(lengths, int, 200, 120)) <= 200


@given(st.lists(st.integers(0, 300), max_size=40), st.lists(st.integers(0, 300), max_size=40))
def test_what_follows_is_fitted_to_the_kept_part_as_to_the_whole(before: list[int], after: list[int]) -> None:
    kept = fit(before, int, 200, 120)
    assert fit([*kept, *after], int, 200, 120) == fit([*before, *after], int, 200, 120)


TALK = [Exchange(f"question {number}", codes(5), (said(f"answer {number}", 5),)) for number in range(30)]


def test_the_chat_reads_the_newest_whole_messages_after_the_system() -> None:
    read = messages("be kind", TALK, "and now?", MemorySettings(chat_chars_high=300, chat_chars_low=200))
    assert (read[0].role, read[0].text, read[-1].text) == ("system", "be kind", "and now?")
    assert sum(len(message.text) for message in read) <= 300
    assert [message.role for message in read[1:]] == [*(["user", "assistant"] * 30)[: len(read) - 2], "user"]
    assert read[-2].text == "answer 29"


def test_what_got_no_answer_is_one_message_with_what_follows() -> None:
    read = messages("", [Exchange("wait"), Exchange("no")], "stop", MemorySettings())
    assert [(message.role, message.text) for message in read] == [("system", ""), ("user", "wait\nno\nstop")]


def test_a_question_longer_than_the_budget_is_still_asked() -> None:
    read = messages("be kind", TALK, "why " * 500, MemorySettings(chat_chars_high=200, chat_chars_low=100))
    assert [message.role for message in read] == ["system", "user"]


def test_the_voice_hears_its_reference_and_the_newest_of_both_speakers() -> None:
    reference = Segment(COMPANION, "my voice", codes(50), pinned=True)
    settings = MemorySettings(voice_positions_high=400, voice_positions_low=200)
    held = context([reference], segments(TALK), settings)
    assert held[0] is reference
    assert sum(map(positions, held)) <= 400
    assert [segment.text for segment in held[-2:]] == ["question 29", "answer 29"]
    assert {segment.speaker for segment in held} == {USER, COMPANION}
    assert context([reference], [], settings) == [reference]


def test_another_voice_hears_the_user_and_not_the_voice_before() -> None:
    past = [Exchange("hello", codes(3), (said("good day", 5),)), Exchange("typed", None, (said("so it is", 4),))]
    others = memory.unvoiced(past)
    assert [segment.speaker for segment in segments(others)] == [USER]
    assert [exchange.reply for exchange in others] == ["good day", "so it is"]  # the words stay
    assert len(segments(past)) == 3  # and what was kept is as it was


def test_silence_in_a_phrase_says_nothing() -> None:
    quiet = Said("one two three", "one two three", codes(20), whole=True, loud=(False,) * 10 + (True,) * 10)
    assert heard([quiet], 10 * VOICE_FRAME) == ()
    (half,) = heard([quiet], 15 * VOICE_FRAME)
    assert (half.text, half.frames) == ("one two", 15)


def test_typed_words_have_no_sound() -> None:
    assert [segment.text for segment in segments([Exchange("typed", None, (said("answer", 3),))])] == ["answer"]
    assert segments([Exchange("nothing", codes(0))]) == []


def test_a_phrase_grows_frame_by_frame() -> None:
    phrase = Said("a", "a")
    for number in range(3):
        phrase = memory.appended(phrase, SpeechFrame(np.full(VOICE_FRAME, number * 0.1, np.float32), codes(3)[number]))
    assert phrase.loud == (False, True, True)
    assert phrase.codes is not None
    assert np.array_equal(phrase.codes, codes(3))


def test_a_window_larger_than_the_model_reads_is_made_smaller() -> None:
    settings = MemorySettings()
    assert memory.fitting(settings, 0) is settings
    assert memory.fitting(settings, 4096) is settings
    small = memory.fitting(settings, 1000)
    assert (small.chat_chars_high, small.chat_chars_low) == (2400, 1600)
    assert memory.fitting(settings, 1).chat_chars_high == 400


def test_a_long_talk_holds_the_sound_of_its_newest_part_and_all_words() -> None:
    past: tuple[Exchange, ...] = ()
    for number in range(3 * (AUDIBLE + SPARE)):
        before = segments(past)
        past = audible((*past, Exchange(f"question {number}", codes(3), (said(f"answer {number}", 5),))))
        held, kept = segments(past), 2 * min(number, AUDIBLE - 1)
        assert held[len(held) - 2 - kept : -2] == before[len(before) - kept :]
        assert len(held) <= 2 * (AUDIBLE + SPARE)
    assert [exchange.user for exchange in past] == [f"question {number}" for number in range(len(past))]
    assert past[0].reply == "answer 0"
    assert past[0].codes is None
