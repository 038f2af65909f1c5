"""One window for each user and data folder: a second start brings the first to the front and ends."""

from __future__ import annotations

import getpass
import hashlib
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QThread, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

RAISE = b"raise\n"
TRIES, REST_MS = 60, 50  # for a first one that has only just begun
ANSWER_MS = 1000


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
        for _ in range(TRIES):
            if self._lock.tryLock(0):
                QLocalServer.removeServer(self._name)  # left by a crash, since the lock was free
                self._server.listen(self._name)
                return True
            if self._ask():
                return False
            QThread.msleep(REST_MS)
        return False

    def close(self) -> None:
        """Make room for the next."""
        self._server.close()
        self._lock.unlock()

    def _ask(self) -> bool:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(ANSWER_MS):
            return False
        socket.write(RAISE)
        sent = socket.waitForBytesWritten(ANSWER_MS)
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
