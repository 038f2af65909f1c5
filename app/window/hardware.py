"""The hardware check, once for all who show it: a child with a time limit tries what this computer can do."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.window.aside import worded
from app.window.errand import Errand, Errands, Event, Fault
from app.window.offers import Verdict, verdict

LIMIT_S = 400.0  # six trials of at most a minute each


class Hardware(QObject):
    """Keeps the verdict. `trying` tells what is being tried, `came` that a verdict is there, `failed` why none is."""

    trying = Signal(str)
    came = Signal()
    failed = Signal(str)

    def __init__(self, errands: Errands) -> None:
        super().__init__(errands)
        self.verdict: Verdict | None = None
        self._errands = errands
        self._errand: Errand | None = None

    @property
    def busy(self) -> bool:
        """Whether it is being looked at."""
        return self._errand is not None

    def look(self) -> None:
        """Have the computer looked at, unless that is being done."""
        if self._errand is None:
            self._errand = self._errands.run("hardware", told=self._told, ended=self._ended, limit_s=LIMIT_S)

    def _told(self, event: Event) -> None:
        if event["event"] == "trying":
            self.trying.emit(str(event["what"]))
        elif event["event"] == "verdict":
            self.verdict = verdict(event)

    def _ended(self, fault: Fault | None) -> None:
        self._errand = None
        if fault is not None:
            self.failed.emit(worded(fault))
        elif self.verdict is not None:
            self.came.emit()
