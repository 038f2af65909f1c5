"""A level meter: a bar that rises at once and falls slowly, with a mark at the loudest of late."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from app.window.instrument import loudness
from app.window.theme import Theme

FALL = 0.86  # of the last value, ten times a second
CLIPPED = 0.985  # largest sample from which on sound is distorted


class Meter(QProgressBar):
    """Shows a largest sample, 0 to 1, on a scale of decibels; a progress bar to screen readers, in per cent."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._level, self._clipped = theme, 0.0, False
        self.setRange(0, 100)
        self.setValue(0)
        self.setTextVisible(False)
        self.setAccessibleName(name)
        theme.changed.connect(self.updateGeometry)

    def show_peak(self, peak: float) -> None:
        """Show the largest sample of the last tenth of a second."""
        self._level = max(loudness(peak), self._level * FALL)
        self._clipped = peak >= CLIPPED
        if self._level < 0.01:
            self._level = 0.0
        self.setValue(round(self._level * 100))
        self.update()

    def sizeHint(self) -> QSize:
        """Return a thin bar."""
        return QSize(self._theme.look.px(120), self._theme.look.px(8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter, look = QPainter(self), self._theme.look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        height = look.px(6)
        bar = QRectF(0, (self.height() - height) / 2, self.width(), height)
        painter.setBrush(look.ink("line"))
        painter.drawRoundedRect(bar, height / 2, height / 2)
        bar.setWidth(bar.width() * self._level)
        painter.setBrush(look.ink("danger" if self._clipped else "accent"))
        if self._level:
            painter.drawRoundedRect(bar, height / 2, height / 2)
