"""Text as it will be spoken: a reply of a chat model in, words and light punctuation out.

CSM speaks everything that it is given and knows no tags; figures, symbols and markup make it stumble
(SesameAILabs/csm issues 63, 101, 109, 145).
"""

from __future__ import annotations

import re
import unicodedata

from models.csm.figures import digits, in_words

Rules = tuple[tuple[str, str], ...]

_MARKUP: Rules = (
    (r"```.*?(?:```|\Z)", " "),  # a listing cannot be listened to
    (r"<(?:br|p|li|/p|/li|hr)\s*/?>", ". "),
    (r"</?[a-zA-Z][^<>]*>", " "),
    (r"!?\[([^\]]*)\]\([^)]*\)", r"\1"),
    (r"`([^`]*)`", r"\1"),
    (r"(?m)^\s{0,3}#{1,6}\s+(.*?)[.:]?\s*#*$", r"\1."),
    (r"(?m)^\s*(?:[-*_]\s*){3,}$", " "),
    (r"(?m)^\s*\|?[\s:|-]*-[\s:|-]*\|[\s:|-]*$", " "),  # the rule under a table's head
    (r"(?m)^\s*>+\s?", ""),
    (r"(?m)^\s*(?:[-*+•]|\[[ xX]\])\s+", ""),
    (r"(?m)^\s*(\d{1,3})[.)]\s+", r"\1, "),
    (r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1", r"\2"),
    (r"(?<![\w*])[*_](?=\S)(.+?)(?<=\S)[*_](?![\w*])", r"\1"),
    (r"(?<=[\w,;])[ \t]*\n\s*", ", "),  # a line that ends without a stop: a pause
)

_SHORT: Rules = (
    (r"\be\.\s?g\.,?", "for example,"), (r"\bi\.\s?e\.,?", "that is,"), (r"\betc\.(?=\s+[a-z,;])", "et cetera"),
    (r"\betc\b\.?", "et cetera."), (r"\bvs\b\.?", "versus"), (r"\bapprox\b\.?", "approximately"),
    (r"\bDr\.(?=\s)", "Doctor"), (r"\bMr\b\.?", "Mister"), (r"\bMrs\b\.?", "Missus"), (r"\bMs\b\.?", "Miz"),
    (r"\bProf\.", "Professor"), (r"\bSt\.(?=\s[A-Z])", "Saint"), (r"\bJr\b\.?", "Junior"), (r"\bSr\b\.", "Senior"),
    (r"\bdept\.", "department"), (r"\bmin\.(?=\s)", "minutes"), (r"\bPh\.?D\b\.?", "P H D"),
    (r"\bw/o\b", "without"), (r"\bw/(?=\s|\w)", "with "), (r"\band/or\b", "and or"), (r"\bASAP\b", "A S A P"),
)  # fmt: skip

_SIGNS: Rules = (
    (r"\s*&\s*", " and "), (r"(?<=\w)\s*\+\s*(?=\w)", " plus "), (r"\s*=\s*(?=\w)", " equals "),
    (r"\s*×\s*", " times "),
    (r"(?<=\w)\s*\*\s*(?=\w)", " times "), (r"\s*÷\s*", " divided by "), (r"\s*≈\s*", " about "),
    (r"\s*±\s*", " plus or minus "),
    (r"\s*(?:->|→|⇒)\s*", " to "), (r"\s<\s", " less than "), (r"\s>\s", " greater than "),
    (r"(?<=\w)\s?%", " percent"),
    (r"(?<=[^\W\d_])/(?=[^\W\d_])", " or "), (r"~\s?(?=\d)", "about "), (r"@(?=\w)", " at "), (r"_", " "),
)  # fmt: skip

_PAUSES: Rules = (
    (r"(?:\.{2,}|…)(?=\s*[^\W\d_])", ", "), (r"(?:\.{2,}|…)", "."), (r"\s*[–—]\s*|\s+--?\s+", ", "),
    (r"\s*[()\[\]{}|;:]+\s*", ", "), (r"[\"“”«»„]", ""),
)  # fmt: skip

_TIDY: Rules = (
    (r"\s+", " "), (r"\s+([.,!?])", r"\1"), (r"[.,]*([!?])[.,!?]*", r"\1"), (r",*\.[.,]*", "."), (r",[,\s]*,", ","),
    (r"(?<=[.!?])\s*,", ""), (r"^[\s.,!?'-]+", ""), (r"[\s,'-]+$", ""), (r"([.,!?])(?=[^\W\d_])", r"\1 "),
)  # fmt: skip

_ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s<>()]*[^\s<>().,!?;:'\"]", re.I)
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_INITIALS = re.compile(r"\b(?:[A-Z]\.){2,}")
_FACE = re.compile(r"(?<!\S)(?:[:;=8xX]['-]?[)(DPpOo/\\|3*]+|<3|\^_*\^|T_T)(?!\S)")


def wording(text: str) -> str:
    """Return the text as it will be spoken, ending in a stop; empty if there is nothing to say.

    Numbers, money, dates, times, units and common abbreviations become English words; markup, addresses' ends, emoji
    and symbols without a name go. Letters of every script stay.
    """
    text = _rewrite(_straight(text), _MARKUP)
    text = _ADDRESS.sub(_spoken_address, text)
    text = _MAIL.sub(lambda found: found[0].replace(".", " dot ").replace("@", " at "), text)
    text = _rewrite(_FACE.sub(" ", text), _SHORT)
    text = _INITIALS.sub(lambda found: " ".join(found[0].replace(".", "")), text)
    text = _rewrite(in_words(text), _SIGNS + _PAUSES)
    text = _rewrite("".join(_spoken(letter) for letter in text), _TIDY)
    if not any(letter.isalpha() for letter in text):
        return ""
    # A last word without a stop after it is often cut off (csm issue 119).
    return text if text[-1] in ".!?" else f"{text}."


def _rewrite(text: str, rules: Rules) -> str:
    for pattern, words in rules:
        text = re.sub(pattern, words, text, flags=re.S if pattern.startswith("```") else 0)
    return text


def _straight(text: str) -> str:
    """Plain apostrophes, composed letters, digits and letters of usual width; powers stay for the units."""
    text = text.replace("’", "'").replace("‘", "'").replace("\r\n", "\n")
    return "".join(letter if letter in "²³…°½¼¾" else unicodedata.normalize("NFKC", letter) for letter in text)


def _spoken_address(found: re.Match[str]) -> str:
    """The host says enough; nobody takes down a path by ear."""
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", found[0], flags=re.I).split("/")[0]
    return re.split(r"[:?#]", host)[0].replace(".", " dot ").replace("-", " dash ")


def _spoken(letter: str) -> str:
    """Keep letters and marks of any script and the few stops that are heard; a space for everything else."""
    if letter in " .,!?'-" or letter.isspace():
        return letter
    kind = unicodedata.category(letter)
    if kind[0] == "L" or kind in ("Mn", "Mc"):
        return "" if letter in "\ufe0e\ufe0f" else letter
    if kind == "Nd":
        return f" {digits(str(unicodedata.digit(letter)))} "
    return {"。": ".", "、": ",", "，": ",", "！": "!", "？": "?", "؟": "?", "،": ",", "।": "."}.get(letter, " ")
