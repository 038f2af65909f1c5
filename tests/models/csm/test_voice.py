"""The voice behind its port: it streams, is seedable, ends, and never runs away."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_csm import Tiny, save_codec
from torch.utils._python_dispatch import TorchDispatchMode

from core.types import COMPANION, USER, VOICE_FRAME, Segment, SpeechFrame
from models.csm import load_voice
from models.csm.cuda import Captured, Desk, frame_on
from models.csm.generate import (
    QUIET_END,
    QUIET_SHOWN,
    STUCK,
    Eager,
    Luck,
    Sampling,
    choosing,
    frame_cap,
    is_end,
    published_sampling,
    speak_codes,
    until_quiet,
)
from models.csm.load import load_model
from models.csm.quantize import Int8Linear
from models.csm.text import wording
from models.csm.timeline import Timeline
from models.csm.tokenizer import TextTokenizer

BOOKS = 8
ODD = [
    "...", "🙂", "a", "x" * 2000, "123", "def f(x): return x**2", "你好，世界", "مرحبا بالعالم",
    "Ω≈ç√∫", "\x00\x01", "<|end_of_text|>", "[0][1][0]", "I 👍 U", "é", "?!", "\u202eabc", "𝕳𝖊𝖑𝖑𝖔", "ﬁ", "99999999",
]  # fmt: skip


@pytest.fixture(scope="module")
def voice(tiny8: Tiny):
    return load_voice(tiny8.original, tiny8.codec)


@pytest.fixture(scope="module")
def model(tiny8: Tiny):
    return load_model(tiny8.original, torch.device("cpu"), torch.float32)


@pytest.fixture(scope="module")
def tokenizer(tiny8: Tiny):
    return TextTokenizer(tiny8.original / "tokenizer.json")


@pytest.fixture
def context(random):
    return [
        Segment(COMPANION, "this is me.", random.integers(0, 64, (9, BOOKS)), pinned=True),
        Segment(USER, "hello.", random.integers(0, 64, (5, BOOKS))),
    ]


def test_a_seed_says_it_all(voice, context):
    def codes(seed: int) -> np.ndarray:
        return np.stack([frame.codes for frame in itertools.islice(voice.speak(context, "hello you.", seed), 8)])

    first = codes(7)
    assert (codes(8) != first).any()
    np.testing.assert_array_equal(codes(7), first)


def test_each_frame_is_out_before_the_next_is_computed(voice, context, monkeypatch):
    steps = []
    monkeypatch.setattr(voice._model, "frame", lambda *a, inner=voice._model.frame: steps.append(1) or inner(*a))
    speech = voice.speak(context, "hello you.", 1)
    assert not steps
    for index in range(1, 4):
        frame = next(speech)
        assert frame.samples.shape == (VOICE_FRAME,)
        assert frame.samples.dtype == np.float32
        assert len(steps) == index


def test_prepared_context_is_not_computed_again(voice, context):
    voice.prepare(context)
    assert voice.history.segments == 2
    assert voice.history.speakers == (COMPANION, USER)
    next(voice.speak(context, "yes.", 1))
    assert voice.history.new_positions == len("[0]yes.") + 2


def test_nothing_to_say_is_an_error_at_once(voice):
    with pytest.raises(ValueError, match="nothing to say"):
        voice.speak((), "  ", 0)


def test_odd_texts_end_within_their_cap(voice, context):
    for text in ODD:
        check_odd(voice, context, text)


@pytest.mark.slow
def test_three_hundred_odd_texts_end_within_their_cap(voice, context, random):
    """ODD and random runs of the first three planes of Unicode's blocks."""
    letters = [chr(letter) for letter in random.integers(32, 0x2FFF, 300 * 12)]
    for at in range(0, len(letters), 12):
        check_odd(voice, context, "".join(letters[at : at + 12]))


def check_odd(voice, context, text: str) -> None:
    if not (spoken := voice.wording(text)):
        return
    frames = list(voice.speak(context[:1], spoken, 1))
    assert len(frames) <= frame_cap(spoken) <= 250
    for frame in frames:
        assert np.isfinite(frame.samples).all()
        assert 0 <= frame.codes.min() <= frame.codes.max() < 64


def test_illegal_ids_are_never_drawn(model, tokenizer):
    """Even when they are by far the likeliest, as in a random model they are three times of 67."""
    head = model.heads[0].weight
    before = head[-3:].clone()
    head[-3:] = 100.0
    try:
        timeline = Timeline(model, tokenizer)
        opening = timeline.open((), COMPANION, "hello there you.")
        luck = Luck(Sampling(2.0, 64), BOOKS, 64, 0)
        frames = list(speak_codes(Eager(model, timeline.cache, Sampling(2.0, 64)), timeline, opening, luck, 40))
        assert np.stack(frames).max() < 64
    finally:
        head[-3:] = before


def test_non_finite_logits_end_the_clip_with_an_error_and_the_next_is_well(voice, context):
    head = voice._model.heads[3].weight
    before = head.clone()
    head[:] = float("nan")
    with pytest.raises(RuntimeError, match="non-finite"):
        list(voice.speak(context, "hello.", 1))
    head[:] = before
    assert list(voice.speak(context, "hello.", 1))


@pytest.mark.parametrize("greedy", [True, False])
def test_the_captured_program_gives_the_codes_of_the_eager_one(model, tokenizer, context, greedy):
    sampling = Sampling(0 if greedy else 0.9, 50)

    def codes(make) -> np.ndarray:
        timeline = Timeline(model, tokenizer)
        program = make(model, timeline.cache, sampling)
        frames = []
        for text in ("good morning.", "and how are you?"):  # two turns over one cache
            opening = timeline.open(context, COMPANION, text)
            luck = Luck(sampling, BOOKS, 64, 5)
            frames += list(speak_codes(program, timeline, opening, luck, 20))
        return np.stack(frames)

    np.testing.assert_array_equal(codes(Captured), codes(Eager))


LOOKS = ("item", "is_nonzero", "_local_scalar_dense", "nonzero", "equal")  # composite ones come here whole


class Unattended(TorchDispatchMode):
    """Computes without the host, which must not look at a value while a graph is captured."""

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        assert operation.overloadpacket.__name__ not in LOOKS, operation
        return operation(*args, **(kwargs or {}))


@torch.inference_mode()
@pytest.mark.parametrize("greedy", [True, False])
def test_a_frame_never_waits_for_the_host_and_so_can_be_captured(model, greedy):
    sampling = Sampling(0 if greedy else 0.9, 50)
    desk = Desk.of(model, sampling)
    with Unattended():
        frame_on(desk, model, model.backbone.cache(256), model.decoder.cache(BOOKS), 64, sampling.temperature)
    assert desk.position == 1


def test_a_full_cache_is_never_overrun(model, tokenizer, random):
    timeline = Timeline(model, tokenizer)
    for program in (Captured, Eager):
        opening = timeline.open([Segment(USER, "a", random.integers(0, 64, (200, BOOKS)))], COMPANION, "b" * 14)
        luck = Luck(Sampling(), BOOKS, 64, 0)
        made = program(model, timeline.cache, Sampling())
        assert len(list(speak_codes(made, timeline, opening, luck, 250))) == 256 - timeline.history.positions + 1
        assert timeline.free == 0


def test_sampling_follows_the_softmax_of_the_top_k():
    logits = torch.tensor([0.0, 1.0, 2.0, 3.0, -9.0])
    luck = Luck(Sampling(0.8, 3), 1, 5, 0)
    draws = torch.cat([choosing(luck(), 0.8)(logits, 0) for _ in range(20_000)])
    wanted = torch.softmax(logits[1:4] / 0.8, 0)
    found = torch.bincount(draws, minlength=5) / len(draws)
    torch.testing.assert_close(found[1:4], wanted, atol=0.015, rtol=0)
    assert found[0] == found[4] == 0


def test_the_end_is_a_frame_of_zeros_or_nearly_so():
    frame = np.zeros(32, np.int64)
    assert is_end(frame)
    frame[[3, 9, 17, 30]] = 5
    assert is_end(frame)
    assert not is_end(np.r_[np.zeros(23, np.int64), np.ones(9, np.int64)])
    assert not is_end(np.r_[1, np.zeros(31, np.int64)]), "zero is a legal code"


def loud(codes: int, level: float = 0.1) -> SpeechFrame:
    return SpeechFrame(np.full(VOICE_FRAME, level, np.float32), np.full(BOOKS, codes))


def test_a_pause_is_kept_and_a_trailing_silence_is_not():
    speech = [loud(i) for i in range(10)]
    pause = [loud(20 + i, 1e-4) for i in range(QUIET_END - 1)]
    assert list(until_quiet(speech + pause + speech)) == speech + pause + speech
    endless = (loud(i, 1e-4) for i in itertools.count(100))
    assert len(list(until_quiet(itertools.chain(speech, endless)))) == 10 + QUIET_SHOWN
    assert len(list(until_quiet(loud(i, 0.0) for i in itertools.count()))) == QUIET_SHOWN


def test_a_stuck_sound_ends_and_a_broken_one_is_an_error():
    assert len(list(until_quiet(itertools.repeat(loud(1))))) == STUCK - 1
    with pytest.raises(RuntimeError, match="non-finite samples"):
        list(until_quiet([loud(1), loud(1, float("nan"))]))


@pytest.mark.parametrize(("text", "frames"), [("", 18), ("a" * 100, 168), ("a" * 5000, 250)])
def test_the_cap_grows_with_the_text(text, frames):
    assert frame_cap(text) == frames


def test_int8_weights_nearly_give_the_same(tiny8: Tiny, model):
    weight = torch.randn(64, 96, generator=torch.Generator().manual_seed(0))
    x = torch.randn(5, 96, generator=torch.Generator().manual_seed(1))
    error = (Int8Linear(weight)(x) - x @ weight.T).norm() / (x @ weight.T).norm()
    assert error < 0.03
    quantised = load_model(tiny8.original, torch.device("cpu"), torch.float32, Int8Linear)
    rows = Timeline(model, TextTokenizer(tiny8.original / "tokenizer.json"))
    rows.open((), COMPANION, "a text of some length.")
    hidden = [each.prefill(rows.rows, 0, each.backbone.cache(256)) for each in (model, quantised)]
    assert torch.nn.functional.cosine_similarity(hidden[0], hidden[1], dim=0) > 0.98


@pytest.mark.parametrize("precision", ["int8", "bf16", "fp16"])
def test_every_precision_speaks(tiny8: Tiny, context, precision):
    other = load_voice(tiny8.transformers, tiny8.codec, precision=precision)
    frames = list(itertools.islice(other.speak(context, wording("It is 5 o'clock"), 3), 5))
    assert len(frames) == 5
    assert all(np.isfinite(frame.samples).all() for frame in frames)


def test_parts_that_do_not_fit_are_refused(tiny8: Tiny, tmp_path):
    with pytest.raises(ValueError, match="precision"):
        load_voice(tiny8.original, tiny8.codec, precision="int3")
    save_codec(tmp_path, 4, seed=0)
    with pytest.raises(ValueError, match="codebooks"):
        load_voice(tiny8.original, tmp_path)


def test_the_checkpoint_says_how_it_is_sampled(tmp_path: Path) -> None:
    """generation_config.json wins over the published defaults, and a broken one is named."""
    assert published_sampling(tmp_path) == Sampling(0.9, 50)
    (tmp_path / "generation_config.json").write_text('{"do_sample": true, "temperature": 0.6, "top_k": 30}')
    assert published_sampling(tmp_path) == Sampling(0.6, 30)
    (tmp_path / "generation_config.json").write_text("[")
    with pytest.raises(ValueError, match="generation_config"):
        published_sampling(tmp_path)
