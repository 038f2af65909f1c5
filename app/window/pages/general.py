"""General: how it looks, which language it speaks to the user, how it behaves."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from app.window.pages.page import Choice, Page
from app.window.parts import button
from app.window.preferences import Kept, Preferences
from app.window.theme import Theme

STEP = 10  # per cent of text size


class General(Page):
    """Shows the preferences and changes them at once."""

    first_run = Signal()

    def __init__(self, theme: Theme, kept: Kept) -> None:
        super().__init__(theme, self.tr("General"), self.tr("Changes hold at once, unless it says otherwise."))
        self._kept = kept
        names = {"system": self.tr("As the system"), "light": self.tr("Light"), "dark": self.tr("Dark")}
        self.scheme = Choice(names)
        self.row(self.tr("Colours"), self.scheme)
        self.letters = QSlider(Qt.Orientation.Horizontal)
        self.letters.setRange(100 // STEP, 200 // STEP)
        self.letters.setPageStep(2)
        self.percent = QLabel()
        self.row(self.tr("Text size"), self._sized())
        self.letters.setAccessibleName(self.tr("Text size"))
        self.still = self.check(self.tr("Reduce motion"), self.tr("The string and the ring stand still."))
        self.heading(self.tr("Language"))
        self.language = Choice({"system": self.tr("As the system"), "en": "English", "de": "Deutsch"})
        self.row(self.tr("Language of the window"), self.language, self.tr("Holds when Sotto is started again."))
        self.heading(self.tr("Beside other programs"))
        self.notify = self.check(
            self.tr("Notifications"),
            self.tr("Tell of answers and troubles while the window is hidden. They come from the icon in the tray."),
        )
        self.tray = self.check(self.tr("Icon in the system's tray"), self.tr("Where the system has a tray."))
        self.heading(self.tr("First steps"))
        self.buttons(button(self.tr("Show the first steps again"), self.first_run.emit))
        self._connect()
        kept.changed.connect(self._show)
        self._show()

    def _sized(self) -> QWidget:
        both = QWidget()
        line = QHBoxLayout(both)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.letters, 1)
        line.addWidget(self.percent)
        return both

    def _connect(self) -> None:
        kept = self._kept
        self.scheme.currentIndexChanged.connect(lambda: kept.set("look", theme=self.scheme.value()))
        self.letters.valueChanged.connect(lambda value: kept.set("look", text_percent=value * STEP))
        self.still.toggled.connect(lambda on: kept.set("look", still="on" if on else "off"))
        self.language.currentIndexChanged.connect(lambda: kept.set("look", language=self.language.value()))
        self.notify.toggled.connect(lambda on: kept.set("manners", notifications="on" if on else "off"))
        self.tray.toggled.connect(lambda on: kept.set("manners", tray="on" if on else "off"))

    def _show(self) -> None:
        now: Preferences = self._kept.now
        self.scheme.show_value(now.look.theme)
        with QSignalBlocker(self.letters):
            self.letters.setValue(now.look.text_percent // STEP)
        self.percent.setText(f"{now.look.text_percent} %")
        self.language.show_value(now.look.language)
        for box, value in (
            (self.still, now.look.still),
            (self.notify, now.manners.notifications),
            (self.tray, now.manners.tray),
        ):
            with QSignalBlocker(box):
                box.setChecked(value == "on")
