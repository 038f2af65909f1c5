"""How words arrive at the chat model: spoken or typed, tidy or not, slightly misheard or mistyped."""

from __future__ import annotations

import random
import re

import domain

LEADS = (
    "please",
    "oh",
    "well",
    "so",
    "Sotto",
    "hey Sotto",
    "okay",
    "hmm",
    "and",
    "now",
    "hello",
    "hi",
    "um",
    "I have a question",
    "tell me",
    "listen",
)
TAILS = ("please", "Sotto", "then", "now", "my friend", "by the way", "thank you", "again")
CONTRACTIONS = {
    "I am": "I'm",
    "what is": "what's",
    "do not": "don't",
    "it is": "it's",
    "cannot": "can't",
    "you are": "you're",
    "that is": "that's",
    "I will": "I'll",
    "did not": "didn't",
    "who is": "who's",
    "how is": "how's",
    "I have": "I've",
    "let us": "let's",
    "is not": "isn't",
    "they are": "they're",
}
CONFUSIONS = {
    "and": "in",
    "in": "and",
    "the": "a",
    "a": "the",
    "is": "was",
    "are": "our",
    "to": "two",
    "your": "you",
    "for": "four",
    "me": "be",
    "I": "a",
    "can": "could",
    "hi": "high",
    "of": "off",
    "what": "what's",
    "do": "to",
    "am": "and",
    "my": "by",
    "did": "do",
    "know": "no",
}
QUESTIONS = frozenset(
    {"what", "who", "how", "is", "are", "do", "did", "can", "where", "when", "why", "will", "which", "does"}
)


def rendered(text: str, random_: random.Random, keep: str | None = None) -> str:
    """Return a sentence as it may arrive from the recogniser or the keyboard; the name `keep` survives unharmed."""
    text = text.rstrip(".?! ") or text
    if random_.random() < 0.2:
        text = _contracted(text)
    if random_.random() < 0.12:
        text = f"{random_.choice(LEADS)}, {text[0].lower() + text[1:] if not text.startswith('I') else text}"
    if random_.random() < 0.1:
        text = f"{text}{random_.choice((',', ''))} {random_.choice(TAILS)}"
    if random_.random() < 0.16:
        text = _misheard(text, random_, keep)
    elif random_.random() < 0.1:
        text = _mistyped(text, random_, keep)
    return _styled(text, random_)


def _contracted(text: str) -> str:
    for full, short in CONTRACTIONS.items():
        text = re.sub(rf"\b{full}\b", short, text)
        text = re.sub(rf"\b{full.capitalize()}\b", short.capitalize(), text)
    return text


def _misheard(text: str, random_: random.Random, keep: str | None) -> str:
    words = text.split()
    small = [i for i, word in enumerate(words) if word in CONFUSIONS and word != keep]
    if not small or len(words) < 3:
        return text
    at = random_.choice(small)
    return " ".join(words[:at] + ([] if random_.random() < 0.4 else [CONFUSIONS[words[at]]]) + words[at + 1 :])


def _mistyped(text: str, random_: random.Random, keep: str | None) -> str:
    words = text.split()
    long = [i for i, w in enumerate(words) if len(w) > 4 and w.islower() and w not in _SLOT_WORDS and w != keep]
    if not long:
        return text
    at = random_.choice(long)
    word, i = words[at], random_.randrange(1, len(words[at]) - 1)
    words[at] = random_.choice(
        (word[:i] + word[i + 1 :], word[:i] + word[i] + word[i:], word[:i] + word[i + 1] + word[i] + word[i + 2 :])
    )
    return " ".join(words)


_SLOT_WORDS = frozenset(w for values in domain.SLOTS.values() for value in values for w in value.split())


def _styled(text: str, random_: random.Random) -> str:
    first = re.split(r"[,.]\s*", text)[-1].split(" ")[0].lower().split("'")[0]
    mark = "?" if first in QUESTIONS else "."
    style = random_.random()
    text = " ".join(text.split())
    capital = text[:1].upper() + text[1:]
    if style < 0.30:
        return capital + mark
    if style < 0.5:
        return capital
    if style < 0.78:
        return " ".join(re.sub(r"[.,?!]", " ", text).split()).lower()
    if style < 0.9:
        return text.lower() + mark
    return capital + random_.choice((".", "?", "!", "..."))
