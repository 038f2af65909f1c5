"""The composition root: from a pack's folder to engines that a companion can use.

The runtimes are imported where they are used: torch alone takes seconds, and a typing error should be told at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

import app
from app import graphics
from app.checks import Problem
from core import settings
from core.companion import Engines
from core.ports import Chat, Transcriber, TurnModel, Vad, Voice
from core.rehearsal import Take
from core.settings import ChatSettings
from core.types import COMPANION, VOICE_FRAME, Segment
from models.audiofile import read_audio
from models.own_voices import OwnVoices
from models.pack import Pack, open_pack
from models.placing import Placement, loaded, places
from models.recording import Anchored
from models.voices import VoiceCard, load_voice_card

if TYPE_CHECKING:
    from models.csm import Sampling

ASSETS = Path(app.__file__).parents[1] / "assets"
POCKET = ASSETS / "pocket"
STOP_S = 0.2  # for each of four threads when a command is stopped: all within a second


@dataclass(frozen=True)
class Choice:
    """A verified pack, and the voice to speak with."""

    pack: Pack
    voice: str
    card: VoiceCard


def choose(folder: Path | None, voice: str | None, data: Path | None = None) -> Choice:
    """Open a pack and one of its voices or of the user's own; raises PackError, VoiceError or Problem.

    `folder` may be the name of a pack in the user's library; without one it is the pack in use, or the pocket pack.
    """
    pack = open_pack(pack_folder(folder, data))
    own = own_voices(data)
    name = voice or pack.default_voice
    if name in pack.voices:
        return Choice(pack, name, load_voice_card(pack.voices[name].folder))
    if name in own:
        return Choice(pack, name, own.card(name))
    known = ", ".join([*pack.voices, *own.names()]) or "none"
    raise Problem(f"the voice {name!r} is unknown", pack.folder, f"choose with --voice: {known}")


def pack_folder(asked: Path | None, data: Path | None = None) -> Path:
    """Return where a pack is: the folder asked for, or a pack of the library by its name, or the one in use."""
    from app.sitting import data_folder
    from models.library import Library

    library = Library(data_folder(data))
    if str(asked) == settings.POCKET:
        return POCKET
    if asked is None:
        return library.pack(library.used) if library.used else POCKET
    named = library.pack(asked.name)
    return named if str(asked) == asked.name and not asked.exists() and named.is_dir() else asked


def own_voices(data: Path | None = None) -> OwnVoices:
    """Return the voices that the user made."""
    from app.sitting import data_folder

    return OwnVoices(data_folder(data) / "voices", [path.name for path in (POCKET / "voices").iterdir()])


NO_SERVER = ChatSettings()
PARTS = ("voice", "transcriber", "chat", "reference")  # in the order in which they are loaded


def unseen(_: str) -> None:
    """Let nobody know of the progress."""


def tell(words: str) -> None:
    """Say what the user should know and need not act upon."""
    print(f"sotto: {words}", file=sys.stderr, flush=True)


def load(
    choice: Choice,
    threads: int,
    progress: Callable[[str], None] = unseen,
    *,
    chat_server: ChatSettings = NO_SERVER,
    data: Path | None = None,
    placement: Placement | None = None,
    say: Callable[[str], None] = tell,
) -> Engines:
    """Return the engines of a pack, with the voice's reference as the beginning of all its context.

    `progress` is called with the name of each of `PARTS` before it is loaded. The voice comes first: it must not wait.
    Where there is no card, or no room for a model, smaller is tried, then the processor, and `say` is told; so it is
    when a chat server takes the place of the pack's chat model, and text leaves this machine.
    """
    pack, placed = choice.pack, placement or _placement(choice.pack, data, say)
    progress("voice")
    with usable("voice", pack):
        voice, placed = loaded("voice", placed, partial(_voice, pack, threads), say)
    progress("transcriber")
    with usable("transcriber", pack):
        transcriber, placed = loaded("transcriber", placed, partial(_transcriber, pack, threads), say)
    progress("chat")
    if chat_server.address:
        chat = _remote(chat_server, data, say)
    else:
        with usable("chat", pack):
            chat, placed = loaded("chat", placed, partial(_chat, pack, threads), say)
    progress("reference")
    room: int = getattr(chat, "room", 0)  # a server does not tell
    where = places(placed) | ({"chat": "server"} if chat_server.address else {})
    engines = Engines(load_vad(), transcriber, chat, voice, [], _turn_model(pack), room, pack.languages, where)
    return voiced(engines, choice.card)


def voiced(engines: Engines, card: VoiceCard) -> Engines:
    """Return the engines with this voice, guarded against drift; no companion may be using them meanwhile."""
    voice = engines.voice.voice if isinstance(engines.voice, Anchored) else engines.voice
    anchored = Anchored(voice, read_audio(card.reference)[0])
    return replace(engines, voice=anchored, reference=[reference(card, voice)])


def _placement(pack: Pack, data: Path | None, say: Callable[[str], None]) -> Placement:
    from app.sitting import data_folder

    return graphics.placement(pack, data_folder(data), say)


def _remote(chat: ChatSettings, data: Path | None, say: Callable[[str], None]) -> Chat:
    from app.chat_server import server
    from models.openai_chat import RemoteChat

    there = server(chat, data)
    if there.warning:
        say(there.warning)
    return RemoteChat(there)


def load_vad() -> Vad:
    """Return what tells speech from other sounds; it needs no pack."""
    from models.silero import Gated, Silero

    return Gated(Silero())


def load_voice(pack: Pack, threads: int, data: Path | None = None, *, sampling: Sampling | None = None) -> Voice:
    """Return the voice model of a pack, without a voice; `sampling` in place of what its checkpoint says."""
    with usable("voice", pack):
        load = partial(_voice, pack, threads, sampling=sampling)
        return loaded("voice", _placement(pack, data, tell), load, tell)[0]


def load_inventor(pack: Pack, threads: int, data: Path | None = None) -> Voice:
    """Return the voice model of a pack as it invents speakers: drawn as freely as CSM was published to be.

    A checkpoint that asks for cooler speech, as a small or a tuned one does, would invent the same speaker every time.
    """
    from models.csm import Sampling

    return load_voice(pack, threads, data, sampling=Sampling())


def load_transcriber(pack: Pack, threads: int, data: Path | None = None) -> Transcriber:
    """Return the recogniser of a pack."""
    with usable("transcriber", pack):
        return loaded("transcriber", _placement(pack, data, tell), partial(_transcriber, pack, threads), tell)[0]


def _voice(pack: Pack, threads: int, placed: Placement, *, sampling: Sampling | None = None) -> Voice:
    from models.csm import load_voice

    where, kind = placed.voice, placed.precision
    voice = load_voice(
        pack.voice.folder, pack.codec.folder, device=where, precision=kind, threads=threads, sampling=sampling
    )
    return cast(Voice, voice)  # its encoder is of a narrower type than the port's, which a mutable attribute may not be


def _transcriber(pack: Pack, threads: int, placed: Placement) -> Transcriber:
    from models.whisper import Transcriber as Whisper

    where, kind = placed.transcriber, placed.compute_type
    folder, known = pack.transcriber.folder, pack.understands
    return Whisper(folder, languages=known, usual=pack.languages, device=where, compute_type=kind, threads=threads)


def _chat(pack: Pack, threads: int, placed: Placement) -> Chat:
    from models.llama import Chat as Llama

    path, layers = pack.chat.only(".gguf"), placed.chat_layers
    return Llama(path, template=pack.chat.template, context=placed.context, threads=threads, gpu_layers=layers)


def _turn_model(pack: Pack) -> TurnModel | None:
    from models.smart_turn import SmartTurn

    if pack.turn is None:
        return None
    with usable("turn", pack):
        return SmartTurn(pack.turn.only(".onnx"))


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
    except Exception as error:  # damaged files make each runtime raise what it likes: tokenizers even Exception itself
        raise Problem(f"the {role} model cannot be used ({error})", pack.folder, "choose another --pack") from error
