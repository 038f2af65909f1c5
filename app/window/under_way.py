"""What is under way with models: its phase, how far it is, how fast, how much longer, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout

from app.window.amounts import left, size
from app.window.banner import announce
from app.window.errand import Event
from app.window.pages.page import Card
from app.window.parts import button, label

STEPS = 1000  # of the bar


class UnderWay(Card):
    """Shows one thing at a time; `stop` tells that it is to end."""

    stop = Signal()

    def __init__(self) -> None:
        column = QVBoxLayout()
        super().__init__(column)
        self.title = label("", "section")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, STEPS)
        self.text = label("", "hint")
        self.cancel = button(self.tr("Stop"), self.stop.emit)
        self._phase = ""
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.cancel)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.text)
        self.hide()

    def begin(self, title: str) -> None:
        """Show that this begins."""
        self.title.setText(title)
        self.bar.setAccessibleName(title)
        self.cancel.setAccessibleName(f"{self.tr('Stop')}: {title}")
        self.bar.setValue(0)
        self.text.setText("")
        self._phase = ""
        self.cancel.setEnabled(True)
        self.show()
        self.cancel.setFocus()

    def show_step(self, event: Event) -> None:
        """Show how far it is."""
        self.bar.setValue(round(float(str(event["share"])) * STEPS))
        phase = self._named(str(event["phase"]))
        done, total, speed = (float(str(event[name])) for name in ("done", "total", "speed"))
        parts = [phase, str(event["name"])]
        if total:
            parts.append(self.tr("{done} of {total}").format(done=size(done), total=size(total)))
        if event["phase"] == "fetching" and event["left_s"] is not None:
            parts += [self.tr("{size} a second").format(size=size(speed)), left(float(str(event["left_s"])))]
        if event["note"]:
            parts.append(str(event["note"]))
        self.text.setText(" · ".join(parts))
        if phase != self._phase:
            self._phase = phase
            announce(self.text, phase)

    def stopping(self) -> None:
        """Show that it is about to end."""
        self.cancel.setEnabled(False)
        self.text.setText(self.tr("Stopping…"))

    def _named(self, phase: str) -> str:
        return {
            "asking": self.tr("Asking what there is"),
            "fetching": self.tr("Downloading"),
            "waiting": self.tr("Waiting for the network"),
            "verifying": self.tr("Verifying"),
            "importing": self.tr("Copying"),
            "assembling": self.tr("Putting together"),
        }.get(phase, phase)
