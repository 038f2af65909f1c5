"""How long an engine may give no sign of life, by what it is doing: whatever takes longer, hangs. Pure."""

from __future__ import annotations

from core.events import Event, Replied, Shown, Voiced
from core.types import EAR_RATE
from core.work import Glance, Item, Think

HEARS_S, HEARS_TIMES = 5.0, 3.0  # recognition may take three times as long as was spoken, and five seconds in any case
WORD_S = 10.0  # between two pieces of a reply; the first comes after the whole prompt was read
FRAME_S = 3.0  # between two frames of 80 ms; the first comes after the whole context was read


def patience(item: Item, said: Event | None, longest: float) -> float:
    """Return the seconds, at most `longest`, for which an engine may be silent that has `said` this of `item` last."""
    if isinstance(item, Glance) or (isinstance(item, Think) and said is None):
        spoken = item.work.utterance
        return min(max(HEARS_S, HEARS_TIMES * (len(spoken.narrow) if spoken else 0) / EAR_RATE), longest)
    if isinstance(said, Shown) or (isinstance(said, Replied) and said.chunk):
        return min(WORD_S, longest)
    return min(FRAME_S, longest) if isinstance(said, Voiced) else longest
