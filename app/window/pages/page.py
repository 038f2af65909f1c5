"""What all pages are made of: a title, rows of a label and a control, and a line that says when a change holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.window.parts import label, rule
from app.window.theme import Theme

WIDEST = 640  # pixels at 100 % text


class Page(QScrollArea):
    """A page that scrolls; subclasses add rows from top to bottom."""

    def __init__(self, theme: Theme, title: str, explanation: str = "") -> None:
        super().__init__()
        self.theme, self.title = theme, title
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(title)
        inside = QWidget()
        inside.setObjectName("page")
        self._inside = inside
        self.column = QVBoxLayout(inside)
        self.column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setWidget(inside)
        self.column.addWidget(label(title, "title"))
        if explanation:
            self.column.addWidget(label(explanation, "hint"))
        theme.changed.connect(self._space)
        self._space()

    def _space(self) -> None:
        px = self.theme.look.px
        self.column.setContentsMargins(px(28), px(24), px(28), px(28))
        self.column.setSpacing(px(12))
        self._inside.setMaximumWidth(px(WIDEST) + px(56))

    def showEvent(self, event: object) -> None:
        """Read what may have changed meanwhile."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.refresh()

    def refresh(self) -> None:
        """Ask for what is not told by itself; most pages need nothing."""

    def heading(self, text: str) -> None:
        """Begin another part."""
        self.column.addWidget(rule())
        self.column.addWidget(label(text, "section"))

    def row(self, name: str, control: QWidget, explanation: str = "") -> QWidget:
        """Add a control under its name; return it."""
        control.setAccessibleName(name)
        if explanation:
            control.setAccessibleDescription(explanation)
        line = QHBoxLayout()
        line.addWidget(label(name, "", control), 2)
        line.addWidget(control, 3)
        self._with_hint(line, explanation)
        return control

    def check(self, name: str, explanation: str = "") -> QCheckBox:
        """Add a switch."""
        box = QCheckBox(name)
        box.setAccessibleDescription(explanation)
        line = QHBoxLayout()
        line.addWidget(box)
        self._with_hint(line, explanation)
        return box

    def _with_hint(self, line: QLayout, explanation: str) -> None:
        """Set an explanation close to what it explains."""
        group = QVBoxLayout()
        group.setSpacing(3)
        group.addLayout(line)
        if explanation:
            group.addWidget(label(explanation, "hint"))
        self.column.addLayout(group)

    def hint(self, text: str = "") -> QLabel:
        """Add a line of explanation."""
        made = label(text, "hint")
        self.column.addWidget(made)
        return made

    def buttons(self, *buttons: QWidget) -> None:
        """Add buttons side by side."""
        line = QHBoxLayout()
        for each in buttons:
            line.addWidget(each)
        line.addStretch(1)
        self.column.addLayout(line)


class Choice(QComboBox):
    """One of several values under names for people; a wheel that passes over it changes nothing."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumContentsLength(12)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.offer(names or {})

    def offer(self, names: Mapping[str, str]) -> None:
        """Offer these values, and keep the one that is chosen."""
        chosen = self.value()
        with QSignalBlocker(self):
            self.clear()
            for value, name in names.items():
                self.addItem(name, value)
            self.show_value(chosen)

    def value(self) -> str:
        """Return the value that is chosen."""
        return str(self.currentData() or "")

    def show_value(self, value: str) -> None:
        """Show a value without telling anybody."""
        with QSignalBlocker(self):
            self.setCurrentIndex(max(0, self.findData(value)))

    def wheelEvent(self, event: object) -> None:
        """Let the page scroll instead."""
        event.ignore()  # type: ignore[attr-defined]


class Card(QFrame):
    """A frame around what belongs together."""

    def __init__(self, layout: QLayout) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setLayout(layout)
        layout.setContentsMargins(14, 12, 14, 12)


class Shelf(QWidget):
    """Cards, one under the other; Tab reaches what is in them where they are seen, however late they come."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._cards: list[Card] = []

    def show_cards(self, cards: Sequence[Card]) -> None:
        """Show these instead of those that are there."""
        for card in self._cards:
            card.hide()  # or it is seen until Qt gets to it
            card.deleteLater()
        self._cards = [*cards]
        for card in self._cards:
            self._column.addWidget(card)
        inside = (each for card in self._cards for each in card.findChildren(QWidget))
        stops = [each for each in inside if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Qt sets nothing in order after what takes no focus
        for one, other in pairwise([self, *stops]):
            QWidget.setTabOrder(one, other)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
