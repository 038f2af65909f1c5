"""Pronunciation that context decides, after Sesame: homographs, and words that follow how they were said before."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence

from app.evaluate.figures import Figure, Result, difference, figure
from app.evaluate.kit import SETS, Kit, narrow
from app.evaluate.speakers import Line, synthesised
from core.evaluation.statistics import paired, rate_interval
from models.evaluation.sets import Consistent, Homograph, consistency, homographs

NO_JUDGE = "no phone recogniser: `pip install pocketsphinx`, or `sotto packs get wav2vec2-phones`"
NO_PROMPTS = "the prompts are spoken by espeak-ng: `apt-get install espeak-ng`"


class Homographs:
    """Words of two pronunciations, of which the sentence decides one."""

    name, title, live = "homographs", "Homographs", False

    def missing(self, kit: Kit) -> str:
        """A phone recogniser is needed."""
        return "" if kit.judge else NO_JUDGE

    def units(self, kit: Kit) -> list[str]:
        """Return one unit for each sentence, spread over the words."""
        return spread([item.id for item in homographs(SETS)], kit.size.words)

    def perform(self, kit: Kit, unit: str) -> Result:
        """Speak a sentence, and judge its word."""
        item = next(each for each in homographs(SETS) if each.id == unit)
        return _judged(self.name, kit, item, [], {"word": item.word, "sense": item.sense})

    def figures(self, results: Sequence[Result]) -> list[Figure]:
        """Return how often the right variant was said, in all and for each word; half is chance."""
        return _shares(results, "right variant")


class Consistency:
    """Words with several accepted pronunciations, of which the talk so far used one."""

    name, title, live = "consistency", "Pronunciation consistency", False

    def missing(self, kit: Kit) -> str:
        """A phone recogniser is needed, and espeak-ng for the prompts."""
        return NO_JUDGE if kit.judge is None else "" if shutil.which("espeak-ng") else NO_PROMPTS

    def units(self, kit: Kit) -> list[str]:
        """Return one unit for each pair, spread over the words."""
        return spread([item.id for item in consistency(SETS)], kit.size.words)

    def perform(self, kit: Kit, unit: str) -> Result:
        """Speak a reply after a prompt that says its word in one variant, and judge the word."""
        item = next(each for each in consistency(SETS) if each.id == unit)
        said = re.sub(rf"\b{item.word}\b", lambda _: f"[[{item.espeak[0]}]]", item.prompt, flags=re.IGNORECASE)
        prompt = Line("user", item.prompt, synthesised(said))
        facts = {"word": item.word, "variant": item.variant, "prompt": item.prompt}
        return _judged(self.name, kit, item, [prompt], facts)

    def figures(self, results: Sequence[Result]) -> list[Figure]:
        """Return how often the variant was taken up; a voice that always says the same gets a half."""
        return [*_shares(results, "same variant"), *_by_variant(results)]


def _judged(suite: str, kit: Kit, item: Homograph | Consistent, history: list[Line], facts: dict[str, str]) -> Result:
    assert kit.judge is not None, "a suite without a judge is skipped"
    spoken = kit.speaker.say(item.text, history, kit.chance(suite, item.id))
    path, sound = kit.keep(suite, item.id, spoken.sound)
    found = kit.judge(narrow(sound), [item.expected, item.other])
    right = None if found.variant is None else float(found.variant == 0)
    measures = {"right": right, "margin": found.margin, "decided": float(found.variant is not None)}
    return Result(suite, item.id, measures, {"text": item.text, **facts}, {"": path})


def spread(names: Sequence[str], count: int) -> list[str]:
    """Return `count` of the names, evenly spread, in order; all of them where there are no more."""
    if count >= len(names):
        return list(names)
    return [names[(2 * at + 1) * len(names) // (2 * count)] for at in range(count)]


def _shares(results: Sequence[Result], title: str) -> list[Figure]:
    decided = [each for each in results if each.measures["right"] is not None]
    found = [_share("all", title, decided)]
    trials = rate_interval(len(decided), len(results))
    found.append(figure("all", "could be judged", "share", len(results), trials, "up"))
    words = dict.fromkeys(each.facts["word"] for each in results)
    return found + [_share("by word", word, [each for each in decided if each.facts["word"] == word]) for word in words]


def _share(group: str, title: str, results: Sequence[Result]) -> Figure:
    hits = sum(each.measures["right"] == 1 for each in results)
    return figure(group, title, "share", len(results), rate_interval(hits, len(results)), "up", "chance is 0.5")


def _by_variant(results: Sequence[Result]) -> list[Figure]:
    """Return, over both variants of each word, whether the one prompted is said more often than when it is not."""
    gains = []
    for word in dict.fromkeys(each.facts["word"] for each in results):
        rows = [each for each in results if each.facts["word"] == word and each.measures["right"] is not None]
        shares = []
        for variant in sorted({each.facts["variant"] for each in rows}):
            hits = [each.measures["right"] == 1 for each in rows if each.facts["variant"] == variant]
            shares.append(sum(hits) / len(hits))
        if len(shares) == 2:
            gains.append(shares[0] + shares[1] - 1)  # 1: always follows; 0: says what it says; -1: never
    return [difference("all", "follows the prompt", "share", paired(gains))]
