"""`sotto hardware`: what this machine can do, and which pack suits it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from app import runtime_command
from app.folders import data_folder
from app.hardware import look
from app.packs import library
from app.telling import failures, tell
from models.planner import Fit, plan


def run(asked: argparse.Namespace) -> int:
    """Tell what is being tried, then the verdict."""
    with failures(asked):
        kept = library(asked.data)
        machine = look(kept.folder, say=lambda what: trying(asked, what))
        fetch = {name: kept.to_fetch(kept.parts(name, {})) // 1_000_000 for name in kept.catalog.profiles}
        verdict = plan(machine, kept.catalog, fetch)
        offer = runtime_command.offer(machine.gpus, data_folder(asked.data))
        lines = [*verdict.lines, *([offer] if offer else [])]
        tell(
            asked,
            "verdict",
            "\n".join(lines),
            machine=asdict(machine),
            rating=verdict.rating,
            profile=verdict.profile.name if verdict.profile else "",
            lines=lines,
            fits=[plain(fit) for fit in verdict.fits],
        )
        return 0


def trying(asked: argparse.Namespace, what: str) -> None:
    """Tell what is being tried."""
    tell(asked, "trying", what=what)
    if not asked.json:
        print(f"trying: {what}", file=sys.stderr, flush=True)


def plain(fit: Fit) -> dict[str, object]:
    """Return how a profile fares, for programs; `reason` is empty if it fits."""
    need = {"gpu_mb": fit.memory.gpu, "cpu_mb": fit.memory.cpu}
    return {"profile": fit.profile.name, "reason": fit.reason, "slow": fit.slow, "moved": fit.moved, **need}
