"""What the program under test has kept of its replies, to be compared with the recording."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.store.archive import Archive
from core.store.home import Store
from core.types import Samples


@dataclass(frozen=True, eq=False)
class Reply:
    """A turn as it is kept: how the user sounded, what was heard of the reply, and what had been written of it."""

    turn: int
    text: str
    written: str
    sound: Samples  # at VOICE_RATE
    user: Samples  # at VOICE_RATE
    user_start: int  # on the program's clock


def replies(data: Path) -> list[Reply]:
    """Return all turns of the newest conversation, in order."""
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
                archive.sound(turn, "user"),
                turn.record.user_start or 0,
            )
            for turn in turns
        ]
