"""The composition root: from a pack's folder to engines that a companion can use.

The runtimes are imported where they are used: torch alone takes seconds, and a typing error should be told at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

import app
from app.checks import Problem
from core.companion import Engines
from core.ports import Transcriber, Voice
from core.rehearsal import Take
from core.types import COMPANION, VOICE_FRAME, Segment
from models.audiofile import read_audio
from models.pack import Pack, open_pack
from models.voices import VoiceCard, load_voice_card

ASSETS = Path(app.__file__).parents[1] / "assets"
POCKET = ASSETS / "pocket"
STOP_S = 0.2  # for each of four threads when a command is stopped: all within a second


@dataclass(frozen=True)
class Choice:
    """A verified pack, and the voice to speak with."""

    pack: Pack
    voice: str
    card: VoiceCard


def choose(folder: Path | None, voice: str | None) -> Choice:
    """Open a pack, or the pocket pack, and one of its voices; raises PackError, VoiceError or Problem."""
    pack = open_pack(folder or POCKET)
    name = voice or pack.default_voice
    if name not in pack.voices:
        known = ", ".join(pack.voices) or "none"
        raise Problem(f"the voice {name!r} is unknown", pack.folder, f"choose with --voice: {known}")
    return Choice(pack, name, load_voice_card(pack.voices[name].folder))


def load(choice: Choice, threads: int) -> Engines:
    """Return the engines of a pack, with the voice's reference as the beginning of all its context."""
    from models.csm import load_voice
    from models.llama import Chat
    from models.silero import Gated, Silero

    pack = choice.pack
    with usable("chat", pack):
        chat = Chat(pack.chat.only(".gguf"), template=pack.chat.template, threads=threads)
    with usable("voice", pack):
        # A cast, since its encoder is of a narrower type than the port's, which a mutable attribute may not be.
        voice = cast(Voice, load_voice(pack.voice.folder, pack.codec.folder, threads=threads))
    return Engines(Gated(Silero()), load_transcriber(pack, threads), chat, voice, [reference(choice.card, voice)])


def load_transcriber(pack: Pack, threads: int) -> Transcriber:
    """Return the recogniser of a pack."""
    from models.whisper import Transcriber

    with usable("transcriber", pack):
        return Transcriber(pack.transcriber.folder, languages=pack.languages, threads=threads)


def reference(card: VoiceCard, voice: Voice) -> Segment:
    """Return how the voice sounds, and what it says there, as the voice model reads it."""
    wide, _ = read_audio(card.reference)
    voice.encoder.restart()
    codes = voice.encoder(np.pad(wide, (0, -len(wide) % VOICE_FRAME)))
    return Segment(COMPANION, voice.wording(card.transcript), codes, pinned=True)


def heard(path: Path) -> Take:
    """Return a recording of the user; raises AudioFileError."""
    return Take(*read_audio(path))


@contextmanager
def usable(role: str, pack: Pack) -> Iterator[None]:
    """Turn what a runtime says of files that it cannot use into a Problem."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise Problem(f"the {role} model cannot be used ({error})", pack.folder, "choose another --pack") from error
