"""The files of a conversation: a reply's sound, both sides on one time line, what was said, and how it went.

`docs/conversation-json.md` documents `conversation.json`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.checks import OutputFolder, Problem
from app.files import write_json, write_text
from core.records import TurnRecord
from core.types import VOICE_RATE

SCHEMA = "sotto.conversation/1"
OURS = re.compile(r"reply-\d+\.wav|conversation\.wav|transcript\.md|conversation\.json")
TRACELESS = ("empty", "merged")  # outcomes of turns in which nothing was said, or that went on in the next


@dataclass(frozen=True)
class Placed:
    """A recording, and where on the clock it was played into the microphone."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Circumstances:
    """What a conversation was held with."""

    sotto: str
    pack: str
    voice: str
    seed: int
    patience: str
    pace: str


def reply_name(number: int) -> str:
    """Return the file name of the reply of turn `number`, which counts from 1."""
    return f"reply-{number}.wav"


def check_apart(inputs: Sequence[Path], folder: OutputFolder) -> None:
    """Raise Problem if a file of the conversation would take the place of one of its recordings."""
    for path in inputs:
        if OURS.fullmatch(path.name) and path.resolve().parent == folder.path.resolve():
            raise Problem("this recording would be overwritten", path, "choose another folder with --out")


def remove_leftovers(folder: OutputFolder) -> None:
    """Remove the files of an earlier conversation, so that old replies do not stand among new ones."""
    if not (folder.path / "conversation.json").exists():
        return
    for path in folder.path.iterdir():
        if OURS.fullmatch(path.name):
            path.unlink()


def keep_texts(
    folder: OutputFolder, how: Circumstances, recordings: Sequence[Placed], turns: Sequence[TurnRecord]
) -> None:
    """Write what was said so far, for people and for programs."""
    write_text(folder.file("transcript.md"), transcript(turns))
    write_json(folder.file("conversation.json"), conversation(how, recordings, turns))


def transcript(turns: Sequence[TurnRecord]) -> str:
    """Return what was said, as Markdown."""
    lines = ["# A conversation with Sotto"]
    for turn in turns:
        lines.append(f"**You**{clock(turn.user_start)}: {turn.user or '(not understood)'}")
        if turn.reply:
            stopped = "" if turn.outcome == "answered" else " (stopped here)"
            stopped += " (shown, not spoken)" if turn.shown else ""
            lines.append(f"**Sotto**{clock(turn.reply_start)}: {turn.reply}{stopped}")
        if turn.error:
            lines.append(f"*The {turn.stage} failed: {turn.error}*")
    return "\n\n".join(lines) + "\n"


def clock(samples: int | None) -> str:
    """Return a position as minutes, seconds and tenths in brackets; nothing for no position."""
    if samples is None:
        return ""
    tenths = samples * 10 // VOICE_RATE
    return f" ({tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10})"


def conversation(how: Circumstances, recordings: Sequence[Placed], turns: Sequence[TurnRecord]) -> dict[str, Any]:
    """Return the conversation as `conversation.json` holds it."""
    return {
        "schema": SCHEMA,
        **asdict(how),
        "sample_rate": VOICE_RATE,
        "recordings": [{"file": each.name, "start": each.start, "end": each.end} for each in recordings],
        "turns": [told(number, turn, recordings) for number, turn in enumerate(turns, 1)],
    }


def told(number: int, turn: TurnRecord, recordings: Sequence[Placed]) -> dict[str, Any]:
    """Return one turn as `conversation.json` holds it."""
    return {
        "turn": number,
        "id": turn.turn.id,
        "revision": turn.turn.revision,
        "outcome": turn.outcome,
        "user": {
            "text": turn.user,
            "file": _source(turn, recordings),
            "start": turn.user_start,
            "end": turn.user_end,
            "onset": turn.onset,
            "offset": turn.offset,
            "language": turn.language or None,
            "confidence": None if turn.typed else round(turn.confidence, 4),
        },
        "reply": {
            "text": turn.reply,
            "written": turn.written,
            "shown": turn.shown or None,
            "file": reply_name(number) if turn.reply_samples else None,
            "start": turn.reply_start,
            "end": None if turn.reply_start is None else turn.reply_start + turn.reply_samples,
        },
        "milliseconds": {
            stage: None if passed is None else round(passed, 1) for stage, passed in asdict(turn.times).items()
        },
        "voice_history": asdict(turn.history) if turn.history else None,
        "failure": {"stage": turn.stage, "error": turn.error} if turn.error else None,
    }


def _source(turn: TurnRecord, recordings: Sequence[Placed]) -> str | None:
    if turn.onset is None:
        return None
    return next((each.name for each in reversed(recordings) if each.start <= turn.onset), None)
