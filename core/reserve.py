"""How much of a reply must be there before it may sound, so that it sounds without a gap. Pure.

A voice that is quicker than speech needs a little for its unevenness; one that is slower needs as much as it falls
behind until the phrase is over.
"""

from __future__ import annotations

import math
from collections import deque

from core.types import VOICE_FRAME, VOICE_RATE

FRAME_S = VOICE_FRAME / VOICE_RATE
RECENT = 50  # frames that the pace is told from
EASY = 0.7  # of real time: if nearly all frames are below it,
JITTER = VOICE_RATE // 50  # what lasts until a slow one comes is enough, and how late that reaches the sound card;
LEAST = 2  # frames are enough in any case
UNKNOWN = 4  # of a voice that has not spoken yet
UNEVEN = 12  # frames are the most that a voice quicker than speech may need
SPARE = 4  # frames beside what a slow one falls behind
CAUTION = 1.05  # that it may become slower


class Reserve:
    """Follows how long each frame takes."""

    def __init__(self, most_s: float) -> None:
        self._most = max(round(most_s / FRAME_S), LEAST)
        self._took: deque[float] = deque(maxlen=RECENT)

    def note(self, seconds: float) -> None:
        """Take note of how long a frame took to be made."""
        self._took.append(seconds / FRAME_S)

    def samples(self, expected: int) -> int:
        """Return how many samples of a phrase of `expected` frames are to be held back."""
        return math.ceil(min(self._frames(expected), self._most) * VOICE_FRAME)

    def _frames(self, expected: int) -> float:
        if not self._took:
            return UNKNOWN
        ranked = sorted(self._took)
        mean, slow = sum(ranked) / len(ranked), ranked[(len(ranked) - 1) * 95 // 100]
        if slow < EASY:  # one frame in 50 that took far longer may be met again, but hardly as the next one
            return min(ranked[-2:][0] + JITTER / VOICE_FRAME, LEAST)
        uneven = min(math.ceil(SPARE + 20 * max(0.0, mean - 0.8)), UNEVEN)
        return max(uneven, math.ceil(expected * (1 - 1 / (CAUTION * mean))) + SPARE if mean * CAUTION > 1 else 0)
