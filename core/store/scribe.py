"""The scribe's thread: writes what happens as it happens, and keeps nobody waiting.

What cannot be written, as on a full disk, waits in memory and is tried again; when that is too much sound, the oldest
sound is given up, never the words.
"""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from threading import Event as Flag
from threading import Thread
from types import TracebackType

from core.channel import Channel, Closed
from core.ports import Microphone
from core.records import Notice
from core.settings import StoreSettings
from core.store import backups
from core.store.entries import Heading, Written
from core.store.home import Store
from core.store.minutes import Minutes
from core.store.overhearing import Overhearing
from core.store.sqlite import StoreError, complaint, connect, transaction
from core.types import VOICE_RATE

REST_S = 1.0  # without news, until the log is emptied, or what failed is tried again


def ignore(_: object) -> None:
    """Take no notice."""


class Scribe:
    """Keeps one sitting; tells, on its thread, `kept` of all that has become durable and `trouble` of what has not."""

    def __init__(
        self,
        store: Store,
        heading: Heading,
        settings: StoreSettings = StoreSettings(),  # noqa: B008 - frozen
        kept: Callable[[Written], None] = ignore,
        trouble: Callable[[StoreError], None] = ignore,
    ) -> None:
        self._store, self._heading, self._set = store, heading, settings
        self._kept, self._trouble = kept, trouble
        self._news: Channel[object] = Channel()
        self._minutes = Minutes()
        self._pending: deque[Written] = deque()
        self._sitting: int | None = None
        self._failing: StoreError | None = None
        self._told = False  # that it fails
        self._retry_at = 0.0
        self._fault: BaseException | None = None
        self._written = False
        self._thread = Thread(target=self._run, name="scribe")  # no daemon: what was said is to be written
        self._copying = Thread(target=self._copy, name="backup", daemon=True)

    @property
    def conversation(self) -> int | None:
        """The number of the conversation; None as long as nothing of it is kept."""
        return self._heading.conversation

    @property
    def alive(self) -> bool:
        """Whether it still writes: not after a fault of ours."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()
        self._copying.start()
        self._store.wait_for(self._copying)  # a talk goes on meanwhile, also with another scribe

    def listen(self, notice: Notice) -> None:
        """Take a notice of the companion, and return at once."""
        self._take(notice.what)

    def overhearing(self, microphone: Microphone) -> Microphone:
        """Return the microphone with its sound kept, each half second, while the user speaks."""
        return Overhearing(microphone, self._take)

    def _take(self, what: object) -> None:
        try:
            self._news.put(what)
        except Closed:
            pass  # the conversation is over, a thread that hung has not noticed yet

    def settle(self) -> None:
        """Return when all that came before is durable, or waits because it could not be written."""
        read = Flag()
        self._take(read)
        while self._thread.is_alive() and not read.wait(REST_S):
            pass

    def close(self) -> None:
        """Write what is left; raises StoreError if that cannot be done."""
        self._news.close()
        self._thread.join()
        if self._fault is not None:
            raise self._fault
        if self._failing is not None:
            raise self._failing

    def __enter__(self) -> Scribe:
        """Start."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close."""
        self.close()

    # On the scribe's thread.

    def _run(self) -> None:
        try:
            self._follow()
        except BaseException as fault:  # told when the scribe is closed, never lost with the thread
            self._fault = fault

    def _follow(self) -> None:
        while True:
            try:
                news = self._news.get(REST_S)
            except TimeoutError:
                self._write()
                self._rest()
                continue
            except Closed:
                break
            if isinstance(news, Flag):
                self._write()
                news.set()
                continue
            self._pending.extend(self._minutes.note(news))
            if self._pending and (self._failing is None or time.monotonic() >= self._retry_at):
                self._write()
        self._pending.extend(self._minutes.last() if self._sitting else [])
        self._write()
        while self._failing and not self._told:
            self._write()
        self._rest()

    def _write(self) -> None:
        try:
            while self._pending:
                self._write_one(self._pending[0])
                self._pending.popleft()
        except sqlite3.Error as error:
            self._failing = complaint(error, self._store.path)
            self._retry_at = time.monotonic() + REST_S
            self._bound()
            ours = backups.ONE_AT_A_TIME.locked() and "locked" in str(error)  # a deletion of our own, which ends
            if not (self._told or ours):
                self._told = True
                self._trouble(self._failing)
            return
        self._failing, self._told = None, False

    def _write_one(self, entry: Written) -> None:
        heading, sitting = self._heading, self._sitting
        with transaction(self._store.db):
            if sitting is None:
                conversation, sitting = heading.write(self._store.db)
                heading = replace(heading, conversation=conversation)
            entry.write(self._store.db, sitting)
        self._heading, self._sitting, self._written = heading, sitting, True
        self._kept(entry)

    def _bound(self) -> None:
        spare = sum(entry.size for entry in self._pending)
        for place, entry in enumerate(self._pending):
            if spare <= self._set.backlog_s * VOICE_RATE:
                return
            spare -= entry.size
            self._pending[place] = entry.without_sound()

    def _rest(self) -> None:
        if not self._written:
            return
        try:
            self._store.db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            self._written = False
        except sqlite3.Error:
            pass  # the log holds it all; the next rest may have more room

    # On the thread of the copy.

    def _copy(self) -> None:
        try:
            own = connect(self._store.path, write=False)
            try:
                backups.daily(own, self._store.folder, self._set.backups)
            finally:
                own.close()
        except (sqlite3.Error, OSError) as error:
            self._trouble(StoreError(f"today's backup could not be made ({error})", self._store.folder, "free space"))
        except StoreError as error:
            self._trouble(error)
