"""The icon in the system's tray, where there is one; never the only way back to the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app.window.words import Mood, word


class Tray(QObject):
    """Shows how the companion is, and tells what is chosen from its menu."""

    show_window = Signal()
    talk = Signal()
    mute = Signal()
    quit = Signal()

    def __init__(self, icon: QIcon, parent: QObject) -> None:
        super().__init__(parent)
        self._icon = QSystemTrayIcon(icon, self)
        self._menu = QMenu()
        self._menu.addAction(self.tr("Show Sotto"), self.show_window.emit)
        self._menu.addAction(self.tr("Talk, or stop talking"), self.talk.emit)
        self._menu.addAction(self.tr("Mute, or unmute"), self.mute.emit)
        self._menu.addSeparator()
        self._menu.addAction(self.tr("Quit"), self.quit.emit)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._clicked)

    def use(self, wanted: bool) -> None:
        """Show or hide it, if there is a tray at all."""
        self._icon.setVisible(wanted and QSystemTrayIcon.isSystemTrayAvailable())

    def show_mood(self, mood: Mood) -> None:
        """Say how the companion is."""
        self._icon.setToolTip(f"Sotto: {word(mood)}")

    def notify(self, text: str) -> None:
        """Tell something while the window is out of sight."""
        if self._icon.isVisible():
            self._icon.showMessage("Sotto", text)

    def _clicked(self, how: QSystemTrayIcon.ActivationReason) -> None:
        if how == QSystemTrayIcon.ActivationReason.Trigger:
            self.show_window.emit()
