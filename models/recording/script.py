"""The text that is read aloud to make a voice."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

POCKET = "pocket"  # the pack that understands only its own sentences


@dataclass(frozen=True)
class Script:
    """Lines to read, then the sentence of consent; `words` is the share of words that may be heard wrong."""

    language: str
    least_s: float
    most_s: float
    reference_s: float
    words: float
    lines: tuple[str, ...]
    consent: str

    @property
    def text(self) -> str:
        """All lines but the consent."""
        return " ".join(self.lines)


def script_for(pack: str, language: str = "en") -> Script:
    """Return what is to be read for a pack, by its name, in a language; English where there is no other."""
    scripts = _scripts()
    if pack == POCKET:
        return scripts[POCKET]
    return next(
        (script for name, script in scripts.items() if script.language == language and name != POCKET),
        scripts["english"],
    )


@cache
def _scripts() -> dict[str, Script]:
    values = tomllib.loads((Path(__file__).parent / "scripts.toml").read_text("utf-8"))
    return {name: Script(**{**value, "lines": tuple(value["lines"])}) for name, value in values.items()}


def plain(text: str) -> list[str]:
    """Return the words of a text as they are compared."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower())


def word_error(wanted: str, heard: str) -> float:
    """Return the share of wanted words that were heard wrong, by edit distance; 1 at most."""
    one, other = plain(wanted), plain(heard)
    return min(1.0, _distance(one, other) / max(1, len(one)))


def _distance(one: Sequence[str], other: Sequence[str]) -> int:
    row = list(range(len(other) + 1))
    for i, word in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, heard in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != heard))
    return row[-1]
