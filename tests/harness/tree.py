"""Kills a whole tree, window's side, engine and audio process, at random moments: `python -m tests.harness.tree 100`.

Each life goes on with the conversation of the one before, on the pocket pack, now typed, now spoken; it tells a pipe
what was acknowledged, and some time after its first sign of life everything it has started is killed at once.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.store.home import Store
from core.store.shelf import Shelf
from core.store.sqlite import StoreError
from tests.harness.bench import children
from tests.harness.talker import quick

ROOT = Path(__file__).parents[2]
LONGEST_S = 6.0  # from when it can talk to the kill
STARTS_S = 60.0


def live(folder: Path, run: int) -> None:
    """Talk without end, and tell standard output what is acknowledged."""
    from core import commands as ask
    from core import news as tell
    from tests.harness.bench import DEMO, Bench

    here = Bench(folder)
    here.link.start()
    chance = random.Random(run)
    here.first(0, lambda news: isinstance(news, tell.Ready))
    last = _last(folder)
    if last is not None:
        here.link.ask(ask.OpenConversation(last, False))
    here.link.ask(ask.Talk())
    print(json.dumps({"engine": here.link.pid}), flush=True)
    for number in range(1_000):
        spoken = chance.random() < 0.5
        text = None if spoken else f"hello {run} {number}"
        since = len(here.told) if text is None else here.write(text)
        if text is None:
            here.say(chance.choice(DEMO))
        seen = here.answer(since, text)[1]
        print(json.dumps({"row": seen.row, "user": seen.user, "reply": seen.reply}), flush=True)


def _last(folder: Path) -> int | None:
    with Store.reading(folder / "data") as store:
        listed = Shelf(store.db, folder / "data").listed()
    return listed[0].number if listed else None


@dataclass
class Tally:
    """What all kills have shown."""

    kills: int = 0
    acknowledged: int = 0
    broken_off: int = 0  # turns that are shown as that
    processes: int = 0  # that were killed
    orphans: int = 0
    lost: list[str] = field(default_factory=list)


def kill_once(folder: Path, run: int, known: dict[int, list[str]], tally: Tally) -> None:
    """Let a tree live for a while, kill it, and look at what is kept."""
    chance = random.Random(run)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.harness.tree", "live", str(folder), str(run)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    os.set_blocking(process.stdout.fileno(), False)
    data, until, end = b"", time.monotonic() + STARTS_S, 0.0
    while time.monotonic() < (end or until):
        piece = process.stdout.read()
        data += piece or b""
        if not end and b"\n" in data:
            end = time.monotonic() + chance.uniform(0, LONGEST_S)
        time.sleep(0.01)
    tree = [process.pid, *_below(process.pid)]
    chance.shuffle(tree)
    for pid in tree:
        os.kill(pid, signal.SIGKILL)
    process.wait()
    data += process.stdout.read() or b""
    process.stdout.close()
    for line in data.splitlines(keepends=True):
        if line.endswith(b"\n") and "row" in (told := json.loads(line)):
            known[told["row"]] = [told["user"], told["reply"]]
    tally.kills += 1
    tally.acknowledged = len(known)
    tally.orphans += _left(tree)
    tally.processes += len(tree)
    until = time.monotonic() + 60
    while True:
        try:
            return _look(folder, known, tally)
        except StoreError:  # the last threads of a killed process may still be ending
            if time.monotonic() > until:
                raise


def _look(folder: Path, known: dict[int, list[str]], tally: Tally) -> None:
    with Store.writing(folder / "data") as store:
        assert store.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert not store.db.execute("PRAGMA foreign_key_check").fetchall()
        shelf = Shelf(store.db, folder / "data")
        turns = [turn for each in shelf.listed() for turn in shelf.page(each.number, None, 1_000_000)[0]]
    there: dict[int, Any] = {turn.row: turn for turn in turns}
    tally.broken_off = sum(not turn.done for turn in turns)
    for row, words in known.items():
        if row not in there or [there[row].user, there[row].reply] != words:
            tally.lost.append(f"row {row} after kill {tally.kills}")
    half = [turn.row for turn in turns if turn.done and turn.outcome == "answered" and not turn.reply]
    assert not half, f"turns {half} are shown as answered without an answer"


def _below(pid: int) -> list[int]:
    own = children(pid)
    return [*own, *(each for child in own for each in _below(child))]


def _left(tree: list[int], within: float = 60.0) -> int:
    """Return how many of these processes run on."""
    until = time.monotonic() + within
    while (left := sum(map(_runs, tree))) and time.monotonic() < until:
        time.sleep(0.02)
    return left


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


def main(kills: int, seed: int = 0) -> Tally:
    """Kill so many trees, in one data folder that grows."""
    tally, known = Tally(), {}
    with tempfile.TemporaryDirectory(dir=quick()) as folder:
        with Store.writing(Path(folder) / "data"):
            pass  # so that it can be read before anything is kept
        for run in range(seed + 1, seed + kills + 1):
            kill_once(Path(folder), run, known, tally)
            if run % 10 == 0:
                print(tally, flush=True)
    assert not tally.lost, tally.lost
    return tally


if __name__ == "__main__":
    if sys.argv[1] == "live":
        live(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        print(main(*map(int, sys.argv[1:])))
