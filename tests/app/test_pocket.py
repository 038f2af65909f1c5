"""The pocket pack that is shipped: whole, small, and able to hold the demo conversation."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app import compose
from app.main import main
from models.pack import open_pack

LARGEST = 40e6  # bytes


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "out"
    assert main(["converse", "--demo", "--out", str(folder)]) == 0
    return folder


def test_every_byte_is_what_the_manifest_says_and_they_are_few():
    pack = open_pack(compose.POCKET)
    assert set(pack.voices) >= {"ada", "tom"}
    assert sum(path.stat().st_size for path in compose.POCKET.rglob("*") if path.is_file()) < LARGEST


def test_the_demo_is_a_conversation(demo):
    told = json.loads((demo / "conversation.json").read_text())
    assert len(told["turns"]) == len(list((compose.ASSETS / "demo").glob("*.wav")))
    transcript = (demo / "transcript.md").read_text()
    for turn in told["turns"]:
        assert turn["outcome"] == "answered"
        assert turn["reply"]["text"]
        assert turn["reply"]["text"] in transcript
        reply, _ = soundfile.read(demo / turn["reply"]["file"])
        assert np.isfinite(reply).all()
        assert 0.01 < np.sqrt(np.mean(reply**2)) < 0.3, "speech, neither silence nor a roar"
        assert np.mean(np.abs(reply) > 0.999) < 1e-3, "not clipped"


def test_the_voice_hears_every_turn_and_computes_only_what_is_new(demo):
    turns = json.loads((demo / "conversation.json").read_text())["turns"]
    heard = [turn["voice_history"] for turn in turns]
    assert heard[0]["speakers"] == [0, 1], "the reference, then the user"
    for before, after in pairwise(heard):
        assert after["speakers"][: before["segments"]] == before["speakers"], "nothing is forgotten"
        assert after["speakers"].count(1) == before["speakers"].count(1) + 1
        assert after["new_positions"] <= after["positions"] - before["positions"]
