"""Privacy: what is stored and where, how long it stays, and how all of it goes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QInputDialog

from app.window.circumstances import Circumstances
from app.window.door import Door
from app.window.pages.page import Number, Page
from app.window.parts import button, label
from app.window.sayings import said
from app.window.steering import Steering
from app.window.theme import Theme
from core.commands import DeleteEverything
from core.settings import OLDEST, Settings


class Privacy(Page):
    """Says what is kept, and deletes it without a trace if told so twice."""

    emptied = Signal()  # everything is being deleted

    def __init__(self, theme: Theme, door: Door, steering: Steering, data: Path, settings_file: Path) -> None:
        super().__init__(theme, self.tr("Privacy"))
        self._door = door
        self.leaves = self.hint()
        self.column.addWidget(
            label(
                self.tr(
                    "Kept on this computer: the words and the sound of your conversations, what the companion keeps in "
                    "mind of you, your own voices, and your settings. There is no account, no statistics, and nothing "
                    "is sent when something fails."
                )
            )
        )
        self._place(self.tr("Conversations"), data)
        self._place(self.tr("Settings"), settings_file.parent)
        self.heading(self.tr("How long it stays"))
        self.days = Number(0, OLDEST, self.tr("for good"))
        self.days.setSuffix(" " + self.tr("days"))
        self.row(
            self.tr("Delete a conversation after"),
            self.days,
            self.tr("Counted from when it was last continued; deleted when Sotto is started."),
        )
        self.heading(self.tr("Delete everything"))
        self.hint(self.tr("Every conversation with its sound, every fact and every copy, without a trace."))
        self.everything = button(self.tr("Delete everything…"), self._delete, "danger")
        self.buttons(self.everything)
        self.days.valueChanged.connect(lambda days: steering.set("store", keep_days=days))
        steering.settled.connect(self._show)
        steering.moved.connect(self._stands)
        self._show(steering.settings)
        self._stands(steering.how)

    def _place(self, name: str, folder: Path) -> None:
        url = QUrl.fromLocalFile(str(folder))
        opener = button(self.tr("Open folder"), lambda: QDesktopServices.openUrl(url))
        self.row(name, opener, str(folder))
        opener.setAccessibleName(self.tr("Open the folder of {what}").format(what=name))

    def _show(self, settings: Settings) -> None:
        with QSignalBlocker(self.days):
            self.days.setValue(settings.store.keep_days)

    def _stands(self, how: Circumstances) -> None:
        self.leaves.setText(said(how.standing.sends) or self.tr("Nothing that is said leaves this computer."))

    def _delete(self) -> None:
        word = self.tr("delete")
        asked = self.tr("This cannot be undone. To delete everything, write: {word}").format(word=word)
        typed, sure = QInputDialog.getText(self, self.tr("Delete everything"), asked)
        if sure and typed.strip().lower() == word:
            self._door.ask(DeleteEverything())
            self.emptied.emit()
