"""One window for each user and data folder: a second start brings the first to the front and ends."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, QThread, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

RAISE = b"raise\n"
TRIES, REST_MS = 60, 50  # for a first one that has only just begun
ANSWER_MS = 1000


class Single(QObject):
    """Holds a lock that ends with the process; whoever has it listens, whoever has not asks."""

    asked = Signal()  # to come to the front

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._lock = QLockFile(str(folder / "window.lock"))
        self._lock.setStaleLockTime(0)  # only a process that is gone gives it up
        self._server: QLocalServer | None = None

    def first(self) -> bool:
        """Return whether this is the only one; if not, the other was asked to come to the front."""
        for _ in range(TRIES):
            if self._lock.tryLock(0):
                return True
            if self._ask():
                return False
            if self._lock.error() != QLockFile.LockError.LockFailedError:
                return True  # it cannot be written, as on a full disk, and nobody answers
            QThread.msleep(REST_MS)
        return self._lock.removeStaleLockFile()  # as tryLock does, but where there is room; one that is held stays

    def listen(self) -> None:
        """Let later ones ask from now on; those that came before keep asking for a while."""
        from PySide6.QtNetwork import QLocalServer  # takes a while; the window is seen already

        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        QLocalServer.removeServer(name(self._folder))  # left by a crash, since the lock was free
        self._server.listen(name(self._folder))

    def close(self) -> None:
        """Make room for the next."""
        if self._server is not None:
            self._server.close()
        self._lock.unlock()

    def _ask(self) -> bool:
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        socket.connectToServer(name(self._folder))
        if not socket.waitForConnected(ANSWER_MS):
            return False
        socket.write(RAISE)
        sent = socket.waitForBytesWritten(ANSWER_MS)
        socket.disconnectFromServer()
        return sent

    def _answer(self) -> None:
        assert self._server
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            self.asked.emit()


def name(folder: Path) -> str:
    """Return the name of the local socket of a user and folder."""
    import getpass
    import hashlib

    mark = f"{getpass.getuser()} {folder.resolve()}"
    return f"sotto-{hashlib.sha256(mark.encode()).hexdigest()[:16]}"
