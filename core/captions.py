"""What is shown of a sentence while it is being said: words settle once two looks in a row agree on them. Pure."""

from __future__ import annotations

import re


class Captions:
    """Follows one utterance after the other; what is settled never changes, and only grows."""

    def __init__(self) -> None:
        self._onset: int | None = None
        self._settled: list[str] = []
        self._last: list[str] = []

    def feed(self, onset: int, text: str) -> tuple[str, str]:
        """Take what was understood so far of the speech that began at `onset`; return what is settled, and the rest."""
        words = text.split()
        if onset != self._onset:
            self._onset, self._settled, self._last = onset, [], []
        settled = len(self._settled)
        for new, old in zip(words[settled:], self._last[settled:], strict=False):
            if _bare(new) != _bare(old):
                break
            self._settled.append(new)
        self._last = words
        return " ".join(self._settled), " ".join(words[len(self._settled) :])


def _bare(word: str) -> str:
    return re.sub(r"\W", "", word).casefold()
