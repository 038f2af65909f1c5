"""Speakers that the voice model invents: heard one after the other, and one of them kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from app.window.aside import Aside
from app.window.door import Door
from app.window.errand import Errands, Event, Fault
from app.window.parts import button, label
from app.window.theme import Theme
from core.commands import Hush, PlaySound

COUNT = 5  # speakers at a time


class Auditions(Aside):
    """Invents some speakers at a time."""

    def __init__(self, theme: Theme, door: Door, errands: Errands, pack: str, parent: QWidget) -> None:
        explanation = self.tr(
            "The voice model invents speakers who do not exist. Listen to them, and keep the one that you like."
        )
        super().__init__(theme, self.tr("Find a voice"), explanation, parent)
        self._door, self._errands, self._pack = door, errands, pack
        self._folder = tempfile.TemporaryDirectory(prefix="sotto-heard-")
        self._next = 1
        self._group = QButtonGroup(self)
        self._shelf = QVBoxLayout()
        self._shelf.setSpacing(theme.look.px(6))
        self.column.addLayout(self._shelf)
        self.name = QLineEdit()
        self.name.setMaxLength(40)
        self.name.setAccessibleName(self.tr("Name of the voice"))
        self.name.setPlaceholderText(self.tr("What it is to be called"))
        line = QHBoxLayout()
        line.addWidget(label(self.tr("Name of the voice"), "", self.name), 2)
        line.addWidget(self.name, 3)
        self.column.addLayout(line)
        self.more = button(self.tr("Invent five more"), self._invent)
        self.keep = button(self.tr("Keep this voice"), self._keep, "main")
        self.acts(self.more, self.keep)
        self.name.textChanged.connect(lambda: self._allow())
        self._group.buttonClicked.connect(lambda _: self._allow())
        self.name.setFocus()
        self._invent()

    @property
    def choosers(self) -> list[QRadioButton]:
        """The speakers heard so far."""
        return [each for each in self._group.buttons() if isinstance(each, QRadioButton)]

    def _invent(self) -> None:
        first, self._next = self._next, self._next + COUNT
        asked = ["voices", "audition", "--seed", first, "--count", COUNT, "--out", self._folder.name]
        self._run(*asked)

    def _keep(self) -> None:
        seed = next(each.property("seed") for each in self.choosers if each.isChecked())
        self._run("voices", "audition", "--seed", seed, f"--keep={self.name.text().strip()}")

    def _run(self, *asked: object) -> None:
        pack = ["--pack", self._pack] if self._pack else []
        self.errand = self._errands.run(*asked, *pack, told=self._told, ended=self._ended)
        self.say(self.tr("The voice model is being loaded…"))
        self._allow()

    def _told(self, event: Event) -> None:
        if event["event"] == "speaking":
            seconds = self.locale().toString(float(str(event["seconds"])), "f", 1)
            self.say(self.tr("Being spoken: {seconds} s").format(seconds=seconds))
        elif event["event"] == "audition":
            self._add(int(str(event["seed"])), Path(str(event["file"])))
        else:
            self.heed(event)

    def _add(self, seed: int, file: Path) -> None:
        title = self.tr("Speaker {number}").format(number=seed)
        chooser = QRadioButton(title)
        chooser.setProperty("seed", seed)
        chooser.setChecked(not self._group.buttons())
        play = button(self.tr("Play"), lambda: self._play(file))
        play.setAccessibleName(self.tr("Play {voice}").format(voice=title))
        line = QHBoxLayout()
        line.addWidget(chooser, 1)
        line.addWidget(play)
        self._group.addButton(chooser)
        self._shelf.addLayout(line)
        self.fit()

    def _play(self, file: Path) -> None:
        self._door.ask(Hush())
        self._door.ask(PlaySound(file))

    def _ended(self, fault: Fault | None) -> None:
        if self.over(fault):
            self.say(self.tr("Which one do you like?"))
        self._allow()

    def _allow(self) -> None:
        self.more.setEnabled(not self.busy)
        chosen = self._group.checkedButton() is not None
        self.keep.setEnabled(not self.busy and chosen and bool(self.name.text().strip()))

    def done(self, result: int) -> None:
        """Forget the speakers that were not kept."""
        super().done(result)
        self._folder.cleanup()
