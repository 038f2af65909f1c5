"""What it means when the user speaks while a reply is under way: go on, or give way? Pure.

Who says "mm-hm" wants to hear more. A recogniser writes something over every cough, so short sounds are believed only
where it is sure of itself, and where so many letters can be spoken in the time.
"""

from __future__ import annotations

import re
from typing import Literal

from core.endings import vocabulary

Meaning = Literal["nothing", "continuer", "floor"]

CONTINUERS = vocabulary(
    "mm mhm mmhm mmhmm mmm hm hmm hmmm uh huh uhhuh ah aha oh ooh wow yeah yea yep yes yup ok okay right sure "
    "great good nice cool fine exactly indeed true really i see got it all of course"
)
TAKERS = vocabulary("stop wait no hold hang what sorry hey quiet pardon excuse listen enough actually but hush shush")
HUMMED = vocabulary("no hey")  # of these, what small recognisers also make of "mm-hm" and "okay", less surely
BEGIN = 2  # words of a sentence in which somebody asks to be let in
MOST_WORDS = 3  # of a continuer
LETTERS = 16  # in a second of speech, and
SPARE = 4
SENTENCE = 3  # words; fewer are what recognisers make of a hum,
DOUBT = 0.1  # so that these need more confidence
BELIEVED = 0.75  # confidence from which other words count while a reply sounds
SURMISED = 0.4  # and before it does, since who speaks then has not yet finished; and what people say to be let in
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")  # in any script, and numbers


def meaning(text: str, confidence: float, seconds: float, believed: float) -> Meaning:
    """Return what so many seconds of speech mean that were understood as this text; "nothing" for noise."""
    words = _words(text)
    if not words:
        return "nothing"
    if is_continuer(text):
        return "continuer"
    if TAKERS.intersection(words[:BEGIN]):
        believed = believed if HUMMED.issuperset(words) else SURMISED
    elif len(words) < SENTENCE:
        believed += DOUBT
    speakable = sum(map(len, words)) <= SPARE + LETTERS * seconds
    return "floor" if speakable and confidence >= believed else "nothing"


def is_continuer(text: str) -> bool:
    """Tell whether a text only asks to go on."""
    words = _words(text)
    return 0 < len(words) <= MOST_WORDS and CONTINUERS.issuperset(words)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))
