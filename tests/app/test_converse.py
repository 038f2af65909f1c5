"""`sotto converse` and its sisters, with toy engines."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
import time
from itertools import pairwise

import numpy as np
import pytest
import soundfile

from app import compose
from app.checks import Problem
from tests.fakes import Voice, nothing, trouble


def test_two_questions_two_replies(toys, question, sotto, tmp_path):
    toys()
    out = tmp_path / "out"
    code, said, _ = sotto("converse", question("a.wav", 1.0), question("b.wav", 2.0), "--out", out)
    assert code == 0
    assert said.count("You:") == said.count("Sotto:") == 2
    names = {"reply-1.wav", "reply-2.wav", "conversation.wav", "conversation.json", "transcript.md"}
    assert {path.name for path in out.iterdir()} == names
    told = json.loads((out / "conversation.json").read_text())
    first, second = told["turns"]
    assert [turn["user"]["file"] for turn in told["turns"]] == ["a.wav", "b.wav"]
    assert [turn["outcome"] for turn in told["turns"]] == ["answered", "answered"]
    assert (first["voice_history"]["segments"], first["voice_history"]["speakers"]) == (2, [0, 1])
    assert second["voice_history"]["speakers"][:3] == [0, 1, 0]
    both, _ = soundfile.read(out / "conversation.wav")
    for turn in told["turns"]:
        reply, rate = soundfile.read(out / turn["reply"]["file"])
        assert rate == told["sample_rate"] == 24_000
        assert np.array_equal(reply, both[turn["reply"]["start"] : turn["reply"]["end"], 1])
        assert turn["user"]["onset"] < turn["user"]["offset"] <= turn["reply"]["start"]
        assert f"{turn['user']['text']}" in (out / "transcript.md").read_text()
    for recording in told["recordings"]:
        heard, _ = soundfile.read(tmp_path / recording["file"])
        assert np.abs(both[recording["start"] : recording["end"], 0] - heard).max() < 0.02


def test_the_same_seed_gives_the_same_bytes(toys, question, sotto, tmp_path):
    asked = question("a.wav")
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        toys()
        assert sotto("converse", asked, "--out", tmp_path / name, "--seed", seed)[0] == 0
    one, two, other = ((tmp_path / name / "reply-1.wav").read_bytes() for name in ("one", "two", "other"))
    assert one == two
    assert one != other


def test_every_event_is_a_line_of_json(toys, question, sotto, tmp_path):
    toys()
    code, said, told = sotto("converse", question("a.wav"), "--out", tmp_path / "out", "--json")
    events = [json.loads(line) for line in said.splitlines()]
    assert code == 0
    assert {"SpeechStarted", "Begin", "Commit", "Heard", "Voiced", "Finished", "Close", "TurnRecord"} <= {
        event["event"] for event in events
    }
    assert all({"ms", "state"} <= set(event) for event in events)
    assert "You:" in told


def test_silence_is_no_turn(toys, sotto, tmp_path):
    toys()
    soundfile.write(tmp_path / "silence.wav", np.zeros(48_000), 24_000)
    code, said, _ = sotto("converse", tmp_path / "silence.wav", "--out", tmp_path / "out")
    assert (code, said) == (0, "Loading the toys ...\nNo speech was found.\n")
    assert json.loads((tmp_path / "out" / "conversation.json").read_text())["turns"] == []


def test_a_failed_turn_is_told_and_the_next_is_answered(toys, question, sotto, tmp_path):
    calls = iter([trouble])
    toys(voice=Voice(lambda: next(calls, lambda: None)()))
    code, said, _ = sotto("converse", question("a.wav"), question("b.wav"), "--out", tmp_path / "out")
    assert code == 1
    assert "the mouth failed: RuntimeError: the device is gone" in said
    assert not (tmp_path / "out" / "reply-1.wav").exists()
    assert (tmp_path / "out" / "reply-2.wav").exists()


def test_an_earlier_conversation_does_not_shine_through(toys, question, sotto, tmp_path):
    out = tmp_path / "out"
    toys()
    sotto("converse", question("a.wav"), question("b.wav"), "--out", out)
    toys()
    sotto("converse", question("a.wav"), "--out", out)
    assert not (out / "reply-2.wav").exists()


def test_ctrl_c_while_the_voice_hangs_ends_in_a_second_and_keeps_the_finished_turn(toys, question, sotto, tmp_path):
    release, at = threading.Event(), []
    calls = iter([nothing, nothing])  # the phrases of the first reply

    def interrupt():
        at.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)
        release.wait(30)

    toys(voice=Voice(lambda: next(calls, interrupt)()))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job would ignore it
    try:
        code, _, _ = sotto("converse", question("a.wav"), question("b.wav"), "--out", tmp_path / "out")
        took = time.monotonic() - at[0]
    finally:
        signal.signal(signal.SIGINT, before)
        release.set()
    assert code == 130
    assert took < 10, "under a second where the machine is idle; the voice would hang for thirty"
    (turn,) = json.loads((tmp_path / "out" / "conversation.json").read_text())["turns"]
    assert turn["outcome"] == "answered"
    frames = soundfile.info(tmp_path / "out" / "reply-1.wav").frames
    assert frames == turn["reply"]["end"] - turn["reply"]["start"]
    names = {"reply-1.wav", "conversation.wav", "conversation.json", "transcript.md"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names


def test_say_speaks_word_for_word(toys, sotto, tmp_path):
    voice = Voice()
    toys(voice=voice)
    assert sotto("say", "Good morning, Emma. How are you?", "--out", tmp_path / "a.wav")[0] == 0
    assert soundfile.info(tmp_path / "a.wav").frames > 0
    assert " ".join(text for _, text in voice.contexts) == "Good morning, Emma. How are you?"


def test_say_writes_each_frame_before_the_next_is_made(toys, sotto, tmp_path):
    folder, sizes = tmp_path / "said", []

    class Watching(Voice):
        def speak(self, context, text, seed):
            for frame in super().speak(context, text, seed):
                sizes.append(sum(file.stat().st_size for file in folder.iterdir()))
                yield frame

    toys(voice=Watching())
    code, out, _ = sotto("say", "Good morning, Emma. How are you?", "--out", folder / "a.wav", "--json")
    assert code == 0
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["frame"] for line in lines] == list(range(len(sizes)))
    assert len(sizes) > 2
    assert all(b - a >= 1920 * 2 for a, b in pairwise(sizes)), "a frame was made before the last one was written"
    assert all(a["written_ms"] <= b["made_ms"] for a, b in pairwise(lines))


def test_a_voice_that_fails_is_told_in_a_line(toys, sotto, tmp_path):
    toys(voice=Voice(trouble))
    code, _, said = sotto("say", "Hello.", "--out", tmp_path / "a.wav")
    assert code == 2
    assert said.count("\n") == 1
    assert "the device is gone" in said
    assert not list(tmp_path.iterdir())


def test_chat_answers_what_is_typed(toys, sotto, tmp_path, monkeypatch):
    toys()
    monkeypatch.setattr("sys.stdin", io.StringIO("hello\n\nthere\n"))
    code, said, _ = sotto("chat", "--out", tmp_path / "out")
    assert code == 0
    assert said.splitlines()[0].startswith("You said hello.")
    assert said.splitlines()[1].startswith("You said there. I have heard 3 messages")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"reply-1.wav", "reply-2.wav"}


@pytest.mark.parametrize("pace", ["real", "fast"])
def test_both_paces_reply(toys, question, sotto, tmp_path, pace):
    toys(voice=Voice())
    assert sotto("converse", question("a.wav", 0.5), "--out", tmp_path / "out", "--pace", pace)[0] == 0
    assert (tmp_path / "out" / "reply-1.wav").exists()


@pytest.mark.parametrize("command", [["chat"], ["converse", "--demo"], ["evaluate", "run", "--quick", "--out", "run"]])
def test_the_data_folder_has_its_own_pack_and_voices(sotto, monkeypatch, tmp_path, command):
    def choose(*asked: object) -> None:
        raise Problem("looked for", asked[2], "there")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(compose, "choose", choose)
    assert str(tmp_path / "big") in sotto(*command, "--data", tmp_path / "big")[2]
