"""The one big button: a circle that says by its fill whether the microphone is open, and by its ring who speaks."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.window.icons import icon
from app.window.theme import Theme
from app.window.words import Mood

SIDE = 92  # pixels at 100 % text
RINGS = {Mood.HEARING: "yours", Mood.THINKING: "muted", Mood.SPEAKING: "its", Mood.WAKING: "muted"}


class TalkButton(QAbstractButton):
    """Pressed and released like any button; `show_mood` and `turn` only change how it looks."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._mood, self._open = theme, Mood.WAKING, False
        self._angle = 0.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Talk"))
        theme.changed.connect(self.updateGeometry)

    def show_mood(self, mood: Mood, microphone_open: bool) -> None:
        """Show how the companion is, and whether the microphone is open."""
        if (mood, microphone_open) != (self._mood, self._open):
            self._mood, self._open = mood, microphone_open
            self.update()

    def turn(self, seconds: float) -> None:
        """Move the ring of a mood in which something is under way."""
        if self._mood in (Mood.THINKING, Mood.WAKING):
            self._angle = (self._angle + seconds * 90) % 360
            self.update()

    def sizeHint(self) -> QSize:
        """Return a size that grows with the text."""
        side = round(SIDE * (1 + self._theme.look.percent / 100) / 2)  # large letters need the room more than it does
        return QSize(side, side)

    def hitButton(self, at: object) -> bool:
        """Take the circle, not its corners."""
        offset = at - self.rect().center()  # type: ignore[operator]
        return bool(math.hypot(offset.x(), offset.y()) <= self.width() / 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        look, painter = self._theme.look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        self._ring(painter, whole)
        inner = whole.adjusted(8, 8, -8, -8)
        painter.setPen(QPen(look.ink("ink" if self.hasFocus() else "accent"), 3 if self.hasFocus() else 2))
        hears = self._mood not in (Mood.MUTED, Mood.DEAF)
        filled = self._open and hears
        painter.setBrush(look.ink("accent" if filled != self.isDown() else "surface"))
        painter.drawEllipse(inner)
        name = "microphone" if hears else "microphone-off"
        side = round(self.width() * 0.37)
        place = QRectF(0, 0, side, side)
        place.moveCenter(whole.center())
        colour = "on_accent" if filled != self.isDown() else "accent"
        icon(name, look, colour).paint(painter, place.toRect())

    def _ring(self, painter: QPainter, whole: QRectF) -> None:
        look, colour = self._theme.look, RINGS.get(self._mood)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if colour is None:
            painter.setPen(QPen(look.ink("line"), 2))
            painter.drawEllipse(whole)
            return
        painter.setPen(QPen(look.ink(colour), look.px(3), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        if self._mood in (Mood.THINKING, Mood.WAKING):
            for third in range(3):
                painter.drawArc(whole, round((self._angle + third * 120) * 16), 70 * 16)
        else:
            painter.drawEllipse(whole)
