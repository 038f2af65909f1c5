"""What is kept, read: the list, the turns, their sound, the spoken history, and words found in all of it."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from dataclasses import dataclass, fields, replace
from typing import Any

from core.memory import Exchange, Notes, Said, Summary
from core.records import StageTimes, TurnRecord
from core.store.entries import Speech, Step
from core.store.sound import CHUNK, laid, unpacked, unpacked_codes
from core.store.sqlite import StoreError, legibly, told
from core.types import Samples, Turn, VoiceHistory

ALL = -1  # turns, as SQLite has it
NUMBERS = range(1, 1 << 63)  # of rows; SQLite knows no others


@dataclass(frozen=True)
class Title:
    """A conversation in the list."""

    number: int
    began: str  # UTC
    turns: int
    words: str  # the first that were said


@dataclass(frozen=True)
class Sitting:
    """One time that the conversation went on; `start` is where its clock begins on the conversation's."""

    began: str
    start: int
    about: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Kept:
    """A turn as it is kept, its positions on the conversation's clock."""

    row: int
    sitting: int  # counting the conversation's, from 0
    step: Step
    record: TurnRecord
    speech: tuple[Speech, ...]

    @property
    def exchange(self) -> Exchange | None:
        """What history holds of it; None if nothing was understood."""
        if not self.record.user:
            return None
        codes = self.speech[0].codes if self.speech else None
        phrases = tuple(Said(said.text, said.wording, said.codes, whole=True) for said in self.speech[1:])
        return Exchange(self.record.user, codes, phrases)


@dataclass(frozen=True)
class Found:
    """A turn that holds the words that were looked for."""

    conversation: int
    number: int  # of the turn, from 1
    excerpt: str


class Archive:
    """Reads a database that some store has opened."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def title(self, conversation: int) -> str:
        """Return the title that the user gave a conversation, if any."""
        row = self._db.execute("SELECT * FROM conversation WHERE id = ?", (conversation,))
        names = [column[0] for column in row.description]  # the first schema has no titles
        found = dict(zip(names, row.fetchone() or (), strict=False))
        return str(found.get("title", ""))

    def titles(self) -> list[Title]:
        """Return all conversations, the newest last."""
        rows = self._db.execute(
            """SELECT conversation.id, conversation.began, count(*), (
                SELECT user FROM turn JOIN sitting ON sitting.id = sitting
                WHERE conversation = conversation.id AND user != '' ORDER BY turn.id LIMIT 1)
            FROM conversation JOIN sitting ON conversation = conversation.id JOIN turn ON sitting = sitting.id
            GROUP BY conversation.id ORDER BY conversation.id"""
        )
        return [Title(number, began, turns, words or "") for number, began, turns, words in rows]

    def sittings(self, conversation: int) -> list[Sitting]:
        """Return when and with what a conversation was held; raises StoreError if there is none of that number."""
        asked = "SELECT began, start, about FROM sitting WHERE conversation = ? ORDER BY id"
        rows = self._db.execute(asked, (conversation,)).fetchall() if conversation in NUMBERS else []
        if not rows:
            raise StoreError(f"there is no conversation {conversation}", "in what is kept", "see `sotto history list`")
        with legibly():
            return [Sitting(began, start, told(about)) for began, start, about in rows]

    def turns(self, conversation: int, newest: int = ALL) -> list[Kept]:
        """Return the turns of a conversation, or so many of the newest, in order."""
        return [self._kept(row) for row in reversed(self._rows(conversation, newest))]

    def illegible(self, conversation: int) -> list[int]:
        """Return the rows of turns that damage has made illegible; raises StoreError if that is so of a sitting."""
        found, rows = [], self._rows(conversation, ALL)
        for row in rows:
            try:
                self._kept(row)
            except StoreError:
                found.append(row[0])
        if rows:
            self.sittings(conversation)
        return found

    def _rows(self, conversation: int, newest: int) -> list[tuple[Any, ...]]:
        return self._db.execute(
            """SELECT turn.id, (
                SELECT count(*) FROM sitting AS earlier WHERE conversation = ?1 AND earlier.id < sitting.id),
            start, number, step, user, reply, facts
            FROM sitting JOIN turn ON sitting = sitting.id WHERE conversation = ?1 ORDER BY turn.id DESC LIMIT ?2""",
            (conversation, newest),
        ).fetchall()

    def _kept(self, read: tuple[Any, ...]) -> Kept:
        row, sitting, start, number, step, user, reply, facts = read
        with legibly():
            record = record_of(number, user, reply, told(facts), start)
            return Kept(row, sitting, step, record, self._speech(row))

    def history(self, conversation: int, codec: str, newest: int = ALL) -> list[Exchange]:
        """Return the spoken history; of sittings with another codec the words alone, since codes are its language."""
        sittings = self.sittings(conversation)
        kept = [
            (turn.exchange, sittings[turn.sitting].about.get("codec") == codec)
            for turn in self.turns(conversation, newest)
        ]
        return [exchange if same else _words(exchange) for exchange, same in kept if exchange is not None]

    def notes(self, conversation: int | None, newest: int = ALL) -> Notes:
        """Return all facts, and the summaries of a conversation as they cover the history of its newest turns."""
        facts = tuple(text for (text,) in self._db.execute("SELECT text FROM known ORDER BY id"))
        rows = self._db.execute(
            """SELECT turn.id, user FROM turn JOIN sitting ON sitting.id = sitting
            WHERE conversation = ? ORDER BY turn.id DESC LIMIT ?""",
            (conversation, newest),
        ).fetchall()
        told = [row for row, user in reversed(rows) if user]
        summed = self._db.execute(
            "SELECT turn, text FROM summary WHERE conversation = ? ORDER BY turn", (conversation,)
        )
        return Notes(facts, tuple(Summary(text, bisect_right(told, turn)) for turn, text in summed))

    def sound(self, turn: Kept, side: str) -> Samples:
        """Return the sound of one side of a turn, "user" or "reply", at VOICE_RATE."""
        return self.sound_of(turn.row, side)

    def sound_of(self, row: int, side: str) -> Samples:
        """Return the sound of one side of the turn in this row."""
        rows = self._db.execute("SELECT seq, sound FROM chunk WHERE turn = ? AND side = ? ORDER BY seq", (row, side))
        with legibly():
            return laid((seq * CHUNK, unpacked(data)) for seq, data in rows)

    def search(self, text: str) -> list[Found]:
        """Return the turns that hold all these words, or words that begin so."""
        words = [word.replace('"', "") for word in text.split()]
        query = " ".join(f'"{word}"*' for word in words if word)
        if not query:
            raise StoreError("there is nothing to look for", "on the command line", "give words")
        rows = self._db.execute(
            """SELECT conversation, turn.id, snippet(words, -1, '[', ']', '…', 16)
            FROM words JOIN turn ON turn.id = words.rowid JOIN sitting ON sitting.id = sitting
            WHERE words MATCH ? ORDER BY turn.id""",
            (query,),
        ).fetchall()
        return [Found(conversation, self._place(conversation, row), excerpt) for conversation, row, excerpt in rows]

    def place(self, row: int) -> tuple[int, int]:
        """Return the conversation of the turn in this row, and its number there, from 1."""
        (conversation,) = self._db.execute(
            "SELECT conversation FROM turn JOIN sitting ON sitting.id = sitting WHERE turn.id = ?", (row,)
        ).fetchone()
        return int(conversation), self._place(int(conversation), row)

    def _place(self, conversation: int, row: int) -> int:
        (place,) = self._db.execute(
            "SELECT count(*) FROM turn JOIN sitting ON sitting.id = sitting WHERE conversation = ? AND turn.id <= ?",
            (conversation, row),
        ).fetchone()
        return int(place)

    def _speech(self, row: int) -> tuple[Speech, ...]:
        rows = self._db.execute(
            "SELECT text, wording, codebooks, codes FROM speech WHERE turn = ? ORDER BY part", (row,)
        )
        return tuple(
            Speech(text, wording, None if codes is None else unpacked_codes(codes, codebooks))
            for text, wording, codebooks, codes in rows
        )


def record_of(number: int, user: str, reply: str, facts: dict[str, Any], start: int) -> TurnRecord:
    """Return a turn's record, its positions moved by `start`."""
    known = {leaf.name for leaf in fields(TurnRecord)}
    kept = {key: value for key, value in facts.items() if key in known}
    for name in ("user_start", "user_end", "onset", "offset", "reply_start"):
        kept[name] = None if kept.get(name) is None else kept[name] + start
    kept["times"] = StageTimes(**kept.get("times", {}))
    if kept.get("history"):
        kept["history"] = VoiceHistory(**kept["history"] | {"speakers": tuple(kept["history"]["speakers"])})
    return TurnRecord(Turn(number, facts.get("revision", 0)), user=user, reply=reply, **kept)


def _words(exchange: Exchange) -> Exchange:
    return Exchange(exchange.user, None, tuple(replace(said, codes=None) for said in exchange.phrases))
