"""Deleting so that no byte stays: rows, index, log, copies. What a crash leaves undone is done at the next opening."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.store import backups
from core.store.sqlite import transaction

CHORE = "cleanse"


def delete(db: sqlite3.Connection, folder: Path, conversations: Sequence[int]) -> None:
    """Delete conversations from everywhere in the data folder.

    The copies go as well, and one of what is left is made; else the deleted would live on in them.
    """
    if not conversations:
        return
    with without_trace(db, folder):
        db.executemany("DELETE FROM conversation WHERE id = ?", [(each,) for each in conversations])


@contextmanager
def without_trace(db: sqlite3.Connection, folder: Path) -> Iterator[None]:
    """Delete within, in one transaction; afterwards no byte of it is left."""
    with transaction(db):
        db.execute("INSERT OR REPLACE INTO chore VALUES (?)", (CHORE,))
        yield
    finish(db, folder)


def finish(db: sqlite3.Connection, folder: Path) -> None:
    """Do what a deletion has left to do, if anything."""
    if not db.execute("SELECT 1 FROM chore WHERE name = ?", (CHORE,)).fetchone():
        return
    with backups.ONE_AT_A_TIME:
        cleanse(db)
        backups.check(db, folder)
        kept = [*(folder / backups.FOLDER).glob("*"), *folder.glob("*.damaged-*")]
        if kept:
            backups.drop(kept)
            backups.make(db, folder / backups.FOLDER / f"daily-{datetime.now(UTC):%Y-%m-%d}.db")
        with transaction(db):
            db.execute("DELETE FROM chore WHERE name = ?", (CHORE,))


def cleanse(db: sqlite3.Connection) -> None:
    """Write everything anew, so that what was deleted is nowhere: not in the index, a page's slack or the log."""
    db.execute("INSERT INTO words (words) VALUES ('rebuild')")
    db.execute("VACUUM")
    busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("database is locked")  # somebody reads: the log still holds what was deleted


def older_than(db: sqlite3.Connection, days: int) -> list[int]:
    """Return the conversations that were last continued more than `days` ago."""
    limit = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
    rows = db.execute(
        """SELECT conversation.id FROM conversation JOIN sitting ON conversation = conversation.id
        GROUP BY conversation.id HAVING max(sitting.began) < ? ORDER BY conversation.id""",
        (limit,),
    )
    return [row[0] for row in rows]


def retain(db: sqlite3.Connection, folder: Path, days: int) -> None:
    """Delete what has been kept long enough; 0 days is for good."""
    if days:
        delete(db, folder, older_than(db, days))
