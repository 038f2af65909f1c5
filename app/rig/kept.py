"""What the program under test has kept of its replies, to be compared with the recording."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.store.archive import Archive
from core.store.home import Store
from core.types import Samples


@dataclass(frozen=True, eq=False)
class Reply:
    """A reply as it is kept: what was heard of it, and what had been written."""

    turn: int
    text: str
    written: str
    sound: Samples  # at VOICE_RATE


def replies(data: Path) -> list[Reply]:
    """Return all replies of the newest conversation, in order."""
    with Store.reading(data) as store:
        archive = Archive(store.db)
        titles = archive.titles()
        turns = archive.turns(titles[-1].number) if titles else []
        return [
            Reply(
                turn.record.turn.id,
                turn.record.reply,
                turn.record.written,
                archive.sound(turn, "reply"),
            )
            for turn in turns
        ]
