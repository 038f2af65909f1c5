"""No word is cut off, in any page and dialog, at any size of text, in both languages."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea

from app.window import translating
from app.window.pages.models import AllModels
from core.news import VoiceList, VoiceSeen
from core.settings import Settings
from tests.app.window.around import READY, Outside, build, pull_down, told, wait

RIGHTS = ("recorded here", "recorded", "the speaker's own: for use with Sotto by those whom they allow it")
VOICES = (
    VoiceSeen("ada", "Ada", "a clear woman's voice", "shipped", "CMU flite licence (BSD-like)", "nobody's", own=False),
    VoiceSeen("mira", "Mira", *RIGHTS, "spoken on 2026-11-22: I agree that Sotto speaks with my voice", own=True),
)
SLACK = 4  # pixels that a style rounds away from a button with an icon
WAITS_S = 30.0  # for Qt to lay out what changed


def cut_off(window) -> list[str]:
    """Return what of a window has less room than its words need."""
    labels = [each for each in window.findChildren(QLabel) if each.isVisible() and each.text() and each.wordWrap()]
    buttons = [each for each in window.findChildren(QAbstractButton) if each.isVisible()]
    low = [each.text() for each in labels if each.height() < each.heightForWidth(each.width())]
    return low + [each.text() or each.accessibleName() for each in buttons if tight(each)]


def tight(button) -> bool:
    """Whether a button is smaller than its text asks for."""
    needed = button.sizeHint()
    return button.width() < needed.width() - 1 or button.height() < needed.height() - SLACK


def too_wide(window) -> list[str]:
    """Return the pages of which some is beyond the right edge."""
    areas = [each for each in window.findChildren(QScrollArea) if each.isVisible() and each.widget()]
    return [each.accessibleName() for each in areas if each.widget().width() > each.viewport().width()]


def settled(window, percent) -> None:
    """Wait until all words of a window have their room; fail with those that never get it."""
    try:
        wait(lambda: not cut_off(window) and not too_wide(window), WAITS_S)
    except AssertionError:
        pytest.fail(f"at {percent} %: cut off {cut_off(window)}, too wide {too_wide(window)}")


@pytest.fixture(params=["en", "de"])
def spoken(request, qapp):
    locale = QLocale()
    translating.translate(qapp, request.param)
    yield request.param
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(locale)


@pytest.fixture
def rooms(qapp, theme, tmp_path, spoken):
    """A house in one of the languages."""
    made = build(qapp, theme, tmp_path, Settings())
    made.door.connect_to(Outside())
    made.desk.show()
    told(made, *READY)
    yield made
    made.kept.set("look", text_percent=100)
    pull_down(made, qapp)


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_every_word_has_its_room(rooms, percent):
    rooms.kept.set("look", text_percent=percent)
    settled(rooms.desk, percent)
    rooms.open_settings()
    rooms.settings.resize(max(900, rooms.settings.minimumWidth()), 660)
    told(rooms, VoiceList(VOICES, "ada"))
    for page in rooms.settings._pages:
        rooms.settings.open_page(page.title)
        if isinstance(page, AllModels):
            wait(lambda page=page: page.cards)
        QTest.qWait(1)
        settled(rooms.settings, percent)
    rooms.settings.close()
    rooms.show_first_run()
    for _ in range(4):
        settled(rooms.first_run, percent)
        rooms.first_run.go(1)
    settled(rooms.first_run, percent)
