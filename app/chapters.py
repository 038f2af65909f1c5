"""Chapters in a FLAC file, as players know them: `CHAPTER001=00:00:01.500` and `CHAPTER001NAME=words` in its comments.

Source of the file's form: RFC 9639, sections 8 and 8.6; of the comments': https://wiki.xiph.org/Chapter_Extension.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.types import VOICE_RATE

MAGIC = b"fLaC"
COMMENTS, LAST = 4, 0x80  # kind of a block, and the mark of the last one
MOST = 999  # chapters: their numbers have three digits
LONGEST = 120  # characters of a name


@dataclass(frozen=True)
class Chapter:
    """Where a chapter begins, in samples at VOICE_RATE, and what it is called."""

    start: int
    name: str


def spread(chapters: Sequence[Chapter]) -> list[Chapter]:
    """Return as many of them as a file can have, evenly spread."""
    return list(chapters[:: -(-len(chapters) // MOST) or 1])


def comments(chapters: Sequence[Chapter]) -> Iterator[bytes]:
    """Yield the comments that stand for chapters."""
    for number, chapter in enumerate(spread(chapters), 1):
        ms = chapter.start * 1000 // VOICE_RATE
        clock = f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"
        yield f"CHAPTER{number:03d}={clock}".encode()
        name = " ".join(chapter.name.split())
        short = name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
        yield f"CHAPTER{number:03d}NAME={short}".encode()


def add(source: Path, target: Path, chapters: Sequence[Chapter]) -> None:
    """Copy a FLAC file, with chapters added to its comments; raises ValueError if it is none."""
    with source.open("rb") as old, target.open("wb") as new:
        blocks = list(_blocks(old))
        held = next((body for kind, body in blocks if kind == COMMENTS), struct.pack("<II", 0, 0))
        new.write(MAGIC)
        for kind, body in blocks:
            if kind != COMMENTS:
                new.write(_head(kind, body) + body)
        body = _with(held, comments(chapters))
        new.write(_head(COMMENTS | LAST, body) + body)
        shutil.copyfileobj(old, new)


def _blocks(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    if file.read(4) != MAGIC:
        raise ValueError("this is no FLAC file")
    last = 0
    while not last:
        (head,) = struct.unpack(">I", file.read(4))
        last = head >> 24 & LAST
        yield head >> 24 & ~LAST, file.read(head & 0xFFFFFF)


def _head(kind: int, body: bytes) -> bytes:
    return struct.pack(">I", kind << 24 | len(body))


def _with(held: bytes, more: Iterable[bytes]) -> bytes:
    """Return a block of comments with more of them."""
    start = 4 + struct.unpack_from("<I", held)[0]  # after the name of who made it
    (count,) = struct.unpack_from("<I", held, start)
    added = [struct.pack("<I", len(each)) + each for each in more]
    return held[:start] + struct.pack("<I", count + len(added)) + held[start + 4 :] + b"".join(added)
