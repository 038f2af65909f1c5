"""TurnBench's development set, scored: when our own ears take a turn for over, and a sound for an interruption.

The set (mundo-ai/turn-benchmark-dev) must be accepted and downloaded by the user, and laid out in one folder by the
benchmark's own program (SesameAILabs/turnbench), which alone makes the truth out of its three annotators:

    gold.json                              what `python -m turnbench.gold export` prints
    20_speaker_1.flac, 20_speaker_2.flac   the two channels of conversation 20, as its dataset has them, in any format

Predictions are written beside the results as turnbench/predictions.json, in the benchmark's format, for its scorer.
What is predicted is causal: a moment is given as when it is decided, not when it happened.
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
from core.evaluation.statistics import percentile_interval, rate_interval
from core.evaluation.turns import Detected, Span, detected
from core.events import SpeechContinued, SpeechEnded, SpeechStarted
from core.patience import usual
from core.segmenter import Segmenter
from core.settings import SegmenterSettings
from core.types import EAR_FRAME, MIC_FRAME, VOICE_RATE, AudioFrame, Samples
from models.audiofile import read_audio

SIDES = ("speaker_1", "speaker_2")
GOLD, SUBMISSION = "gold.json", "predictions.json"
YIELDS_S = 0.6  # of speech over somebody else, after which a reply of ours gives way
GET = "accept huggingface.co/datasets/mundo-ai/turn-benchmark-dev, lay it out, and name its folder by --turnbench"


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
        gold = _gold(kit.turnbench / GOLD, unit)
        heard = [predicted(_channel(kit.turnbench, unit, side)) for side in SIDES]
        measures: dict[str, float | None] = {}
        told: dict[str, Any] = {"conversation_id": unit}
        for at, side in enumerate(SIDES):
            begins = heard[at].over(heard[1 - at].spans)
            told[side] = {"eot": _allowed(heard[at].ends, gold), "interruption": _allowed(begins, gold)}
            for kind, name in KINDS.items():
                true = [each["time_s"] for each in gold[f"{name}_positive_events"] if each["speaker"] == at + 1]
                negatives, excluded = (
                    _spans(gold[f"{name}_{which}"], at + 1) for which in ("negative_spans", "excluded")
                )
                measures |= _counted(f"{kind}, {side}", detected(told[side][kind], true, negatives, excluded))
        _submit(kit.folder / "turnbench", told)
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
            delays = [
                value
                for each in results
                for name, value in each.measures.items()
                if name.startswith(kind) and ", delay " in name
            ]
            known_delays = [value for value in delays if value is not None]
            middle = percentile_interval(known_delays, 50)
            found.append(figure(kind, "delay, p50", "s", len(known_delays), middle, "down"))
        return found


COUNTS = ("true", "found", "negatives", "alarms")


def _counted(name: str, found: Detected) -> dict[str, float | None]:
    delays = {f"{name}, delay {at:03}": delay for at, delay in enumerate(found.delays)}
    return {**{f"{name}, {count}": float(getattr(found, count)) for count in COUNTS}, **delays}


def _both(results: Sequence[Result], name: str) -> list[float]:
    return [value for side in SIDES for value in known(results, name.format(side))]


def _channel(folder: Path, unit: str, side: str) -> tuple[Samples, Samples]:
    files = sorted(folder.glob(f"{unit}_{side}.*"))
    if len(files) != 1:
        raise Problem(f"there are {len(files)} recordings of {side}", folder / unit, "lay out one for each channel")
    return read_audio(files[0])


def _gold(path: Path, unit: str) -> dict[str, Any]:
    try:
        return _checked(json.loads(path.read_text("utf-8"))["conversations"][unit])
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"the truth of conversation {unit} cannot be read ({error!r})"
        raise Problem(problem, path, "write it with `python -m turnbench.gold export`") from error


def _checked(gold: dict[str, Any]) -> dict[str, Any]:
    """Return the truth of one conversation if it is as the benchmark exports it; KeyError or TypeError if not."""
    for name in KINDS.values():
        for each in gold[f"{name}_positive_events"]:
            _ = each["speaker"] + each["time_s"]
        for each in [*gold[f"{name}_negative_spans"], *gold[f"{name}_excluded"]]:
            _ = each["speaker"] + each["start"] + each["end"]
    _ = gold["duration_s"] + 0
    return gold


KINDS = {"eot": "eot", "interruption": "int"}  # in predictions: in the truth


def _spans(rows: Sequence[dict[str, float]], speaker: int) -> list[Span]:
    return [(each["start"], each["end"]) for each in rows if each["speaker"] == speaker]


def _allowed(moments: Sequence[float], gold: dict[str, Any]) -> list[float]:
    """Return moments as a submission may have them: each once, in order, within the recording."""
    return sorted({round(moment, 3) for moment in moments if 0 <= moment <= gold["duration_s"]})


def _submit(place: Path, told: dict[str, Any]) -> None:
    """Keep one conversation's predictions, and all that there are as one submission."""
    place.mkdir(exist_ok=True)
    write_json(place / f"{told['conversation_id']}.json", told)
    parts = sorted(path for path in place.glob("*.json") if path.name != SUBMISSION)
    predictions = [json.loads(path.read_text("utf-8")) for path in parts]
    write_json(place / SUBMISSION, {"schema_version": 1, "predictions": predictions})


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
