"""Which words of a reply were heard when it was broken off: what is kept, beside an alignment of the whole sentence.

An aligner is surer of a whole sentence than of one that ends amid a word, which is all that a recording of a reply
that was broken off has. `pytest -m slow` takes both voices and more sentences.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import soxr

from app import compose
from core.evaluation.words import plain_words
from core.memory import Said, appended, heard
from core.types import EAR_RATE, VOICE_FRAME, VOICE_RATE
from models.evaluation import sphinx

SENTENCES = (  # which the pocket pack answers with
    "I cannot see the weather, but you can look out of the window.",
    "A small bird found a red apple, and shared it with a friend.",
    "I have no clock here, I am sorry.",
    "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday.",
    "I know colors, days, numbers and a few stories. Try me!",
    "I am very well, thank you. How are you?",
    "Maybe a warm drink and an early night will help.",
    "A day on the moon is almost one month long.",
    "I cannot sing well, but I love music.",
    "Open the settings and choose models. There you can get the full model.",
    "Everything stays on your computer.",
    "One, two, three, four, five.",
    "I am sorry to hear that. I am here for you.",
    "Why was the music so loud? It had no one to listen.",
    "I only speak, but I like to hear songs.",
    "It is blue on a good day.",
)


@dataclass(frozen=True)
class Spoken:
    """A sentence as a voice says it, and how many of its words are half spoken after each frame."""

    said: Said
    words: list[int]


def spoken(name: str, count: int) -> list[Spoken]:
    choice = compose.choose(compose.POCKET, name)
    voice = compose.load_voice(choice.pack, 1)
    reference, found = compose.reference(choice.card, voice), []
    for text in SENTENCES[:count]:
        said, sound = Said(text, voice.wording(text)), []
        for frame in voice.speak([reference], said.wording, 7):
            said = appended(said, frame)
            sound.append(frame.samples)
        narrow = soxr.resample(np.concatenate(sound), VOICE_RATE, EAR_RATE).astype(np.float32)
        if middles := sphinx.middles(text, narrow):
            words = [sum(at * VOICE_RATE < end * VOICE_FRAME for at in middles) for end in range(len(sound))]
            found.append(Spoken(replace(said, whole=True), words))  # the voice is ahead of the ear
    return found


@pytest.mark.parametrize(
    ("names", "count"), [(("ada",), 5), pytest.param(("ada", "tom"), len(SENTENCES), marks=pytest.mark.slow)]
)
def test_the_words_that_are_kept_are_those_that_were_heard_give_or_take_one(names: tuple[str, ...], count: int) -> None:
    pytest.importorskip("pocketsphinx")
    every = [one for name in names for one in spoken(name, count)]
    assert len(every) > 0.7 * count * len(names)
    by = []
    for one in every:
        for frames in range(1, len(one.words)):
            kept = heard([one.said], frames * VOICE_FRAME)
            by.append(sum(len(plain_words(said.text)) for said in kept) - one.words[frames])
    within = np.mean(np.abs(by) <= 1)
    print(f"{len(every)} sentences, {len(by)} cuts: within one word {within:.1%}, on average {np.mean(by):+.2f} words")
    assert within > 0.95
    assert abs(np.mean(by)) < 0.5
