"""What may be concluded: bootstrap intervals, permutation tests, effect sizes, intervals of rates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 4000
DRAWS = 20_000  # sign flips or shuffles of a permutation test
EXACT = 14  # values up to which every sign flip is tried
CONFIDENCE = 0.95
Z = 1.959964


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """A paired difference: its mean with an interval, its size in standard deviations, and how likely by chance."""

    n: int
    mean: Interval
    effect: float  # Cohen's d of the pairs; 0 where nothing differs
    p: float  # two-sided, by flipping signs


def mean_interval(values: Sequence[float], seed: int = 0) -> Interval:
    """Return the mean with the bootstrap's interval; NaN for no values."""
    known = np.asarray(values, np.float64)
    if not len(known):
        return Interval(math.nan, math.nan, math.nan)
    chance = np.random.default_rng(seed)
    drawn = known[chance.integers(0, len(known), (RESAMPLES, len(known)))].mean(1)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(known.mean()), float(low), float(high))


def ratio_interval(parts: Sequence[float], wholes: Sequence[float], seed: int = 0) -> Interval:
    """Return sum(parts) / sum(wholes), as a corpus's word error, with the bootstrap's interval over items."""
    above, below = np.asarray(parts, np.float64), np.asarray(wholes, np.float64)
    if not len(above) or below.sum() == 0:
        return Interval(math.nan, math.nan, math.nan)
    drawn = np.random.default_rng(seed).integers(0, len(above), (RESAMPLES, len(above)))
    ratios = above[drawn].sum(1) / np.maximum(below[drawn].sum(1), 1e-12)
    low, high = np.quantile(ratios, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(above.sum() / below.sum()), float(low), float(high))


def percentile_interval(values: Sequence[float], share: float, seed: int = 0) -> Interval:
    """Return the value under which `share` of a hundred lie, with the bootstrap's interval; NaN for no values."""
    known = np.asarray(values, np.float64)
    if not len(known):
        return Interval(math.nan, math.nan, math.nan)
    drawn = np.random.default_rng(seed).choice(known, (RESAMPLES // 8, len(known)))
    low, high = np.percentile(np.percentile(drawn, share, axis=1), [2.5, 97.5])
    return Interval(float(np.percentile(known, share)), float(low), float(high))


def rate_interval(hits: int, trials: int) -> Interval:
    """Return hits / trials with Wilson's interval; NaN for no trials."""
    if not trials:
        return Interval(math.nan, math.nan, math.nan)
    share, z = hits / trials, Z
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def paired(differences: Sequence[float], seed: int = 0) -> Difference:
    """Judge paired differences against the hypothesis that either sign is as likely."""
    values = np.asarray(differences, np.float64)
    mean = mean_interval(differences, seed)
    spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    effect = mean.value / spread if spread > 0 else 0.0
    return Difference(len(values), mean, effect, _sign_flips(values, seed) if len(values) else 1.0)


def _sign_flips(values: NDArray[np.float64], seed: int) -> float:
    seen = abs(values.mean()) - 1e-12
    if len(values) <= EXACT:
        signs = 1.0 - 2.0 * ((np.arange(2 ** len(values))[:, None] >> np.arange(len(values))) & 1)
        return float(np.mean(np.abs(signs @ values) / len(values) >= seen))
    chance = np.random.default_rng(seed)
    signs = chance.integers(0, 2, (DRAWS, len(values)), dtype=np.int8).astype(np.float64) * 2 - 1
    as_far = int(np.count_nonzero(np.abs(signs @ values) / len(values) >= seen))
    return (as_far + 1) / (DRAWS + 1)


def apart(one: Sequence[float], other: Sequence[float], seed: int = 0) -> float:
    """Return how likely two unpaired groups' means lie this far apart by chance, by shuffling who is in which."""
    pool = np.concatenate([np.asarray(one, np.float64), np.asarray(other, np.float64)])
    if not len(one) or not len(other):
        return 1.0
    seen = abs(float(np.mean(one)) - float(np.mean(other))) - 1e-12
    chance, as_far = np.random.default_rng(seed), 0
    for _ in range(DRAWS // 4):
        mixed = chance.permutation(pool)
        as_far += abs(mixed[: len(one)].mean() - mixed[len(one) :].mean()) >= seen
    return (int(as_far) + 1) / (DRAWS // 4 + 1)


def unpaired(one: Sequence[float], other: Sequence[float], seed: int = 0) -> Difference:
    """Judge how far the second group's mean lies above the first's, whose members have nothing to do with each other.

    Its n is the smaller group's.
    """
    here, there = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if not len(here) or not len(there):
        return Difference(0, Interval(math.nan, math.nan, math.nan), 0.0, 1.0)
    chance = np.random.default_rng(seed)
    drawn = [part[chance.integers(0, len(part), (RESAMPLES, len(part)))].mean(1) for part in (here, there)]
    low, high = np.quantile(drawn[1] - drawn[0], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    mean = float(there.mean() - here.mean())
    spread = math.sqrt((here.var() + there.var()) / 2)
    effect = mean / spread if spread > 0 else 0.0
    return Difference(
        min(len(here), len(there)), Interval(mean, float(low), float(high)), effect, apart(one, other, seed)
    )


def slope(values: Sequence[float], seed: int = 0) -> tuple[Interval, float]:
    """Return the least-squares slope of values over their index with an interval, and its p by shuffling."""
    known = np.asarray(values, np.float64)
    if len(known) < 3:
        return Interval(math.nan, math.nan, math.nan), 1.0
    place = np.arange(len(known), dtype=np.float64)
    seen = _slope(place, known)
    chance = np.random.default_rng(seed)
    drawn = chance.integers(0, len(known), (RESAMPLES // 2, len(known)))
    again = [_slope(place[rows], known[rows]) for rows in drawn]
    low, high = np.quantile(again, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    as_far = sum(abs(_slope(place, chance.permutation(known))) >= abs(seen) - 1e-12 for _ in range(RESAMPLES // 2))
    return Interval(seen, float(low), float(high)), (as_far + 1) / (RESAMPLES // 2 + 1)


def _slope(place: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    centred = place - place.mean()
    below = float(centred @ centred)
    return float(centred @ (values - values.mean())) / below if below else 0.0
