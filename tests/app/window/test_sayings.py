"""What engine and commands say, in German: each sentence that has a German one is still said somewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QTranslator

import app
from app.window import translating
from app.window.sayings import PLACE, TEMPLATES, said

ROOT = Path(app.__file__).parents[1]
HOLE = "\0"
COMPOSED = ("{card} with {memory}, of which other programs use {used}.",)  # of two texts
JOINED = r", (?:\{\w+\}|this session), "


def sentences(path: Path) -> set[str]:
    """Return all texts of a module, with a hole for every value that is put into one."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            found.add("".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


def test_every_sentence_with_a_german_one_is_still_said():
    modules = [path for top in ("app", "core", "models") for path in (ROOT / top).rglob("*.py")]
    texts = set().union(*(sentences(path) for path in modules if path.name != "sayings.py"))
    cards = [*ROOT.glob("assets/pocket/voices/*/voice.toml"), *ROOT.glob("models/catalog/*.toml")]
    texts |= {text for path in cards for text in re.findall(r'= "([^"]*)"', path.read_text("utf-8"))}
    holes = [text for text in texts if HOLE in text]

    def known(template: str) -> bool:
        pieces = re.split(JOINED, template)  # as app.checks.Problem joins them
        return all(map(is_said, pieces))

    def is_said(template: str) -> bool:
        if not PLACE.search(template):
            return template in texts
        plain = PLACE.sub(HOLE, template)
        filled = re.compile(PLACE.sub(".+", template).replace("(", r"\(").replace(")", r"\)"))
        return plain in holes or any(filled.fullmatch(text) for text in texts - {template})

    assert [template for template in TEMPLATES if template not in COMPOSED and not known(template)] == []


def told_by(path: Path) -> list[str]:
    """Return the sentences of all troubles that a module makes, with a place for every value."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Trouble":
            for part in node.args:
                if isinstance(part, ast.Constant) and part.value:
                    found.append(str(part.value))
                elif isinstance(part, ast.JoinedStr):
                    found.append("".join(str(v.value) if isinstance(v, ast.Constant) else "X" for v in part.values))
    return found


def test_every_trouble_of_the_engine_has_a_german_one(german):
    engine = [*(ROOT / "app").glob("*.py"), *(ROOT / "app" / "engine").glob("*.py")]
    troubles = [text for path in engine for text in told_by(path)]
    assert len(troubles) > 10
    assert [text for text in troubles if said(text) == text] == []


@pytest.fixture
def german(qapp):
    locale = QLocale()
    translating.translate(qapp, "de")
    yield
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(locale)


def test_it_is_said_in_german_with_what_was_filled_in(german):
    assert said("it is too short: 3 s of speech, 15 are needed") == "sie ist zu kurz: 3 s Sprache, nötig sind 15"
    assert said("Recommended: Graphics card with 16 GB.") == "Empfohlen: Grafikkarte mit 16 GB."
    reason = "it takes 19.6 GB of the graphics card, 16.6 GB are free"
    told = said(f"Does not fit: Graphics card with 24 GB: {reason}.")
    assert told == "Passt nicht: Grafikkarte mit 24 GB: es braucht 19.6 GB auf der Grafikkarte, frei sind 16.6 GB."
    assert said("the disk sings") == "the disk sings"


def test_it_stays_as_it_is_in_english():
    assert said("it is too short: 3 s of speech, 15 are needed") == "it is too short: 3 s of speech, 15 are needed"
