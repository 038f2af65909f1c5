"""Figures with their spread: how many, the middle, the tail; rates with what the number of trials allows to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

RESAMPLES = 2000


@dataclass(frozen=True)
class Times:
    """A quantity measured many times."""

    name: str
    unit: str
    values: tuple[float, ...]

    def percentile(self, share: float) -> float:
        """Return the value below which this share of them lies."""
        return float(np.percentile(self.values, share)) if self.values else float("nan")

    def spread(self, share: float) -> tuple[float, float]:
        """Return the bootstrap's 95 % interval of a percentile."""
        if len(self.values) < 2:
            return float("nan"), float("nan")
        drawn = np.random.default_rng(0).choice(self.values, (RESAMPLES, len(self.values)))
        low, high = np.percentile(np.percentile(drawn, share, axis=1), [2.5, 97.5])
        return float(low), float(high)

    def row(self) -> str:
        """Return one line of the table."""
        if not self.values:
            return f"{self.name:44} {0:4}      -"
        middle, tail = self.percentile(50), self.percentile(95)
        low, high = self.spread(50)
        return (
            f"{self.name:44} {len(self.values):4}  p50 {middle:7.1f}  p90 {self.percentile(90):7.1f}  "
            f"p95 {tail:7.1f} {self.unit:3} (p50 between {low:.1f} and {high:.1f})"
        )

    def plain(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        shares = {f"p{share}": round(self.percentile(share), 2) for share in (50, 90, 95)} if self.values else {}
        values = [round(value, 2) for value in self.values]
        return {"name": self.name, "unit": self.unit, "n": len(values), **shares, "values": values}


@dataclass(frozen=True)
class Rate:
    """How often something happened."""

    name: str
    hits: int
    trials: int

    def row(self) -> str:
        """Return one line of the table."""
        share = f"{100 * self.hits / self.trials:5.1f} %" if self.trials else "    -"
        return f"{self.name:44} {self.trials:4}  {share} ({self.hits})"

    def plain(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return {"name": self.name, "n": self.trials, "hits": self.hits}


@dataclass(frozen=True)
class Findings:
    """What one scenario found, and remarks on what went wrong."""

    scenario: str
    figures: tuple[Times | Rate, ...]
    remarks: tuple[str, ...] = field(default=())

    def table(self) -> str:
        """Return it for people."""
        lines = [f"-- {self.scenario}", *(figure.row() for figure in self.figures)]
        return "\n".join([*lines, *(f"   {remark}" for remark in self.remarks)])

    def plain(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        figures: Sequence[dict[str, Any]] = [figure.plain() for figure in self.figures]
        return {"scenario": self.scenario, "figures": figures, "remarks": list(self.remarks)}
