"""What lies beyond the pocket model: names it has never met, topics it knows nothing about, texts it cannot follow."""

from __future__ import annotations

import random
import re

import domain
from phrasings import ODD_TOPICS, ODD_VERBS, OTHER_NAMES, STRANGE_TEXTS, TEST_NAMES

BIG_NUMBERS = (
    "eleven",
    "twelve",
    "thirteen",
    "fifteen",
    "twenty",
    "thirty",
    "fifty",
    "a hundred",
    "a thousand",
    "a million",
    "zero",
    "half",
)


def a_name(random_: random.Random, held_out: bool = False) -> str:
    """Draw a name: of the domain, another real one, or invented; `held_out` ones are never trained on."""
    if held_out:
        return random_.choice(domain.SLOTS["name"] + list(TEST_NAMES))
    kind = random_.random()
    if kind < 0.3:
        return random_.choice(domain.SLOTS["name"])
    while True:
        name = random_.choice(OTHER_NAMES) if kind < 0.6 else invented(random_).capitalize()
        if name not in TEST_NAMES:
            return name


def invented(random_: random.Random) -> str:
    """Invent a pronounceable word of two to four syllables, lower case."""
    starts = ["", *"bcdfghjklmnprstvwz", "br", "ch", "cl", "dr", "fr", "gr", "kr", "ph", "sh", "st", "th", "tr", "qu"]
    syllables = (
        random_.choice(starts)
        + random_.choice(["a", "e", "i", "o", "u", "ai", "ee", "ia", "y", "ou"])
        + random_.choice(["", "", "n", "r", "l", "s", "th", "ck", "m", "x", "t", "nd"])
        for _ in range(random_.choice((1, 2, 2, 2, 2, 3, 3)))
    )
    word = "".join(syllables)
    return word if len(word) > 2 else word + "la"


def an_odd_topic(random_: random.Random) -> str:
    """Draw something the companion knows nothing about."""
    kind = random_.random()
    if kind < 0.45:
        return random_.choice(ODD_TOPICS)
    if kind < 0.6:
        link = random_.choice(("and", "in", "of", "for", "with"))
        return f"{random_.choice(ODD_TOPICS)} {link} {random_.choice(ODD_TOPICS)}"
    words = [invented(random_) for _ in range(random_.choice((1, 1, 2)))]
    if kind < 0.8:
        words = [word.capitalize() for word in words]
    return random_.choice(("", "", "the ", "a ")) + " ".join(words)


def strange(random_: random.Random) -> str:
    """Draw something the pocket model must admit not to know."""
    kind = random_.random()
    if kind < 0.42:
        pattern = random_.choice(domain.STRANGE_ASKS if random_.random() < 0.4 else MORE_STRANGE_ASKS)
        return _filled(pattern, random_)
    if kind < 0.56:
        return _beyond(random_)
    if kind < 0.72:
        return " ".join(
            random_.choice((invented(random_), random_.choice(ODD_TOPICS), random_.choice(ODD_VERBS)))
            for _ in range(random_.randint(1, 7))
        )
    if kind < 0.84:
        return random_.choice(STRANGE_TEXTS)
    return _long(random_)


MORE_STRANGE_ASKS = (
    "when did {odd} happen",
    "how do I {verb} {odd}",
    "how can I {verb} {odd}",
    "can you {verb} {odd}",
    "please {verb} {odd}",
    "where can I find {odd}",
    "what happened in {odd}",
    "who invented {odd}",
    "how many {odd} are there",
    "what is the difference between {odd} and {odd}",
    "who was {odd}",
    "how much does {odd} cost",
    "is {odd} better than {odd}",
    "what is the best {odd}",
    "how old is {odd}",
    "write an essay about {odd}",
    "write a poem about {odd}",
    "compare {odd} with {odd}",
    "do you know {odd}",
    "what can you tell me about {odd}",
    "summarize {odd}",
    "what does {odd} mean",
    "how big is {odd}",
    "where is {odd}",
    "why does {odd} {verb} {odd}",
    "when was {odd} born",
    "I need to {verb} {odd}",
    "my {odd} needs to {verb} {odd}",
    "we should {verb} the {odd} because of {odd}",
    "what is the meaning of {odd}",
    "give me some facts about {odd}",
    "have you heard of {odd}",
    "what is the population of {odd}",
    "help me {verb} {odd}",
    "play {odd}",
    "turn on {odd}",
    "set {odd}",
    "how do you spell {odd}",
    "what year was {odd}",
    "teach me {odd}",
)


def _filled(pattern: str, random_: random.Random) -> str:
    text = re.sub(r"\{odd\}", lambda _: an_odd_topic(random_), pattern)
    return re.sub(r"\{verb\}", lambda _: random_.choice(ODD_VERBS), text)


def _beyond(random_: random.Random) -> str:
    """Draw what looks like the domain's drills but lies beyond them."""
    small = domain.SLOTS["number"]
    kind = random_.randrange(5)
    if kind == 0:
        sign = random_.choice(("plus", "minus", "times", "divided by", "+", "-", "*", "/"))
        lead = random_.choice(("what is", "how much is", ""))
        return f"{lead} {random_.randint(11, 999)} {sign} {random_.randint(1, 99)}"
    if kind == 1:
        sign = random_.choice(("plus", "times", "minus"))
        return f"what is {random_.choice(BIG_NUMBERS)} {sign} {random_.choice((*small, *BIG_NUMBERS))}"
    if kind == 2:
        sign = random_.choice(("times", "minus", "divided by"))
        return f"what is {random_.choice(small)} {sign} {random_.choice(small)}"
    if kind == 3:
        return f"what is the opposite of {an_odd_topic(random_)}"
    animal = random_.choice(("lion", "monkey", "whale", "duck", "horse", "rabbit", "elephant", invented(random_)))
    return f"what {random_.choice(('does the', 'sound does a'))} {animal} {random_.choice(('say', 'make'))}"


def _long(random_: random.Random) -> str:
    """Draw a long typed text: several odd sentences, sometimes with known ones between."""
    parts = [_filled(random_.choice(MORE_STRANGE_ASKS), random_) for _ in range(random_.choice((2, 2, 3, 4)))]
    if random_.random() < 0.4:
        parts.insert(0, domain.free(random_))
    if random_.random() < 0.3:
        parts.append(random_.choice(STRANGE_TEXTS))
    return ". ".join(parts)
