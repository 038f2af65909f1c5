"""Charts as SVG inside a page: values with their intervals, and courses over turns. Colours are the page's own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

WIDTH, ROW, LABEL, VALUE = 720, 24, 250, 96  # of a chart, in its own units
LEFT, RIGHT = LABEL + 8, WIDTH - VALUE


def intervals(rows: Sequence[dict[str, Any]], *, zero: bool = False, chance: float | None = None) -> str:
    """Return a row for each figure: its name, its value as a dot with its interval, its number."""
    known = [row for row in rows if row["value"] is not None]
    if not known:
        return ""
    low, high = _range(known, zero=zero, chance=chance)
    height = ROW * len(known) + 26

    def place(value: float) -> float:
        return LEFT + (RIGHT - LEFT) * (value - low) / (high - low)

    lines = [f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img">']
    inside = ([0.0] if low < 0 < high else []) + ([] if chance is None else [chance])
    ends = [end for end in (low, high) if all(abs(end - mark) > 0.08 * (high - low) for mark in inside)]
    for mark in [*ends, *inside]:
        kind = "axis strong" if mark == 0 or mark == chance else "axis"
        lines.append(f'<line class="{kind}" x1="{place(mark):.1f}" x2="{place(mark):.1f}" y1="2" y2="{height - 22}"/>')
        lines.append(f'<text class="tick" x="{place(mark):.1f}" y="{height - 6}">{_number(mark)}</text>')
    lines += [line for at, row in enumerate(known) for line in _row(row, at * ROW + 14, place)]
    return "".join([*lines, "</svg>"])


def _row(row: dict[str, Any], y: float, place: Any) -> list[str]:
    sure = row["p"] is not None and row["p"] < 0.01
    made = [f'<text class="label" x="{LABEL}" y="{y + 4}">{escape(row["name"])}</text>']
    if row["low"] is not None and row["high"] is not None:
        made.append(
            f'<line class="spread" x1="{place(row["low"]):.1f}" x2="{place(row["high"]):.1f}" y1="{y}" y2="{y}"/>'
        )
    made.append(f'<circle class="{"dot sure" if sure else "dot"}" cx="{place(row["value"]):.1f}" cy="{y}" r="5"/>')
    shown = f"{_number(row['value'])} {row['unit'] if len(row['unit']) < 6 else ''}"
    made.append(f'<text class="value" x="{RIGHT + 10}" y="{y + 4}">{escape(shown)}</text>')
    return made


def course(series: dict[str, Sequence[tuple[float, float]]], height: int = 180) -> str:
    """Return lines over turns, one for each series of (turn, value), with a smoothed line over each."""
    points = [point for line in series.values() for point in line]
    if len(points) < 2:
        return ""
    most = max(x for x, _ in points) or 1
    low, high = min(0.0, *(y for _, y in points)), max(1.0, *(y for _, y in points))

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return 40 + (WIDTH - 60) * point[0] / most, 8 + (height - 34) * (high - point[1]) / (high - low)

    lines = [f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img">']
    for mark in (low, high):
        y = at((0, mark))[1]
        lines.append(f'<line class="axis" x1="40" x2="{WIDTH - 20}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text class="tick left" x="34" y="{y + 4:.1f}">{_number(mark)}</text>')
    lines.append(f'<text class="tick" x="{WIDTH - 20}" y="{height - 6}">turn {most + 1:.0f}</text>')
    for number, line in enumerate(series.values()):
        for x, y in map(at, line):
            lines.append(f'<circle class="point c{number}" cx="{x:.1f}" cy="{y:.1f}" r="2"/>')
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(at, smoothed(line)))
        lines.append(f'<polyline class="line c{number}" points="{path}"/>')
    return "".join([*lines, "</svg>"])


def smoothed(line: Sequence[tuple[float, float]], reach: int = 5) -> list[tuple[float, float]]:
    """Return a series with each value the mean of those around it."""
    found = []
    for at, (x, _) in enumerate(line):
        near = [y for _, y in line[max(0, at - reach) : at + reach + 1]]
        found.append((x, sum(near) / len(near)))
    return found


def _range(rows: Sequence[dict[str, Any]], *, zero: bool, chance: float | None) -> tuple[float, float]:
    ends = [row[name] for row in rows for name in ("value", "low", "high") if row[name] is not None]
    if zero:
        ends.append(0.0)
    if chance is not None or (all(row["unit"] in ("share", "0 to 1") for row in rows) and min(ends) >= 0):
        return 0.0, max(1.0, *ends)
    low, high = min(ends), max(ends)
    pad = (high - low) * 0.05 or abs(high) * 0.1 or 1.0
    return low - pad, high + pad


def _number(value: float) -> str:
    if value == 0:
        return "0"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
