"""Damages the database of a data folder and opens it as the program does: `python -m tests.harness.corrupt 500 [SEED]`.

Bits flip, pages are lost, files are cut, swapped for text, emptied or gone. Whatever is asked of what is kept ends in a
value or in one line of error; then `repair` makes it whole, and the damaged file is kept beside it.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.store import backups
from core.store.archive import Archive
from core.store.home import DATABASE, Store
from core.store.repair import repair
from core.store.shelf import Shelf
from core.store.sqlite import StoreError, connect, plainly
from tests.core.store.kept import write
from tests.harness.talker import quick

PAGE = 4096
COPIED = 3  # conversations that today's copy holds
OPENS_S = 5.0


@dataclass
class Tally:
    """What all damages together have shown."""

    damaged: int = 0
    harmless: int = 0  # nobody could tell
    refused: int = 0  # could not be opened at all; it was said
    partly: int = 0  # opened, and some of it could not be read; it was said
    repaired: int = 0  # of all, a damaged file was put aside
    read_again: int = 0  # conversations that a repair has saved from the damaged file
    slowest_s: float = 0.0
    faults: int = 0
    wrong: list[str] = field(default_factory=list)


def template(folder: Path) -> None:
    """Keep conversations, a copy of the first ones, and a log that was not emptied, as after a kill."""
    here = folder.with_name("here")
    with Store.writing(here) as store:
        for number in range(2 * COPIED):
            write(store, [f"question {number} {turn} " + "word " * 100 for turn in range(6)])
            if number == COPIED - 1:
                backups.daily(store.db, here, 3)
                store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copytree(here, folder)


def damage(folder: Path, chance: random.Random) -> str:
    """Damage what is kept; return how."""
    path = chance.choice([folder / DATABASE] * 4 + [folder / f"{DATABASE}-wal"])
    raw = bytearray(path.read_bytes())
    kind = chance.choice(("flip", "flip", "flip", "words", "pages", "cut", "text", "zero", "gone"))
    if kind == "flip":
        for _ in range(chance.randint(1, 20)):
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    elif kind == "words":  # where SQLite itself sees nothing wrong
        for _ in range(chance.randint(1, 3)):
            at = raw.find(chance.choice((b'"outcome"', b'"user_start"', b'"codec"', b'{"')), chance.randrange(len(raw)))
            raw[at + chance.randrange(8)] = chance.choice(b'\x00\xff{[,x9"')
    elif kind == "pages":
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(max(len(raw) // PAGE, 1)) * PAGE
            raw[at : at + PAGE] = chance.choice((bytes(PAGE), chance.randbytes(PAGE)))
    elif kind == "cut":
        del raw[chance.randrange(len(raw)) :]
    elif kind == "text":
        raw = bytearray(b"this is no database\n" * 500)
    elif kind == "zero":
        raw = bytearray(len(raw))
    path.write_bytes(raw)
    if kind == "gone":
        path.unlink()
    return f"{path.name} {kind}"


def read_all(folder: Path) -> int:
    """Read everything as window and commands do; return how many answers were errors; raises StoreError."""
    failed = 0
    with Store.writing(folder) as store, closing(connect(store.path, write=True)) as db:
        shelf = Shelf(db, folder)
        archive, numbers = shelf.archive, []
        with suppress(sqlite3.Error):
            numbers = [number for (number,) in db.execute("SELECT id FROM conversation")]
        errands = [lambda: shelf.listed(), lambda: shelf.listed("question"), archive.titles, shelf.facts]
        for number in numbers:
            errands += [
                lambda number=number: shelf.page(number, None, 100),
                lambda number=number: [archive.sound(turn, "user") for turn in archive.turns(number)],
                lambda number=number: (archive.history(number, "toy"), archive.notes(number)),
                lambda number=number: shelf.unanswered(number),
                lambda number=number: write_on(db, number),
            ]
        for errand in errands:
            try:
                with plainly(store.path):
                    errand()
            except StoreError:
                failed += 1
    return failed


def write_on(db: sqlite3.Connection, number: int) -> None:
    """Begin another sitting, as whoever goes on with a conversation does; nothing of it stays."""
    from core.store.entries import Heading

    db.execute("BEGIN IMMEDIATE")
    try:
        Heading({"codec": "toy"}, number).write(db)
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def one(folder: Path, how: str, tally: Tally) -> None:
    """Open what was damaged, and repair it; raises AssertionError."""
    tally.damaged += 1
    before = (folder / DATABASE).read_bytes() if (folder / DATABASE).exists() else b""
    began = time.monotonic()
    try:
        failed = read_all(folder)
    except StoreError:
        failed = -1
        tally.refused += 1
    tally.slowest_s = max(tally.slowest_s, time.monotonic() - began)
    tally.partly += failed > 0
    tally.harmless += failed == 0
    if not (folder / DATABASE).exists():
        return
    done = repair(folder)
    if done.aside:
        tally.repaired += 1
        tally.read_again += len(done.read)
        assert done.aside.exists(), how
        assert done.aside.stat().st_size >= min(len(before), 1), how
    else:
        assert failed == 0, f"{how}: {failed} errands failed, and repair says that nothing is damaged"
    assert read_all(folder) <= 0, how  # what is missing now is not there, and no longer unreadable
    assert repair(folder).aside is None, how
    with Store.reading(folder) as store:
        there = {title.number for title in Archive(store.db).titles()}
    if done.copy:
        assert there >= set(range(1, COPIED + 1)), f"{how}: {there}"


def main(count: int, seed: int = 0) -> Tally:
    """Damage a data folder so many times."""
    tally = Tally()
    with tempfile.TemporaryDirectory(dir=quick()) as place:
        good = Path(place) / "good"
        template(good)
        for number in range(seed, seed + count):
            folder = Path(place) / "folder"
            shutil.copytree(good, folder)
            how = damage(folder, random.Random(number))
            try:
                one(folder, how, tally)
            except Exception as wrong:
                tally.faults += 1
                tally.wrong.append(f"{number} {how}: {type(wrong).__name__}: {wrong}")
            shutil.rmtree(folder)
    tally.slowest_s = round(tally.slowest_s, 2)
    return tally


if __name__ == "__main__":
    shown = main(*map(int, sys.argv[1:]))
    print(*shown.wrong, sep="\n")
    shown.wrong = []
    print(shown)
