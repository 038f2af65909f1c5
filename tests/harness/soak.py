"""Talks without a pause and watches what grows: `python -m tests.harness.soak --minutes 120 [--table FILE.csv]`.

Real turns on the pocket pack, spoken and typed, through this process's link, the engine and the audio process, which
lets time go by as a sound card does. With `--rig` the audio process has the rig's virtual microphone and loudspeaker.
With `--busy` other work may go on beside it: what comes late is said, and not held against it. Of each dropout is told
when it was, and for how long the machine itself had stood still just then.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from threading import Event, Thread

import numpy as np

from core import news as tell
from core.settings import AudioSettings, ModelSettings, Settings
from tests.harness.bench import DEMO, POCKET, SETTINGS, Bench, bench, children

EVERY_S = 10.0
PULSE_S, STILL_S = 0.01, 0.05  # how often somebody wakes who has nothing to do, and what is late for that
BEFORE_S = 1.0  # of a dropout, in which what caused it may be found
MOST_MB_H = {"window": 1.0, "audio": 1.0, "engine": 5.0}
LEAST_MB = {"window": 1.8, "audio": 1.8, "engine": 16.0}  # that is told, within an hour, from what one holds at times
SLOWER = 1.10  # last turns against first ones
FIRST = 100  # spoken turns that are compared, or a third of all


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at one process: when (s), memory that it alone has written (kB), descriptors, threads."""

    at: float
    name: str
    private: int
    descriptors: int
    threads: int


@dataclass
class Watcher:
    """Looks at all processes from time to time."""

    here: Bench
    every_s: float
    samples: list[Sample] = field(default_factory=list)
    _end: Event = field(default_factory=Event)

    def run(self) -> None:
        """Look until the end."""
        began = time.monotonic()
        while not self._end.wait(self.every_s):
            engine = self.here.link.pid
            pids = {"window": os.getpid(), "engine": engine, **dict(zip(["audio"], children(engine), strict=False))}
            for name, pid in pids.items():
                if (sample := looked_at(time.monotonic() - began, name, pid)) is not None:
                    self.samples.append(sample)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look meanwhile."""
        thread = Thread(target=self.run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._end.set()
            thread.join()


@dataclass
class Pulse:
    """Wakes again and again, with nothing to do: when it is late, the machine gave nobody time."""

    stood: list[tuple[float, float]] = field(default_factory=list)  # until when (s), for how long (s)

    def run(self) -> None:
        """Wake until this process ends."""
        last = time.monotonic()
        while True:
            time.sleep(PULSE_S)
            now = time.monotonic()
            if now - last > PULSE_S + STILL_S:
                self.stood.append((now, now - last - PULSE_S))
            last = now

    def longest(self, before: float) -> float:
        """Return for how long the machine stood still, at most, just before a moment."""
        return max((long for until, long in self.stood if before - BEFORE_S <= until <= before), default=0.0)


def looked_at(at: float, name: str, pid: int) -> Sample | None:
    """Look at a process; None if it is gone."""
    folder = Path(f"/proc/{pid}")
    try:
        rollup = (folder / "smaps_rollup").read_text().splitlines()
        # Clean pages are those of files. Whether they count as private depends on who else runs: it is no growth.
        private = sum(int(line.split()[1]) for line in rollup if line.startswith(("Private_Dirty:", "Swap:")))
        return Sample(at, name, private, len(list((folder / "fd").iterdir())), len(list((folder / "task").iterdir())))
    except OSError:
        return None


def slope(times: list[float], values: list[float]) -> float:
    """Return the growth an hour, by the median of the slopes between all pairs (Theil and Sen): no outlier moves it."""
    at, value = np.array(times), np.array(values)
    pairs = np.triu_indices(len(at), 1)
    apart = at[pairs[1]] - at[pairs[0]]
    return float(np.median((value[pairs[1]] - value[pairs[0]])[apart > 0] / apart[apart > 0]) * 3600)


def troughs(samples: list[Sample]) -> tuple[list[float], list[float]]:
    """Return when and how much (MB) a process held least in each minute: what it keeps, without what a turn takes."""
    minutes: dict[int, Sample] = {}
    for sample in samples:
        minute = int(sample.at // 60)
        if minute not in minutes or sample.private < minutes[minute].private:
            minutes[minute] = sample
    return [s.at for s in minutes.values()], [s.private / 1024 for s in minutes.values()]


@dataclass(frozen=True)
class Verdict:
    """What a soak has shown; growth in MB, descriptors and threads an hour, by process."""

    turns: int
    failed: int
    restarts: int
    dropouts: int
    hours: float  # after the warm-up
    memory: dict[str, float]
    descriptors: dict[str, int]  # that were more at the end than after the warm-up
    threads: dict[str, int]
    first_ms: float
    last_ms: float

    @property
    def bad(self) -> list[str]:
        """What falls short on any machine."""
        leaks = {name: mb for name, mb in self.memory.items() if self.hours > 1 or mb * self.hours > LEAST_MB[name]}
        grown = [f"{name} grows by {mb:.1f} MB/h" for name, mb in leaks.items() if mb > MOST_MB_H[name]]
        more = [f"{name} has {count} more descriptors" for name, count in self.descriptors.items() if count > 0]
        more += [f"{name} has {count} more threads" for name, count in self.threads.items() if count > 0]
        counts = {"failed turns": self.failed, "restarts": self.restarts}
        return [*grown, *more, *(f"{count} {name}" for name, count in counts.items() if count)]

    @property
    def late(self) -> list[str]:
        """What falls short of a machine that does nothing else."""
        slow = [f"turns became slower, {self.last_ms:.0f} ms"] * (self.last_ms > SLOWER * self.first_ms)
        return [*slow, *[f"{self.dropouts} dropouts"] * (self.dropouts > 0)]

    def lines(self) -> Iterator[str]:
        """Return it for people."""
        yield f"{self.turns} turns, {self.failed} failed, {self.restarts} restarts, {self.dropouts} dropouts"
        for name, mb in self.memory.items():
            yield f"{name}: {mb:+.2f} MB/h, {self.descriptors[name]:+d} descriptors, {self.threads[name]:+d} threads"
        yield f"reply after {self.first_ms:.0f} ms at first, {self.last_ms:.0f} ms at last (medians)"
        yield "; ".join([*self.bad, *self.late]) or "nothing falls short"


@dataclass
class Tally:
    """What became of the turns, in few bytes: the window's memory is looked at in this very process."""

    turns: int = 0
    failed: int = 0
    replies: array[float] = field(default_factory=lambda: array("d"))  # when, and after how many ms, in turns

    def note(self, told: list[tuple[float, tell.News]]) -> None:
        """Take note of what was told."""
        for when, news in told:
            if isinstance(news, tell.TurnKept) and news.seen.done:
                self.turns += 1
                self.failed += news.seen.outcome != "answered"
            elif isinstance(news, tell.ReplyTimes) and news.total is not None:
                self.replies.extend((when, news.total))

    def after(self, warm_s: float) -> list[float]:
        """Return after how many ms replies came, those in the first seconds left out."""
        return [total for when, total in zip(*2 * [iter(self.replies)], strict=True) if when - self.replies[0] > warm_s]


def talk(here: Bench, until: float, tally: Tally) -> None:
    """Talk until then, three spoken turns to a typed one."""
    number = 0
    while time.monotonic() < until:
        number += 1
        if number % 4:
            mark = len(here.told)
            here.say(DEMO[number % len(DEMO)])
            here.answer(mark)
        else:
            text = f"hello for the {number}. time"
            here.answer(here.write(text), text)
        tally.note(here.harvest())


def judged(here: Bench, tally: Tally, samples: list[Sample], warm_s: float) -> Verdict:
    """Return what it has shown, the first `warm_s` of the samples and of the replies left out."""
    late = [sample for sample in samples if sample.at > warm_s]
    names = [name for name in MOST_MB_H if sum(sample.name == name for sample in late) > 3]
    of = {name: [sample for sample in late if sample.name == name] for name in names}
    totals = tally.after(warm_s)
    some = min(FIRST, max(len(totals) // 3, 1))
    third = {name: max(len(each) // 3, 1) for name, each in of.items()}

    def more(what: str) -> dict[str, int]:
        return {
            name: round(
                median(getattr(s, what) for s in each[-third[name] :])
                - median(getattr(s, what) for s in each[: third[name]])
            )
            for name, each in of.items()
        }

    return Verdict(
        tally.turns,
        tally.failed,
        here.link.restarts,
        here.dropouts,
        (late[-1].at - late[0].at) / 3600 if late else 0.0,
        {name: slope(*troughs(each)) for name, each in of.items()},
        more("descriptors"),
        more("threads"),
        median(totals[:some]) if totals else 0.0,
        median(totals[-some:]) if totals else 0.0,
    )


@contextmanager
def heard(rig: bool) -> Iterator[Settings]:
    """Give the settings to talk with, and the rig's room while it is wanted."""
    if not rig:
        yield SETTINGS
        return
    from app.rig.server import SoundServer

    with tempfile.TemporaryDirectory(prefix="room") as folder:
        server = SoundServer(Path(folder))
        os.environ.update(server.environment)
        server.start()
        try:
            yield Settings(audio=AudioSettings(), models=ModelSettings(pack=str(POCKET), threads=1))
        finally:
            server.stop()


def main(minutes: float, every_s: float, table: Path | None, rig: bool) -> Verdict:
    """Talk for so long; return what it has shown, which is said also where it ends amid the talk."""
    with heard(rig) as settings, bench(settings) as here:
        watcher, pulse, tally, began = Watcher(here, every_s), Pulse(), Tally(), time.monotonic()
        until = began + minutes * 60
        Thread(target=pulse.run, daemon=True).start()
        try:
            with watcher.watching():
                talk(here, until, tally)
        finally:
            verdict = judged(here, tally, watcher.samples, min(600.0, minutes * 20))
            for at in here.dropped:
                print(f"a dropout after {at - began:.1f} s; the machine had stood still for {pulse.longest(at):.3f} s")
            print(*verdict.lines(), sep="\n", flush=True)
            if table:
                write(table, watcher.samples)
        here.link.close()
        here.check()
    return verdict


def write(table: Path, samples: list[Sample]) -> None:
    """Write a table of all looks."""
    with table.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["at_s", "process", "private_kb", "descriptors", "threads"])
        rows.writerows([round(s.at, 1), s.name, s.private, s.descriptors, s.threads] for s in samples)


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--minutes", type=float, default=10.0)
    asked.add_argument("--every", type=float, default=EVERY_S)
    asked.add_argument("--table", type=Path)
    asked.add_argument("--rig", action="store_true")
    asked.add_argument("--busy", action="store_true")
    given = asked.parse_args()
    shown = main(given.minutes, given.every, given.table, given.rig)
    print(f"turns={shown.turns}, failed={shown.failed}, dropouts={shown.dropouts}")
    sys.exit(bool(shown.bad or (shown.late and not given.busy)) if given.minutes >= 5 else 0)
