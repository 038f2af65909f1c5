"""How the window is built: small classes, one door to the engine, widgets that are given values and ask for nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import app

WINDOW = Path(app.__file__).parent / "window"
MODULES = sorted(WINDOW.rglob("*.py"))
LONGEST = 300  # lines of a class
ENGINE = ("app.engine", "app.session", "multiprocessing", "threading")
WIDGETS = (
    "banner",
    "caption_text",
    "caption_view",
    "captions",
    "conversations",
    "desk",
    "instrument",
    "meter",
    "offer_card",
    "panel",
    "parts",
    "sheet",
    "sidebar",
    "talk_button",
    "theme",
    "tray",
    "turn_actions",
    "under_way",
)


def imported(path):
    """Return the modules that are imported when this one is, without what only a type checker reads."""
    tree = ast.parse(path.read_text("utf-8"))
    guarded = {
        node
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and getattr(branch.test, "id", "") == "TYPE_CHECKING"
        for node in ast.walk(branch)
    }
    found = set()
    for node in set(ast.walk(tree)) - guarded:
        if isinstance(node, ast.ImportFrom):
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_class_is_long(path):
    classes = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ClassDef)]
    assert [each.name for each in classes if each.end_lineno - each.lineno >= LONGEST] == []


def test_the_engine_is_known_where_the_window_is_opened_and_nowhere_else():
    known = {path.stem for path in MODULES if any(name.startswith(ENGINE[:2]) for name in imported(path))}
    assert known == {"opening"}


def test_threads_are_met_at_the_door_alone():
    assert {path.stem for path in MODULES if set(ENGINE[2:]) & imported(path)} == {"door", "crashes"}


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_is_given_values_and_asks_for_nothing(name):
    asked = imported(WINDOW / f"{name}.py")
    assert not asked & {"app.window.door", "app.window.steering", "core.commands", "core.news"}
