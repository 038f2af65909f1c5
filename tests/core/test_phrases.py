"""Streamed text, cut into breaths."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.phrases import PhraseSplitter
from core.settings import PhraseSettings


def split(*chunks: str) -> list[str]:
    splitter = PhraseSplitter(PhraseSettings())
    return [phrase for chunk in chunks for phrase in splitter.feed(chunk)] + splitter.flush()


CASES = {
    "sentences": (
        "That is a good question. I have thought about it for a very long time. And now?",
        ["That is a good question.", "I have thought about it for a very long time.", "And now?"],
    ),
    "a short start waits": ("Yes. I think that it is so.", ["Yes. I think that it is so."]),
    "a clause will do at first": (
        "Here is the thing: it rains, and it will.",
        ["Here is the thing:", "it rains, and it will."],
    ),
    "a comma will do when nothing else comes": (
        "When the sun had gone down behind the hills, and the birds were quiet, we went home.",
        ["When the sun had gone down behind the hills,", "and the birds were quiet, we went home."],
    ),
    "short sentences later go together": (
        "I am glad to hear it. Yes. No. Well. It is late now, you know. Good night to you.",
        ["I am glad to hear it.", "Yes. No. Well. It is late now, you know.", "Good night to you."],
    ),
    "titles": ("You should ask Dr. Miller about it.", ["You should ask Dr. Miller about it."]),
    "initials": ("It was J. S. Bach who wrote it.", ["It was J. S. Bach who wrote it."]),
    "that is": ("Take some fruit, e.g. an apple, i.e. a red one.", ["Take some fruit, e.g. an apple, i.e. a red one."]),
    "I ends a sentence": ("And so do, of course, I. Then we left.", ["And so do, of course, I.", "Then we left."]),
    "decimals": ("The number is 3.14 or 3,141 or so.", ["The number is 3.14 or 3,141 or so."]),
    "lists": ("1. Take the eggs.\n2. Break the eggs, all.", ["1. Take the eggs.", "2. Break the eggs, all."]),
    "quotes": ('"Come here at once!" he said to me.', ['"Come here at once!"', "he said to me."]),
    "bold": ("**This is important.** The rest is not.", ["**This is important.**", "The rest is not."]),
    "emoji": ("I am so happy! \U0001f600 How are you?", ["I am so happy!", "\U0001f600 How are you?"]),
    "ellipsis": ("Well now, let me see\u2026 It was you.", ["Well now, let me see\u2026", "It was you."]),
    "code": (
        "Look at this now. ```a = 1. b = 2\n\nprint(a. b)``` That was a piece of code for you.",
        ["Look at this now.", "```a = 1. b = 2\n\nprint(a. b)``` That was a piece of code for you."],
    ),
    "nothing": ("  \n ", []),
}


@pytest.mark.parametrize("case", CASES)
def test_text_is_cut_where_one_would_breathe(case: str) -> None:
    text, phrases = CASES[case]
    assert split(text) == phrases


def test_a_phrase_is_there_as_soon_as_it_is_whole() -> None:
    splitter = PhraseSplitter(PhraseSettings())
    assert splitter.feed("That is a good question.") == []  # "question.com" could follow
    assert splitter.feed(" ") == ["That is a good question."]


def test_a_breath_has_an_end() -> None:
    phrases = split("word " * 200)
    assert len(phrases) > 1
    assert max(map(len, phrases)) <= PhraseSettings().max_chars + len("word ")


TEXT = st.text(st.sampled_from("abc DI.,;:!?1\n`*\"' \U0001f600"), max_size=300)


@given(TEXT, st.lists(st.integers(0, 300), max_size=20))
def test_streamed_is_whole_and_nothing_is_lost(text: str, cuts: list[int]) -> None:
    borders = sorted({0, *cuts, len(text)})
    chunks = [text[start:end] for start, end in itertools.pairwise(borders)]
    phrases = split(*chunks)
    assert phrases == split(text)
    assert "".join("".join(phrases).split()) == "".join(text.split())
    assert all(phrase == phrase.strip() != "" for phrase in phrases)


def test_figures_count_as_long_as_they_are_to_say() -> None:
    splitter = PhraseSplitter(PhraseSettings())
    text = "Powers of two: " + ", ".join(str(2**power) for power in range(10, 40)) + "."
    phrases = [*splitter.feed(text), *splitter.flush()]
    assert " ".join(phrases) == text
    assert max(len(phrase) + 6 * sum(map(str.isdigit, phrase)) for phrase in phrases) < 300, "20 s of speech"
