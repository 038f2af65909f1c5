"""Small pieces that pages and panels are made of: named buttons, labels in a role, rows with a label."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from app.window.icons import icon
from app.window.theme import Theme


def label(text: str, role: str = "", buddy: QWidget | None = None) -> QLabel:
    """Return a label that wraps; `role` is one of the style sheet's."""
    made = QLabel(text)
    made.setWordWrap(role != "name")
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    if buddy is not None:
        made.setBuddy(buddy)
    return made


def button(text: str, act: Callable[[], object], role: str = "") -> QPushButton:
    """Return a push button that does this."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    if role:
        made.setProperty("role", role)
    made.clicked.connect(lambda: act())
    return made


class IconButton(QToolButton):
    """A button that shows an icon; its name is read out and shown when pointed at."""

    def __init__(self, theme: Theme, name: str, text: str, role: str = "quiet", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, name
        self.setProperty("role", role)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.say(text)
        theme.changed.connect(self._redraw)
        self._redraw()

    def say(self, text: str, keys: str = "") -> None:
        """Name it; `keys` are its shortcut's."""
        self.setAccessibleName(text)
        self.setToolTip(f"{text}  ({keys})" if keys else text)

    def picture(self, name: str) -> None:
        """Show another icon."""
        self._name = name
        self._redraw()

    def _redraw(self) -> None:
        look = self._theme.look
        self.setIcon(icon(self._name, look))
        self.setIconSize(QSize(look.px(20), look.px(20)))


def rule() -> QFrame:
    """Return a thin line."""
    line = QFrame()
    line.setProperty("role", "rule")
    line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    line.setFixedHeight(1)
    return line


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet asks for, and let it look again."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
