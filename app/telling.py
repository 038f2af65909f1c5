"""What a command tells: words for people, or with `--json` one line of JSON for each event, for programs."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from app.checks import Problem
from models.audiofile import AudioFileError
from models.catalog import CatalogError
from models.downloads import DownloadError, Progress
from models.pack import PackError
from models.voices import VoiceError

SHOWN_S = 0.5
SENT_S = 0.1
MENDABLE = (AudioFileError, CatalogError, DownloadError, PackError, Problem, VoiceError)


def tell(asked: argparse.Namespace, event: str, words: str = "", **values: object) -> None:
    """Print an event: its words, if it has any, or with `--json` its values."""
    if asked.json:
        print(json.dumps({"event": event, **values}, default=str), flush=True)
    elif words:
        print(words, flush=True)


@contextmanager
def failures(asked: argparse.Namespace) -> Iterator[None]:
    """Tell programs of what went wrong, too; a download's fault becomes a Problem."""
    try:
        yield
    except MENDABLE as error:
        page, kind = (error.page, error.kind) if isinstance(error, DownloadError) else ("", "")
        tell(asked, "error", what=str(error), kind=kind, page=page)
        if not isinstance(error, DownloadError):
            raise
        if page and not asked.json:
            print(f"Open {page}", file=sys.stderr)
        raise Problem(error) from error


def shown(
    asked: argparse.Namespace, steps: Iterator[Progress] | Generator[Progress, None, list[str]]
) -> list[str] | None:
    """Take all steps and tell of them, on one line where there is a terminal; return what they end with."""
    show = _sent(asked) if asked.json else _drawn() if sys.stderr.isatty() else _listed()
    next(show)
    try:
        while True:
            show.send(next(steps))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    finally:
        show.close()


def _sent(asked: argparse.Namespace) -> Generator[None, Progress, None]:
    """Tell of each new phase or file, of every end, and ten times a second of what is between."""
    last, before = 0.0, ("", "")
    while True:
        step = yield
        now, ends = time.monotonic(), step.done >= step.total
        if (step.phase, step.name) != before or ends or now - last >= SENT_S:
            last, before = now, (step.phase, step.name)
            tell(asked, "progress", **asdict(step) | {"share": round(step.share, 4), "left_s": step.left_s})


def _drawn() -> Generator[None, Progress, None]:
    last = 0.0
    try:
        while True:
            step = yield
            if time.monotonic() - last >= SHOWN_S:
                last = time.monotonic()
                print(f"\r\033[K{line(step)}", end="", file=sys.stderr, flush=True)
    finally:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _listed() -> Generator[None, Progress, None]:
    before = ("", "")
    while True:
        step = yield
        if (step.phase, step.name) != before:
            before = (step.phase, step.name)
            print(line(step), file=sys.stderr, flush=True)


def line(step: Progress) -> str:
    """Return a step in words."""
    parts = [f"{step.share:4.0%}", step.phase, step.name]
    if step.phase == "fetching":
        parts.append(f"{size(step.done)} of {size(step.total)}")
        if step.left_s is not None:
            parts.append(f"{size(int(step.speed))}/s, {clock(step.left_s)} left")
    return "  ".join([*parts, *([step.note] if step.note else [])])


def size(count: int) -> str:
    """Return bytes as people say them."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= step:
            return f"{count / step:.1f} {unit}"
    return f"{count} B"


def clock(seconds: float) -> str:
    """Return a time that is left, as people say it."""
    minutes = int(seconds) // 60
    return (
        f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min" if minutes else "under a minute"
    )
