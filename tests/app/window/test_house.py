"""How the program behaves: one window, no engine in its process, reports of its own faults, a careful start."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

import app
from app.window.crashes import Crashes
from app.window.preferences import Kept
from app.window.single import Single

ROOT = Path(app.__file__).parents[1]
FORBIDDEN = (
    "torch",
    "ctranslate2",
    "llama_cpp",
    "onnxruntime",
    "faster_whisper",
    "transformers",
    "moshi",
    "sounddevice",
)


@pytest.fixture
def python():
    """Start Python on some code; what still runs in the end is ended."""
    all_ = []

    def start(code, *arguments):
        command = [sys.executable, "-c", code, *map(str, arguments)]
        all_.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return all_[-1]

    yield start
    for each in all_:
        each.kill()
        each.communicate()


def test_the_window_loads_no_model_runtime(python):
    code = f"""
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {FORBIDDEN!r}:
            raise AssertionError(f"{{name}} is no part of the window")
sys.meta_path.insert(0, Refuse())
import app.main, app.window.start, app.window.opening
"""
    assert python(code).wait(60) == 0


def test_the_first_picture_waits_for_nothing_of_the_engine(python):
    code = """
import sys
import app.main, app.window.start
late = {"numpy", "core.news", "core.commands", "core.conversation", "PySide6.QtNetwork", "multiprocessing"}
sys.exit(", ".join(sorted(late & set(sys.modules))) or None)
"""
    assert python(code).wait(60) == 0


FIRST = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from app.window.single import Single
application = QCoreApplication([])
single = Single(Path(sys.argv[1]))
first = single.first()
print("first" if first else "second", flush=True)
if first:
    single.listen()
    single.asked.connect(lambda: print("asked", flush=True))
    QTimer.singleShot(int(sys.argv[2]), application.quit)
    application.exec()
"""


def test_of_five_that_start_at_once_one_stays(tmp_path, python):
    all_ = [python(FIRST, tmp_path, 60_000) for _ in range(5)]
    said = [each.stdout.readline() for each in all_]
    assert sorted(said) == ["first\n"] + ["second\n"] * 4
    first = all_[said.index("first\n")]
    assert [first.stdout.readline() for _ in range(4)] == ["asked\n"] * 4
    first.kill()
    assert first.stdout.read() == ""


FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"


def test_on_a_full_disk_it_starts_all_the_same(tmp_path, python):
    assert python(f"{FULL}\n{FIRST}", tmp_path, 0).communicate(timeout=60)[0] == "first\n"
    code = f"""
from pathlib import Path
from app.window.crashes import Crashes
{FULL}
crashes = Crashes(Path({str(tmp_path)!r}) / "logs")
crashes.watch()
crashes.ended_well()
"""
    assert python(code).wait(60) == 0


def test_a_crash_leaves_room_for_the_next(tmp_path, python, qapp):
    killed = python(FIRST, tmp_path, 60_000)
    assert killed.stdout.readline() == "first\n"
    killed.kill()
    killed.wait()
    next_ = Single(tmp_path)
    assert next_.first()
    next_.listen()
    next_.close()


def test_the_second_brings_the_first_to_the_front(tmp_path, python, qapp):
    first, told = Single(tmp_path), []
    assert first.first()
    first.listen()
    first.asked.connect(lambda: told.append(1))
    other = python(FIRST, tmp_path, 1000)
    while other.poll() is None:
        QTest.qWait(20)
    QTest.qWait(50)
    assert other.stdout.read() == "second\n"
    assert told == [1]
    first.close()


LEAVES = """
import sys
from PySide6.QtCore import QCoreApplication, QTimer
from app.window.leaving import Leaving
application = QCoreApplication([])
leaving = Leaving()
if sys.argv[1] == "heeds":
    leaving.asked.connect(application.quit)
else:
    leaving.asked.connect(lambda: print("asked", flush=True))
QTimer.singleShot(0, lambda: print("up", flush=True))
application.exec()
leaving.close()
print("left", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_asked_to_end_from_outside_it_ends_as_if_closed(python, number):
    running = python(LEAVES, "heeds")
    assert running.stdout.readline() == "up\n"
    running.send_signal(number)  # nothing else happens in it
    assert running.communicate(timeout=60)[0] == "left\n"
    assert running.returncode == 0


def test_asked_twice_it_ends_at_once(python):
    running = python(LEAVES, "hangs")
    assert running.stdout.readline() == "up\n"
    running.send_signal(signal.SIGTERM)
    assert running.stdout.readline() == "asked\n"
    running.send_signal(signal.SIGTERM)
    assert running.wait(60) == -signal.SIGTERM


def test_a_start_after_two_crashes_is_a_careful_one(tmp_path):
    assert [Crashes(tmp_path).safe for _ in range(3)] == [False, False, True]
    well = Crashes(tmp_path)
    well.ended_well()
    assert not Crashes(tmp_path).safe


def test_a_careful_start_changes_nothing_on_the_disk(tmp_path):
    file = tmp_path / "window.toml"
    Kept(file).set("keys", stop="F5")
    careful = Kept(file, changeable=False)
    assert careful.now.keys.stop == "Esc"
    careful.set("look", theme="dark")
    assert careful.now.look.theme == "dark"
    assert Kept(file).now.keys.stop == "F5"
    assert Kept(file).now.look.theme == "system"


@pytest.fixture
def crashes(tmp_path):
    hooks = sys.excepthook, threading.excepthook
    made = Crashes(tmp_path)
    made.watch()
    yield made
    sys.excepthook, threading.excepthook = hooks
    made.ended_well()


def test_a_fault_is_reported_here_without_what_was_said(crashes, tmp_path):
    told = []
    crashes.tell = told.append
    try:
        raise ValueError("my secret words")
    except ValueError:
        sys.excepthook(*sys.exc_info())
    text = told[0].read_text()
    assert "ValueError" in text
    assert "test_house.py" in text
    assert "secret" not in text.replace('raise ValueError("my secret words")', "")


def test_what_cannot_be_used_in_the_preferences_is_said(tmp_path):
    file = tmp_path / "window.toml"
    file.write_text('[look]\ntext_percent = 1000\ntheme = "dark"\n')
    kept = Kept(file)
    assert kept.now.look.text_percent == 100
    assert kept.now.look.theme == "dark"
    assert "text_percent" in str(kept.complaints[0])
