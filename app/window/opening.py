"""What follows the first picture: the house around the window, and the engine behind it, until the window is closed."""

from __future__ import annotations

import gc
from importlib import metadata
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer, QUrl, SignalInstance
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication

from app import settings_file
from app.engine.link import EngineLink
from app.folders import data_folder, log_folder
from app.folders import settings_file as settings_path
from app.window.crashes import Crashes
from app.window.desk import Desk
from app.window.house import House, Places
from app.window.leaving import Leaving
from app.window.preferences import Kept
from app.window.start import Asked
from core.commands import Setup
from core.news import SettingsUsed, Trouble
from core.settings import Settings

translate = QCoreApplication.translate
FIRST_LOOK_MS, LOOK_MS = 30_000, 3_600_000  # until it is looked whether there is a newer version, if that is due
ENDING_S = 2.5  # that the engine may take to write what was said


class Opening:
    """Puts house and engine together around a window that is seen already."""

    def __init__(self, application: QApplication, asked: Asked, desk: Desk, kept: Kept, crashes: Crashes) -> None:
        self._application, self._crashes = application, crashes
        self._file = settings_path()
        data = data_folder(asked.data)
        read, complaints = settings_file.read(self._file, Settings())
        settings = asked.settings or (Settings() if crashes.safe else read)
        self._wishes = settings_file.Wishes(self._file, settings)
        places = Places(data, self._file, log_folder())
        self.house = House(application, desk, kept, settings, places, metadata.version("sotto"))
        if asked.settings is None and not crashes.safe:
            self.house.door.hear(SettingsUsed, self._write)
        self._complain([str(each) for each in (*complaints, *kept.complaints)])
        self._link = EngineLink(Setup(settings, data, asked.keep, asked.seed), self.house.door.tell, log_folder())

    def run(self, wanted: SignalInstance) -> int:
        """Serve until the window is closed; whenever it is `wanted`, it comes to the front."""
        leaving = Leaving()
        leaving.asked.connect(self.house.desk.close)
        wanted.connect(self.house.raise_)
        self.house.left.connect(self._application.quit)
        QTimer.singleShot(0, self._begin)
        try:
            return self._application.exec()
        finally:
            self.house.desk.hide()
            self._application.processEvents()
            self._link.close(ENDING_S)
            leaving.close()

    def _begin(self) -> None:
        """Start the engine once the window is there."""
        house, crashes = self.house, self._crashes
        self._link.start()
        house.door.connect_to(self._link)
        crashes.tell = lambda path: QTimer.singleShot(0, house, lambda: self._report(path))
        if crashes.safe:
            what = translate("Start", "Sotto ended unexpectedly several times, and starts with care.")
            works = translate(
                "Start", "Everything works, with ordinary settings; yours are kept, and changes are not written."
            )
            mend = translate("Start", "Start it again to have your own settings back.")
            house.say(Trouble(what, works, mend), translate("Start", "Open reports"), lambda: _open(crashes.folder))
        elif house.kept.now.manners.first_run == "due":
            house.show_first_run()
        looking = QTimer(house, interval=LOOK_MS)
        looking.timeout.connect(house.look_for_update)
        looking.start()
        QTimer.singleShot(FIRST_LOOK_MS, house, house.look_for_update)
        gc.collect()
        gc.freeze()  # what stays anyway need not be looked through again and again

    def _complain(self, complaints: list[str]) -> None:
        if not complaints:
            return
        what = translate("Start", "Something in your settings cannot be used: {where}").format(where=complaints[0])
        if len(complaints) > 1:
            what += " " + translate("Start", "({count} more)").format(count=len(complaints) - 1)
        works = translate(
            "Start", "All other settings hold. The file is kept beside the new one when you change a setting."
        )
        self.house.say(Trouble(what, works), translate("Start", "Copy all"), lambda: _copy("\n".join(complaints)))

    def _report(self, path: Path) -> None:
        what = translate("Start", "Something in the window did not work.")
        works = translate(
            "Start", "The conversation is safe and goes on. A report is in {file}; nothing was sent."
        ).format(file=path)
        self.house.say(Trouble(what, works), translate("Start", "Open folder"), lambda: _open(path.parent))

    def _write(self, used: SettingsUsed) -> None:
        try:
            self._wishes.note(used)
        except OSError as error:
            self.house.kept.unwritten.emit(error.strerror or str(error))


def _open(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
