"""What needs a model, the network or time: a `sotto … --json` child, whose events and end come as signals."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QObject, QProcess, QProcessEnvironment, QTimer, Signal

import app

ENDING_MS = 2000  # that a child may take to put things in order before it is killed
LEAVING_MS = 800  # the same for all of them together, when the window closes
CONSOLE = "sotto-console.exe"  # beside the windowed program on Windows, which has no standard output
Event = dict[str, object]  # as docs/packs.md lists them, with its kind as "event"
CANCELLED = "cancelled"
TIMEOUT = "timeout"


@dataclass(frozen=True)
class Fault:
    """Why an errand failed, in one line; `kind` as docs/packs.md has it, `page` to open, if that helps."""

    what: str
    kind: str = ""
    page: str = ""


class Errand(QObject):
    """One child at work. `told` has each Event; `ended` a Fault or None, once."""

    told = Signal(dict)
    ended = Signal(object)

    def __init__(self, arguments: list[str], given: str, limit_s: float | None, parent: QObject) -> None:
        super().__init__(parent)
        self._fault: Fault | None = None
        self._over = False
        self._given = given
        self._rest = b""
        self._process = process = QProcess(self)
        program, *first = command()
        process.setProgram(program)
        process.setArguments([*first, *arguments])
        process.setProcessEnvironment(_environment())
        process.readyReadStandardOutput.connect(self._read)
        process.errorOccurred.connect(self._failed)
        process.finished.connect(self._finished)
        if limit_s is not None:
            QTimer.singleShot(round(limit_s * 1000), self, self._too_long)
        QTimer.singleShot(0, self, self._start)

    def cancel(self) -> None:
        """End it; what it fetched so far stays for the next time."""
        self._stop(Fault("", CANCELLED))

    def leave(self, milliseconds: int) -> None:
        """End it and wait so long for that, then no longer."""
        self._over = True
        _interrupt(self._process)
        if not self._process.waitForFinished(milliseconds):
            self._process.kill()
            self._process.waitForFinished(milliseconds)

    def _start(self) -> None:
        if self._over or self._fault is not None:
            self._end()
            return
        self._process.start()
        self._process.write(self._given.encode())
        self._process.closeWriteChannel()

    def _too_long(self) -> None:
        self._stop(Fault("", TIMEOUT))

    def _stop(self, fault: Fault) -> None:
        if self._over or self._fault is not None:
            return
        self._fault = fault
        _interrupt(self._process)
        QTimer.singleShot(ENDING_MS, self, self._process.kill)

    def _read(self) -> None:
        *lines, self._rest = (self._rest + bytes(self._process.readAllStandardOutput().data())).split(b"\n")
        for line in lines:
            if self._over or self._fault is not None:
                return
            try:
                event = json.loads(line)
            except ValueError:
                continue  # whatever a library printed
            if isinstance(event, dict):
                self.told.emit(event)
                if event.get("event") == "error":
                    self._fault = Fault(str(event.get("what")), str(event.get("kind")), str(event.get("page", "")))

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._fault = self._fault or Fault(self._process.errorString())
            self._end()

    def _finished(self, code: int, how: QProcess.ExitStatus) -> None:
        self._read()
        if self._fault is None and (code or how != QProcess.ExitStatus.NormalExit):
            lines = bytes(self._process.readAllStandardError().data()).decode(errors="replace").strip().splitlines()
            self._fault = Fault(lines[-1].removeprefix("sotto: ") if lines else f"it ended with code {code}")
        self._end()

    def _end(self) -> None:
        if not self._over:
            self._over = True
            self.ended.emit(self._fault)
        self.deleteLater()


class Errands(QObject):
    """Starts errands in one data folder, and ends those that still run when the window closes."""

    def __init__(self, data: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._data = data

    def run(
        self,
        *arguments: object,
        told: Callable[[Event], None] | None = None,
        ended: Callable[[Fault | None], None] | None = None,
        given: str = "",
        limit_s: float | None = None,
    ) -> Errand:
        """Start `sotto ARGUMENTS`, with `given` as its input; listeners that are a QObject's methods end with it."""
        words = [*map(str, arguments), "--json", "--data", str(self._data)]
        errand = Errand(words, given, limit_s, self)
        if told is not None:
            errand.told.connect(told)
        if ended is not None:
            errand.ended.connect(ended)
        return errand

    def close(self) -> None:
        """End all that still run, within a second or so."""
        left = QElapsedTimer()
        left.start()
        running = self.findChildren(Errand)
        for errand in running:
            _interrupt(errand._process)
        for errand in running:
            errand.leave(max(50, LEAVING_MS - left.elapsed()))


def command() -> list[str]:
    """Return what starts `sotto`: in the packaged program, the program itself."""
    if not getattr(sys, "frozen", False):
        return [sys.executable, "-m", "app.main"]
    console = Path(sys.executable).with_name(CONSOLE)
    return [str(console if console.exists() else sys.executable)]


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYTHONUTF8", "1")
    if not getattr(sys, "frozen", False):
        paths = [str(Path(app.__file__).parents[1]), environment.value("PYTHONPATH")]
        environment.insert("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    return environment


def _interrupt(process: QProcess) -> None:
    """Ask it to end as Ctrl-C does, so that nothing half done is left; where that is not known, end it."""
    if process.state() == QProcess.ProcessState.NotRunning:
        return
    if os.name == "posix" and process.processId() > 0:
        os.kill(process.processId(), signal.SIGINT)
    else:
        process.kill()
