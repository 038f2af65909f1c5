"""Two or more runs side by side: every measure's difference over the units that both have, and whether it is chance."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from app.checks import Problem
from app.evaluate.conclusion import read_run
from app.evaluate.figures import rounded
from app.evaluate.page import page
from app.files import write_json, write_text
from core.evaluation.statistics import paired

SURE = 0.05  # after Holm's correction for the number of measures
LEAST = 5  # units that both must have
SIDES = (" 1", " 2")  # of a pair, which only their difference stands for
BETTER = {
    "edits": -1,
    "last word missing": -1,
    "similarity": 1,
    "right": 1,
    "cut_off": -1,
    "run_away": -1,
    "clipped": -1,
}


def run(asked: argparse.Namespace) -> int:
    """Compare each run with the first one; 0."""
    if len(asked.runs) < 2:
        raise Problem("there is one run only", asked.runs[0], "name two or more")
    runs = [read_run(folder) for folder in asked.runs]
    names = _names(asked.runs, runs)
    found = [
        {"base": names[0], "other": name, "rows": compared(runs[0], other)}
        for name, other in zip(names[1:], runs[1:], strict=True)
    ]
    for each in found:
        print(_table(each))
    if asked.json:
        write_json(asked.json, {"schema": 1, "comparisons": found})
    if asked.out:
        write_text(asked.out, page("Runs compared", "".join(map(_section, found))))
    return 0


def _names(folders: Sequence[Path], runs: Sequence[dict[str, Any]]) -> list[str]:
    speakers = [str(each["plan"]["speaker"]) for each in runs]
    if len(set(speakers)) == len(speakers):
        return speakers
    return [f"{speaker} ({folder.name})" for speaker, folder in zip(speakers, folders, strict=True)]


def compared(base: dict[str, Any], other: dict[str, Any]) -> list[dict[str, Any]]:
    """Return, for every suite and measure, by how much the other run's units differ from the same units of the base."""
    rows = []
    for suite in base["suites"]:
        ones, others = _by_unit(base, suite), _by_unit(other, suite)
        for name in _measures(ones):
            pairs = [_both(ones[unit], others[unit], name) for unit in ones if unit in others]
            known = [pair for pair in pairs if pair is not None]
            if len(known) >= LEAST:
                rows.append(_row(suite, name, known))
    return corrected(rows)


def _by_unit(run: dict[str, Any], suite: str) -> dict[str, dict[str, float | None]]:
    part = run["suites"].get(suite, {"results": []})
    return {_unit(each): each["measures"] for each in part["results"] if each["measures"]}


def _unit(each: dict[str, Any]) -> str:
    return f"{each['unit']}|{each['facts'].get('text', '')}"  # the same name may stand for another text


def _measures(units: dict[str, dict[str, float | None]]) -> list[str]:
    names = dict.fromkeys(name for each in units.values() for name in each)
    return [name for name in names if not name.startswith("words, ") and not name.endswith(SIDES)]


def _both(one: dict[str, Any], other: dict[str, Any], name: str) -> tuple[float, float] | None:
    if one.get(name) is None or other.get(name) is None:
        return None
    return float(one[name]), float(other[name])


def _row(suite: str, name: str, pairs: Sequence[tuple[float, float]]) -> dict[str, Any]:
    found = paired([there - here for here, there in pairs])
    means = [sum(values) / len(values) for values in zip(*pairs, strict=True)]
    numbers = {
        "base": means[0],
        "other": means[1],
        "difference": found.mean.value,
        "low": found.mean.low,
        "high": found.mean.high,
        "effect": found.effect,
        "p": found.p,
    }
    return {"suite": suite, "measure": name, "n": found.n, **{key: rounded(value) for key, value in numbers.items()}}


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
    way = next((sign for name, sign in BETTER.items() if row["measure"].startswith(name)), 0)
    return "differs" if not way else "better" if way * math.copysign(1, row["difference"]) > 0 else "worse"


def _table(found: dict[str, Any]) -> str:
    lines = [f"-- {found['other']} against {found['base']}"]
    for row in found["rows"]:
        spread = f"{row['difference']:+.3g} ({row['low']:+.3g} to {row['high']:+.3g})"
        what = f"{row['suite']}: {row['measure']}"
        lines.append(f"{what:52} {row['n']:4}  {spread:34} p = {row['p_holm']:.2g}  {row['verdict']}")
    return "\n".join(lines)


def _section(found: dict[str, Any]) -> str:
    head = "".join(f"<th>{name}</th>" for name in ("suite", "measure", "n", "base", "other", "difference", "p", ""))
    rows = []
    for row in found["rows"]:
        spread = f"{row['difference']:+.3g} ({row['low']:+.3g} to {row['high']:+.3g})"
        cells = [row["suite"], row["measure"], row["n"], f"{row['base']:.3g}", f"{row['other']:.3g}", spread]
        cells += [f"{row['p_holm']:.2g}", row["verdict"]]
        rows.append("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>")
    title = f"<h1>{escape(found['other'])} against {escape(found['base'])}</h1>"
    note = (
        "<p class='soft'>Paired over the units that both runs have, by flipping signs; p is corrected for the number "
        "of measures (Holm); intervals are bootstrapped and not corrected.</p>"
    )
    return f"{title}{note}<div class='wide'><table><tr>{head}</tr>{''.join(rows)}</table></div>"
