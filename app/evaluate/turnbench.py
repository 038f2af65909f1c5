"""TurnBench's development set, scored: when our own ears take a turn for over, and a sound for an interruption.

The set (mundo-ai/turn-benchmark-dev) must be accepted and downloaded by the user, and laid out in one folder:

    20_speaker_1.wav, 20_speaker_2.wav     the two channels of conversation 20, in any format
    20.json                                {"speaker_1": {"eot": [12.6, ...], "interruption": [...],
                                            "pauses": [[3.1, 3.9], ...], "backchannels": [...]}, "speaker_2": ...}

in seconds, each the majority of the three annotators. Predictions are written beside the results in the benchmark's own
format, for its scorer. What is predicted is causal: a moment is given as when it is decided, not when it happened.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.checks import Problem
from app.evaluate.figures import Figure, Result, figure, known
from app.evaluate.kit import Kit
from app.files import write_json
from core.evaluation.statistics import mean_interval, rate_interval
from core.evaluation.turns import Detected, Span, detected
from core.events import SpeechContinued, SpeechEnded, SpeechStarted
from core.patience import usual
from core.segmenter import Segmenter
from core.settings import SegmenterSettings
from core.types import EAR_FRAME, MIC_FRAME, VOICE_RATE, AudioFrame, Samples
from models.audiofile import read_audio

SIDES = ("speaker_1", "speaker_2")
YIELDS_S = 0.6  # of speech over somebody else, after which a reply of ours gives way
GET = "TurnBench's development set: accept huggingface.co/datasets/mundo-ai/turn-benchmark-dev, then --turnbench DIR"


class TurnBench:
    """Ends of turns and interruptions in recorded talk of two people."""

    name, title, live = "turnbench", "TurnBench, development set", False

    def missing(self, kit: Kit) -> str:
        """The set is needed."""
        return "" if kit.turnbench and list(kit.turnbench.glob("*_speaker_1.*")) else GET

    def units(self, kit: Kit) -> list[str]:
        """Return the conversations."""
        assert kit.turnbench is not None, "a suite without its data is skipped"
        return sorted(path.name.split("_speaker_1")[0] for path in kit.turnbench.glob("*_speaker_1.*"))

    def perform(self, kit: Kit, unit: str) -> Result:
        """Listen to one conversation, and score what was predicted."""
        assert kit.turnbench is not None, "a suite without its data is skipped"
        gold = _gold(kit.turnbench / f"{unit}.json")
        heard = [predicted(_channel(kit.turnbench, unit, side)) for side in SIDES]
        measures: dict[str, float | None] = {}
        told: dict[str, Any] = {"conversation_id": unit}
        for at, side in enumerate(SIDES):
            ends, begins = heard[at].ends, heard[at].over(heard[1 - at].spans)
            told[side] = {"eot": ends, "interruption": begins}
            for kind, moments, negatives in (("eot", ends, "pauses"), ("interruption", begins, "backchannels")):
                found = detected(moments, gold[side][kind], [(a, b) for a, b in gold[side][negatives]])
                measures |= _counted(f"{kind}, {side}", found)
        place = kit.folder / "turnbench"
        place.mkdir(exist_ok=True)
        write_json(place / f"{unit}.json", told)
        return Result(self.name, unit, measures)

    def figures(self, results: Sequence[Result]) -> list[Figure]:
        """Return recall, false alarms and delay of both kinds."""
        found = []
        for kind in ("eot", "interruption"):
            counts = {name: sum(_both(results, f"{kind}, {{}}, {name}")) for name in COUNTS}
            recall = rate_interval(round(counts["found"]), round(counts["true"]))
            alarms = rate_interval(round(counts["alarms"]), round(counts["negatives"]))
            found.append(figure(kind, "recall", "share", round(counts["true"]), recall, "up"))
            found.append(figure(kind, "false alarms", "share", round(counts["negatives"]), alarms, "down"))
            delays = _both(results, f"{kind}, {{}}, delay")
            found.append(figure(kind, "delay (mean of conversations)", "s", len(delays), mean_interval(delays), "down"))
        return found


COUNTS = ("true", "found", "negatives", "alarms")


def _counted(name: str, found: Detected) -> dict[str, float | None]:
    delay = float(np.median(found.delays)) if found.delays else None
    return {**{f"{name}, {count}": float(getattr(found, count)) for count in COUNTS}, f"{name}, delay": delay}


def _both(results: Sequence[Result], name: str) -> list[float]:
    return [value for side in SIDES for value in known(results, name.format(side))]


def _channel(folder: Path, unit: str, side: str) -> tuple[Samples, Samples]:
    files = sorted(folder.glob(f"{unit}_{side}.*"))
    if len(files) != 1:
        raise Problem(f"there are {len(files)} recordings of {side}", folder / unit, "lay out one for each channel")
    return read_audio(files[0])


def _gold(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
        return {side: {name: list(value[side][name]) for name in KINDS} for side in SIDES}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem(f"the annotations cannot be read ({error})", path, "lay them out as described") from error


KINDS = ("eot", "interruption", "pauses", "backchannels")


class Heard:
    """What our ears told of one channel, in seconds."""

    def __init__(self) -> None:
        self.ends: list[float] = []
        self.spans: list[Span] = []  # speech
        self._long: list[tuple[float, float]] = []  # (when speech began, when it had lasted)

    def begins(self, start: float) -> None:
        """Take note that speech began."""
        self.spans.append((start, start))
        self._long.append((start, float("inf")))

    def lasts(self, now: float) -> None:
        """Take note that it goes on."""
        start, decided = self._long[-1]
        self.spans[-1] = (start, now)
        if now - start >= YIELDS_S and decided == float("inf"):
            self._long[-1] = (start, now)

    def over(self, other: Sequence[Span]) -> list[float]:
        """Return when speech that began while the other spoke had lasted long enough to take the floor."""
        return [now for start, now in self._long if np.isfinite(now) and any(a <= start < b for a, b in other)]


def predicted(channel: tuple[Samples, Samples]) -> Heard:
    """Let the ears hear one channel, at both rates, frame by frame."""
    from models.silero import Silero

    (wide, narrow), vad, segmenter, heard = channel, Silero(), Segmenter(SegmenterSettings()), Heard()
    wait = usual(SegmenterSettings().patience)
    for at in range(min(len(wide) // MIC_FRAME, len(narrow) // EAR_FRAME)):
        ear = narrow[at * EAR_FRAME : (at + 1) * EAR_FRAME]
        frame = AudioFrame(at * MIC_FRAME, wide[at * MIC_FRAME : (at + 1) * MIC_FRAME], ear)
        now = (at + 1) * MIC_FRAME / VOICE_RATE
        for event in segmenter.feed(frame, vad(ear), wait):
            if isinstance(event, SpeechStarted):
                heard.begins(event.at / VOICE_RATE)
            elif isinstance(event, SpeechContinued):
                heard.lasts(now)
            elif isinstance(event, SpeechEnded):
                heard.ends.append(round(now, 3))
    return heard
