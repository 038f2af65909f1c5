"""What the user chose of the window itself; the engine has no part in it. Kept beside the settings, in the same way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal

from app import settings_file
from app.folders import settings_file as settings_path
from app.window.theme import Scheme
from core.settings import SWITCH, Checked, ranged

SCHEMES = {"choices": ("system", "light", "dark")}
LANGUAGES = {"choices": ("system", "en", "de")}
Switch = Literal["on", "off"]


@dataclass(frozen=True)
class LookSettings(Checked):
    """How it looks."""

    theme: Scheme = field(default="system", metadata=SCHEMES)
    text_percent: int = ranged(100, 100, 200)
    still: Switch = field(default="off", metadata=SWITCH)  # nothing moves without need
    language: Literal["system", "en", "de"] = field(default="system", metadata=LANGUAGES)


@dataclass(frozen=True)
class MannersSettings(Checked):
    """How it behaves beside other programs."""

    notifications: Switch = field(default="off", metadata=SWITCH)
    tray: Switch = field(default="on", metadata=SWITCH)
    first_run: Literal["due", "done"] = field(default="due", metadata={"choices": ("due", "done")})


@dataclass(frozen=True)
class KeySettings:
    """Which keys do what, as Qt writes them; an empty one does nothing."""

    talk: str = "F9"
    stop: str = "Esc"
    mute: str = "Ctrl+M"
    write: str = "Ctrl+L"
    new: str = "Ctrl+N"
    search: str = "Ctrl+F"
    sidebar: str = "Ctrl+B"
    settings: str = "Ctrl+,"


@dataclass(frozen=True)
class Preferences:
    """The whole tree."""

    look: LookSettings = LookSettings()
    manners: MannersSettings = MannersSettings()
    keys: KeySettings = KeySettings()


def path() -> Path:
    """Return the file of preferences."""
    return settings_path().with_name("window.toml")


class Kept(QObject):
    """Holds the preferences, writes them when they change, and tells."""

    changed = Signal()
    unwritten = Signal(str)  # why they could not be written; they hold until the window is closed

    def __init__(self, file: Path, parent: QObject | None = None, *, changeable: bool = True) -> None:
        super().__init__(parent)
        self._file, self._changeable = file, changeable
        self.now, self.complaints = settings_file.read(file, Preferences())
        if not changeable:  # a careful start does without what may be the cause, and leaves it alone
            self.now = replace(Preferences(), look=self.now.look)

    def set(self, leaf: str, **values: object) -> None:
        """Change fields of a leaf: "look", "manners" or "keys"."""
        changed = settings_file.amended(self.now, {leaf: values})
        if changed == self.now:
            return
        self.now = changed
        try:
            if self._changeable:
                settings_file.write(self._file, changed, Preferences())
        except OSError as error:
            self.unwritten.emit(error.strerror or str(error))
        self.changed.emit()
