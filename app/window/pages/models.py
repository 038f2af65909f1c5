"""Models: what understands, thinks and speaks, and where it lies."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QFileDialog, QProgressBar, QSpinBox

from app.window.door import Door
from app.window.pages.page import Page
from app.window.parts import button, label
from app.window.steering import Steering
from app.window.theme import Theme
from core.commands import ChoosePack
from core.news import EngineState, Loading, Ready, Standing
from core.settings import Settings


class Models(Page):
    """Shows the pack in use and lets another be chosen; the conversation goes on with it."""

    def __init__(self, theme: Theme, door: Door, steering: Steering) -> None:
        explanation = self.tr("A pack holds all models. Another is loaded at once; the conversation goes on with it.")
        super().__init__(theme, self.tr("Models"), explanation)
        self._door = door
        self.pack = label("", "section")
        self.folder = label("", "hint")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Loading"))
        self.state = self.hint()
        for each in (self.pack, self.folder, self.progress):
            self.column.addWidget(each)
        self.column.addWidget(self.state)
        self.buttons(
            button(self.tr("Choose a pack's folder…"), self._choose),
            button(self.tr("Use the pocket pack"), lambda: door.ask(ChoosePack())),
        )
        self.hint(self.tr("The pocket pack comes with Sotto. It is tiny: it shows that everything works."))
        self.heading(self.tr("What they may take"))
        self.threads = QSpinBox()
        self.threads.setRange(0, 256)
        self.threads.setSpecialValueText(self.tr("Sotto's own choice"))
        self.row(self.tr("Threads of the processor"), self.threads, self.tr("Holds when Sotto is started again."))
        self.threads.valueChanged.connect(lambda count: steering.set("models", threads=count))
        steering.settled.connect(self._show)
        door.hear(Standing, self._standing)
        door.hear(Loading, self._loading)
        door.hear(Ready, self._ready)
        door.hear(EngineState, lambda state: self.progress.setVisible(state.phase in ("starting", "loading")))
        self._show(steering.settings)
        self._standing(steering.how.standing)

    def _show(self, settings: Settings) -> None:
        with QSignalBlocker(self.threads):
            self.threads.setValue(settings.models.threads)

    def _standing(self, standing: Standing) -> None:
        self.pack.setText(standing.pack or self.tr("None is loaded yet."))
        self.folder.setText(standing.pack_folder)
        self.progress.setVisible(not standing.ready)

    def _loading(self, news: Loading) -> None:
        self.progress.setRange(0, news.of)
        self.progress.setValue(news.done)
        self.state.setText(self.tr("Loading: {part}").format(part=news.part))

    def _ready(self, news: Ready) -> None:
        self.progress.hide()
        seconds = self.locale().toString(news.seconds, "f", 1)
        self.state.setText(self.tr("Loaded within {seconds} s.").format(seconds=seconds))

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a pack's folder"))
        if folder:
            self._door.ask(ChoosePack(Path(folder)))
