"""Our few icons, drawn in `currentColor` and coloured by the look; the application's own."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.window.theme import ASSETS, Look

SIDES = (16, 24, 32, 48)  # pixels; Qt picks the nearest above


def application() -> QIcon:
    """Return the application's icon."""
    drawing = (ASSETS / "sotto.svg").read_bytes()
    icon = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        icon.addPixmap(_drawn(drawing, side))
    return icon


def icon(name: str, look: Look, colour: str = "ink") -> QIcon:
    """Return an icon in a colour of the look; greyed where it is disabled, the accent's where it is switched on."""
    made = QIcon()
    modes = {
        (QIcon.Mode.Normal, QIcon.State.Off): colour,
        (QIcon.Mode.Disabled, QIcon.State.Off): "edge",
        (QIcon.Mode.Normal, QIcon.State.On): "accent" if colour == "ink" else colour,
    }
    for (mode, state), ink in modes.items():
        for side in SIDES:
            made.addPixmap(_pixmap(name, getattr(look.colours, ink), side), mode, state)
    return made


@lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, side: int) -> QPixmap:
    drawing = (ASSETS / "icons" / f"{name}.svg").read_text("utf-8").replace("currentColor", colour)
    return _drawn(drawing.encode(), side)


def _drawn(drawing: bytes, side: int) -> QPixmap:
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap
