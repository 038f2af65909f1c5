"""Where a clip speaks and where it pauses, how it ends, and how many syllables its text has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.types import VOICE_RATE, Samples

BLOCK = 240  # samples at VOICE_RATE: 10 ms
SPEECH_DB = -30.0  # below the clip's loud blocks, down to where it still counts as speech
FLOOR = 1e-3  # and never under this level
LOUD = 0.95  # quantile that stands for "loud"
PAUSE_S = 0.15  # shorter gaps are stops and breaths within words
CLICK_S = 0.03  # shorter sound is none
ENDING = 2  # blocks at the end that must have died away
ENDED_DB = -20.0  # below the loud blocks


@dataclass(frozen=True)
class Rhythm:
    """Seconds of a clip: speech without its pauses, the pauses inside, silence before and after."""

    speech: float
    pauses: tuple[float, ...]
    before: float
    after: float
    cut_off: bool  # it ends while it is still loud

    @property
    def silence_share(self) -> float:
        """The part of the whole clip in which nothing is said."""
        silent = sum(self.pauses) + self.before + self.after
        return silent / max(1e-9, silent + self.speech)

    @property
    def pause_share(self) -> float:
        """The part of the time from first to last sound that is pauses."""
        return sum(self.pauses) / max(1e-9, sum(self.pauses) + self.speech)


def rhythm(wide: Samples) -> Rhythm:
    """Return the rhythm of sound at VOICE_RATE."""
    level = _levels(wide)
    parts = _spoken(level)
    if not parts:
        return Rhythm(0.0, (), len(wide) / VOICE_RATE, 0.0, cut_off=False)
    step = BLOCK / VOICE_RATE
    pauses = tuple((second[0] - first[1]) * step for first, second in pairwise(parts))
    last = level[-ENDING:]
    loud = float(np.quantile(level, LOUD))
    return Rhythm(
        sum(end - start for start, end in parts) * step,
        pauses,
        parts[0][0] * step,
        len(wide) / VOICE_RATE - parts[-1][1] * step,
        bool(last.min() > loud * 10 ** (ENDED_DB / 20)),
    )


def _levels(wide: Samples) -> NDArray[np.float64]:
    blocks = wide[: len(wide) // BLOCK * BLOCK].reshape(-1, BLOCK).astype(np.float64)
    return np.asarray(np.sqrt((blocks**2).mean(1)))


def _spoken(level: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return stretches of speech in blocks, joined over gaps that are no pauses."""
    if not len(level):
        return []
    loud = level > max(FLOOR, float(np.quantile(level, LOUD)) * 10 ** (SPEECH_DB / 20))
    edges = np.flatnonzero(np.diff(np.r_[False, loud, False].astype(np.int8))).reshape(-1, 2)
    found: list[tuple[int, int]] = []
    for start, end in ((int(a), int(b)) for a, b in edges):
        if end - start < CLICK_S * VOICE_RATE / BLOCK:
            continue
        if found and start - found[-1][1] < PAUSE_S * VOICE_RATE / BLOCK:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def syllables(text: str) -> int:
    """Return about how many syllables an English text has, by its spelling; at least one for each word."""
    return sum(_syllables(word) for word in re.findall(r"[a-z']+", text.lower()))


def _syllables(word: str) -> int:
    word = re.sub(r"[^a-z]", "", word)
    groups = len(re.findall(r"[aeiouy]+", word))
    if word.endswith("e") and not word.endswith(("le", "ee", "ie", "oe", "ye")) and groups > 1:
        groups -= 1
    if word.endswith("ed") and not word.endswith(("ted", "ded")) and groups > 1:
        groups -= 1
    if re.search(r"[^aeiou]i(a|o)(?!u)", word) and not re.search(r"(t|s|c)i(a|o)", word):
        groups += 1
    return max(1, groups)
