"""Words that were wanted and words that were heard: errors by the least edits, and what became of the last one."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class WordErrors:
    """What must be done to the wanted words to get the heard ones."""

    wanted: int
    wrong: int  # substituted
    missing: int
    added: int
    last_missing: bool  # the last wanted word has no counterpart, whatever was heard in its place

    @property
    def edits(self) -> int:
        """All of them."""
        return self.wrong + self.missing + self.added

    @property
    def rate(self) -> float:
        """The word error rate; over 1 where more was heard than wanted."""
        return self.edits / max(1, self.wanted)


def plain_words(text: str) -> list[str]:
    """Return the words of a text as they are compared: lower case, without punctuation."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower().replace("’", "'"))


def word_errors(wanted: str, heard: str) -> WordErrors:
    """Compare two texts word by word."""
    one, other = plain_words(wanted), plain_words(heard)
    table = np.zeros((len(one) + 1, len(other) + 1), np.int64)
    table[:, 0], table[0, :] = np.arange(len(one) + 1), np.arange(len(other) + 1)
    for i, word in enumerate(one, 1):
        for j, found in enumerate(other, 1):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (word != found))
    return _traced(one, other, table)


def _traced(one: list[str], other: list[str], table: np.ndarray) -> WordErrors:
    i, j, wrong, missing, added, last_missing = len(one), len(other), 0, 0, 0, False
    while i or j:
        if i and j and table[i, j] == table[i - 1, j - 1] + (one[i - 1] != other[j - 1]):
            wrong += one[i - 1] != other[j - 1]
            i, j = i - 1, j - 1
        elif i and table[i, j] == table[i - 1, j] + 1:
            last_missing = last_missing or i == len(one)
            missing, i = missing + 1, i - 1
        else:
            added, j = added + 1, j - 1
    return WordErrors(len(one), wrong, missing, added, last_missing)
