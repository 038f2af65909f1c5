"""A voice that does not speak the reply's language, on the shipped pocket pack: shown, said once, and exported."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app import compose
from app.languages import Unspoken, unspoken, words
from core.records import TurnRecord
from core.types import Turn
from models.audiofile import read_audio
from models.catalog import load_catalog

GERMAN = "The voice does not speak German."


@pytest.fixture
def german(tmp_path: Path) -> Path:
    """Return the pocket pack as if its voice spoke German only; it understands and answers in English."""
    folder = tmp_path / "german"
    shutil.copytree(compose.POCKET, folder)
    manifest = (folder / "pack.toml").read_text("utf-8")
    manifest = manifest.replace('languages = [\n    "en",\n]', 'languages = ["de"]', 1)
    manifest = manifest.replace("[roles.transcriber]\n", '[roles.transcriber]\nlanguages = ["en"]\n', 1)
    (folder / "pack.toml").write_text(manifest, "utf-8")
    return folder


def test_replies_that_it_cannot_speak_are_shown_and_that_is_said_once(german: Path, sotto, tmp_path: Path) -> None:
    demo = sorted((compose.ASSETS / "demo").glob("*.wav"))[:2]
    out = tmp_path / "out"
    code, said, error = sotto("converse", *demo, "--pack", german, "--out", out, "--keep")
    assert code == 0, error
    assert said.count("The voice does not speak English.") == 1
    assert said.count("(shown, not spoken)") == len(demo)
    told = json.loads((out / "conversation.json").read_text("utf-8"))
    assert [turn["outcome"] for turn in told["turns"]] == ["answered"] * len(demo)
    for turn in told["turns"]:
        reply = turn["reply"]
        assert reply["text"] == reply["written"] != ""
        assert (reply["shown"], reply["file"], reply["start"]) == ("en", None, None)
        assert turn["user"]["language"] == "en"
    speakers = told["turns"][1]["voice_history"]["speakers"]
    assert speakers == [0, 1, 1], "the reference, then twice the user, and no reply between"
    assert sotto("history", "export", 1, tmp_path / "talk.srt")[0] == 0
    assert (tmp_path / "talk.srt").read_text("utf-8").count("\nSotto: ") == len(demo)
    assert sotto("history", "export", 1, tmp_path / "talk.json")[0] == 0
    assert sotto("history", "import", tmp_path / "talk.json")[0] == 0
    assert sotto("history", "show", 2)[1].count("(shown, not spoken)") == len(demo)


def test_what_is_to_be_said_is_said_in_any_language(german: Path, sotto, tmp_path: Path) -> None:
    code, _, error = sotto("say", "I am fine, thank you.", "--pack", german, "--out", tmp_path / "said.wav")
    assert (code, error) == (0, "")
    assert read_audio(tmp_path / "said.wav")[0].any()


def test_each_language_is_told_of_once() -> None:
    spoken, notes = TurnRecord(Turn(1), "answered", reply="Fine."), Unspoken()
    assert notes.note(spoken) is None
    assert notes.note("something else") is None
    german, finnish = (replace(spoken, shown=language) for language in ("de", "fi"))
    told = [notes.note(each) for each in (german, german, finnish, german)]
    assert [each.what if each else "" for each in told] == [GERMAN, "", "The voice does not speak Finnish.", ""]


def test_what_would_speak_it_is_named(tmp_path: Path) -> None:
    assert "No voice of the catalogue speaks it yet." in words(unspoken("de", load_catalog()))
    (tmp_path / "own.toml").write_text(
        """
[models.csm-german]
role = "voice"
title = "CSM, fine-tuned for German"
format = "csm-transformers"
licence = "Apache-2.0"
languages = ["de"]
speed = "slow"
memory_mb = { gpu = 4300, cpu = 3600 }
sources = [{ repository = "someone/csm-1b-german" }]
pattern = '.*\\.(json|safetensors)'
about = 6_700_000_000
""",
        "utf-8",
    )
    told = unspoken("de", load_catalog(tmp_path))
    assert told.what == GERMAN
    assert told.mend.startswith(
        "What speaks it: CSM, fine-tuned for German (`sotto packs get recommended --voice csm-g"
    )
