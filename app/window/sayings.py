"""What engine and commands say, in the language of the window: their sentences as templates, with places to fill in.

As in gettext, the English sentence is the key. A test looks for each template in the sources, so that none goes stale.
What has no template here stays in English.
"""

from __future__ import annotations

import re
from functools import cache

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

CONTEXT = "Sayings"
PLACE = re.compile(r"\{\w+\}")

TEMPLATES = (
    # A take, as models.recording.examine judges it.
    QT_TRANSLATE_NOOP("Sayings", "nothing was heard: check that the microphone is on and chosen"),
    QT_TRANSLATE_NOOP("Sayings", "it is too loud and distorted: turn the microphone down, or move away from it"),
    QT_TRANSLATE_NOOP("Sayings", "it is too quiet: come closer, or turn the microphone up"),
    QT_TRANSLATE_NOOP("Sayings", "there is too much noise around: find a quieter place"),
    QT_TRANSLATE_NOOP("Sayings", "it is too short: {length} s of speech, {least_s} are needed"),
    QT_TRANSLATE_NOOP("Sayings", "it is too long: {seconds} s, at most {most_s}"),
    QT_TRANSLATE_NOOP("Sayings", "more than one voice was heard: it must be one person's"),
    QT_TRANSLATE_NOOP("Sayings", "the consent was not heard: say “{consent}” at the end"),
    QT_TRANSLATE_NOOP(
        "Sayings",
        "other words were heard than the text ({wrong} differ): read it as it stands, one line after the other",
    ),
    # A voice's card.
    QT_TRANSLATE_NOOP("Sayings", "shipped"),
    QT_TRANSLATE_NOOP("Sayings", "auditioned"),
    QT_TRANSLATE_NOOP("Sayings", "recorded"),
    QT_TRANSLATE_NOOP("Sayings", "a clear woman's voice"),
    QT_TRANSLATE_NOOP("Sayings", "a calm man's voice"),
    QT_TRANSLATE_NOOP("Sayings", "CMU flite licence (BSD-like); synthetic speech"),
    QT_TRANSLATE_NOOP("Sayings", "no person: the synthetic flite voice {which}"),
    QT_TRANSLATE_NOOP("Sayings", "no person: invented by the voice model from seed {seed}"),
    QT_TRANSLATE_NOOP("Sayings", "seed {seed}"),
    QT_TRANSLATE_NOOP("Sayings", "spoken on {date}: {consent}"),
    QT_TRANSLATE_NOOP("Sayings", "declared on {date}: {consent}"),
    QT_TRANSLATE_NOOP("Sayings", "recorded here"),
    QT_TRANSLATE_NOOP("Sayings", "taken in from a file"),
    QT_TRANSLATE_NOOP("Sayings", "the speaker's own: for use with Sotto by those whom they allow it"),
)


def said(text: str) -> str:
    """Return a sentence of engine or commands in the window's language, or as it is."""
    for template, pattern in _patterns():
        if found := pattern.fullmatch(text):
            spoken = QCoreApplication.translate(CONTEXT, template)
            return PLACE.sub(lambda place: found[place[0][1:-1]], spoken)
    return text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((text, re.compile(_pattern(text), re.DOTALL)) for text in map(str, TEMPLATES))


def _pattern(template: str) -> str:
    pieces, at = [], 0
    for place in PLACE.finditer(template):
        pieces += [re.escape(template[at : place.start()]), f"(?P<{place[0][1:-1]}>.*?)"]
        at = place.end()
    return "".join([*pieces, re.escape(template[at:])])
