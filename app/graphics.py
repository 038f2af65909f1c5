"""Where a pack's models compute on this machine: on the graphics card, if there is one and its runtimes really work.

Trying them takes many seconds, so what was found is remembered, and looked at again when the card, its driver or a
runtime's version is another.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app import hardware, runtime
from app.diagnosis import RUNTIMES as PACKAGES
from app.diagnosis import version
from core.whole import whole
from models.catalog import load_catalog
from models.pack import Pack
from models.placing import Placement, is_large, usual, without
from models.planner import RUNTIME

FILE = "hardware.json"
Say = Callable[[str], None]
Trials = Callable[[str, float, Say], Iterator[tuple[str, str]]]


@dataclass(frozen=True)
class Found:
    """What was found: `mark` is the card and all versions, `faults` says what does not work on it, and why."""

    mark: list[str]
    faults: dict[str, str]


def placement(pack: Pack, data: Path, say: Say, trials: Trials = hardware.trials) -> Placement:
    """Return where to load a pack's models; `say` is told of all that computes on the processor for want of a card."""
    if not is_large(pack):  # it is quicker on a processor than a card is to start
        return usual(pack)
    cards, known = names(), remembered(data)
    if not cards:
        if known:
            say("The graphics card cannot be found any more: everything computes on the processor.")
        return usual(pack)
    runtime.looked_after(data, cards, say)
    mark = [*cards, *(f"{name} {version(name)}" for name in ("sotto", *PACKAGES))]
    found = known if known and known.mark == mark else looked(mark, data, say, trials)
    for name, why in found.faults.items():
        say(f"{name} does not work on the graphics card and computes on the processor: {why}.")
    return placed(pack, frozenset(RUNTIME.values()) - found.faults.keys())


def placed(pack: Pack, works: frozenset[str]) -> Placement:
    """Return the placement on a card where these runtimes work; what the profile has on the processor stays there."""
    place, profile = usual(pack, card=True, works=works), load_catalog().profiles.get(pack.name)
    if profile is None:
        return place
    for role in RUNTIME:
        place = place if role in profile.on_gpu else without(role, place)
    return replace(place, context=profile.context)


def names() -> list[str]:
    """Return this machine's graphics cards, each with its driver; none where they are to be left alone."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") == "":
        return []
    if hardware.system() == "apple":
        return ["Apple"]
    return [f"{card.name}, {card.driver}" for card in hardware.cards()]


def looked(mark: list[str], data: Path, say: Say, trials: Trials) -> Found:
    """Try every runtime on the card, and remember what was found."""
    say("The graphics card is tried out, once: this takes up to a minute.")
    faults = {name: fault for name, fault in trials("cuda", hardware.LIMIT_S, lambda _: None) if fault}
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole(data / FILE) as part:
            part.write_text(json.dumps({"mark": mark, "faults": faults}), "utf-8")
    except OSError:
        pass  # it is tried again at the next start
    return Found(mark, faults)


def remembered(data: Path) -> Found | None:
    """Return what was found last; None if nothing was, or it cannot be read."""
    try:
        kept = json.loads((data / FILE).read_text("utf-8"))
        return Found([str(each) for each in kept["mark"]], {str(k): str(v) for k, v in kept["faults"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
