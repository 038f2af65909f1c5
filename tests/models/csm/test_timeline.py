"""The kept cache against a fresh prefill, over a whole talk; what leaves the context, and what never does."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_csm import Tiny

from core.types import COMPANION, USER, Segment
from models.csm.generate import Eager, Luck, Sampling, speak_codes
from models.csm.load import load_model
from models.csm.model import NOTHING
from models.csm.timeline import Room, Timeline, Window, common_beginning, segment_rows
from models.csm.tokenizer import TextTokenizer

GREEDY = Sampling(temperature=0)
BOOKS = 8


@pytest.fixture(scope="module")
def parts(tiny8: Tiny):
    tokenizer = TextTokenizer(tiny8.original / "tokenizer.json")
    return load_model(tiny8.original, torch.device("cpu"), torch.float32), tokenizer


def segment(speaker: int, text: str, frames: int, seed: int = 0, pinned: bool = False) -> Segment:
    return Segment(speaker, text, np.random.default_rng(seed).integers(1, 64, (frames, BOOKS)), pinned)


def spoken(model, timeline: Timeline, context, text: str, most: int) -> list[np.ndarray]:
    opening = timeline.open(context, COMPANION, text)
    luck = Luck(GREEDY, BOOKS, 64, 0)
    return list(speak_codes(Eager(model, timeline.cache, GREEDY), timeline, opening, luck, most))


def check_held(timeline: Timeline, context, tokenizer) -> None:
    """Whole segments in order, every pinned one, each with one end row, within the positions there are."""
    rows = timeline.rows
    assert len(rows) == timeline.history.positions or len(rows) == timeline.history.positions - 1
    assert len(rows) <= 256
    held = []
    for told in context:
        wanted = segment_rows(told, tokenizer, BOOKS)
        at = sum(len(part) for part in held)
        if at + len(wanted) <= len(rows) and (rows[at : at + len(wanted)] == wanted).all():
            held.append(wanted)
        else:
            assert not told.pinned, "a reference was lost"
    assert len(held) == timeline.history.segments, "a segment was cut"
    beyond = rows[sum(len(part) for part in held) :]
    assert (beyond[:, 0] == NOTHING).all(), "only the text to be spoken may follow the segments"
    ends = (rows[:, :-1] == 0).all(axis=1).sum()
    assert ends == len(held), "each segment ends exactly once"


def test_a_talk_of_twelve_turns_with_the_kept_cache_is_that_of_fresh_prefills(parts):
    model, tokenizer = parts
    timeline = Timeline(model, tokenizer)
    context = [segment(COMPANION, "this is how i sound.", 10, 1, pinned=True)]
    evicted = recomputed = 0
    for turn in range(12):
        context.append(segment(USER, f"so, what about {turn}?", 4 + turn % 3, 100 + turn))
        if turn % 2:
            timeline.hear(context)  # in idle time, as after a turn
        text = f"well, {turn} it is."
        frames = spoken(model, timeline, context, text, 9)
        before = timeline.history
        check_prompted(timeline, context, tokenizer, frames)

        fresh = Timeline(model, tokenizer)
        fresh._window._oldest = timeline._window._oldest  # what left the context stays away
        np.testing.assert_array_equal(np.stack(frames), np.stack(spoken(model, fresh, context, text, 9)))
        assert fresh.history.segments == before.segments
        assert fresh.history.new_positions == fresh.history.positions

        evicted += before.segments < len(context)
        recomputed += before.new_positions
        played = len(frames) if turn % 4 != 2 else 3  # every fourth turn the user cuts in
        told = text if played == len(frames) else text[:6]
        context.append(Segment(COMPANION, told, np.stack(frames)[:played]))
        if turn == 7:  # closed and opened again
            again = Timeline(model, tokenizer)
            again._window._oldest = timeline._window._oldest
            timeline = again
    assert evicted > 3, "the talk was meant to outgrow the context"
    assert recomputed < 12 * 256 * 0.6


def check_prompted(timeline: Timeline, context, tokenizer, frames) -> None:
    """After speaking, the held rows are the context, the text, and all frames but the last, which was never fed."""
    assert timeline.length == timeline.history.positions + len(frames) - 1
    spoken_rows = timeline.rows[timeline.history.positions :, :-1]
    np.testing.assert_array_equal(spoken_rows, np.stack(frames)[:-1])


def test_a_turn_costs_its_new_positions_only(parts):
    model, tokenizer = parts
    timeline = Timeline(model, tokenizer)
    context = [segment(COMPANION, "reference", 10, 1, pinned=True), segment(USER, "hello", 5, 2)]
    frames = spoken(model, timeline, context, "good day.", 8)
    context.append(Segment(COMPANION, "good day.", np.stack(frames)))
    timeline.hear(context)
    assert timeline.history.new_positions == 2, "the last frame, and the end"
    timeline.hear(context)
    assert timeline.history.new_positions == 0


def test_what_is_in_the_context_is_tokenised_once(parts):
    model, tokenizer = parts
    asked = []
    timeline = Timeline(model, lambda speaker, text: asked.append(text) or tokenizer(speaker, text))
    context = [segment(COMPANION, "reference", 10, 1, pinned=True), segment(USER, "hello", 5, 2)]
    timeline.hear(context)
    spoken(model, timeline, context, "good day.", 4)
    timeline.hear([*context, segment(USER, "again", 5, 3)])
    assert asked == ["reference", "hello", "good day.", "again"]
    timeline.hear(context[:1])
    timeline.hear(context)
    assert asked[4:] == ["hello"], "what has left is not held"


def test_cutting_back_to_what_was_played_keeps_all_before_it(parts):
    model, tokenizer = parts
    timeline = Timeline(model, tokenizer)
    context = [segment(COMPANION, "reference", 10, 1, pinned=True)]
    frames = np.stack(spoken(model, timeline, context, "good day.", 8))
    timeline.hear([*context, Segment(COMPANION, "good day.", frames[:3])])
    assert timeline.history.new_positions == 1, "the end row alone"
    assert timeline.history.positions == (14 + 10 + 1) + (14 + 3 + 1)


def test_a_failure_while_prefilling_leaves_a_cache_that_holds_what_it_says(parts, monkeypatch):
    model, tokenizer = parts
    timeline = Timeline(model, tokenizer)
    context = [segment(COMPANION, "reference", 10, 1, pinned=True), segment(USER, "hello", 5, 2)]
    timeline.hear(context)
    with monkeypatch.context() as broken:
        broken.setattr(model, "prefill", lambda *_: (_ for _ in ()).throw(RuntimeError))
        with pytest.raises(RuntimeError):
            timeline.hear([context[0], segment(USER, "other", 9, 3)])
    assert timeline.length < 40
    again = spoken(model, timeline, context, "good day.", 8)
    np.testing.assert_array_equal(again, spoken(model, Timeline(model, tokenizer), context, "good day.", 8))


def test_room_is_made_ahead_so_that_phrases_need_none(parts):
    model, tokenizer = parts
    room, timeline = Room.of(256), Timeline(model, tokenizer)
    context = [segment(i % 2, "a", 20, i) for i in range(8)]
    length = sum(len(segment_rows(each, tokenizer, BOOKS)) for each in context)
    assert room.reserve < 256 - length < room.roomy, "enough for a reply, not for the turn after it"
    timeline.hear(context, idle=False)
    assert timeline.history.segments == 8
    timeline.open(context, COMPANION, "a short one.", 5)
    assert timeline.history.segments == 8, "it takes no more than it may last"
    timeline.hear(context)
    assert timeline.history.segments < 8


def test_a_text_longer_than_the_model_still_opens(parts):
    model, tokenizer = parts
    timeline = Timeline(model, tokenizer)
    context = [segment(COMPANION, "reference", 10, 1, pinned=True), segment(USER, "hello", 5, 2)]
    opening = timeline.open(context, COMPANION, "word " * 400)
    assert opening[0, -1] == 1, "the text is cut, its end is not"
    assert timeline.history.segments == 1
    assert timeline.free >= Room.of(256).reserve


def test_a_reference_without_room_for_speech_is_refused(parts):
    model, tokenizer = parts
    with pytest.raises(ValueError, match="pinned reference"):
        Timeline(model, tokenizer).open([segment(COMPANION, "long", 240, 1, pinned=True)], COMPANION, "hi.")


def test_leaving_is_seldom_and_much():
    """Once the context is full, many turns pass before it is full again."""
    room, window = Room.of(2048), Window(Room.of(2048))
    talk = [segment(i % 2, str(i), 2, i) for i in range(60)]
    refilled, before = 0, 0
    for length in range(1, 61):
        held = window.fit(talk[:length], [100] * length, 0, room.roomy)
        assert held[-1] == length - 1
        assert len(held) * 100 + room.roomy <= room.positions
        refilled += held[0] != before
        before = held[0]
    assert refilled == 9, "about every fifth segment, where each would leave without hysteresis"


@pytest.mark.parametrize(("held", "wanted", "common"), [([], [[1]], 0), ([[1], [2]], [[1], [2]], 2), ([[1]], [[2]], 0)])
def test_common_beginning(held, wanted, common):
    assert common_beginning(np.array(held).reshape(-1, 1), np.array(wanted).reshape(-1, 1)) == common


turns = st.tuples(st.sampled_from(["say", "hear", "cut", "drop", "reopen"]), st.integers(0, 30), st.integers(1, 25))


@settings(max_examples=25, deadline=None)
@given(pinned=st.integers(0, 40), script=st.lists(turns, min_size=1, max_size=14))
def test_whatever_happens_the_timeline_is_sound(parts, pinned: int, script):
    model, tokenizer = parts
    timeline = Timeline(model, tokenizer)
    context = [segment(COMPANION, "me.", pinned, 1, pinned=True)]
    for number, (what, letters, frames) in enumerate(script):
        text = "a" * letters + "."
        if what == "say":
            made = spoken(model, timeline, context, text, frames)
            assert timeline.length <= 256
            context.append(Segment(COMPANION, text, np.array(made, np.int64).reshape(-1, BOOKS)))
        elif what == "hear":
            context.append(segment(USER, text, frames, number))
        elif what == "cut" and len(context) > 1:
            last = context.pop()
            context.append(Segment(last.speaker, last.text[: letters // 2], last.codes[: frames // 2]))
        elif what == "drop" and len(context) > 1:
            context.pop(1)
        elif what == "reopen" and len(context) > 1:
            context.pop()
        timeline.hear(context)
        check_held(timeline, context, tokenizer)
    rows = timeline.rows.copy()
    fresh = model.backbone.cache(256)
    if len(rows):
        model.prefill(rows, 0, fresh)
    torch.testing.assert_close(timeline.cache.keys[:, :, : len(rows)], fresh.keys[:, :, : len(rows)], atol=1e-4, rtol=0)
