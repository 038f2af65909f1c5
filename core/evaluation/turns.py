"""Who took the floor and when, as Full-Duplex-Bench and TurnBench define it. Pure; all times in seconds.

Full-Duplex-Bench 1.0 (arXiv 2503.04721): a reply takes the floor unless it has no words, or lasts under a second and
has at most three; latency is from the end of what the user says to its first word, never negative. Version 1.5
(2507.23159): stretches of one speaker are merged over pauses of up to 0.6 s (user) and 0.5 s (model).
TurnBench (arXiv 2608.25218; SesameAILabs/turnbench): a predicted moment counts within 0.25 s before to 3 s after the
true one, and not after the next event; each is matched once, the earliest first. A pause or backchannel in which, or
0.25 s before which, anything is predicted is one false alarm, unless that lies where a true moment may be found. What
is predicted where the annotators disagreed is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHORT_S, FEW_WORDS = 1.0, 3
MODEL_GAP_S = 0.5
EARLY_S, LATE_S = 0.25, 3.0

Span = tuple[float, float]


@dataclass(frozen=True)
class Word:
    """A word of the model's channel."""

    text: str
    start: float
    end: float


def merged(spans: Sequence[Span], gap: float) -> list[Span]:
    """Return stretches in order, joined where at most `gap` lies between them."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start - found[-1][1] <= gap:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def takes_over(words: Sequence[Word]) -> bool:
    """Say whether what the model said took the floor."""
    if not words:
        return False
    return not (words[-1].end - words[0].start < SHORT_S and len(words) <= FEW_WORDS)


def latency(words: Sequence[Word], user_end: float) -> float | None:
    """Return the time from the end of what the user said to the first word; None without a take-over."""
    return max(0.0, words[0].start - user_end) if takes_over(words) else None


@dataclass(frozen=True)
class Overlapped:
    """What a speaking model did about somebody else's speech (version 1.5)."""

    stopped: float | None  # after the other's beginning; None where it went on to the other's end and beyond
    responded: float | None  # after the other's end; None where nothing came


def overlapped(user: Span, model: Sequence[Span], patience: float = LATE_S) -> Overlapped:
    """Say when a model that was speaking at the user's beginning stopped, and when it spoke again."""
    spans = merged(model, MODEL_GAP_S)
    during = [span for span in spans if span[0] <= user[0] < span[1]]
    stop = during[0][1] if during else user[0]
    stopped = stop - user[0] if stop <= user[1] + patience else None
    after = [start for start, _ in spans if start > stop and start >= user[0]]
    return Overlapped(stopped, max(0.0, after[0] - user[1]) if after else None)


@dataclass(frozen=True)
class Detected:
    """How well moments were predicted."""

    true: int
    found: int
    negatives: int
    alarms: int  # negatives in which something was predicted
    delays: tuple[float, ...]  # of those found


def detected(
    predicted: Sequence[float], true: Sequence[float], negatives: Sequence[Span], excluded: Sequence[Span] = ()
) -> Detected:
    """Match predicted moments to true ones, one to one and in order."""
    left, delays, windows = _outside(sorted(predicted), excluded), [], []
    ordered = sorted(true)
    for moment in ordered:
        windows.append((moment - EARLY_S, min([moment + LATE_S, *(other for other in ordered if other > moment)])))
        hit = next((p for p in left if windows[-1][0] <= p <= windows[-1][1]), None)
        if hit is not None:
            left.remove(hit)
            delays.append(hit - moment)
    wrong = _outside(left, windows)
    alarms = sum(any(start - EARLY_S <= p <= end for p in wrong) for start, end in negatives)
    return Detected(len(ordered), len(delays), len(negatives), alarms, tuple(delays))


def _outside(moments: Sequence[float], spans: Sequence[Span]) -> list[float]:
    return [moment for moment in moments if not any(start <= moment <= end for start, end in spans)]
