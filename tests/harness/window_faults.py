"""What the window makes of faults: `python -m tests.harness.window_faults [faults|settings|single|closing] [COUNT]`.

`faults` ends, stops and crashes engine and audio process under a real window and says after how long that was seen
and mended. `settings` damages the settings file COUNT times. `single` starts five programs at a time, COUNT times.
`closing` closes the program COUNT times, in every state. The last two need Xvfb and xdotool.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import app
from app import settings_file
from core.news import SettingsUsed
from core.settings import NO_DEVICE, AudioSettings, Settings
from tests.harness.screen import Screen

ROOT = Path(app.__file__).parents[1]
SILENT = Settings(audio=AudioSettings(microphone=NO_DEVICE, loudspeaker=NO_DEVICE))
WAITS_S = 90.0  # on a machine however busy
ENDS_S = 3.0
NEEDED = ("Xvfb", "xdotool")


def awaited(until: Callable[[], object], seconds: float = WAITS_S, rest: float = 0.02) -> float:
    """Return after how many seconds it was true; raises TimeoutError."""
    began = time.monotonic()
    while not until():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not within {seconds:g} s")
        time.sleep(rest)
    return time.monotonic() - began


def descendants(pid: int) -> list[int]:
    """Return the processes below one."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in map(int, file.read_text().split()):
                found += [child, *descendants(child)]
        except OSError:
            pass
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be read out does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


# The program from outside.


@contextmanager
def screen(folder: Path) -> Iterator[dict[str, str]]:
    """Give a screen without a monitor, as environment variables."""
    made = Screen()
    ours = {"DISPLAY": made.name, "QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1", "OMP_NUM_THREADS": "1"}
    places = {"SOTTO_DATA": "data", "SOTTO_CONFIG": "config", "SOTTO_LOGS": "logs"}
    try:
        yield os.environ | ours | {name: str(folder / place) for name, place in places.items()}
    finally:
        made.close()


def prepared(folder: Path) -> None:
    """Let the program start without first steps and sound devices."""
    (folder / "config").mkdir(parents=True, exist_ok=True)
    settings_file.write(folder / "config" / "settings.toml", SILENT)
    (folder / "config" / "window.toml").write_text('[manners]\nfirst_run = "done"\n')


def begun(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start the program."""
    return subprocess.Popen(
        [sys.executable, "-m", "app.main"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def hands(environment: dict[str, str], *what: str) -> str:
    """Do something with keys and mouse."""
    done = subprocess.run(["xdotool", *what], env=environment, capture_output=True, text=True, timeout=60)
    return done.stdout.strip()


def focus(environment: dict[str, str], program: subprocess.Popen[bytes] | None = None) -> None:
    """Let the keys go to the main window; raises RuntimeError if its program has ended."""
    found: list[str] = []

    def seen() -> bool:
        if program is not None and program.poll() is not None:
            raise RuntimeError(f"the program ended with code {program.returncode} before its window was seen")
        found.extend(hands(environment, "search", "--onlyvisible", "--name", "Sotto").split())
        return bool(found)

    awaited(seen)
    hands(environment, "windowfocus", "--sync", found[-1])


STATES = ("starting", "loading", "ready", "thinking", "speaking", "settings")


def reach(state: str, environment: dict[str, str], log: Path, program: subprocess.Popen[bytes]) -> None:
    """Bring the program into a state; raises RuntimeError if it ends."""

    def told(what: str) -> Callable[[], bool]:
        return lambda: log.exists() and f'"{what}"' in log.read_text()

    focus(environment, program)
    if state == "loading":
        awaited(told("Loading"))
    if state in ("ready", "thinking", "speaking", "settings"):
        awaited(told("Ready"))
    if state in ("thinking", "speaking"):
        hands(environment, "type", "Tell me a joke.")
        hands(environment, "key", "Return")
        awaited(told("Begin" if state == "thinking" else "Spoken"))
    if state == "settings":
        hands(environment, "key", "ctrl+comma")
        time.sleep(1)
        focus(environment)


def closing(count: int) -> list[dict[str, object]]:
    """Close the program in every state; return for each how long it lasted and what outlived it."""
    found = []
    for at in range(count):
        state = STATES[at % len(STATES)]
        with tempfile.TemporaryDirectory() as name, screen(Path(name)) as environment:
            folder = Path(name)
            prepared(folder)
            program = begun(environment)
            try:
                reach(state, environment, folder / "logs" / "engine.log", program)
                below = descendants(program.pid)
                began = time.monotonic()
                hands(environment, "key", "ctrl+q")
                program.wait(WAITS_S)
                took = time.monotonic() - began
                time.sleep(0.2)
                orphans = [pid for pid in below if alive(pid)]
                found.append(
                    {"state": state, "seconds": round(took, 2), "orphans": len(orphans), "rc": program.returncode}
                )
            finally:
                program.kill()
                program.wait()
    return found


def single(count: int) -> list[int]:
    """Start five programs at once, so often; return how many of each five stayed."""
    stayed = []
    with tempfile.TemporaryDirectory() as name, screen(Path(name)) as environment:
        prepared(Path(name))
        for _ in range(count):
            all_ = [begun(environment) for _ in range(5)]
            try:
                awaited(lambda all_=all_: sum(each.poll() is not None for each in all_) >= 4)
                time.sleep(0.5)
                stayed.append(sum(each.poll() is None for each in all_))
                focus(environment)
                hands(environment, "key", "ctrl+q")
                awaited(lambda all_=all_: all(each.poll() is not None for each in all_))
            finally:
                for each in all_:
                    each.kill()
                    each.wait()
    return stayed


# The settings file.

WRONG = ("nan", '"x"', "-1", "1e99", "[]", "true", "{}", '""', "99999999999999999999")


def damaged(good: bytes, chance: random.Random) -> bytes:
    """Return a settings file that something has happened to."""
    raw = bytearray(good)
    kind = chance.randrange(6)
    if kind == 0:
        for _ in range(chance.randint(1, 8)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
    elif kind == 1:
        del raw[chance.randrange(len(raw)) :]
    elif kind == 2:
        raw[chance.randrange(len(raw)) :] = chance.randbytes(chance.randint(1, 400))
    elif kind in (3, 4):
        lines = good.decode().splitlines()
        values = [at for at, line in enumerate(lines) if " = " in line]
        for at in chance.sample(values, min(3, len(values))):
            lines[at] = lines[at].split(" = ")[0] + " = " + chance.choice(WRONG)
        raw = bytearray("\n".join(lines).encode())
    else:
        raw += f"\n[{chance.choice(['nonsense', 'audio', 'work'])}]\nunknown = 1\n".encode()
    return bytes(raw)


def damaged_settings(count: int) -> dict[str, int]:
    """Open the window on so many damaged files; return how many were said, and how many were harmless."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    chance, said = random.Random(6), 0
    with tempfile.TemporaryDirectory() as name:
        good = Path(name) / "good.toml"
        settings_file.write(good, Settings(audio=AudioSettings("Desk microphone", "Headphones")))
        for at in range(count):
            said += opened_on(damaged(good.read_bytes(), chance), Path(name) / str(at), application)
    return {"damaged": count, "said": said, "harmless": count - said}


def opened_on(raw: bytes, folder: Path, application: object) -> bool:
    """Open the window on this settings file, change a setting; return whether something was said. Raises if lost."""
    from PySide6.QtCore import QEvent

    from app.window.crashes import Crashes
    from app.window.opening import Opening
    from app.window.preferences import Kept
    from app.window.start import Asked, shown

    folder.mkdir()
    os.environ |= {"SOTTO_CONFIG": str(folder), "SOTTO_DATA": str(folder / "data"), "SOTTO_LOGS": str(folder / "logs")}
    (folder / "settings.toml").write_bytes(raw)
    kept = Kept(folder / "window.toml")
    opening = Opening(application, Asked(), shown(application, kept), kept, Crashes(folder / "logs"))  # type: ignore[arg-type]
    _, complaints = settings_file.read(folder / "settings.toml", Settings())
    banner = opening.house.desk.banner
    try:
        if complaints:
            assert banner.isVisible()
            assert str(complaints[0]) in banner.what.text()
            assert "settings.toml" in str(complaints[0])
            opening._write(SettingsUsed(SILENT))
            assert raw in [file.read_bytes() for file in folder.glob("settings.damaged-*")]
        return bool(complaints)
    finally:
        opening._link.close(0)
        opening.house.desk.close()
        opening.house.desk.deleteLater()
        opening.house.deleteLater()
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # type: ignore[attr-defined]


# Engine and audio process.


class Live:
    """A house with the real engine on the pocket pack, without a sound card."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        from PySide6.QtWidgets import QApplication

        from app.engine.link import EngineLink
        from app.window.desk import Desk
        from app.window.house import House, Places
        from app.window.preferences import Kept
        from app.window.theme import Theme
        from core.commands import Setup, Talk

        self.application = QApplication.instance() or QApplication([])
        desk = Desk(Theme(self.application), folder / "state.ini")
        places = Places(folder / "data", folder / "settings.toml", folder / "logs")
        self.house = House(self.application, desk, Kept(folder / "window.toml"), SILENT, places, "0")
        self.link = EngineLink(Setup(SILENT, folder / "data"), self.house.door.tell, folder / "logs")
        self.link.start()
        self.house.door.connect_to(self.link)
        self.house.door.ask(Talk())
        desk.show()
        self.until(self.ready)

    def until(self, such: Callable[[], object]) -> float:
        """Let the window go on until this is true; return after how many seconds."""
        return awaited(lambda: (self.application.processEvents(), such())[1], rest=0.005)

    def ready(self) -> bool:
        """Whether it listens."""
        return self.house.steering.how.standing.ready and self.house.steering.how.engine.phase in ("ready", "safe")

    def say(self, text: str) -> float:
        """Write a line; return after how many seconds its answer is kept and shown."""
        captions = self.house.desk.captions
        before = sum(captions.at(row).row is not None for row in range(captions.rowCount()))
        self.house.desk.panel.line.setText(text)
        self.house.desk.panel.sender_.click()
        return self.until(
            lambda: sum(captions.at(row).row is not None for row in range(captions.rowCount())) >= before + 2
        )

    def audio_pid(self) -> int:
        """Return the audio process: of those that the engine has spawned, the oldest is at work."""
        below = descendants(self.link.pid)
        return min(pid for pid in below if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes())

    def close(self) -> None:
        """End it."""
        self.link.close()
        self.house.desk.close()


def faults() -> list[dict[str, object]]:
    """Let everything happen once; return for each after how many seconds it was seen, and mended."""
    from app.window.words import Mood

    found: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as name:
        live = Live(Path(name))
        house = live.house

        def seen() -> bool:
            return house.desk.banner.isVisible() or house.steering.how.mood in (Mood.RECOVERING, Mood.STOPPED)

        def suffer(what: str, pid: Callable[[], int], sign: int, mended: Callable[[], object]) -> None:
            house.desk.banner.hide()
            os.kill(pid(), sign)
            told = live.until(seen)
            again = live.until(mended)
            house.desk.banner.hide()
            live.say("How are you today?")
            number = house.steering.how.standing.conversation
            found.append(
                {"fault": what, "seen": round(told, 2), "mended": round(told + again, 2), "conversation": number}
            )

        def anew() -> Callable[[], bool]:
            pid = live.link.pid
            return lambda: live.link.pid != pid and live.ready()

        try:
            live.say("Hello, my name is Alex.")
            suffer("engine killed", lambda: live.link.pid, signal.SIGKILL, anew())
            suffer("engine stopped", lambda: live.link.pid, signal.SIGSTOP, anew())
            for what, sign in (("audio process killed", signal.SIGKILL), ("audio process stopped", signal.SIGSTOP)):
                live.until(lambda: descendants(live.link.pid))
                time.sleep(3)
                pid = live.audio_pid()
                suffer(what, lambda pid=pid: pid, sign, lambda pid=pid: not alive(pid))
            for _ in range(3):
                pid = live.link.pid
                os.kill(pid, signal.SIGKILL)
                live.until(lambda pid=pid: live.link.pid != pid)
            live.until(lambda: house.steering.how.engine.phase == "safe" and live.ready())
            live.say("What is my name?")
            number = house.steering.how.standing.conversation
            found.append({"fault": "engine crashed at start three times", "phase": "safe", "conversation": number})
        finally:
            live.close()
    return found


def main() -> None:
    """Do what is asked and print what came of it."""
    what, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    missing = [each for each in NEEDED if shutil.which(each) is None]
    if what in ("single", "closing") and missing:
        sys.exit(f"needs {', '.join(missing)}; packaging/bootstrap.py names their packages")
    done = {
        "faults": faults,
        "settings": lambda: damaged_settings(count),
        "single": lambda: single(count),
        "closing": lambda: closing(count),
    }[what]()
    print(json.dumps(done, indent=1))


if __name__ == "__main__":
    main()
