"""Who judges what is spoken: recognisers of words, of phones, and a model of quality, as far as they are there."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from app import compose
from app.checks import Problem
from app.evaluate.kit import Judge, Listen, Score
from app.packs import library
from core.evaluation.phones import Pronunciation, judge
from core.types import Samples
from models.evaluation import sphinx
from models.evaluation.dnsmos import FILE, Dnsmos, packaged

PHONES, QUALITY = "wav2vec2-phones", "dnsmos"  # as the catalogue has them


def listeners(asked: argparse.Namespace, choice: compose.Choice, texts: Sequence[str]) -> dict[str, Listen]:
    """Return those who write words down, by name: the pack's own, and one who knows these texts and no voice."""
    transcriber = compose.load_transcriber(choice.pack, asked.threads, asked.data)
    found: dict[str, Listen] = {f"Whisper of {choice.pack.name}": lambda narrow: transcriber(narrow).text}
    if sphinx.available():
        found["pocketsphinx"] = sphinx.SphinxWords(texts)
    return found


def pronunciation(asked: argparse.Namespace) -> Judge | None:
    """Return who tells pronunciations apart: the model that is named or was downloaded, or else pocketsphinx."""
    folder = asked.phones or _downloaded(asked, PHONES)
    if folder is None:
        return sphinx.SphinxPronunciation() if sphinx.available() else None
    from models.evaluation.wav2vec2 import Wav2Vec2Phones

    try:
        return PhoneJudge(Wav2Vec2Phones(folder, asked.threads))
    except ValueError as error:
        raise Problem(error, "a phone recogniser") from error


def quality(asked: argparse.Namespace) -> Score | None:
    """Return who scores quality without a reference: the model that was downloaded, or that of a package."""
    folder = _downloaded(asked, QUALITY)
    path = folder / FILE if folder else packaged()
    try:
        return None if path is None else Dnsmos(path, asked.threads)
    except ValueError as error:
        raise Problem(error, "a model of quality") from error


def _downloaded(asked: argparse.Namespace, model: str) -> Path | None:
    shelf = library(asked.data).shelf
    return shelf.place(model) if shelf.has(model) else None


class PhoneJudge:
    """Tells variants apart by freely recognised phones, as Sesame does."""

    def __init__(self, recognise: Callable[[Samples], list[str]]) -> None:
        self._recognise = recognise
        self.name = getattr(recognise, "name", "phones")

    def __call__(self, narrow: Samples, variants: Sequence[Sequence[str]]) -> Pronunciation:
        """Return the variant whose phones are nearer to those recognised."""
        return judge(self._recognise(narrow), variants)
