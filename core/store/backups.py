"""Copies of the database beside it: one a day, and one before each upgrade; whole or not there."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from core.store.sqlite import StoreError, connect

FOLDER = "backups"
LOGS = ("-wal", "-shm")  # that belong to a database
ONE_AT_A_TIME = Lock()  # whoever copies or deletes holds it: a copy begun before a deletion still has what went


def daily(db: sqlite3.Connection, folder: Path, keep: int) -> Path | None:
    """Make today's copy if there is none and something is kept, and drop the oldest; return its path if made."""
    path = folder / FOLDER / f"daily-{datetime.now(UTC):%Y-%m-%d}.db"
    with ONE_AT_A_TIME:
        if not keep or path.exists() or not db.execute("SELECT count(*) FROM turn").fetchone()[0]:
            return None
        made = make(db, path)
        copies = (folder / FOLDER).glob("daily-*.db")
        # One of a day that is yet to come was made while the clock was wrong: else it would outlive all that follow.
        drop(sorted(copies, key=lambda copy: (copy.name <= path.name, copy.name))[:-keep])
    return made


def before_upgrade(db: sqlite3.Connection, folder: Path, version: int) -> None:
    """Copy what an upgrade is about to change."""
    make(db, folder / FOLDER / f"before-schema-{version + 1}.db")


def make(db: sqlite3.Connection, path: Path) -> Path:
    """Copy the database, while others may read and write it; raises StoreError, sqlite3.Error, OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600))
        copy = sqlite3.connect(part, isolation_level=None)
        try:
            db.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # so that it is one file, wherever it is carried
            _without_chores(copy)
            check(copy, part)
        finally:
            copy.close()
        _to_disk(part)
        part.replace(path)
        _to_disk(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return path


def every(folder: Path) -> list[Path]:
    """Return all copies, the newest first; last those of a time that is yet to come, made while the clock was wrong."""
    times = {path: path.stat().st_mtime for path in (folder / FOLDER).glob("*.db")}
    return sorted(times, key=lambda path: (times[path] <= time.time(), times[path]), reverse=True)


def restore(path: Path) -> Path | None:
    """Let the newest whole copy take the place of a database that is gone; return the copy, None if there is none."""
    copy = next((each for each in every(path.parent) if _whole(each)), None)
    if copy:
        for suffix in LOGS:  # of what is gone; they would be taken for the copy's
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        part = path.with_suffix(".part")
        try:
            shutil.copy(copy, part)  # and its rights: nobody else may read it
            with closing(sqlite3.connect(part, isolation_level=None)) as db:
                _without_chores(db)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return copy


def _without_chores(copy: sqlite3.Connection) -> None:
    # They are the original's: done after a copy has taken its place, a deletion's would remove what was put aside.
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'chore'").fetchone():
        copy.execute("DELETE FROM chore")


def _whole(path: Path) -> bool:
    try:
        with closing(connect(path, write=False)) as db:
            check(db, path)
            return True
    except (sqlite3.Error, StoreError):
        return False


def drop(paths: Iterable[Path]) -> None:
    """Remove copies."""
    for path in paths:
        path.unlink(missing_ok=True)


def check(db: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError if a database is damaged."""
    found = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(f"a database is damaged ({found})", path, "run `sotto history repair`")


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
