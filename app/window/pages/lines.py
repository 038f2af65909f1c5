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

    def show_lines(self, lines: Iterable[tuple[int, str]]) -> None:
        """Show these and no others."""
        with QSignalBlocker(self):
            self.clear()
            for number, text in lines:
                item = QListWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, number)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                self.addItem(item)

    @staticmethod
    def number(item: QListWidgetItem) -> int:
        """Return the number of a line."""
        return int(item.data(Qt.ItemDataRole.UserRole))
