"""A guess at how people would rate the sound of single sentences, without any reference to compare it with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from app.evaluate.basics import Sentences
from app.evaluate.figures import Figure, Result, figure, known
from app.evaluate.kit import Kit, narrow
from core.evaluation.statistics import mean_interval

NO_SCORE = "no model of quality: `sotto packs get dnsmos`, or `pip install speechmos`"
SCORES = {"overall": "overall", "speech": "free of distortion", "background": "free of noise"}


class SoundQuality:
    """The mean opinion scores of DNSMOS."""

    name, title, live = "quality", "Quality without a reference", False

    def missing(self, kit: Kit) -> str:
        """A model of quality is needed."""
        return "" if kit.quality else NO_SCORE

    def units(self, kit: Kit) -> list[str]:
        """Return one unit for each sentence of the basics."""
        return Sentences().units(kit)

    def perform(self, kit: Kit, unit: str) -> Result:
        """Speak a sentence as the basics do, and score it."""
        assert kit.quality is not None, "a suite without a model is skipped"
        text = kit.texts[int(unit)]
        spoken = kit.speaker.say(text, (), kit.chance(Sentences.name, unit))
        found = kit.quality(narrow(spoken.sound, pad_s=0.0))
        return Result(self.name, unit, dict(asdict(found)) if found else dict.fromkeys(SCORES), {"text": text})

    def figures(self, results: Sequence[Result]) -> list[Figure]:
        """Return the means."""
        found = []
        for name, title in SCORES.items():
            values = known(results, name)
            found.append(figure("scores", title, "1 to 5", len(values), mean_interval(values), "up"))
        return found
