"""Sizes, speeds and times as people read them, in the window's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


def size(count: float) -> str:
    """Return a number of bytes."""
    for unit, step in UNITS:
        if count >= step:
            return f"{QLocale().toString(count / step, 'f', 1)} {unit}"
    return f"{count:.0f} B"


def left(seconds: float) -> str:
    """Return how much time is left."""
    minutes = int(seconds) // 60
    if minutes >= 60:
        return QCoreApplication.translate("Amounts", "{hours} h {minutes} min left").format(
            hours=minutes // 60, minutes=minutes % 60
        )
    if minutes:
        return QCoreApplication.translate("Amounts", "{minutes} min left").format(minutes=minutes)
    return QCoreApplication.translate("Amounts", "less than a minute left")
