"""What people are told of a language that the voice does not speak: what becomes of replies, what would speak it."""

from __future__ import annotations

from core.news import Trouble
from core.records import TurnRecord
from models.catalog import Catalog, load_catalog

NAMES = {
    "ar": "Arabic",
    "bn": "Bengali",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "ta": "Tamil",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


class Unspoken:
    """Says of each language once that its replies are shown, not spoken; one for each sitting."""

    def __init__(self, catalog: Catalog | None = None) -> None:
        self._catalog = catalog
        self._told: set[str] = set()

    def note(self, what: object) -> Trouble | None:
        """Take note of what happened in the conversation; return what is to be said of it now, if anything is."""
        language = what.shown if isinstance(what, TurnRecord) else ""
        if not language or language in self._told:
            return None
        self._told.add(language)
        return unspoken(language, self._catalog or load_catalog())


def unspoken(language: str, catalog: Catalog) -> Trouble:
    """Return what is said of a language, by its two letters, that the voice does not speak."""
    name = NAMES.get(language, f"the language {language!r}")
    voices = catalog.voices_for(language)
    titles = " or ".join(f"{voice.title} (`sotto packs get recommended --voice {voice.name}`)" for voice in voices)
    mend = f"What speaks it: {titles}." if voices else "No voice of the catalogue speaks it yet."
    return Trouble(f"The voice does not speak {name}.", "Replies in it are shown, and kept, as text.", mend)


def words(trouble: Trouble) -> str:
    """Return what is said as one line, for a terminal."""
    return " ".join(part for part in (trouble.what, trouble.works, trouble.mend) if part)
