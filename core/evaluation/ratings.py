"""Comparative ratings on a scale of seven: who is preferred, by how much, and which raters listened. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.evaluation.statistics import Difference, Interval, paired, rate_interval

SAME = 1.0  # at most so much may two equal clips be said to differ
PASSED = 0.5  # of the catches, more than which a rater must have passed


@dataclass(frozen=True)
class Rating:
    """One answer, -3 to 3, positive for the first of the two; `catch` is "same", "spoilt" or empty."""

    rater: str
    pair: str
    value: float
    catch: str = ""

    @property
    def passed(self) -> bool:
        """Tell whether a catch was answered rightly: equal clips are equal, a clean one beats a spoilt one."""
        return abs(self.value) <= SAME if self.catch == "same" else self.value > 0


@dataclass(frozen=True)
class Verdict:
    """What all ratings together say; positive is for the first."""

    score: Difference  # over pairs, each the mean of its raters
    wins: int
    ties: int
    losses: int
    preferred: Interval  # share of the first among those that are no ties
    raters: int
    left_out: tuple[str, ...]  # raters who failed the catches

    def plain(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return asdict(self)

    def told(self, names: Sequence[str]) -> str:
        """Return it in words."""
        mean = self.score.mean
        lines = [
            f"{names[0]} (positive) against {names[1]}: {mean.value:+.2f} on a scale of -3 to 3 ("
            f"{mean.low:+.2f} to {mean.high:+.2f}), p = {self.score.p:.2g}, {self.score.n} pairs, {self.raters} raters",
            f"preferred {self.wins}, equal {self.ties}, not preferred {self.losses}: "
            f"{self.preferred.value:.0%} ({self.preferred.low:.0%} to {self.preferred.high:.0%})",
        ]
        if self.left_out:
            lines.append(f"left out, since they failed the catches: {', '.join(self.left_out)}")
        return "\n".join(lines)


def verdict(ratings: Sequence[Rating]) -> Verdict:
    """Judge ratings, leaving out raters who failed most of their catches."""
    catches: dict[str, list[bool]] = defaultdict(list)
    for each in ratings:
        if each.catch:
            catches[each.rater].append(each.passed)
    left_out = tuple(sorted(rater for rater, passed in catches.items() if np.mean(passed) <= PASSED))
    kept = [each for each in ratings if not each.catch and each.rater not in left_out]
    by_pair: dict[str, list[float]] = defaultdict(list)
    for each in kept:
        by_pair[each.pair].append(each.value)
    wins, losses = sum(each.value > 0 for each in kept), sum(each.value < 0 for each in kept)
    means = [float(np.mean(values)) for values in by_pair.values()]
    raters = len({each.rater for each in kept})
    ties = len(kept) - wins - losses
    return Verdict(paired(means), wins, ties, losses, rate_interval(wins, wins + losses), raters, left_out)
