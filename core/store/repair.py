"""A damaged database is put aside, the newest whole copy takes its place, and what can still be read is added."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.store import backups
from core.store.archive import Archive
from core.store.home import DATABASE, Store, locked, newer
from core.store.schema import MIGRATIONS, upgrade, version
from core.store.sqlite import StoreError, connect, plainly, transaction

PASSING = ("full", "locked", "readonly", "unable to open")  # what SQLite says of troubles that are no damage
BRANCHES = (  # of a conversation, from the stem: table, and which of its rows
    ("conversation", "id = ?"),
    ("sitting", "conversation = ?"),
    ("turn", "sitting IN (SELECT id FROM sitting WHERE conversation = ?)"),
    ("speech", "turn IN (SELECT turn.id FROM turn JOIN sitting ON sitting.id = sitting WHERE conversation = ?)"),
    ("chunk", "turn IN (SELECT turn.id FROM turn JOIN sitting ON sitting.id = sitting WHERE conversation = ?)"),
    ("summary", "conversation = ?"),  # in newer schemas
)
TURN = (("turn", "id = ?"), ("speech", "turn = ?"), ("chunk", "turn = ?"))
FACTS = "SELECT id, text, turn FROM known"


@dataclass(frozen=True)
class Repaired:
    """What became of it; no `aside` if nothing was damaged."""

    aside: Path | None = None  # where the damaged file is now
    copy: Path | None = None  # that took its place
    read: tuple[int, ...] = ()  # conversations that could be read from the damaged file
    unread: tuple[int, ...] = ()  # and those that could not; the copy may hold an older state of them


def repair(folder: Path) -> Repaired:
    """Make the data folder's database whole; raises StoreError."""
    path = folder / DATABASE
    if not path.exists():
        raise StoreError("no conversation is kept yet", folder, "name another folder with --data")
    with plainly(path):
        if _whole(path, folder):
            return Repaired()
        aside = _put_aside(path)
        try:
            return _mended(aside, path)
        except BaseException:
            _put_back(aside, path)  # so that all of it can be tried again
            raise


def _mended(aside: Path, path: Path) -> Repaired:
    copy = backups.restore(path)
    with Store.writing(path.parent) as store:
        read, unread = _add_readable(aside, store.db, copy)
        with transaction(store.db):
            store.db.execute("INSERT INTO words (words) VALUES ('rebuild')")
    return Repaired(aside, copy, tuple(read), tuple(unread))


def _whole(path: Path, folder: Path) -> bool:
    lock = locked(folder)
    try:
        with closing(connect(path, write=True)) as db:
            if warning := newer(path, version(db), len(MIGRATIONS)):
                raise StoreError(warning)
            if str(db.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
                return False  # before an upgrade, which would make a copy, and that must be whole
            upgrade(db, lambda old: backups.before_upgrade(db, folder, old))
            db.execute("INSERT INTO words (words) VALUES ('rebuild')")
            return str(db.execute("PRAGMA integrity_check(1)").fetchone()[0]) == "ok" and _legible(db)
    except sqlite3.DatabaseError as error:
        _raise_if_passing(error)  # putting the file aside would not help
        return False
    finally:
        os.close(lock)


def _raise_if_passing(error: sqlite3.Error) -> None:
    if any(word in str(error).lower() for word in PASSING):
        raise error


def _put_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    _move(path, aside)
    return aside


def _put_back(aside: Path, path: Path) -> None:
    lock = locked(path.parent)  # where another Sotto has begun with the copy, that stays
    try:
        if aside.exists():
            backups.drop(path.with_name(path.name + suffix) for suffix in ("", *backups.LOGS))
            _move(aside, path)
    finally:
        os.close(lock)


def _move(path: Path, to: Path) -> None:
    for suffix in backups.LOGS:
        log = path.with_name(path.name + suffix)
        if log.exists():
            log.replace(to.with_name(to.name + suffix))
    path.replace(to)


def _add_readable(aside: Path, db: sqlite3.Connection, copy: Path | None) -> tuple[list[int], list[int]]:
    read: list[int] = []
    unread: list[int] = []
    facts = db.execute(FACTS).fetchall()  # of the copy: they go with each conversation that is read anew
    try:
        with closing(connect(aside, write=False)) as old, closing(connect(copy or aside, write=False)) as spare:
            for number in _numbers(old):
                (read if _add(old, db, number, spare) else unread).append(number)
            _add_known(old.execute(FACTS).fetchall(), db)
            _add_known(facts, db)
            _delete_again(old, db)
    except sqlite3.Error as error:
        _raise_if_passing(error)  # else what was found so far is all that can be found
        _add_known(facts, db)
    return read, unread


def _add(old: sqlite3.Connection, db: sqlite3.Connection, number: int, spare: sqlite3.Connection) -> bool:
    try:
        with transaction(db):
            db.execute("DELETE FROM conversation WHERE id = ?", (number,))
            _insert(old, db, BRANCHES[: None if _has_summaries(old) else -1], number)
            lost = _without_illegible(db, number)
            for row in lost:
                _insert(spare, db, TURN, row)
            if lost:
                _without_illegible(db, number)
    except sqlite3.Error as error:
        _raise_if_passing(error)
        return False
    except StoreError:
        return False
    return True


def _insert(
    source: sqlite3.Connection, db: sqlite3.Connection, branches: Iterable[tuple[str, str]], number: int
) -> None:
    for table, branch in branches:
        rows = source.execute(f"SELECT * FROM {table} WHERE {branch}", (number,))
        columns = ", ".join(column[0] for column in rows.description)  # an older schema has fewer
        for row in rows:
            db.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", row)


def _without_illegible(db: sqlite3.Connection, number: int) -> list[int]:
    """Delete the turns that cannot be understood; return their numbers."""
    rows = Archive(db).illegible(number)
    db.executemany("DELETE FROM turn WHERE id = ?", [(row,) for row in rows])
    return rows


def _numbers(db: sqlite3.Connection, table: str = "conversation") -> list[int]:
    return [row[0] for row in db.execute(f"SELECT id FROM {table} ORDER BY id")]


def _legible(db: sqlite3.Connection) -> bool:
    """Whether every row can be understood, also where SQLite sees nothing wrong."""
    try:
        return not any(Archive(db).illegible(number) for number in _numbers(db))
    except StoreError:
        return False


def _has_summaries(old: sqlite3.Connection) -> bool:
    return bool(old.execute("SELECT 1 FROM sqlite_master WHERE name = 'summary'").fetchone())


def _add_known(facts: Iterable[tuple[int, str, int | None]], db: sqlite3.Connection) -> None:
    """Add the facts that are lacking; those of turns that are gone are left out."""
    for row in facts:
        with transaction(db):
            db.execute(
                """INSERT OR IGNORE INTO known (id, text, turn) SELECT ?1, ?2, ?3
                WHERE ?3 IS NULL OR EXISTS (SELECT 1 FROM turn WHERE id = ?3)""",
                row,
            )


def _delete_again(old: sqlite3.Connection, db: sqlite3.Connection) -> None:
    """Delete what only the copy has, if a deletion was not finished, which would have made another copy."""
    if not old.execute("SELECT 1 FROM chore").fetchone():
        return
    for table in ("conversation", "known"):
        if old.execute(f"PRAGMA integrity_check({table})").fetchone()[0] == "ok":  # else damage may hide some
            gone = set(_numbers(db, table)) - set(_numbers(old, table))
            with transaction(db):
                db.executemany(f"DELETE FROM {table} WHERE id = ?", [(number,) for number in gone])
