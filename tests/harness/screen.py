"""A screen without a monitor, on a free display of its own, which serves before anybody draws on it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


class Screen:
    """An Xvfb; `name` is its display. What is seen is in `folder`, as Xvfb_screen0, if there is one."""

    def __init__(self, folder: Path | None = None) -> None:
        near, far = os.pipe()
        command = ["Xvfb", "-displayfd", str(far), "-screen", "0", "1280x860x24", "-nolisten", "tcp"]
        command += ["-noreset"]  # which it does when the last one leaves, and drops whoever comes meanwhile
        command += ["-fbdir", str(folder)] if folder else []
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, pass_fds=(far,), stdout=quiet, stderr=quiet)
        os.close(far)
        with os.fdopen(near) as told:
            number = told.readline().strip()  # comes when it serves
        if not number:
            raise OSError(f"Xvfb ended with code {self._process.wait()} before it served a screen")
        self.name = f":{number}"

    def close(self) -> None:
        """Switch it off; its display is free again."""
        self._process.terminate()
        self._process.wait()
