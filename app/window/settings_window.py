"""The settings: pages, listed on the left."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QStackedWidget, QWidget

from app.window.pages.page import Page
from app.window.theme import Theme


class SettingsWindow(QDialog):
    """Shows one page at a time; stands beside the conversation, which goes on."""

    def __init__(self, theme: Theme, pages: Sequence[Page], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._pages = theme, pages
        self.setWindowTitle(self.tr("Settings"))
        self.setModal(False)
        self.list = QListWidget()
        self.list.setObjectName("pages")
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.setAccessibleName(self.tr("Pages"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._stack = QStackedWidget()
        for page in pages:
            self.list.addItem(QListWidgetItem(page.title))
            self._stack.addWidget(page)
        self.list.currentRowChanged.connect(self._stack.setCurrentIndex)
        self.list.setCurrentRow(0)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addWidget(self._stack, 1)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        theme.changed.connect(self._space)
        self._space()
        self.resize(self.sizeHint())

    def open_page(self, title: str = "") -> None:
        """Come to the front, with this page if it is named."""
        for row, page in enumerate(self._pages):
            if page.title == title:
                self.list.setCurrentRow(row)
        self.show()
        self.raise_()
        self.activateWindow()
        self.list.setFocus()

    def _space(self) -> None:
        px = self._theme.look.px
        widest = max(self.list.fontMetrics().horizontalAdvance(page.title) for page in self._pages)
        self.list.setFixedWidth(widest + px(72))
        for row in range(self.list.count()):
            self.list.item(row).setSizeHint(QSize(widest, px(38)))  # of itself a list forgets the sheet's padding
        self.setMinimumSize(px(520), px(380))

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(self._theme.look.px(900), self._theme.look.px(660))
