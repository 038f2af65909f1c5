"""Kills a process amid an upgrade of the tables: `python -m tests.harness.migration 200`."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.store import backups
from core.store.home import Store
from core.store.schema import MIGRATIONS
from tests.core.store.kept import write
from tests.harness.kill import kill
from tests.harness.talker import Tell, forked, quick

TURNS, DOUBLED = 20, 8  # so that an upgrade takes a while
COUNTS = (TURNS << DOUBLED, 2 * TURNS)  # of turns, of stretches of speech
NEXT = (
    *MIGRATIONS,
    (
        "ALTER TABLE turn ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",
        "UPDATE turn SET mood = 'glad'",
        "CREATE TABLE speech_2 AS SELECT turn, part, text, codes FROM speech",
        "DROP TABLE speech",
        "ALTER TABLE speech_2 RENAME TO speech",
    ),
    ("CREATE TABLE fact (id INTEGER PRIMARY KEY, text TEXT NOT NULL)", "INSERT INTO fact (text) SELECT user FROM turn"),
)


@dataclass
class Tally:
    """What all kills together have shown."""

    kills: int = 0
    old: int = 0
    new: int = 0
    ended: int = 0  # before they were killed
    amid: int = 0  # killed between the begin of the transaction and the end
    copies: int = 0  # of before, found whole


def original(folder: Path) -> None:
    """Make what is to be upgraded."""
    with Store.writing(folder) as store:
        write(store, [f"question {number}" for number in range(TURNS)])
        for _ in range(DOUBLED):
            store.db.execute(
                """INSERT INTO turn (sitting, number, step, user, reply, facts)
                SELECT sitting, number + (SELECT max(number) FROM turn), step, user, reply, facts FROM turn"""
            )


def counts(db: sqlite3.Connection) -> tuple[int, int]:
    """Return how many turns and stretches of speech there are."""
    turns, speech = (db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("turn", "speech"))
    return turns, speech


def upgrade(folder: Path, tell: Tell) -> None:
    """Upgrade, and tell when the copy is made and the transaction is about to begin."""
    copy = backups.before_upgrade

    def before(db: sqlite3.Connection, place: Path, old: int) -> None:
        copy(db, place, old)
        tell({"begun": old})

    backups.before_upgrade = before
    Store.writing(folder, migrations=NEXT).close()


def upgraded_in(folder: Path) -> tuple[float, float]:
    """Return how long an upgrade takes that nobody kills: all of it, and from the transaction on."""
    started = time.monotonic()
    child, pipe = forked(lambda tell: upgrade(folder, tell))
    os.read(pipe, 1)
    begun = time.monotonic()
    os.waitpid(child, 0)
    os.close(pipe)
    return time.monotonic() - started, time.monotonic() - begun


def kill_once(folder: Path, seconds: float, tally: Tally, *, begun: bool) -> None:
    """Kill an upgrade after so long, from its start or from its transaction on.

    Raises AssertionError if what is left is mixed, or cannot be used.
    """
    child, pipe = forked(lambda tell: upgrade(folder, tell))
    if begun:
        os.read(pipe, 1)
    time.sleep(seconds)
    ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    kill(child)
    os.close(pipe)
    tally.ended += ended
    tally.amid += begun and not ended
    with closing(sqlite3.connect(folder / "sotto.db")) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        columns = {row[1] for row in db.execute("PRAGMA table_info(turn)")}
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
        assert (version, "mood" in columns, "fact" in tables, "speech_2" in tables) in (
            (len(MIGRATIONS), False, False, False),
            (len(NEXT), True, True, False),
        )
        assert counts(db) == COUNTS
    tally.old, tally.new = tally.old + (version == len(MIGRATIONS)), tally.new + (version == len(NEXT))
    for copy in (folder / "backups").glob("*.db"):
        with closing(sqlite3.connect(copy)) as db:
            assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
            assert counts(db) == COUNTS
        tally.copies += 1
    Store.writing(folder, migrations=NEXT).close()
    tally.kills += 1


def main(kills: int) -> Tally:
    """Kill so many times, each time in a copy of the same folder."""
    tally, chance = Tally(), random.Random(1)
    with tempfile.TemporaryDirectory(dir=quick()) as place:
        original(Path(place) / "original")
        shutil.copytree(Path(place) / "original", Path(place) / "whole")
        longest = upgraded_in(Path(place) / "whole")
        for run in range(kills):
            folder = Path(place) / str(run)
            shutil.copytree(Path(place) / "original", folder)
            begun = bool(run % 4)
            kill_once(folder, chance.uniform(0, longest[begun]), tally, begun=begun)
            shutil.rmtree(folder)
    return tally


if __name__ == "__main__":
    print(main(int(sys.argv[1])))
