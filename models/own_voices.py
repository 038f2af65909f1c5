"""The user's own voices: folders beside the packs, each with a card and a recording, kept, renamed, sent and taken in.

A voice travels as one `.sottovoice` file: a zip with exactly `voice.toml` and `reference.wav`.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
import zipfile
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.types import VOICE_RATE, Samples
from core.whole import whole
from models.audiofile import AudioFileError, read_audio, write_wav
from models.pack import NAME
from models.voices import CARD, VoiceCard, VoiceError, load_voice_card, write_voice_card

SUFFIX = ".sottovoice"
REFERENCE = "reference.wav"
LARGEST = 64 << 20  # bytes of one member
LONGEST_S = 60.0


class OwnVoices:
    """The voices in one folder; every fault is a VoiceError of one line."""

    def __init__(self, folder: Path, others: Collection[str] = ()) -> None:
        self.folder, self._others = folder, others  # names of other voices, which none of these is to take

    def __contains__(self, name: str) -> bool:
        """Tell whether there is a voice of this name."""
        return bool(NAME.fullmatch(name)) and (self.folder / name / CARD).is_file()

    def names(self) -> list[str]:
        """Return their names."""
        return sorted(path.name for path in self.folder.glob("*") if path.name in self)

    def card(self, name: str) -> VoiceCard:
        """Return a voice's card."""
        if name not in self:
            raise VoiceError(
                f"{self.folder}: there is no voice {name!r}; there are: {', '.join(self.names()) or 'none'}"
            )
        return load_voice_card(self.folder / name)

    def keep(self, card: VoiceCard, sound: Samples) -> VoiceCard:
        """Keep a new voice with its recording at VOICE_RATE; `card.name` may be any title, and is made a name."""
        name = self.free(card.name)
        place, work = self.folder / name, self.folder / f".new-{name}"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True, mode=0o700)
        try:
            write_wav(work / REFERENCE, sound, VOICE_RATE, label=card.label)
            write_voice_card(replace(card, name=name, reference=work / REFERENCE))
            load_voice_card(work)
            work.rename(place)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return load_voice_card(place)

    def rename(self, name: str, title: str) -> VoiceCard:
        """Give a voice another title; its name follows."""
        card = self.card(name)
        if not title.strip():
            raise VoiceError(f"{self.folder / name}: a voice needs a name; give one")
        new = self.free(title, name)
        if new != name:
            (self.folder / name).rename(self.folder / new)
        place = self.folder / new
        write_voice_card(replace(card, name=new, title=title.strip(), reference=place / card.reference.name))
        return load_voice_card(place)

    def delete(self, name: str) -> None:
        """Delete a voice for good."""
        self.card(name)
        shutil.rmtree(self.folder / name)

    def export(self, name: str, path: Path, *, replace: bool = False) -> None:
        """Write a voice as one file, in place of an old one only if `replace` says so."""
        card = self.card(name)
        if path.exists() and not replace:
            raise VoiceError(f"{path}: there is such a file already; choose another name, or replace it")
        try:
            with whole(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.write(card.reference.parent / CARD, CARD)
                archive.write(card.reference, REFERENCE)
        except OSError as error:
            raise VoiceError(f"{path}: cannot be written ({error.strerror}); choose another name") from None

    def take(self, path: Path) -> VoiceCard:
        """Take in a voice that was exported; nothing but its two files is read out of it."""
        with tempfile.TemporaryDirectory(prefix="sotto-") as work:
            folder = Path(work)
            _unpack(path, folder)
            card = load_voice_card(folder)
            return self.keep(card, _heard(card.reference))

    def free(self, title: str, now: str = "") -> str:
        """Return the name that a voice of this title gets, a new one or the one that is called so `now`."""
        if not any(map(str.isalnum, title)):
            raise VoiceError(f"{self.folder}: {title!r} has no letters to name a voice by; choose another name")
        name = slug(title) or "voice"  # in letters that no name has
        taken = {*self._others, *(path.name for path in self.folder.glob("*") if path.name != now)}
        return name if name not in taken else next(n for i in range(2, 1000) if (n := f"{name}-{i}") not in taken)


def slug(title: str) -> str:
    """Return a title as a name: lower case, no accents, hyphens between words."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40]


def _unpack(path: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            for name in (CARD, REFERENCE):
                member = archive.getinfo(name)
                with archive.open(member) as file:
                    raw = file.read(LARGEST + 1)  # whatever the archive says of its size
                if len(raw) > LARGEST:
                    raise VoiceError(f"{path}: {name} is too large for a voice; choose another file")
                (folder / name).write_bytes(raw)
    except VoiceError:
        raise
    except OSError as error:
        raise VoiceError(f"{path}: cannot be read ({error.strerror or error}); check its name") from None
    except Exception as error:  # zipfile and zlib raise what they like for damaged files
        raise VoiceError(f"{path}: is no voice that Sotto exported ({error}); choose another file") from None


def _heard(path: Path) -> Samples:
    try:
        wide, _ = read_audio(path)
    except AudioFileError as error:
        raise VoiceError(str(error)) from None
    if len(wide) > LONGEST_S * VOICE_RATE or not np.abs(wide).max() > 0:
        raise VoiceError(f"{path.name}: is silent or longer than {LONGEST_S:.0f} s; choose another recording")
    return wide
