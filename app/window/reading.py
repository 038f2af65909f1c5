"""A guided recording: a text is read aloud, then a sentence of consent; the take is kept, or it is said why not."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.window.aside import Aside
from app.window.door import Door
from app.window.errand import Errands, Event, Fault
from app.window.meter import Meter
from app.window.pages.page import Card
from app.window.parts import button, label
from app.window.steering import Steering
from app.window.theme import Theme
from core.commands import Rest, Talk

CHECKING_MS = 900  # without a level, after which the take is being looked at


class Reading(Aside):
    """Records one voice. Sotto itself does not listen meanwhile."""

    def __init__(self, theme: Theme, door: Door, steering: Steering, errands: Errands, parent: QWidget) -> None:
        explanation = self.tr(
            "Find a quiet place. Read the text aloud as you would talk, with a short pause after each line, and then "
            "the sentence by which you agree. It ends by itself when you have been quiet for three seconds. The "
            "recording stays on this computer."
        )
        super().__init__(theme, self.tr("Record a voice"), explanation, parent)
        self._door, self._steering, self._errands = door, steering, errands
        self._resume = False
        self._name_row()
        self.text = label("")
        self.text.setWordWrap(False)  # lines are read one by one
        self.consent = label("", "section")
        words = QVBoxLayout()
        words.addWidget(label(self.tr("Read this aloud:"), "name"))
        words.addWidget(self.text)
        words.addWidget(label(self.tr("And then this, by which you agree:"), "name"))
        words.addWidget(self.consent)
        self.column.addWidget(Card(words))
        self.meter = Meter(theme, self.tr("Level of the microphone"))
        self.column.addWidget(self.meter)
        self.start = button(self.tr("Record"), self._start, "main")
        self.stop = button(self.tr("Stop"), self._stop)
        self.acts(self.stop, self.start)
        self._checking = QTimer(self, singleShot=True, interval=CHECKING_MS)
        self._checking.timeout.connect(lambda: self.say(self.tr("It is being listened to…")))
        self.name.textChanged.connect(lambda: self._allow())
        self.errand = errands.run("voices", "script", *self._pack(), told=self._told, ended=self._ended)
        self.name.setFocus()
        self._allow()

    def _name_row(self) -> None:
        self.name = QLineEdit()
        self.name.setMaxLength(40)
        self.name.setAccessibleName(self.tr("Name of the voice"))
        line = QHBoxLayout()
        line.addWidget(label(self.tr("Name of the voice"), "", self.name), 2)
        line.addWidget(self.name, 3)
        self.column.addLayout(line)

    def _pack(self) -> list[str]:
        folder = self._steering.how.standing.pack_folder
        return ["--pack", folder] if folder else []

    def _start(self) -> None:
        self._resume = self._steering.how.standing.talking
        if self._resume:
            self._door.ask(Rest())
        asked: list[object] = ["voices", "record", self.name.text().strip(), *self._pack()]
        if microphone := self._steering.settings.audio.microphone:
            asked += ["--microphone", microphone]
        self.say(self.tr("The microphone is being opened…"))
        self.errand = self._errands.run(*asked, told=self._told, ended=self._ended)
        self._allow()
        self.stop.setFocus()

    def _stop(self) -> None:
        if self.errand is not None:
            self.errand.cancel()

    def _told(self, event: Event) -> None:
        match event["event"]:
            case "script":
                lines = event["lines"]
                self.text.setText("\n".join(map(str, lines)) if isinstance(lines, list) else "")
                self.consent.setText(str(event["consent"]))
                self.fit()
            case "level":
                self.meter.show_peak(10 ** ((float(str(event["level_db"])) + 6) / 20))  # a voice's peak, about
                seconds = self.locale().toString(float(str(event["seconds"])), "f", 0)
                self.say(self.tr("Read now. {seconds} s").format(seconds=seconds))
                self._checking.start()
            case _:
                self._checking.stop()
                self.heed(event)

    def _ended(self, fault: Fault | None) -> None:
        self._checking.stop()
        self.meter.show_peak(0.0)
        self.meter.setValue(0)
        if self.over(fault):
            self.say("")
        self._go_on()
        self._allow()

    def _go_on(self) -> None:
        if self._resume:
            self._resume = False
            self._door.ask(Talk())

    def _allow(self) -> None:
        self.stop.setEnabled(self.busy)
        self.start.setEnabled(not self.busy and any(map(str.isalnum, self.name.text())))

    def done(self, result: int) -> None:
        """Let Sotto listen again, if it did."""
        super().done(result)
        self._go_on()
