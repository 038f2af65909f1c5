"""What was said is in no log, report or crash file, after Delete in no byte; and nothing goes to a network."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.main import main
from core import commands as ask
from core import news as tell
from tests.harness.bench import DEMO, Bench
from tests.harness.window_faults import NEEDED, WAITS_S, hands, prepared, reach, screen

ROOT = Path(__file__).parents[3]
TYPED = "quagmirezebra"


@pytest.fixture
def here(tmp_path):
    """Give a bench on the test's folder."""
    made = Bench(tmp_path)
    made.link.start()
    made.first(0, lambda news: isinstance(news, tell.Ready))
    made.link.ask(ask.Talk())
    yield made
    made.link.close()


def holders(folder: Path, secrets: list[bytes]) -> list[str]:
    """Return the files below a folder that hold one of these, in any case."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [str(each) for each in files if any(secret.lower() in each.read_bytes().lower() for secret in secrets)]


def test_words_are_in_no_log_and_after_delete_nowhere(here, tmp_path):
    typed = here.answer(here.write(TYPED), TYPED)[1]
    since = len(here.told)
    here.say(DEMO[1])
    spoken = here.answer(since)[1]
    assert spoken.user, "the recording was understood"
    since = len(here.told)
    here.order("chat", "raise", 1)  # an error while a secret is at work
    here.answer(here.write(f"{TYPED} again"), f"{TYPED} again")
    since = len(here.told)
    here.order("chat", "segv", 1)  # and a crash
    here.write(f"{TYPED} once more")
    here.first(since, lambda news: isinstance(news, tell.EngineState) and news.phase == "ready")
    here.answer(since, f"{TYPED} once more")
    since = len(here.told)
    os.kill(here.link.pid, signal.SIGSTOP)  # and one that hangs: every thread's stack is written
    here.first(since, lambda news: isinstance(news, tell.EngineState) and news.phase == "ready")
    here.link.ask(ask.Diagnose())
    _, told = here.first(since, lambda news: isinstance(news, tell.Diagnosis))
    secrets = [TYPED.encode(), *(text.encode() for text in (typed.reply, spoken.user, spoken.reply) if len(text) > 8)]
    assert holders(tmp_path / "data", secrets), "it is kept, or nothing would be shown here"
    assert holders(tmp_path / "logs", secrets) == []
    assert TYPED not in told.text.lower()
    assert (tmp_path / "logs" / "engine-stacks.txt").stat().st_size > 0
    since = len(here.told)
    here.link.ask(ask.DeleteEverything())
    here.first(since, lambda news: isinstance(news, tell.ConversationList) and not news.conversations)
    assert holders(tmp_path, secrets) == []
    here.kept.clear()


def test_words_are_in_no_report(here, tmp_path, monkeypatch):
    typed = here.answer(here.write(TYPED), TYPED)[1]
    since = len(here.told)
    here.say(DEMO[1])
    spoken = here.answer(since)[1]
    since = len(here.told)
    here.link.ask(ask.WriteFact(f"The user likes {TYPED}."))
    here.first(since, lambda news: isinstance(news, tell.FactList) and news.facts)
    here.link.ask(ask.RenameConversation(1, f"About {TYPED}"))
    here.link.close()
    for name, folder in (("SOTTO_DATA", "data"), ("SOTTO_LOGS", "logs"), ("SOTTO_CONFIG", "config")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    assert main(["check", "--no-speed", "--report", str(tmp_path / "report.txt")]) in (0, 1)
    secrets = [TYPED.encode(), *(text.encode() for text in (typed.reply, spoken.user, spoken.reply) if len(text) > 8)]
    assert (tmp_path / "report.txt").stat().st_size > 500
    assert holders(tmp_path / "data", secrets), "it is kept, or nothing would be shown here"
    assert [each for each in holders(tmp_path, secrets) if not each.startswith(str(tmp_path / "data"))] == []


def test_words_are_in_no_crash_file_of_the_window(tmp_path):
    program = f"""
import ctypes, sys, threading
from pathlib import Path
from app.window.crashes import Crashes
crashes = Crashes(Path({str(tmp_path / "logs")!r}))
crashes.watch()
secret = {TYPED!r}
def work(words):
    raise ValueError("cannot say " + words)
thread = threading.Thread(target=work, args=(secret,), name=secret)
thread.start()
thread.join()
try:
    work(secret)
except ValueError:
    sys.excepthook(*sys.exc_info())
ctypes.string_at(0)
"""
    script = tmp_path / "script.py"
    script.write_text(program)
    done = subprocess.run(
        [sys.executable, str(script)], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True
    )
    assert done.returncode == -signal.SIGSEGV
    files = [path.name for path in (tmp_path / "logs").iterdir() if path.stat().st_size]
    assert "window-crash.log" in files
    assert any(name.startswith("window-2") for name in files)
    assert holders(tmp_path / "logs", [TYPED.encode()]) == []


STRACE = ("strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,bind,listen,sendto,sendmsg,sendmmsg")
traced = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


def outward(trace: Path) -> list[str]:
    """Return the system calls that name an address of a network, be it this computer's own."""
    return [line for line in trace.read_text().splitlines() if re.search(r"sa_family=AF_INET6?\b", line)]


def test_a_connection_would_be_seen(tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    program = "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('127.0.0.1', 9))"
    subprocess.run([*STRACE, "-o", tmp_path / "trace", sys.executable, "-c", program], check=True)
    assert len(outward(tmp_path / "trace")) == 1


@traced
@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "codes", "says"),
    [
        (["--selftest"], (0,), "the engine process has ended"),
        (["converse", "--demo", "--keep", "--out", "out"], (0,), ""),
        (["check", "--report", "report.txt"], (0, 1), "The report is"),
        (["history", "list"], (0, 2), ""),
    ],
)
def test_no_command_connects_to_a_network(tmp_path, arguments, codes, says):
    done = subprocess.run(
        [*STRACE, "-o", tmp_path / "trace", sys.executable, "-m", "app.main", *arguments],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | places(tmp_path),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode in codes, done.stdout + done.stderr
    assert says in done.stdout
    assert outward(tmp_path / "trace") == []


@traced
@pytest.mark.slow
def test_a_talk_does_not_connect_to_a_network(tmp_path):
    """A whole recorded run: spoken and typed turns, a crash of the engine amid one, export and deletion."""
    subprocess.run(
        [*STRACE, "-o", tmp_path / "trace", sys.executable, "-m", "tests.app.engine.recorded_run", tmp_path],
        cwd=ROOT,
        check=True,
        timeout=600,
    )
    assert (tmp_path / "done").exists()
    assert outward(tmp_path / "trace") == []


@traced
@pytest.mark.slow
@pytest.mark.skipif(any(shutil.which(name) is None for name in NEEDED), reason="Xvfb or xdotool is missing")
def test_the_window_does_not_connect_to_a_network(tmp_path):
    with screen(tmp_path) as environment:
        prepared(tmp_path)
        program = subprocess.Popen(
            [*STRACE, "-o", tmp_path / "trace", sys.executable, "-m", "app.main"], cwd=ROOT, env=environment
        )
        try:
            reach("speaking", environment, tmp_path / "logs" / "engine.log")
            hands(environment, "key", "ctrl+q")
            assert program.wait(WAITS_S) == 0
        finally:
            program.kill()
            program.wait()
    assert len((tmp_path / "trace").read_text()) > 100, "it has connected to the screen at least"
    assert outward(tmp_path / "trace") == []


def places(folder: Path) -> dict[str, str]:
    """Return the environment that gives a program folders of its own."""
    return {f"SOTTO_{name.upper()}": str(folder / name) for name in ("data", "config", "logs")}
