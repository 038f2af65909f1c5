"""The first steps' page about this computer: what it can do, and which models to begin with."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.window.aside import worded
from app.window.banner import announce
from app.window.door import Door
from app.window.errand import Errands, Fault
from app.window.hardware import Hardware
from app.window.pages.page import Page
from app.window.parts import button, label
from app.window.sayings import said
from app.window.theme import Theme
from core.commands import ChoosePack
from core.settings import POCKET


class Computer(Page):
    """Tries out the computer while the user reads; never in the way. `more` tells that models are to be chosen."""

    more = Signal()

    def __init__(self, theme: Theme, door: Door, errands: Errands, hardware: Hardware) -> None:
        super().__init__(theme, self.tr("Your computer"))
        self._door, self._errands, self._hardware = door, errands, hardware
        self.verdict = label("")
        self.column.addWidget(self.verdict)
        self.heading(self.tr("What to begin with"))
        self.column.addWidget(
            label(
                self.tr(
                    "The pocket pack comes with Sotto and runs on any computer, so that you can begin now. It is tiny: "
                    "it understands and says little, in a tinny voice. Larger models can be added at any time in "
                    "Settings, under Models."
                )
            )
        )
        self.pocket = button(self.tr("Start with the pocket pack now"), self._begin)
        self.get = button(self.tr("Choose larger models…"), self.more.emit)
        self.buttons(self.pocket)
        self.buttons(self.get)
        self.state = self.hint()
        hardware.trying.connect(self._trying)
        hardware.came.connect(self._came)
        hardware.failed.connect(self._failed)

    def refresh(self) -> None:
        """Have the computer tried out, if nobody has."""
        if self._hardware.verdict is not None:
            self._came()
        else:
            self.verdict.setText(self.tr("Sotto tries out what this computer can do. You need not wait for it."))
            self._hardware.look()

    def _begin(self) -> None:
        self._errands.run("packs", "use", POCKET, ended=self._used)

    def _used(self, fault: Fault | None) -> None:
        if fault is not None:
            self.state.setText(worded(fault))
            return
        self._door.ask(ChoosePack())
        self.state.setText(self.tr("It is in use. Go on with Next."))
        announce(self.state, self.state.text())

    def _trying(self, what: str) -> None:
        text = self.tr("Sotto tries out what this computer can do. You need not wait for it.")
        self.verdict.setText(f"{text}\n{self.tr('Being tried: {what}').format(what=said(what))}")

    def _came(self) -> None:
        found = self._hardware.verdict
        if found is not None:
            self.verdict.setText("\n".join(said(line) for line in found.lines))
            announce(self.verdict, self.verdict.text())

    def _failed(self, why: str) -> None:
        text = self.tr("This computer could not be tried out ({why}). The pocket pack runs anyway.")
        self.verdict.setText(text.format(why=why))
