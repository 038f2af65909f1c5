"""Voices on the shipped pocket pack: five auditions, one kept and spoken with after a restart; takes, good and bad."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app import compose
from core.types import EAR_RATE, VOICE_RATE
from models.audiofile import SYNTHETIC, read_audio
from models.pack import open_pack
from models.recording import Take, examine, likeness, portrait, script_for

SCRIPT = script_for("pocket")
READ = (*SCRIPT.lines, SCRIPT.consent)


def spoken(folder: Path, lines: tuple[str, ...], voice: str = "awb") -> Take:
    """Return lines as flite reads them, with pauses."""
    pieces = []
    for line in lines:
        subprocess.run(["flite", "-voice", voice, "-t", line, "-o", folder / "a.wav"], check=True, capture_output=True)
        pieces.append(read_audio(folder / "a.wav"))
    quiet = np.random.default_rng(0).normal(0, 1e-4, VOICE_RATE * 3 // 5).astype(np.float32)
    still = quiet[: EAR_RATE * 3 // 5]
    wide = np.concatenate([quiet, *(part for w, _ in pieces for part in (w, quiet))])
    return Take(wide, np.concatenate([still, *(part for _, n in pieces for part in (n, still))]))


def comment(path: Path) -> str:
    """Return what a sound file says of itself."""
    with soundfile.SoundFile(path) as file:
        return str(file.comment)


def test_five_auditions_one_kept_and_spoken_with(sotto, tmp_path: Path) -> None:
    code, out, _ = sotto("voices", "audition", "--count", 5, "--out", tmp_path / "heard")
    assert code == 0, out
    heard = {path.stem: read_audio(path)[0] for path in sorted((tmp_path / "heard").glob("*.wav"))}
    assert len(heard) == 5
    assert all(np.abs(sound).max() > 0.01 for sound in heard.values())
    assert {comment(path) for path in (tmp_path / "heard").glob("*.wav")} == {SYNTHETIC}
    looks = [portrait(sound) for sound in heard.values()]
    assert not all(likeness(looks[0], other).alike for other in looks), "there is nothing to choose from"
    code, out, _ = sotto("voices", "audition", "--seed", 3, "--keep", "My Pick")
    assert (code, "Kept as my-pick" in out) == (0, True)
    assert "My Pick (auditioned)" in sotto("voices", "list")[1]
    assert sotto("voices", "play", "my-pick", "--out", tmp_path / "pick.wav")[0] == 0
    assert sotto("voices", "export", "my-pick", tmp_path / "pick")[0] == 0
    with zipfile.ZipFile(tmp_path / "pick.sottovoice") as file:
        file.extract("reference.wav", tmp_path)
    assert comment(tmp_path / "pick.wav") == comment(tmp_path / "reference.wav") == SYNTHETIC
    code, _, error = sotto("say", "Hello. How are you today?", "--voice", "my-pick", "--out", tmp_path / "said.wav")
    assert code == 0, error
    said, chosen = portrait(read_audio(tmp_path / "said.wav")[0]), portrait(heard["seed-3"])
    found = likeness(said, chosen)
    assert found.alike, found


def test_only_the_good_take_is_accepted_and_each_refusal_says_why(tmp_path: Path) -> None:
    transcriber = compose.load_transcriber(open_pack(compose.POCKET), 1)
    good = spoken(tmp_path, READ)
    takes = {
        "": good,
        "too loud and distorted": Take(np.clip(good.wide * 30, -1, 1), np.clip(good.narrow * 30, -1, 1)),
        "nothing was heard": Take(good.wide * 0, good.narrow * 0),
        "other words were heard": spoken(tmp_path, (*["One plus one is two."] * 5, SCRIPT.consent)),
        "the consent was not heard": spoken(tmp_path, SCRIPT.lines),
    }
    for reason, take in takes.items():
        report = examine(take, SCRIPT, transcriber)
        assert report.good == (reason == ""), (reason, report.faults, report.heard)
        assert reason in "; ".join(report.faults)


def test_a_recorded_voice_is_kept_sent_and_taken_in(sotto, tmp_path: Path) -> None:
    take = spoken(tmp_path, READ)
    soundfile.write(tmp_path / "take.wav", take.wide, VOICE_RATE)
    assert "no letters" in sotto("voices", "record", "!!!")[2], "before anybody reads aloud"
    code, _, error = sotto("voices", "record", "Ann", "--from", tmp_path / "take.wav")
    assert (code, error) == (0, ""), error
    assert sotto("voices", "export", "ann", tmp_path / "ann")[0] == 0
    assert sotto("voices", "rename", "ann", "Anna")[0] == 0
    assert sotto("voices", "delete", "anna")[0] == 0
    assert sotto("voices", "import", tmp_path / "ann.sottovoice")[0] == 0
    assert "spoken on" in sotto("voices", "list")[1]
    assert sotto("voices", "play", "ann", "--out", tmp_path / "ann.wav")[0] == 0
    assert likeness(portrait(read_audio(tmp_path / "ann.wav")[0]), portrait(take.wide)).alike
    assert comment(tmp_path / "ann.wav").startswith("spoken on")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["delete", "nobody"], "there is no voice 'nobody'"),
        (["import", "missing.wav"], "needs a name, its words, and its owner's consent"),
        (["audition", "--count", "-1"], "--count -1, give 1 or more"),
        (["audition", "--count", "0"], "--count 0, give 1 or more"),
        (["play", "nobody", "--out", "x.wav"], "the voice 'nobody' is unknown"),
    ],
)
def test_what_cannot_be_done_is_one_line(sotto, arguments: list[str], words: str) -> None:
    code, _, error = sotto("voices", *arguments)
    assert code == 2
    assert words in error
    assert error.count("\n") == 1
