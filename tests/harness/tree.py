"""Kills whole trees, window's side, engine and audio processes, at random moments: `python -m tests.harness.tree 100`.

Each life goes on with the conversation of the one before, on the pocket pack, now typed, now spoken, now into a reply;
it tells a pipe what was acknowledged, and some time after it can talk, or after its first or second turn, everything
it has started is killed at once. Several such trees live beside each other, each with a data folder of its own. Every
tenth life is started as the program starts it, the others with their imports done (`warm`).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.store.archive import Archive, Kept
from core.store.home import Store
from core.store.sqlite import StoreError
from core.types import MIC_FRAME, VOICE_RATE, Samples

TURNS = 2  # the most that a tree may acknowledge before its last moments begin
LONGEST_S = 3.0  # that those may last
ENDS_S = 15.0  # from when it can talk, however slowly it does
STARTS_S = 300.0  # at idle priority beside other work
COLD = 10  # of so many lives, one is started as the program starts it
LOUD = 0.02  # from here on a sample is speech
LIKE = 0.9  # correlation of what was kept and what was said
LONG_MS = 1000
ROUND = 10  # kills after which it is said how it goes


def live(folder: Path, run: int, pipe: int) -> None:
    """Talk without end, and tell the pipe what is acknowledged."""
    from core import commands as ask
    from core import news as tell
    from tests.harness.bench import DEMO, Bench

    def told(what: dict[str, Any]) -> None:
        os.write(pipe, json.dumps(what).encode() + b"\n")

    class Telling(Bench):
        """A bench that tells the pipe what is kept before anybody else knows."""

        def _tell(self, news: tell.News) -> None:
            if isinstance(news, tell.TurnKept) and news.seen.done:
                told({"row": news.seen.row, "user": news.seen.user, "reply": news.seen.reply})
            super()._tell(news)

    here, chance = Telling(folder), random.Random(run)
    here.link.start()
    here.first(0, lambda news: isinstance(news, tell.Ready), STARTS_S)
    with Store.reading(folder / "data") as store:
        numbers = [title.number for title in Archive(store.db).titles()]
    if numbers and chance.random() < 0.9:
        here.link.ask(ask.OpenConversation(numbers[-1], False))
    here.link.ask(ask.Talk())
    here.first(0, lambda news: isinstance(news, tell.Standing) and news.talking and news.ready)
    told({"talks": here.link.pid})
    spoken = iter(chance.sample(DEMO, len(DEMO)))  # each once, so that what is kept can be told from what was before
    for number in range(1_000):
        since, text = len(here.told), None if chance.random() < 0.6 else f"hello {run} {number}"
        if text is not None:
            here.write(text)
        elif recording := next(spoken, None):
            here.say(recording)
        if text is None or chance.random() < 0.7:
            here.answer(since, text)
        else:  # somebody who does not wait for the end
            time.sleep(chance.uniform(0, 1))


@dataclass
class Tally:
    """What all kills have shown."""

    kills: int = 0
    cold: int = 0  # of them, of trees that were started as the program starts them
    acknowledged: int = 0
    turns: int = 0  # that are kept, all of which are whole as far as they go
    broken_off: int = 0  # of them, those that are shown as that
    processes: int = 0  # that were killed
    orphans: int = 0
    amid_speech: int = 0  # kills while the user spoke
    dismissed: int = 0  # and those after a speech that was no turn: nothing was understood, or it was an "mm-hm"
    lost_ms: int = 0  # the most of live sound that was lost
    lost: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)  # live sound of more than a second that was lost

    def add(self, other: Tally) -> None:
        """Count another's kills as well."""
        most = max(self.lost_ms, other.lost_ms)
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        self.lost_ms = most


def kill_once(folder: Path, run: int, known: dict[int, list[str]], tally: Tally) -> None:
    """Let a tree live for a while, kill it, and look at what is kept."""
    from tests.harness.bench import below

    chance, cold = random.Random(run), run % COLD == 0
    with Store.writing(folder / "data") as store:
        rows = {row for (row,) in store.db.execute("SELECT id FROM turn")}
    (folder / "heard").unlink(missing_ok=True)
    pid, pipe = begun(folder, run, cold=cold)
    data = awaited(pipe, 1, STARTS_S)
    assert data, f"life {run} has not begun to talk within {STARTS_S:g} s"
    data += awaited(pipe, chance.randint(0, TURNS), ENDS_S)
    time.sleep(chance.uniform(0, LONGEST_S))
    tree = [pid, *below(pid)]
    chance.shuffle(tree)
    for each in tree:
        os.kill(each, signal.SIGKILL)
    os.waitpid(pid, 0)
    tally.orphans += left(tree)
    data += _read(pipe)
    os.close(pipe)
    for line in data.splitlines(keepends=True):
        if line.endswith(b"\n") and "row" in (told := json.loads(line)):
            known[told["row"]] = [told["user"], told["reply"]]
    tally.kills += 1
    tally.cold += cold
    tally.acknowledged = len(known)
    tally.processes += len(tree)
    until = time.monotonic() + 60
    while True:
        try:
            return look(folder, known, rows, tally)
        except StoreError:  # the last threads of a killed process may still be ending
            if time.monotonic() > until:
                raise


def begun(folder: Path, run: int, *, cold: bool) -> tuple[int, int]:
    """Start a tree; return its first process and the reading end of its pipe."""
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    command = [sys.executable, "-m", "tests.harness.tree", "live", str(folder), str(run), str(writing)]
    pid = os.fork()
    if not pid:
        code = 1
        try:
            errors = os.open(folder / "errors", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(errors, 2)
            if cold:
                os.execv(sys.executable, command)
            live(folder, run, writing)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    os.set_blocking(reading, False)
    return pid, reading


def awaited(pipe: int, lines: int, within: float) -> bytes:
    """Return what a tree tells until it has told so many lines, or the time is over."""
    data, until = b"", time.monotonic() + within
    while data.count(b"\n") < lines and time.monotonic() < until:
        data += _read(pipe)
        time.sleep(0.01)
    return data


def _read(pipe: int) -> bytes:
    try:
        return os.read(pipe, 1 << 20)
    except BlockingIOError:
        return b""


def look(folder: Path, known: dict[int, list[str]], rows: set[int], tally: Tally) -> None:
    """Look whether all that was acknowledged is kept, and all that is kept is whole; `rows` were there before."""
    from tests.harness.bench import kept

    with Store.writing(folder / "data") as store:
        assert store.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert not store.db.execute("PRAGMA foreign_key_check").fetchall()
        store.db.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        archive = Archive(store.db)
        turns = {turn.row: turn for turn in kept(archive)}
        new = [turn for row, turn in turns.items() if row not in rows]
        for turn in new:
            check_whole(archive, turn)
        said = [archive.sound(turn, "user") for turn in new]
    tally.turns = len(turns)
    tally.broken_off = sum(turn.step != "done" for turn in turns.values())
    for row, words in known.items():
        if row not in turns or [turns[row].record.user, turns[row].record.reply] != words:
            tally.lost.append(f"row {row} after kill {tally.kills} in {folder.name}")
    check_live(folder, said, tally)


def check_whole(archive: Archive, turn: Kept) -> None:
    """Whatever its step, a turn is whole as far as it goes; raises AssertionError."""
    record, at = turn.record, f"turn {turn.row}, {turn.step}"
    if not record.typed:
        assert record.user_start is not None, at
        assert record.user_end is not None, at
        assert len(archive.sound(turn, "user")) == record.user_end - record.user_start, at
    seconds = record.reply_samples if turn.step == "done" else record.reply_samples // VOICE_RATE * VOICE_RATE
    assert len(archive.sound(turn, "reply")) == seconds, at
    assert record.reply or turn.step != "done" or record.outcome != "answered", f"{at}: answered without an answer"


def check_live(folder: Path, said: list[Samples], tally: Tally) -> None:
    """Measure how much is lost of what the user was saying when the tree was killed."""
    from tests.harness.faults import frames

    try:
        count, path = (folder / "heard").read_text().strip().split(maxsplit=1)
    except (OSError, ValueError):
        return  # nobody has spoken
    whole = np.concatenate([wide for wide, _ in frames(Path(path))])
    loud = np.flatnonzero(np.abs(whole[: int(count) * MIC_FRAME]) > LOUD)
    if not len(loud):
        return
    tally.amid_speech += int(count) * MIC_FRAME < len(whole)
    kept = max((reaches(sound, whole) for sound in said), default=0)
    lost = round((loud[-1] + 1 - max(kept, loud[0])) * 1000 / VOICE_RATE)
    if not kept and lost > LONG_MS and dismissed(folder / "logs" / "engine.log"):
        tally.dismissed += 1
        return
    if lost > LONG_MS:
        tally.late.append(f"{lost} ms of {Path(path).name} after kill {tally.kills} in {folder.name}")
    tally.lost_ms = max(tally.lost_ms, lost)


def dismissed(log: Path) -> bool:
    """Whether what was said last has come to its end without being a turn, by the engine's log."""
    ends = False
    for line in log.read_text("utf-8", "replace").splitlines():
        told = json.loads(line) if line.endswith("}") else {}
        if told.get("what") == "SpeechStarted":
            ends = False
        elif told.get("what") == "Backchannel" or told.get("outcome") == "empty":
            ends = True
    return ends


def reaches(kept: Samples, whole: Samples) -> int:
    """Return up to which sample of a recording this is it; 0 if it is not."""
    size = 1 << (len(kept) + len(whole)).bit_length()
    match = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(kept, size)), size)
    at = int(np.argmax(match))
    at -= size * (at > len(whole))
    start, end = max(at, 0), min(at + len(kept), len(whole))
    if end - start < MIC_FRAME:
        return 0
    ours, theirs = whole[start:end], kept[start - at : end - at]
    scale = float(np.linalg.norm(ours) * np.linalg.norm(theirs))
    return end if scale and float(ours @ theirs) / scale > LIKE else 0


def left(tree: list[int], within: float = 60.0) -> int:
    """Return how many of these processes run on."""
    until = time.monotonic() + within
    while (found := sum(map(_runs, tree))) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


def lane(folder: Path, runs: range, pipe: int) -> None:
    """Kill one tree after the other, in one data folder that grows; tell the pipe what that has shown."""
    tally, known = Tally(), dict[int, list[str]]()
    for run in runs:
        kill_once(folder, run, known, tally)
        if tally.kills % ROUND == 0:
            print(tally, flush=True)
    os.write(pipe, json.dumps(asdict(tally)).encode())


def main(kills: int, seed: int, beside: int) -> Tally:
    """Kill so many trees, so many at once."""
    from tests.harness.talker import quick
    from tests.harness.warm import forked

    forked()
    total, pipes, failed = Tally(), [], 0
    with tempfile.TemporaryDirectory(dir=quick()) as place:
        for number in range(beside):
            folder = Path(place) / str(number)
            folder.mkdir()
            reading, writing = os.pipe()
            if not os.fork():
                code = 1
                try:
                    lane(folder, range(seed + 1 + number, seed + 1 + kills, beside), writing)
                    code = 0
                except BaseException as wrong:
                    print(f"{folder}: {type(wrong).__name__}: {wrong}", file=sys.stderr, flush=True)
                finally:
                    os._exit(code)
            os.close(writing)
            pipes.append(reading)
        for reading in pipes:
            with open(reading, "rb") as pipe:
                told = pipe.read()
            failed += not told
            total.add(Tally(**json.loads(told or "{}")))
        while any(os.waitpid(-1, 0)[1] for _ in range(beside)) and not failed:
            failed = 1
    assert not failed, f"a lane has ended early; the others: {total}"
    assert not total.lost, total.lost
    return total


if __name__ == "__main__":
    if sys.argv[1] == "live":
        live(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        asked = argparse.ArgumentParser()
        asked.add_argument("kills", type=int)
        asked.add_argument("seed", type=int, nargs="?", default=0)
        asked.add_argument("--beside", type=int, default=3, help="trees that live at once")
        given = asked.parse_args()
        print(main(given.kills, given.seed, given.beside))
