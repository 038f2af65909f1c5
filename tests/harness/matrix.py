"""Each fault on the list, over and over, on the real processes: `python -m tests.harness.matrix 25 [NAME ...]`.

What is looked for: whoever holds the link goes on, the user is told, the talk goes on, what was acknowledged is kept.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.engine import link
from core import news as tell
from core.events import Failed
from core.records import Notice, TurnRecord
from tests.harness.bench import DEMO, Bench, bench, children

AGAIN_S = 1.0  # so soon after its last fault an engine is not put on the pocket pack: here it is meant to fail
TOLD_S = 2.0
BACK_S = {"audio": 3.0, "transcriber": 8.0, "engine": 12.0, "": 12.0}


@dataclass(frozen=True)
class Fault:
    """A fault, how it is brought about, and what must become of it."""

    part: str  # of the engines, or a process
    how: str  # a kind of `tests.harness.faults`, or a signal
    after: int = 0  # pieces
    spoken: bool = False  # strikes while somebody speaks, else in a turn that is typed
    heals: str = "engine"  # what is replaced: engine, audio or, by the end of one turn, nothing
    patience_s: float = 0.0  # that the engine is given before it is taken for hung
    untold: bool = False  # there is nothing to tell

    @property
    def bar_s(self) -> float:
        """Within how many seconds it must be usable again."""
        return BACK_S["transcriber" if self.part == "transcriber" else self.heals]


def _crashes(part: str, spoken: bool, **more: int) -> dict[str, Fault]:
    return {f"{part} {how}": Fault(part, how, spoken=spoken, **more) for how in ("abort", "segv", "exit")}


FAULTS: dict[str, Fault] = {
    "engine SIGKILL": Fault("engine", "SIGKILL"),
    "engine SIGSEGV": Fault("engine", "SIGSEGV"),
    "engine SIGABRT": Fault("engine", "SIGABRT"),
    "engine SIGSTOP": Fault("engine", "SIGSTOP", patience_s=link.HUNG_S),
    "audio SIGKILL": Fault("audio", "SIGKILL", heals="audio"),
    "audio SIGSEGV": Fault("audio", "SIGSEGV", heals="audio"),
    "audio SIGSTOP": Fault("audio", "SIGSTOP", heals="audio", patience_s=2.0),
    **_crashes("transcriber", spoken=True),
    **_crashes("chat", spoken=False, after=1),
    **_crashes("voice", spoken=False, after=3),
    "vad segv": Fault("vad", "segv", spoken=True),
    "encoder segv": Fault("encoder", "segv", spoken=True),
    "transcriber raise": Fault("transcriber", "raise", spoken=True, heals=""),
    "chat raise": Fault("chat", "raise", after=1, heals=""),
    "voice raise": Fault("voice", "raise", after=3, heals=""),
    "encoder raise": Fault("encoder", "raise", spoken=True, heals="", untold=True),
    "vad raise": Fault("vad", "raise", heals=""),
    "transcriber oom": Fault("transcriber", "oom", spoken=True, heals=""),
    "chat oom": Fault("chat", "oom", after=1, heals=""),
    "voice oom": Fault("voice", "oom", after=3, heals=""),
    "voice nan": Fault("voice", "nan", after=3, heals=""),
    "chat endless": Fault("chat", "endless", after=1, heals="", untold=True),
    "voice endless": Fault("voice", "endless", after=3, heals="", untold=True),
    "transcriber slow": Fault("transcriber", "slow", spoken=True, heals="", untold=True),
    "chat slow": Fault("chat", "slow", heals="", untold=True),
    "voice slow": Fault("voice", "slow", heals="", untold=True),
    "pipe garbage": Fault("chat", "garbage"),
    "thread raise": Fault("microphone", "thread", spoken=True),
    "disk full": Fault("chat", "full", heals="", patience_s=1.0),  # until something is to be written
    "transcriber hang": Fault("transcriber", "hang", spoken=True, patience_s=7.0),
    "voice hang": Fault("voice", "hang", after=3, patience_s=3.0),
    "chat hang": Fault("chat", "hang", after=1, patience_s=10.0),
    "vad hang": Fault("vad", "hang", patience_s=4.0),
    "voice hold": Fault("voice", "hold", after=3, patience_s=link.HUNG_S),
}


@dataclass
class Tally:
    """What all trials of one fault have shown, in seconds."""

    trials: int = 0
    told: list[float] = field(default_factory=list)
    back: list[float] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        """Return it for people."""
        figures = (f"{max(each):5.2f}" if each else "    -" for each in (self.told, self.back))
        return f"{name:20} {self.trials:3} trials  told {{}} s  usable {{}} s  {'; '.join(self.bad) or 'good'}".format(
            *figures
        )


def trial(here: Bench, name: str, fault: Fault, number: int, tally: Tally) -> None:
    """Bring a fault about once, and see what becomes of it."""
    settle(here)
    since, text = len(here.told), f"hello for the {number}. time"
    pid = here.link.pid
    began = bring_about(here, fault, text)
    due = began + fault.patience_s
    tally.trials += 1
    if not fault.untold:
        tally.told.append(here.first(since, teller(fault))[0] - due)
    if fault.heals == "engine":
        back = here.first(
            since,
            lambda news: (
                isinstance(news, tell.EngineState) and news.phase in ("ready", "safe") and here.link.pid != pid
            ),
        )[0]
        tally.back.append(back - due)
    elif fault.heals == "audio":
        tally.back.append(here.first(since, lambda news: isinstance(news, tell.AudioOpened))[0] - due)
    if fault.part not in ("engine", "audio") and (fault.spoken or fault.part != "vad"):
        here.answer(since, None if fault.spoken else text)  # the turn that was broken off: once more, or as failed
    after = f"how are you the {number}. time"
    seen = here.answer(here.write(after), after)[1]
    if seen.outcome != "answered":
        tally.bad.append(f"then {seen.outcome}")
    if not fault.heals and not fault.untold:
        tally.back.append(0.0)
    if tally.told and tally.told[-1] > TOLD_S:
        tally.bad.append(f"told after {tally.told[-1]:.1f} s")
    if tally.back and tally.back[-1] > fault.bar_s:
        tally.bad.append(f"usable after {tally.back[-1]:.1f} s")


def settle(here: Bench) -> None:
    """Return when the next process stands in reserve, as it would had this one run for a while."""
    until = time.monotonic() + 12
    spent = -1.0
    while time.monotonic() < until:
        time.sleep(0.4)
        others = [each for each in children(os.getpid()) if each != here.link.pid]
        now = _spent(others[-1]) if others else -1.0
        if now > 1.0 and now == spent:
            return
        spent = now


def _spent(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return -1.0
    return round((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), 1)


def bring_about(here: Bench, fault: Fault, text: str) -> float:
    """Let it happen; return when it did."""
    if fault.part in ("engine", "audio"):
        pid = here.link.pid if fault.part == "engine" else children(here.link.pid)[0]
        assert pid > 1
        os.kill(pid, getattr(signal, fault.how))
        return time.monotonic()
    here.order(fault.part, fault.how, fault.after)
    if fault.spoken:
        here.say(DEMO[1])
    elif fault.part != "vad":
        here.write(text)
    return here.struck()


def teller(fault: Fault) -> Callable[[tell.News], bool]:
    """Return what tells the user of a fault."""
    if fault.how == "full":
        return lambda news: isinstance(news, tell.Trouble)
    if fault.heals == "audio":
        return lambda news: isinstance(news, tell.AudioLost)
    if fault.heals == "engine":
        phases = ("restarting", "slow")
        return lambda news: (
            (isinstance(news, tell.EngineState) and news.phase in phases) or (isinstance(news, tell.Trouble))
        )
    return lambda news: (
        isinstance(news, Notice)
        and (isinstance(news.what, Failed) or (isinstance(news.what, TurnRecord) and bool(news.what.error)))
    )


def main(times: int, names: list[str]) -> str:
    """Try faults so many times each; return how many trials there were, fell short of a time, and went wrong."""
    link.WITHIN_S, link.SETTLED_S = AGAIN_S, 0.3
    tallies, kept, lost = {name: Tally() for name in names or FAULTS}, 0, 0
    for name, tally in tallies.items():
        try:
            with bench() as here:
                for number in range(times):
                    trial(here, name, FAULTS[name], number, tally)
                here.link.close()
                kept += here.check()
        except AssertionError as wrong:
            tally.bad.append(str(wrong))
            lost += 1
        print(tally.line(name), flush=True)
    print(f"{kept} acknowledged turns were there")
    trials, bad = (sum(each) for each in zip(*((t.trials, len(t.bad)) for t in tallies.values()), strict=True))
    return f"trials={trials}, bad={bad}, lost={lost}"


if __name__ == "__main__":
    print(main(int(sys.argv[1]), sys.argv[2:]))
