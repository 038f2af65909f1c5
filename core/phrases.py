"""A stream of reply text, cut into phrases worth one breath. Pure, and indifferent to how the stream is chunked.

The first phrase comes early, because somebody waits for it; later ones are longer, because melody wants room.
"""

from __future__ import annotations

import re

from core.settings import PhraseSettings

# fmt: off
ABBREVIATIONS = frozenset([
    "dr", "mr", "mrs", "ms", "prof", "sr", "jr", "st", "vs", "etc", "e.g", "i.e", "cf", "approx", "dept",
    "inc", "ltd", "co", "mt", "capt", "col", "gen", "lt", "sgt", "rev", "u.s", "u.k", "a.m", "p.m", "ph.d",
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
])
# fmt: on
FENCE = "```"
SPOKEN = 6  # letters that a figure takes beyond its own when it is said
_CLOSERS = r"\"'\u201d\u2019\u00bb)\]}*_~`"
_SENTENCE_END = re.compile(rf"[.!?\u2026\u3002\uff01\uff1f]+[{_CLOSERS}]*\s$")
_CLAUSE_END = re.compile(rf"[;:\u2013\u2014][{_CLOSERS}]*\s$")
_COMMA = re.compile(rf"[,;:\u2013\u2014\uff0c\u3001][{_CLOSERS}]*\s")
_LAST_WORD = re.compile(r"(\S+?)\.[^\w.!?\u2026]*\s$")
_LIST_NUMBER = re.compile(r"(?:^|\n)\s*\d+\.\s$")


class PhraseSplitter:
    """Cuts one reply into phrases, as its text arrives."""

    def __init__(self, settings: PhraseSettings) -> None:
        self._set = settings
        self._text = ""
        self._first = True

    def feed(self, chunk: str) -> list[str]:
        """Take more text; return the phrases that it completes."""
        phrases = []
        for char in chunk:
            self._text += char
            # A border shows only in the character after it: "3." may go on as "3.14".
            at = self._border() if char.isspace() else 0
            if at:
                phrases.append(self._take(at))
        return [phrase for phrase in phrases if phrase]

    def flush(self) -> list[str]:
        """Return what is left at the reply's end."""
        rest = self._take(len(self._text))
        return [rest] if rest else []

    def _take(self, at: int) -> str:
        phrase, self._text = self._text[:at].strip(), self._text[at:].lstrip()
        self._first = self._first and not phrase
        return phrase

    def _border(self) -> int:
        """Return how much of the text is a phrase; 0 if it is still too early."""
        text = self._text
        size = len(text.strip()) + SPOKEN * sum(map(str.isdigit, text))
        if text.count(FENCE) % 2:
            return 0  # code is one piece, so that it can be left unspoken as one
        if size >= (self._set.first_chars if self._first else self._set.later_chars) and self._ends(text):
            return len(text)
        if size >= self._set.comma_chars:
            commas = [match.end() for match in _COMMA.finditer(text) if match.end() >= self._set.first_chars]
            if commas and (self._first or size >= 2 * self._set.comma_chars):
                return commas[-1]
        return len(text) if size >= self._set.max_chars else 0

    def _ends(self, text: str) -> bool:
        if text.endswith("\n"):
            return True
        if self._first and _CLAUSE_END.search(text):
            return True
        return bool(_SENTENCE_END.search(text)) and not _abbreviated(text)


def _abbreviated(text: str) -> bool:
    if _LIST_NUMBER.search(text):
        return True
    match = _LAST_WORD.search(text)
    if not match:
        return False
    word = match[1].lstrip("(\"'\u201c\u2018[*_").casefold()
    initial = len(word) == 1 and word.isalpha() and word != "i"
    return word in ABBREVIATIONS or initial
