"""What engine and commands say, in the language of the window: their sentences as templates, with places to fill in.

As in gettext, the English sentence is the key. A test looks for each template in the sources, so that none goes stale.
What has no template here stays in English.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

if TYPE_CHECKING:
    from core.news import Trouble

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
    QT_TRANSLATE_NOOP("Sayings", "published"),
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
    QT_TRANSLATE_NOOP("Sayings", "talks freely"),
    QT_TRANSLATE_NOOP("Sayings", "reads aloud"),
    QT_TRANSLATE_NOOP(
        "Sayings",
        "Sesame publishes it as an example for CSM-1B; whose voice it is, and how they agreed, is not said. "
        "Imitating real people without their consent is forbidden there.",
    ),
    # What the hardware check found, as app.hardware and models.planner say it.
    QT_TRANSLATE_NOOP("Sayings", "processor, memory, disk"),
    QT_TRANSLATE_NOOP("Sayings", "{runtime} on the processor"),
    QT_TRANSLATE_NOOP("Sayings", "{runtime} on the graphics card"),
    QT_TRANSLATE_NOOP("Sayings", "{cores} processor cores, {all} of memory ({free} free){more}."),
    QT_TRANSLATE_NOOP("Sayings", "{card} with {memory}, of which other programs use {used}."),
    QT_TRANSLATE_NOOP("Sayings", "{card} with {memory}."),
    QT_TRANSLATE_NOOP("Sayings", "No graphics card that can be used: everything is computed on the processor."),
    QT_TRANSLATE_NOOP("Sayings", "{runtime} does not work on this machine: {why}."),
    QT_TRANSLATE_NOOP("Sayings", "{runtime} does not work on it and computes on the processor: {why}."),
    QT_TRANSLATE_NOOP("Sayings", "No downloaded pack fits this machine; the pocket pack works."),
    QT_TRANSLATE_NOOP("Sayings", "Recommended: {title}."),
    QT_TRANSLATE_NOOP("Sayings", "It will be slow: {why}."),
    QT_TRANSLATE_NOOP("Sayings", "the voice is computed on the processor"),
    QT_TRANSLATE_NOOP("Sayings", "On the processor instead of the graphics card: {roles}."),
    QT_TRANSLATE_NOOP("Sayings", "Does not fit: {title}: {reason}."),
    QT_TRANSLATE_NOOP("Sayings", "it is for another kind of machine"),
    QT_TRANSLATE_NOOP("Sayings", "{runtime} does not work here ({why})"),
    QT_TRANSLATE_NOOP("Sayings", "there is no graphics card that can be used"),
    QT_TRANSLATE_NOOP("Sayings", "nothing of it works on the graphics card"),
    QT_TRANSLATE_NOOP("Sayings", "its chat model is too large for the processor"),
    QT_TRANSLATE_NOOP("Sayings", "it takes {need} of the graphics card, {free} are free"),
    QT_TRANSLATE_NOOP("Sayings", "it takes {need} of main memory, {free} are free"),
    QT_TRANSLATE_NOOP("Sayings", "it needs {need} on the disk, {free} are free"),
    QT_TRANSLATE_NOOP("Sayings", "no answer within {seconds} s"),
    # The catalogue.
    QT_TRANSLATE_NOOP("Sayings", "Graphics card with {size} GB"),
    QT_TRANSLATE_NOOP("Sayings", "Apple silicon"),
    QT_TRANSLATE_NOOP("Sayings", "Processor only"),
    QT_TRANSLATE_NOOP("Sayings", "the voice is computed on the processor and waits between sentences"),
    QT_TRANSLATE_NOOP(
        "Sayings", "the voice does not fit the card: it is computed on the processor and waits between sentences"
    ),
    QT_TRANSLATE_NOOP(
        "Sayings",
        "everything is computed on the processor: replies are read at once, the voice waits between sentences",
    ),
    QT_TRANSLATE_NOOP("Sayings", "Sesame CSM-1B (official, after accepting its terms)"),
    QT_TRANSLATE_NOOP("Sayings", "CSM-1B (unchanged third-party copy, no account needed)"),
    QT_TRANSLATE_NOOP("Sayings", "CSM-1B in transformers' layout (third-party copy)"),
    QT_TRANSLATE_NOOP("Sayings", "CSM Expressiva 1B (one expressive voice, speaker 4)"),
    QT_TRANSLATE_NOOP("Sayings", "Distil-Whisper large-v3 (English)"),
    # Downloads and imports.
    QT_TRANSLATE_NOOP(
        "Sayings",
        "no model of the catalogue is in it, {source}, see `sotto packs catalog` for the files that each needs",
    ),
    QT_TRANSLATE_NOOP("Sayings", "the server has no such file, {url}, choose another source, or update Sotto"),
    # The chat server.
    QT_TRANSLATE_NOOP(
        "Sayings", "Text leaves this machine: what you say, and what was said before, is sent to {host}, {where}."
    ),
    QT_TRANSLATE_NOOP(
        "Sayings", "Text leaves this machine: what you say, and what was said before, is sent to {host}."
    ),
    QT_TRANSLATE_NOOP("Sayings", "another machine of your network"),
    QT_TRANSLATE_NOOP("Sayings", "a machine on the internet"),
    # Trouble of the engine.
    QT_TRANSLATE_NOOP("Sayings", "The conversation goes on."),
    QT_TRANSLATE_NOOP("Sayings", "Check the disk and try again."),
    QT_TRANSLATE_NOOP("Sayings", "A command could not be read."),
    QT_TRANSLATE_NOOP("Sayings", "All else works."),
    QT_TRANSLATE_NOOP("Sayings", "Try again."),
    QT_TRANSLATE_NOOP("Sayings", "A part of Sotto hangs and is started again."),
    QT_TRANSLATE_NOOP("Sayings", "What was said is kept."),
    QT_TRANSLATE_NOOP("Sayings", "A part of Sotto has failed (the {thread})."),
    QT_TRANSLATE_NOOP("Sayings", "You can go on talking; it is tried again."),
    QT_TRANSLATE_NOOP("Sayings", "This did not work ({why})."),
    QT_TRANSLATE_NOOP("Sayings", "The models could not be loaded ({why})."),
    QT_TRANSLATE_NOOP("Sayings", "Loading the models does not get any further."),
    QT_TRANSLATE_NOOP("Sayings", "What is kept can be read; nobody answers."),
    QT_TRANSLATE_NOOP("Sayings", "Choose another pack, or the pocket pack."),
    QT_TRANSLATE_NOOP("Sayings", "The engine ended {count} times within a minute ({why})."),
    QT_TRANSLATE_NOOP("Sayings", "It goes on with the pocket pack and the default settings; what was said is kept."),
    QT_TRANSLATE_NOOP("Sayings", "Choose another pack in the settings, or start Sotto again to try the one you had."),
    QT_TRANSLATE_NOOP("Sayings", "The voice does not speak {language}."),
    QT_TRANSLATE_NOOP("Sayings", "Replies in it are shown, and kept, as text."),
    QT_TRANSLATE_NOOP("Sayings", "No voice of the catalogue speaks it yet."),
    QT_TRANSLATE_NOOP("Sayings", "What speaks it: {voices}."),
    QT_TRANSLATE_NOOP("Sayings", "it does not answer"),
    QT_TRANSLATE_NOOP("Sayings", "it closed its pipe"),
    QT_TRANSLATE_NOOP("Sayings", "it was ended by {signal}"),
    QT_TRANSLATE_NOOP("Sayings", "a part of it hung"),
    QT_TRANSLATE_NOOP("Sayings", "it ended with code {code}"),
    QT_TRANSLATE_NOOP("Sayings", "it has not been heard of for a moment"),
    QT_TRANSLATE_NOOP("Sayings", "the voice {name} is unknown, {pack}, choose with --voice: {known}"),
    QT_TRANSLATE_NOOP("Sayings", "the {role} model cannot be used ({why}), {pack}, choose another --pack"),
    QT_TRANSLATE_NOOP("Sayings", "the format is not known, {file}, let the name end in {endings}"),
    QT_TRANSLATE_NOOP("Sayings", "there is such a file already, {file}, choose another name"),
    QT_TRANSLATE_NOOP("Sayings", "{file}: there is such a file already; choose another name, or replace it"),
    QT_TRANSLATE_NOOP("Sayings", "{why}; until then what is said is not kept"),
    QT_TRANSLATE_NOOP("Sayings", "You can go on talking; what was said last is remembered, but not kept."),
    QT_TRANSLATE_NOOP("Sayings", "the models are still being loaded, this session, ask again when they are"),
    QT_TRANSLATE_NOOP("Sayings", "There was not enough memory: {what}."),
    QT_TRANSLATE_NOOP("Sayings", "the chat model remembers {count} tokens at a time now"),
    QT_TRANSLATE_NOOP("Sayings", "{layers} layers of the chat model are on the card now"),
    QT_TRANSLATE_NOOP(
        "Sayings",
        "the {role} model does not fit into this machine's memory; close other programs or choose a smaller pack",
    ),
    QT_TRANSLATE_NOOP("Sayings", "The graphics card cannot be found any more: everything computes on the processor."),
    QT_TRANSLATE_NOOP("Sayings", "{runtime} does not work on the graphics card and computes on the processor: {why}."),
    QT_TRANSLATE_NOOP("Sayings", "The graphics card is tried out, once: this takes up to a minute."),
)


def said(text: str) -> str:
    """Return a sentence of engine or commands in the window's language, or as it is."""
    for template, pattern in _patterns():
        if found := pattern.fullmatch(text):
            spoken = QCoreApplication.translate(CONTEXT, template)
            return PLACE.sub(lambda place: said(found[place[0][1:-1]]), spoken)
    return text


def in_words(trouble: Trouble) -> Trouble:
    """Return a trouble in the window's language."""
    return replace(trouble, what=said(trouble.what), works=said(trouble.works), mend=said(trouble.mend))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the templates, those that say the most themselves first: "{card} with {memory}." fits almost anything."""
    by_words = sorted(map(str, TEMPLATES), key=lambda text: -len(PLACE.sub("", text)))
    return tuple((text, re.compile(_pattern(text), re.DOTALL)) for text in by_words)


def _pattern(template: str) -> str:
    pieces, at = [], 0
    for place in PLACE.finditer(template):
        pieces += [re.escape(template[at : place.start()]), f"(?P<{place[0][1:-1]}>.*?)"]
        at = place.end()
    return "".join([*pieces, re.escape(template[at:])])
