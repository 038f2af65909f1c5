"""A voice from the microphone, in a room without hardware: the real command, a take for every fault, and a good one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.rig.people import Clip, Person, spoken
from app.rig.server import RATE
from core.audio.resample import resampler
from core.types import VOICE_RATE
from models.audiofile import read_audio
from models.recording import likeness, portrait, script_for

SCRIPT = script_for("pocket")
PAUSE = np.zeros(RATE * 7 // 10, np.float32)
LONGEST_S = 300.0


def reading(*lines: str, loud: float = 1.0) -> Clip:
    """Return lines as somebody reads them, with a pause after each."""
    pieces = [piece for line in lines for piece in (spoken(line).sound * loud, PAUSE)]
    return Clip(" ".join(lines), np.clip(np.concatenate(pieces), -1, 1))


GOOD = (*SCRIPT.lines, SCRIPT.consent)
TAKES = {
    "nothing was heard": None,
    "too loud and distorted": lambda: reading(*GOOD, loud=40.0),
    "other words were heard": lambda: reading(*["One plus one is two."] * 5, SCRIPT.consent),
    "the consent was not heard": lambda: reading(*SCRIPT.lines),
    "": lambda: reading(*GOOD),
}


def sotto(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "app.main", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S)


def record(person: Person, name: str, clip: Clip | None) -> tuple[int, list[dict[str, Any]], str]:
    """Record a voice; the person reads as soon as the microphone is heard."""
    command = [sys.executable, "-m", "app.main", "voices", "record", name, "--json"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None
    told: list[dict[str, Any]] = []
    for line in running.stdout:
        told.append(json.loads(line))
        if clip and told[-1]["event"] == "level" and len([each for each in told if each["event"] == "level"]) == 5:
            person.say(clip)
    return running.wait(), told, running.communicate()[1]


@pytest.mark.slow
def test_only_the_good_take_is_accepted_and_spoken_with(silent, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SOTTO_DATA", str(tmp_path / "data"))
    for number, (reason, clip) in enumerate(TAKES.items()):
        code, told, error = record(silent.person, f"take {number}", clip() if clip else None)
        silent.person.hush()
        levels = [each["level_db"] for each in told if each["event"] == "level"]
        print(repr(reason), code, *told[-2:], f"{len(levels)} levels, {max(levels)} dB", sep="\n    ")
        if reason:
            assert (code, told[-2]["event"], told[-1]["event"]) == (2, "refused", "error"), reason
            assert reason in "; ".join(told[-2]["faults"])
            assert reason in error
            assert error.count("\n") == 1
        else:
            assert (code, told[-1]["event"]) == (0, "kept"), told[-1]
    assert [path.name for path in (tmp_path / "data" / "voices").iterdir()] == ["take-4"]
    taken = read_audio(tmp_path / "data" / "voices" / "take-4" / "reference.wav")[0]
    read = resampler(RATE, VOICE_RATE)(reading(*GOOD).sound)
    assert likeness(portrait(taken), portrait(read)).alike
    done = sotto("say", "Hello. How are you today?", "--voice", "take-4", "--out", tmp_path / "said.wav")
    assert done.returncode == 0, done.stderr
    found = likeness(portrait(read_audio(tmp_path / "said.wav")[0]), portrait(taken))
    print("it speaks with it:", found)
    assert found.semitones < 4


@pytest.mark.slow
def test_one_of_five_auditions_is_kept_and_heard_after_a_restart(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SOTTO_DATA", str(tmp_path / "data"))
    assert sotto("voices", "audition", "--count", 5, "--out", tmp_path).returncode == 0
    heard = {path.stem: portrait(read_audio(path)[0]) for path in sorted(tmp_path.glob("seed-*.wav"))}
    assert len(heard) == 5
    # The pocket pack's voice learnt two speakers, and invents no third: its auditions differ in how they speak.
    assert len({path.read_bytes() for path in tmp_path.glob("seed-*.wav")}) == 5
    kept = sotto("voices", "audition", "--seed", 3, "--keep", "My Pick", "--json")
    assert json.loads(kept.stdout.splitlines()[-1])["voice"] == "my-pick"
    done = sotto("say", "Hello. How are you today?", "--voice", "my-pick", "--out", tmp_path / "said.wav")
    assert done.returncode == 0, done.stderr
    said = portrait(read_audio(tmp_path / "said.wav")[0])
    apart = {name: likeness(said, one) for name, one in heard.items()}
    print("\n".join(f"{name} {each}" for name, each in apart.items()))
    assert apart["seed-3"].semitones < 4
