"""Which of two pronunciations was spoken: the recognised phones against the expected ones in either variant.

Phones are written in ARPAbet without stress. A recogniser's errors outside the word cost both variants the same, so
that only the word itself decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Vowels by where the tongue is at their beginning and end: (height, backness), 0 to 1; diphthongs move.
VOWELS: dict[str, tuple[float, float, float, float]] = {
    "IY": (1.0, 0.0, 1.0, 0.0),
    "IH": (0.8, 0.15, 0.8, 0.15),
    "EY": (0.6, 0.1, 0.9, 0.1),
    "EH": (0.45, 0.15, 0.45, 0.15),
    "AE": (0.15, 0.2, 0.15, 0.2),
    "AA": (0.0, 0.8, 0.0, 0.8),
    "AO": (0.3, 0.9, 0.3, 0.9),
    "OW": (0.5, 0.9, 0.8, 0.9),
    "UH": (0.8, 0.8, 0.8, 0.8),
    "UW": (1.0, 0.9, 1.0, 0.9),
    "AH": (0.4, 0.55, 0.4, 0.55),
    "ER": (0.5, 0.5, 0.5, 0.5),
    "AY": (0.05, 0.5, 0.85, 0.15),
    "AW": (0.05, 0.5, 0.8, 0.85),
    "OY": (0.4, 0.9, 0.85, 0.15),
}
ALIKE = tuple(
    frozenset(kind.split())
    for kind in ("P B", "T D", "K G", "F V TH DH", "S Z SH ZH", "CH JH SH ZH", "M N NG", "L R W", "Y", "HH")
)
VOICED_PAIRS = frozenset(
    frozenset(pair.split()) for pair in ("P B", "T D", "K G", "F V", "TH DH", "S Z", "SH ZH", "CH JH")
)
GAP = 0.7  # a phone more or less
KIN, VOICING, FAR = 0.6, 0.4, 1.0  # one consonant for another: of the same kind, but for its voice, any other
LOST = 0.62  # of a phone for each expected one: costlier, and nothing was understood
MARGIN = 0.02  # under which two variants are equally near

# What wav2vec2's espeak model and espeak-ng write, as ARPAbet; longest first when it is read.
IPA: dict[str, str] = {
    "aɪ": "AY", "aʊ": "AW", "eɪ": "EY", "oʊ": "OW", "əʊ": "OW", "ɔɪ": "OY", "tʃ": "CH", "dʒ": "JH",
    "iː": "IY", "uː": "UW", "ɑː": "AA", "ɔː": "AO", "ɜː": "ER", "oː": "AO", "aɪə": "AY ER", "aɪɚ": "AY ER",
    "ɪɹ": "IH R", "ɛɹ": "EH R", "ʊɹ": "UH R", "ɔːɹ": "AO R", "oːɹ": "AO R", "ɑːɹ": "AA R", "əl": "AH L", "n̩": "AH N",
    "i": "IY", "ɪ": "IH", "ᵻ": "IH", "e": "EY", "ɛ": "EH", "æ": "AE", "a": "AE", "aː": "AA", "ɑ": "AA", "ɐ": "AH",
    "ɔ": "AO", "ɒ": "AA", "ʊ": "UH", "u": "UW", "ʌ": "AH", "ə": "AH", "ɚ": "ER", "ɝ": "ER", "o": "OW",
    "b": "B", "d": "D", "ð": "DH", "f": "F", "ɡ": "G", "g": "G", "h": "HH", "j": "Y", "k": "K", "l": "L", "ɫ": "L",
    "m": "M", "n": "N", "ŋ": "NG", "p": "P", "ɹ": "R", "r": "R", "s": "S", "ʃ": "SH", "t": "T", "ɾ": "T", "θ": "TH",
    "v": "V", "w": "W", "z": "Z", "ʒ": "ZH", "x": "K", "ʔ": "",
}  # fmt: skip
LONGEST = max(map(len, IPA))


@dataclass(frozen=True)
class Pronunciation:
    """What was found: the nearer variant's number, None where neither is; by how much; and how well all of it fits."""

    variant: int | None
    margin: float  # cost of the other less cost of this one, in phones
    error: float  # cost of the nearer one for each expected phone


def judge(heard: Sequence[str], variants: Sequence[Sequence[str]]) -> Pronunciation:
    """Say which variant of a whole sentence's phones was heard."""
    costs = [distance(heard, expected) for expected in variants]
    order = np.argsort(costs, kind="stable")
    best = int(order[0])
    margin = float(costs[order[1]] - costs[best])
    error = costs[best] / max(1, len(variants[best]))
    return Pronunciation(best if margin > MARGIN and error < LOST else None, margin, error)


def distance(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the least cost of turning one string of phones into the other."""
    row = np.arange(len(other) + 1) * GAP
    for i, phone in enumerate(one, 1):
        corner, row[0] = row[0], i * GAP
        for j, found in enumerate(other, 1):
            corner, row[j] = row[j], min(row[j] + GAP, row[j - 1] + GAP, corner + unlike(phone, found))
    return float(row[-1])


def unlike(one: str, other: str) -> float:
    """Return how far apart two phones are, 0 to 1 and a little more for a vowel in a consonant's place."""
    if one == other:
        return 0.0
    if one in VOWELS and other in VOWELS:
        return min(FAR, 0.15 + float(np.abs(np.subtract(VOWELS[one], VOWELS[other])).sum()) / 2)
    if one in VOWELS or other in VOWELS:
        return 1.2
    if frozenset((one, other)) in VOICED_PAIRS:
        return VOICING
    return KIN if any(one in kind and other in kind for kind in ALIKE) else FAR


def from_ipa(text: str) -> list[str]:
    """Return phones written in espeak's IPA as ARPAbet, without stress."""
    text, phones, at = re.sub(r"[ˈˌ|_\-‖.,!?]", "", text), [], 0
    while at < len(text):
        size = next((n for n in range(min(LONGEST, len(text) - at), 0, -1) if text[at : at + n] in IPA), 0)
        if size:
            phones += IPA[text[at : at + size]].split()
        at += size or 1
    return phones
