"""Context gain: the same reply after two spoken histories that differ in one manner, and after controls.

Each reply is spoken twice, after a history in one manner and after the same history in the opposite one (fast and slow,
high and low, loud and soft; made from the same recordings). If the voice follows its history, the two differ in that
measure. `shuffled` deals other lines, whose manner is drawn by lot; `text` gives the words of the history alone; `none`
gives nothing. Where nothing tells the two apart only the seed differs, so that what is found there is chance.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.evaluate.basics import asked
from app.evaluate.figures import Figure, Result, difference, known
from app.evaluate.kit import Kit
from app.evaluate.speakers import Line
from core.evaluation.manners import Manner
from core.evaluation.statistics import paired

BASE = 10  # lines of the companion that histories are made of
LINES = 2  # of each speaker in a history
PLAIN = Manner()


@dataclass(frozen=True)
class Contrast:
    """Two manners of a history, and the measure in which a reply that follows it must differ."""

    measure: str
    first: Manner
    second: Manner


CONTRASTS = {
    "pace": Contrast("rate", Manner(stretch=0.76), Manner(stretch=1.35)),
    "pitch": Contrast("pitch", Manner(semitones=3.0), Manner(semitones=-3.0)),
    "level": Contrast("loudness", Manner(gain_db=5.0), Manner(gain_db=-7.0)),
}
MEASURES = {  # name: (title, unit)
    "rate": ("rate", "syllables/s"),
    "pitch": ("pitch level", "semitones"),
    "pitch_range": ("pitch range", "semitones"),
    "loudness": ("energy", "LU"),
    "pause_share": ("pauses", "share"),
    "similarity": ("alike to the reference", "0 to 1"),
}
CONTROLS = ("text", "none")  # the same whatever the contrast


class ContextGain:
    """Whether what was heard before changes how a reply is spoken."""

    name, title, live = "context", "Context gain", False

    def __init__(self) -> None:
        self._changed: dict[tuple[str, Manner], Line] = {}  # the same lines come again and again

    def missing(self, kit: Kit) -> str:
        """Nothing is needed but the voice."""
        return ""

    def units(self, kit: Kit) -> list[str]:
        """Return the lines of the histories, then a unit for each reply and condition."""
        replies = range(min(kit.size.replies, len(kit.texts) - BASE))
        cells = [f"{name}-{kind}" for name in CONTRASTS for kind in ("full", "shuffled")]
        return [
            *(f"line-{at:02}" for at in range(BASE)),
            *(f"{cell}-{at:02}" for at in replies for cell in (*cells, *CONTROLS)),
        ]

    def perform(self, kit: Kit, unit: str) -> Result:
        """Speak a line of the histories, or one reply after two of them."""
        cell, _, number = unit.rpartition("-")
        if cell == "line":
            text = self._line_text(kit, int(number))
            path, _ = kit.keep(self.name, unit, kit.speaker.say(text, (), kit.chance(self.name, unit)).sound)
            return Result(self.name, unit, {}, {"text": text}, {"line": path})
        return self._pair(kit, unit, cell, int(number))

    def _line_text(self, kit: Kit, at: int) -> str:
        return kit.texts[-1 - at]

    def _pair(self, kit: Kit, unit: str, cell: str, number: int) -> Result:
        text = kit.texts[number]
        measures: dict[str, float | None] = {}
        clips: dict[str, str] = {}
        found = []
        for side, history in enumerate(self._histories(kit, cell, number)):
            spoken = kit.speaker.say(text, history, kit.chance(self.name, unit, side))
            clips[f"after {_side(cell, side)}"], sound = kit.keep(self.name, f"{unit}-{side + 1}", spoken.sound)
            found.append(kit.acoustics(sound, text))
            measures |= {f"{name} {side + 1}": found[side][name] for name in MEASURES}
        for name in MEASURES:
            one, other = found[0][name], found[1][name]
            measures[name] = None if one is None or other is None else one - other
        return Result(self.name, unit, measures, {"text": text, "cell": cell}, clips)

    def _histories(self, kit: Kit, cell: str, number: int) -> list[list[Line]]:
        if cell == "none":
            return [[], []]
        dealt = random.Random(kit.chance("history", number + (1000 if cell.endswith("shuffled") else 0)))
        lines = self._lines(kit, dealt)
        if cell == "text":
            return [[replace(line, sound=None) for line in lines]] * 2
        contrast = CONTRASTS[cell.partition("-")[0]]
        manners = [contrast.first, contrast.second]
        if cell.endswith("shuffled"):  # each of the four deals equally often, whatever the order of replies
            manners = [manners[number & 1], manners[number >> 1 & 1]]
        return [[self._in_manner(line, manner) for line in lines] for manner in manners]

    def _in_manner(self, line: Line, manner: Manner) -> Line:
        if line.sound is None:
            return line
        if (line.text, manner) not in self._changed:
            self._changed[line.text, manner] = replace(line, sound=manner(line.sound))
        return self._changed[line.text, manner]

    def _lines(self, kit: Kit, dealt: random.Random) -> list[Line]:
        questions, own = dealt.sample(asked(), LINES), dealt.sample(range(BASE), LINES)
        lines: list[Line] = []
        for question, at in zip(questions, own, strict=True):
            sound = kit.clip(self.name, f"line-{at:02}")
            lines += [question, Line("companion", self._line_text(kit, at), sound)]
        return lines

    def figures(self, results: Sequence[Result]) -> list[Figure]:
        """Return every measure's difference in every cell; the contrast's own measure is the test."""
        found = []
        for cell in dict.fromkeys(each.facts["cell"] for each in results if "cell" in each.facts):
            rows = [each for each in results if each.facts.get("cell") == cell]
            contrast = CONTRASTS.get(cell.partition("-")[0])
            for name, (title, unit) in MEASURES.items():
                note = "the test" if contrast and contrast.measure == name else ""
                found.append(difference(cell.replace("-", ", "), title, unit, paired(known(rows, name)), note))
        return found


def _side(cell: str, side: int) -> str:
    sides = {"pace": ("fast", "slow"), "pitch": ("high", "low"), "level": ("loud", "soft")}
    return (
        sides.get(cell.partition("-")[0], ("one", "again"))[side] if cell.endswith("full") else ("one", "other")[side]
    )
