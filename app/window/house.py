"""The window's composition: theme, desk, settings and first steps around one door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from app.window import icons
from app.window.circumstances import Circumstances
from app.window.computer import Computer
from app.window.desk import Desk
from app.window.door import Door
from app.window.errand import Errands, Event
from app.window.first_run import FirstRun, Try, Welcome
from app.window.hardware import Hardware
from app.window.keeping import Keeping
from app.window.pages.about import About
from app.window.pages.audio import Audio
from app.window.pages.companion import Companion
from app.window.pages.general import General
from app.window.pages.listening import Listening
from app.window.pages.models import AllModels
from app.window.pages.page import Page
from app.window.pages.privacy import Privacy
from app.window.pages.shortcuts import Shortcuts
from app.window.pages.voices import AllVoices, Voices
from app.window.preferences import Kept
from app.window.settings_window import SettingsWindow
from app.window.steering import Steering
from app.window.tray import Tray
from app.window.words import Mood
from core.news import Trouble
from core.settings import Settings


@dataclass(frozen=True)
class Places:
    """Where things are on the disk."""

    data: Path
    settings: Path
    logs: Path


class House(QObject):
    """Owns the desk and what opens beside it; the settings are built when they are first opened."""

    left = Signal()  # the user closed the window

    def __init__(
        self, application: QApplication, desk: Desk, kept: Kept, settings: Settings, places: Places, version: str
    ) -> None:
        super().__init__(application)
        self.desk, self.theme, self.kept, self._places, self._version = desk, desk.theme, kept, places, version
        self.door = Door(self)
        self.steering = Steering(self.door, self.desk, settings)
        self.errands = Errands(places.data, self)
        self.hardware = Hardware(self.errands)
        self.keeping = Keeping(self.door, self.desk, self.steering.live)
        self.tray = Tray(icons.application(), self)
        self.settings: SettingsWindow | None = None
        self.first_run: FirstRun | None = None
        self._mood = self.steering.how.mood
        application.setWindowIcon(icons.application())
        self.desk.settings.connect(self.open_settings)
        self.desk.closing.connect(self.left)
        self.left.connect(self.errands.close)
        self.steering.moved.connect(self._moved)
        self.steering.replied.connect(self._notify)
        self._connect_tray()
        kept.changed.connect(self._prefer)
        kept.unwritten.connect(self._unwritten)
        self._prefer()

    def _connect_tray(self) -> None:
        self.tray.show_window.connect(self.raise_)
        self.tray.talk.connect(self.desk.panel.pressed)
        self.tray.talk.connect(self.desk.panel.released)
        self.tray.mute.connect(self.desk.panel.muted.click)
        self.tray.quit.connect(self.desk.close)

    def _prefer(self) -> None:
        now = self.kept.now
        self.theme.show(now.look.theme, now.look.text_percent, now.look.still == "on")
        self.desk.use_keys(now.keys)
        self.tray.use(now.manners.tray == "on")

    def _unwritten(self, why: str) -> None:
        what = self.tr("The change could not be written to the disk ({why}).").format(why=why)
        works = self.tr("It holds until you close the window.")
        self.desk.banner.show_trouble(Trouble(what, works, self.tr("Free some space and try again.")))

    def _moved(self, how: Circumstances) -> None:
        self.tray.show_mood(how.mood)
        before, self._mood = self._mood, how.mood
        if how.mood is Mood.RECOVERING and before is not Mood.RECOVERING:
            self._notify(self.tr("Something stopped and is being started again."))

    def _notify(self, text: str) -> None:
        if self.kept.now.manners.notifications == "on" and not self.desk.isActiveWindow():
            self.tray.notify(text)

    def look_for_update(self) -> None:
        """Look whether there is a newer version, if the user wants that daily and a day has passed."""
        if self._places.settings.with_name("update.toml").exists():
            self.errands.run("update", "--due", told=self._released)

    def _released(self, event: Event) -> None:
        if event["event"] == "release" and "page" in event:
            what = self.tr("There is a newer Sotto: {version}").format(version=event["version"])
            page = QUrl(str(event["page"]))
            self.desk.banner.show_word(
                what, self.tr("Open its page"), lambda: QDesktopServices.openUrl(page), stays=True
            )

    def raise_(self) -> None:
        """Bring the window to the front."""
        self.desk.setWindowState(self.desk.windowState() & ~Qt.WindowState.WindowMinimized)
        self.desk.show()
        self.desk.raise_()
        self.desk.activateWindow()

    def open_settings(self, page: str = "") -> None:
        """Open the settings, at this page if it is named."""
        if self.settings is None:
            self.settings = SettingsWindow(self.theme, self._pages(), self.desk)
        self.settings.open_page(page)

    def _pages(self) -> list[Page]:
        theme, door, steering, places = self.theme, self.door, self.steering, self._places
        general = General(theme, self.kept)
        general.first_run.connect(self.show_first_run)
        privacy = Privacy(theme, door, steering, places.data, places.settings)
        privacy.emptied.connect(self.keeping.clear)
        return [
            general,
            Audio(theme, door, steering),
            Listening(theme, self.kept, steering),
            AllVoices(theme, door, steering, self.errands),
            Companion(theme, door, steering),
            AllModels(theme, door, steering, self.errands, self.hardware),
            privacy,
            Shortcuts(theme, self.kept),
            About(theme, door, self._version, places.logs),
        ]

    def show_first_run(self) -> None:
        """Show the first steps, from the first."""
        if self.first_run is not None:
            self.first_run.deleteLater()
        self.first_run = self._steps()
        self.first_run.show()

    def _steps(self) -> FirstRun:
        computer = Computer(self.theme, self.door, self.errands, self.hardware)
        computer.more.connect(self._choose_models)
        steps: list[Page] = [
            Welcome(self.theme, self.kept),
            computer,
            Audio(self.theme, self.door, self.steering),
            Voices(self.theme, self.door, self.steering),
            Try(self.theme),
        ]
        made = FirstRun(self.theme, steps, self.desk)
        made.over.connect(lambda: self.kept.set("manners", first_run="done"))
        return made

    def _choose_models(self) -> None:
        if self.first_run is not None:
            self.first_run.accept()
        self.open_settings(self.tr("Models"))

    def say(self, trouble: Trouble, text: str = "", act: Callable[[], object] | None = None) -> None:
        """Show something that went wrong in the window's own process."""
        self.desk.banner.show_trouble(trouble, text, act)
