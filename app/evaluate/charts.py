"""Charts inside a page: values with their intervals as text and bars that fit any width, and courses over turns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from app.evaluate import wording

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)  # between ticks, times a power of ten
TICKS = 4  # about so many on an axis
WIDTH = 720  # of a course, in its own units


def intervals(rows: Sequence[dict[str, Any]], *, zero: bool = False, chance: float | None = None) -> str:
    """Return a row for each figure of one unit: its name, its value as a dot with its interval, its number."""
    known = [row for row in rows if row["value"] is not None]
    if not known:
        return ""
    unit = known[0]["unit"]
    marks = ticks(*_range(known, zero=zero, chance=chance))
    low, high = marks[0], marks[-1]

    def place(value: float) -> float:
        return 100 * min(1.0, max(0.0, (value - low) / (high - low)))

    strong = [mark for mark in (0.0 if zero else None, chance) if mark is not None]
    rules = "".join(
        f'<i class="{"rule strong" if mark in strong else "rule"}" style="left:{place(mark):.2f}%"></i>'
        for mark in sorted({*marks, *strong})
    )
    step = marks[1] - marks[0]
    labels = "".join(f'<span style="left:{place(mark):.2f}%">{_mark(mark, step, unit)}</span>' for mark in marks)
    drawn = "".join(_row(row, rules, place, signed=zero) for row in known)
    return (
        f'<div class="chart">{drawn}<div class="row axis"><span></span><span class="track">{labels}</span></div></div>'
    )


def _row(row: dict[str, Any], rules: str, place: Any, *, signed: bool) -> str:
    sure = " sure" if wording.found(row) else ""
    bar = ""
    if row["low"] is not None and row["high"] is not None:
        start, end = place(row["low"]), place(row["high"])
        bar = f'<i class="bar{sure}" style="left:{start:.2f}%;width:{end - start:.2f}%"></i>'
    dot = f'<i class="dot{sure}" style="left:{place(row["value"]):.2f}%"></i>'
    unit = row["unit"] if len(wording.symbol(row["unit"]).strip()) <= wording.SHORT else ""
    value = wording.value({**row, "unit": unit}, signed=signed)
    told = f"<b>{escape(value)}</b> <small>{escape(wording.spread(row))}</small>"
    name = escape(row["name"])
    return (
        f'<div class="row"><span class="name">{name}</span><span class="track">{rules}{bar}{dot}</span>'
        f'<span class="told">{told}</span></div>'
    )


def _mark(mark: float, step: float, unit: str) -> str:
    """Return a tick's number, with as many digits as the step has."""
    if unit == "share":
        mark, step = 100 * mark, 100 * step
    digits = next((n for n in range(4) if abs(step * 10**n - round(step * 10**n)) < 1e-6), 4)
    shown = f"{mark:.{digits}f}".replace("-", "\N{MINUS SIGN}")
    return (shown if mark else "0") + (wording.symbol(unit) if unit == "share" else "")


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers, evenly spaced, from at most `low` to at least `high`."""
    raw = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * each for each in STEPS if power * each >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [at * step for at in range(first, last + 1)]


def _range(rows: Sequence[dict[str, Any]], *, zero: bool, chance: float | None) -> tuple[float, float]:
    ends = [row[name] for row in rows for name in ("value", "low", "high") if row[name] is not None]
    if zero:
        ends.append(0.0)
    if chance is not None:
        return 0.0, 1.0
    if all(row["unit"] == "1 to 5" for row in rows):
        return 1.0, 5.0
    if all(row["unit"] in ("share", "s", "ms") for row in rows) and min(ends) >= 0:
        return 0.0, max(0.04, *ends)
    low, high = min(ends), max(ends)
    return (low, high) if high > low else (low - 1, high + 1)


def course(series: Sequence[tuple[str, Sequence[tuple[float, float]]]], height: int = 200) -> str:
    """Return named lines over turns, each of (turn, value from 0 to 1), with a smoothed line over each."""
    points = [point for _, line in series for point in line]
    if len(points) < 2:
        return ""
    most = max(x for x, _ in points) or 1

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return 36 + (WIDTH - 48) * point[0] / most, 10 + (height - 40) * (1 - point[1])

    names = " and ".join(name for name, _ in series)
    lines = [f'<svg class="course" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(names)} by turn">']
    for mark in (0.0, 0.5, 1.0):
        y = at((0, mark))[1]
        lines.append(f'<line class="rule" x1="36" x2="{WIDTH - 12}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text class="end" x="30" y="{y + 4:.1f}">{mark:g}</text>')
    lines += [
        f'<text x="{at((turn, 0))[0]:.1f}" y="{height - 6}">{"turn " if not turn else ""}{turn + 1:.0f}</text>'
        for turn in (0.0, most / 2, most)
    ]
    for number, (_, line) in enumerate(series):
        for x, y in map(at, line):
            lines.append(f'<circle class="point c{number}" cx="{x:.1f}" cy="{y:.1f}" r="2.2"/>')
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(at, smoothed(line)))
        lines.append(f'<polyline class="line c{number}" points="{path}"/>')
    keys = "".join(f'<span class="key c{number}">{escape(name)}</span>' for number, (name, _) in enumerate(series))
    return f'<figure><div class="wide">{"".join(lines)}</svg></div><figcaption>{keys}</figcaption></figure>'


def smoothed(line: Sequence[tuple[float, float]], reach: int = 5) -> list[tuple[float, float]]:
    """Return a series with each value the mean of those around it."""
    found = []
    for at, (x, _) in enumerate(line):
        near = [y for _, y in line[max(0, at - reach) : at + reach + 1]]
        found.append((x, sum(near) / len(near)))
    return found
