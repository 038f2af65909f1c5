"""`sotto graphics`: PyTorch for the graphics card: what there is, getting it, trying it again, removing it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from app import graphics, runtime
from app.checks import Problem
from app.folders import data_folder
from app.telling import failures, shown, size, tell
from models.downloads import Web
from models.planner import Gpu


def run(asked: argparse.Namespace) -> int:
    """Do what is asked."""
    with failures(asked):
        data, offered, cards = data_folder(asked.data), runtime.listed(), graphics.names()
        if asked.act == "remove":
            tell(asked, "removed", f"{size(freed := runtime.remove(data))} are free again.", size=freed)
            return 0
        if asked.act == "show":
            return _show(asked, offered, cards)
        if not offered.fits:
            what = f"the runtime is for {offered.system} and {offered.python}"
            raise Problem(what, runtime.here(), "use the packaged Sotto on such a computer")
        if not cards and not asked.anyway:
            raise Problem("there is no NVIDIA card here, or no driver for it", "nvidia-smi", "install its driver first")
        if not runtime.installed(offered, data):
            tell(asked, "terms", f"NVIDIA's terms are at {offered.terms}", page=offered.terms, size=offered.size)
            shown(asked, runtime.install(offered, data, Web()))
        works = runtime.proved(offered, data, cards, lambda words: tell(asked, "tried", words, said=words))
        return 0 if works else 2


def _show(asked: argparse.Namespace, offered: runtime.Runtime, cards: list[str]) -> int:
    data = data_folder(asked.data)
    there = runtime.installed(offered, data)
    use = runtime.used(data, cards, offered) is not None
    state = "is used" if use else "is there, and not used" if there else f"can be fetched: {size(offered.size)}"
    words = f"PyTorch {offered.torch} for NVIDIA cards {state}. Cards: {'; '.join(cards) or 'none found'}."
    tell(asked, "runtime", words, installed=there, used=use, size=offered.size, cards=cards)
    return 0


def offer(cards: Sequence[Gpu], data: Path) -> str:
    """Return the line by which the hardware check offers it; nothing where it would not help."""
    offered = runtime.listed()
    if not offered.fits or runtime.installed(offered, data) or not any("torch" in card.faults for card in cards):
        return ""
    return f"`sotto graphics get` fetches what computes on the card: {size(offered.size)}."
