"""The work of a run, unit by unit: each result is a file that is whole or not there, so that a run can end anywhere.

plan.json                what is evaluated and how; another plan is another folder
units/SUITE/UNIT.json    a result
times/SUITE/UNIT.json    what it took
clips/SUITE/UNIT.wav     how it sounds
results.json             all that depends on voice, seed and machine alone: the same however often it was interrupted
live.json                what depends on the clock as well: latency, live talk, when the run took place
report.html              both, for people
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.checks import Problem
from app.evaluate.figures import Result, result
from app.evaluate.kit import Kit, Suite
from app.evaluate.speakers import Line, Speaker, Spoken
from app.files import write_json
from core.types import VOICE_RATE, Samples

Tell = Callable[[str], None]


class TimedSpeaker:
    """A speaker whose times are taken (`app.evaluate.speakers.Speaker`)."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self.name, self.reference = speaker.name, speaker.reference
        self.times: list[dict[str, float]] = []

    def say(self, text: str, history: Sequence[Line], seed: int) -> Spoken:
        """Speak, and note how long it took."""
        spoken = self._speaker.say(text, history, seed)
        seconds = len(spoken.sound) / VOICE_RATE
        self.times.append(
            {"first": spoken.first_s, "took": spoken.took_s, "seconds": seconds, "history": spoken.history}
        )
        return spoken

    def about(self) -> dict[str, object]:
        """Return what is known of the voice."""
        return self._speaker.about()


@dataclass(frozen=True)
class Outcome:
    """What became of a suite: its results, or why there are none."""

    suite: Suite
    results: tuple[Result, ...]
    missing: str = ""


def claim(folder: Path, plan: dict[str, Any]) -> None:
    """Make the folder this plan's; Problem if it is another one's."""
    path = folder / "plan.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_json(path, plan)
        return
    try:
        there = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(f"the plan cannot be read ({error})", path, "choose another folder with --out") from error
    for name in plan:
        if there.get(name) != plan[name]:
            raise Problem(f"this folder holds another run: its {name} differs", folder, "choose another with --out")


def perform(kit: Kit, suites: Sequence[Suite], tell: Tell) -> list[Outcome]:
    """Do what is not done yet; return all that there is."""
    reasons = {suite.name: suite.missing(kit) for suite in suites}
    todo = {suite.name: suite.units(kit) if not reasons[suite.name] else [] for suite in suites}
    for suite in suites:
        if reasons[suite.name]:
            tell(f"{suite.title}: skipped: {reasons[suite.name]}")
    progress = Progress({name: len(units) for name, units in todo.items()}, tell)
    outcomes = []
    for suite in suites:
        timed = TimedSpeaker(kit.speaker)
        with_times = replace(kit, speaker=timed)
        done = [_unit(with_times, timed, suite, unit, progress) for unit in todo[suite.name]]
        outcomes.append(Outcome(suite, tuple(done), reasons[suite.name]))
    return outcomes


def _unit(kit: Kit, timed: TimedSpeaker, suite: Suite, unit: str, progress: Progress) -> Result:
    path = kit.folder / "units" / suite.name / f"{unit}.json"
    if (there := kept(path)) is not None:
        progress.skipped(suite.name)
        return there
    began = time.monotonic()
    timed.times.clear()
    made = suite.perform(kit, unit)
    for where, value in (("times", timed.times), ("units", made.plain())):  # the result last: it says all is there
        place = kit.folder / where / suite.name / f"{unit}.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        write_json(place, value)
    progress.finished(suite.name, time.monotonic() - began)
    return result(made.plain())  # as it will be read when the run goes on another time


def kept(path: Path) -> Result | None:
    """Return a result that is there; what is damaged is done again."""
    try:
        return result(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def times(folder: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield what each spoken text took, with the suite, the unit, and which of its texts it was."""
    for path in sorted((folder / "times").glob("*/*.json")):
        for at, each in enumerate(json.loads(path.read_text("utf-8"))):
            yield f"{path.parent.name}/{path.stem}/{at}", each


class Progress:
    """Tells how far it is, and about how long it will take."""

    EVERY_S = 5.0

    def __init__(self, counts: dict[str, int], tell: Tell) -> None:
        self._counts, self._tell = counts, tell
        self._done = dict.fromkeys(counts, 0)
        self._made: dict[str, list[float]] = {name: [] for name in counts}
        self._told = 0.0

    def skipped(self, name: str) -> None:
        """Take note of a unit that was there."""
        self._done[name] += 1

    def finished(self, name: str, seconds: float) -> None:
        """Take note of a unit that was done now."""
        self._done[name] += 1
        self._made[name].append(seconds)
        last = self._done[name] == self._counts[name]
        if last or time.monotonic() - self._told > self.EVERY_S:
            self._told = time.monotonic()
            self._tell(f"{name} {self._done[name]} of {self._counts[name]}; {self.left()} left in all")

    def left(self) -> str:
        """Return the time that the rest will take, suites not begun taken for as slow as those that were."""
        made = [seconds for each in self._made.values() for seconds in each]
        usual = sum(made) / max(1, len(made))
        rest = 0.0
        for name, count in self._counts.items():
            own = self._made[name][-20:]
            rest += (count - self._done[name]) * (sum(own) / len(own) if own else usual)
        return f"about {rest / 60:.0f} min" if rest > 90 else f"about {rest:.0f} s"


def samples_of(folder: Path, clip: str) -> Samples:
    """Return a clip of a run, at VOICE_RATE."""
    from models.audiofile import read_audio

    return read_audio(folder / clip)[0]
