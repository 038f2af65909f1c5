"""The program under test: `sotto talk` as a user starts it, in the rig's room, with what it tells line by line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Thread
from typing import Any, TextIO

from app.checks import Problem

LOADS = 240.0  # seconds in which it must be ready
ENDS = 10.0


@dataclass(frozen=True)
class Told:
    """One line that it told, and when that came, on the system's monotonic clock."""

    at: float
    event: str
    facts: dict[str, Any]


class Program:
    """Sotto, running."""

    def __init__(self, environment: dict[str, str], data: Path, options: Sequence[str] = ()) -> None:
        self.data = data
        self.told: list[Told] = []
        self._changed = Condition()
        self._log = data.parent / "told.jsonl"
        self._complaints = (data.parent / "stderr.txt").open("ab")
        command = [sys.executable, "-m", "app.main", "talk", "--json", "--data", str(data), *options]
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            cwd=Path(__file__).parents[2],
            start_new_session=True,
        )
        self._thread = Thread(target=self._read, name="program", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._log.open("w") as log:
            self._take_lines(self._process.stdout, log)
        with self._changed:
            self.told.append(Told(time.monotonic(), "Gone", {}))
            self._changed.notify_all()

    def _take_lines(self, lines: Iterable[bytes], log: TextIO) -> None:
        for raw in lines:
            facts = json.loads(raw)
            print(json.dumps({"told": round(time.monotonic(), 3)} | facts), file=log)
            with self._changed:
                self.told.append(Told(time.monotonic(), facts.pop("event"), facts))
                self._changed.notify_all()

    def wait(self, event: str, seconds: float, since: int = 0, **facts: Any) -> Told | None:
        """Return the first line of this event with these facts from number `since` on; None if it does not come."""
        until, at = time.monotonic() + seconds, since
        with self._changed:
            while True:
                for told in self.told[at:]:
                    if told.event == event and all(told.facts.get(key) == value for key, value in facts.items()):
                        return told
                at = len(self.told)
                if time.monotonic() > until or not self._changed.wait(max(until - time.monotonic(), 0.001)):
                    return None

    def wait_ready(self) -> None:
        """Return when it listens and all models are loaded; raises Problem."""
        if self.wait("Ready", LOADS) is None:
            raise Problem("sotto talk did not get ready", self._complaints.name, "read it")

    def type(self, text: str) -> None:
        """Write a line to it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n".encode())
        self._process.stdin.flush()

    def all(self, event: str, since: int = 0) -> list[Told]:
        """Return all lines of an event."""
        return [told for told in self.told[since:] if told.event == event]

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    @property
    def audio_pid(self) -> int | None:
        """The number of its audio process: the only one that has loaded PortAudio for long."""
        return next((pid for pid in _descendants(self._process.pid) if _holds(pid, "portaudio")), None)

    def stop(self) -> float:
        """Press Ctrl-C; return the seconds until it has ended, or was ended."""
        began = time.monotonic()
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(ENDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        ended = time.monotonic()
        self._thread.join()
        for stream in (self._process.stdin, self._process.stdout, self._complaints):
            if stream:
                stream.close()
        return ended - began


def _descendants(pid: int) -> list[int]:
    found = []
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        for number in map(int, child.read_text().split()):
            found += [number, *_descendants(number)]
    return found


def _holds(pid: int, library: str) -> bool:
    try:
        return library in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False
