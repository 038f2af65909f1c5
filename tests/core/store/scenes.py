"""Scenes that are hard to time with real threads, told to the minutes by hand."""

from __future__ import annotations

import numpy as np

from core.events import Begin, Close, Commit, Encoded, Heard, SpeechEnded, SpeechStarted
from core.records import TurnRecord
from core.store.entries import Written
from core.store.minutes import Minutes
from core.types import EAR_FRAME, MIC_FRAME, VOICE_RATE, AudioFrame, Transcript, Turn, Utterance


def utterance(start: int, seconds: int) -> Utterance:
    wide = np.full(seconds * VOICE_RATE, 0.1, np.float32)
    return Utterance(start, start + len(wide), wide, wide[: len(wide) * 2 // 3])


def frames(first: int, count: int) -> list[AudioFrame]:
    """Return so many frames of the microphone, from the `first` on."""
    wide, narrow = np.full(MIC_FRAME, 0.1, np.float32), np.full(EAR_FRAME, 0.1, np.float32)
    return [AudioFrame(at * MIC_FRAME, wide, narrow) for at in range(first, first + count)]


def awaited() -> list[object]:
    """The user says something, and it is waited for a second whether there is more: what happens until it is a turn."""
    said = utterance(0, 1)
    before, after = frames(0, 40), frames(40, 40)
    return [SpeechStarted(0), *before, *after, SpeechEnded(said, 0, said.end), Begin(Turn(1), said), Commit(Turn(1))]


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
