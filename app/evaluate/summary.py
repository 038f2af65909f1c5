"""What a reader wants to know first: one tile for each question that the run answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from app.evaluate import wording


@dataclass(frozen=True)
class Tile:
    """A question, its answer, and what the answer rests on; `mark` is "good", "odd" or nothing."""

    title: str
    value: str
    note: str
    suite: str
    mark: str = ""


def summary(run: dict[str, Any]) -> str:
    """Return the tiles of a run as HTML, each leading to its suite."""
    drawn = "".join(
        f'<a class="tile {tile.mark}" href="#{tile.suite}"><span class="soft">{escape(tile.title)}</span>'
        f"<b>{escape(tile.value)}</b><small>{escape(tile.note)}</small></a>"
        for tile in tiles(run)
    )
    return f'<div class="tiles">{drawn}</div>' if drawn else ""


def tiles(run: dict[str, Any]) -> Iterator[Tile]:
    """Yield a tile for everything that was found out."""
    rows = {
        (suite, row["group"], row["name"]): row
        for suite, part in run["suites"].items()
        for row in part["figures"]
        if row["value"] is not None
    }
    yield from _words(rows)
    if row := rows.get(("quality", "scores", "overall")):
        yield Tile("Quality, guessed by DNSMOS", wording.number(row["value"]), f"of 5; {_spread(row)}", "quality")
    yield from _context(run)
    for suite, name, title in (
        ("homographs", "right variant", "Homographs said rightly"),
        ("consistency", "same variant", "Words said as before"),
    ):
        if row := rows.get((suite, "all", name)):
            mark = "good" if row["low"] > 0.5 else ""
            yield Tile(title, wording.value(row), f"{_spread(row)}; chance is 50\N{NO-BREAK SPACE}%", suite, mark)
    if row := rows.get(("drift", "with every ten turns", "alike to the reference")):
        mark = "odd" if wording.found(row) and row["value"] < 0 else ""
        told = "a drift" if mark else "no drift found"
        yield Tile(
            "Likeness, change in ten turns", _fine(row["value"]), f"p {wording.chance(row['p'])}: {told}", "drift", mark
        )
    yield from _talk(rows)
    if row := rows.get(("latency", "all texts", "first sound, p50")):
        speed = rows.get(("latency", "all texts", "real-time factor, p50"))
        times = f"; {1 / speed['value']:.1f} times as fast as speech" if speed and speed["value"] else ""
        yield Tile("First sound of a text", wording.value(row), f"median of {row['n']}{times}", "latency")


Rows = dict[tuple[str, str, str], dict[str, Any]]


def _words(rows: Rows) -> Iterator[Tile]:
    errors = [key for key in rows if key[:2] == ("sentences", "words") and key[2].startswith("word error, ")]
    if errors:
        key = next((key for key in errors if key[2].endswith("pocketsphinx")), errors[0])  # who knows no voice
        who = key[2].removeprefix("word error, ")
        yield Tile("Words heard otherwise", wording.value(rows[key]), f"{_spread(rows[key])}, by {who}", "sentences")


def _context(run: dict[str, Any]) -> Iterator[Tile]:
    tests = [row for row in run["suites"].get("context", {"figures": []})["figures"] if row["note"] == "the test"]
    real = {row["group"].partition(",")[0]: row for row in tests if row["group"].endswith(", full")}
    if not real:
        return
    heard = [name for name, row in real.items() if wording.found(row) and row["value"] > 0]
    astray = [row for row in tests if not row["group"].endswith(", full") and wording.found(row)]
    which = f": {', '.join(heard)}" if heard else ""
    note = "after shuffled history, too: not to be trusted" if astray else f"manners of what it hears{which}"
    yield Tile(
        "Context taken up",
        f"{len(heard)} of {len(real)}",
        note,
        "context",
        "odd" if astray else "good" if heard else "",
    )


TALK = {  # (scenario, figure): the question
    ("smooth turns", "latency (mean)"): "Answers after",
    ("pauses inside a turn", "take-over rate in the pause"): "Cuts in at a pause of thought",
    ("interruptions", "interruptions yielded to"): "Yields when interrupted",
    ("backchannels", "replies that went on after backchannels"): "Goes on after \u201cmm-hm\u201d",
    ("background speech", "replies that went on after bystanders"): "Goes on while others talk",
}


def _talk(rows: Rows) -> Iterator[Tile]:
    for (scenario, name), question in TALK.items():
        if row := rows.get(("talk", scenario, name)):
            yield Tile(question, wording.value(row), f"{_spread(row)}, n = {row['n']}", "talk")


def _spread(row: dict[str, Any]) -> str:
    return f"{wording.spread(row)}{wording.symbol(row['unit'])}"


def _fine(value: float) -> str:
    return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")
