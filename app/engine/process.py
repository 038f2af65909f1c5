"""One engine process, as the window's side holds it: its pipe, its last sign of life, its end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

from app.engine import child
from app.engine.wire import WireError, pack, unpack
from core.channel import Channel, Closed
from core.commands import Command, Setup
from core.news import News

if os.name == "posix":
    # Else the first start would import it on the link's thread, through the hook by which PySide6 sees every import.
    import multiprocessing.popen_spawn_posix  # noqa: F401

AWAKE_S = 0.1  # between two looks of this side, at most, while the computer is neither asleep nor too busy
Role = Callable[[Connection, int, str], None]  # pipe, the process that starts it, the folder for logs

SIGNALS = {int(each): each.name for each in signal.Signals}


class EngineProcess:
    """A process that serves one live session; nothing here waits for it longer than it is told to.

    Until it is given a setup it is in reserve: it loads what any session needs, and then costs nothing but memory.
    """

    def __init__(self, role: Role, logs: Path) -> None:
        context = get_context("spawn")  # a fork would inherit locks, and Qt
        self._pipe, theirs = context.Pipe()
        # No daemon, for it has a child of its own; that it ends is seen to in other ways.
        arguments = (theirs, os.getpid(), str(logs))
        self._process = context.Process(target=role, args=arguments, name="sotto-engine", daemon=False)
        self._outbox: Channel[bytes] = Channel()
        self.quiet_s = 0.0  # that it gave no sign of life while this side was awake to hear one
        self._looked_at = time.monotonic()
        self._process.start()
        theirs.close()
        # The pipe to a hung process fills up, and then whoever writes to it hangs as well: this thread, and no other.
        Thread(target=self._send_all, name="engine-send", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.is_alive()

    def send(self, message: Command | Setup) -> None:
        """Have a message sent; in vain once the process is gone."""
        try:
            self._outbox.put(pack(message))
        except Closed:
            pass  # said where news is received

    def receive(self, timeout: float) -> News | None:
        """Return its next news, None if there is none in time; raises EOFError once it is gone."""
        # On a computer that is too busy, or was asleep, this side is late as well: such time is held against nobody.
        now, since = time.monotonic(), self._looked_at
        self._looked_at = now
        self.quiet_s += min(now - since, AWAKE_S)
        try:
            if not self._pipe.poll(timeout):
                return None
            raw = self._pipe.recv_bytes()
        except OSError as error:
            raise EOFError from error
        self.quiet_s = 0.0
        if raw == child.PULSE:
            return None
        try:
            news: News = unpack(raw, News)
        except WireError as error:
            raise EOFError from error  # whatever it is now, it is no engine of ours
        return news

    def wait(self, timeout: float) -> None:
        """Return when it has ended, or the time is over."""
        self._process.join(timeout)

    def end(self) -> str:
        """Return in words how it ended."""
        self._process.join(0.5)
        code = self._process.exitcode
        if code is None:
            return "it closed its pipe"
        if code < 0:
            return f"it was ended by {SIGNALS.get(-code, f'signal {-code}')}"
        return "a part of it hung" if code == child.BROKEN else f"it ended with code {code}"

    def dump(self) -> None:
        """Have it write down where each of its threads is."""
        if hasattr(signal, "SIGUSR1") and self._process.is_alive():
            os.kill(self.pid, signal.SIGUSR1)
            os.kill(self.pid, signal.SIGCONT)  # one that was stopped can only write when it goes on

    def kill(self) -> None:
        """End it at once, however it is."""
        self._outbox.close()
        self._process.kill()
        self._process.join(1)
        self._pipe.close()

    def _send_all(self) -> None:
        for raw in self._outbox:
            try:
                self._pipe.send_bytes(raw)
            except OSError:
                return
