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
    QPlainTextEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.window.flow import Flow
from app.window.parts import label, rule
from app.window.theme import Theme

WIDEST = 640  # pixels at 100 % text
TOP, MIDDLE = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignVCenter


class Page(QScrollArea):
    """A page that scrolls; subclasses add rows from top to bottom."""

    def __init__(self, theme: Theme, title: str, explanation: str = "") -> None:
        super().__init__()
        self.theme, self.title = theme, title
        self._tall: list[tuple[QWidget, int]] = []
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(title)
        inside = QWidget()
        inside.setObjectName("page")
        self._inside = inside
        outer = QVBoxLayout(inside)
        outer.setContentsMargins(0, 0, 0, 0)
        self.column = QVBoxLayout()
        outer.addLayout(self.column)
        outer.addStretch(1)  # a layout that is aligned is no higher than its hint, and cuts off lines that wrap
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
        for control, height in self._tall:
            control.setFixedHeight(px(height))

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
        line.setSpacing(16)
        line.addWidget(label(name, "", control), 2, TOP if isinstance(control, QPlainTextEdit) else MIDDLE)
        line.addWidget(control, 3)
        self._with_hint(line, explanation)
        return control

    def tall(self, control: QWidget, height: int) -> None:
        """Make a control as high as this at 100 % text, and higher with it."""
        self._tall.append((control, height))
        control.setFixedHeight(self.theme.look.px(height))

    def check(self, name: str, explanation: str = "") -> QCheckBox:
        """Add a switch."""
        box = QCheckBox(name)
        box.setAccessibleDescription(explanation)
        line = QHBoxLayout()
        line.addWidget(box)
        self._with_hint(line, explanation, "under-switch")
        return box

    def _with_hint(self, line: QLayout, explanation: str, role: str = "hint") -> None:
        """Set an explanation close to what it explains."""
        group = QVBoxLayout()
        group.setSpacing(3)
        group.addLayout(line)
        if explanation:
            group.addWidget(label(explanation, role))
        self.column.addLayout(group)

    def hint(self, text: str = "") -> QLabel:
        """Add a line of explanation; one that says nothing takes no room."""
        made = Hint(text)
        self.column.addWidget(made)
        return made

    def item(self, mark: str, text: str) -> None:
        """Add a line of a list; what does not fit stands below the text, not below its mark."""
        line = QHBoxLayout()
        line.setSpacing(8)
        sign = label(mark)
        sign.setFixedWidth(sign.fontMetrics().horizontalAdvance("3.") + 2)
        line.addWidget(sign, 0, TOP)
        line.addWidget(label(text), 1)
        self.column.addLayout(line)

    def buttons(self, *buttons: QWidget) -> None:
        """Add buttons side by side."""
        self.column.addLayout(Flow(buttons))


class Hint(QLabel):
    """A line of explanation that is there as long as it says something."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "hint")
        if not text:
            self.hide()

    def setText(self, text: str) -> None:
        """Say something else, or nothing."""
        super().setText(text)
        self.setHidden(not text)


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


class Number(QSpinBox):
    """A number; a wheel that passes over it changes nothing."""

    def __init__(self, lowest: int, highest: int, lowest_means: str) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setRange(lowest, highest)
        self.setSpecialValueText(lowest_means)
        self.lineEdit().setTextMargins(8, 0, 0, 0)  # which the style sheet's padding does not give it

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
