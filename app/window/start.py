"""`sotto` without a subcommand: the window, and the engine behind it."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication

from app import settings_file
from app.folders import data_folder, log_folder
from app.folders import settings_file as settings_path
from app.window import preferences, translating
from app.window.crashes import Crashes
from app.window.house import House, Places
from app.window.preferences import Kept
from app.window.single import Single
from app.window.theme import Theme
from core.commands import Setup
from core.news import SettingsUsed, Trouble
from core.settings import Settings

if TYPE_CHECKING:
    from app.engine.link import EngineLink

translate = QCoreApplication.translate
ENDING_S = 2.5  # that the engine may take to write what was said


@dataclass(frozen=True)
class Asked:
    """What the command line asks of the window."""

    data: Path | None = None
    settings: Settings | None = None  # instead of those in the file; then nothing is written there
    keep: bool = True
    seed: int = 0


def run(asked: Asked = Asked(), arguments: Sequence[str] = ("sotto",)) -> int:
    """Show the window until it is closed; 0, also if there is one already and it was brought to the front."""
    QGuiApplication.setDesktopFileName("sotto")
    application = QApplication(list(arguments))
    application.setApplicationName("sotto")
    application.setApplicationDisplayName("Sotto")
    data = data_folder(asked.data)
    single = Single(data)
    if not single.first():
        return 0
    crashes = Crashes(log_folder())
    crashes.watch()
    house, settings = _house(application, asked, crashes)
    single.asked.connect(house.raise_)
    house.left.connect(application.quit)
    house.desk.show()
    application.processEvents()
    from app.engine.link import EngineLink  # takes a while; the window is seen already

    setup = Setup(settings, data, asked.keep, asked.seed)
    link = EngineLink(setup, house.door.tell, log_folder())
    QTimer.singleShot(0, lambda: _begin(house, link, crashes))
    try:
        return application.exec()
    finally:
        house.desk.hide()
        application.processEvents()
        link.close(ENDING_S)
        single.close()
        crashes.ended_well()


def _house(application: QApplication, asked: Asked, crashes: Crashes) -> tuple[House, Settings]:
    data, file = data_folder(asked.data), settings_path()
    kept = Kept(preferences.path(), changeable=not crashes.safe)
    settings, complaints = settings_file.read(file, Settings())
    if crashes.safe:
        settings = Settings()
    translating.translate(application, kept.now.look.language)
    theme = Theme(application)
    theme.show(kept.now.look.theme, kept.now.look.text_percent, kept.now.look.still == "on")
    places = Places(data, file, log_folder(), file.with_name("window-state.ini"))
    house = House(application, theme, kept, asked.settings or settings, places, metadata.version("sotto"))
    if asked.settings is None and not crashes.safe:
        house.door.hear(SettingsUsed, lambda used: _write(house, file, used.settings))
    _complain(house, [str(each) for each in (*complaints, *kept.complaints)])
    return house, asked.settings or settings


def _begin(house: House, link: EngineLink, crashes: Crashes) -> None:
    """Start the engine once the window is there."""
    link.start()
    house.door.connect_to(link)
    crashes.tell = lambda path: QTimer.singleShot(0, house, lambda: _report(house, path))
    if crashes.safe:
        what = translate("Start", "Sotto ended unexpectedly several times, and starts with care.")
        works = translate(
            "Start", "Everything works, with ordinary settings; yours are kept, and changes are not written."
        )
        mend = translate("Start", "Start it again to have your own settings back.")
        house.say(Trouble(what, works, mend), translate("Start", "Open reports"), lambda: _open(crashes.folder))
    elif house.kept.now.manners.first_run == "due":
        house.show_first_run()
    gc.collect()
    gc.freeze()  # what stays anyway need not be looked through again and again


def _complain(house: House, complaints: list[str]) -> None:
    if not complaints:
        return
    what = translate("Start", "Something in your settings cannot be used: {where}").format(where=complaints[0])
    if len(complaints) > 1:
        what += " " + translate("Start", "({count} more)").format(count=len(complaints) - 1)
    works = translate(
        "Start", "All other settings hold. The file is kept beside the new one when you change a setting."
    )
    house.say(Trouble(what, works), translate("Start", "Copy all"), lambda: _copy("\n".join(complaints)))


def _report(house: House, path: Path) -> None:
    what = translate("Start", "Something in the window did not work.")
    works = translate("Start", "The conversation is safe and goes on. A report is in {file}; nothing was sent.")
    house.say(Trouble(what, works.format(file=path)), translate("Start", "Open folder"), lambda: _open(path.parent))


def _write(house: House, file: Path, settings: Settings) -> None:
    if house.steering.how.engine.phase == "safe":
        return  # the engine goes without them, since it would not stay up otherwise
    try:
        settings_file.write(file, settings)
    except OSError as error:
        house.kept.unwritten.emit(error.strerror or str(error))


def _open(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
