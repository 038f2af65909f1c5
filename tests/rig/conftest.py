"""A room without hardware for every test that asks for one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.rig.people import Person
from app.rig.recorder import Recorder
from app.rig.server import PROGRAMS, SoundServer

NEEDED = (*PROGRAMS, "flite")


@dataclass(frozen=True)
class Silent:
    """A room in which nobody is yet."""

    server: SoundServer
    recorder: Recorder
    person: Person


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Silent]:
    """Give a room, recorded, whose sound server is the one that this process and its children find."""
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed: apt-get install pulseaudio pulseaudio-utils flite")
    with tempfile.TemporaryDirectory(prefix="room") as folder:  # a socket's path must be short
        server = SoundServer(Path(folder))
        recorder, person = Recorder(server.environment), Person(server.environment)
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        try:
            server.start()
            recorder.start()
            yield Silent(server, recorder, person)
        finally:
            person.hush()
            recorder.stop()
            server.stop()
