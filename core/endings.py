"""Whether a text is the end of what somebody wants to say. Pure; English, and silent about what it does not know."""

from __future__ import annotations

import re

from core.events import Verdict


def vocabulary(words: str) -> frozenset[str]:
    """Return words as a set."""
    return frozenset(words.split())


FILLERS = vocabulary("um uh er erm uhm hmm hm well so like")
# Nothing ends with these, whatever the recogniser puts after them.
OPENERS = vocabulary(
    "a an the my your our their its and or but because if although unless until whether plus minus every each"
)
# And rarely with these: a full stop or question mark makes it possible ("Where are you from?", "Yes, I am.").
LEANERS = vocabulary(
    "to of in on at for with from by about into onto over under between without than as "
    "i he she we they is are was were am be been being has have had do does did "
    "will would can could should may might must shall that which who when while where very really quite "
    "i'm it's he's she's we're they're you're i've i'd i'll don't can't that's there's let's"
)
ASKING = vocabulary("what who where when why how which")  # a question may end with
ASKED = vocabulary("do does did is are am was were")  # these: "What can you do"
WHOLE = vocabulary("yes no yeah yep nope bye goodbye thanks")
DIGITS = vocabulary("zero one two three four five six seven eight nine oh")
_SOME = r"(?:a|one|another|just a|just one)"
_MOMENT = rf"{_SOME}(?: little)? (?:moment|second|sec|minute|min|while)"
_ROOM = re.compile(
    rf"(?:^|\b)(?:wait(?: {_MOMENT})?|(?:hold|hang) on(?: {_MOMENT})?|{_MOMENT}|give me {_MOMENT}|give me some time|"
    r"let me (?:think|see|check|look)(?: about (?:it|that))?|bear with me)(?: please)?$"
)
_OPEN = re.compile(r"(?:\.\.\.|…|[,;:–—-])$")
_LIST = re.compile(r"\w, \w+$")
_QUESTION = re.compile(r"[?？؟](?:[^\w.]|_)*\Z")  # and quotes, markup or small pictures after it


def ending(text: str) -> Verdict:
    """Return whether these words are complete, cannot be, or ask for time; "unsure" where words alone do not tell."""
    said = text.strip()
    words = re.findall(r"[\w']+", said.lower().replace("’", "'"))
    if not words:
        return "unsure"
    if _ROOM.search(" ".join(words)) and len(words) <= 8:
        return "room"
    if _is_open(said, words):
        return "unfinished"
    ends = said[-1] in ".?!" or said.rstrip("\"'”’)")[-1:] in (".", "?", "!")
    if words[-1] in LEANERS:
        asks = words[0] in ASKING and words[-1] in ASKED and len(words) > 3
        return "unsure" if ends or asks else "unfinished"
    if len(words) == 1 and words[0] in WHOLE:
        return "confident"
    return "confident" if ends and (len(words) > 2 or said.endswith("?")) else "unsure"


def asks(text: str) -> bool:
    """Tell whether a text ends with a question."""
    return bool(_QUESTION.search(text))


def _is_open(said: str, words: list[str]) -> bool:
    if _OPEN.search(said) or said.count('"') % 2 or said.count("(") > said.count(")"):
        return True
    number = [word.isdigit() or word in DIGITS for word in words[-2:]]
    if len(number) == 2 and all(number):
        return True  # somebody who dictates a number
    return (
        words[-1] in OPENERS
        or (words[-1] in FILLERS and len(words) > 1)
        or bool(_LIST.search(said))
        or (len(words) == 1 and words[0] in FILLERS)
    )
