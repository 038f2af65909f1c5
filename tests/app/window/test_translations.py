"""German is complete, says the same with the same places to fill in, and what is shipped was made of it."""

from __future__ import annotations

import re
import subprocess
import sysconfig
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QLocale, QTranslator

import app
from app.window import translating
from app.window.captions import Captions
from app.window.words import Mood, word

WINDOW = Path(app.__file__).parent / "window"
SOURCE = translating.FOLDER / "sotto_de.ts"
TOOLS = Path(sysconfig.get_path("scripts"))


def tool(name, *arguments):
    done = subprocess.run(
        [TOOLS / f"pyside6-{name}", *map(str, arguments)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def messages(path):
    found = ElementTree.parse(path).getroot().iter("message")
    return [(each.find("source").text, each.find("translation")) for each in found]


def test_german_is_complete(tmp_path):
    copy = tmp_path / "sotto_de.ts"
    copy.write_bytes(SOURCE.read_bytes())
    tool("lupdate", *sorted(WINDOW.rglob("*.py")), "-ts", copy, "-no-obsolete", "-locations", "none")
    assert [source for source, german in messages(copy) if german.get("type") or not german.text] == []
    assert {source for source, _ in messages(copy)} == {source for source, _ in messages(SOURCE)}


def test_the_same_places_are_filled_in():
    for source, german in messages(SOURCE):
        assert sorted(re.findall(r"\{\w+\}", source)) == sorted(re.findall(r"\{\w+\}", german.text)), source


def test_what_is_shipped_was_made_of_it(tmp_path):
    tool("lrelease", SOURCE, "-qm", tmp_path / "made.qm")
    assert (tmp_path / "made.qm").read_bytes() == SOURCE.with_suffix(".qm").read_bytes()


@pytest.fixture
def put_back(qapp):
    locale = QLocale()
    yield
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(locale)


@pytest.mark.parametrize(
    ("asked", "spoken", "shown", "you"), [("de", "de", "Pause", "Du"), ("en", "en", "Paused", "You")]
)
def test_the_window_speaks_the_chosen_language(qapp, put_back, asked, spoken, shown, you):
    assert translating.translate(qapp, asked) == spoken
    assert word(Mood.PAUSED) == shown
    assert Captions().names["user"] == you
    assert QLocale().name()[:2] == spoken
