"""The list of conversations, as Qt's views read it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QLocale, QObject, Qt

from app.window.captions import TOP, Index

if TYPE_CHECKING:
    from core.news import ConversationSeen

SEEN = Qt.ItemDataRole.UserRole
MARKS = str.maketrans({"[": "", "]": "", "\n": " "})  # the store marks what it found


class Conversations(QAbstractListModel):
    """Conversations, the newest first: title and day, or title and the words that were found."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ConversationSeen, ...] = ()

    def show(self, conversations: tuple[ConversationSeen, ...]) -> None:
        """Show these."""
        if conversations != self._rows:
            self.beginResetModel()
            self._rows = conversations
            self.endResetModel()

    def row_of(self, number: int | None) -> int:
        """Return where a conversation is, -1 if it is not there."""
        return next((at for at, each in enumerate(self._rows) if each.number == number), -1)

    def rowCount(self, parent: Index = TOP) -> int:
        """Return how many there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a conversation, or what of it is shown or read out."""
        if not index.isValid():
            return None
        seen = self._rows[index.row()]
        if role == SEEN:
            return seen
        if role == Qt.ItemDataRole.DisplayRole:
            return self.title(seen)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.title(seen)}. {self.below(seen)}"
        return self.title(seen) if role == Qt.ItemDataRole.ToolTipRole else None

    def title(self, seen: ConversationSeen) -> str:
        """Return what a conversation is called."""
        return " ".join(seen.title.split()) or self.tr("(not understood)")

    def below(self, seen: ConversationSeen) -> str:
        """Return what stands under the title: the words that were found, or when it was and how long."""
        if seen.found:
            return seen.found.translate(MARKS)
        turns = self.tr("1 turn") if seen.turns == 1 else self.tr("{count} turns").format(count=seen.turns)
        return f"{day(seen.continued or seen.began)} · {turns}"


def day(moment: str) -> str:
    """Return a moment (UTC, ISO 8601) as people in the user's country write it; near ones by their day's name."""
    there, short = datetime.fromisoformat(moment).astimezone(), QLocale.FormatType.ShortFormat
    time = QLocale().toString(there.time(), short)  # type: ignore[call-overload]
    ago = (datetime.now().astimezone().date() - there.date()).days
    if ago == 0:
        return QCoreApplication.translate("Conversations", "today, {time}").format(time=time)
    if ago == 1:
        return QCoreApplication.translate("Conversations", "yesterday, {time}").format(time=time)
    return f"{QLocale().toString(there.date(), short)}, {time}"  # type: ignore[call-overload]
