"""What went wrong in the window's own process: kept in a file here, sent nowhere; after two crashes a safe start.

Where nothing can be written, as on a full disk, the window opens all the same.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

REPORTS = 20  # that stay
SAFE_AFTER = 2  # crashes in a row


class Crashes:
    """Counts starts that did not end well, and writes reports; `tell` is called with a report's file."""

    def __init__(self, folder: Path) -> None:
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.tell: Callable[[Path], object] = lambda _: None
        self._mark = folder / "window.running"
        self._file: TextIO | None = None
        self.before = self._counted()

    @property
    def safe(self) -> bool:
        """Whether this start should be a careful one."""
        return self.before >= SAFE_AFTER

    def _counted(self) -> int:
        try:
            count = int(self._mark.read_text("utf-8"))
        except (OSError, ValueError):
            count = 0
        with suppress(OSError):
            self._mark.write_text(str(count + 1), "utf-8")
        return count

    def watch(self) -> None:
        """Report what nobody catches, and what ends the process from below."""
        with suppress(OSError):
            self._file = (self.folder / "window-crash.log").open("a", encoding="utf-8")
            faulthandler.enable(self._file)
        sys.excepthook = self._report
        threading.excepthook = lambda args: self._report(args.exc_type, args.exc_value, args.exc_traceback)

    def ended_well(self) -> None:
        """The start before the next was no crash."""
        with suppress(OSError):
            self._mark.unlink(missing_ok=True)
        if self._file is not None:
            faulthandler.disable()
            self._file.close()

    def _report(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        path = self.folder / f"window-{datetime.now():%Y-%m-%d-%H%M%S}-{os.getpid()}.txt"
        lines = [*traceback.format_tb(trace), f"{kind.__module__}.{kind.__qualname__}\n"]
        try:
            with path.open("a", encoding="utf-8") as file:
                # The message may hold what somebody said; where it happened cannot.
                file.writelines([*lines, f"message withheld: {len(str(error))} characters\n"])
        except OSError:
            return
        for old in sorted(self.folder.glob("window-2*.txt"))[:-REPORTS]:
            old.unlink(missing_ok=True)
        self.tell(path)
