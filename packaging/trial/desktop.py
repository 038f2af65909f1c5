"""A screen without a monitor, and hands: what a person does with a window, through xdotool."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

SOCKETS = Path("/tmp/.X11-unix")


class Screen:
    """An Xvfb with pictures in a folder; everybody on this machine may draw on it."""

    def __init__(self, folder: Path, name: str = ":96") -> None:
        self.name, self._folder = name, folder
        self._log = (folder / "screen.log").open("wb")
        command = [
            "Xvfb",
            name,
            "-ac",
            "-noreset",
            "-screen",
            "0",
            "1280x860x24",
            "-nolisten",
            "tcp",
            "-fbdir",
            str(folder),
        ]
        self._process = subprocess.Popen(command, stderr=self._log)
        until = time.monotonic() + 10
        while not (SOCKETS / f"X{name[1:]}").exists() and time.monotonic() < until:
            time.sleep(0.05)

    def hands(self, *what: str, timeout: float = 60.0) -> str:
        """Do something with xdotool; return what it says."""
        environment = os.environ | {"DISPLAY": self.name}
        return subprocess.run(
            ["xdotool", *what], env=environment, capture_output=True, text=True, timeout=timeout, check=False
        ).stdout.strip()

    def seen(self, title: str) -> str:
        """Return the number of a window once it is visible."""
        return self.hands("search", "--sync", "--onlyvisible", "--name", title).split()[-1]

    def focus(self, title: str) -> None:
        """Give a window the keys."""
        self.hands("windowfocus", "--sync", self.seen(title))

    def keys(self, *keys: str) -> None:
        """Press keys one after the other, as fast as a person does."""
        for key in keys:
            self.hands("key", "--clearmodifiers", key)
            time.sleep(0.25)

    def picture(self, name: str) -> None:
        """Keep what is seen, as `NAME.xwd`."""
        shutil.copy(self._folder / "Xvfb_screen0", self._folder / f"{name}.xwd")

    def close(self) -> None:
        """Switch it off."""
        self._process.kill()
        self._process.wait()
        self._log.close()
