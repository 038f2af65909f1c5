"""One window for each user and data folder: a second start brings the first to the front and ends."""

from __future__ import annotations

import getpass
import hashlib
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

RAISE = b"raise\n"
WAITS_MS = (100, 400, 1000, 2000)  # for a first one that has only just begun


class Single(QObject):
    """Holds a lock that ends with the process; whoever has it listens, whoever has not asks."""

    asked = Signal()  # to come to the front

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._name = name(folder)
        self._lock = QLockFile(str(folder / "window.lock"))
        self._lock.setStaleLockTime(0)  # only a process that is gone gives it up
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)

    def first(self) -> bool:
        """Return whether this is the only one; if not, the other was asked to come to the front."""
        for wait in WAITS_MS:
            if self._lock.tryLock(0):
                QLocalServer.removeServer(self._name)  # left by a crash, since the lock was free
                self._server.listen(self._name)
                return True
            if self._ask(wait):
                return False
        return False

    def close(self) -> None:
        """Make room for the next."""
        self._server.close()
        self._lock.unlock()

    def _ask(self, wait: int) -> bool:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(wait):
            return False
        socket.write(RAISE)
        sent = socket.waitForBytesWritten(wait)
        socket.disconnectFromServer()
        return sent

    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            self.asked.emit()


def name(folder: Path) -> str:
    """Return the name of the local socket of a user and folder."""
    mark = f"{getpass.getuser()} {folder.resolve()}"
    return f"sotto-{hashlib.sha256(mark.encode()).hexdigest()[:16]}"
