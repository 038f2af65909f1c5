"""Every figure against speech whose truth is known: what the suites report of a voice that was changed in a known way.

A voice speaks by flite or espeak-ng. It is changed, evaluated by the suites themselves, and each figure must move by
what was changed, and no other.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import pytest

from app.evaluate import kit
from app.evaluate.basics import Sentences
from app.evaluate.pronunciation import Consistency, Homographs
from app.evaluate.quality import SoundQuality
from app.evaluate.speakers import Spoken
from core.evaluation.manners import Manner
from core.evaluation.words import plain_words
from core.types import VOICE_RATE, Samples
from models.evaluation import sets, sphinx
from models.evaluation.dnsmos import Dnsmos, packaged
from tests.evaluation.speech import TEXTS, espeak, flite

pytestmark = pytest.mark.skipif(
    shutil.which("flite") is None or shutil.which("espeak-ng") is None or not sphinx.available(),
    reason="needs flite, espeak-ng and pocketsphinx",
)


@dataclass(frozen=True)
class Voice:
    """Speaks a text as it is told to, whatever was said before."""

    speak: Callable[[str], Samples]
    reference: Samples | None = None
    name: str = "voice"

    def say(self, text, history, seed):
        return Spoken(self.speak(text), 0.1, 0.2)

    def about(self):
        return {"kind": "test"}


def dropped(text):
    return flite(" ".join(text.rstrip(".?!").split()[:-1]))


def hissing(text):
    sound = flite(text)
    return sound + np.random.default_rng(0).normal(0, 0.02, len(sound)).astype(np.float32)


def broken_off(text):
    """Speak to the midst of the loudest sound of the second half."""
    sound = flite(text)
    level = np.convolve(np.abs(sound), np.ones(1200) / 1200, "same")
    level[: len(sound) // 2] = 0
    return sound[: int(np.argmax(level)) + 240]


def with_a_pause(text):
    """Speak half a second's silence at the quietest place between the words."""
    sound = flite(text)
    level = np.convolve(np.abs(sound), np.ones(960) / 960, "same")
    at = len(sound) // 4 + int(np.argmin(level[len(sound) // 4 : len(sound) * 3 // 4]))
    return np.concatenate([sound[:at], np.zeros(VOICE_RATE // 2, np.float32), sound[at:]])


WORDS = sum(len(plain_words(text)) for text in TEXTS)
ANY = np.inf  # a figure that the change moves as well, by no known amount

# What is done to the voice -> the figures that move: (by how much, how exactly); rates by a factor.
TABLE = {
    "nothing": (flite, {}),
    "10 % slower, stretched": (lambda text: Manner(stretch=1.1)(flite(text)), {"rate": (1 / 1.1, 0.02)}),
    "10 % slower, so spoken": (partial(flite, stretch=1.1), {"rate": (1 / 1.1, 0.03)}),
    "10 % faster, so spoken": (partial(flite, stretch=1 / 1.1), {"rate": (1.1, 0.03)}),
    "2 semitones higher": (
        lambda text: Manner(semitones=2)(flite(text)),
        {
            "pitch, above 100 Hz": (2, 0.25),
            "alike to the reference": (-0.25, 0.15),
            "word error, pocketsphinx": (0, 0.15),
        },
    ),
    "6 dB louder": (lambda text: Manner(gain_db=6)(flite(text)), {"loudness": (6, 0.1)}),
    "last word dropped": (
        dropped,
        {
            "last word missing, pocketsphinx": (1, 0),
            "word error, pocketsphinx": (len(TEXTS) / WORDS, 0.05),
            "rate": (1.1, 0.15),  # it counts the syllables of the text, not of the sound
            "loudness": (0, 1),
        },
    ),
    "another speaker": (
        lambda text: flite(text, "rms"),
        {
            "alike to the reference": (-0.8, 0.2),
            "pitch, above 100 Hz": (-9, 2.5),
            "word error, pocketsphinx": (0, ANY),
            **dict.fromkeys(("rate", "range of pitch", "loudness", "pauses inside", "silence in all"), (1, ANY)),
        },
    ),
    "broken off": (
        broken_off,
        {
            "endings cut off": (1, 0),
            "last word missing, pocketsphinx": (1, ANY),
            "word error, pocketsphinx": (1, ANY),
            **dict.fromkeys(
                ("rate", "loudness", "silence in all", "alike to the reference", "range of pitch"), (1, ANY)
            ),
            "pitch, above 100 Hz": (0, ANY),
            "pauses inside": (0, ANY),
            "too short for the text": (1, ANY),
        },
    ),
    "a pause of half a second": (
        with_a_pause,
        {"pauses inside": (0.16, 0.06), "silence in all": (0.14, 0.06), "word error, pocketsphinx": (0, 0.1)},
    ),
    "four times over": (
        lambda text: np.tile(flite(text), 4),
        {
            "run-aways": (1, 0),
            "rate": (0.25, 0.05),
            "word error, pocketsphinx": (3, 0.3),
            "last word missing, pocketsphinx": (0, ANY),
            "pauses inside": (0.1, ANY),
            "silence in all": (0, ANY),
        },
    ),
}
STILL = {  # how far what was not changed may move all the same
    "rate": 0.035,
    "pitch, above 100 Hz": 0.25,
    "range of pitch": 0.8,
    "loudness": 0.3,
    "pauses inside": 0.03,
    "silence in all": 0.03,
    "alike to the reference": 0.05,
    "word error, pocketsphinx": 0.06,
}


def tools(folder, voice, **more):
    listeners = {"pocketsphinx": listener()}
    return kit.Kit(voice, listeners, more.get("judge"), folder, kit.QUICK, 0, TEXTS, quality=more.get("quality"))


@lru_cache(maxsize=1)
def listener():
    return sphinx.SphinxWords(TEXTS)


def figures(suite, tools):
    return {row.name: row.value for row in suite.figures([suite.perform(tools, unit) for unit in suite.units(tools)])}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return figures(Sentences(), tools(tmp_path_factory.mktemp("plain"), Voice(flite, flite("Hello, how are you?"))))


@pytest.mark.parametrize("change", TABLE)
def test_a_figure_moves_by_what_was_changed_and_no_other_moves(change, plain, tmp_path):
    speak, wanted = TABLE[change]
    found = figures(Sentences(), tools(tmp_path, Voice(speak, flite("Hello, how are you?"))))
    assert set(wanted) <= set(found) == set(plain)
    for name, before in plain.items():
        moved = found[name] / before if name == "rate" else found[name] - before
        expected, exactly = wanted.get(name, (1.0 if name == "rate" else 0.0, STILL.get(name, 0.0)))
        assert moved == pytest.approx(expected, abs=exactly + 1e-9), name
    if change == "nothing":
        assert found == plain


@pytest.mark.skipif(packaged() is None, reason="needs speechmos")
def test_quality_falls_with_a_hiss(tmp_path):
    suite, scores = SoundQuality(), Dnsmos(packaged())
    before, after = (
        figures(suite, kit.Kit(Voice(speak), {}, None, tmp_path, kit.QUICK, 0, TEXTS[1:2], quality=scores))
        for speak in (flite, hissing)
    )
    assert after["free of noise"] < before["free of noise"] - 1
    assert after["overall"] < before["overall"] - 0.5


def said(item, which):
    """Let espeak-ng say an item's text with its word so (0) or the other way (1)."""
    text = re.sub(rf"\b{item.word}\b", lambda _: f"[[{item.espeak[which]}]]", item.text, flags=re.IGNORECASE)
    return espeak(text, speed=140)


@pytest.mark.parametrize("read", [sets.homographs, sets.consistency])
def test_the_right_and_the_wrong_pronunciation_are_told_apart(read, tmp_path):
    items = random.Random(1).sample(read(kit.SETS), 12)
    suite = Homographs() if read is sets.homographs else Consistency()
    shares = []
    for which in (0, 1):
        voice = Told(lambda item, which=which: said(item, which))
        ready = tools(tmp_path / str(which), voice, judge=sphinx.SphinxPronunciation())
        voice.items = {ready.chance(suite.name, item.id): item for item in items}
        results = [suite.perform(ready, item.id) for item in items]
        shares.append(next(row.value for row in suite.figures(results) if row.name.endswith("variant")))
    assert shares[0] >= 0.75
    assert shares[1] <= 0.25


class Told:
    """A voice that knows which item it speaks, by its seed."""

    name, reference = "told", None

    def __init__(self, speak):
        self.speak, self.items = speak, {}

    def say(self, text, history, seed):
        return Spoken(self.speak(self.items[seed]), 0.1, 0.1)


# Takes up the pronunciation that it heard, always says its own, never says what it heard.
FOLLOWS = {"always": (lambda item, own: 0, 1), "own": (lambda item, own: int(item.variant != own), 0)}
FOLLOWS["never"] = (lambda item, own: 1, -1)


@pytest.mark.parametrize("kind", FOLLOWS)
def test_a_voice_that_follows_its_prompt_is_told_from_one_that_does_not(kind, tmp_path):
    which, wanted = FOLLOWS[kind]
    all_of_them = sets.consistency(kit.SETS)
    chosen = [item for word in ("aunt", "vase", "tomato") for item in all_of_them if item.word == word][::4]
    own = {item.word: item.variant for item in chosen}
    suite, voice = Consistency(), Told(lambda item: said(item, which(item, own[item.word])))
    ready = tools(tmp_path, voice, judge=sphinx.SphinxPronunciation())
    voice.items = {ready.chance(suite.name, item.id): item for item in chosen}
    results = [suite.perform(ready, item.id) for item in chosen]
    assert {each.facts["variant"] for each in results if each.facts["word"] == "vase"} > {own["vase"]}
    found = {row.name: row.value for row in suite.figures(results)}
    assert found["follows the prompt"] == pytest.approx(wanted, abs=0.4)
