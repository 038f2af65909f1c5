"""`sotto talk`: a live conversation with microphone and loudspeaker, in the terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from app import settings_file
from app.checks import Problem
from app.folders import settings_file as path_of_settings
from app.lines import news_line
from app.session import Session
from app.sitting import NEWEST, data_folder
from app.talk_keys import KEYS, by_key, read_keys, read_lines
from app.talk_screen import Screen
from core.commands import OpenConversation, Setup, Talk
from core.news import Ended, News
from core.settings import Settings
from core.store.archive import Archive
from core.store.home import Store

ENDS = 0.8  # seconds in which everything must be written after Ctrl-C


def run(asked: argparse.Namespace) -> int:
    """Talk until Ctrl-C, which raises KeyboardInterrupt once everything is written."""
    data, settings = data_folder(asked.data), wanted(asked)
    number = conversation(data, asked.goes_on)
    news: SimpleQueue[News | None] = SimpleQueue()
    session = Session(
        Setup(data=data, settings=settings, keep=asked.keep or number is not None, seed=asked.seed), news.put
    )
    keys = sys.stdin.isatty() and not asked.json
    screen = Screen(keys=KEYS[settings.segmenter.mode] if keys else "")
    with by_key() if keys else nullcontext():
        session.start()
        session.take(Talk())
        if number is not None:
            session.take(OpenConversation(number))
        listen(session, settings, lambda: news.put(None), keys=keys)
        try:
            follow(news, printed if asked.json else screen.show)
        finally:
            session.close(ENDS)
            if not asked.json:
                screen.end()
    raise KeyboardInterrupt


def listen(session: Session, settings: Settings, quit_: Callable[[], None], *, keys: bool) -> None:
    """Obey keys or lines, on a thread of their own."""

    def obey() -> None:
        if keys:
            read_keys(settings.segmenter.mode, session.take, quit_)
        else:
            read_lines(session.take)

    Thread(target=obey, name="keys", daemon=True).start()


def follow(news: SimpleQueue[News | None], show: Callable[[News], None]) -> None:
    """Show news until the session ends, or the user wants no more."""
    while (each := news.get()) is not None:
        show(each)
        if isinstance(each, Ended):
            return


def printed(news: News) -> None:
    """Print news as a line of JSON."""
    print(news_line(news), flush=True)


def wanted(asked: argparse.Namespace) -> Settings:
    """Return the settings of this computer's file, with what was asked for on the command line; raises Problem."""
    settings, complaints = settings_file.read(path_of_settings(), Settings())
    for complaint in complaints:
        print(f"sotto: {complaint}", file=sys.stderr)
    audio = {name: getattr(asked, name) for name in ("microphone", "loudspeaker", "echo")}
    ears = {name: getattr(asked, name) for name in ("patience", "mode")}
    models = {"voice": asked.voice, "pack": str(asked.pack) if asked.pack else None, "threads": asked.threads}
    return replace(
        settings,
        audio=replace(settings.audio, **_given(audio)),
        segmenter=replace(settings.segmenter, **_given(ears)),
        models=replace(settings.models, **_given(models)),
    )


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def conversation(data: Path, asked: int | None) -> int | None:
    """Return the number of the conversation to go on with, None for a new one; raises Problem."""
    if asked is None:
        return None
    with Store.reading(data) as store:
        numbers = [title.number for title in Archive(store.db).titles()]
    if not numbers or asked not in (NEWEST, *numbers):
        what = "there is no conversation to continue" if asked == NEWEST else f"there is no conversation {asked}"
        raise Problem(what, data, "see `sotto history list`")
    return numbers[-1] if asked == NEWEST else asked
