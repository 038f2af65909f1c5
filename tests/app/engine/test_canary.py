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

from core import commands as ask
from core import news as tell
from tests.harness.bench import DEMO, Bench

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
    os.kill(here.link.pid, signal.SIGUSR1)  # every thread's stack
    since = len(here.told)
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


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.slow
def test_nothing_is_connected_to_but_what_is_on_this_computer(tmp_path):
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", str(trace)]
    done = subprocess.run(
        [*command, sys.executable, "-m", "app.main", "--selftest"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the engine process has ended" in done.stdout
    outward = [line for line in trace.read_text().splitlines() if re.search(r"sa_family=AF_INET6?\b", line)]
    assert outward == []
