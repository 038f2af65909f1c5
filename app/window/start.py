"""`sotto` without a subcommand: the window first, and once it is seen, all that is behind it.

Nothing that takes long to import is imported here: the engine's data, and numpy with it, come after the first picture.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.folders import data_folder, log_folder
from app.folders import settings_file as settings_path
from app.window import preferences, translating
from app.window.crashes import Crashes
from app.window.desk import Desk
from app.window.preferences import Kept
from app.window.single import Single
from app.window.theme import Theme

if TYPE_CHECKING:
    from core.settings import Settings

SEEN_S = 0.3  # that a screen may take to show the window before it is gone on
BEHIND = (
    "numpy",
    "core.events",
    "core.news",
    "core.commands",
    "PySide6.QtNetwork",
    "app.window.house",
    "app.engine.link",
)
LATER = QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents  # what is pressed meanwhile waits, and is not lost


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
    single = Single(data_folder(asked.data))
    if not single.first():
        return 0
    crashes = Crashes(log_folder())
    crashes.watch()
    kept = Kept(preferences.path(), changeable=not crashes.safe)
    translating.translate(application, kept.now.look.language)
    desk = shown(application, kept)
    for module in BEHIND:  # one by one, so that the window goes on being painted
        import_module(module)
        application.processEvents(LATER)
    single.listen()
    from app.window.opening import Opening

    try:
        return Opening(application, asked, desk, kept, crashes).run(single.asked)
    finally:
        single.close()
        crashes.ended_well()


def shown(application: QApplication, kept: Kept) -> Desk:
    """Return the main window, on the screen."""
    theme = Theme(application)
    theme.show(kept.now.look.theme, kept.now.look.text_percent, kept.now.look.still == "on")
    desk = Desk(theme, settings_path().with_name("window-state.ini"))
    desk.show()
    until = time.monotonic() + SEEN_S
    application.processEvents(LATER)
    while not desk.windowHandle().isExposed() and time.monotonic() < until:
        application.processEvents(LATER, 20)
    return desk
