"""Fills the disk at the n-th page, for every n, and lets a conversation go on: `python -m tests.harness.full 200`."""

from __future__ import annotations

import os
import resource
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from core.records import Notice, TurnRecord
from core.store import scribe as scribes
from core.store.archive import Archive
from core.store.entries import Entry, Heading
from core.store.home import Store
from core.store.scribe import Scribe
from core.store.sqlite import StoreError
from tests.core.store.kept import ABOUT, QUESTIONS, talk
from tests.harness.talker import forked, quick

UNBOUND = 1 << 30
Bound = Callable[[Store], None]


@dataclass
class Tally:
    """What all points together have shown."""

    points: int = 0
    failing: int = 0  # points at which something could not be written
    acknowledged: int = 0  # steps while there was no room
    refused: int = 0  # points at which the store could not even be opened
    troubles: set[str] = field(default_factory=set)


def script(folder: Path) -> list[Notice]:
    """Return what is told of a conversation of three turns."""
    return talk(folder, QUESTIONS)[2]


def _pages(extra: int) -> Bound:
    def bound(store: Store) -> None:
        (pages,) = store.db.execute("PRAGMA page_count").fetchone()
        store.db.execute(f"PRAGMA max_page_count = {pages + extra}")

    return bound


def _unbound(store: Store) -> None:
    store.db.execute(f"PRAGMA max_page_count = {UNBOUND}")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def fill(folder: Path, notices: list[Notice], bound: Bound, tally: Tally) -> None:
    """Keep a conversation while there is no room, then make room; raises AssertionError if anything is lost."""
    acknowledged: dict[int, str] = {}

    def kept(entry: object) -> None:
        if isinstance(entry, Entry):
            acknowledged[entry.record.turn.id] = entry.step

    troubles: list[StoreError] = []
    with Store.writing(folder) as store:
        bound(store)
        scribe = Scribe(store, Heading(ABOUT), kept=kept, trouble=troubles.append)
        scribe.start()
        for notice in notices:
            scribe.listen(notice)
        scribe.settle()
        with Store.reading(folder) as other:
            there = {turn.record.turn.id: turn.step for turn in Archive(other.db).turns(1)}
        assert there == acknowledged, "acknowledged equals present"
        tally.acknowledged += len(acknowledged)
        _unbound(store)
        scribe.close()
        assert store.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        turns = Archive(store.db).turns(1)
    assert [turn.record for turn in turns] == [each.what for each in notices if isinstance(each.what, TurnRecord)]
    tally.failing += bool(troubles)
    tally.troubles |= {str(trouble).split(",")[0] for trouble in troubles}


def limited(folder: Path, notices: list[Notice], size: int, tally: Tally) -> None:
    """The same where no file may grow beyond `size` bytes, in a process of its own."""

    def work(tell: Callable[[dict[str, object]], None]) -> None:
        mine = Tally()
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        try:
            fill(folder, notices, lambda _: None, mine)
        except StoreError as error:
            tell({"refused": str(error)})
            return
        tell({"failing": mine.failing, "acknowledged": mine.acknowledged})

    child, pipe = forked(work)
    with open(pipe) as told:
        line = told.read()
    assert os.waitpid(child, 0)[1] == 0, f"a limit of {size} bytes: {line}"
    tally.refused += "refused" in line
    tally.failing += '"failing": 1' in line


def main(points: int) -> Tally:
    """Try so many points, half of them by a limit in pages, half of them by a limit in bytes."""
    tally = Tally()
    scribes.REST_S = 0.01  # what waits is tried again at once
    with tempfile.TemporaryDirectory(dir=quick()) as place:
        notices = script(Path(place) / "script")
        largest = (Path(place) / "script" / "sotto.db").stat().st_size
        with closing(sqlite3.connect(Path(place) / "script" / "sotto.db")) as db:
            (pages,) = db.execute("PRAGMA page_count").fetchone()
        for point in range(points):
            folder = Path(place) / str(point)
            if point % 2:
                fill(folder, notices, _pages(pages * point // points), tally)
            else:
                limited(folder, notices, largest * 2 * (point + 1) // points, tally)
            tally.points += 1
    return tally


if __name__ == "__main__":
    print(main(int(sys.argv[1])))
