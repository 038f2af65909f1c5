"""pocketsphinx as an independent judge: given phones, or words by a language model of known sentences.

It is small, was trained on none of our speech, and is an optional package (`pip install pocketsphinx`). Each clip is
heard by a decoder of its own, which takes some milliseconds, since a decoder adapts to what it heard before.
"""

from __future__ import annotations

import importlib.util
import math
import os
import shutil
import tempfile
import weakref
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from core.evaluation.phones import Pronunciation
from core.evaluation.words import plain_words
from core.types import EAR_RATE, Samples

LEVEL = 0.08  # RMS given to every clip
EDGE_S = 0.15  # of silence around it
NOISE = 1e-4  # so that silence is not digital zero
DISCOUNT = 0.5
NEAR = 3  # words by which a count may be wrong
FRAMES_A_SECOND = 100  # that its scores are sums over
GET = "pip install pocketsphinx"


def available() -> bool:
    """Tell whether the package is there."""
    return importlib.util.find_spec("pocketsphinx") is not None


class SphinxPronunciation:
    """Which of several strings of phones was spoken: each is forced onto the sound, and the likelier one wins.

    The decision is surer than a comparison of freely recognised phones, which are wrong in half of the places.
    """

    name = "pocketsphinx, phones forced onto the sound"

    def __call__(self, narrow: Samples, variants: Sequence[Sequence[str]]) -> Pronunciation:
        """Return the likelier variant of samples at EAR_RATE; none where one of them cannot be forced onto it."""
        scores = [self._score(narrow, variant) for variant in variants]
        fitting = [score for score in scores if score is not None]
        if len(fitting) < len(scores):
            return Pronunciation(None, 0.0, 1.0)
        order = np.argsort([-score for score in fitting], kind="stable")
        margin = fitting[order[0]] - fitting[order[1]]
        return Pronunciation(int(order[0]) if margin > 0 else None, margin / FRAMES_A_SECOND, 0.0)

    def _score(self, narrow: Samples, phones: Sequence[str]) -> float | None:
        decoder = _decoder(dict=os.devnull, lm=None, beam=1e-60, wbeam=1e-40, pbeam=1e-60)
        decoder.add_word("all", " ".join(phones), update=True)
        decoder.add_jsgf_string("only", "#JSGF V1.0; grammar only; public <only> = all;")
        decoder.activate_search("only")
        _hear(decoder, narrow)
        found = decoder.hyp()
        return None if found is None else float(found.score)


class SphinxWords:
    """Words of sentences that are known beforehand, in any order that their pairs of neighbours allow."""

    name = "pocketsphinx words"

    def __init__(self, sentences: Iterable[str]) -> None:
        """Know the words of these sentences; those that the dictionary lacks are never heard."""
        known = _dictionary()
        texts = [[word for word in plain_words(text) if word in known] for text in sentences]
        words = sorted({word for text in texts for word in text})
        folder = Path(tempfile.mkdtemp(prefix="sotto-sphinx-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        lexicon, pairs = folder / "words.dict", folder / "pairs.lm"
        lexicon.write_text("".join(line for word in words for line in _entries(word, known[word])))
        pairs.write_text(bigrams(texts))
        self._files = {"dict": str(lexicon), "lm": str(pairs)}

    def __call__(self, narrow: Samples) -> str:
        """Return the words of samples at EAR_RATE."""
        decoder = _decoder(**self._files)
        _hear(decoder, narrow)
        found = decoder.hyp()
        return "" if found is None else str(found.hypstr)


def bigrams(sentences: Sequence[Sequence[str]]) -> str:
    """Return an ARPA model of which word follows which, by absolute discounting, interpolated."""
    follow: dict[str, Counter[str]] = defaultdict(Counter)
    ones: Counter[str] = Counter()
    for words in sentences:
        ones.update([*words, "</s>"])
        for first, second in pairwise(["<s>", *words, "</s>"]):
            follow[first][second] += 1
    total = sum(ones.values())
    singles, pairs = [], []
    for word in ["<s>", *sorted(ones)]:
        after = follow.get(word, Counter())
        count = sum(after.values())
        spare = DISCOUNT * len(after) / count if count else 1.0
        chance = math.log10(ones[word] / total) if word in ones else -99.0
        singles.append(f"{chance:.4f}\t{word}\t{math.log10(spare):.4f}")
        for then, times in sorted(after.items()):
            part = (times - DISCOUNT) / count + spare * ones[then] / total
            pairs.append(f"{math.log10(part):.4f}\t{word}\t{then}")
    head = ["\\data\\", f"ngram 1={len(singles)}", f"ngram 2={len(pairs)}", "", "\\1-grams:"]
    return "\n".join([*head, *singles, "", "\\2-grams:", *pairs, "", "\\end\\", ""])


def _entries(word: str, spoken: Sequence[str]) -> list[str]:
    return [f"{word}{f'({at})' if at > 1 else ''} {phones}\n" for at, phones in enumerate(spoken, 1)]


def spoken_words(text: str, narrow: Samples, about: int) -> int | None:
    """Return how many words of a text were spoken in samples at EAR_RATE that may end amid one of them.

    It is the greatest number of words that can be aligned with the sound, sought up to NEAR from `about`; None where
    none can, or the package is missing.
    """
    if not available():
        return None
    words, decoder = plain_words(text), _decoder(lm=None)
    for count in range(min(about + NEAR, len(words)), max(about - NEAR, 0), -1):
        if _aligned(decoder, words[:count], narrow):
            return count
    return None


def middles(text: str, narrow: Samples) -> list[float]:
    """Return in which second the middle of each word of a whole sentence is spoken; nothing where that is not clear."""
    words, decoder = plain_words(text), _decoder(lm=None)
    if not _aligned(decoder, words, narrow):
        return []
    parts = [part for part in decoder.seg() if part.word.partition("(")[0] in words]
    # `_hear` puts silence before the sound, and a part's last frame belongs to it.
    found = [(part.start_frame + part.end_frame + 1) / 2 / FRAMES_A_SECOND - EDGE_S for part in parts]
    return found if len(found) == len(words) else []


def _aligned(decoder: Any, words: Sequence[str], narrow: Samples) -> bool:
    try:
        decoder.set_align_text(" ".join(words))
        _hear(decoder, narrow)
    except RuntimeError:  # it knows one of them not
        return False
    return decoder.hyp() is not None


def _dictionary() -> dict[str, list[str]]:
    known: dict[str, list[str]] = defaultdict(list)
    for line in Path(_model("en-us/cmudict-en-us.dict")).read_text("utf-8").splitlines():
        word, _, phones = line.partition(" ")
        known[word.split("(")[0]].append(phones.strip())
    return known


def _model(name: str) -> str:
    import pocketsphinx

    return str(pocketsphinx.get_model_path(name))


def _decoder(**options: Any) -> Any:
    import pocketsphinx

    where = _model("en-us/en-us")
    return pocketsphinx.Decoder(hmm=where, samprate=float(EAR_RATE), loglevel="FATAL", **options)


def _hear(decoder: Any, narrow: Samples) -> None:
    level = float(np.sqrt(np.mean(np.square(narrow, dtype=np.float64)))) if len(narrow) else 0.0
    sound = np.pad(narrow * (LEVEL / max(level, 1e-5)), round(EDGE_S * EAR_RATE))
    sound = sound + np.random.default_rng(0).normal(0, NOISE, len(sound))
    decoder.start_utt()
    decoder.process_raw(np.round(np.clip(sound, -0.99, 0.99) * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
