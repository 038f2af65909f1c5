"""The user's own voices: kept, renamed, sent, taken in, deleted; and nothing odd gets in."""

from __future__ import annotations

import errno
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.types import VOICE_RATE
from models.own_voices import OwnVoices, slug
from models.voices import VoiceCard, VoiceError

SOUND = (0.2 * np.sin(np.arange(VOICE_RATE * 2) * 0.05)).astype(np.float32)


def card(title: str) -> VoiceCard:
    return VoiceCard(title, title, "I hum.", "auditioned", "Apache-2.0", "no person", "a hum", Path())


@pytest.fixture
def own(tmp_path: Path) -> OwnVoices:
    return OwnVoices(tmp_path / "voices")


def test_a_voice_is_kept_renamed_and_deleted(own: OwnVoices) -> None:
    kept = own.keep(card("Bärbel's voice!"), SOUND)
    assert kept.name == "barbel-s-voice"
    assert own.names() == ["barbel-s-voice"]
    assert own.keep(card("Bärbel's voice!"), SOUND).name == "barbel-s-voice-2"
    renamed = own.rename("barbel-s-voice", "Anna")
    assert (renamed.name, renamed.title, renamed.transcript) == ("anna", "Anna", "I hum.")
    assert renamed.reference.is_file()
    assert own.rename("anna", "ANNA").name == "anna"
    own.delete("anna")
    assert own.names() == ["barbel-s-voice-2"]
    assert not (own.folder / "anna").exists()


def test_no_name_is_that_of_another_voice_and_every_letter_counts(tmp_path: Path) -> None:
    own = OwnVoices(tmp_path / "voices", ["tom"])
    assert own.keep(card("Tom"), SOUND).name == "tom-2"
    kept = own.keep(card("Мария"), SOUND)
    assert (kept.name, kept.title) == ("voice", "Мария")
    renamed = own.rename("voice", "さくら")
    assert (renamed.name, renamed.title) == ("voice", "さくら")
    assert own.rename("tom-2", "TOM").name == "tom-2"
    (own.folder / "tom-2").rename(own.folder / "tom")  # as an older Sotto named it
    assert own.rename("tom", "Tom").name == "tom-2"


def test_a_voice_travels_as_one_file(own: OwnVoices, tmp_path: Path) -> None:
    own.keep(card("Anna"), SOUND)
    own.export("anna", tmp_path / "anna.sottovoice")
    other = OwnVoices(tmp_path / "elsewhere")
    taken = other.take(tmp_path / "anna.sottovoice")
    assert (taken.name, taken.consent) == ("anna", "no person")
    assert taken.reference.read_bytes() == own.card("anna").reference.read_bytes()
    with pytest.raises(VoiceError, match="such a file already"):
        own.export("anna", tmp_path / "anna.sottovoice")


def test_an_old_file_is_replaced_by_a_whole_one_or_stays(own: OwnVoices, tmp_path: Path, monkeypatch) -> None:
    own.keep(card("Anna"), SOUND)
    file = tmp_path / "anna.sottovoice"
    file.write_bytes(b"old")
    own.export("anna", file, replace=True)
    exported = file.read_bytes()
    assert exported != b"old"

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(VoiceError, match="No space left"):
        own.export("anna", file, replace=True)
    assert file.read_bytes() == exported
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["anna.sottovoice"]


def test_unknown_and_unnamed_voices_are_told(own: OwnVoices) -> None:
    with pytest.raises(VoiceError, match="there is no voice 'x'; there are: none"):
        own.card("x")
    with pytest.raises(VoiceError, match="no letters to name a voice by"):
        own.keep(card("!!!"), SOUND)
    own.keep(card("Anna"), SOUND)
    for title in (" ", "??"):
        with pytest.raises(VoiceError):
            own.rename("anna", title)
    assert "../anna" not in own
    assert own.names() == ["anna"]


@pytest.mark.parametrize("title", ["../../etc", "CON", ".hidden", "a/b", "x" * 300, "名前 a"])
def test_no_title_leads_out_of_the_folder(own: OwnVoices, title: str) -> None:
    own.keep(card(title), SOUND)
    (name,) = own.names()
    assert (own.folder / name).resolve().parent == own.folder.resolve()
    assert slug(title) == name


def archived(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", ".", 1), content)
    return path


def test_what_is_no_voice_is_refused_and_leaves_nothing(own: OwnVoices, tmp_path: Path) -> None:
    good = tmp_path / "good.sottovoice"
    own.keep(card("Anna"), SOUND)
    own.export("anna", good)
    with zipfile.ZipFile(good) as archive:
        toml, wav = archive.read("voice.toml"), archive.read("reference.wav")
    other = OwnVoices(tmp_path / "elsewhere")
    bad = {
        "no zip": b"hello",
        "only a card": archived(tmp_path / "a.zip", voice_toml=toml).read_bytes(),
        "no card": archived(tmp_path / "b.zip", reference_wav=wav).read_bytes(),
        "card is odd": archived(tmp_path / "c.zip", voice_toml=b"\xff", reference_wav=wav).read_bytes(),
        "sound is none": archived(tmp_path / "d.zip", voice_toml=toml, reference_wav=b"RIFF").read_bytes(),
        "a bomb": archived(tmp_path / "e.zip", voice_toml=toml, reference_wav=b"\0" * (65 << 20)).read_bytes(),
        "cut": good.read_bytes()[:-40],
    }
    for name, content in bad.items():
        (tmp_path / "bad.sottovoice").write_bytes(content)
        with pytest.raises(VoiceError) as caught:
            other.take(tmp_path / "bad.sottovoice")
        assert "\n" not in str(caught.value), name
        assert other.names() == []
    with pytest.raises(VoiceError, match="cannot be read"):
        other.take(tmp_path / "missing.sottovoice")


def test_random_damage_is_an_error_or_no_harm(own: OwnVoices, tmp_path: Path) -> None:
    own.keep(card("Anna"), SOUND)
    own.export("anna", tmp_path / "good.sottovoice")
    whole = (tmp_path / "good.sottovoice").read_bytes()
    random = np.random.default_rng(5)
    other = OwnVoices(tmp_path / "elsewhere")
    refused = 0
    for _ in range(60):
        raw = bytearray(whole)
        for at in random.integers(0, len(raw), 3):
            raw[at] ^= int(random.integers(1, 255))
        (tmp_path / "odd.sottovoice").write_bytes(raw)
        try:
            other.delete(other.take(tmp_path / "odd.sottovoice").name)
        except VoiceError:
            refused += 1
    assert refused > 30
