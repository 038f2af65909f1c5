"""Kill a downloading process at random moments, start it again, and see that the file comes out right; and how long a
cancel takes: of the iterator, at worst, and of `sotto packs get`, as the window's Stop and Ctrl-C do it.

    python -m tests.harness.cut_off 100
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from models.downloads import Patience, Wanted, Web, fetch
from models.downloads.transfer import part_of
from tests.models.downloads.naughty import Manner, Server, publish, serving

ROOT = Path(__file__).resolve().parents[2]
SIZE = 4_000_000
CHILD = """
import sys
from pathlib import Path
from models.downloads import Patience, Wanted, Web, fetch
url, size, sha256, place = sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
print("begun", flush=True)
for step in fetch(Wanted("weights.bin", (url,), size, sha256), place, Web(), Patience(10, 5, 0.01)):
    pass
print("done", flush=True)
"""


def child(server: Server, place: Path, sha256: str) -> subprocess.Popen[str]:
    """Start a process that downloads, and wait until it has begun."""
    command = [sys.executable, "-c", CHILD, server.url + "/f", str(SIZE), sha256, str(place)]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ})
    assert running.stdout is not None
    running.stdout.readline()
    return running


def kills(count: int, seed: int = 0) -> dict[str, int]:
    """Download files until so many kills have hit, each at a random moment; return what happened."""
    dice, body = random.Random(seed), np.random.default_rng(seed).bytes(SIZE)
    sha256 = hashlib.sha256(body).hexdigest()
    told = {"kills": 0, "files": 0, "wrong": 0, "kept": 0}
    with serving() as server, tempfile.TemporaryDirectory() as folder:
        server.manners["/f"] = Manner(body, block=1 << 14, pause_s=0.002)
        place = Path(folder) / "weights.bin"
        while told["kills"] < count:
            running = child(server, place, sha256)
            try:
                running.wait(dice.uniform(0.0, 0.6))
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGKILL)
                told["kills"] += 1
            running.communicate()
            part = part_of(place)
            told["kept"] += part.exists() and part.stat().st_size > 0
            if part.exists() and part.read_bytes() != body[: part.stat().st_size]:
                told["wrong"] += 1
            if place.exists():
                told["wrong"] += place.read_bytes() != body
                told["files"] += 1
                place.unlink()
        finishing = child(server, place, sha256)
        finishing.communicate(timeout=120)
        told["wrong"] += place.read_bytes() != body
        told["files"] += 1
    return told


def cancels(count: int, seed: int = 0) -> list[float]:
    """Return how many milliseconds it takes from wanting no more until all is let go, at random moments."""
    dice, body = random.Random(seed), np.random.default_rng(seed).bytes(SIZE)
    took: list[float] = []
    with serving() as server, tempfile.TemporaryDirectory() as folder:
        for stall in (None, 200_000):
            server.manners["/f"] = Manner(body, pause_s=0.002, stall_after=stall)
            wanted = Wanted("weights.bin", (server.url + "/f",), SIZE, hashlib.sha256(body).hexdigest())
            for index in range(count // 2):
                steps = fetch(wanted, Path(folder) / f"{stall}-{index}", Web(), Patience(60))
                until = time.monotonic() + dice.uniform(0.05, 0.4)
                asked = time.monotonic()
                for _ in steps:
                    if time.monotonic() > until:
                        break
                    asked = time.monotonic()  # the last moment at which the user might have pressed the button
                steps.close()  # type: ignore[attr-defined]
                took.append((time.monotonic() - asked) * 1000)
    return sorted(took)


def stops(count: int, seed: int = 0) -> list[float]:
    """Return how many milliseconds `sotto packs get` takes to end after an interrupt, at random moments of it."""
    dice, repository = random.Random(seed), "unsloth/Llama-3.2-1B"
    took: list[float] = []
    with serving() as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "there").mkdir()
        (folder / "there" / "tokenizer.json").write_bytes(np.random.default_rng(seed).bytes(SIZE))
        publish(server, repository, folder / "there")
        manner = server.manners[f"/{repository}/resolve/{'a' * 40}/tokenizer.json"]
        manner.pause_s = 0.01
        for index in range(count):
            manner.stall_after = 200_000 if index % 2 else None
            getting = command(server, folder / f"data-{index}")
            time.sleep(dice.uniform(0.0, 0.6))
            assert getting.poll() is None, "it had all of it before it was stopped"
            asked = time.monotonic()
            getting.send_signal(signal.SIGINT)
            getting.wait()
            took.append((time.monotonic() - asked) * 1000)
            assert getting.returncode == 130, getting.returncode
            getting.communicate()
    return sorted(took)


def command(server: Server, data: Path) -> subprocess.Popen[str]:
    """Start `sotto packs get`, and wait until the first bytes are there."""
    asked = ["packs", "get", "llama3-tokenizer", "--endpoint", server.url, "--json", "--data", str(data)]
    environment = {**os.environ, "HF_HOME": str(data / "hf")}  # without this machine's own hub cache
    running = subprocess.Popen(
        [sys.executable, "-m", "app.main", *asked], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert running.stdout is not None
    for line in running.stdout:
        if '"fetching"' in line:
            return running
    raise AssertionError("it ended before the first byte")


def shown(what: str, took: list[float]) -> None:
    """Print how long it took."""
    late = sum(each > 200 for each in took)
    print(f"{what}: median {took[len(took) // 2]:.0f} ms, longest {took[-1]:.0f} ms of {len(took)}, {late} over 200 ms")


def main() -> int:
    """Print what was found; 1 if a file was wrong."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    shown("cancel", cancels(max(4, count)))
    shown("command", stops(max(4, count)))
    told = kills(count)
    print(" ".join(f"{name}={number}" for name, number in told.items()))
    return int(told["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
