"""Which language words are in, as far as letters and small words tell, and whether a voice can speak a reply. Pure.

A recogniser tells the language of what was said. Nobody tells that of typed words, nor in which one a chat model has
answered: it may keep to its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

ANY = "*"
LEAST = 2  # small words that tell a language
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = {  # the first word of a letter's name, and the language that is most likely written so
    "CYRILLIC": "ru",
    "GREEK": "el",
    "HEBREW": "he",
    "ARABIC": "ar",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "THAI": "th",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
}
_SMALL = {
    "en": "the a an and is are am was were of to you your i my me it that this what how with have has not do for we "
    "on in no as",
    "de": "der die das und ist sind nicht ich du sie wir ihr ein eine einen zu mit auf für von wie dir mir dich auch "
    "haben hat kann",
    "fr": "le la les et est pas je tu il elle nous vous un une des du que qui dans pour avec sur mais c'est suis",
    "es": "el la los las y es no yo tú que de en un una por para con pero muy más está estoy eres cómo qué",
    "it": "il lo gli e è non io tu che di un una per con sono sei ma molto più come cosa questo della nel anche",
    "pt": "o os as e é não eu você que de um uma por para com mas muito mais está estou são como isso em",
    "nl": "de het een en is niet ik jij je wij zij van te met op voor maar ook dat wat hoe zijn heb ben",
    "pl": "i jest nie ja ty on ona to się że w na z do jak co ale czy jestem są bardzo mam dla",
}
_TELLING = {language: frozenset(words.split()) for language, words in _SMALL.items()}


def language_of(text: str) -> str:
    """Return the language of a text by its two letters; empty where its letters and small words do not tell."""
    letters = [char for char in text if char.isalpha()]
    scripts = Counter(unicodedata.name(char, "?").split()[0].split("-")[0] for char in letters)
    if not scripts:
        return ""
    if scripts["HIRAGANA"] + scripts["KATAKANA"]:
        return "ja"
    script, count = scripts.most_common(1)[0]
    if script != "LATIN":
        return _SCRIPTS.get(script, "") if count * 2 > len(letters) else ""
    words = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    found = sorted(((sum(word in small for word in words), each) for each, small in _TELLING.items()), reverse=True)
    (most, best), (next_most, _) = found[:2]
    return best if most >= LEAST and 2 * most >= 3 * next_most else ""


class Tongue:
    """Whether one reply can be spoken: its first phrase decides for all, so that no turn is half spoken, half shown.

    `speaks` are the voice's languages, any if it names none; `user` is the language that the user spoke or wrote, in
    which a reply is whose own words do not tell.
    """

    def __init__(self, speaks: Sequence[str], user: str) -> None:
        self._speaks, self._user = speaks, user
        self._language: str | None = None

    def unspoken(self, phrase: str) -> str:
        """Return the reply's language if the voice does not speak it, else nothing."""
        if self._language is None:
            self._language = language_of(phrase) or self._user
        spoken = not self._speaks or not self._language or {ANY, self._language} & {*self._speaks}
        return "" if spoken else self._language
