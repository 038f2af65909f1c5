"""The palettes can be read, the typeface is ours, and Qt's binding does not lose count."""

from __future__ import annotations

import itertools
import sys

import pytest
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication, QLabel

from app.window.sheet import SHAPES
from app.window.theme import DARK, FACE, LIGHT, Look, Theme, contrast

BACKGROUNDS = ("ground", "surface", "raised")
TEXTS = ("ink", "muted", "accent", "yours", "its", "danger")


def test_contrast_is_as_wcag_defines_it():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.name)
def test_every_text_can_be_read_on_every_ground(colours):
    pairs = [*itertools.product(TEXTS, BACKGROUNDS), ("on_accent", "accent"), ("on_danger", "danger")]
    pairs.append(("ground", "ink"))  # tool tips
    low = {
        pair: found for pair in pairs if (found := contrast(getattr(colours, pair[0]), getattr(colours, pair[1]))) < 4.5
    }
    assert not low


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.name)
def test_edges_of_controls_can_be_seen(colours):
    for ground in ("ground", "surface"):
        assert contrast(colours.edge, getattr(colours, ground)) >= 3


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.name)
def test_the_shapes_have_the_palettes_colours(colours):
    folder = SHAPES / colours.name
    assert colours.on_accent in (folder / "check.svg").read_text()
    assert colours.on_accent in (folder / "dot.svg").read_text()
    assert colours.muted in (folder / "chevron-down.svg").read_text()
    assert colours.muted in (folder / "chevron-up.svg").read_text()


def test_the_look_is_applied_and_told(qapp):
    theme = Theme(qapp)
    told: list[Look] = []
    theme.changed.connect(lambda: told.append(theme.look))
    theme.show("dark", 150, still=True)
    assert told == [Look(DARK, 150, still=True)]
    assert qapp.palette().window().color().name() == DARK.ground
    assert DARK.accent in qapp.styleSheet()
    theme.show("light", 100, still=False)
    assert qapp.palette().window().color().name() == LIGHT.ground


@pytest.mark.parametrize("strong", [False, True])
def test_the_typeface_comes_with_us(qapp, strong):
    Theme(qapp)
    font = Look(percent=200).font(strong=strong)
    info = QFontInfo(font)
    assert info.family() == FACE
    assert info.pixelSize() == 30
    assert info.weight() == (600 if strong else 400)


def test_qt_gives_none_back(qapp):
    """PySide6 6.12.0 released None once for each void call; with Python 3.11 that ends the process after a while."""
    label = QLabel()
    before = sys.getrefcount(None)
    for _ in range(1000):
        label.setText("x")
    assert sys.getrefcount(None) > before - 100
    assert QApplication.instance() is qapp
