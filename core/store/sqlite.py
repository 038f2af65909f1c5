"""SQLite as we want it: durable at every commit, forgetful where something is deleted, its complaints in one line."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

BUSY_S = 10.0
WAL_PAGES = 4000  # 16 MB: so far the log may grow while there is no rest to empty it

FULL = ("full", "disk i/o error")  # what SQLite says when nothing more can be written
DAMAGED = ("malformed", "not a database", "corrupt")


class StoreError(Exception):
    """Something about what is kept that cannot be done; the message is one line: what, where, what to do."""

    def __init__(self, *parts: object) -> None:
        """Join the parts into one line."""
        super().__init__(" ".join(", ".join(map(str, parts)).split()))


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open a database; for writing it is made if need be, readable by nobody else."""
    if write:
        _make(path)
    mode = "rw" if write else "ro"
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_S,
        check_same_thread=False,  # a store is opened by one thread and handed to the one that writes
    )
    try:
        _set_up(db, write=write)
    except BaseException:
        db.close()
        raise
    return db


def _make(path: Path) -> None:
    """Make the file with rights that SQLite gives -wal and -shm as well; leave one that is there untouched.

    To close a file lets go of every lock that this process has on it, those of its other connections too.
    Source: https://www.sqlite.org/howtocorrupt.html, section 2.2.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass  # an empty one that a crash left is as good


def _set_up(db: sqlite3.Connection, *, write: bool) -> None:
    db.execute("PRAGMA foreign_keys = ON")
    if write:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")
        db.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
    db.execute("SELECT count(*) FROM sqlite_master")  # a file that is no database is told here


@contextmanager
def transaction(db: sqlite3.Connection, kind: Literal["IMMEDIATE", "EXCLUSIVE"] = "IMMEDIATE") -> Iterator[None]:
    """Do all or nothing; it is durable when this returns."""
    db.execute(f"BEGIN {kind}")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # SQLite itself rolls back where it is out of space
            db.execute("ROLLBACK")
        raise


@contextmanager
def plainly(path: Path) -> Iterator[None]:
    """Turn what SQLite and the disk complain of into a StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        raise complaint(error, path) from error
    except OSError as error:
        what = f"the data folder cannot be used ({(error.strerror or str(error)).lower()})"
        raise StoreError(what, error.filename or path, "choose another with --data, or check the disk") from error


@contextmanager
def legibly() -> Iterator[None]:
    """Turn what comes of a damaged row, in which SQLite itself sees nothing wrong, into a StoreError."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        what = "what is kept is damaged (a row cannot be understood)"
        raise StoreError(what, "in the data folder", "run `sotto history repair`") from error


def told(text: str) -> dict[str, Any]:
    """Return the facts of a row, which are JSON; raises ValueError if they are damaged."""
    facts = json.loads(text)
    if not isinstance(facts, dict):
        raise ValueError("these are no facts")
    return facts


def complaint(error: sqlite3.Error, path: Path) -> StoreError:
    """Return what SQLite complains of as one line."""
    said = str(error).lower()
    if any(word in said for word in FULL):
        return StoreError("nothing more can be written", path, f"free space on the disk ({said})")
    if any(word in said for word in DAMAGED):
        return StoreError(f"what is kept is damaged ({said})", path, "run `sotto history repair`")
    if "locked" in said:
        return StoreError("another program holds what is kept", path, "close it and try again")
    if "readonly" in said or "unable to open" in said:
        return StoreError(f"what is kept cannot be opened ({said})", path, "check the folder's permissions")
    return StoreError(f"what is kept cannot be used ({said})", path, "run `sotto history repair`")
