"""Each fault on the list, over and over, on the real processes: `python -m tests.harness.matrix 25 [NAME ...]`.

With `--warm` engine and audio processes begin with their imports done (`warm`), which saves most of the time between
two trials and none of what is measured: a process in reserve has imported everything as well. With `--busy` other work
may go on beside it: what comes late is said, and not held against it.

What is looked for: whoever holds the link goes on, the user is told, the talk goes on, what was acknowledged is kept.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.engine import link
from core import news as tell
from core.events import Failed, Played
from core.records import Notice, TurnRecord
from tests.harness.bench import DEMO, Bench, below, bench, children
from tests.harness.clock import begin_under, jump
from tests.harness.warm import forked

PROCESSES = ("engine", "audio", "reserve", "load")
ALWAYS = ("vad", "microphone")  # parts that are at work all the time
AMID = 20  # frames of a recording, amid its words
AGAIN_S = 1.0  # so soon after its last fault an engine is not put on the pocket pack: here it is meant to fail
IMPORTS_S = 1.1  # of processor time, which importing everything takes at least
TOLD_S = 2.0
BACK_S = {"audio": 3.0, "transcriber": 8.0, "engine": 12.0, "": 12.0, "sleep": 5.0}
ASLEEP_S = 8.0  # longer than a process may be silent that is awake


@dataclass(frozen=True)
class Fault:
    """A fault, how it is brought about, and what must become of it."""

    part: str  # of the engines, or a process, or the computer
    how: str  # a kind of `tests.harness.faults`, or a signal, or what the computer does
    after: int = 0  # pieces
    spoken: bool = False  # strikes while somebody speaks, else in a turn that is typed
    heals: str = "engine"  # what is replaced: engine, audio or, by the end of one turn, nothing; or it wakes from sleep
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
    "reserve SIGKILL": Fault("reserve", "SIGKILL"),  # and then the engine, when there is none in reserve
    "load segv": Fault("load", "segv"),
    "load raise": Fault("load", "raise"),
    "load hold": Fault("load", "hold", patience_s=link.LOADING_S),
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
    "turn segv": Fault("turn", "segv", spoken=True),
    "turn raise": Fault("turn", "raise", spoken=True, heals=""),
    "turn hang": Fault("turn", "hang", spoken=True, patience_s=4.0),
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
    "chat hang": Fault("chat", "hang", after=1, patience_s=30.0),  # no word has come yet
    "vad hang": Fault("vad", "hang", patience_s=4.0),
    "voice hold": Fault("voice", "hold", after=3, patience_s=link.HUNG_S),
    "computer sleeps": Fault("computer", "sleep", heals="sleep", untold=True),
    "clock jumps": Fault("computer", "clock", heals="", untold=True),
}


@dataclass
class Tally:
    """What all trials of one fault have shown, in seconds."""

    trials: int = 0
    told: list[float] = field(default_factory=list)
    back: list[float] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        """Return it for people."""
        told, back = (f"{max(each):5.2f}" if each else "    -" for each in (self.told, self.back))
        wrong = "; ".join([*self.bad, *self.late]) or "good"
        return f"{name:20} {self.trials:3} trials  told {told} s  usable {back} s  {wrong}"


def trial(here: Bench, name: str, fault: Fault, number: int, tally: Tally, *, warm: bool) -> None:
    """Bring a fault about once, and see what becomes of it."""
    settle(here, IMPORTS_S * (not warm))
    since, text = len(here.told), f"hello for the {number}. time"
    pid = here.link.pid
    began = bring_about(here, fault, text)
    due = began + fault.patience_s
    tally.trials += 1
    if not fault.untold:
        tally.told.append(here.first(since, teller(fault), after=began)[0] - due)
    if fault.heals == "engine":
        back = here.first(
            since,
            lambda news: (
                isinstance(news, tell.EngineState) and news.phase in ("ready", "safe") and here.link.pid != pid
            ),
            after=began,
        )[0]
        tally.back.append(back - due)
    elif fault.heals == "audio":
        tally.back.append(here.first(since, lambda news: isinstance(news, tell.AudioOpened))[0] - due)
    elif fault.heals == "sleep":
        tally.back.append(here.first(since, speaks, after=due)[0] - due)
    if fault.part not in (*PROCESSES, *ALWAYS):
        here.answer(since, None if fault.spoken else text)  # the turn that was broken off: once more, or as failed
    after = f"how are you the {number}. time"
    since = here.write(after)
    seen = here.answer(since, after)[1]
    if seen.outcome != "answered":
        tally.bad.append(f"then {seen.outcome}")
    if not fault.heals and not fault.untold:
        tally.back.append(0.0)
    if tally.told and tally.told[-1] > TOLD_S:
        tally.late.append(f"told after {tally.told[-1]:.1f} s")
    if tally.back and tally.back[-1] > fault.bar_s:
        tally.late.append(f"usable after {tally.back[-1]:.1f} s")


def settle(here: Bench, imports_s: float) -> None:
    """Return when the next process stands in reserve, as it would had this one run for a while."""
    until = time.monotonic() + 12
    spent = -1.0
    while time.monotonic() < until:
        time.sleep(0.4)
        others = [each for each in children(os.getpid()) if each != here.link.pid]
        now = _spent(others[-1]) if others else -1.0
        if now >= imports_s and now == spent:
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
    if fault.part == "computer":
        here.write(text)
        if fault.how == "clock":
            jump()
            return time.monotonic()
        return sleep()
    if fault.part in ("engine", "audio", "reserve"):
        if fault.part == "reserve":
            os.kill(spare(here), signal.SIGKILL)
        kill(children(here.link.pid)[0] if fault.part == "audio" else here.link.pid, fault.how)
        return time.monotonic()
    if fault.part in ALWAYS and fault.spoken:  # else it would strike before anything is said
        here.say(DEMO[1])
        here.heard(AMID)
    here.order(fault.part, fault.how, fault.after)
    if fault.part == "load":
        kill(here.link.pid, "SIGKILL")
    elif fault.spoken and fault.part not in ALWAYS:
        here.say(DEMO[1])
    elif fault.part != "vad":
        here.write(text)
    return here.struck()


def kill(pid: int, how: str) -> None:
    """Send a signal to a process of ours."""
    assert pid > 1
    os.kill(pid, getattr(signal, how))


def spare(here: Bench) -> int:
    """Return the engine process in reserve."""
    return next(each for each in reversed(children(os.getpid())) if each != here.link.pid)


def sleep() -> float:
    """Stop everything, this process as well, and let it go on after some seconds; return when it does."""
    tree = " ".join(map(str, [os.getpid(), *below(os.getpid())]))
    command = f"kill -STOP {tree}; sleep {ASLEEP_S}; kill -CONT {tree}"
    subprocess.run(["sh", "-c", command], start_new_session=True, check=False)  # one may have ended meanwhile
    return time.monotonic()


def speaks(news: tell.News) -> bool:
    """Whether the reply that was broken off sounds on."""
    return isinstance(news, Notice) and isinstance(news.what, Played)


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


def main(times: int, names: list[str], *, warm: bool) -> tuple[int, int]:
    """Try faults so many times each; return how many trials went wrong, and how many times were late."""
    if "clock jumps" in (names or FAULTS):
        begin_under("tests.harness.matrix")
    if warm:
        forked()
    link.WITHIN_S, link.SETTLED_S = AGAIN_S, 0.3
    tallies, kept = {name: Tally() for name in names or FAULTS}, 0
    for name, tally in tallies.items():
        try:
            with bench() as here:
                for number in range(times):
                    trial(here, name, FAULTS[name], number, tally, warm=warm)
                here.link.close()
                kept += here.check()
        except AssertionError as wrong:
            tally.bad.append(str(wrong))
        print(tally.line(name), flush=True)
    print(f"{kept} acknowledged turns were there")
    trials = sum(each.trials for each in tallies.values())
    bad, late = sum(len(each.bad) for each in tallies.values()), sum(len(each.late) for each in tallies.values())
    print(f"trials={trials}, bad={bad}, late={late}")
    return bad, late


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("times", type=int)
    asked.add_argument("names", nargs="*", metavar="NAME")
    asked.add_argument("--warm", action="store_true")
    asked.add_argument("--busy", action="store_true")
    given = asked.parse_args()
    bad, late = main(given.times, given.names, warm=given.warm)
    sys.exit(bool(bad or (late and not given.busy)))
