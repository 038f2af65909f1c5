"""The real engine process under its supervisor: killed, stopped, crashing, closed; what was said is still there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from queue import Empty, Queue
from typing import TypeVar

import pytest

from app.compose import POCKET, pack_folder
from app.engine.link import EngineLink
from core import commands as ask
from core import news as tell
from core.records import Notice, TurnRecord
from core.settings import NO_DEVICE, AudioSettings, ModelSettings, Settings

T = TypeVar("T")
SETTINGS = Settings(audio=AudioSettings(NO_DEVICE, NO_DEVICE), models=ModelSettings(pack=str(POCKET), threads=1))
SECRET = "zanzibar"
LONG = 400.0  # seconds: the models load in four, but not on a computer that twenty others use


class Watch:
    """A link under test, and all that it told."""

    def __init__(self, link: EngineLink, news: Queue[tell.News]) -> None:
        self.link, self._news = link, news
        self.seen: list[tell.News] = []

    def until(self, kind: type[T], such: Callable[[T], bool] = lambda _: True, within: float = LONG) -> T:
        """Return the next news of a kind that is such."""
        deadline = time.monotonic() + within
        while True:
            try:
                news = self._news.get(timeout=max(deadline - time.monotonic(), 0))
            except Empty:
                told = [getattr(news, "phase", type(getattr(news, "what", news)).__name__) for news in self.seen]
                raise AssertionError(f"no {kind.__name__} after {told[-60:]}") from None
            self.seen.append(news)
            if isinstance(news, kind) and such(news):
                return news

    def phase(self, phase: tell.Phase) -> tell.EngineState:
        return self.until(tell.EngineState, lambda state: state.phase == phase)

    def kept(self) -> tell.TurnKept:
        return self.until(tell.TurnKept, lambda kept: kept.seen.done)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Watch]]:
    """Return what starts an engine on the test's own folder."""
    started: list[EngineLink] = []

    def begin(settings: Settings = SETTINGS) -> Watch:
        news: Queue[tell.News] = Queue()
        link = EngineLink(ask.Setup(settings, tmp_path / "data"), news.put, tmp_path / "logs")
        link.start()
        started.append(link)
        return Watch(link, news)

    yield begin
    for link in started:
        pid, audio = link.pid, children(link.pid)
        link.close()
        assert gone([pid, *audio]), "an orphan is left"


def kill(watch: Watch, how: signal.Signals) -> int:
    """Send the engine process a signal; return its number."""
    pid = watch.link.pid
    assert pid > 1, "0 would be ourselves"
    os.kill(pid, how)
    return pid


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, and theirs."""
    try:
        own = [
            int(each)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for each in (task / "children").read_text().split()
        ]
    except OSError:
        return []
    return [*own, *(each for child in own for each in children(child))]


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


def gone(pids: list[int], within: float = 10.0) -> bool:
    until = time.monotonic() + within
    while any(map(running, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(map(running, pids))


def logs(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (folder / "logs").iterdir())


def test_it_talks_is_killed_and_goes_on_where_it_was(start, tmp_path):
    watch = start()
    watch.link.ask(ask.Write("hello there"))
    assert watch.phase("starting").why == ""
    watch.until(tell.Ready)
    watch.phase("ready")
    first = watch.kept()
    pid = kill(watch, signal.SIGKILL)
    assert "SIGKILL" in watch.phase("restarting").why
    watch.link.ask(ask.Write(f"my name is {SECRET}"))  # while there is no engine
    second = watch.kept()
    assert second.conversation == first.conversation
    assert SECRET in second.seen.user
    assert watch.link.pid != pid
    watch.link.ask(ask.ReadTurns(first.conversation))
    turns = watch.until(tell.TurnPage).turns
    assert [turn.user for turn in turns] == ["hello there", f"my name is {SECRET}"]
    assert gone([pid])
    text = logs(tmp_path)
    assert b"TurnRecord" in text
    assert SECRET.encode() not in text.lower()
    assert b"hello" not in text.lower()


def test_killed_amid_a_turn_the_turn_is_answered_once_more(start):
    watch = start()
    watch.until(tell.Ready)
    watch.link.ask(ask.Write("tell me a story"))
    kept = watch.until(tell.TurnKept)
    assert not kept.seen.done
    kill(watch, signal.SIGKILL)
    watch.phase("restarting")
    again = watch.kept()
    assert (again.seen.user, again.conversation) == ("tell me a story", kept.conversation)
    watch.link.ask(ask.ReadTurns(kept.conversation))
    assert len(watch.until(tell.TurnPage).turns) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs signals")
def test_stopped_it_is_said_its_stacks_are_written_and_it_is_replaced(start, tmp_path):
    watch = start()
    watch.until(tell.Ready)
    pid = kill(watch, signal.SIGSTOP)
    watch.phase("slow")
    other = replace(SETTINGS, store=replace(SETTINGS.store, keep_days=30))
    watch.link.ask(ask.UseSettings(other))
    assert "does not answer" in watch.phase("restarting").why
    assert gone([pid])
    assert watch.until(tell.SettingsUsed).settings == other, "the one that hung did not take it"
    watch.phase("ready")
    assert "Thread" in (tmp_path / "logs" / "engine-stacks.txt").read_text()
    watch.link.ask(ask.Write("hello there"))
    assert watch.kept().seen.outcome == "answered"


def test_slow_for_a_moment_it_is_not_replaced(start):
    watch = start()
    watch.until(tell.Ready)
    pid = kill(watch, signal.SIGSTOP)
    watch.phase("slow")
    os.kill(pid, signal.SIGCONT)
    watch.phase("ready")
    assert watch.link.pid == pid


def test_three_crashes_at_start_lead_to_the_pocket_pack(start):
    watch = start()
    for _ in range(3):
        watch.phase("starting")
        kill(watch, signal.SIGSEGV)
        assert "SIGSEGV" in watch.phase("restarting").why
    assert any(isinstance(news, tell.Trouble) and "3 times" in news.what for news in watch.seen)
    watch.phase("safe")
    (told,) = [news for news in watch.seen if isinstance(news, tell.SettingsUsed)]
    assert told.instead
    assert pack_folder(Path(told.settings.models.pack)) == POCKET, "also where another pack is in use"
    watch.link.ask(ask.Write("hello there"))
    assert watch.kept().seen.outcome == "answered"


@pytest.mark.parametrize("moment", ["starting", "loading", "ready", "speaking", "stopped"])
def test_it_ends_in_every_state_and_nothing_is_left(start, moment):
    watch = start()
    watch.phase("starting")
    if moment == "loading":
        watch.until(tell.Loading)
    elif moment != "starting":
        watch.until(tell.Ready)
    if moment == "speaking":
        watch.link.ask(ask.Write("tell me a story"))
        watch.until(Notice, lambda notice: notice.state.value == "speaking")
    everyone = [watch.link.pid, *children(watch.link.pid)]
    if moment == "stopped":
        kill(watch, signal.SIGSTOP)
    watch.link.close()
    assert gone(everyone, within=2.0)
    if moment == "speaking":
        assert any(isinstance(news, Notice) and isinstance(news.what, TurnRecord) for news in drained(watch))


def drained(watch: Watch) -> list[tell.News]:
    watch.phase("stopped")
    return watch.seen


def test_commands_that_make_no_sense_do_no_harm(start):
    watch = start()
    for command in (ask.Press(), ask.Release(), ask.Hush(), ask.OpenConversation(99), ask.ReplayTurn(7, "user")):
        watch.link.ask(command)
    assert watch.until(tell.Trouble)
    watch.link.ask(ask.Write("hello there"))
    assert watch.kept().seen.outcome == "answered"


def test_a_window_that_dies_takes_everything_along(tmp_path):
    """A process that holds an engine is killed: engine and audio process end as well."""
    import subprocess
    import sys

    code = f"""
import sys, time
from pathlib import Path
from queue import Queue
from app.engine.link import EngineLink
from core import commands as ask, news as tell
from core.settings import *
if __name__ == "__main__":
    settings = Settings(audio=AudioSettings(NO_DEVICE, NO_DEVICE), models=ModelSettings(threads=1))
    news = Queue()
    link = EngineLink(ask.Setup(settings, Path({str(tmp_path)!r}) / "data"), news.put, Path({str(tmp_path)!r}) / "logs")
    link.start()
    link.ask(ask.Talk())
    while not isinstance(news.get(), tell.AudioOpened):
        pass
    print(link.pid, flush=True)
    time.sleep(600)
"""
    script = tmp_path / "window.py"
    script.write_text(code)
    root = Path(__file__).parents[3]
    window = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(root)}, text=True
    )
    assert window.stdout
    engine = int(window.stdout.readline())
    everyone = [engine, *children(engine)]
    assert len(everyone) >= 2
    window.kill()
    window.wait()
    window.stdout.close()
    assert gone(everyone)


def test_stacks_go_nowhere_where_no_log_can_be_written(tmp_path):
    (tmp_path / "logs").write_text("no folder")
    code = "import sys, pathlib; from app.engine import child; print(child._stacks(pathlib.Path(sys.argv[1])).name)"
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "logs"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == os.devnull
