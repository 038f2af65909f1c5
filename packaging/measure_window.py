"""Measures the window: `python packaging/measure_window.py`. How soon it is seen, and how evenly its thread goes on.

How soon: from the command to the first picture, median of ten, beside a bare Qt window made in the same way. How
evenly: the lateness of a timer in the window's thread: from the first picture on, while the pocket pack is loaded, and
while the real engine answers, captions and levels come in and as many processes as there are cores are busy; beside the
same timer in an empty window. And how long a conversation of 10,000 turns takes to be shown.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TIMES, BEAT_MS, LASTS_S = 10, 5, 20.0
BARE = """
import sys, time
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
window = QWidget()
window.show()
application.processEvents()
print(time.time())
"""
OURS = """
import sys, time
from app.window.desk import Desk
def first(self, event):
    print(time.time(), flush=True)
    import os
    os._exit(0)
Desk.paintEvent = first
from app.main import main
main([])
"""
EVENLY = """
import sys
from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from app.window.desk import Desk
late, clock, timer = [], QElapsedTimer(), QTimer(interval=5, timerType=Qt.TimerType.PreciseTimer)
def beat():
    late.append(clock.restart() - 5)
def end():
    print(max(late), flush=True)
    from PySide6.QtWidgets import QApplication
    QApplication.instance().closeAllWindows()
def shown(self, event):
    timer.timeout.connect(beat)
    clock.start()
    timer.start()
    QTimer.singleShot(4000, end)
Desk.showEvent = shown
from app.main import main
main([])
"""
BUSY = "while True: sum(range(10_000))"


def soon(code: str) -> float:
    """Return the median of seconds from the command to the first picture."""
    took = []
    for _ in range(TIMES):
        with tempfile.TemporaryDirectory() as folder:
            places = {name: f"{folder}/{name}" for name in ("SOTTO_DATA", "SOTTO_CONFIG", "SOTTO_LOGS")}
            began = time.time()
            command = [sys.executable, "-c", code]
            done = subprocess.run(
                command, cwd=ROOT, env=os.environ | places, capture_output=True, text=True, timeout=60
            )
            took.append(float(done.stdout.split()[0]) - began)
    return statistics.median(took)


def evenly() -> float:
    """Return by how many milliseconds the latest beat was late in the first four seconds of a start."""
    with tempfile.TemporaryDirectory() as folder:
        places = {name: f"{folder}/{name}" for name in ("SOTTO_DATA", "SOTTO_CONFIG", "SOTTO_LOGS")}
        done = subprocess.run(
            [sys.executable, "-c", EVENLY],
            cwd=ROOT,
            env=os.environ | places,
            capture_output=True,
            text=True,
            timeout=90,
        )
    return float(done.stdout.split()[0])


def opened() -> float:
    """Return how many seconds 10,000 turns take from the engine's news to the picture."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        desk = talking(application, Path(folder))
        built = time.monotonic()
        desk.show()  # type: ignore[attr-defined]
        while not desk.captions.rowCount():  # type: ignore[attr-defined]
            application.processEvents()
        desk.grab()  # type: ignore[attr-defined]
        took = time.monotonic() - built
        assert built > began
        desk.close()  # type: ignore[attr-defined]
        QTest.qWait(50)
    return took


def with_engine(busy: list[subprocess.Popen[bytes]]) -> dict[str, list[float]]:
    """Return the beats' lateness while the real engine loads, and while it answers with all cores busy."""
    from PySide6.QtCore import QElapsedTimer, Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from app.engine.link import EngineLink
    from app.window.desk import Desk
    from app.window.house import House, Places
    from app.window.preferences import Kept
    from app.window.theme import Theme
    from core.commands import Setup, Talk
    from core.settings import NO_DEVICE, AudioSettings, Settings

    application = QApplication.instance() or QApplication([])
    settings = Settings(audio=AudioSettings(NO_DEVICE, NO_DEVICE))
    found: dict[str, list[float]] = {}
    late: list[float] = []
    clock = QElapsedTimer()
    timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: (late.append(clock.nsecsElapsed() / 1e6 - BEAT_MS), clock.restart()))

    def until(such: object) -> None:
        while not such():  # type: ignore[operator]
            application.processEvents()
            time.sleep(0.001)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        desk = Desk(Theme(application), folder / "state.ini")
        house = House(application, desk, Kept(folder / "window.toml"), settings, Places(folder, folder, folder), "0")
        link = EngineLink(Setup(settings, folder / "data"), house.door.tell, folder / "logs")
        desk.show()
        house.door.connect_to(link)
        clock.start()
        timer.start()
        link.start()
        house.door.ask(Talk())
        until(lambda: house.steering.how.standing.ready)
        found["the pack is loaded"] = sorted(late)
        late.clear()
        busy += [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(os.cpu_count() or 1)]
        for count in range(1, 6):
            desk.panel.line.setText("Tell me a joke.")
            desk.panel.sender_.click()
            until(lambda count=count: desk.captions.rowCount() >= 2 * count and not house.steering.how.answering)
        found["the engine answers, cores busy"] = sorted(late)
        timer.stop()
        link.close()
        desk.close()
    return found


def beats(scene: bool) -> list[float]:
    """Return by how many milliseconds each beat of the thread came late."""
    from PySide6.QtCore import QElapsedTimer, Qt, QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QWidget

    application = QApplication.instance() or QApplication([])
    late: list[float] = []
    clock = QElapsedTimer()
    timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: (late.append(clock.nsecsElapsed() / 1e6 - BEAT_MS), clock.restart()))
    with tempfile.TemporaryDirectory() as folder:
        window = talking(application, Path(folder)) if scene else QWidget()
        window.show()
        QTest.qWait(300)
        clock.start()
        timer.start()
        QTest.qWait(int(LASTS_S * 1000))
        timer.stop()
        window.close()
    return sorted(late)


def talking(application: object, folder: Path) -> object:
    """Return a house's desk in which a talk goes on: levels ten times a second, captions twice, a long past."""
    from PySide6.QtCore import QTimer

    from app.window.desk import Desk
    from app.window.house import House, Places
    from app.window.preferences import Kept
    from app.window.theme import Theme
    from core.audio.wire import Levels
    from core.conversation import State
    from core.events import Captioned
    from core.news import EngineState, Standing, TurnPage, TurnSeen
    from core.records import Notice
    from core.settings import Settings
    from core.types import Turn

    places = Places(folder, folder / "settings.toml", folder)
    desk = Desk(Theme(application), folder / "state.ini")
    house = House(application, desk, Kept(folder / "window.toml"), Settings(), places, "0")
    past = tuple(
        TurnSeen(row, Turn(row), f"Question {row}?", "word " * 40, "answered", typed=False, done=True)
        for row in range(1, 10_001)
    )
    house.door.tell(EngineState("ready"))
    house.door.tell(Standing(ready=True, talking=True, conversation=1))
    house.door.tell(TurnPage(1, None, past, 0))
    count = iter(range(1_000_000))
    levels, words = QTimer(house.desk, interval=100), QTimer(house.desk, interval=480)
    levels.timeout.connect(lambda: house.door.tell(Levels(0.1, 0.3)))
    words.timeout.connect(
        lambda: house.door.tell(Notice(Captioned(0, 0, "word " * (next(count) % 60), "maybe"), State.HEARING, 0.0))
    )
    levels.start()
    words.start()
    return house.desk


def main() -> None:
    """Print all figures."""
    bare, ours = soon(BARE), soon(OURS)
    print(f"seen after: bare Qt window {bare:.2f} s, Sotto {ours:.2f} s (median of {TIMES})")
    print(f"the latest beat in the first 4 s of a start: {max(evenly() for _ in range(3)):.0f} ms late (of 3 starts)")
    print(f"10,000 turns are shown after {opened():.2f} s")
    busy: list[subprocess.Popen[bytes]] = []
    try:
        for name, late in with_engine(busy).items():
            print(
                f"late while {name}: p99 {late[int(len(late) * 0.99)]:.1f} ms, max {late[-1]:.1f} ms, {len(late)} beats"
            )
        for name, scene in (("empty window", False), ("talk of 10,000 turns", True)):
            late = beats(scene)
            p50, p99 = late[len(late) // 2], late[int(len(late) * 0.99)]
            print(f"late, cores busy, {name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {late[-1]:.1f} ms")
    finally:
        for each in busy:
            each.kill()


if __name__ == "__main__":
    main()
