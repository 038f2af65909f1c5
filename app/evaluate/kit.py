"""What a suite works with: the voice, who listens to it, and the folder of the run."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from app.compose import ASSETS
from app.evaluate.figures import Figure, Result
from app.evaluate.speakers import Speaker
from core.evaluation.measures import measure
from core.evaluation.phones import Pronunciation
from core.evaluation.words import word_errors
from core.types import EAR_RATE, VOICE_RATE, Samples
from models.audiofile import SYNTHETIC, read_audio, write_wav
from models.evaluation.dnsmos import Quality
from models.recording.likeness import Portrait, likeness, portrait

SETS = ASSETS / "evaluation"
PAD_S = 0.25  # of silence before a recogniser hears a clip

Listen = Callable[[Samples], str]  # words of samples at EAR_RATE
Judge = Callable[[Samples, Sequence[Sequence[str]]], Pronunciation]
Score = Callable[[Samples], Quality | None]


@dataclass(frozen=True)
class Size:
    """How much is done: all of it, or enough to see that nothing is broken."""

    name: str
    sentences: int
    replies: int  # of each condition of the context suite
    words: int  # items of each pronunciation suite
    turns: int  # of the long conversation
    trials: int  # of each live scenario


WHOLE = Size("whole", sentences=60, replies=40, words=10_000, turns=100, trials=12)
QUICK = Size("quick", sentences=8, replies=8, words=13, turns=6, trials=0)
SIZES = {size.name: size for size in (WHOLE, QUICK)}


@dataclass(frozen=True)
class Kit:
    """A run's tools: `listeners` write words down, `judge` tells pronunciations apart, `quality` scores the sound."""

    speaker: Speaker
    listeners: Mapping[str, Listen]
    judge: Judge | None
    folder: Path
    size: Size
    seed: int
    texts: Sequence[str]
    turnbench: Path | None = None
    quality: Score | None = None
    talk: tuple[str, ...] = ()  # options with which `sotto talk` has the same pack

    def chance(self, *parts: object) -> int:
        """Return a seed that depends on the run's and on what it is for."""
        return zlib.crc32("/".join(map(str, (self.seed, *parts))).encode()) & 0x7FFF_FFFF

    def portrait(self) -> Portrait | None:
        """Return what the voice should sound like."""
        return None if self.speaker.reference is None else portrait(self.speaker.reference)

    def keep(self, suite: str, name: str, sound: Samples) -> tuple[str, Samples]:
        """Write a clip; return its path in the run's folder, and the sound as it will be read again."""
        path = self.folder / "clips" / suite / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_wav(path, sound, VOICE_RATE, label=SYNTHETIC)
        return path.relative_to(self.folder).as_posix(), self.clip(suite, name)

    def clip(self, suite: str, name: str) -> Samples:
        """Read a clip again."""
        return read_audio(self.folder / "clips" / suite / f"{name}.wav")[0]

    def acoustics(self, sound: Samples, text: str) -> dict[str, float | None]:
        """Return all measures of one clip, and how alike it is to the reference."""
        found: dict[str, float | None] = measure(sound, text).plain()
        wanted, here = self.portrait(), portrait(sound)
        found["similarity"] = likeness(here, wanted).score if wanted and wanted.voiced and here.voiced else None
        return found

    def words(self, sound: Samples, text: str) -> tuple[dict[str, float | None], dict[str, str]]:
        """Return what each listener got wrong, and what each heard."""
        measures: dict[str, float | None] = {}
        facts: dict[str, str] = {}
        for name, listen in self.listeners.items():
            heard = listen(narrow(sound))
            errors = word_errors(text, heard)
            measures |= {f"edits, {name}": float(errors.edits), f"words, {name}": float(errors.wanted)}
            measures[f"last word missing, {name}"] = float(errors.last_missing)
            facts[f"heard by {name}"] = heard
        return measures, facts


def narrow(sound: Samples, pad_s: float = PAD_S) -> Samples:
    """Return sound as recognisers hear it, with so many seconds of silence around."""
    import soxr

    heard = np.asarray(soxr.resample(sound, VOICE_RATE, EAR_RATE), np.float32)
    return np.pad(heard, round(pad_s * EAR_RATE))


class Suite(Protocol):
    """One part of the evaluation; `live` is one whose figures depend on the clock."""

    name: str
    title: str
    live: bool

    def missing(self, kit: Kit) -> str:
        """Return what to get before it can run, in a line; empty if it can."""
        ...

    def units(self, kit: Kit) -> list[str]:
        """Return the names of its units of work, in order: each may use the clips of those before."""
        ...

    def perform(self, kit: Kit, unit: str) -> Result:
        """Do one unit; Problem if it cannot be done."""
        ...

    def figures(self, results: Sequence[Result]) -> list[Figure]:
        """Return the figures over all results."""
        ...
