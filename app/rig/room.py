"""A room: server, recording, person and program together, and what one exchange in it looked like from outside."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.rig.analysis import first_audible, last_audible, stretches
from app.rig.people import Clip, Person
from app.rig.program import Program, Told
from app.rig.recorder import Recorder
from app.rig.server import RATE, SoundServer
from core.settings import AudioSettings
from core.types import Samples

ANSWERS = 12.0  # seconds in which a reply must begin
LASTS = 25.0  # and end
STILL = 1.2  # seconds of silence that end a reply


@dataclass(frozen=True)
class Echo:
    """How the microphone hears the loudspeaker."""

    level_db: float
    delay_ms: int


@dataclass(frozen=True)
class Conditions:
    """What a scenario is run with."""

    folder: Path  # for the server, what is kept, and recordings
    count: int
    echo: Echo | None = None
    options: tuple[str, ...] = ()  # for `sotto talk`
    seed: int = 0
    latency_ms: int = AudioSettings().latency_ms  # that the bare program asks for, too


@dataclass(frozen=True)
class Room:
    """One room, with Sotto in it."""

    server: SoundServer
    recorder: Recorder
    person: Person
    program: Program
    chance: random.Random

    def quiet(self) -> int:
        """Wait until nothing is played any more; return where the recording is."""
        self.recorder.wait_quiet(max(self.recorder.now - RATE, 0), LASTS, STILL)
        return self.recorder.now

    def record(self, seconds: float, since: int) -> Told | None:
        """Wait for a turn's record among the lines from number `since` on."""
        return self.program.wait("TurnRecord", seconds, since)


@contextmanager
def room(how: Conditions, name: str) -> Iterator[Room]:
    """Make a room and start Sotto in it; the recording is left in the folder."""
    folder = how.folder / name
    shutil.rmtree(folder, ignore_errors=True)
    server = SoundServer(folder)
    recorder, person = Recorder(server.environment), Person(server.environment)
    try:
        server.start()
        if how.echo:
            server.echo(how.echo.level_db, how.echo.delay_ms)
        recorder.start()
        program = Program(server.environment, folder / "kept", how.options)
        try:
            program.wait_ready()
            yield Room(server, recorder, person, program, random.Random(how.seed))
        finally:
            program.stop()
            person.hush()
    finally:
        recorder.save(folder / "both.wav")
        recorder.stop()
        server.stop()


@dataclass(frozen=True, eq=False)
class Exchanged:
    """A stretch of the recording in which the person said something; positions are in it."""

    clip: Clip
    person: Samples
    played: Samples
    began: int  # first audible sample of the person
    ended: int  # last one
    told: Sequence[Told]

    @property
    def answer(self) -> int | None:
        """Where the answer began after the person had ended."""
        return first_audible(self.played, self.ended)

    @property
    def latency_ms(self) -> float | None:
        """From the last voiced sample to the first audible one."""
        return None if self.answer is None else (self.answer - self.ended) * 1000 / RATE

    def intruded(self) -> bool:
        """Whether something was played between the person's first and last sound."""
        return bool(stretches(self.played[self.began : self.ended]))


def exchange(room: Room, clip: Clip, patience: float = ANSWERS) -> Exchanged | None:
    """Say something, and listen until the answer to it has ended; None if it was not said, the room being broken."""
    start, first = room.quiet(), len(room.program.told)
    room.person.say(clip)
    room.recorder.wait_until(start + len(clip.sound) + RATE // 4)
    spoken, _ = room.recorder.both(start)
    ended = last_audible(spoken)
    if ended is None:
        return None
    began = room.recorder.wait_played(start + ended, patience)
    if began is not None:
        room.recorder.wait_quiet(began, LASTS, STILL)
        room.program.wait("TurnRecord", 3.0, first)
    person, played = room.recorder.both(start)
    ended = last_audible(person) or 0
    return Exchanged(clip, person, played, first_audible(person) or 0, ended, room.program.told[first:])
