"""Our runtime against transformers' CsmForConditionalGeneration with the same weights, in float32."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_csm import Tiny
from transformers import DynamicCache

from core.types import Segment
from models.csm.generate import Eager, Luck, Sampling, speak_codes
from models.csm.load import load_model
from models.csm.model import NOTHING
from models.csm.timeline import Timeline, segment_rows, text_rows
from models.csm.tokenizer import TextTokenizer

FRAMES = 25
GREEDY = Sampling(temperature=0)


def conversation(tiny: Tiny, random: np.random.Generator, segments: int) -> list[Segment]:
    """Both speakers in turn, lengths of sound mixed."""
    texts = ("so what did you do?", "we went down to the sea.", "oh.", "and it rained, of course!")
    shape = (tiny.config.codebooks,)
    return [
        Segment(i % 2, texts[i], random.integers(0, tiny.config.legal_codes, (3 + 4 * i, *shape)))
        for i in range(segments)
    ]


def oracle_embeddings(tiny: Tiny, rows: np.ndarray) -> torch.Tensor:
    """The 33-column reference: every column embedded, masked, and summed, as the original's generator does it."""
    codes, mask = torch.from_numpy(np.where(rows == NOTHING, 0, rows)), torch.from_numpy(rows != NOTHING)
    offsets = torch.arange(tiny.config.codebooks) * tiny.config.audio_vocab
    audio = tiny.oracle.backbone_model.embed_tokens.embed_audio_tokens(codes[:, :-1] + offsets)
    text = tiny.oracle.embed_text_tokens(codes[:, -1:])
    return (torch.cat((audio, text), dim=1) * mask[:, :, None]).sum(1)


def load(folder):
    return load_model(folder, torch.device("cpu"), torch.float32), TextTokenizer(folder / "tokenizer.json")


def prompt(tiny: Tiny, tokenizer: TextTokenizer, context: list[Segment], speaker: int, text: str) -> np.ndarray:
    parts = [segment_rows(segment, tokenizer, tiny.config.codebooks) for segment in context]
    return np.concatenate([*parts, text_rows(tokenizer(speaker, text), tiny.config.codebooks)])


@torch.no_grad()
def oracle_frames(tiny: Tiny, rows: np.ndarray) -> np.ndarray:
    """Greedy frames of transformers' model; its logits' spare ids are masked, as ours are."""
    oracle, legal = tiny.oracle, tiny.config.legal_codes
    cache, inputs, frames = DynamicCache(config=oracle.config), oracle_embeddings(tiny, rows)[None], []
    for _ in range(FRAMES):
        out = oracle.backbone_model(inputs_embeds=inputs, past_key_values=cache, use_cache=True)
        hidden = out.last_hidden_state[:, -1]
        codes = [int(oracle.lm_head(hidden)[0, :legal].argmax())]
        for _ in range(tiny.config.codebooks - 1):
            ids = torch.tensor([[0, *codes]])
            logits = oracle.depth_decoder(ids, backbone_last_hidden_state=hidden, use_cache=False).logits
            codes.append(int(logits[0, -1, :legal].argmax()))
        frames.append(codes)
        inputs = oracle.backbone_model.embed_tokens(torch.tensor([[codes]]))
    return np.array(frames)


@pytest.mark.parametrize("layout", ["transformers", "original"])
@pytest.mark.parametrize("segments", [0, 3])
@pytest.mark.parametrize("speaker", [0, 1])
def test_logits_and_greedy_frames_are_the_oracles(tiny: Tiny, random, layout: str, segments: int, speaker: int):
    model, tokenizer = load(getattr(tiny, layout))
    context = conversation(tiny, random, segments)
    timeline = Timeline(model, tokenizer)
    opening = timeline.open(context, speaker, "good morning.")
    rows = np.concatenate((timeline.rows, opening))
    np.testing.assert_array_equal(rows, prompt(tiny, tokenizer, context, speaker, "good morning."))

    with torch.no_grad():
        hidden = model.prefill(rows, 0, model.backbone.cache(len(rows)))
        theirs = tiny.oracle(inputs_embeds=oracle_embeddings(tiny, rows)[None]).logits[0, -1]
        torch.testing.assert_close(model.heads[0](hidden[None])[0], theirs, atol=1e-4, rtol=0)

    luck = Luck(GREEDY, tiny.config.codebooks, tiny.config.legal_codes, 0)
    frames = list(speak_codes(Eager(model, timeline.cache, GREEDY), timeline, opening, luck, FRAMES))
    np.testing.assert_array_equal(np.stack(frames), oracle_frames(tiny, rows))


def test_embeddings_are_the_33_column_reference(tiny: Tiny, random):
    model, tokenizer = load(tiny.original)
    rows = prompt(tiny, tokenizer, conversation(tiny, random, 4), 0, "and then?")
    with torch.no_grad():
        torch.testing.assert_close(model.embed(rows), oracle_embeddings(tiny, rows), atol=1e-5, rtol=0)


@torch.no_grad()
def test_generate_of_transformers_gives_the_same_codes(tiny: Tiny, random):
    """The whole of their pipeline too: token ids in, codes out, from text alone."""
    model, tokenizer = load(tiny.transformers)
    ids = tokenizer(1, "hello there")
    tiny.oracle.generation_config.eos_token_id = None
    theirs = tiny.oracle.generate(
        torch.tensor([ids]), attention_mask=torch.ones(1, len(ids)), max_new_tokens=5, do_sample=False,
        depth_decoder_do_sample=False, output_audio=False,
    )[0]  # fmt: skip
    timeline = Timeline(model, tokenizer)
    opening = timeline.open((), 1, "hello there")
    luck = Luck(GREEDY, tiny.config.codebooks, tiny.config.legal_codes, 0)
    ours = list(speak_codes(Eager(model, timeline.cache, GREEDY), timeline, opening, luck, 5))
    np.testing.assert_array_equal(np.stack(ours), theirs)
