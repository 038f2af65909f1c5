"""The log: one JSON object a line, in files that take each other's place; never a word or a sound of the user.

What may be written is decided here, not where it happens: of a piece of news its kind, numbers and times; of an error
its type and place, never its message, for an engine's message may quote what it was given.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from core.commands import Command
from core.events import Failed, Heard
from core.news import EngineState, Loading, News, Ready, Standing, Trouble, TurnKept
from core.records import Notice, TurnRecord

SIZE, FILES = 1 << 20, 5  # bytes of a file, files that stay
PLAIN = (bool, int, float)
NAMED = {EngineState: ("phase",), Loading: ("part",), TurnRecord: ("outcome", "stage"), Failed: ("stage",)}
UNTOLD = ("Levels", "Played", "Voiced", "Replied", "SpeechContinued", "Captioned")  # many a second


class _Forgiving(RotatingFileHandler):
    """Lets a full disk not stop the talk."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Leave the line out."""


class Journal:
    """Writes in `folder`; where that cannot be, it writes nowhere."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._log = logging.Logger(name)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = _Forgiving(folder / f"{name}.log", maxBytes=SIZE, backupCount=FILES - 1, encoding="utf-8")
            os.chmod(folder / f"{name}.log", 0o600)
        except OSError:
            self._log.addHandler(logging.NullHandler())
            return
        file.setFormatter(logging.Formatter("%(message)s"))
        self._log.addHandler(file)

    def note(self, what: str, **facts: bool | int | float | str | None) -> None:
        """Write a line; the facts are numbers, or words of our own."""
        when = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._log.info(json.dumps({"at": when, "pid": os.getpid(), "what": what, **facts}, ensure_ascii=True))

    def news(self, news: News | Notice) -> None:
        """Write of a piece of news what may be written."""
        what = news.what if isinstance(news, Notice) else news
        name = type(what).__name__
        if name not in UNTOLD:
            self.note(name, **_facts(what))

    def command(self, command: Command) -> None:
        """Write that something was asked for."""
        self.note("asked", command=type(command).__name__)

    def error(self, where: str, error: BaseException) -> None:
        """Write of an exception its type and the places that it passed, without what it says."""
        self.note("exception", where=where, error=type(error).__name__, places=places(error))

    def close(self) -> None:
        """Close the file."""
        for each in list(self._log.handlers):
            each.close()
            self._log.removeHandler(each)


def _facts(what: object) -> Mapping[str, Any]:
    facts: dict[str, Any] = {}
    if turn := getattr(what, "turn", None):
        facts |= {"turn": turn.id, "revision": turn.revision} if hasattr(turn, "id") else {}
    facts |= {name: getattr(what, name) for name in NAMED.get(type(what), ())}
    if isinstance(what, TurnRecord):
        facts |= {each.name: getattr(what.times, each.name) for each in fields(what.times)}
    elif isinstance(what, Heard):
        facts["letters"] = len(what.transcript.text)
    elif isinstance(what, Trouble):
        facts["command"] = what.command
    elif isinstance(what, TurnKept):
        facts |= {"conversation": what.conversation, "row": what.seen.row, "done": what.seen.done}
    elif isinstance(what, Ready | Standing):
        facts |= {each.name: value for each in fields(what) if isinstance(value := getattr(what, each.name), PLAIN)}
    return facts


def places(error: BaseException) -> str:
    """Return where an exception passed, the last place first, as "core/stage.py:80 < core/mind.py:41"."""
    passed, frame = [], error.__traceback__
    while frame is not None:
        parts = Path(frame.tb_frame.f_code.co_filename).parts
        passed.append(f"{'/'.join(parts[-2:])}:{frame.tb_lineno}")
        frame = frame.tb_next
    return " < ".join(reversed(passed))
