"""From recorded speech to spoken replies with real engines of tiny models: one process, all threads, all files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.audiofile import read_audio
from tests.app import tiny_pack

JFK = Path(__file__).parents[1] / "data" / "jfk.flac"
SPOKEN = (0.0, 3.2)  # seconds: "And so, my fellow Americans"


@pytest.fixture(scope="module")
def question(tmp_path_factory) -> Path:
    wide, _ = read_audio(JFK)
    path = tmp_path_factory.mktemp("question") / "question.wav"
    soundfile.write(path, wide[int(SPOKEN[0] * 24_000) : int(SPOKEN[1] * 24_000)], 24_000)
    return path


@pytest.fixture(scope="module")
def pack(tmp_path_factory, question) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    return tiny_pack.make(folder / "pack", folder / "work", read_audio(question)[1])


@pytest.fixture(scope="module")
def talks(tmp_path_factory, pack, question) -> dict[str, Path]:
    """Hold the same conversation of two questions twice, and begin it with another seed."""
    from app.main import main

    folder = tmp_path_factory.mktemp("talks")
    for name, seed in (("one", "1"), ("two", "1"), ("other", "2")):
        questions = [str(question)] * (1 if name == "other" else 2)
        asked = ["converse", *questions, "--pack", str(pack), "--seed", seed]
        assert main([*asked, "--out", str(folder / name)]) == 0
    return {name: folder / name for name in ("one", "two", "other")}


def test_every_turn_is_heard_and_answered(talks):
    told = json.loads((talks["one"] / "conversation.json").read_text())
    assert [turn["outcome"] for turn in told["turns"]] == ["answered", "answered"]
    for turn in told["turns"]:
        assert turn["user"]["text"] == "hello there how are you"
        reply, rate = soundfile.read(talks["one"] / turn["reply"]["file"])
        assert rate == 24_000
        assert len(reply) == turn["reply"]["end"] - turn["reply"]["start"] > 0
        assert np.abs(reply).max() > 0
        assert np.abs(reply).max() <= 1


def test_the_voice_hears_the_whole_talk_and_computes_only_what_is_new(talks):
    first, second = (
        turn["voice_history"] for turn in json.loads((talks["one"] / "conversation.json").read_text())["turns"]
    )
    assert first["speakers"] == [0, 1]
    assert second["speakers"][:3] == [0, 1, 0]
    assert second["speakers"][-1] == 1
    assert second["positions"] > first["positions"]
    assert second["new_positions"] <= second["positions"] - first["positions"]


def test_the_same_seed_gives_the_same_bytes(talks):
    for name in ("reply-1.wav", "reply-2.wav", "conversation.wav", "transcript.md"):
        assert (talks["one"] / name).read_bytes() == (talks["two"] / name).read_bytes()
    assert (talks["one"] / "reply-1.wav").read_bytes() != (talks["other"] / "reply-1.wav").read_bytes()


def test_say_and_transcribe(sotto, pack, question, tmp_path):
    assert sotto("say", "Good morning.", "--pack", pack, "--out", tmp_path / "a.wav")[0] == 0
    assert soundfile.info(tmp_path / "a.wav").frames > 0
    assert sotto("transcribe", question, "--pack", pack)[:2] == (0, "hello there how are you\n")
