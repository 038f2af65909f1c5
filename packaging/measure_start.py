"""Measures how soon the packaged program is there: `python packaging/measure_start.py dist/sotto/sotto`.

Ten times from the command to the window on a virtual screen, and to "Ready", from when on a reply can be spoken; warm
cache, nothing else running. Beside them what PyInstaller's start takes of it: the same program prints its version.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "trial"))
from desktop import Screen

WARM, TIMES, PATIENCE_S = 2, 10, 60.0


def started(program: Path, screen: Screen) -> tuple[float, float]:
    """Return the seconds from the command to the visible window, and to the models being loaded."""
    with tempfile.TemporaryDirectory() as folder:
        places = {name: f"{folder}/{name}" for name in ("SOTTO_DATA", "SOTTO_CONFIG", "SOTTO_LOGS")}
        ours = {"DISPLAY": screen.name, "QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1"}
        began = time.monotonic()
        process = subprocess.Popen(
            [program], env=os.environ | ours | places, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            screen.seen("Sotto")
            seen = time.monotonic() - began
            log = Path(places["SOTTO_LOGS"]) / "engine.log"
            while not (log.exists() and '"Ready"' in log.read_text()):
                if time.monotonic() - began > PATIENCE_S:
                    raise SystemExit(f"not ready after {PATIENCE_S:g} s")
                time.sleep(0.02)
            return seen, time.monotonic() - began
        finally:
            process.kill()
            process.wait()
            time.sleep(1)  # its engine ends with it


def printed(program: Path, environment: Mapping[str, str]) -> float:
    """Return the seconds that the program takes to print its version."""
    began = time.monotonic()
    subprocess.run([program, "--version"], env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def main() -> None:
    """Print the medians, and the slowest of each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("program", type=Path)
    program = parser.parse_args().program.resolve()
    with tempfile.TemporaryDirectory() as folder:
        screen = Screen(Path(folder), ":93")
        try:
            times = [started(program, screen) for _ in range(WARM + TIMES)][WARM:]
        finally:
            screen.close()
    versions = [printed(program, os.environ) for _ in range(TIMES)]
    rows = {"version printed": versions, "window seen": [a for a, _ in times], "can speak": [b for _, b in times]}
    for name, values in rows.items():
        print(f"{name}: median {statistics.median(values):.2f} s, slowest {max(values):.2f} s ({len(values)} times)")


if __name__ == "__main__":
    main()
