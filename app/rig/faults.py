"""Scenarios of trouble: devices that go and come, a sound server that dies or freezes, a killed audio process."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle

from app.rig.figures import Findings, Rate, Times
from app.rig.people import spoken
from app.rig.phrasebook import LONG, QUESTIONS
from app.rig.program import Program, Told
from app.rig.recorder import Recorder
from app.rig.room import ANSWERS, Conditions, Room, room
from app.rig.server import SoundServer

AWAY = (0.5, 4.0)  # seconds for which the devices are gone
FROZEN = 10.0
BACK = 10.0  # seconds that are waited for what should take 3
TOLD = 5.0
FADING = 0.15  # in which a sound server still plays what it has


@dataclass
class Tally:
    """What is counted over many faults."""

    told: list[float] = field(default_factory=list)  # seconds until the user was told
    back: list[float] = field(default_factory=list)  # until it listens and plays again
    heard: list[float] = field(default_factory=list)  # until a reply under way was heard again, on the recording
    faults: int = 0
    survived: int = 0
    turns: int = 0
    kept: int = 0
    remarks: list[str] = field(default_factory=list)

    def findings(self, name: str) -> Findings:
        """Return the figures."""
        figures = (
            Rate("went on", self.survived, self.faults),
            Times("until the user is told", "s", tuple(self.told)),
            Times("until it listens again, since it could", "s", tuple(self.back)),
            Times("until the reply goes on, since it could", "s", tuple(self.heard)),
            Rate("turns kept", self.kept, self.turns),
        )
        return Findings(name, figures, tuple(self.remarks))


def unplugging(how: Conditions) -> Findings:
    """Take all devices away in mid-turn, now the user's and now Sotto's, and bring them back."""
    return _troubled(how, "unplugging", _unplugged)


def killing(how: Conditions) -> Findings:
    """Kill the audio process at random moments of a talk."""
    return _troubled(how, "killing", _killed)


def restarting(how: Conditions) -> Findings:
    """Kill the sound server and start it again."""
    return _troubled(how, "restarting", _restarted)


def freezing(how: Conditions) -> Findings:
    """Stop the sound server for ten seconds, as a stuck driver does."""
    return _troubled(how, "freezing", _frozen)


Fault = Callable[[Room, Tally, int], float]  # returns when it could go on


def _troubled(how: Conditions, name: str, fault: Fault) -> Findings:
    tally, sides = Tally(), cycle(("reply", "user"))
    with room(how, name) as here:
        for at, side in zip(range(how.count), sides, strict=False):
            _one(here, tally, fault, at, side)
            if not here.program.alive:
                tally.remarks.append(f"it ended at fault {at + 1}")
                break
    return tally.findings(name)


def _one(here: Room, tally: Tally, fault: Fault, at: int, side: str) -> None:
    """Begin a turn, let the fault come in its midst, and see that all is well afterwards."""
    first, start = len(here.program.told), here.quiet()
    if side == "reply":
        here.program.type(LONG[at % len(LONG)])
        here.recorder.wait_played(start, ANSWERS)
    else:
        here.person.say(spoken(QUESTIONS[at % len(QUESTIONS)]))
    time.sleep(here.chance.uniform(0.3, 1.2))
    tally.faults += 1
    known = len(here.program.told)
    could = fault(here, tally, known)
    if here.recorder.stopped:
        here.recorder.start()
    opened = _opened(here.program, known, could)
    if opened is None:
        tally.remarks.append(f"fault {at + 1}: not back within {BACK:g} s")
    else:
        tally.back.append(max(opened.at - could, 0.0))
        if side == "reply":
            _note_sound(here, tally, could)
    record = here.record(2 * ANSWERS, first)
    tally.turns += 1
    tally.kept += record is not None and record.facts["outcome"] != "failed"
    if record is None:
        tally.remarks.append(f"fault {at + 1}, in the {side}'s turn: no record of the turn")
    tally.survived += here.program.alive and opened is not None


def _opened(program: Program, known: int, could: float) -> Told | None:
    """Return the first time that it has both devices again, after it could."""
    until = time.monotonic() + BACK
    while time.monotonic() < until:
        for told in program.all("AudioOpened", known):
            if told.facts["microphone"] and told.facts["loudspeaker"]:
                return told
        program.wait("AudioOpened", 0.2, len(program.told))
    return None


def _note_sound(here: Room, tally: Tally, could: float) -> None:
    since = here.recorder.sample(could + FADING)
    if (at := here.recorder.wait_played(since, BACK)) is not None:
        tally.heard.append(max(here.recorder.clock(at) - could, 0.0))


def _note_told(here: Room, tally: Tally, known: int, began: float) -> None:
    """Wait until the user is told that there is no sound, by whichever news."""
    until = began + TOLD
    while time.monotonic() < until:
        news = [told for told in here.program.told[known:] if _says_so(told)]
        if news:
            tally.told.append(news[0].at - began)
            return
        time.sleep(0.02)
    tally.remarks.append(f"the user was not told within {TOLD:g} s")


def _says_so(told: Told) -> bool:
    gone = told.event == "AudioOpened" and None in (told.facts["microphone"], told.facts["loudspeaker"])
    return gone or told.event in ("AudioLost", "Trouble")


def _unplugged(here: Room, tally: Tally, known: int) -> float:
    return _taken_away(here, tally, known, here.server.unplug, here.server.plug)


def _restarted(here: Room, tally: Tally, known: int) -> float:
    return _taken_away(here, tally, known, here.server.stop, here.server.start)


def _taken_away(here: Room, tally: Tally, known: int, take: Callable[[], None], bring: Callable[[], None]) -> float:
    began = time.monotonic()
    here.recorder.stop()
    take()
    _note_told(here, tally, known, began)
    time.sleep(max(began + here.chance.uniform(*AWAY) - time.monotonic(), 0))
    bring()
    return time.monotonic()


def _killed(here: Room, tally: Tally, known: int) -> float:
    pid = here.program.audio_pid
    began = time.monotonic()
    if pid is None:
        tally.remarks.append("there was no audio process to kill")
        return began
    os.kill(pid, signal.SIGKILL)
    _note_told(here, tally, known, began)
    return began


def _frozen(here: Room, tally: Tally, known: int) -> float:
    began = time.monotonic()
    here.server.freeze()
    _note_told(here, tally, known, began)
    time.sleep(max(began + FROZEN - time.monotonic(), 0))
    here.server.thaw()
    return time.monotonic()


def no_device(how: Conditions) -> Findings:
    """Start it where there is no device at all, and plug one in."""
    tally = Tally()
    for at in range(how.count):
        folder = how.folder / "nothing"
        shutil.rmtree(folder, ignore_errors=True)
        server = SoundServer(folder)
        recorder = Recorder(server.environment)
        server.start(plugged=False)
        program = Program(server.environment, folder / "kept", how.options)
        try:
            began = time.monotonic()
            tally.faults += 1
            news = program.wait("AudioOpened", TOLD * 2, microphone=None)
            if news:
                tally.told.append(news.at - began)
            program.wait_ready()
            server.plug()
            could = time.monotonic()
            recorder.start()
            opened = _opened(program, 0, could)
            tally.back += [max(opened.at - could, 0.0)] if opened else []
            program.type(LONG[at % len(LONG)])
            played = recorder.wait_played(0, ANSWERS)
            tally.survived += program.alive and opened is not None and played is not None
        finally:
            program.stop()
            recorder.stop()
            server.stop()
    return tally.findings("no device at the start")
