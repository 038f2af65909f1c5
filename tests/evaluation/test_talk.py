"""Turn-taking on recordings that are put together here, so that every moment is known."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.bench_talk import perform
from app.checks import Problem
from app.evaluate import kit, latency, pronunciation, talk
from app.evaluate.figures import Result
from app.evaluate.turnbench import TurnBench
from app.rig.room import Conditions
from app.rig.server import RATE
from core.types import VOICE_RATE
from tests.evaluation.speech import flite

pytestmark = pytest.mark.skipif(shutil.which("flite") is None, reason="flite speaks here; apt-get install flite")


def recording(path, person, model):
    """Write a recording of both sides, with noise-like sound in these spans of seconds."""
    end = max(stop for _, stop in [*person, *model]) + 2
    both = np.zeros((round(end * RATE), 2), np.float32)
    chance = np.random.default_rng(0)
    for channel, spans in enumerate((person, model)):
        for start, stop in spans:
            both[round(start * RATE) : round(stop * RATE), channel] = chance.normal(0, 0.1, 1)[0] or 0.1
            part = both[round(start * RATE) : round(stop * RATE), channel]
            part[:] = chance.normal(0, 0.1, len(part))
    soundfile.write(path, both, RATE)


def listen(narrow):
    return "yes" if len(narrow) < 16_000 else "that is a whole answer"


def test_a_room_has_the_pack_in_use_though_its_data_folder_has_none(tmp_path, monkeypatch):
    held = []
    monkeypatch.setattr("app.rig.talking.pauses", held.append)
    monkeypatch.setattr("app.compose.pack_folder", lambda asked: asked or Path("/packs/big"))
    for options in ((), ("--pack=/packs/mine", "--seed=3")):
        perform("pauses", Conditions(tmp_path, 1, options=options))
    assert [how.options[-1] for how in held] == ["--pack=/packs/big", "--pack=/packs/mine"]


def test_take_over_and_latency(tmp_path):
    path = tmp_path / "both.wav"
    recording(path, [(1, 3), (3.8, 5), (20, 22)], [(5.9, 8), (23, 23.4)])
    found = talk.scored(path, listen, into=False)
    assert found["intrudes"] == [0, 0]
    assert found["takes over"] == [1, 0]  # the second answer is one short word
    assert found["latency"][0] == pytest.approx(0.9, abs=0.05)
    assert found["latency"][1] is None


def test_an_answer_into_the_pause_is_an_intrusion(tmp_path):
    path = tmp_path / "both.wav"
    recording(path, [(1, 3), (3.9, 5)], [(3.3, 6)])
    assert talk.scored(path, listen, into=False)["intrudes"] == [1]


def test_a_reply_that_stops_and_one_that_goes_on(tmp_path):
    path = tmp_path / "both.wav"
    recording(path, [(2, 3), (22, 22.5), (40, 41)], [(1, 2.4), (3.9, 5), (21, 26)])
    found = talk.scored(path, None, into=True)
    assert found["stopped"] == [1, 0]  # nothing was sounding at the third
    assert found["stops after"][0] == pytest.approx(0.4, abs=0.05)
    assert found["answers after"][0] == pytest.approx(0.9, abs=0.05)


def test_a_missing_program_or_too_little_memory_is_said_with_what_to_get(tmp_path, monkeypatch):
    whole = kit.Kit(None, {}, None, tmp_path, kit.WHOLE, 0, [])
    suite = talk.Talk()
    monkeypatch.setattr(talk.shutil, "which", lambda name: None if name == "flite" else f"/usr/bin/{name}")
    assert suite.missing(whole) == f"flite missing: `{talk.GET}`"
    monkeypatch.setattr(talk.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert suite.missing(whole) == ""
    monkeypatch.setattr(latency, "memory_mb", lambda: (8_000, 5_500))
    assert latency.Throughput().missing(whole) == "it needs 11 GB of memory, 5 are free"
    monkeypatch.setattr(latency, "memory_mb", lambda: (32_000, 20_000))
    assert latency.Throughput().missing(whole) == ""
    monkeypatch.setattr(pronunciation.shutil, "which", lambda name: None)
    judged = kit.Kit(None, {}, lambda *_: None, tmp_path, kit.WHOLE, 0, [])
    assert pronunciation.Consistency().missing(judged) == pronunciation.NO_PROMPTS


def test_the_rigs_own_counts_and_times_are_told():
    facts = {
        "first words kept": "11 of 12",
        "voice to voice": "p50 809.98, p95 1363.93 ms, n = 12",
        "   meanwhile: recognition": "p50 106.41, p95 144.7 ms, n = 12",
        "said nothing": "-",
    }
    measures = {"latency 0.000": 0.8, "latency 0.001": 1.0, "takes over 0.000": 1.0}
    rows = {row.name: row for row in talk.Talk().figures([Result("talk", "turns", measures, facts)])}
    assert rows["first words kept"].value == pytest.approx(11 / 12)
    assert (rows["voice to voice, p50"].value, rows["voice to voice, p95"].value) == (809.98, 1363.93)
    assert rows["meanwhile: recognition, p50"].value == 106.41
    assert "meanwhile: recognition, p95" not in rows
    assert rows["latency (mean)"].value == pytest.approx(0.9)
    assert len(rows) == 6


@pytest.fixture
def bench(tmp_path):
    """Lay out one conversation of two short turns, in which the second speaker cuts into the first's second one."""
    first, second = (
        flite("I went to the park today, and it was really nice."),
        flite("What did you see in the park?", "rms"),
    )
    sides = np.zeros((2, VOICE_RATE * 16), np.float32)
    at = {"one": VOICE_RATE, "two": VOICE_RATE * 7, "again": VOICE_RATE * 11, "into": VOICE_RATE * 12}
    sides[0, at["one"] : at["one"] + len(first)] = first
    sides[1, at["two"] : at["two"] + len(second)] = second
    sides[0, at["again"] : at["again"] + len(first)] = first
    sides[1, at["into"] : at["into"] + len(second)] = second
    for number, sound in enumerate(sides, 1):
        soundfile.write(tmp_path / f"7_speaker_{number}.wav", sound, VOICE_RATE)
    ends = [(at["one"] + len(first)) / VOICE_RATE, (at["again"] + len(first)) / VOICE_RATE]
    other = [(at["two"] + len(second)) / VOICE_RATE, (at["into"] + len(second)) / VOICE_RATE]
    gold = {
        "duration_s": 16.0,
        "eot_positive_events": [{"speaker": s, "time_s": t} for s, times in ((1, ends), (2, other)) for t in times],
        "eot_negative_spans": [{"speaker": 1, "start": 1.2, "end": 1.3}],
        "eot_excluded": [],
        "int_positive_events": [{"speaker": 2, "time_s": 12.0}],
        "int_negative_spans": [{"speaker": 1, "start": 11.0, "end": 11.5}],
        "int_excluded": [{"speaker": 1, "start": 3.0, "end": 3.5}],
    }
    told = {"scorer_sha": "-", "dataset_revision": "-", "tau_pre_s": 0.25, "tau_max_s": 3.0}
    (tmp_path / "gold.json").write_text(json.dumps({**told, "conversations": {"7": gold}}))
    return tmp_path


def tools(folder, out):
    out.mkdir()
    return kit.Kit(None, {}, None, out, kit.QUICK, 0, [], folder)


def test_turnbench_is_scored_and_its_predictions_are_written(bench, tmp_path):
    suite, with_set = TurnBench(), tools(bench, tmp_path / "out")
    assert suite.missing(with_set) == ""
    assert suite.units(with_set) == ["7"]
    figures = {(row.group, row.name): row for row in suite.figures([suite.perform(with_set, "7")])}
    assert figures["eot", "recall"].value == 1
    assert figures["eot", "false alarms"].value == 0
    assert figures["interruption", "recall"].value == 1
    assert figures["interruption", "false alarms"].value == 0
    assert 0 < figures["eot", "delay, p50"].value < 3
    told = json.loads((tmp_path / "out" / "turnbench" / "predictions.json").read_text())
    assert told["schema_version"] == 1
    (only,) = told["predictions"]
    assert sorted(only) == ["conversation_id", "speaker_1", "speaker_2"]
    for side in ("speaker_1", "speaker_2"):
        assert sorted(only[side]) == ["eot", "interruption"]
        for moments in only[side].values():
            assert moments == sorted(set(moments))
            assert all(0 <= moment <= 16 for moment in moments)


def test_without_the_set_it_is_skipped_and_damage_is_said(bench, tmp_path):
    suite = TurnBench()
    assert "turn-benchmark-dev" in suite.missing(tools(None, tmp_path / "out"))
    for damaged in ("{}", '{"conversations": {"7": {}}}', "nothing"):
        (bench / "gold.json").write_text(damaged)
        with pytest.raises(Problem, match=r"conversation 7 .*gold\.json.*turnbench\.gold export"):
            suite.perform(tools(bench, tmp_path / str(len(damaged))), "7")
