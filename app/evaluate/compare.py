"""Two or more runs side by side: every measure's difference over what both have, and whether it is chance."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.checks import Problem
from app.evaluate import comparable
from app.evaluate.comparable import Measure, Values
from app.evaluate.conclusion import read_run
from app.evaluate.figures import rounded
from app.files import write_json, write_text
from core.evaluation.statistics import Difference, paired, unpaired

SURE = 0.05  # after Holm's correction for the number of measures
LEAST = 5  # values that both must have


@dataclass(frozen=True)
class Run:
    """What was found of one voice, by suite and measure; its name tells it from the others."""

    name: str
    values: Mapping[str, Mapping[Measure, Values]]


def run(asked: argparse.Namespace) -> int:
    """Compare each run with the first one; 0."""
    if len(asked.runs) < 2:
        raise Problem("there is one run only", asked.runs[0], "name two or more")
    runs = _runs(asked.runs)
    found = [{"base": runs[0].name, "other": other.name, "rows": compared(runs[0], other)} for other in runs[1:]]
    for each in found:
        print(_table(each))
    if asked.json:
        write_json(asked.json, {"schema": 1, "comparisons": found})
    if asked.out:
        from app.evaluate.compare_page import compare_page

        write_text(asked.out, compare_page(found))
    return 0


def _runs(folders: Sequence[Path]) -> list[Run]:
    plans = [read_run(folder) for folder in folders]
    names = [str(each["plan"]["speaker"]) for each in plans]
    if len(set(names)) < len(names):
        names = [f"{name} ({folder.name})" for name, folder in zip(names, folders, strict=True)]
    return [
        Run(name, comparable.values(each, folder)) for name, each, folder in zip(names, plans, folders, strict=True)
    ]


def compared(base: Run, other: Run) -> list[dict[str, Any]]:
    """Return, for every suite and measure, by how much the other run's values differ from the base's."""
    rows = []
    for suite, measures in base.values.items():
        for measure, ones in measures.items():
            others = other.values.get(suite, {}).get(measure, {})
            row = _row(suite, measure, ones, others)
            if row["n"] >= LEAST:
                rows.append(row)
    return corrected(rows)


def _row(suite: str, measure: Measure, ones: Values, others: Values) -> dict[str, Any]:
    if measure.paired:
        both = [key for key in ones if key in others]
        ones, others = ({key: each[key] for key in both} for each in (ones, others))
        found = paired([others[key] - ones[key] for key in both])
    else:
        found = unpaired(list(ones.values()), list(others.values()))
    about = {"suite": suite, "group": measure.group, "measure": measure.title, "unit": measure.unit}
    means = {"base": _mean(ones), "other": _mean(others)}
    return {**about, "better": measure.better, "paired": measure.paired, **_numbers(found, means)}


def _mean(values: Values) -> float:
    return sum(values.values()) / len(values) if values else math.nan


def _numbers(found: Difference, means: Mapping[str, float]) -> dict[str, Any]:
    mean = found.mean
    numbers = {
        **means,
        "difference": mean.value,
        "low": mean.low,
        "high": mean.high,
        "effect": found.effect,
        "p": found.p,
    }
    return {"n": found.n, **{key: rounded(value) for key, value in numbers.items()}}


def corrected(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with Holm's corrected p, and whether the difference is sure."""
    order = sorted(range(len(rows)), key=lambda at: rows[at]["p"])
    highest, found = 0.0, [dict(row) for row in rows]
    for rank, at in enumerate(order):
        highest = min(1.0, max(highest, rows[at]["p"] * (len(rows) - rank)))
        found[at] |= {"p_holm": rounded(highest), "sure": highest < SURE, "verdict": _verdict(rows[at], highest)}
    return found


def _verdict(row: dict[str, Any], p: float) -> str:
    if p >= SURE:
        return ""
    way = {"up": 1, "down": -1}.get(row["better"], 0)
    return "differs" if not way else "better" if way * row["difference"] > 0 else "worse"


def _table(found: dict[str, Any]) -> str:
    lines = [f"-- {found['other']} against {found['base']}"]
    for row in found["rows"]:
        spread = f"{row['difference']:+.3g} ({row['low']:+.3g} to {row['high']:+.3g}) {row['unit']}"
        what = f"{row['suite']}: {row['group'] + ': ' if row['group'] else ''}{row['measure']}"
        lines.append(f"{what:58} {row['n']:4}  {spread:44} p = {row['p_holm']:.2g}  {row['verdict']}")
    return "\n".join(lines)
