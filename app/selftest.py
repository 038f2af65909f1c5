"""`sotto --selftest`: the engine process speaks one sentence with the pocket pack; a line for each part, exit code 0.

It needs no sound card, no network, no window, and leaves nothing behind.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from typing import TypeVar

from app.checks import Problem
from app.compose import POCKET
from app.engine.link import EngineLink
from core.commands import ExportConversation, Setup, Write
from core.news import Exported, News, Ready, ReplyTimes, Trouble, TurnKept
from core.settings import NO_DEVICE, AudioSettings, ModelSettings, Settings

SENTENCE = "Hello, how are you?"
PATIENCE_S = 300.0  # for each part
SETTINGS = Settings(audio=AudioSettings(NO_DEVICE, NO_DEVICE), models=ModelSettings(pack=str(POCKET)))

T = TypeVar("T")


class Missing(Exception):
    """A part did not do what it should."""


def run(say: Callable[[str], None] = print) -> int:
    """Test the parts one after the other; 0, or 1 with the reason."""
    with tempfile.TemporaryDirectory(prefix="sotto-selftest-") as folder:
        news: Queue[News] = Queue()
        link = EngineLink(Setup(SETTINGS, Path(folder) / "data"), news.put, Path(folder) / "logs")
        link.start()
        try:
            _parts(link, news, Path(folder) / "reply.wav", say)
        except Missing as missing:
            say(f"failed      {missing}")
            return 1
        finally:
            link.close()
    say("end         the engine process has ended")
    return 0


def timed(folder: Path, settings: Settings) -> tuple[float, ReplyTimes]:
    """Return how many seconds the models took to load, and how long a typed sentence's reply took; raises Problem."""
    news: Queue[News] = Queue()
    link = EngineLink(Setup(settings, folder / "data"), news.put, folder / "logs")
    link.start()
    try:
        ready = _awaited(news, Ready)
        link.ask(Write(SENTENCE))
        return ready.seconds, _awaited(news, ReplyTimes)
    except Missing as missing:
        raise Problem(missing) from missing
    finally:
        link.close()


def _parts(link: EngineLink, news: Queue[News], file: Path, say: Callable[[str], None]) -> None:
    ready = _awaited(news, Ready)
    say(f"engine      process {link.pid} has loaded the pocket pack in {ready.seconds:.1f} s")
    link.ask(Write(SENTENCE))
    seen = _awaited(news, TurnKept, lambda kept: kept.seen.done)
    if seen.seen.outcome != "answered" or not seen.seen.reply_seconds:
        raise Missing(f"the turn ended as {seen.seen.outcome}, {seen.seen.error or 'without a sound'}")
    say(f"talk        it answered {SENTENCE!r} with {seen.seen.reply!r}")
    say(f"voice       {seen.seen.reply_seconds:.2f} s of speech went to no sound card")
    link.ask(ExportConversation(seen.conversation, file))
    _awaited(news, Exported)
    say(f"store       the conversation is kept, its sound is {file.stat().st_size} bytes")


def _awaited(news: Queue[News], kind: type[T], such: Callable[[T], bool] = lambda _: True) -> T:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            what = news.get(timeout=max(until - time.monotonic(), 0))
        except Empty:
            raise Missing(f"there was no {kind.__name__} within {PATIENCE_S:g} s") from None
        if isinstance(what, Trouble):
            raise Missing(what.what)
        if isinstance(what, kind) and such(what):
            return what
