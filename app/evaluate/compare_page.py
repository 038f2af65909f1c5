"""The page of a comparison: what is sure first, then every measure, its difference drawn in standard deviations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Any

from app.evaluate import wording
from app.evaluate.page import page

REACH = 3.0  # standard deviations that the charts show to either side
TITLES = {
    "sentences": "Speech basics",
    "quality": "Quality without a reference",
    "context": "Context gain",
    "homographs": "Homographs",
    "consistency": "Pronunciation consistency",
    "drift": "Long conversation",
    "talk": "Turn-taking",
    "latency": "Latency",
}
MINUS = "\N{MINUS SIGN}"
MARKS = {"better": "good", "worse": "odd"}
NOTE = (
    "Each dot is a difference in standard deviations, with its 95 % interval: to the right there is more of it, and "
    "beyond three only the direction is shown. Green is better, orange worse, blue neither, grey may be chance. Pairs "
    "are judged by flipping signs, trials of live talk by shuffling; p is corrected for the number of measures (Holm), "
    "the intervals are not."
)


def compare_page(comparisons: Sequence[dict[str, Any]]) -> str:
    """Return the page of all comparisons with one base."""
    return page("Runs compared", "".join(map(_comparison, comparisons)))


def _comparison(found: dict[str, Any]) -> str:
    other, base = escape(found["other"]), escape(found["base"])
    suites = dict.fromkeys(row["suite"] for row in found["rows"])
    parts = (_suite(suite, [row for row in found["rows"] if row["suite"] == suite], found) for suite in suites)
    head = f"<header><h1>{other} against {base}</h1><p class='soft'>{NOTE}</p></header>"
    return f"{head}{_tiles(found)}{''.join(parts)}"


def _tiles(found: dict[str, Any]) -> str:
    counts = Counter(row["verdict"] for row in found["rows"])
    drawn = []
    for verdict, title in (("better", "Better"), ("worse", "Worse"), ("differs", "Just different")):
        names = "; ".join(dict.fromkeys(_name(row) for row in found["rows"] if row["verdict"] == verdict))
        drawn.append(
            f'<div class="tile {MARKS.get(verdict, "")}"><span class="soft">{title}</span><b>{counts[verdict]}</b>'
            f"<small>{escape(names) or 'nothing'}</small></div>"
        )
    total = len(found["rows"])
    drawn.append(
        f'<div class="tile"><span class="soft">No difference found</span><b>{counts[""]}</b>'
        f"<small>of {total} measures</small></div>"
    )
    return f'<div class="tiles">{"".join(drawn)}</div>'


def _suite(suite: str, rows: Sequence[dict[str, Any]], found: dict[str, Any]) -> str:
    drawn = "".join(map(_bar, rows))
    names = ("", "n", escape(found["base"]), escape(found["other"]), "difference", "95 % interval", "p", "")
    head = "".join(f"<th{' class=n' if name else ''}>{name}</th>" for name in names)
    lines = "".join(map(_line, rows))
    table = f"<div class='wide'><table><tr>{head}</tr>{lines}</table></div>"
    more = f"<details><summary>Means, intervals and p</summary>{table}</details>"
    return f"<section><h2>{TITLES.get(suite, suite)}</h2><div class='chart'>{drawn}{_axis()}</div>{more}</section>"


def _name(row: dict[str, Any]) -> str:
    return f"{row['group']}: {row['measure']}" if row["group"] else str(row["measure"])


def _bar(row: dict[str, Any]) -> str:
    size = row["difference"] / row["effect"] if row["effect"] else 0.0  # a standard deviation
    low, middle, high = (row[name] / size if size else 0.0 for name in ("low", "difference", "high"))
    mark = MARKS.get(row["verdict"], "") if row["sure"] else "unsure"
    start, end = _place(low), _place(high)
    bar = f'<i class="bar {mark}" style="left:{start:.2f}%;width:{end - start:.2f}%"></i>'
    dot = f'<i class="dot {mark}" style="left:{_place(middle):.2f}%"></i>'
    rules = "".join(
        f'<i class="rule{" strong" if at == 0 else ""}" style="left:{_place(at):.2f}%"></i>' for at in range(-3, 4)
    )
    told = f"<b{'' if row['sure'] else ' class=soft'}>{escape(_difference(row))}</b>"
    return (
        f'<div class="row"><span class="name">{escape(_name(row))}</span><span class="track">{rules}{bar}{dot}</span>'
        f'<span class="told">{told}</span></div>'
    )


def _place(deviations: float) -> float:
    return 50 * (1 + max(-REACH, min(REACH, deviations)) / REACH)


def _axis() -> str:
    marks = "".join(
        f'<span style="left:{_place(at):.2f}%">{"0" if not at else f"{at:+d}".replace("-", MINUS)}</span>'
        for at in range(-3, 4)
    )
    return f'<div class="row axis"><span></span><span class="track">{marks}</span></div>'


def _difference(row: dict[str, Any]) -> str:
    unit = "points" if row["unit"] == "share" else wording.symbol(row["unit"]).strip()
    shown = wording.value({**row, "value": row["difference"]}, signed=True).split("\N{NO-BREAK SPACE}")[0]
    return f"{shown.removesuffix(unit).strip()} {unit}".strip()


def _line(row: dict[str, Any]) -> str:
    scale = max(abs(row[name]) for name in ("base", "other", "low", "high"))
    means = [wording.number(row[name], row["unit"], scale) + _percent(row) for name in ("base", "other")]
    p = escape(wording.chance(row["p_holm"]).removeprefix("= "))
    cells = [str(row["n"]), *means, escape(_difference(row)), wording.spread({**row, "value": row["difference"]}), p]
    verdict = (
        f"<span class='{MARKS.get(row['verdict'], 'soft')}-text'>{row['verdict']}</span>" if row["verdict"] else ""
    )
    body = "".join(f"<td class='n'>{cell}</td>" for cell in (*cells, verdict))
    return f"<tr><td>{escape(_name(row))}</td>{body}</tr>"


def _percent(row: dict[str, Any]) -> str:
    return wording.symbol("share") if row["unit"] == "share" else ""
