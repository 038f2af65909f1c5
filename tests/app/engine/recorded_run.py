"""A whole talk for somebody who watches from outside: `python -m tests.app.engine.recorded_run FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from core import commands as ask
from core import news as tell
from tests.harness.bench import DEMO, Bench


def run(folder: Path) -> None:
    """Speak, type, suffer a crash, export and delete."""
    here = Bench(folder)
    here.link.start()
    here.first(0, lambda news: isinstance(news, tell.Ready))
    here.link.ask(ask.Talk())
    for recording in DEMO:
        since = len(here.told)
        here.say(recording)
        here.answer(since)
    here.answer(here.write("hello there"), "hello there")
    since = len(here.told)
    here.order("voice", "segv", 3)
    here.write("how are you")
    here.first(since, lambda news: isinstance(news, tell.EngineState) and news.phase == "ready")
    here.answer(since, "how are you")
    since = len(here.told)
    here.link.ask(ask.ExportConversation(1, folder / "talk.flac"))
    here.first(since, lambda news: isinstance(news, tell.Exported))
    here.link.ask(ask.DeleteEverything())
    here.first(since, lambda news: isinstance(news, tell.ConversationList) and not news.conversations)
    here.link.close()
    (folder / "done").touch()


if __name__ == "__main__":
    run(Path(sys.argv[1]))
