"""Gives our own parsers damaged input: `python -m tests.harness.fuzz 200000 [SEED]`.

A case ends in a value or in the one error that its parser declares, within seconds; anything else is written to
`corpus/`, which is read first the next time. A case is a good document that was damaged, once or many times.
"""

from __future__ import annotations

import io
import json
import random
import signal
import sys
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from types import FrameType

import numpy as np

from app import export, intake, settings_file
from app.checks import Problem
from app.engine.wire import WireError, pack, unpack
from core.commands import Command, Setup, WriteFact
from core.events import Noted
from core.news import News, TurnPage, TurnSeen
from core.settings import Settings
from core.store.archive import Archive
from core.store.home import Store
from core.types import Turn
from models.audiofile import AudioFileError, read_audio
from models.pack import PackError, open_pack
from models.voices import VoiceError, load_voice_card
from tests.core.store.kept import write

CORPUS = Path(__file__).parent / "corpus"
LONGEST_S = 10.0
ODD = (  # what parsers stumble over
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xae", b"-1", b"1e999", b"NaN", b"99999999999999999999", b"null",
    b"[[", b"]]", b"{}", b'"""', b"'", b"\\u0000", b"\\ud800", b"..", b"/etc/passwd", b"=", b"\r", b"true", b"",
)  # fmt: skip
Parse = Callable[[Path, bytes], object]


@dataclass(frozen=True)
class Target:
    """A parser, what it may raise, and good documents to begin with; it is given a folder of its own."""

    parse: Parse
    errors: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]
    share: int = 1  # of the cases


@dataclass
class Tally:
    """What all cases together have shown."""

    cases: int = 0
    accepted: int = 0
    refused: int = 0
    found: int = 0  # tracebacks and hangs
    slowest_ms: int = 0
    by: Counter[str] = field(default_factory=Counter)


class Hang(BaseException):
    """A case took too long; no parser catches this."""


def targets() -> dict[str, Target]:
    """Return every parser of ours that reads what others may have written."""
    return {
        "settings": Target(_settings, (), (_toml_of_settings(),), 3),
        "voice": Target(_voice, (VoiceError,), (VOICE,), 2),
        "pack": Target(_pack, (PackError,), (PACK,), 2),
        "export": Target(_export, (Problem,), (_export_seed(),), 3),
        "wav": Target(_wav, (AudioFileError,), (_wav_seed(1, 2), _wav_seed(2, 2), _wav_seed(1, 1)), 1),
        "wire": Target(_wire, (WireError,), _wire_seeds(), 4),
    }


def _settings(folder: Path, data: bytes) -> object:
    (folder / "settings.toml").write_bytes(data)
    settings, _ = settings_file.read(folder / "settings.toml", Settings())
    assert isinstance(settings, Settings)
    return settings


def _voice(folder: Path, data: bytes) -> object:
    (folder / "voice.toml").write_bytes(data)
    (folder / "reference.wav").write_bytes(b"RIFF")
    return load_voice_card(folder)


def _pack(folder: Path, data: bytes) -> object:
    (folder / "pack.toml").write_bytes(data)
    for role in FORMS:
        (folder / role).mkdir(exist_ok=True)
        (folder / role / "a.bin").write_bytes(b"weights")
    return open_pack(folder)


def _export(folder: Path, data: bytes) -> object:
    (folder / "in.json").write_bytes(data)
    return intake.read(folder / "in.json")


def _wav(folder: Path, data: bytes) -> object:
    (folder / "in.wav").write_bytes(data)
    wide, narrow = read_audio(folder / "in.wav")
    assert np.isfinite(wide).all()
    assert np.isfinite(narrow).all()
    return wide


def _wire(_: Path, data: bytes) -> object:
    union = (Command, News, Setup)[len(data) % 3]
    return unpack(data, union)


def _toml_of_settings() -> bytes:
    import tomli_w

    everything = settings_file.differences(Settings(), Settings()) or {
        "segmenter": {"on": 0.6, "off": 0.3, "patience": "eager", "mode": "push"},
        "memory": {"notes": "off", "chat_chars_high": 5000, "idle_s": 2.5},
        "persona": {"name": "Ada", "prompt": "You are {name}."},
        "audio": {"microphone": "a", "echo": "leave"},
        "models": {"threads": 2, "pack": "/x", "voice": "tom"},
    }
    return tomli_w.dumps(everything).encode()


VOICE = b"""name = "ada"
title = "Ada"
description = "calm"
transcript = "This is my voice."
origin = "shipped"
licence = "CC0-1.0"
consent = "none needed"
"""
FORMS = {"transcriber": "whisper-ctranslate2", "chat": "gguf", "voice": "csm-original", "codec": "mimi-moshi"}
_FILE = f'{{ "a.bin" = {{ size = 7, sha256 = "{sha256(b"weights").hexdigest()}" }} }}'
PACK = "\n".join(
    [
        'schema = 1\nname = "tiny"\ntitle = "Tiny"\nlanguages = ["en"]',
        *(
            f'[roles.{role}]\nformat = "{form}"\nlicence = "CC0-1.0"\nfolder = "{role}"\nfiles = {_FILE}'
            + ('\ntemplate = "pocket"' if role == "chat" else "")
            for role, form in FORMS.items()
        ),
    ]
).encode()


def _export_seed() -> bytes:
    with tempfile.TemporaryDirectory() as place, Store.writing(Path(place)) as store:
        write(store, ["hello there", "how are you"])
        export.FORMATS[".json"](Archive(store.db), 1, Path(place) / "out.json", False)
        document = json.loads((Path(place) / "out.json").read_bytes())
    for turn in document["turns"]:
        turn["user"]["sound"] = turn["reply"]["sound"] = "AAAAAAAA"
    return json.dumps(document).encode()


def _wav_seed(channels: int, width: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(16_000)
        out.writeframes(bytes(range(256)) * 4)
    return file.getvalue()


def _wire_seeds() -> tuple[bytes, ...]:
    seen = TurnSeen(1, Turn(1), "hello", "you", "answered", typed=False, done=True)
    noted = Noted("facts", Turn(1), ((Turn(1), "x"),))
    settings = replace(Settings())
    return tuple(
        map(pack, (WriteFact("a cat", 3), TurnPage(1, None, (seen, seen), 4), noted, Setup(settings, Path("/x"))))
    )


def damaged(data: bytes, chance: random.Random, others: tuple[bytes, ...]) -> bytes:
    """Return a document with some harm done."""
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        at, end = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
        match chance.randrange(8):
            case 0:  # bits
                place = chance.randrange(len(data)) if data else 0
                data = (
                    data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :] if data else b"{"
                )
            case 1:
                data = data[:at]
            case 2:
                data = data[:at] + data[end:]
            case 3:
                data = data[:at] + chance.choice(ODD) + data[at:]
            case 4:
                data = data[:at] + chance.choice(ODD) + data[min(end, at + 12) :]
            case 5:  # again
                data = data[:end] + data[at:][:4096]
            case 6:
                data = data[:at] + chance.randbytes(chance.randrange(1, 9)) + data[at:]
            case _:
                other = chance.choice(others)
                data = data[:at] + other[chance.randrange(len(other)) :][:4096]
    return data[: 1 << 16]


def tried(target: Target, folder: Path, data: bytes) -> str:
    """Give a parser a document; return "accepted", "refused", or the name of what went wrong."""
    try:
        target.parse(folder, data)
    except target.errors as error:
        return "refused" if len(str(error).splitlines()) == 1 else "an error of several lines"
    except (Exception, Hang) as error:
        return type(error).__name__
    return "accepted"


def kept(name: str) -> list[bytes]:
    """Return the cases that once went wrong with a parser."""
    return [path.read_bytes() for path in sorted((CORPUS / name).glob("*"))]


def _hang(_: int, __: FrameType | None) -> None:
    raise Hang


def main(cases: int, seed: int = 1, *, keep: bool = True) -> Tally:
    """Try so many cases, the corpus first."""
    tally, chance = Tally(), random.Random(seed)
    signal.signal(signal.SIGALRM, _hang)
    all_targets = targets()
    shares = sum(target.share for target in all_targets.values())
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as place:
        for name, target in all_targets.items():
            folder = Path(place) / name
            folder.mkdir()
            assert "accepted" in [tried(target, folder, good) for good in target.seeds], f"{name}: no seed is good"
            known = kept(name)
            count = cases * target.share // shares
            for number in range(len(known) + count):
                fresh = number >= len(known)
                data = damaged(chance.choice(target.seeds), chance, target.seeds) if fresh else known[number]
                _count(name, target, folder, data, tally, keep=keep and fresh)
    return tally


def _count(name: str, target: Target, folder: Path, data: bytes, tally: Tally, *, keep: bool) -> None:
    signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
    began = time.perf_counter()
    try:
        what = tried(target, folder, data)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    tally.cases += 1
    tally.slowest_ms = max(tally.slowest_ms, round((time.perf_counter() - began) * 1000))
    tally.accepted += what == "accepted"
    tally.refused += what == "refused"
    if what in ("accepted", "refused"):
        return
    tally.found += 1
    tally.by[f"{name}: {what}"] += 1
    if keep:
        (CORPUS / name).mkdir(parents=True, exist_ok=True)
        (CORPUS / name / sha256(data).hexdigest()[:16]).write_bytes(data)


if __name__ == "__main__":
    print(main(*map(int, sys.argv[1:])))
