"""Takes in a conversation that was exported as JSON; whatever is wrong with it is told before anything is kept."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast, get_args

from app.checks import Problem
from app.export import HELD_WITH, LARGEST
from app.keep import SCHEMA
from core.events import Outcome
from core.records import StageTimes, TurnRecord
from core.store.entries import SILENCE, Entry, Heading, Speech, Step
from core.store.shelf import LONGEST as LONGEST_TITLE
from core.store.sound import unpacked, unpacked_codes
from core.store.sqlite import transaction
from core.types import Samples, Turn

LONGEST = 1 << 40  # samples: no clock goes further
LARGEST_FLOAT = sys.float_info.max  # compared also with whole numbers that no float can be


@dataclass(frozen=True)
class Taken:
    """A conversation that was read and found right."""

    about: dict[str, Any]
    title: str  # that its user gave it
    turns: tuple[Entry, ...]


@dataclass(frozen=True)
class Part:
    """A JSON object that knows where it stands."""

    values: dict[str, Any]
    file: Path
    where: str = ""

    def wrong(self, key: str, what: str) -> Problem:
        """Return the problem with a key."""
        return Problem(f"{self.where}{key} {what}", self.file, "export the conversation again")

    def text(self, key: str, default: str = "") -> str:
        """Return a text."""
        value = self.values.get(key)
        if value is None:
            return default
        if not isinstance(value, str) or _surrogate(value):
            raise self.wrong(key, "is not a text")
        return value

    def whole(self, key: str, low: int = 0, high: int = LONGEST) -> int | None:
        """Return a whole number, or None where there is none."""
        value = self.values.get(key)
        if value is not None and (type(value) is not int or not low <= value <= high):
            raise self.wrong(key, f"is not a whole number from {low} to {high}")
        return value

    def number(self, key: str) -> float | None:
        """Return a number, or None where there is none."""
        value = self.values.get(key)
        if value is not None and (type(value) not in (int, float) or not -LARGEST_FLOAT <= value <= LARGEST_FLOAT):
            raise self.wrong(key, "is not a number")
        return value

    def part(self, key: str) -> Part:
        """Return an object; an empty one where there is none."""
        value = self.values.get(key)
        if not isinstance(value, dict | None):
            raise self.wrong(key, "is not an object")
        return Part(value or {}, self.file, f"{self.where}{key}.")

    def parts(self, key: str) -> list[Part]:
        """Return a list of objects."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.wrong(key, "is not a list of objects")
        return [Part(each, self.file, f"{self.where}{key}[{place}].") for place, each in enumerate(value)]

    def data(self, key: str) -> bytes:
        """Return bytes that are written as base64."""
        try:
            return base64.b64decode(self.text(key), validate=True)
        except (binascii.Error, ValueError) as error:
            raise self.wrong(key, "is not base64") from error

    def sound(self) -> Samples:
        """Return the sound, if there is any."""
        data = self.data("sound")
        if len(data) % 2:
            raise self.wrong("sound", "ends amid a sample")
        return unpacked(data) if data else SILENCE

    def speech(self, text: str, wording: str) -> Speech:
        """Return a stretch of speech with its codes, if there are any."""
        codebooks = self.whole("codebooks", 0, 64)
        if not codebooks or self.values.get("codes") is None:
            return Speech(text, wording, None)
        try:
            return Speech(text, wording, unpacked_codes(self.data("codes"), codebooks))
        except ValueError as error:
            raise self.wrong("codes", "are not whole frames") from error


def _surrogate(value: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in value)


def read(path: Path) -> Taken:
    """Return the conversation in a file; raises Problem."""
    top = Part(_object(path), path)
    if top.text("schema") != SCHEMA:
        raise Problem(f"the schema is not {SCHEMA}", path, "give a .json that Sotto wrote")
    turns = top.parts("turns")
    if not turns:
        raise Problem("there is no turn in this file", path, "give another")
    sittings = top.parts("sittings")
    about = {key: top.values.get(key) for key in HELD_WITH} | (_about(sittings[0]) if len(sittings) == 1 else {})
    if codecs := {each.text("codec") for each in sittings}:
        about["codec"] = codecs.pop() if len(codecs) == 1 else ""  # whose codes these are, no turn tells
    return Taken(_plain(about), top.text("title"), tuple(_entry(number, turn) for number, turn in enumerate(turns, 1)))


def keep(db: sqlite3.Connection, taken: Taken) -> int:
    """Keep it as a new conversation; return its number."""
    with transaction(db):
        conversation, sitting = Heading(taken.about).write(db)
        db.execute("UPDATE conversation SET title = ? WHERE id = ?", (taken.title[:LONGEST_TITLE], conversation))
        for turn in taken.turns:
            turn.write(db, sitting)
    return conversation


def _object(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST:
            raise Problem("this file is too large", path, f"give one of at most {LARGEST >> 20} MiB")
        value = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Problem(f"the file cannot be read ({error.strerror})", path, "check its name") from error
    except (ValueError, RecursionError) as error:
        raise Problem("this is not JSON", path, "give a .json that Sotto wrote") from error
    if not isinstance(value, dict):
        raise Problem("this is not a conversation", path, "give a .json that Sotto wrote")
    return value


def _about(sitting: Part) -> dict[str, Any]:
    return {key: sitting.values.get(key) for key in HELD_WITH}


def _plain(about: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in about.items() if isinstance(value, str | int) and not _odd(value)}


def _odd(value: object) -> bool:
    return isinstance(value, str) and _surrogate(value)


def _entry(number: int, turn: Part) -> Entry:
    user, reply = turn.part("user"), turn.part("reply")
    phrases = [each.speech(each.text("text"), each.text("wording")) for each in reply.parts("phrases")]
    if not phrases and reply.text("text"):
        phrases = [Speech(reply.text("text"), reply.text("text"), None)]
    words = user.text("text")
    step = turn.text("step", "done")
    if step not in get_args(Step):
        raise turn.wrong("step", f"is not one of {', '.join(get_args(Step))}")
    return Entry(
        cast(Step, step),
        _record(number, turn, user, reply),
        (user.speech(words, words), *phrases),
        user_sound=user.sound(),
        reply_sound=reply.sound(),
    )


def _record(number: int, turn: Part, user: Part, reply: Part) -> TurnRecord:
    outcome = turn.text("outcome")
    if outcome not in get_args(Outcome):
        raise turn.wrong("outcome", f"is not one of {', '.join(get_args(Outcome))}")
    start, end = reply.whole("start"), reply.whole("end")
    confidence, failure = user.number("confidence"), turn.part("failure")
    times = turn.part("milliseconds")
    return TurnRecord(
        Turn(number, turn.whole("revision") or 0),
        cast(Outcome, outcome),
        user=user.text("text"),
        language=user.text("language"),
        confidence=1.0 if confidence is None else confidence,
        typed=turn.values.get("typed") is True,
        user_start=user.whole("start"),
        user_end=user.whole("end"),
        onset=user.whole("onset"),
        offset=user.whole("offset"),
        reply=reply.text("text"),
        written=reply.text("written"),
        shown=reply.text("shown"),
        reply_start=start,
        reply_samples=max((end or 0) - (start or 0), 0),
        times=StageTimes(**{leaf.name: times.number(leaf.name) for leaf in fields(StageTimes)}),
        stage=failure.text("stage"),
        error=failure.text("error"),
    )
