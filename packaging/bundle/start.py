"""Where the packaged program begins, and each of its children: streams that are there, then the command line."""

from __future__ import annotations

import os
import sys
from multiprocessing import freeze_support, parent_process
from pathlib import Path
from typing import TextIO


def restore_library_path() -> None:
    """Undo the bootloader's change of the library path: other people's programs must find their own libraries.

    Our own children are this program again. Their bootloader is told to begin anew: as children it would leave the path
    as it finds it, and they would look for the bundle's libraries in the system.
    """
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is not None:
        os.environ["LD_LIBRARY_PATH"] = before
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)


def open_streams(folder: Path | None) -> None:
    """Give a program without a terminal streams to write to: nowhere, and complaints to `start.log` in `folder`.

    The log is the last start's alone: what goes wrong later is written by the window and the engine themselves.
    """
    if sys.stdout is None:
        sys.stdout = nowhere()
    if sys.stderr is None:
        sys.stderr = nowhere()
        if folder is not None:
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                sys.stderr = (folder / "start.log").open("w", encoding="utf-8", errors="replace", buffering=1)
            except OSError:
                pass  # a home that cannot be written to is said in the window


def nowhere() -> TextIO:
    """Return a stream that forgets."""
    return open(os.devnull, "w", encoding="utf-8")


def main() -> int:
    """Run the program; a child goes no further than `freeze_support`."""
    if sys.platform.startswith("linux"):
        restore_library_path()
    if sys.stdout is None or sys.stderr is None:
        from app.folders import log_folder

        open_streams(None if parent_process() is not None or "--multiprocessing-fork" in sys.argv else log_folder())
    freeze_support()
    from app.main import main as command

    return command()


if __name__ == "__main__":
    sys.exit(main())
