"""What is kept, as a window shows it: the list, turns page by page, what is renamed and deleted, and known facts."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.news import ConversationSeen, FactSeen, SummarySeen, TurnSeen
from core.store import removal
from core.store.archive import Archive
from core.store.entries import inserted
from core.store.sqlite import StoreError, legibly, told, transaction
from core.types import VOICE_RATE, Samples, Turn

BYTES = 2 * VOICE_RATE  # of a second of sound
LONGEST = 200  # characters of a title
SOUNDED_S = 1.0  # of a reply; of less, nothing was understood
PAGE = 500  # turns at most

_TURN = """SELECT turn.id, turn.number, step, user, reply, facts,
    (SELECT coalesce(sum(length(sound)), 0) FROM chunk WHERE turn = turn.id AND side = 'user'),
    (SELECT coalesce(sum(length(sound)), 0) FROM chunk WHERE turn = turn.id AND side = 'reply')
    FROM turn JOIN sitting ON sitting.id = turn.sitting"""


@dataclass(frozen=True)
class Unanswered:
    """A turn that was broken off before anything of its reply had sounded."""

    row: int
    text: str  # that was typed; empty if it was spoken
    sound: Samples


class Shelf:
    """Reads and changes a database that some store has opened; one thread's."""

    def __init__(self, db: sqlite3.Connection, folder: Path) -> None:
        self._db, self._folder = db, folder
        self.archive = Archive(db)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def interrupt(self) -> None:
        """Break off what is being done, if anything is; any thread may."""
        with suppress(sqlite3.ProgrammingError):  # it is closed already
            self._db.interrupt()

    # Conversations.

    def listed(self, words: str = "") -> tuple[ConversationSeen, ...]:
        """Return the conversations that hold all these words, or all; the one that went on last comes first."""
        found = {each.conversation: each.excerpt for each in reversed(self.archive.search(words))} if words else {}
        rows = self._db.execute(
            """SELECT conversation.id, conversation.began, max(sitting.began), count(turn.id), title, (
                SELECT user FROM turn JOIN sitting ON sitting.id = sitting
                WHERE conversation = conversation.id AND user != '' ORDER BY turn.id LIMIT 1)
            FROM conversation JOIN sitting ON conversation = conversation.id JOIN turn ON turn.sitting = sitting.id
            GROUP BY conversation.id ORDER BY max(sitting.id) DESC"""
        ).fetchall()
        return tuple(
            ConversationSeen(number, began, last, turns, title or first or "", found.get(number, ""))
            for number, began, last, turns, title, first in rows
            if not words or number in found
        )

    def rename(self, conversation: int, title: str) -> None:
        """Give a conversation a title; raises StoreError if there is none of that number."""
        self.archive.sittings(conversation)
        with transaction(self._db):
            title = " ".join(title.split())[:LONGEST]
            self._db.execute("UPDATE conversation SET title = ? WHERE id = ?", (title, conversation))

    def delete(self, conversations: tuple[int, ...]) -> None:
        """Delete conversations without a trace."""
        removal.delete(self._db, self._folder, conversations)

    def clear(self) -> None:
        """Delete all that is kept without a trace."""
        numbers = [row[0] for row in self._db.execute("SELECT id FROM conversation").fetchall()]
        with removal.without_trace(self._db, self._folder):
            self._db.execute("DELETE FROM known")
            self._db.executemany("DELETE FROM conversation WHERE id = ?", [(each,) for each in numbers])

    # Turns.

    def page(self, conversation: int, before: int | None, count: int) -> tuple[tuple[TurnSeen, ...], int]:
        """Return the newest `count` turns before a row, in order, and how many come before these."""
        limit = before if before is not None else 1 << 62
        rows = self._db.execute(
            f"{_TURN} WHERE conversation = ? AND turn.id < ? ORDER BY turn.id DESC LIMIT ?",
            (conversation, limit, min(max(count, 1), PAGE)),
        ).fetchall()
        first = rows[-1][0] if rows else limit
        (earlier,) = self._db.execute(
            "SELECT count(*) FROM turn JOIN sitting ON sitting.id = sitting WHERE conversation = ? AND turn.id < ?",
            (conversation, first),
        ).fetchone()
        return tuple(_seen(row) for row in reversed(rows)), earlier

    def newest(self, conversation: int, number: int) -> TurnSeen | None:
        """Return the turn of this number in the newest sitting of a conversation."""
        row = self._db.execute(
            f"""{_TURN} WHERE sitting.id = (SELECT max(id) FROM sitting WHERE conversation = ?) AND number = ?""",
            (conversation, number),
        ).fetchone()
        return _seen(row) if row else None

    def sound(self, row: int, side: str) -> Samples:
        """Return what is kept of one side of a turn; raises StoreError if that is nothing."""
        sound = self.archive.sound_of(row, side)
        if not len(sound):
            raise StoreError("no sound is kept of this turn", f"turn {row}", "choose another")
        return sound

    def holds(self, row: int) -> bool:
        """Whether there is such a turn."""
        return self._db.execute("SELECT 1 FROM turn WHERE id = ?", (row,)).fetchone() is not None

    def drop(self, row: int) -> None:
        """Delete a turn without a trace; raises StoreError if there is no such turn."""
        self.whose(row)
        with removal.without_trace(self._db, self._folder):
            self._db.execute("DELETE FROM turn WHERE id = ?", (row,))

    def replace(self, row: int) -> None:
        """Remove a turn in whose place there is another with the same words."""
        with transaction(self._db):
            self._db.execute("DELETE FROM turn WHERE id = ?", (row,))

    def unanswered(self, conversation: int) -> Unanswered | None:
        """Return the last turn of a conversation if it was broken off, or failed, before SOUNDED_S of its reply."""
        row = self._db.execute(
            f"{_TURN} WHERE conversation = ? ORDER BY turn.id DESC LIMIT 1", (conversation,)
        ).fetchone()
        last = _seen(row) if row else None
        if last is None or (last.done and last.outcome != "failed"):
            return None
        if last.reply_seconds >= SOUNDED_S or (last.reply and not last.reply_seconds):  # or it was shown
            return None
        sound = self.archive.sound_of(last.row, "user")
        return Unanswered(last.row, "" if len(sound) else last.user, sound) if len(sound) or last.user else None

    def whose(self, row: int) -> int:
        """Return the number of a turn's conversation; raises StoreError if there is no such turn."""
        found = self._db.execute(
            "SELECT conversation FROM turn JOIN sitting ON sitting.id = sitting WHERE turn.id = ?", (row,)
        ).fetchone()
        if found is None:
            raise StoreError("there is no such turn", f"turn {row}", "it may have been deleted already")
        return int(found[0])

    # Facts.

    def facts(self) -> tuple[FactSeen, ...]:
        """Return what is known of the user, the oldest first."""
        rows = self._db.execute("SELECT id, text, turn FROM known ORDER BY id").fetchall()
        return tuple(FactSeen(*row) for row in rows)

    def write_fact(self, text: str, number: int | None) -> None:
        """Keep a fact, or word one anew, which leaves no trace of its old words."""
        if not (text := " ".join(text.split())):
            raise StoreError("there is nothing to keep in mind", "in the fact's text", "give words")
        if number is None:
            with transaction(self._db):
                inserted(self._db, "INSERT INTO known (text) VALUES (?)", (text,))
            return
        with removal.without_trace(self._db, self._folder):
            self._db.execute("UPDATE known SET text = ? WHERE id = ?", (text, number))

    def delete_facts(self, numbers: tuple[int, ...]) -> None:
        """Forget facts without a trace."""
        with removal.without_trace(self._db, self._folder):
            self._db.executemany("DELETE FROM known WHERE id = ?", [(each,) for each in numbers])

    # Summaries.

    def summaries(self, conversation: int) -> tuple[SummarySeen, ...]:
        """Return what was summed up of a conversation, the oldest first."""
        rows = self._db.execute(
            "SELECT id, text, turn FROM summary WHERE conversation = ? ORDER BY turn, id", (conversation,)
        ).fetchall()
        return tuple(SummarySeen(*row) for row in rows)

    def write_summary(self, text: str, number: int) -> None:
        """Word a summary anew, which leaves no trace of its old words."""
        if not (text := " ".join(text.split())):
            raise StoreError("there is nothing to keep in mind", "in the summary's text", "give words, or delete it")
        with removal.without_trace(self._db, self._folder):
            self._db.execute("UPDATE summary SET text = ? WHERE id = ?", (text, number))

    def delete_summaries(self, numbers: tuple[int, ...]) -> None:
        """Forget summaries without a trace."""
        with removal.without_trace(self._db, self._folder):
            self._db.executemany("DELETE FROM summary WHERE id = ?", [(each,) for each in numbers])


def _seen(row: tuple[Any, ...]) -> TurnSeen:
    row_id, number, step, user, reply, known, heard, said = row
    with legibly():
        facts = told(known)
    return TurnSeen(
        row_id,
        Turn(number, facts.get("revision", 0)),
        user,
        reply,
        facts.get("outcome", ""),
        bool(facts.get("typed")),
        step == "done",
        heard / BYTES,
        said / BYTES,
        facts.get("stage", ""),
        facts.get("error", ""),
    )
