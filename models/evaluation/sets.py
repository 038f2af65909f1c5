"""The sets of texts: JSON with `schema`, `name`, `language`, `licence` and `items`, each item checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from core.evaluation.phones import IPA

SCHEMA = 1
PHONES = frozenset(phone for phones in IPA.values() for phone in phones.split())


class SetError(Exception):
    """A set that cannot be used; the message is one line: which file, what, what to do."""


@dataclass(frozen=True)
class Homograph:
    """A text with a word of two pronunciations; `expected` and `other` are the whole text's phones in ARPAbet."""

    id: str
    word: str
    sense: str
    text: str
    expected: tuple[str, ...]
    other: tuple[str, ...]
    espeak: tuple[str, ...]  # how espeak-ng says the word so, and the other way


@dataclass(frozen=True)
class Consistent:
    """A prompt that has a word in one variant, and a text whose same word should follow it."""

    id: str
    word: str
    variant: str
    prompt: str
    text: str
    expected: tuple[str, ...]
    other: tuple[str, ...]
    espeak: tuple[str, ...]


I = TypeVar("I", Homograph, Consistent)  # noqa: E741 - an item


def homographs(folder: Path) -> list[Homograph]:
    """Read the homographs; raises SetError."""
    return _items(folder / "homographs.json", Homograph)


def consistency(folder: Path) -> list[Consistent]:
    """Read the pairs of prompt and text; raises SetError."""
    return _items(folder / "consistency.json", Consistent)


def sentences(folder: Path, name: str) -> list[str]:
    """Read plain sentences: those of `name`, or else the general ones; raises SetError."""
    path = folder / "sentences.json"
    table = _read(path).get("items")
    if not isinstance(table, dict) or not isinstance(table.get("general"), list):
        raise SetError(f"{path}: items: is no table of lists with `general`; restore the file")
    texts = table.get(name) or table["general"]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise SetError(f"{path}: items: holds what is not a text; restore the file")
    return list(texts)


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SetError(f"{path}: cannot be read ({error}); restore the file") from None
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise SetError(f"{path}: schema: is not {SCHEMA}; restore the file, or get a newer Sotto")
    return value


def _items(path: Path, kind: type[I]) -> list[I]:
    rows = _read(path).get("items")
    if not isinstance(rows, list) or not rows:
        raise SetError(f"{path}: items: is no list; restore the file")
    found = [_item(path, at, row, kind) for at, row in enumerate(rows)]
    if len({item.id for item in found}) < len(found):
        raise SetError(f"{path}: items: two have the same id; rename one")
    return found


def _item(path: Path, at: int, row: Any, kind: type[I]) -> I:
    names = [field.name for field in fields(kind)]
    if not isinstance(row, dict) or sorted(row) != sorted(names):
        raise SetError(f"{path}: items[{at}]: needs just {', '.join(names)}; correct it")
    texts = [row[name] for name in names if name != "espeak"]
    if not all(isinstance(text, str) and text.strip() for text in texts) or not _two_texts(row["espeak"]):
        raise SetError(f"{path}: items[{at}]: holds what is not a text; correct it")
    if not {*row["expected"].split(), *row["other"].split()} <= PHONES or row["expected"] == row["other"]:
        raise SetError(f"{path}: items[{at}]: expected, other: are not two different strings of phones; correct them")
    split = {name: tuple(row[name].split()) for name in ("expected", "other")}
    return kind(**{**row, **split, "espeak": tuple(row["espeak"])})


def _two_texts(value: Any) -> bool:
    return isinstance(value, Sequence) and len(value) == 2 and all(isinstance(each, str) for each in value)
