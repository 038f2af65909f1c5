"""`sotto hardware`: what this machine can do, and which pack suits it."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from app.hardware import look
from app.packs import library
from models.planner import plan


def run(asked: argparse.Namespace) -> int:
    """Print the verdict, in words or as JSON."""
    kept = library(asked.data)
    machine = look(kept.folder, say=lambda what: print(f"trying: {what}", file=sys.stderr, flush=True))
    fetch = {name: kept.to_fetch(kept.parts(name, {})) // 1_000_000 for name in kept.catalog.profiles}
    verdict = plan(machine, kept.catalog, fetch)
    if asked.json:
        name = verdict.profile.name if verdict.profile else None
        print(
            json.dumps({"machine": asdict(machine), "rating": verdict.rating, "profile": name, "lines": verdict.lines})
        )
    else:
        print("\n".join(verdict.lines))
    return 0
