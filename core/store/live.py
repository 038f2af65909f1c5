"""What the user was saying when the program died becomes a turn that was not understood."""

from __future__ import annotations

import sqlite3

import numpy as np

from core.records import TurnRecord
from core.store.entries import Entry
from core.store.sound import unpacked
from core.store.sqlite import transaction
from core.types import Turn


def adopt(db: sqlite3.Connection) -> int:
    """Turn all live sound into turns, which only the one writer may do; return how many."""
    sittings = [row[0] for row in db.execute("SELECT DISTINCT sitting FROM live ORDER BY sitting")]
    for sitting in sittings:
        with transaction(db):
            _adopt(db, sitting)
    return len(sittings)


def _adopt(db: sqlite3.Connection, sitting: int) -> None:
    rows = db.execute("SELECT at, sound FROM live WHERE sitting = ? ORDER BY at", (sitting,)).fetchall()
    sound = np.concatenate([unpacked(data) for _, data in rows])
    (number,) = db.execute("SELECT coalesce(max(number), 0) + 1 FROM turn WHERE sitting = ?", (sitting,)).fetchone()
    start = rows[0][0]
    end = start + len(sound)
    record = TurnRecord(Turn(number), "interrupted", user_start=start, user_end=end)
    Entry("captured", record, user_sound=sound, live_until=max(end, rows[-1][0] + 1)).write(db, sitting)
