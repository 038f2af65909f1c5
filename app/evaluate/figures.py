"""What a suite finds: a result for each unit of work, and figures over all of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.evaluation.statistics import Difference, Interval

DIGITS = 6


@dataclass(frozen=True)
class Result:
    """One unit of work as it is kept: numbers by name, what was said and heard, and clips by what they are."""

    suite: str
    unit: str
    measures: Mapping[str, float | None]
    facts: Mapping[str, str] = field(default_factory=dict)
    clips: Mapping[str, str] = field(default_factory=dict)  # paths relative to the run's folder

    def plain(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        measures = {name: rounded(value) for name, value in self.measures.items()}
        return {
            "suite": self.suite,
            "unit": self.unit,
            "measures": measures,
            "facts": dict(self.facts),
            "clips": dict(self.clips),
        }


def result(value: Mapping[str, Any]) -> Result:
    """Return a result that was kept; raises KeyError or TypeError for what is none."""
    return Result(value["suite"], value["unit"], dict(value["measures"]), dict(value["facts"]), dict(value["clips"]))


def rounded(value: float | None) -> float | None:
    """Return a number as it is written: NaN is nothing."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), DIGITS)


@dataclass(frozen=True)
class Figure:
    """One line of the report; `better` says in which direction, "" where there is none."""

    group: str
    name: str
    unit: str
    n: int
    value: float | None
    low: float | None
    high: float | None
    better: str = ""
    p: float | None = None
    effect: float | None = None
    note: str = ""

    def plain(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        numbers = {name: rounded(getattr(self, name)) for name in ("value", "low", "high", "p", "effect")}
        words = {name: getattr(self, name) for name in ("group", "name", "unit", "n", "better", "note")}
        return {**words, **numbers}


def figure(group: str, name: str, unit: str, n: int, of: Interval, better: str = "", note: str = "") -> Figure:
    """Return a figure from a value with its interval."""
    return Figure(group, name, unit, n, of.value, of.low, of.high, better, note=note)


def difference(group: str, name: str, unit: str, of: Difference, note: str = "") -> Figure:
    """Return a figure from a paired difference."""
    return Figure(group, name, unit, of.n, of.mean.value, of.mean.low, of.mean.high, "", of.p, of.effect, note)


def known(results: Sequence[Result], name: str) -> list[float]:
    """Return a measure of all results that have it."""
    return [value for each in results if (value := each.measures.get(name)) is not None]
