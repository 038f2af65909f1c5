"""Houses for tests: one whose door leads nowhere, and ways to wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.window.desk import Desk
from app.window.house import House, Places
from app.window.preferences import Kept
from app.window.theme import Theme
from core.commands import Command
from core.news import ConversationSeen, EngineState, News, Standing, TurnSeen
from core.settings import Settings
from core.types import Turn

PATIENCE_S = 180.0  # on a machine that does much else
READY = (EngineState("ready"), Standing(talking=True, ready=True, pack="Pocket pack", voice="ada"))


class Outside:
    """The far side of a door: a list of what was asked."""

    def __init__(self) -> None:
        self.asked: list[Command] = []

    def ask(self, command: Command) -> None:
        self.asked.append(command)

    def of(self, kind: type) -> list[Command]:
        return [each for each in self.asked if isinstance(each, kind)]


def build(qapp: QApplication, theme: Theme, folder: Path, settings: Settings) -> House:
    kept = Kept(folder / "window.toml")
    kept.set("look", theme="light", still="on")
    places = Places(folder / "data", folder / "settings.toml", folder / "logs")
    return House(qapp, Desk(theme, folder / "state.ini"), kept, settings, places, "0.0")


def pull_down(house: House, qapp: QApplication) -> None:
    for window in (house.settings, house.first_run, house.desk):
        if window is not None:
            window.close()
            window.deleteLater()
    house.deleteLater()
    QTest.qWait(10)


def told(house: House, *news: News) -> None:
    """Let the house hear news as if the engine had told it."""
    for each in news:
        house.door.tell(each)
    QTest.qWait(1)
    QApplication.processEvents()


def wait(until: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    """Let Qt go on until this is true."""
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            raise AssertionError("it did not come")
        QTest.qWait(20)


def seen(row: int, user: str, reply: str = "", outcome: str = "answered") -> TurnSeen:
    return TurnSeen(row, Turn(row), user, reply, outcome, typed=False, done=True, user_seconds=1.0, reply_seconds=1.0)


def conversation(number: int, title: str) -> ConversationSeen:
    return ConversationSeen(number, "2026-11-20T18:00:00+00:00", "2026-11-21T18:00:00+00:00", 2, title)
