"""Listening: how long a pause may last, what is shown while one speaks, how Talk works."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QSlider

from app.window.pages.page import Choice, Page
from app.window.parts import label
from app.window.preferences import Kept
from app.window.steering import Steering
from app.window.theme import Theme
from core.patience import usual
from core.settings import Patience, Settings

PATIENCES: tuple[Patience, ...] = ("eager", "normal", "patient")


class Listening(Page):
    """Shows the settings of the ears; a change holds from the next thing that is said."""

    def __init__(self, theme: Theme, kept: Kept, steering: Steering) -> None:
        super().__init__(theme, self.tr("Listening"), self.tr("Changes hold from the next thing that you say."))
        self._kept, self._set = kept, steering.set
        self.mode = Choice(
            {"open": self.tr("Hands-free"), "push": self.tr("Hold to talk"), "tap": self.tr("Tap to talk")}
        )
        self.row(self.tr("How Talk works"), self.mode)
        self.key = self.hint()
        self.heading(self.tr("Patience"))
        self.patience = QSlider(Qt.Orientation.Horizontal)
        self.patience.setRange(0, len(PATIENCES) - 1)
        self.patience.setPageStep(1)
        explanation = self.tr("To the left it answers sooner, to the right it lets you think longer.")
        self.row(self.tr("How long a pause may last"), self.patience, explanation)
        self.wait = label("")
        self.column.addWidget(self.wait)
        self.heading(self.tr("While you speak"))
        self.captions = self.check(
            self.tr("Show your words as you speak"),
            self.tr("Takes computing time; without it your words are shown when you have finished."),
        )
        self.murmurs = self.check(
            self.tr("Let it murmur"), self.tr("A “mm-hm” while you speak, a “hmm” while it thinks.")
        )
        self._connect()
        steering.settled.connect(self._show)
        kept.changed.connect(self._show_key)
        self._show(steering.settings)
        self._show_key()

    def _connect(self) -> None:
        self.mode.currentIndexChanged.connect(lambda: self._set("segmenter", mode=self.mode.value()))
        self.patience.valueChanged.connect(lambda at: self._set("segmenter", patience=PATIENCES[at]))
        self.captions.toggled.connect(lambda on: self._set("floor", captions="on" if on else "off"))
        self.murmurs.toggled.connect(lambda on: self._set("floor", murmurs="on" if on else "off"))

    def _show(self, settings: Settings) -> None:
        self.mode.show_value(settings.segmenter.mode)
        with QSignalBlocker(self.patience):
            self.patience.setValue(PATIENCES.index(settings.segmenter.patience))
        names = {"eager": self.tr("Eager"), "normal": self.tr("Normal"), "patient": self.tr("Patient")}
        seconds = self.locale().toString(usual(settings.segmenter.patience) / 1000, "f", 1)
        name = names[settings.segmenter.patience]
        said = self.tr("{name}: your turn usually ends after {seconds} s of silence.")
        self.wait.setText(said.format(name=name, seconds=seconds))
        self.patience.setAccessibleDescription(self.wait.text())
        for box, value in ((self.captions, settings.floor.captions), (self.murmurs, settings.floor.murmurs)):
            with QSignalBlocker(box):
                box.setChecked(value == "on")

    def _show_key(self) -> None:
        key = self._kept.now.keys.talk or self.tr("none")
        self.key.setText(self.tr("The key for Talk is {key}; change it under Shortcuts.").format(key=key))
