"""Something went wrong: what happened, what still works, what to do. Never a traceback, and never in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.window.icons import icon
from app.window.parts import IconButton, button, label
from app.window.theme import Theme

if TYPE_CHECKING:
    from core.news import Trouble

GOES_MS = 6000  # after which good news leaves


class Banner(QFrame):
    """Shows the newest trouble, or a passing word, until it is closed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("role", "notice")
        self._sign = label("")
        self._sign.setFixedWidth(28)
        self.what = label("", "section")
        self.more = label("", "hint")
        self._act: Callable[[], object] = lambda: None
        self.button = button("", lambda: self._act())
        self._close = IconButton(theme, "close", self.tr("Close this message"))
        self._close.clicked.connect(self.hide)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.what)
        words.addWidget(self.more)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 10, 10)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._passing = QTimer(self, singleShot=True, interval=GOES_MS)
        self._passing.timeout.connect(self.hide)
        self.hide()

    def show_trouble(self, trouble: Trouble, text: str = "", act: Callable[[], object] | None = None) -> None:
        """Show it, with a button `text` that does `act`, if there is something to do."""
        self._show(trouble.what, f"{trouble.works} {trouble.mend}".strip(), text, act)
        self._sign.setPixmap(icon("warning", self._theme.look, "danger").pixmap(22, 22))
        self._passing.stop()

    def show_word(
        self, what: str, text: str = "", act: Callable[[], object] | None = None, *, stays: bool = False
    ) -> None:
        """Show that something is done; it leaves by itself, unless it `stays`."""
        self._show(what, "", text, act)
        self._sign.clear()
        (self._passing.stop if stays else self._passing.start)()

    def _show(self, what: str, more: str, text: str, act: Callable[[], object] | None) -> None:
        self.what.setText(what)
        self.more.setText(more)
        self.more.setVisible(bool(more))
        self.button.setText(text)
        self.button.setVisible(act is not None)
        self._act = act or (lambda: None)
        self.show()
        announce(self, f"{what} {more}")


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say this when it has finished."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
