"""Interrupts an evaluation again and again, and compares its results with an undisturbed run's.

`python -m tests.harness.interrupt 20` does it on the pocket pack.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 400.0


def command(out: Path, arguments: Sequence[str]) -> list[str]:
    """Return the command that evaluates into a folder."""
    return [sys.executable, "-m", "app.main", "evaluate", "run", "--quick", "--out", str(out), *arguments]


def units(out: Path) -> int:
    """Return how many results there are."""
    return len(list((out / "units").glob("*/*.json")))


def interrupted(out: Path, arguments: Sequence[str], points: int, seed: int) -> int:
    """Run until it is done, ending it at so many moments spread over its work; return how often that was done."""
    chance, done = random.Random(seed), 0
    for at in range(points):
        number = [signal.SIGINT, signal.SIGKILL][at % 2]
        process = subprocess.Popen(
            command(out, arguments), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        before, until = units(out), time.monotonic() + LIMIT_S
        wanted = before + chance.randint(0, 3)
        while process.poll() is None and units(out) < wanted and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.3 if wanted > before else 6.0))  # amid a unit, or while it loads
        if process.poll() is None:
            process.send_signal(number)
            done += 1
        process.wait(LIMIT_S)
    finished = subprocess.run(command(out, arguments), cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return done


def compare(folder: Path, arguments: Sequence[str], points: int, seed: int = 0) -> int:
    """Evaluate undisturbed and disturbed; the results must be the same to the byte. Return how often it was ended."""
    calm, disturbed = folder / "calm", folder / "disturbed"
    subprocess.run(command(calm, arguments), cwd=ROOT, check=True, capture_output=True)
    done = interrupted(disturbed, arguments, points, seed)
    one, other = ((each / "results.json").read_bytes() for each in (calm, disturbed))
    assert one == other, "an interrupted run ends with other results"
    return done


def main(points: int) -> None:
    """Interrupt a run on the pocket pack."""
    with tempfile.TemporaryDirectory() as folder:
        suites = ["--suites", "sentences", "quality", "context", "homographs", "consistency", "drift"]
        pack = ["--pack", str(ROOT / "assets" / "pocket"), "--threads", "1", *suites]
        done = compare(Path(folder), pack, points)
    print(f"interrupted {done} times at {points} points, half by SIGINT, half by SIGKILL: the same results to the byte")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
