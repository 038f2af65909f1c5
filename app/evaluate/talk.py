"""Turn-taking: the live-talk rig's virtual people, scored on the recording as Full-Duplex-Bench defines it.

What is measured is the whole program, live, with the pack of the run.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.bench_talk import perform
from app.evaluate.figures import Figure, Result, figure
from app.evaluate.kit import Kit, Listen
from app.rig.analysis import stretches
from app.rig.room import Conditions, Echo
from app.rig.server import PROGRAMS, RATE
from app.rig.talking import UNKNOWN
from core.evaluation.statistics import mean_interval, rate_interval
from core.evaluation.turns import MODEL_GAP_S, Span, Word, latency, overlapped, takes_over
from core.types import EAR_RATE, Samples

NEEDS = (*PROGRAMS, "flite")
GET = "apt-get install pulseaudio pulseaudio-utils libasound2-plugins flite"
LONGEST_PAUSE_S = 1.1  # inside what the rig's people say
REPLY_S = 12.0  # in which an answer belongs to what was said
ECHO = Echo(-20, 120)
SCENARIOS = {  # name: (title, does the person speak into a reply)
    "turns": ("smooth turns", False),
    "pauses": ("pauses inside a turn", False),
    "interruptions": ("interruptions", True),
    "backchannels": ("backchannels", True),
    "noises": ("background sounds", True),
    "bystanders": ("background speech", True),
    "alone": ("its own echo", True),
}


class Talk:
    """Live talk in a room without hardware."""

    name, title, live = "talk", "Turn-taking", True

    def missing(self, kit: Kit) -> str:
        """A sound server and a synthesiser are needed, and time."""
        if kit.size.trials == 0:
            return "left out of the quick setting, since it takes as long as the talk"
        lacking = [name for name in NEEDS if shutil.which(name) is None]
        return f"{', '.join(lacking)} missing: `{GET}`" if lacking else ""

    def units(self, kit: Kit) -> list[str]:
        """Return the rig's scenarios."""
        return list(SCENARIOS)

    def perform(self, kit: Kit, unit: str) -> Result:
        """Hold one scenario, and score its recordings."""
        echo, count = (ECHO, 1) if unit == "alone" else (None, kit.size.trials)
        # A room in which the program does not know the person yet holds a few trials, and leaves one recording.
        shares = [UNKNOWN] * (count // UNKNOWN) if unit == "pauses" else [count]
        listen = next(iter(kit.listeners.values()), None)
        facts: dict[str, str] = {}
        measures: dict[str, float | None] = {}
        for at, share in enumerate(shares):
            folder = kit.folder / "talk" / f"{unit}-{at}"
            shutil.rmtree(folder, ignore_errors=True)  # of a run that ended amid it
            folder.mkdir(parents=True, exist_ok=True)
            found = perform(unit, Conditions(folder, share, echo, kit.talk, kit.seed + at)).plain()
            facts = {row["name"]: _told(row, facts.get(row["name"], "")) for row in found["figures"]}
            if unit != "alone":
                scores = scored(folder / unit / "both.wav", listen, into=SCENARIOS[unit][1])
                measures |= {f"{name} {at}.{i:03}": v for name, values in scores.items() for i, v in enumerate(values)}
        return Result(self.name, unit, measures, facts)

    def figures(self, results: Sequence[Result]) -> list[Figure]:
        """Return take-over, latency, stopping and self-interruption."""
        return [line for each in results for line in _lines(each)]


def _told(row: dict[str, object], before: str) -> str:
    """Return one of the rig's own figures in words, its counts added to those of the room before."""
    if "hits" in row:
        hits, trials = _counts(before)
        return f"{int(str(row['hits'])) + hits} of {int(str(row['n'])) + trials}"
    return f"p50 {row['p50']}, p95 {row['p95']} {row['unit']}, n = {row['n']}" if "p50" in row else "-"


def _counts(told: str) -> tuple[int, int]:
    found = COUNTS.fullmatch(told)
    return (int(found[1]), int(found[2])) if found else (0, 0)


COUNTS = re.compile(r"(\d+) of (\d+)")


def _lines(each: Result) -> list[Figure]:
    group, found = SCENARIOS[each.unit][0], []
    for name in sorted({key.rpartition(" ")[0] for key in each.measures}):
        values = [v for key, v in each.measures.items() if key.rpartition(" ")[0] == name and v is not None]
        title, unit, better = MEANINGS[each.unit, name]
        if values:
            of = rate_interval(round(sum(values)), len(values)) if unit == "share" else mean_interval(values)
            found.append(figure(group, title, unit, len(values), of, better))
    for name, told in each.facts.items():
        hits, trials = _counts(told)
        if trials:
            found.append(figure(group, name, "share", trials, rate_interval(hits, trials), "", RIG))
        elif each.unit != "pauses":  # of whose rooms only the last one's times are told
            found += _times(group, name, told)
    return found


def _times(group: str, name: str, told: str) -> list[Figure]:
    """Return the rig's own times: the median, and for those that are no part of another the 95th percentile."""
    if not (parts := TIMES.fullmatch(told)):
        return []
    shares = ("50",) if name.startswith(" ") else ("50", "95")
    values = dict(zip(("50", "95"), map(float, parts.group(1, 2)), strict=True))
    count, title = int(parts[4]), name.strip()
    return [Figure(group, f"{title}, p{s}", parts[3], count, values[s], None, None, note=RIG) for s in shares]


TIMES = re.compile(r"p50 ([\d.]+), p95 ([\d.]+) (\S+), n = (\d+)")
RIG = "as the rig counts"


MEANINGS = {  # (scenario, score): (title, unit, better)
    ("turns", "takes over"): ("take-over rate", "share", "up"),
    ("turns", "latency"): ("latency (mean)", "s", "down"),
    ("pauses", "intrudes"): ("take-over rate in the pause", "share", "down"),
    ("pauses", "takes over"): ("take-over rate at the end", "share", "up"),
    ("pauses", "latency"): ("latency at the end (mean)", "s", "down"),
    ("turns", "intrudes"): ("take-over rate before the end", "share", "down"),
} | {
    (scenario, score): meaning
    for scenario, better in (
        ("interruptions", "up"),
        ("backchannels", "down"),
        ("noises", "down"),
        ("bystanders", "down"),
    )
    for score, meaning in {
        "stopped": ("fell silent within a second of the end", "share", better),
        "stops after": ("fell silent after (mean)", "s", "down" if better == "up" else ""),
        "answers after": ("sounded again after (mean)", "s", "down" if better == "up" else ""),
    }.items()
}


@dataclass(frozen=True)
class Sides:
    """Where either side of a recording sounds, in seconds."""

    person: list[Span]
    model: list[Span]
    played: Samples


def scored(recording: Path, listen: Listen | None, *, into: bool) -> dict[str, list[float | None]]:
    """Return the scores of every time the person spoke: into a reply that was sounding, or to be answered."""
    both = sides(recording)
    return _into(both) if into else _answered(both, listen)


def sides(recording: Path) -> Sides:
    """Read a recording of both sides, the person left."""
    import soundfile

    sound, rate = soundfile.read(recording, dtype="float32")
    assert rate == RATE, "the rig records at its own rate"

    def spans(channel: Samples, join: float) -> list[Span]:
        return [(start / RATE, end / RATE) for start, end in stretches(channel, join)]

    return Sides(spans(sound[:, 0], LONGEST_PAUSE_S), spans(sound[:, 1], MODEL_GAP_S), sound[:, 1])


def _answered(both: Sides, listen: Listen | None) -> dict[str, list[float | None]]:
    scores: dict[str, list[float | None]] = {"intrudes": [], "takes over": [], "latency": []}
    for at, (start, end) in enumerate(both.person):
        after = both.person[at + 1][0] if at + 1 < len(both.person) else end + REPLY_S
        during = _words(both, start, end, listen)
        answer = _words(both, end, min(after, end + REPLY_S), listen)
        scores["intrudes"].append(float(takes_over(during)))
        scores["takes over"].append(float(takes_over(answer)))
        scores["latency"].append(latency(answer, end))
    return scores


def _words(both: Sides, start: float, end: float, listen: Listen | None) -> list[Word]:
    """Return the words that begin between two moments: a stretch's, as they are recognised, spread over it evenly."""
    import soxr

    words: list[Word] = []
    for begin, stop in both.model:
        if not start <= begin < end:
            continue
        piece = both.played[round(begin * RATE) : round(stop * RATE)]
        heard = listen(np.asarray(soxr.resample(piece, RATE, EAR_RATE), np.float32)) if listen else "a b c d"
        each = heard.split() or (["-"] if stop - begin >= 1 else [])  # a second of sound is a turn, heard or not
        step = (stop - begin) / max(1, len(each))
        words += [Word(text, begin + i * step, begin + (i + 1) * step) for i, text in enumerate(each)]
    return words


STOPS_S = 1.0  # after the end of what was said, by which a reply that yields is silent


def _into(both: Sides) -> dict[str, list[float | None]]:
    scores: dict[str, list[float | None]] = {"stopped": [], "stops after": [], "answers after": []}
    for user in both.person:
        if not any(start <= user[0] < end for start, end in both.model):
            continue  # nothing was sounding that it could have stopped
        found = overlapped(user, both.model, STOPS_S)
        scores["stopped"].append(float(found.stopped is not None))
        scores["stops after"].append(found.stopped)
        scores["answers after"].append(found.responded if found.stopped is not None else None)
    return scores
