"""A voice from a recording or from chance: what is read aloud, whether a take is good, how it becomes a reference."""

from models.recording.anchor import Anchored, Drift
from models.recording.audition import Audition, auditions
from models.recording.examine import Report, examine
from models.recording.likeness import Likeness, Portrait, likeness, portrait
from models.recording.script import Script, script_for
from models.recording.take import Take, level_of, listen, loudness_set, trimmed

__all__ = [
    "Anchored",
    "Audition",
    "Drift",
    "Likeness",
    "Portrait",
    "Report",
    "Script",
    "Take",
    "auditions",
    "examine",
    "level_of",
    "likeness",
    "listen",
    "loudness_set",
    "portrait",
    "script_for",
    "trimmed",
]
