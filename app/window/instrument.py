"""The living picture: one string; its left half swings with the user's voice, its right half with the companion's."""

from __future__ import annotations

import math

from PySide6.QtCore import QElapsedTimer, QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.window.talk_button import TalkButton
from app.window.theme import Theme
from app.window.words import Mood, word

FRAME_MS = 33  # 30 frames a second
DECAY = 6.0  # a second: how fast the string comes to rest
RISE = 18.0
STILL = 0.004  # amplitude that nobody sees
MOVING = (Mood.THINKING, Mood.WAKING, Mood.RECOVERING)


def loudness(peak: float) -> float:
    """Return how loud a largest sample looks, 0 to 1: -50 dB is silence, -6 dB is full."""
    decibel = 20 * math.log10(max(peak, 1e-6))
    return min(1.0, max(0.0, (decibel + 50) / 44))


class Instrument(QWidget):
    """Draws both voices beside the Talk button; takes levels and moods, asks for nothing.

    It runs a timer only while something moves, and none at all where the user wants things to be still.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.talk = TalkButton(theme, self)
        self._theme, self._mood = theme, Mood.WAKING
        self._wanted, self._shown = [0.0, 0.0], [0.0, 0.0]  # yours, its
        self._phase = 0.0
        self._clock, self._timer = QElapsedTimer(), QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._step)
        self.setAccessibleName(self.tr("Both voices"))
        theme.changed.connect(self._relook)

    def show_levels(self, microphone: float, loudspeaker: float) -> None:
        """Show how loud both sides are: largest samples, 0 to 1."""
        self._wanted = [loudness(microphone), loudness(loudspeaker)]
        if not self._theme.look.still:
            self._wake()

    def show_mood(self, mood: Mood, microphone_open: bool) -> None:
        """Show how the companion is."""
        self._mood = mood
        self.talk.show_mood(mood, microphone_open)
        self.setAccessibleDescription(word(mood))
        if mood in MOVING:
            self._wake()
        self.update()

    def _wake(self) -> None:
        moving = self._mood in MOVING or max(*self._wanted, *self._shown) > STILL
        if moving and self.isVisible() and not self._theme.look.still and not self._timer.isActive():
            self._clock.start()
            self._timer.start()

    def _step(self) -> None:
        seconds = min(0.1, self._clock.restart() / 1000)
        self._phase += seconds
        for side, wanted in enumerate(self._wanted):
            pace = RISE if wanted > self._shown[side] else DECAY
            self._shown[side] += (wanted - self._shown[side]) * min(1.0, pace * seconds)
        self.talk.turn(seconds)
        if self._mood not in MOVING and max(*self._wanted, *self._shown) <= STILL:
            self._timer.stop()
        self.update()

    def _relook(self) -> None:
        if self._theme.look.still:
            self._timer.stop()
            self._shown = [0.0, 0.0]
        self._place()
        self.updateGeometry()
        self._wake()

    def sizeHint(self) -> QSize:
        """Return a size that grows with the text."""
        return QSize(self._theme.look.px(520), self.talk.sizeHint().height() + 10)

    def minimumSizeHint(self) -> QSize:
        """Return the button's size, and a little string."""
        return QSize(self._theme.look.px(220), self.talk.sizeHint().height() + 10)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button in the middle."""
        self._place()

    def showEvent(self, event: QShowEvent) -> None:
        """Move again."""
        self._wake()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while nobody looks."""
        self._timer.stop()

    def _place(self) -> None:
        self.talk.resize(self.talk.sizeHint())
        self.talk.move((self.width() - self.talk.width()) // 2, (self.height() - self.talk.height()) // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the string."""
        painter, look = QPainter(self), self._theme.look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap, reach = self.talk.width() / 2 + look.px(10), look.px(360)
        middle = self.width() / 2
        for side, colour, sign in ((0, "yours", -1), (1, "its", 1)):
            length = min(reach, middle - gap - look.px(12))
            if length > 0:
                self._string(painter, side, colour, middle + sign * gap, sign * length)

    def _string(self, painter: QPainter, side: int, colour: str, start: float, length: float) -> None:
        look, level = self._theme.look, self._shown[side]
        centre, swing = self.height() / 2, self.height() * 0.42 * level
        for voice, (waves, speed, share) in enumerate(((2.0, 9.0, 1.0), (3.0, -13.0, 0.6), (5.0, 17.0, 0.35))):
            ink = look.ink(colour if level > STILL else "edge")
            ink.setAlphaF((1.0, 0.55, 0.3)[voice])
            painter.setPen(QPen(ink, look.px(2), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            if level <= STILL:
                painter.drawLine(QPointF(start, centre), QPointF(start + length, centre))
                return
            path = QPainterPath(QPointF(start, centre))
            for step in range(1, 49):
                at = step / 48
                bend = math.sin(math.pi * at) * math.sin(2 * math.pi * waves * at - speed * self._phase)
                path.lineTo(start + length * at, centre + swing * share * bend)
            painter.drawPath(path)
