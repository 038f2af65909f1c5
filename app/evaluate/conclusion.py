"""What is written of a run: results.json, live.json and the report."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from app.evaluate.kit import Kit
from app.evaluate.latency import spoken_figures
from app.evaluate.work import Outcome, times
from app.files import write_json
from app.hardware import cards, memory_mb

SCHEMA = 1
PACKAGES = ("sotto", "numpy", "torch", "transformers", "ctranslate2", "faster-whisper", "pocketsphinx")


def versions() -> dict[str, str]:
    """Return the versions of everything that may change a figure."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "missing"
    return found


def machine() -> dict[str, object]:
    """Return what the figures of time, and the last bits of the others, depend on."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(memory_mb()[0] / 1000),
        "graphics": [card.name for card in cards()],
    }


def processor() -> str:
    """Return the processor's name as the system has it."""
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor() or "unknown"
    rows = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
    return rows[0] if rows else "unknown"


def plan(kit: Kit) -> dict[str, Any]:
    """Return what is evaluated, and how."""
    return {
        "schema": SCHEMA,
        "speaker": kit.speaker.name,
        "about": kit.speaker.about(),
        "size": kit.size.name,
        "seed": kit.seed,
        "listeners": list(kit.listeners),
        "judge": getattr(kit.judge, "name", None),
        "quality": getattr(kit.quality, "name", None),
        "versions": versions(),
        "machine": machine(),
    }


def conclude(kit: Kit, outcomes: Sequence[Outcome], session: dict[str, float]) -> dict[str, Any]:
    """Write results.json and live.json; return both as one."""
    parts = {each.suite.name: _part(each) for each in outcomes}
    live = {each.suite.name for each in outcomes if each.suite.live}
    fixed = {"plan": plan(kit), "suites": {name: part for name, part in parts.items() if name not in live}}
    write_json(kit.folder / "results.json", fixed)
    clocked = {name: part for name, part in parts.items() if name in live}
    rows = list(times(kit.folder))
    if rows:
        figures = [line.plain() for line in spoken_figures(rows)]
        clocked["latency"] = {"title": "Latency", "missing": "", "figures": figures, "results": []}
    sessions = [*_sessions(kit.folder / "live.json"), session]
    write_json(kit.folder / "live.json", {"sessions": sessions, "suites": clocked})
    return {"plan": fixed["plan"], "sessions": sessions, "suites": {**fixed["suites"], **clocked}}


def _part(outcome: Outcome) -> dict[str, Any]:
    lines = outcome.suite.figures(outcome.results) if outcome.results else []
    return {
        "title": outcome.suite.title,
        "missing": outcome.missing,
        "figures": [line.plain() for line in lines],
        "results": [each.plain() for each in outcome.results],
    }


def _sessions(path: Path) -> list[dict[str, float]]:
    try:
        return list(json.loads(path.read_text("utf-8"))["sessions"])
    except (OSError, ValueError, KeyError):
        return []


def table(suites: dict[str, Any]) -> str:
    """Return the figures for a terminal."""
    lines = []
    for part in suites.values():
        lines.append(f"-- {part['title']}" + (f": skipped: {part['missing']}" if part["missing"] else ""))
        lines += [f"failed: {each['facts']['failed']}" for each in part["results"] if "failed" in each["facts"]]
        for row in part["figures"]:
            if row["group"] == "by word":
                continue
            spread = "" if row["low"] is None else f"  ({row['low']:.3g} to {row['high']:.3g})"
            value = "-" if row["value"] is None else f"{row['value']:.3g}"
            chance = "" if row["p"] is None else f"  p = {row['p']:.2g}"
            what = f"{row['group']}: {row['name']}"
            lines.append(f"{what:58} {row['n']:4}  {value:>8} {row['unit']}{spread}{chance}")
    return "\n".join(lines)


def read_run(folder: Path) -> dict[str, Any]:
    """Return a finished run as `conclude` does; Problem if it is none."""
    from app.checks import Problem

    try:
        fixed = json.loads((folder / "results.json").read_text("utf-8"))
        live = folder / "live.json"
        clocked = json.loads(live.read_text("utf-8")) if live.is_file() else {"sessions": [], "suites": {}}
        suites = {**fixed["suites"], **clocked["suites"]}
        return {"plan": fixed["plan"], "sessions": clocked["sessions"], "suites": suites}
    except (OSError, ValueError, KeyError) as error:
        raise Problem(f"there is no finished run ({error})", folder, "finish it with `sotto evaluate run`") from error
