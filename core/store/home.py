"""The data folder: who may write in it, and the database, upgraded and with its chores done."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from types import TracebackType

from core.settings import StoreSettings
from core.store import backups, removal
from core.store.live import adopt
from core.store.schema import MIGRATIONS, Statements, upgrade, version
from core.store.sqlite import StoreError, complaint, connect, plainly

DATABASE = "sotto.db"
LEAVES_S = 1.0  # that a killed process may take to leave


class Store:
    """The open database of a data folder; one process at a time writes, any number read."""

    def __init__(self, folder: Path, db: sqlite3.Connection, lock: int | None, warning: str = "") -> None:
        self.folder, self.path, self.db = folder, folder / DATABASE, db
        self.warning = warning  # if all is not as it should be
        self._lock = lock
        self._at_work: list[Thread] = []

    @classmethod
    def reading(cls, folder: Path) -> Store:
        """Open what is there; a newer Sotto's, too, as far as it can be read."""
        path = folder / DATABASE
        if not path.exists():
            raise StoreError(
                "no conversation is kept yet", folder, "hold one with `sotto chat`, or name a --data folder"
            )
        with plainly(path):
            db = connect(path, write=False)
            return cls(folder, db, None, newer(path, version(db), len(MIGRATIONS)))

    @classmethod
    def writing(
        cls,
        folder: Path,
        settings: StoreSettings = StoreSettings(),  # noqa: B008 - frozen
        migrations: Sequence[Statements] = MIGRATIONS,
    ) -> Store:
        """Open for writing: make, upgrade, and finish what a crash left; raises StoreError."""
        path = folder / DATABASE
        with plainly(path):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = locked(folder)
            try:
                return cls(folder, *_prepared(path, settings, migrations, lock))
            except BaseException:
                os.close(lock)
                raise

    @contextmanager
    def plainly(self) -> Iterator[None]:
        """Turn what SQLite complains of into a StoreError; of a newer Sotto's file, that it is that."""
        try:
            with plainly(self.path):
                yield
        except StoreError as error:
            if self.warning and self._lock is None and isinstance(error.__cause__, sqlite3.Error):
                raise StoreError(self.warning) from error
            raise

    def wait_for(self, thread: Thread) -> None:
        """Close only when this thread has ended."""
        self._at_work = [*(each for each in self._at_work if each.is_alive()), thread]

    def close(self) -> None:
        """Close; the log is emptied by whoever is last."""
        for thread in self._at_work:
            thread.join()
        self.db.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Store:
        """Give itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close."""
        self.close()


def newer(path: Path, found: int, known: int) -> str:
    """Return the line about a database that is newer than this Sotto; nothing if it is not."""
    if found <= known:
        return ""
    what = f"what is kept was written by a newer Sotto (schema {found}, this one knows {known})"
    return str(StoreError(what, path, "it can be read only; update Sotto to go on"))


def locked(folder: Path) -> int:
    """Take the folder's lock, which ends with the process; raises StoreError if another holds it."""
    handle = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _take(handle)
    except OSError as error:
        os.close(handle)
        raise StoreError("another Sotto is writing in the data folder", folder, "close it and try again") from error
    return handle


def _take(handle: int) -> None:
    # A process that was killed holds its files until the last of its threads has ended.
    until = time.monotonic() + LEAVES_S
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise
        time.sleep(0.02)


def _prepared(
    path: Path, settings: StoreSettings, migrations: Sequence[Statements], lock: int
) -> tuple[sqlite3.Connection, int, str]:
    said = _regained(path)
    db = connect(path, write=True)
    try:
        if warning := newer(path, version(db), len(migrations)):
            raise StoreError(warning)
        upgrade(db, lambda old: backups.before_upgrade(db, path.parent, old), migrations)
        if len(migrations) == len(MIGRATIONS):
            adopt(db)
            said = " ".join(filter(None, (said, _cleared(db, path, settings))))
    except BaseException:
        db.close()
        raise
    return db, lock, said


def _regained(path: Path) -> str:
    """Restore a database that is gone, if there is a copy; return what to say of it."""
    copy = None if path.exists() else backups.restore(path)
    if copy is None:
        return ""
    return f"what was kept was gone, and the copy {copy.name} took its place; what came after it is lost."


def _cleared(db: sqlite3.Connection, path: Path, settings: StoreSettings) -> str:
    try:
        removal.finish(db, path.parent)
        removal.retain(db, path.parent, settings.keep_days)
    except sqlite3.OperationalError as error:
        # To delete without a trace takes room; where there is none, one can still talk, and it is tried again.
        return f"a deletion is not finished: {complaint(error, path)}"
    return ""
