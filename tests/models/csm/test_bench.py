"""The benchmark on a model of no size: that it runs, and that its counts are right."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from test_exact import FRAMES, GREEDY

from models.csm import bench
from models.csm.config import SIZES, CsmConfig, StackConfig
from models.csm.generate import Eager, Luck
from models.csm.load import build
from models.csm.weights import RandomWeights, transformers_model

SMALL = CsmConfig(4, 67, 300, StackConfig(32, 2, 4, 2, 64, 8, 512), StackConfig(16, 2, 2, 1, 32, 8, 512))


def test_a_run_prints_a_table_and_writes_its_figures(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(bench.SIZES, "tiny", SMALL)
    monkeypatch.setattr(bench, "bandwidth", lambda _: 10.0)
    monkeypatch.setattr(bench, "_BLOCK", 1000)
    plan = bench.Plan(frames=3, their_frames=2, histories=(100, 300), codec_frames=2)
    report = bench.run("cpu", "tiny", 1, tmp_path / "voice.json", plan)
    assert json.loads((tmp_path / "voice.json").read_text())["frame"] == report.frame
    assert "ratio" in capsys.readouterr().out
    assert [turn["history"] for turn in report.turns] == [100, 300]
    assert min(report.frame["median"], report.transformers["median"], report.first_frame, report.floor) > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--threads", "0"], "--threads 0: choose 1 to"),
        (["--frames", "1"], "--frames 1: choose 2 or more"),
        (["--histories", "1990"], "choose growing lengths from 1 to 1959"),
        (["--histories", "600", "200"], "choose growing lengths"),
        (["--json", "/no/such/folder/voice.json"], "make the folder /no/such/folder first"),
        (["--size", "huge"], "invalid choice"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_made(capsys, words, said):
    with pytest.raises(SystemExit) as ended:
        bench.main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_the_weights_of_a_frame_are_counted_as_published():
    """Reference: 1.95 GB for the backbone and 7.15 GB for the decoder's steps in bfloat16."""
    assert bench.weights_read(SIZES["tiny"]) * 2 == pytest.approx(9.107e9, rel=0.01)


def compare(config: CsmConfig, frames: int) -> None:
    weights = RandomWeights(config)
    rows = bench.some_text(config, 40)
    oracle = transformers_model(weights, torch.device("cpu"), torch.float32)
    ids = torch.from_numpy(rows[:, -1])[None]
    with torch.no_grad():
        logits = oracle(inputs_embeds=oracle.embed_text_tokens(ids)).logits[0, -1]
        oracle.lm_head.weight[-3:] = 0  # its `generate` would not mask the spare ids
        oracle.depth_decoder.codebooks_head.weight[:, :, -3:] = 0
        theirs = oracle.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=frames, do_sample=False,
            depth_decoder_do_sample=False, output_audio=False,
        )[0]  # fmt: skip
    del oracle
    model = build(weights, torch.device("cpu"), torch.float32)
    cache = model.backbone.cache(512)
    with torch.no_grad():
        hidden = model.prefill(rows, 0, cache)
        torch.testing.assert_close(model.heads[0](hidden[None])[0], logits, atol=1e-4, rtol=0)
    luck = Luck(GREEDY, config.codebooks, config.legal_codes, 0)
    ours = list(Eager(model, cache, GREEDY)(rows[-1:], len(rows) - 1, luck, frames))
    np.testing.assert_array_equal(np.stack(ours), theirs)


def test_random_weights_are_the_same_for_both():
    compare(SMALL, 5)


@pytest.mark.slow
def test_the_full_1b_model_is_exact():
    compare(SIZES["tiny"], FRAMES)
