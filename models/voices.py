"""Voice cards: who a voice is. A voice is a folder with `voice.toml` and a reference recording.

name = "ada"
title = "Ada"
transcript = "What the recording says, word for word."
origin = "shipped"           # shipped, auditioned, recorded or published
licence = "Apache-2.0"
consent = "synthetic: nobody's voice"
description = "A calm woman, about forty"
reference = "reference.wav"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from core.whole import whole
from models.audiofile import SYNTHETIC

CARD = "voice.toml"
ORIGINS = ("shipped", "auditioned", "recorded", "published")  # the last by others, with a model


class VoiceError(Exception):
    """A voice that cannot be used; the message is one line: what, where (file and key), what to do."""


@dataclass(frozen=True)
class VoiceCard:
    """A voice's name, words and rights; `reference` is the recording that the transcript spells out."""

    name: str
    title: str
    transcript: str
    origin: str
    licence: str
    consent: str  # whose voice it is and how they agreed
    description: str
    reference: Path

    @property
    def label(self) -> str:
        """Return what a file with this voice's recording says of itself."""
        return SYNTHETIC if self.origin == "auditioned" else self.consent


def load_voice_card(folder: Path) -> VoiceCard:
    """Read a voice's card and see that its recording is there; raises VoiceError. The recording is not read."""
    folder = Path(folder)
    path = folder / CARD
    if not folder.is_dir():
        raise VoiceError(f"{folder}: voice is missing; check the folder's name")
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise VoiceError(f"{path}: file is missing, so this folder is no voice; choose another") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise VoiceError(f"{path}: cannot be read ({error}); correct it".replace("\n", " ")) from None
    values.setdefault("reference", "reference.wav")
    known = [field.name for field in fields(VoiceCard)]
    for key in values:
        if key not in known:
            raise VoiceError(f"{path}: {key}: unknown key; remove it")
    for key in known:
        if not isinstance(values.get(key), str) or not values[key].strip():
            raise VoiceError(f"{path}: {key}: is missing or not a text; write it down")
    if values["origin"] not in ORIGINS:
        raise VoiceError(f"{path}: origin: {values['origin']!r} is unknown; known are {', '.join(ORIGINS)}")
    reference = values.pop("reference")
    if "/" in reference or "\\" in reference or not (folder / reference).is_file():
        raise VoiceError(f"{path}: reference: no recording {reference!r} beside the card; record or copy it")
    return VoiceCard(**{key: value.strip() for key, value in values.items()}, reference=folder / reference)


def write_voice_card(card: VoiceCard) -> None:
    """Write the card beside its recording, as `load_voice_card` reads it."""
    import tomli_w

    values = {field.name: str(getattr(card, field.name)) for field in fields(card)}
    values["reference"] = card.reference.name
    with whole(card.reference.parent / CARD) as part:
        part.write_text(tomli_w.dumps(values), "utf-8")
