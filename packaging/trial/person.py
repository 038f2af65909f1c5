"""A person at the installed program: a double-click, a spoken conversation, another voice, closing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import judge
import soxr
from desktop import SOCKETS, Screen
from root import Root, TrialError

from app.rig.people import Person, spoken
from app.rig.recorder import Recorder
from app.rig.server import RATE, SoundServer
from core.store.archive import Archive
from core.store.home import Store
from core.types import VOICE_RATE

USER = "anna"
HOME = Path("home") / USER
READY_S, BEGINS_S, LASTS_S = 120.0, 40.0, 40.0
WORDS = ("Hello, my name is Alex.", "What is my name?")


class Sitting:
    """A session at the machine: screen, sound and the program in the bare system."""

    def __init__(self, root: Root, out: Path) -> None:
        self.root, self.out = root, out.resolve()
        self.server = SoundServer(self.out / "sound")
        self.recorder, self.person = Recorder(self.server.environment), Person(self.server.environment)
        self.screen = Screen(self.out)
        self.server.start()
        socket = self.out / "sound" / "open"
        self.server.control("load-module", "module-native-protocol-unix", "auth-anonymous=1", f"socket={socket}")
        self.recorder.start()
        root.mount(["--bind", SOCKETS], root.path / "tmp/.X11-unix")
        (root.path / "run/sound").touch()
        root.mount(["--bind", socket], root.path / "run/sound")

    def launch(self) -> None:
        """Start it by its entry, as a double-click does; return once its window is seen."""
        session = {"DISPLAY": self.screen.name, "PULSE_SERVER": "unix:/run/sound", "LIBGL_ALWAYS_SOFTWARE": "1"}
        command = self.root.command("gio", "launch", "/usr/share/applications/sotto.desktop", user=USER, **session)
        with (self.out / "program.log").open("wb") as log:  # no pipe: the program holds it for as long as it runs
            subprocess.run(command, stdout=log, stderr=log, check=True, timeout=30)
        self.screen.seen("Sotto")

    def ready(self) -> float:
        """Return the seconds until the models are loaded."""
        log, began = self.root.path / HOME / ".local/state/sotto/log/engine.log", time.monotonic()
        while not (log.exists() and '"Ready"' in log.read_text()):
            if time.monotonic() - began > READY_S:
                raise TrialError(f"it was not ready after {READY_S:g} s")
            time.sleep(0.05)
        return time.monotonic() - began

    def talk(self, text: str, name: str) -> tuple[str, str]:
        """Say something and listen; return the words of the reply and whose voice it was, as instruments hear them."""
        said = self.recorder.now
        self.person.say(spoken(text), wait=True)
        began = self.recorder.wait_played(said, BEGINS_S)
        if began is None:
            self.screen.picture(f"{name}-silent")
            raise TrialError(f"no reply to {text!r} was heard")
        ended = self.recorder.wait_quiet(began, LASTS_S, 1.5)
        _, played = self.recorder.both(began, ended)
        sound = soxr.resample(played, RATE, VOICE_RATE)
        self.screen.picture(name)
        return judge.recognise(sound), judge.companion_of(sound)

    def kept(self) -> list[tuple[str, str]]:
        """Return what was said and answered, as it is kept in the user's folder."""
        copy = self.out / "kept"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.root.path / HOME / ".local/share/sotto", copy)
        with Store.reading(copy) as store:
            archive = Archive(store.db)
            turns = [each for title in archive.titles() for each in archive.turns(title.number) if each.step == "done"]
        return [(each.record.user, each.record.reply) for each in turns]

    def running(self) -> list[int]:
        """Return the processes that live in the bare system."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if os.path.samefile(process / "root", self.root.path):
                    found.append(int(process.name))
            except OSError:
                continue  # it has ended
        return found

    def close(self) -> None:
        """Take everything down."""
        for process in self.running():
            os.kill(process, signal.SIGKILL)
        for place in (".local/state/sotto", ".config/sotto"):
            shutil.copytree(self.root.path / HOME / place, self.out / place, dirs_exist_ok=True)
        self.person.hush()
        self.recorder.stop()
        self.recorder.save(self.out / "conversation.wav")
        self.server.stop()
        self.screen.close()


def talk(root: Root, out: Path) -> str:
    """Have the conversation; return a line about it; raises TrialError."""
    sitting = Sitting(root, out)
    try:
        return _talk(sitting, sitting.screen)
    finally:
        sitting.close()


def _talk(sitting: Sitting, screen: Screen) -> str:
    sitting.launch()
    ready = sitting.ready()
    screen.focus("First steps")
    screen.picture("0-first-steps")
    screen.keys("Escape")
    screen.focus("Sotto")
    screen.keys("F9")
    time.sleep(3)
    screen.picture("1-listening")
    words, voice = sitting.talk(WORDS[0], "2-answered")
    _expect(voice == "ada", f"the first voice is heard as {voice}'s")
    screen.keys("ctrl+comma")
    time.sleep(1)
    screen.focus("Settings")
    screen.keys("Down", "Down", "Down")
    time.sleep(2)
    screen.keys("Tab", "Down")
    screen.picture("3-voices")
    screen.keys("Escape")
    screen.focus("Sotto")
    other_words, other = sitting.talk(WORDS[1], "4-other-voice")
    screen.focus("Sotto")
    began = time.monotonic()
    screen.hands("key", "ctrl+q")
    while sitting.running() and time.monotonic() - began < 20:
        time.sleep(0.1)
    took = time.monotonic() - began
    _expect(not sitting.running(), "closing leaves processes")
    turns = sitting.kept()
    _expect(len(turns) == 2, f"{len(turns)} turns are kept")
    for (asked, reply), heard in zip(turns, (words, other_words), strict=True):
        print(f"        heard {asked!r}, answered {reply!r}; the instrument heard {heard!r}")
    print(f"        closed in {took:.1f} s, ready {ready:.1f} s after the window; voices heard: {voice}, {other}")
    wrong = [judge.word_error(reply, heard) for (_, reply), heard in zip(turns, (words, other_words), strict=True)]
    _expect(max(wrong) <= 0.5, f"the replies are not understood: word error {wrong}")
    _expect(other == "tom", f"the voice that was chosen is heard as {other}'s")
    return f"a talk with two voices; ready {ready:.1f} s after the window, closed in {took:.1f} s"


def _expect(true: bool, otherwise: str) -> None:
    if not true:
        raise TrialError(otherwise)
