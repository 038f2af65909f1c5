"""When a reply ends before the model says so, and how its bytes become text."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


def loops(tokens: Sequence[int], *, longest: int = 40) -> bool:
    """Tell whether the tokens end in a loop: eight equal ones, or three equal stretches of 24 tokens or more in all."""
    for size in range(1, longest + 1):
        times = max(3, -(-24 // size)) if size > 1 else 8
        if len(tokens) < size * times:
            continue
        last = tokens[-size:]
        if all(tokens[-size * (n + 1) : -size * n] == last for n in range(1, times)):
            return True
    return False


class Spelling:
    """Turns the bytes of tokens into text that may be shown: whole characters, up to the first stop text.

    What might be the beginning of a stop text is held back until the next bytes tell.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stops = tuple(stops)
        self._held = ""
        self.stopped = False

    def add(self, raw: bytes) -> str:
        """Return what may be shown now."""
        return self._release(self._decoder.decode(raw))

    def rest(self) -> str:
        """Return what was held back, at the end of the reply."""
        text = self._release(self._decoder.decode(b"", final=True)) + self._held
        self._held = ""
        return text

    def _release(self, text: str) -> str:
        if self.stopped:
            return ""
        text = self._held + text
        ends = [at for at in (text.find(stop) for stop in self._stops) if at >= 0]
        if ends:
            self.stopped, self._held = True, ""
            return text[: min(ends)]
        keep = max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]


def _overlap(text: str, stop: str) -> int:
    """Return how many letters at the end of `text` begin `stop`."""
    return next((n for n in range(min(len(text), len(stop) - 1), 0, -1) if stop.startswith(text[-n:])), 0)
