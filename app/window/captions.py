"""What is said, as rows: the user's and the companion's captions in order, changed in place while they are live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.turns import NO_TURN, Turn

Side = Literal["user", "reply"]
CAPTION = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
TOP = QModelIndex()


@dataclass(frozen=True)
class Caption:
    """What one side says in one turn; `turn` names it while it is live, `row` once it is kept."""

    side: Side
    turn: Turn = NO_TURN
    row: int | None = None
    settled: str = ""
    tentative: str = ""  # may yet change
    unheard: str = ""  # was to be said, but was cut off
    note: str = ""  # why there are no words, or no more
    seconds: float = 0.0  # of sound that can be played again

    @property
    def text(self) -> str:
        """What was said, as it is copied."""
        return " ".join(part for part in (self.settled, self.tentative) if part)


class Captions(QAbstractListModel):
    """The rows of one conversation, the newest last; `names` are the two speakers'."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.names: dict[Side, str] = {"user": self.tr("You"), "reply": "Sotto"}
        self._rows: list[Caption] = []

    def rowCount(self, parent: Index = TOP) -> int:
        """Return how many captions there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a caption, or what of it is shown or read out."""
        if not index.isValid():
            return None
        caption = self._rows[index.row()]
        if role == CAPTION:
            return caption
        if role == Qt.ItemDataRole.DisplayRole:
            return caption.text
        return self.spoken(caption) if role == Qt.ItemDataRole.AccessibleTextRole else None

    def spoken(self, caption: Caption) -> str:
        """Return a caption as a screen reader says it."""
        parts = [caption.text or caption.note]
        if caption.unheard:
            parts.append(self.tr("(cut off before: {words})").format(words=caption.unheard))
        elif caption.text and caption.note:
            parts.append(f"({caption.note})")
        return f"{self.names[caption.side]}: {' '.join(parts)}"

    def at(self, row: int) -> Caption:
        """Return the caption in this row."""
        return self._rows[row]

    def name(self, side: Side, name: str) -> None:
        """Call a speaker by this name."""
        if self.names[side] != name:
            self.names[side] = name
            if self._rows:
                self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def show(self, captions: Sequence[Caption]) -> None:
        """Show these instead of all others."""
        self.beginResetModel()
        self._rows = list(captions)
        self.endResetModel()

    def prepend(self, captions: Sequence[Caption]) -> None:
        """Put earlier ones before the others."""
        if captions:
            self.beginInsertRows(TOP, 0, len(captions) - 1)
            self._rows[:0] = captions
            self.endInsertRows()

    def put(self, caption: Caption) -> None:
        """Let a caption take the place of the one of the same side and turn; a new one is the last."""
        row = self._find(caption)
        if row is None:
            row = self._place(caption)
            self.beginInsertRows(TOP, row, row)
            self._rows.insert(row, caption)
            self.endInsertRows()
        elif self._rows[row] != caption:
            self._rows[row] = caption
            self.dataChanged.emit(self.index(row), self.index(row))

    def live(self, side: Side, turn: Turn) -> Caption:
        """Return the caption of a live turn; a new one if there is none yet."""
        asked = Caption(side, turn)
        row = self._find(asked)
        return asked if row is None else self._rows[row]

    def drop(self, *, turn: Turn = NO_TURN, rows: Sequence[int] = ()) -> None:
        """Remove a live turn, whatever its revision, or the kept turns of these rows."""
        gone = [
            at
            for at, each in enumerate(self._rows)
            if each.row in rows or (turn.id and each.row is None and each.turn.id == turn.id)
        ]
        for at in reversed(gone):
            self.beginRemoveRows(TOP, at, at)
            del self._rows[at]
            self.endRemoveRows()

    def settle(self) -> None:
        """Let live captions stand as they are: nobody will add to them, and their turns' numbers will come again."""
        for at, each in enumerate(self._rows):
            if each.turn.id and each.row is None:
                self._rows[at] = replace(each, turn=NO_TURN, settled=each.text, tentative="")
                self.dataChanged.emit(self.index(at), self.index(at))

    def _find(self, caption: Caption) -> int | None:
        for at in range(len(self._rows) - 1, -1, -1):
            each = self._rows[at]
            kept = caption.row is not None and each.row == caption.row
            live = caption.turn.id and each.turn.id == caption.turn.id and each.row is None
            if each.side == caption.side and (kept or live):
                return at
        return None

    def _place(self, caption: Caption) -> int:
        """Where a new caption belongs: the user's words may come after the reply to them has begun."""
        last = len(self._rows) - 1
        answers = last >= 0 and self._rows[last].row is None and self._rows[last].turn.id == caption.turn.id
        return last if caption.side == "user" and caption.turn.id and answers else last + 1
