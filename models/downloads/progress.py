"""How far something long has come."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import Literal

Phase = Literal["asking", "fetching", "waiting", "verifying", "importing", "assembling"]
WINDOW_S = 5.0


@dataclass(frozen=True)
class Progress:
    """Where a download is: bytes done, never more than `total`; `note` says what holds it up."""

    phase: Phase
    name: str
    done: int
    total: int
    speed: float = 0.0  # bytes a second, over the last seconds
    note: str = ""

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds left at this speed; None while that cannot be said."""
        return (self.total - self.done) / self.speed if self.speed > 0 else None


class Speed:
    """Bytes a second over the last WINDOW_S."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])

    def add(self, count: int) -> None:
        """Take note of bytes that came."""
        now = time.monotonic()
        self._seen.append((now, self._seen[-1][1] + count))
        while len(self._seen) > 2 and now - self._seen[1][0] > WINDOW_S:
            self._seen.popleft()

    def __call__(self) -> float:
        """Return the speed now."""
        (began, before), (_, after) = self._seen[0], self._seen[-1]
        passed = time.monotonic() - began
        return (after - before) / passed if passed > 0.2 else 0.0
