"""Engines that fail on demand, in the real engine process: they crash, hang, give NaN, never stop, are slow.

`run` takes the place of `app.engine.child.run`. It is told by files in a folder, so that whoever tests can choose the
moment, and a fault that ended its process does not strike the next one as well:

    fault   one line, "PART KIND AFTER": strikes once, when this part has given so many pieces; then it is `struck`
    say     the path of a recording that the microphone hears from now on, as if somebody spoke
    heard   how many frames of it the microphone has given so far, and that path: also after a kill
"""

from __future__ import annotations

import ctypes
import os
import resource
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from app import compose
from app.engine import child
from core.audio.link import AudioLink
from core.audio.microphone import Microphone
from core.audio.resample import resampler
from core.companion import Engines
from core.types import EAR_FRAME, EAR_RATE, MIC_FRAME, VOICE_RATE, AudioFrame
from models.audiofile import read_audio

FOLDER = "SOTTO_TEST_FAULTS"  # environment variable: where the files are
KINDS = ("abort", "segv", "exit", "raise", "hang", "hold", "oom", "slow", "nan", "endless", "garbage", "full", "thread")
ROOM = 64 << 20  # bytes that a process short of memory may still take
SLOW_S = 1.0  # for each piece
LINE = 512  # characters, more than a path has
FULL_S = 3.0  # until there is room on the disk again


def run(pipe: Connection, parent: int, logs: str) -> None:
    """Serve as the engine process does, with engines that can fail."""
    order = Order(Path(os.environ[FOLDER]), pipe)
    load = compose.load

    def loaded(*arguments: Any, **options: Any) -> Engines:
        order.strike("load", 0)
        return faulty(load(*arguments, **options), order)

    compose.load = loaded
    from app import air

    class Link(AudioLink):
        """An audio link at whose microphone somebody speaks."""

        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self.microphone = Spoken(order)

    air.AudioLink = Link  # type: ignore[misc]
    child.run(pipe, parent, logs)


class Order:
    """What was ordered, and its doing."""

    def __init__(self, folder: Path, pipe: Connection) -> None:
        self.folder, self._pipe = folder, pipe

    def strike(self, part: str, pieces: int) -> str:
        """Do what was ordered of this part now; return the kind of a fault that the caller must do."""
        try:
            wanted, kind, after = (self.folder / "fault").read_text().split()
        except (OSError, ValueError):
            return ""
        if wanted != part or pieces < int(after):
            return ""
        try:
            (self.folder / "fault").rename(self.folder / "struck")
        except OSError:
            return ""  # another thread was first
        (self.folder / "struck").write_text(repr(time.monotonic()))
        strike(kind, self._pipe)
        return kind

    def said(self) -> Path | None:
        """Return a recording that is to be heard, once."""
        try:
            path = Path((self.folder / "say").read_text())
            (self.folder / "say").unlink()
        except OSError:
            return None
        return path

    def hear(self, path: Path, count: int) -> None:
        """Take note that so many frames of a recording are about to be heard."""
        handle = os.open(self.folder / "heard", os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(handle, f"{count:9} {path}".ljust(LINE).encode())  # at once, so that it is whole whenever it is read
        os.close(handle)


def strike(kind: str, pipe: Connection) -> None:
    """Fail in this way; return where the failure is in what the engine gives."""
    if kind == "abort":
        os.abort()
    elif kind == "segv":
        ctypes.string_at(0)
    elif kind == "exit":
        os._exit(3)
    elif kind == "raise":
        raise RuntimeError("a fault on demand")
    elif kind == "hang":
        threading.Event().wait()
    elif kind == "hold":
        while True:
            ctypes.PyDLL(None).pause()  # without letting go of the interpreter's lock
    elif kind == "oom":
        _hog()
    elif kind == "garbage":
        pipe.send_bytes(b"\x07\x00\x00\x00garbage, not news")
    elif kind == "full":
        _fill()


def _hog() -> None:
    """Run out of memory, as far as this process is concerned; raises MemoryError, and there is room again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + ROOM, hard))
    try:
        hoard = [np.ones(1 << 20) for _ in range(1 << 12)]
        raise AssertionError(f"there was room for {len(hoard)} pieces")
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _fill() -> None:
    """Let no file of this process grow for some seconds, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))

    def empty() -> None:
        time.sleep(FULL_S)
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    threading.Thread(target=empty, daemon=True).start()


def faulty(engines: Engines, order: Order) -> Engines:
    """Return engines that fail when it is ordered."""
    return replace(
        engines,
        vad=Vad(engines.vad, order),
        transcriber=Transcriber(engines.transcriber, order),
        chat=Chat(engines.chat, order),
        voice=Voice(engines.voice, order),
        turn=engines.turn and TurnModel(engines.turn, order),
    )


class Faulty:
    """An engine, and what was ordered of it."""

    def __init__(self, engine: Any, order: Order) -> None:
        self._engine, self._order = engine, order

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def _pieces(self, part: str, pieces: Iterator[Any]) -> Iterator[Any]:
        """Yield what the engine gives, until it fails."""
        kind = self._order.strike(part, 0)
        for count, piece in enumerate(pieces, 1):
            if kind == "slow":
                time.sleep(SLOW_S)
            while kind == "endless":
                yield piece
            yield spoilt(piece) if kind == "nan" else piece
            kind = self._order.strike(part, count) or kind


def spoilt(frame: Any) -> Any:
    """Return a frame of speech that is not finite."""
    return type(frame)(np.full_like(frame.samples, np.nan), frame.codes)


class Vad(Faulty):
    """A speech detector that can fail."""

    def __call__(self, narrow: Any) -> Any:
        self._order.strike("vad", 0)
        return self._engine(narrow)


class TurnModel(Faulty):
    """A turn model that can fail."""

    def __call__(self, heard: Any) -> Any:
        self._order.strike("turn", 0)
        return self._engine(heard)


class Transcriber(Faulty):
    """A recogniser that can fail."""

    def __call__(self, narrow: Any) -> Any:
        if self._order.strike("transcriber", 0) == "slow":
            time.sleep(3 * SLOW_S)
        return self._engine(narrow)


class Chat(Faulty):
    """A language model that can fail."""

    def __call__(self, messages: Any, seed: int) -> Iterator[str]:
        return self._pieces("chat", self._engine(messages, seed))


class Voice(Faulty):
    """A voice that can fail, and its encoder."""

    def __init__(self, engine: Any, order: Order) -> None:
        super().__init__(engine, order)
        self.encoder = Encoder(engine.encoder, order)

    def speak(self, context: Any, text: str, seed: int) -> Iterator[Any]:
        return self._pieces("voice", self._engine.speak(context, text, seed))


class Encoder(Faulty):
    """A speech encoder that can fail."""

    def __call__(self, wide: Any) -> Any:
        self._order.strike("encoder", 0)
        return self._engine(wide)


class Spoken(Microphone):
    """A microphone that hears silence, and whoever is ordered to speak."""

    def __init__(self, order: Order) -> None:
        super().__init__()
        self._order = order
        self._said: list[tuple[np.ndarray, np.ndarray]] = []
        self._path, self._given = Path(), 0

    def __iter__(self) -> Iterator[AudioFrame]:
        """Yield frames until closed."""
        for frame in super().__iter__():
            if self._order.strike("microphone", 0) == "thread":
                raise RuntimeError("a fault of a thread, on demand")
            if not self._said and (path := self._order.said()):
                self._said, self._path, self._given = frames(path), path, 0
            yield self._spoken(frame) if self._said else frame

    def _spoken(self, frame: AudioFrame) -> AudioFrame:
        self._given += 1
        self._order.hear(self._path, self._given)
        return AudioFrame(frame.at, *self._said.pop(0))


def frames(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return a recording as the audio process would send it."""
    wide, _ = read_audio(path)
    wide = np.pad(wide, (0, -len(wide) % MIC_FRAME))
    count = len(wide) // MIC_FRAME
    narrow = np.pad(resampler(VOICE_RATE, EAR_RATE)(wide), (0, count * EAR_FRAME))[: count * EAR_FRAME]
    return list(zip(wide.reshape(count, -1), narrow.reshape(count, -1), strict=True))
