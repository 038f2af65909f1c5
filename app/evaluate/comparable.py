"""What two runs can be compared in: each suite's measures, by the unit that both may have done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.evaluate.basics import FAULTS, PLAIN
from app.evaluate.context import CONTRASTS, MEASURES
from app.evaluate.quality import SCORES
from app.evaluate.talk import MEANINGS, SCENARIOS
from app.evaluate.work import times


@dataclass(frozen=True)
class Measure:
    """A measure as it is told; unless `paired`, its values have nothing to do with the other run's."""

    title: str
    unit: str
    better: str = ""  # "up" or "down"
    group: str = ""
    paired: bool = True


Values = Mapping[str, float]  # by unit
Found = Iterator[tuple[Measure, str, float]]  # a measure, the unit, its value

SPEECH = {
    **{name: Measure(*told) for name, told in PLAIN.items()},
    **{name: Measure(title, "share", "down") for name, title in FAULTS.items()},
    "seconds": Measure("duration", "s"),
}
SAYS = {"homographs": "right variant", "consistency": "same variant"}
FIRST, SPEED = Measure("first sound", "ms", "down"), Measure("real-time factor", "", "down")


def values(run: Mapping[str, Any], folder: Path) -> dict[str, dict[Measure, Values]]:
    """Return a run's values, by suite and measure; what a suite did in one folder is the same unit in another."""
    found: dict[str, dict[Measure, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for suite, part in run["suites"].items():
        for each in part["results"]:
            for measure, unit, value in KINDS.get(suite, _nothing)(suite, each):
                found[suite][measure][unit] = value
    for measure, unit, value in _latency(folder):
        found["latency"][measure][unit] = value
    return {suite: dict(measures) for suite, measures in found.items()}


def _nothing(suite: str, each: Mapping[str, Any]) -> Found:
    yield from ()


def _unit(each: Mapping[str, Any]) -> str:
    return f"{each['unit']}|{each['facts'].get('text', '')}"  # the same name may stand for another text


def _speech(suite: str, each: Mapping[str, Any]) -> Found:
    measures, unit = each["measures"], _unit(each)
    for name, measure in SPEECH.items():
        if measures.get(name) is not None:
            yield measure, unit, measures[name]
    for name in (key.removeprefix("edits, ") for key in measures if key.startswith("edits, ")):
        wrong, last = measures[f"edits, {name}"], measures[f"last word missing, {name}"]
        yield Measure(f"word error, {name}", "share", "down"), unit, wrong / max(1.0, measures[f"words, {name}"])
        yield Measure(f"last word missing, {name}", "share", "down"), unit, last


def _quality(suite: str, each: Mapping[str, Any]) -> Found:
    for name, title in SCORES.items():
        if each["measures"].get(name) is not None:
            yield Measure(title, "1 to 5", "up", "DNSMOS"), _unit(each), each["measures"][name]


def _context(suite: str, each: Mapping[str, Any]) -> Found:
    contrast, _, kind = each["facts"].get("cell", "").partition("-")
    if contrast in CONTRASTS:
        name = CONTRASTS[contrast].measure
        title, unit = MEASURES[name]
        if each["measures"].get(name) is not None:
            yield Measure(title, unit, group=f"{contrast}, {kind} history"), _unit(each), each["measures"][name]


def _said(suite: str, each: Mapping[str, Any]) -> Found:
    if each["measures"]["right"] is not None:
        yield Measure(SAYS[suite], "share", "up"), _unit(each), each["measures"]["right"]


def _talk(suite: str, each: Mapping[str, Any]) -> Found:
    for key, value in each["measures"].items():
        name, _, trial = key.rpartition(" ")
        if value is not None and (each["unit"], name) in MEANINGS:
            title, unit, better = MEANINGS[each["unit"], name]
            yield Measure(title, unit, better, SCENARIOS[each["unit"]][0], paired=False), trial, value


def _latency(folder: Path) -> Found:
    for unit, each in times(folder):
        yield FIRST, unit, 1000 * each["first"]
        yield SPEED, unit, each["took"] / max(each["seconds"], 0.08)


KINDS: dict[str, Callable[[str, Mapping[str, Any]], Found]] = {
    "sentences": _speech,
    "quality": _quality,
    "context": _context,
    "homographs": _said,
    "consistency": _said,
    "drift": _speech,
    "talk": _talk,
}
