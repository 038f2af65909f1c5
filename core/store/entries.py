"""What one transaction writes: a step of a turn, a second of live sound, or the removal of what was no turn."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np

from core.events import Noted
from core.memory import Exchange
from core.records import TurnRecord
from core.store.sound import chunks, packed, packed_codes
from core.store.sqlite import legibly, told
from core.types import Codes, Samples

Step = Literal["captured", "understood", "replying", "done"]
SILENCE: Samples = np.zeros(0, np.float32)
BESIDE = ("turn", "user", "reply")  # of a record: they have columns of their own


def silence() -> Samples:
    """Return no sound."""
    return SILENCE


@dataclass(frozen=True, eq=False)
class Speech:
    """A stretch of speech: as written, as worded, and its codes."""

    text: str
    wording: str
    codes: Codes | None


@dataclass(frozen=True, eq=False)
class Entry:
    """A turn as far as it is known, and the sound that is new since its last entry."""

    step: Step
    record: TurnRecord
    speech: tuple[Speech, ...] = ()  # all of it, the user's first
    user_sound: Samples = field(default_factory=silence)
    reply_sound: Samples = field(default_factory=silence)
    reply_seq: int = 0  # of the first chunk of `reply_sound`
    instead_of: tuple[int, ...] = ()  # turns that became part of this one
    live_until: int = 0  # up to here the live sound is part of this turn
    goes_on: bool = False  # with a turn that an earlier entry began

    def write(self, db: sqlite3.Connection, sitting: int) -> None:
        """Write it, in the transaction under way; nothing if it goes on with a turn that was deleted meanwhile."""
        number = self.record.turn.id
        if self.goes_on and not _there(db, sitting, number):
            return
        _erase(db, sitting, self.instead_of, self.live_until)
        row = _write_turn(db, sitting, number, self.step, self.record)
        db.execute("DELETE FROM speech WHERE turn = ?", (row,))
        db.executemany("INSERT INTO speech VALUES (?, ?, ?, ?, ?, ?)", _rows(row, self.speech))
        _append(db, row, "user", 0, self.user_sound)
        _append(db, row, "reply", self.reply_seq, self.reply_sound)

    def without_sound(self) -> Entry:
        """Return the words alone."""
        return replace(self, user_sound=SILENCE, reply_sound=SILENCE)

    @property
    def size(self) -> int:
        """How many samples wait in it."""
        return len(self.user_sound) + len(self.reply_sound)


@dataclass(frozen=True, eq=False)
class Overheard:
    """Up to a second of what the user is saying."""

    at: int
    sound: Samples

    def write(self, db: sqlite3.Connection, sitting: int) -> None:
        """Write it, in the transaction under way."""
        db.execute("INSERT OR REPLACE INTO live VALUES (?, ?, ?)", (sitting, self.at, packed(self.sound)))

    def without_sound(self) -> Overheard:
        """Return an empty one."""
        return replace(self, sound=SILENCE)

    @property
    def size(self) -> int:
        """How many samples wait in it."""
        return len(self.sound)


@dataclass(frozen=True)
class Erased:
    """Nothing was said after all."""

    numbers: tuple[int, ...]
    live_until: int = 0
    size: int = field(default=0, init=False)

    def write(self, db: sqlite3.Connection, sitting: int) -> None:
        """Erase it, in the transaction under way."""
        _erase(db, sitting, self.numbers, self.live_until)

    def without_sound(self) -> Erased:
        """Return the same."""
        return self


@dataclass(frozen=True)
class Jotted:
    """What the chat model made of the talk: facts, a summary, or neither."""

    noted: Noted
    size: int = field(default=0, init=False)

    def write(self, db: sqlite3.Connection, sitting: int) -> None:
        """Write it, in the transaction under way; what came from a turn that is not kept, or is known, is left out."""
        for turn, text in self.noted.facts:
            db.execute(
                """INSERT INTO known (text, turn) SELECT ?1, id FROM turn WHERE sitting = ?2 AND number = ?3
                AND NOT EXISTS (SELECT 1 FROM known WHERE text = ?1 COLLATE NOCASE)""",
                (text, sitting, turn.id),
            )
        if self.noted.summary:
            db.execute(
                """INSERT INTO summary (conversation, turn, text) SELECT conversation, turn.id, ?
                FROM turn JOIN sitting ON sitting.id = sitting WHERE sitting = ? AND number = ?""",
                (self.noted.summary, sitting, self.noted.through.id),
            )

    def without_sound(self) -> Jotted:
        """Return the same."""
        return self


Written = Entry | Overheard | Erased | Jotted


@dataclass(frozen=True)
class Heading:
    """What a sitting begins with; a conversation is made if none is continued."""

    about: dict[str, Any]
    conversation: int | None = None

    def write(self, db: sqlite3.Connection) -> tuple[int, int]:
        """Write it in the transaction under way; return the numbers of conversation and sitting."""
        began = now()
        conversation = self.conversation
        if conversation is None:
            conversation = inserted(db, "INSERT INTO conversation (began) VALUES (?)", (began,))
        row = (conversation, began, end_of(db, conversation), json.dumps(self.about, ensure_ascii=False))
        return conversation, inserted(
            db, "INSERT INTO sitting (conversation, began, start, about) VALUES (?, ?, ?, ?)", row
        )


def now() -> str:
    """Return the time, in UTC; for people only, since order goes by number."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def inserted(db: sqlite3.Connection, statement: str, values: Sequence[Any]) -> int:
    """Insert a row; return its number."""
    row = db.execute(statement, values).lastrowid
    assert row is not None
    return row


def end_of(db: sqlite3.Connection, conversation: int) -> int:
    """Return where on its clock a conversation ends so far."""
    ends = [0]
    rows = db.execute(
        "SELECT start, facts FROM turn JOIN sitting ON sitting.id = sitting WHERE conversation = ?", (conversation,)
    )
    with legibly():
        for start, known in rows:
            facts = told(known)
            ends.append(start + (facts.get("user_end") or 0))
            ends.append(start + (facts.get("reply_start") or 0) + facts.get("reply_samples", 0))
    return max(ends)


def speech_of(exchange: Exchange) -> tuple[Speech, ...]:
    """Return the speech of an exchange, the user's first."""
    phrases = [Speech(said.text, said.wording, said.codes) for said in exchange.phrases]
    return (Speech(exchange.user, exchange.user, exchange.codes), *phrases)


def _there(db: sqlite3.Connection, sitting: int, number: int) -> bool:
    return db.execute("SELECT 1 FROM turn WHERE sitting = ? AND number = ?", (sitting, number)).fetchone() is not None


def _write_turn(db: sqlite3.Connection, sitting: int, number: int, step: Step, record: TurnRecord) -> int:
    facts = {key: value for key, value in asdict(record).items() if key not in BESIDE}
    facts["revision"] = record.turn.revision
    row = db.execute(
        """INSERT INTO turn (sitting, number, step, user, reply, facts) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (sitting, number) DO UPDATE SET
        step = excluded.step, user = excluded.user, reply = excluded.reply, facts = excluded.facts
        RETURNING id""",
        (sitting, number, step, record.user, record.reply, json.dumps(facts, ensure_ascii=False)),
    ).fetchall()
    return int(row[0][0])


def _rows(turn: int, speech: Iterable[Speech]) -> Iterable[tuple[Any, ...]]:
    for part, said in enumerate(speech):
        codes = None if said.codes is None else packed_codes(said.codes)
        codebooks = 0 if said.codes is None else said.codes.shape[1]
        yield turn, part, said.text, said.wording, codebooks, codes


def _append(db: sqlite3.Connection, turn: int, side: str, first: int, sound: Samples) -> None:
    rows = [(turn, side, seq, data) for seq, data in enumerate(chunks(sound), first)]
    db.executemany("INSERT INTO chunk VALUES (?, ?, ?, ?)", rows)


def _erase(db: sqlite3.Connection, sitting: int, numbers: Iterable[int], live_until: int) -> None:
    db.executemany("DELETE FROM turn WHERE sitting = ? AND number = ?", [(sitting, number) for number in numbers])
    db.execute("DELETE FROM live WHERE sitting = ? AND at < ?", (sitting, live_until))
