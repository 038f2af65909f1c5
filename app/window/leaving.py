"""Asked by the system or a terminal to end (SIGTERM, SIGINT, SIGHUP), the window closes as if by its user."""

from __future__ import annotations

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal

ASKED = ("SIGTERM", "SIGINT", "SIGHUP")  # as far as the system has them


class Leaving(QObject):
    """Tells on Qt's thread that the program is asked to end; a second request ends it at once.

    Python calls its handlers only between two of its own steps, of which a window that nobody touches takes none. So a
    signal also writes into a socket, and that Qt sees at once.
    """

    asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._near, self._far = socket.socketpair()
        for each in (self._near, self._far):
            each.setblocking(False)
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(lambda: self._near.recv(64))  # and with it Python takes the step
        signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        self._signals = [getattr(signal, name) for name in ASKED if hasattr(signal, name)]
        self._before = [signal.signal(each, self._take) for each in self._signals]

    def _take(self, number: int, _: FrameType | None) -> None:
        for each in self._signals:
            signal.signal(each, signal.SIG_DFL)
        self.asked.emit()

    def close(self) -> None:
        """Leave signals to whoever had them before."""
        signal.set_wakeup_fd(-1)
        for each, before in zip(self._signals, self._before, strict=True):
            signal.signal(each, before)
        self._notifier.setEnabled(False)
        self._near.close()
        self._far.close()
