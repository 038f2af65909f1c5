"""A house without an engine, whose door writes down what is asked; and one with the real engine on the pocket pack."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.engine.link import EngineLink
from app.window.theme import Theme
from core.audio.wire import Levels
from core.commands import Setup
from core.news import News, Ready, Standing
from core.settings import NO_DEVICE, AudioSettings, Settings
from tests.app.window.around import READY, Outside, build, pull_down, told, wait


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    made = Theme(qapp)
    made.show("light", 100, still=True)
    return made


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def house(qapp: QApplication, theme: Theme, tmp_path: Path, outside: Outside):
    """A house that was told that all is ready; what it asks is in `outside`."""
    made = build(qapp, theme, tmp_path, Settings())
    made.door.connect_to(outside)
    made.desk.show()
    told(made, *READY)
    outside.asked.clear()
    yield made
    pull_down(made, qapp)


@pytest.fixture(scope="session")
def heard() -> list[News]:
    """All that the real engine told, but for levels."""
    return []


@pytest.fixture(scope="session")
def link(tmp_path_factory: pytest.TempPathFactory, heard: list[News]):
    """The real engine process on the pocket pack, without a sound card."""
    folder = tmp_path_factory.mktemp("live")
    settings = Settings(audio=AudioSettings(microphone=NO_DEVICE, loudspeaker=NO_DEVICE))
    os.environ["OMP_NUM_THREADS"] = "1"
    listeners = []

    def tell(news: News) -> None:
        if not isinstance(news, Levels):
            heard.append(news)
        for listener in listeners:
            listener(news)

    made = EngineLink(Setup(settings, folder / "data"), tell, folder / "logs")
    made.listeners = listeners
    made.start()
    wait(lambda: any(isinstance(each, Ready) for each in heard))
    yield made
    made.close()


@pytest.fixture
def live(qapp: QApplication, theme: Theme, tmp_path: Path, link: EngineLink, heard: list[News]):
    """A house with the real engine behind its door."""
    made = build(qapp, theme, tmp_path, link._wish.setup.settings)
    link.listeners.append(made.door.tell)
    made.door.connect_to(link)
    made.desk.show()
    told(made, *[each for each in heard if isinstance(each, Standing)][-1:])
    yield made
    link.listeners.remove(made.door.tell)
    pull_down(made, qapp)
