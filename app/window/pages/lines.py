"""A short list whose lines can be worded anew in place."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem


class Lines(QListWidget):
    """Shows lines with the number that each is known by; an edited one is told as `itemChanged`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setObjectName("facts")
        self.setWordWrap(True)
        self._told: list[tuple[int, str]] = []
        self.itemDelegate().closeEditor.connect(self._show)

    def show_lines(self, lines: Iterable[tuple[int, str]]) -> None:
        """Show these and no others, as soon as none is being worded anew; the chosen one stays chosen."""
        self._told = [*lines]
        self._show()

    def _show(self) -> None:
        shown = [(self.number(item), item.text()) for item in map(self.item, range(self.count()))]
        if self._told == shown or self.state() is QAbstractItemView.State.EditingState:
            return
        current = self.currentItem()
        chosen = self.number(current) if current else None
        with QSignalBlocker(self):
            self.clear()
            for number, text in self._told:
                item = QListWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, number)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                self.addItem(item)
                if number == chosen:
                    self.setCurrentItem(item)

    @staticmethod
    def number(item: QListWidgetItem) -> int:
        """Return the number of a line."""
        return int(item.data(Qt.ItemDataRole.UserRole))
