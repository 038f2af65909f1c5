"""The command, whole: on espeak-ng, on a command of the user's, interrupted, with things missing."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from app.evaluate import context, judges, kit, listening, pronunciation, work
from app.main import main
from core.evaluation.ratings import Rating, verdict
from core.types import VOICE_RATE
from models.audiofile import write_wav
from tests.harness import interrupt

HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(
    shutil.which("espeak-ng") is None or shutil.which("flite") is None, reason="needs espeak-ng and flite"
)
ESPEAK = ("--espeak", "--texts", "pocket", "--threads", "1", "--quick", "--suites", "sentences", "homographs")


def run(out, *arguments):
    return main(["evaluate", "run", "--out", str(out), *arguments])


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    out = tmp_path_factory.mktemp("evaluated") / "run"
    assert run(out, *ESPEAK) == 0
    return out


def test_a_run_leaves_results_report_and_clips(evaluated):
    results = json.loads((evaluated / "results.json").read_text())
    assert results["plan"]["speaker"] == "espeak-ng"
    assert results["plan"]["versions"]["numpy"]
    sentences = results["suites"]["sentences"]
    assert len(sentences["results"]) == 8
    for each in sentences["results"]:
        assert (evaluated / each["clips"][""]).is_file()
    names = {row["name"] for row in sentences["figures"]}
    assert {"word error, Whisper of pocket", "rate", "run-aways", "alike to the reference"} <= names
    page = (evaluated / "report.html").read_text()
    assert "prefers-color-scheme: dark" in page
    assert page.count("data:audio/mpeg") >= 3
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_the_same_run_again_does_nothing_and_says_the_same(evaluated, capsys):
    before = (evaluated / "results.json").read_bytes()
    stamps = {path: path.stat().st_mtime_ns for path in (evaluated / "clips").rglob("*.wav")}
    assert run(evaluated, *ESPEAK) == 0
    assert (evaluated / "results.json").read_bytes() == before
    assert {path: path.stat().st_mtime_ns for path in (evaluated / "clips").rglob("*.wav")} == stamps


def test_another_seed_does_not_mix_with_what_is_there(evaluated, capsys):
    assert run(evaluated, *ESPEAK, "--seed", "9") == 2
    assert "another run: its seed differs" in capsys.readouterr().err


def test_a_damaged_result_is_made_again(evaluated):
    before = (evaluated / "results.json").read_bytes()
    next((evaluated / "units" / "sentences").glob("*.json")).write_text('{"suite": "sent')
    assert run(evaluated, *ESPEAK) == 0
    assert (evaluated / "results.json").read_bytes() == before


def test_interrupted_by_either_signal_it_ends_with_the_same_results(evaluated, tmp_path):
    out = tmp_path / "disturbed"  # at 20 points: python -m tests.harness.interrupt
    assert interrupt.interrupted(out, ESPEAK[ESPEAK.index("--espeak") :], 2, seed=1) >= 1
    assert (out / "results.json").read_bytes() == (evaluated / "results.json").read_bytes()


def test_any_command_that_follows_the_protocol_can_be_evaluated(tmp_path):
    told = f"{sys.executable} {HERE / 'voice.py'}"
    suites = ["--quick", "--suites", "drift", "--threads", "1", "--texts", "pocket"]
    assert run(tmp_path / "out", "--command", told, *suites) == 0
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert len(results["suites"]["drift"]["results"]) == 6
    assert results["plan"]["about"]["kind"] == "command"


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("no-such-program-anywhere", "no such program"),
        (f"{sys.executable} -c 1/0", "failed with code"),
        (f"{sys.executable} -c 0", "wrote no sound"),
    ],
)
def test_a_command_that_fails_is_said_in_a_line(tmp_path, capsys, told, says):
    assert run(tmp_path / "out", "--command", told, "--quick", "--suites", "sentences", "--threads", "1") == 2
    err = capsys.readouterr().err
    assert says in err
    assert len([line for line in err.splitlines() if line.startswith("sotto:")]) == 1


def test_what_is_missing_skips_its_suite_and_says_what_to_get(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(judges.sphinx, "available", lambda: False)
    monkeypatch.setattr(judges, "packaged", lambda: None)
    wanted = ["consistency", "quality", "turnbench", "talk", "throughput"]
    assert run(tmp_path / "out", *ESPEAK, *wanted, "--data", str(tmp_path)) == 0
    told = capsys.readouterr()
    assert "Homographs: skipped: no phone recogniser: `pip install pocketsphinx`" in told.err
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert results["suites"]["homographs"]["missing"]
    assert results["suites"]["sentences"]["figures"]
    for title, get in {
        "Quality without a reference": "`sotto packs get dnsmos`",
        "Pronunciation consistency": "`sotto packs get wav2vec2-phones`",
        "TurnBench, development set": "turn-benchmark-dev",
        "Turn-taking": "left out of the quick setting",
        "Throughput of the published size": "`sotto bench voice`",
    }.items():
        assert any(line.startswith(f"{title}: skipped") and get in line for line in told.err.splitlines()), title
    assert "Skipped" in (tmp_path / "out" / "report.html").read_text()


def test_two_runs_are_compared_with_corrected_chances(evaluated, tmp_path, capsys):
    told = f"{sys.executable} {HERE / 'voice.py'}"
    suites = ["--quick", "--suites", "sentences", "--threads", "1", "--texts", "pocket"]
    assert run(tmp_path / "other", "--command", told, *suites) == 0
    out = tmp_path / "compared.json"
    asked = ["evaluate", "compare", str(evaluated), str(tmp_path / "other"), "--json", str(out)]
    assert main([*asked, "--out", str(tmp_path / "compared.html")]) == 0
    rows = {(row["suite"], row["measure"]): row for row in json.loads(out.read_text())["comparisons"][0]["rows"]}
    pitch = rows["sentences", "pitch, above 100 Hz"]
    assert pitch["difference"] > 3  # flite's slt is a woman
    assert pitch["difference"] == pytest.approx(pitch["other"] - pitch["base"], abs=1e-5)
    assert pitch["p_holm"] >= pitch["p"]
    assert pitch["sure"] == (pitch["p_holm"] < 0.05)
    assert ("latency", "first sound") in rows
    page = (tmp_path / "compared.html").read_text()
    assert "flite" not in page  # a command is known by its program
    assert "against espeak-ng" in page
    assert "Speech basics" in page
    capsys.readouterr()
    assert main(["evaluate", "compare", str(evaluated), str(evaluated), "--json", str(out)]) == 0
    assert all(
        row["difference"] == 0 and not row["sure"] for row in json.loads(out.read_text())["comparisons"][0]["rows"]
    )


def finished(folder, speaker, suites):
    """Write a finished run by hand."""
    folder.mkdir()
    parts = {name: {"title": name, "missing": "", "figures": [], "results": rows} for name, rows in suites.items()}
    plan = {"speaker": speaker}
    (folder / "results.json").write_text(json.dumps({"plan": plan, "suites": parts}))
    return folder


def rows_of(suite, unit, measures, **facts):
    return {"suite": suite, "unit": unit, "measures": measures, "facts": facts, "clips": {}}


def test_what_differs_is_told_with_its_direction_and_what_does_not_is_not(tmp_path):
    """Two runs that differ in known measures by known amounts: the comparison finds those, and no others."""

    chance = np.random.default_rng(5)
    folders = []
    for at, name in enumerate(("one", "other")):
        sentences, context, noise = [], [], chance.normal(0, 1, (60, 4))
        for unit in range(60):
            wrong = float(unit % 3 == 0 or (at == 1 and unit % 3 == 1))
            measures = {
                "pitch": 3.0 + noise[unit, 0],
                "rate": 4.0 + 0.1 * noise[unit, 1] + 0.4 * at,
                "similarity": 0.9 - 0.2 * at + 0.01 * noise[unit, 2],
                "edits, me": 2 * wrong,
                "words, me": 8.0,
                "last word missing, me": 0.0,
            }
            sentences.append(rows_of("sentences", f"{unit:03}", measures, text=f"Text {unit}."))
        for unit in range(40):
            value = 0.5 * (1 - at) + 0.2 * noise[unit, 3]
            facts = {"text": "Text.", "cell": "pace-full"}
            context.append(rows_of("context", f"pace-full-{unit}", {"rate": value, "pitch": 9.0}, **facts))
        trials = {f"latency 0.{i:03}": 1.0 + at + 0.1 * float(chance.normal()) for i in range(12)}
        trials |= {f"takes over 0.{i:03}": 1.0 for i in range(12)}
        talk = [rows_of("talk", "turns", trials)]
        folders.append(finished(tmp_path / name, name, {"sentences": sentences, "context": context, "talk": talk}))
    out = tmp_path / "compared.json"
    assert main(["evaluate", "compare", *map(str, folders), "--json", str(out)]) == 0
    rows = json.loads(out.read_text())["comparisons"][0]["rows"]
    verdicts = {(row["suite"], row["measure"]): row["verdict"] for row in rows}
    assert verdicts == {
        ("sentences", "alike to the reference"): "worse",
        ("sentences", "rate"): "differs",
        ("sentences", "pitch, above 100 Hz"): "",
        ("sentences", "word error, me"): "worse",
        ("sentences", "last word missing, me"): "",
        ("context", "rate"): "differs",
        ("talk", "latency (mean)"): "worse",
        ("talk", "take-over rate"): "",
    }
    differences = {(row["suite"], row["measure"]): row["difference"] for row in rows}
    assert differences["sentences", "rate"] == pytest.approx(0.4, abs=0.06)
    assert differences["sentences", "word error, me"] == pytest.approx(20 * 0.25 / 60, abs=1e-5)
    assert differences["talk", "latency (mean)"] == pytest.approx(1.0, abs=0.15)


def test_a_listening_test_is_blind_and_its_ratings_are_understood(evaluated, tmp_path, capsys):
    told = f"{sys.executable} {HERE / 'voice.py'}"
    suites = ["--quick", "--suites", "sentences", "--threads", "1", "--texts", "pocket"]
    assert run(tmp_path / "other", "--command", told, *suites) == 0
    page = tmp_path / "test.html"
    asked = ["evaluate", "listening", "make", str(evaluated), str(tmp_path / "other"), "--out", str(page)]
    assert main([*asked, "--pairs", "6"]) == 0
    text, key = page.read_text(), json.loads((tmp_path / "test.key.json").read_text())
    assert "espeak" not in text
    assert "spoilt" not in text
    assert len(key["pairs"]) == 8
    assert {each["catch"] for each in key["pairs"].values()} == {"", "same", "spoilt"}
    ratings = []
    for number, pair in key["pairs"].items():  # a rater who finds the second run clearly better, and listens
        first = {"": -2, "same": 0, "spoilt": 3}[pair["catch"]]
        ratings.append({"id": number, "x_over_y": -first if pair["x"] else first})
    told = {"schema": 1, "test": key["test"], "rater": "anna", "ratings": ratings}
    (tmp_path / "ratings-anna.json").write_text(json.dumps(told))
    capsys.readouterr()
    out = tmp_path / "verdict.json"
    assert main(["evaluate", "listening", "score", str(tmp_path / "ratings-anna.json"), "--json", str(out)]) == 0
    found = json.loads(out.read_text())
    assert found["score"]["mean"]["value"] == -2
    assert (found["wins"], found["losses"], found["left_out"]) == (0, 6, [])
    again = [*asked[:3], str(tmp_path / "other"), str(evaluated), "--out", str(tmp_path / "a.html"), "--pairs", "6"]
    assert main(again) == 0  # beside the first, whose key comes after it by name
    assert json.loads((tmp_path / "a.key.json").read_text())["test"] != key["test"]
    assert main(["evaluate", "listening", "score", str(tmp_path / "ratings-anna.json"), "--json", str(out)]) == 0
    assert json.loads(out.read_text())["names"] == key["names"]
    (tmp_path / "ratings-ben.json").write_text(json.dumps(told | {"test": "another"}))
    both = [str(tmp_path / f"ratings-{name}.json") for name in ("anna", "ben")]
    assert main(["evaluate", "listening", "score", *both]) == 2
    assert "different tests" in capsys.readouterr().err
    told["ratings"][0]["x_over_y"] = 17
    (tmp_path / "ratings-anna.json").write_text(json.dumps(told))
    assert main(["evaluate", "listening", "score", str(tmp_path / "ratings-anna.json")]) == 2


def test_a_model_can_be_heard_against_recordings_and_within_a_conversation(evaluated, tmp_path, capsys):
    from tests.evaluation.speech import flite

    texts = [
        each["facts"]["text"]
        for each in json.loads((evaluated / "results.json").read_text())["suites"]["sentences"]["results"]
    ]
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    for at, text in enumerate(texts[:4]):
        write_wav(recordings / f"{at}.wav", flite(text), VOICE_RATE)
        (recordings / f"{at}.txt").write_text(text.lower().rstrip(".?!") + "\n")
    page = tmp_path / "recorded.html"
    asked = ["evaluate", "listening", "make"]
    assert main([*asked, str(evaluated), str(recordings), "--out", str(page)]) == 0
    key = json.loads((tmp_path / "recorded.key.json").read_text())
    assert {each["text"] for each in key["pairs"].values()} == set(texts[:4])
    assert key["names"] == ["espeak-ng", "recordings"]
    drifts = [tmp_path / name for name in ("one", "other")]
    for out, voice in zip(drifts, (["--espeak"], ["--command", f"{sys.executable} {HERE / 'voice.py'}"]), strict=True):
        assert run(out, *voice, "--quick", "--suites", "drift", "--threads", "1", "--texts", "pocket") == 0
    assert main([*asked, *map(str, drifts), "--context", "--out", str(tmp_path / "context.html")]) == 0
    data = (tmp_path / "context.html").read_text()
    told = json.loads(data[data.index("const TEST = ") + 13 : data.index(";\n\nconst at")])
    assert told["question"] == "Which rendition is the more appropriate continuation of the conversation?"
    assert all(pair["before"].startswith("data:audio/mpeg") for pair in told["pairs"])
    capsys.readouterr()
    assert main([*asked, str(evaluated), str(tmp_path / "nowhere"), "--out", str(page)]) == 2
    assert "no such folder" in capsys.readouterr().err
    assert main([*asked, str(recordings), str(evaluated), "--context", "--out", str(page)]) == 2
    assert "known of runs only" in capsys.readouterr().err


def test_in_a_long_conversation_the_same_turns_are_compared(tmp_path):
    """Each text comes twice in it."""
    for run_, sign in (("one", 1), ("other", -1)):
        results = []
        for unit in range(6):
            (tmp_path / run_).mkdir(exist_ok=True)
            write_wav(tmp_path / run_ / f"{unit}.wav", np.full(2400, sign * (unit + 1) / 10, np.float32), VOICE_RATE)
            facts = {"text": ["Yes.", "No.", "Maybe."][unit % 3]}
            results.append({"unit": f"{unit:03}", "facts": facts, "clips": {"": f"{unit}.wav"}, "measures": {}})
        told = {"plan": {"speaker": "me"}, "suites": {"drift": {"results": results}}}
        (tmp_path / run_ / "results.json").write_text(json.dumps(told))
    pairs = list(listening._in_context(tmp_path / "one", tmp_path / "other"))
    found = [(round(float(pair.one[9]), 2), round(float(pair.other[9]), 2)) for pair in pairs]
    assert found == [((unit + 1) / 10, -(unit + 1) / 10) for unit in range(1, 6)]
    assert listening._names(tmp_path / "one", tmp_path / "other") == ["me (one)", "me (other)"]


def test_raters_who_fail_their_catches_are_left_out():
    good = [Rating("anna", f"p{i}", 1.0) for i in range(8)] + [Rating("anna", "c", 0.0, "same")]
    bad = [Rating("ben", f"p{i}", -3.0) for i in range(8)] + [Rating("ben", "d", -2.0, "spoilt")]
    found = verdict(good + bad)
    assert found.left_out == ("ben",)
    assert found.score.mean.value == 1
    assert found.score.p < 0.01


class Follower:
    """A voice whose pace is its history's, as far as it is told the sound."""

    name, reference = "follower", None

    def say(self, text, history, seed):

        from app.evaluate.speakers import Spoken
        from core.evaluation.manners import stretched
        from core.evaluation.rhythm import rhythm, syllables
        from tests.evaluation.speech import flite

        heard = [line for line in history if line.sound is not None]
        rates = [syllables(line.text) / max(0.1, rhythm(line.sound).speech) for line in heard]
        pace = np.mean(rates) if rates else 4.5
        chance = np.random.default_rng(seed).uniform(0.95, 1.05)
        return Spoken(stretched(flite(text), float(np.clip(chance * (4.5 / pace) ** 0.5, 0.6, 1.6))), 0.1, 0.2)

    def about(self):
        return {"kind": "test"}


def test_context_gain_finds_what_follows_the_history_and_nothing_else(tmp_path):
    from models.evaluation.sets import sentences

    texts = sentences(kit.SETS, "pocket")
    size = kit.Size("test", sentences=0, replies=10, words=0, turns=0, trials=0)
    tools = kit.Kit(Follower(), {}, None, tmp_path, size, 0, texts)
    suite = context.ContextGain()
    wanted = [unit for unit in suite.units(tools) if unit.startswith(("line", "pace", "text", "none"))]
    results = [suite.perform(tools, unit) for unit in wanted]
    found = {(row.group, row.name): row for row in suite.figures(results)}
    assert found["pace, full", "rate"].p < 0.01
    assert found["pace, full", "rate"].value > 0.5
    assert found["pace, full", "energy"].p > 0.05
    for group in ("pace, shuffled", "text", "none"):
        assert found[group, "rate"].p > 0.05
    assert found["text", "rate"].value == pytest.approx(0, abs=0.3)


def test_items_are_spread_over_the_words():
    assert pronunciation.spread(list("abcdefgh"), 4) == ["b", "d", "f", "h"]
    assert pronunciation.spread(["a"], 9) == ["a"]


def test_progress_tells_the_time_that_is_left():
    told = []
    progress = work.Progress({"one": 3, "two": 10}, told.append)
    progress.skipped("one")
    progress.finished("one", 2.0)
    progress.finished("one", 4.0)
    assert told[-1].startswith("one 3 of 3")
    assert progress.left() == "about 30 s"


def test_the_conversation_before_is_at_most_ninety_seconds():

    said = [np.zeros(24_000 * 50, np.float32)] * 3
    assert len(listening._last(said)) == 90 * 24_000
