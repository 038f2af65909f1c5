"""Used as a person uses it: a real window on a virtual screen, keys and mouse, a voice in the room, an ear."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soxr

import app
from app.rig.people import Person, spoken
from app.rig.recorder import Recorder
from app.rig.server import RATE, SoundServer
from core.store.archive import Archive
from core.store.home import Store
from core.types import VOICE_RATE
from tests.harness.screen import Screen

sys.path.insert(0, str(Path(app.__file__).parents[1] / "packaging" / "pocket"))
pytest.importorskip("pocketsphinx")
import judge

pytestmark = pytest.mark.slow
ROOT = Path(app.__file__).parents[1]
BEGINS_S, LASTS_S, READY_S = 40.0, 40.0, 180.0  # on a machine that does much else


class Desktop:
    """A screen without a monitor, and hands."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self._log = folder, (folder / "window.log").open("ab")
        self._screen = Screen(folder)
        ours = {
            "DISPLAY": self._screen.name,
            "QT_QPA_PLATFORM": "xcb",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "OMP_NUM_THREADS": "1",
        }
        places = {"SOTTO_DATA": "data", "SOTTO_CONFIG": "config", "SOTTO_LOGS": "logs"}
        self.environment = environment | ours | {name: str(folder / place) for name, place in places.items()}
        self.program: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "app.main"]
        self.program = subprocess.Popen(command, env=self.environment, cwd=ROOT, stderr=self._log, stdout=self._log)
        self.hands("search", "--sync", "--onlyvisible", "--name", "Sotto")
        time.sleep(1)

    def hands(self, *what: str) -> str:
        done = subprocess.run(["xdotool", *what], env=self.environment, capture_output=True, text=True, timeout=60)
        return done.stdout.strip()

    def focus(self, name: str) -> None:
        window = self.hands("search", "--sync", "--onlyvisible", "--name", name).split()[-1]
        self.hands("windowfocus", "--sync", window)

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.hands("key", "--clearmodifiers", key)
            time.sleep(0.25)

    def picture(self, name: str) -> None:
        shutil.copy(self.folder / "Xvfb_screen0", self.folder / f"{name}.xwd")

    def close(self) -> float:
        """Close the window; return how long its process lasted."""
        began = time.monotonic()
        self.focus("Sotto")
        self.hands("key", "ctrl+q")
        self.program.wait(20)
        return time.monotonic() - began

    def end(self) -> None:
        if self.program is not None and self.program.poll() is None:
            self.program.kill()
            self.program.wait()
        self._screen.close()
        self._log.close()


@pytest.fixture
def world(tmp_path):
    missing = [name for name in ("Xvfb", "xdotool", "pulseaudio", "flite") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}; packaging/bootstrap.py names their packages")
    folder = Path(os.environ.get("SOTTO_SEEN") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    server = SoundServer(folder / "sound")
    recorder, person = Recorder(server.environment), Person(server.environment)
    server.start()
    recorder.start()
    desktop = Desktop(folder, server.environment)
    yield desktop, recorder, person
    desktop.end()
    person.hush()
    recorder.stop()
    server.stop()


def turns(desktop):
    """Return what is kept, read beside the program."""
    folder = desktop.folder / "data"
    try:
        with Store.reading(folder) as store:
            archive = Archive(store.db)
            return [each for title in archive.titles() for each in archive.turns(title.number) if each.step == "done"]
    except Exception:  # nothing is kept yet
        return []


def wait(until, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():
            return True
        time.sleep(0.3)
    return False


def talk(desktop, recorder, person, text):
    """Say something and listen; return where in the recording the reply began and ended."""
    said = recorder.now
    person.say(spoken(text), wait=True)
    began = recorder.wait_played(said, BEGINS_S)
    assert began is not None, "no reply was heard"
    return began, recorder.wait_quiet(began, LASTS_S, 1.5)


def interrupt(recorder, person, text, other):
    """Say something, and something else as soon as the reply to it is heard."""
    said = recorder.now
    person.say(spoken(text), wait=True)
    assert recorder.wait_played(said, BEGINS_S) is not None, "no reply was heard"
    person.say(spoken(other), wait=True)


def ready(desktop, times=1):
    log = desktop.folder / "logs" / "engine.log"
    return wait(lambda: log.exists() and log.read_text().count('"Ready"') >= times, READY_S)


def whose(recorder, reply):
    """Return which of the pocket pack's companions is heard in this stretch of the recording."""
    _, played = recorder.both(*reply)
    return judge.companion_of(soxr.resample(played, RATE, VOICE_RATE))


def test_talk_interrupt_change_the_voice_restart_and_go_on(world):
    desktop, recorder, person = world
    desktop.start()
    desktop.focus("First steps")
    desktop.keys("Escape")
    desktop.focus("Sotto")
    assert ready(desktop)
    desktop.focus("Sotto")
    desktop.keys("F9")
    time.sleep(3)
    desktop.picture("1-listening")
    first = talk(desktop, recorder, person, "Hello, my name is Alex.")
    assert whose(recorder, first) == "ada"
    desktop.picture("2-answered")
    assert wait(lambda: len(turns(desktop)) >= 1, 20)
    assert turns(desktop)[0].record.user

    interrupt(recorder, person, "Tell me a joke.", "Stop, wait, how are you today?")
    desktop.picture("3-interrupted")
    assert wait(lambda: len(turns(desktop)) >= 3, LASTS_S)
    recorder.wait_quiet(recorder.now, LASTS_S, 1.5)

    desktop.keys("ctrl+comma")
    time.sleep(1)
    desktop.focus("Settings")
    desktop.keys("Down", "Down", "Down")  # Voices
    time.sleep(2)
    desktop.keys("Tab", "Down")  # into the cards, the next one
    desktop.picture("4-voices")
    desktop.keys("Escape")
    desktop.focus("Sotto")
    before = len(turns(desktop))
    other = talk(desktop, recorder, person, "What is my name?")
    assert whose(recorder, other) == "tom"
    assert wait(lambda: len(turns(desktop)) > before, 20)
    desktop.picture("5-other-voice")
    assert 'voice = "tom"' in (desktop.folder / "config" / "settings.toml").read_text()

    assert desktop.close() < 3
    kept = len(turns(desktop))
    desktop.start()
    assert ready(desktop, 2)
    desktop.focus("Sotto")
    desktop.keys("ctrl+f", "Tab", "Down", "Return")
    time.sleep(3)
    desktop.picture("6-continued")
    desktop.focus("Sotto")
    desktop.keys("ctrl+l")
    desktop.hands("type", "--delay", "30", "Do you remember my name?")
    desktop.keys("Return")
    assert wait(lambda: len(turns(desktop)) > kept, 60)
    with Store.reading(desktop.folder / "data") as store:
        assert len(Archive(store.db).titles()) == 1  # it went on with the old one
    desktop.picture("7-remembered")
