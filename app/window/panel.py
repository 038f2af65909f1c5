"""The instrument panel below the conversation: both voices, Talk, one word of state, and the line to type in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.window.instrument import Instrument
from app.window.meter import Meter
from app.window.parts import IconButton, button, label
from app.window.theme import Theme
from app.window.words import Mood, hint, word

if TYPE_CHECKING:
    from app.window.circumstances import Circumstances
    from core.audio.wire import Levels
    from core.news import ReplyTimes

MODES = ("open", "push", "tap")


class Panel(QWidget):
    """Shows how things stand and tells what the user does; it decides nothing."""

    pressed = Signal()
    released = Signal()
    mute = Signal(bool)
    stop = Signal()
    said = Signal(str)
    mode_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme, self._mode, self._mood = theme, "open", Mood.WAKING
        self.instrument = Instrument(theme)
        self.state = label("", "state")
        self.state.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.advice = label("", "hint")
        self.advice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.times = label("", "hint")
        self.times.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._controls()
        self._lay()
        self.instrument.talk.pressed.connect(self.pressed)
        self.instrument.talk.released.connect(self.released)
        self._show(Mood.WAKING, talking=False, muted=False, answering=False)
        theme.changed.connect(self._space)
        self._space()

    def _controls(self) -> None:
        self.meter = Meter(self._theme, self.tr("Microphone level"))
        self.mode = QComboBox()
        self.mode.setAccessibleName(self.tr("How Talk works"))
        self.mode.setAccessibleDescription(self.tr("How Talk works"))  # on Linux its name is its value
        self.mode.addItems([self.tr("Hands-free"), self.tr("Hold to talk"), self.tr("Tap to talk")])
        self.mode.currentIndexChanged.connect(lambda at: self.mode_chosen.emit(MODES[at]))
        self.muted = IconButton(self._theme, "microphone", self.tr("Mute the microphone"), "")
        self.muted.setCheckable(True)
        self.muted.clicked.connect(self.mute)
        self.stopper = IconButton(self._theme, "stop", self.tr("Stop the reply"), "")
        self.stopper.clicked.connect(self.stop)
        self.line = QLineEdit()
        self.line.setAccessibleName(self.tr("Write to Sotto"))
        self.line.setPlaceholderText(self.tr("Write instead of speaking"))
        self.line.setMaxLength(4000)
        self.line.returnPressed.connect(self._send)
        self.sender_ = button(self.tr("Send"), self._send)

    def _lay(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.instrument)
        self._column.addWidget(self.state)
        self._column.addWidget(self.advice)
        self._wide = QGridLayout()
        self._left = QHBoxLayout()
        for each in (self.mode, self.muted, self.stopper):
            self._left.addWidget(each)
        self._left.addWidget(self.meter, 1)
        self._typing = QHBoxLayout()
        self._typing.addWidget(self.line, 1)
        self._typing.addWidget(self.sender_)
        self._wide.addLayout(self._left, 0, 0)
        self._wide.addLayout(self._typing, 0, 1)
        self._column.addLayout(self._wide)
        self._column.addWidget(self.times)

    def _space(self) -> None:
        px = self._theme.look.px
        self._column.setContentsMargins(px(20), px(10), px(20), px(10))
        self._column.setSpacing(px(4))
        for row in (self._left, self._typing):
            row.setSpacing(px(8))
        self._wide.setSpacing(px(10))
        self._wide.setContentsMargins(0, px(8), 0, px(2))
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put what is typed below the buttons where there is no room beside them."""
        self._arrange()

    def _arrange(self) -> None:
        narrow = self.width() < self._theme.look.px(720)
        self._wide.removeItem(self._typing)
        self._wide.addLayout(self._typing, 1 if narrow else 0, 0 if narrow else 1)
        self._wide.setColumnStretch(0, 2)
        self._wide.setColumnStretch(1, 0 if narrow else 3)

    def _send(self) -> None:
        text = self.line.text().strip()
        if text:
            self.line.clear()
            self.said.emit(text)

    # What is shown.

    def show_circumstances(self, how: Circumstances) -> None:
        """Show how things stand."""
        self._show(how.mood, talking=how.standing.talking, muted=how.standing.muted, answering=how.answering)

    def _show(self, mood: Mood, *, talking: bool, muted: bool, answering: bool) -> None:
        self._mood = mood
        self._put(self.state, word(mood))
        self._put(self.advice, hint(mood, self._mode))
        self.instrument.show_mood(mood, talking)
        self.muted.setChecked(muted)
        self.muted.picture("microphone-off" if muted else "microphone")
        self.muted.say(self.tr("Unmute the microphone") if muted else self.tr("Mute the microphone"))
        self.stopper.setEnabled(answering)
        self._describe()

    def show_mode(self, mode: str) -> None:
        """Show how Talk works: "open", "push" or "tap"."""
        self._mode = mode
        with QSignalBlocker(self.mode):
            self.mode.setCurrentIndex(MODES.index(mode))
        self._put(self.advice, hint(self._mood, mode))
        self._describe()

    def show_levels(self, levels: Levels) -> None:
        """Show how loud both sides are."""
        self.meter.show_peak(levels.microphone)
        self.instrument.show_levels(levels.microphone, levels.loudspeaker)

    def show_times(self, times: ReplyTimes) -> None:
        """Show how long the last reply took, and where the time went."""
        if times.total is None:
            return
        parts = {
            self.tr("waited"): times.waited,
            self.tr("heard"): times.heard,
            self.tr("thought"): times.thought,
            self.tr("spoke"): times.spoke,
        }
        each = (f"{name}\N{NO-BREAK SPACE}{self._seconds(part)}" for name, part in parts.items() if part is not None)
        said = "\N{NO-BREAK SPACE}· ".join(each)
        last = self.tr("Last reply after {time}").format(time=self._seconds(times.total))
        self._put(self.times, f"{last}: {said}" if said else last)
        self.times.setToolTip(self.tr("Waiting and working overlap, so the parts may add up to more than the whole."))

    def _seconds(self, milliseconds: float) -> str:
        return self.locale().toString(milliseconds / 1000, "f", 1) + "\N{NO-BREAK SPACE}s"

    def _describe(self) -> None:
        how = {
            "open": self.tr("Opens the microphone, and closes it."),
            "push": self.tr("Hold it while you speak."),
            "tap": self.tr("Press it, speak, and press it again."),
        }[self._mode]
        self.instrument.talk.setAccessibleDescription(f"{how} {word(self._mood)}.")
        self.instrument.talk.setToolTip(how)

    @staticmethod
    def _put(where: QLabel, text: str) -> None:
        if where.text() != text:
            where.setText(text)
