"""Sesame's recorded voices, as files of this test on a hub that misbehaves: behind its gate, kept, spoken with."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.audiofile import read_audio
from models.catalog import load_catalog
from models.own_voices import OwnVoices
from models.recording import likeness, portrait
from tests.models.downloads.naughty import Manner, Server, publish, serving

MODEL = load_catalog().model("sesame-prompts")
SOURCE = MODEL.sources[0]
TOLD = f"/api/models/{SOURCE.repository}/revision/{SOURCE.revision}?blobs=true"
READ = "read_speech_c.wav"
WORDS = "All passed so quickly, there was so much going on around him, the tree quite forgot to look to himself."


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make files of exactly the sizes that the catalogue knows: somebody reads, then it is quiet."""
    folder = tmp_path_factory.mktemp("csm-1b")
    (folder / "prompts").mkdir()
    for file in MODEL.files:
        path = folder / "prompts" / file.name
        subprocess.run(["flite", "-voice", "rms", "-t", WORDS, "-o", path], check=True, capture_output=True)
        sound, room = read_audio(path)[0], (file.size - 44) // 2
        soundfile.write(path, np.pad(sound[:room], (0, max(0, room - len(sound)))), 24_000, subtype="PCM_16")
        assert path.stat().st_size == file.size
    return folder


@pytest.fixture
def hub(recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-cache"))
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with serving() as running:
        publish(running, SOURCE.repository, recordings, revision=SOURCE.revision)
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


def at(file: str) -> str:
    """Return where the hub has a file."""
    return f"/{SOURCE.repository}/resolve/{SOURCE.revision}/{SOURCE.folder}/{file}"


def test_they_are_offered_with_what_is_known_of_them(sotto, hub: Server) -> None:
    code, out, _ = sotto("voices", "get")
    assert code == 0
    assert out.count("account needed: https://huggingface.co/sesame/csm-1b") == 6
    assert out.count("whose voice it is, and how they agreed, is not said") == 6
    assert hub.asked == []


def test_one_is_fetched_kept_with_its_rights_and_spoken_with_after_a_restart(
    sotto, hub: Server, data: Path, tmp_path: Path
) -> None:
    hub.manners[at(READ)] = Manner(hub.manners[at(READ)].body, cut_after=100_000)
    code, out, error = sotto("voices", "get", "sesame-read-c")
    assert code == 0, error
    assert "Kept as sesame-read-c" in out
    assert {asked.headers.get("authorization") for asked in hub.asked} == {"Bearer hf_secret"}
    card = OwnVoices(data / "voices").card("sesame-read-c")
    assert (card.origin, card.licence) == ("published", "Apache-2.0")
    assert "is not said" in card.consent
    assert card.label == card.consent  # no synthetic speech, and it says so
    assert card.transcript.startswith("All passed so quickly")
    sound, _ = read_audio(card.reference)
    assert len(sound) < MODEL.files[4].size / 2 - 24_000, "the silence after it is not part of the voice"
    assert "(published)" in sotto("voices", "list")[1]
    code, _, error = sotto("say", "Hello.", "--voice", "sesame-read-c", "--out", tmp_path / "said.wav")
    assert code == 0, error
    assert likeness(portrait(read_audio(tmp_path / "said.wav")[0]), portrait(sound)).semitones < 4
    asked = len(hub.asked)
    assert sotto("voices", "get", "sesame-read-a", "--title", "Lake")[0] == 0  # all six came together
    assert len(hub.asked) == asked
    assert "lake" in OwnVoices(data / "voices").names()


GATES = {
    "no account": (401, "GatedRepo", "restricted", "", "needs an account"),
    "wrong token": (401, "", "Invalid credentials in Authorization header", "hf_old", "token is not valid"),
    "terms": (
        403,
        "GatedRepo",
        "you are not in the authorized list",
        "hf_secret",
        "terms of this model are not accepted",
    ),
    "denied": (403, "GatedRepo", "your request has been rejected", "hf_secret", "denied you this model"),
}


@pytest.mark.parametrize("case", GATES)
def test_without_access_nothing_is_kept_and_the_page_is_named(
    sotto, hub: Server, data: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    status, code, said, token, words = GATES[case]
    monkeypatch.setenv("HF_TOKEN", token)
    hub.manners[TOLD] = Manner(b"", status, {"X-Error-Code": code, "X-Error-Message": said})
    ended, _, error = sotto("voices", "get", "sesame-conversational-a")
    assert ended == 2
    assert words in error
    assert "Open https://huggingface.co/sesame/csm-1b" in error
    assert OwnVoices(data / "voices").names() == []


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        (Manner(b"RIFF" + bytes(385_960)), "not the file that was promised"),
        (Manner(b"short"), "has 5 bytes instead of 385964"),
        (Manner(b"<html>", headers={"Content-Type": "text/html"}), "a web page came instead"),
    ],
)
def test_what_is_not_the_recording_is_never_a_voice(sotto, hub: Server, data: Path, manner: Manner, words: str) -> None:
    hub.manners[at(READ)] = manner
    code, _, error = sotto("voices", "get", "sesame-read-c")
    assert code == 2
    assert words in error
    assert OwnVoices(data / "voices").names() == []


def test_they_are_taken_from_a_folder_without_a_network(
    sotto, recordings: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert sotto("packs", "import", recordings)[0] == 0
    assert sotto("voices", "get", "sesame-read-d")[0] == 0
    assert OwnVoices(data / "voices").names() == ["sesame-read-d"]


def test_silence_and_unknown_names_are_told(sotto, hub: Server, recordings: Path, tmp_path: Path) -> None:
    assert "is not in the catalogue; known are sesame-conversational-a" in sotto("voices", "get", "nobody")[2]
    silent = tmp_path / "silent"
    (silent / "prompts").mkdir(parents=True)
    for file in MODEL.files:
        sound = np.zeros((file.size - 44) // 2)
        soundfile.write(silent / "prompts" / file.name, sound, 24_000, subtype="PCM_16")
    publish(hub, SOURCE.repository, silent, revision=SOURCE.revision)
    code, _, error = sotto("voices", "get", "sesame-read-c")
    assert (code, "nobody is heard in this recording" in error) == (2, True)
