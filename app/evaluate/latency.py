"""How fast it speaks: taken from every text of the run, and from `sotto bench voice` where there is room for it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise

from app.evaluate.figures import Figure, Result, figure
from app.evaluate.kit import Kit
from app.hardware import memory_mb
from core.evaluation.statistics import percentile_interval

BINS = (0, 300, 600, 1000, 2048)  # positions of history
NEEDED_MB = 11_000


def spoken_figures(times: Iterable[tuple[str, dict[str, float]]]) -> list[Figure]:
    """Return first sound and real-time factor over all texts, by the length of the history."""
    rows = [each for _, each in times]
    found: list[Figure] = []
    for low, high in [(0, 1 << 20), *pairwise(BINS)]:
        part = [row for row in rows if low <= row["history"] < high]
        if len(part) < 3:
            continue
        group = "all texts" if high > BINS[-1] else f"history of {low} to {high} positions"
        first = [1000 * row["first"] for row in part]
        factor = [row["took"] / max(row["seconds"], 0.08) for row in part]
        for share in (50, 95):
            found.append(
                figure(group, f"first sound, p{share}", "ms", len(part), percentile_interval(first, share), "down")
            )
            found.append(
                figure(group, f"real-time factor, p{share}", "", len(part), percentile_interval(factor, share), "down")
            )
        if high > BINS[-1] and max(row["history"] for row in rows) == 0:
            break  # a voice that tells nothing of its history
    return found


class Throughput:
    """`sotto bench voice`: the published size with random weights, whatever voice is evaluated."""

    name, title, live = "throughput", "Throughput of the published size", True

    def missing(self, kit: Kit) -> str:
        """Memory is needed, and time."""
        if kit.size.trials == 0:
            return "left out of the quick setting; `sotto bench voice`"
        free = memory_mb()[1]
        return "" if free > NEEDED_MB else f"it needs {NEEDED_MB // 1000} GB of memory, {free // 1000} are free"

    def units(self, kit: Kit) -> list[str]:
        """Return the one benchmark."""
        return ["voice"]

    def perform(self, kit: Kit, unit: str) -> Result:
        """Run the benchmark in a process of its own."""
        out = kit.folder / "voice.json"
        command = [sys.executable, "-m", "models.csm.bench", "--frames", "12", "--histories", "600", "--json", str(out)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return Result(self.name, unit, {}, {"failed": done.stderr.strip().splitlines()[-1][:200]})
        told = json.loads(out.read_text("utf-8"))
        measures = {
            "frame, median": told["frame"]["median"],
            "text to first frame": told["first_frame"],
            "times faster than transformers": told["faster"],
            "times the memory's floor": told["over_floor"],
        }
        return Result(self.name, unit, measures, {"machine": told["machine"]})

    def figures(self, results: Sequence[Result]) -> list[Figure]:
        """Return its main figures, without intervals, which it has in its own report."""
        units = {"frame, median": "ms", "text to first frame": "ms"}
        return [
            Figure("one thread, int8", name, units.get(name, ""), 1, value, None, None)
            for each in results
            for name, value in each.measures.items()
        ]
