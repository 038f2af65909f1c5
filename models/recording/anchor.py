"""A voice that is kept from drifting: each reply is compared with the reference, and a drifted history is let go.

What a model said enters what it hears next, so that a small change of voice grows from turn to turn. When several
replies in a row no longer sound like the reference, the companion's own past leaves the context; the reference, being
pinned, and the user's stay.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.ports import SpeechEncoder, Voice
from core.types import COMPANION, VOICE_RATE, Samples, Segment, SpeechFrame, VoiceHistory
from models.recording.likeness import Likeness, likeness, portrait

LEAST_S = 1.0  # of a reply that is compared
LAST_S = 3.0  # a longer stretch would be compared while the next phrase waits
IN_A_ROW = 3


@dataclass(frozen=True)
class Drift:
    """For the diagnostics: the last replies' likeness to the reference, and how often the voice was anchored anew."""

    last: tuple[Likeness, ...]
    anchored: int


class Anchored:
    """A voice behind a drift guard (`core.ports.Voice`); `reference` is how it should sound, at VOICE_RATE."""

    def __init__(self, voice: Voice, reference: Samples) -> None:
        self._voice, self._wanted = voice, portrait(reference)
        self.encoder: SpeechEncoder = voice.encoder
        self._last: deque[Likeness] = deque(maxlen=IN_A_ROW)
        self._left: set[tuple[str, int]] = set()  # what of the companion's past no longer enters the context
        self._anchored = 0

    @property
    def voice(self) -> Voice:
        """The voice that is guarded."""
        return self._voice

    @property
    def drift(self) -> Drift:
        """Return what is known of the drift."""
        return Drift(tuple(self._last), self._anchored)

    @property
    def history(self) -> VoiceHistory:
        """What the context held at the last `prepare` or `speak`."""
        return self._voice.history

    def wording(self, text: str) -> str:
        """Return the text as it will be spoken."""
        return self._voice.wording(text)

    def prepare(self, context: Sequence[Segment], *, idle: bool = False) -> VoiceHistory:
        """Bring the model's memory to this context ahead of time; when `idle`, with room for the turn to come."""
        return self._voice.prepare(self._kept(context), idle=idle)

    def speak(self, context: Sequence[Segment], text: str, seed: int) -> Iterator[SpeechFrame]:
        """Yield the speech for `text`; at its end it is compared with the reference."""
        frames = self._voice.speak(self._kept(context), text, seed)
        return self._watched(frames, context)

    def _watched(self, frames: Iterator[SpeechFrame], context: Sequence[Segment]) -> Iterator[SpeechFrame]:
        sound: deque[Samples] = deque(maxlen=int(LAST_S * VOICE_RATE / 1920))
        for frame in frames:
            sound.append(frame.samples)
            yield frame
        if sum(map(len, sound)) >= LEAST_S * VOICE_RATE:
            self._compare(np.concatenate(list(sound)), context)

    def _compare(self, sound: Samples, context: Sequence[Segment]) -> None:
        found = portrait(sound)
        if not found.voiced:
            return
        self._last.append(likeness(found, self._wanted))
        if len(self._last) == IN_A_ROW and not any(each.alike for each in self._last):
            self._left = {_mark(s) for s in context if s.speaker == COMPANION and not s.pinned}
            self._last.clear()
            self._anchored += 1

    def _kept(self, context: Sequence[Segment]) -> Sequence[Segment]:
        if not self._left:
            return context
        return [s for s in context if s.pinned or s.speaker != COMPANION or _mark(s) not in self._left]


def _mark(segment: Segment) -> tuple[str, int]:
    """Return what tells a segment from others, whichever object holds it."""
    return segment.text, hash(segment.codes.tobytes())
