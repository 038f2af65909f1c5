"""Scenes that are hard to time with real threads, told to the minutes by hand."""

from __future__ import annotations

import numpy as np

from core.events import Begin, Close, Commit, Encoded, Heard, SpeechEnded, SpeechStarted
from core.records import TurnRecord
from core.store.entries import Written
from core.store.minutes import Minutes
from core.types import VOICE_RATE, Transcript, Turn, Utterance


def utterance(start: int, seconds: int) -> Utterance:
    wide = np.full(seconds * VOICE_RATE, 0.1, np.float32)
    return Utterance(start, start + len(wide), wide, wide[: len(wide) * 2 // 3])


def merged(minutes: Minutes) -> list[Written]:
    """The user goes on before the recogniser is done: one utterance becomes part of the next."""
    first, both = utterance(0, 1), utterance(0, 3)
    one, two = Turn(1), Turn(2)
    scene = [
        SpeechStarted(0),
        SpeechEnded(first, 0, first.end),
        Begin(one, first),
        Commit(one),
        SpeechStarted(first.end),
        Close(one, "merged", None),
        TurnRecord(one, "merged"),
        SpeechEnded(both, 0, both.end),
        Begin(two, both),
        Commit(two),
        Heard(two, Transcript("hello there")),
        Encoded(Turn(7), np.zeros((1, 4), np.int64)),
    ]
    return [entry for what in scene for entry in minutes.note(what)]
