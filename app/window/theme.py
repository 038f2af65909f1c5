"""How everything looks: two palettes of our own, one typeface, and what the user chose of them.

`QStyleHints.setColorScheme()` does nothing on plain X11, so nothing here rests on it; the system's scheme is only read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

import app
from app.window.sheet import sheet

ASSETS = Path(app.__file__).parents[1] / "assets" / "app"
FACE = "Inter"
BASE_PX = 15  # text at 100 %

Scheme = Literal["system", "light", "dark"]


@dataclass(frozen=True)
class Colours:
    """One palette, as #rrggbb. Text stands on `ground`, `surface` or `raised` only."""

    name: str
    ground: str  # the window
    surface: str  # what lies on it: panels, lists, fields
    raised: str  # what is hovered, chosen, or a card
    line: str  # between things; tells nothing that is not also told otherwise
    edge: str  # of fields and buttons
    ink: str
    muted: str  # for what is not yet settled or less important; still text
    accent: str
    on_accent: str
    yours: str
    its: str
    danger: str
    on_danger: str


LIGHT = Colours(
    name="light",
    ground="#f6f4ee",
    surface="#fdfcf9",
    raised="#ece8de",
    line="#e0dbcf",
    edge="#85898a",
    ink="#1c2326",
    muted="#555e61",
    accent="#0b635c",
    on_accent="#ffffff",
    yours="#2a5590",
    its="#944119",
    danger="#a8231c",
    on_danger="#ffffff",
)
DARK = Colours(
    name="dark",
    ground="#14181a",
    surface="#1b2023",
    raised="#272e32",
    line="#2e363a",
    edge="#6f7b80",
    ink="#eceae4",
    muted="#a7afb1",
    accent="#63c7bb",
    on_accent="#08211e",
    yours="#93baee",
    its="#eda67c",
    danger="#ff9d93",
    on_danger="#33090a",
)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, after WCAG 2.2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True)
class Look:
    """What is seen: the palette, the size of text in pixels, and whether things may move for no reason."""

    colours: Colours = LIGHT
    percent: int = 100
    still: bool = False

    @property
    def text(self) -> int:
        """Pixels of ordinary text."""
        return round(BASE_PX * self.percent / 100)

    def px(self, at_100: float) -> int:
        """Return a length that grows with the text."""
        return round(at_100 * self.percent / 100)

    def font(self, ratio: float = 1.0, *, strong: bool = False) -> QFont:
        """Return the typeface at `ratio` of ordinary text."""
        font = QFont(FACE)
        font.setPixelSize(max(1, round(self.text * ratio)))
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        return font

    def ink(self, name: str) -> QColor:
        """Return a colour of the palette by its name."""
        return QColor(getattr(self.colours, name))


class Theme(QObject):
    """Holds the look, applies it to the application, and tells who paints for themselves."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.look = Look()
        self._application = application
        self._asked: tuple[Scheme, int, bool] = ("system", 100, False)
        for path in sorted((ASSETS / "fonts").glob("*.otf")):
            QFontDatabase.addApplicationFont(str(path))
        application.setStyle(QStyleFactory.create("Fusion"))
        application.styleHints().colorSchemeChanged.connect(self._follow)

    def show(self, scheme: Scheme, percent: int, still: bool) -> None:
        """Apply what the user chose."""
        self._asked = (scheme, percent, still)
        look = Look(DARK if self._dark(scheme) else LIGHT, percent, still)
        if look != self.look or not self._application.styleSheet():
            self.look = look
            self._apply()

    def _follow(self) -> None:
        self.show(*self._asked)

    def _dark(self, scheme: Scheme) -> bool:
        if scheme == "system":
            return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return scheme == "dark"

    def _apply(self) -> None:
        self._application.setFont(self.look.font())
        self._application.setPalette(palette(self.look.colours))
        self._application.setStyleSheet(sheet(self.look))
        self.changed.emit()


def palette(colours: Colours) -> QPalette:
    """Return the palette as Qt knows it."""
    made, role = QPalette(), QPalette.ColorRole
    for which, name in {
        role.Window: "ground",
        role.WindowText: "ink",
        role.Base: "surface",
        role.AlternateBase: "raised",
        role.Text: "ink",
        role.PlaceholderText: "muted",
        role.Button: "surface",
        role.ButtonText: "ink",
        role.BrightText: "danger",
        role.ToolTipBase: "ink",
        role.ToolTipText: "ground",
        role.Highlight: "accent",
        role.HighlightedText: "on_accent",
        role.Link: "accent",
        role.LinkVisited: "accent",
        role.Accent: "accent",
        role.Light: "surface",
        role.Midlight: "raised",
        role.Mid: "line",
        role.Dark: "edge",
        role.Shadow: "edge",
    }.items():
        made.setColor(which, QColor(getattr(colours, name)))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(colours.edge))
    return made
