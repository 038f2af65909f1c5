"""Speech basics: whether the words are there and whose voice it is, sentence by sentence and over a long talk."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from app.converse import QUESTIONS
from app.evaluate.figures import Figure, Result, figure, known
from app.evaluate.kit import Kit
from app.evaluate.speakers import Line
from core.evaluation.statistics import Interval, mean_interval, rate_interval, ratio_interval, slope
from models.audiofile import read_audio

PLAIN = {  # measure: (title, unit, better)
    "similarity": ("alike to the reference", "0 to 1", "up"),
    "rate": ("rate", "syllables/s", ""),
    "pitch": ("pitch, above 100 Hz", "semitones", ""),
    "pitch_range": ("range of pitch", "semitones", ""),
    "loudness": ("loudness", "LUFS", ""),
    "pause_share": ("pauses inside", "share", ""),
    "silence_share": ("silence in all", "share", ""),
}
FAULTS = {
    "cut_off": "endings cut off",
    "run_away": "run-aways",
    "too_short": "too short for the text",
}
CLIPPED_SHARE = 1e-4  # of a clip's samples, from which on it counts as clipped


class Sentences:
    """Sentences without a history."""

    name, title, live = "sentences", "Speech basics", False

    def missing(self, kit: Kit) -> str:
        """Nothing is needed but the voice."""
        return ""

    def units(self, kit: Kit) -> list[str]:
        """Return one unit for each sentence, spread over the set."""
        count = min(kit.size.sentences, len(kit.texts))
        return [f"{round(at * len(kit.texts) / count):03}" for at in range(count)]

    def perform(self, kit: Kit, unit: str) -> Result:
        """Speak a sentence, measure it, and have it written down."""
        text = kit.texts[int(unit)]
        path, sound = kit.keep(self.name, unit, kit.speaker.say(text, (), kit.chance(self.name, unit)).sound)
        words, heard = kit.words(sound, text)
        return Result(self.name, unit, {**kit.acoustics(sound, text), **words}, {"text": text, **heard}, {"": path})

    def figures(self, results: Sequence[Result]) -> list[Figure]:
        """Return errors, faults and means."""
        return [*_errors(results), *_faults(results), *_means(results)]


def _errors(results: Sequence[Result]) -> list[Figure]:
    found = []
    for name in sorted({key.removeprefix("edits, ") for each in results for key in each.measures if "edits" in key}):
        edits, words = known(results, f"edits, {name}"), known(results, f"words, {name}")
        last = known(results, f"last word missing, {name}")
        rate = ratio_interval(edits, words)
        found.append(figure("words", f"word error, {name}", "share", len(edits), rate, "down"))
        share = rate_interval(round(sum(last)), len(last))
        found.append(figure("words", f"last word missing, {name}", "share", len(last), share, "down"))
    return found


def _faults(results: Sequence[Result]) -> list[Figure]:
    found = []
    for name, title in FAULTS.items():
        values = known(results, name)
        share = rate_interval(round(sum(values)), len(values))
        found.append(figure("faults", title, "share", len(values), share, "down"))
    clipped = known(results, "clipped")
    loud = sum(value > CLIPPED_SHARE for value in clipped)
    found.append(
        figure("faults", "clipped at full scale", "share", len(clipped), rate_interval(loud, len(clipped)), "down")
    )
    return found


def _means(results: Sequence[Result]) -> list[Figure]:
    found = []
    for name, (title, unit, better) in PLAIN.items():
        if values := known(results, name):
            found.append(figure("speech", title, unit, len(values), mean_interval(values), better))
    return found


@lru_cache(maxsize=1)
def asked() -> tuple[Line, ...]:
    """Return the recorded questions that come with Sotto, with their words as their README has them."""
    rows = [line for line in (QUESTIONS / "README.md").read_text("utf-8").splitlines() if line.startswith("- `")]
    pairs = [row[3:].split("`: ", 1) for row in rows]
    return tuple(Line("user", text.strip(), read_audio(QUESTIONS / name)[0]) for name, text in pairs)


class LongTalk:
    """A long conversation, in which everything that was spoken stays in the history as long as there is room."""

    name, title, live = "drift", "Drift over a long conversation", False

    def missing(self, kit: Kit) -> str:
        """Nothing is needed but the voice."""
        return ""

    def units(self, kit: Kit) -> list[str]:
        """Return one unit for each turn."""
        return [f"{at:03}" for at in range(kit.size.turns)]

    def perform(self, kit: Kit, unit: str) -> Result:
        """Speak one reply after all that was said before."""
        at = int(unit)
        text = self._text(kit, at)
        spoken = kit.speaker.say(text, self._history(kit, at), kit.chance(self.name, unit))
        path, sound = kit.keep(self.name, unit, spoken.sound)
        words, heard = kit.words(sound, text)
        return Result(self.name, unit, {**kit.acoustics(sound, text), **words}, {"text": text, **heard}, {"": path})

    def _text(self, kit: Kit, at: int) -> str:
        return kit.texts[(at * 7) % len(kit.texts)]

    def _history(self, kit: Kit, at: int) -> list[Line]:
        lines: list[Line] = []
        questions = asked()
        for before in range(max(0, at - REACH), at + 1):
            lines.append(questions[before % len(questions)])
            if before < at:
                text = self._text(kit, before)
                lines.append(Line("companion", text, kit.clip(self.name, f"{before:03}")))
        return lines

    def figures(self, results: Sequence[Result]) -> list[Figure]:
        """Return the change with each ten turns, and the first and last ten."""
        found: list[Figure] = []
        ordered = sorted(results, key=lambda each: each.unit)
        for name, (title, unit, better) in {**_errors_as_rates(ordered), **SLOPES}.items():
            values = _values(ordered, name)
            line, p = slope(values)
            tens = Interval(10 * line.value, 10 * line.low, 10 * line.high)
            change = figure("with every ten turns", title, unit, len(values), tens, "")
            found.append(Figure(**{**vars(change), "p": p}))
            for group, part in (("first ten turns", values[:10]), ("last ten turns", values[-10:])):
                found.append(figure(group, title, unit, len(part), mean_interval(part), better))
        return found


REACH = 24  # turns back, more than any context of 2048 positions holds
SLOPES = {
    "similarity": ("alike to the reference", "0 to 1", "up"),
    "pitch": ("pitch, above 100 Hz", "semitones", ""),
    "rate": ("rate", "syllables/s", ""),
}


def _errors_as_rates(results: Sequence[Result]) -> dict[str, tuple[str, str, str]]:
    names = {key for each in results for key in each.measures if key.startswith("edits, ")}
    return {name: (f"word error, {name.removeprefix('edits, ')}", "share", "down") for name in sorted(names)}


def _values(results: Sequence[Result], name: str) -> list[float]:
    if not name.startswith("edits, "):
        return known(results, name)
    words = known(results, name.replace("edits", "words", 1))
    return [edits / max(1.0, count) for edits, count in zip(known(results, name), words, strict=True)]
