"""Tells when a sound device is plugged in or out: PortAudio never learns of it, Qt's multimedia does."""

from __future__ import annotations

from PySide6.QtCore import QLoggingCategory, QObject, QTimer, Signal

SETTLE_MS = 300  # one device makes several changes at once


class Plugging(QObject):
    """Watches from the moment it is made; takes a tenth of a second to begin, so it is made when somebody looks."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Qt complains there of whatever sound server the computer does not have.
        QLoggingCategory.setFilterRules("qt.multimedia*=false")
        from PySide6.QtMultimedia import QMediaDevices

        self._devices = QMediaDevices(self)
        self._pause = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._pause.timeout.connect(self.changed)
        self._devices.audioInputsChanged.connect(self._pause.start)
        self._devices.audioOutputsChanged.connect(self._pause.start)
