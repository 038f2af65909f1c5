"""Takes in how the user sounded, and speaks the reply in a voice that remembers the conversation so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from core import memory
from core.events import Encoded, Event, Phrased, Prepared, Spoken, Voiced
from core.ports import Loudspeaker, Voice
from core.settings import MemorySettings, WorkSettings
from core.types import COMPANION, USER, VOICE_FRAME, VOICE_RATE, Codes, Segment, SpeechFrame
from core.work import Listen, MouthItem, Recall, Rest, Speak, Work

ENCODE_SAMPLES = 25 * VOICE_FRAME  # two seconds at a time, so that a cancel is noticed
NO_CODES = np.zeros((0, 0), np.int64)


class Mouth:
    """What the mouth's thread does; it alone touches the voice and its encoder."""

    def __init__(
        self,
        voice: Voice,
        reference: Sequence[Segment],
        loudspeaker: Loudspeaker,
        recall: MemorySettings,
        bounds: WorkSettings,
    ) -> None:
        self._voice, self._reference, self._loudspeaker = voice, tuple(reference), loudspeaker
        self._recall, self._bounds = recall, bounds
        self._user: Codes = NO_CODES  # the three of the turn under way
        self._spoken: list[Segment] = []
        self._index = 0

    def __call__(self, item: MouthItem) -> Iterator[Event]:
        """Yield what comes of one item."""
        if isinstance(item, Listen):
            yield from self._listen(item.work)
        elif isinstance(item, Recall):
            yield from self._remember(item.work, item.words)
        elif isinstance(item, Speak):
            yield from self._speak(item.work, item.text)
        elif isinstance(item, Rest):
            self._loudspeaker.end(item.work.turn)

    def _listen(self, work: Work) -> Iterator[Event]:
        self._user, self._spoken, self._index = NO_CODES, [], 0
        if work.utterance is None:
            return
        self._voice.encoder.restart()
        wide, pieces = _whole_frames(work.utterance.wide), []
        for start in range(0, len(wide), ENCODE_SAMPLES):
            if work.cancelled:
                return
            pieces.append(self._voice.encoder(wide[start : start + ENCODE_SAMPLES]))
        self._user = np.concatenate(pieces)
        yield Encoded(work.turn, self._user)

    def _remember(self, work: Work, words: str) -> Iterator[Event]:
        self._spoken = [self._worded(segment) for segment in memory.segments(work.history)]
        if len(self._user):
            self._spoken.append(self._worded(Segment(USER, words, self._user)))
        yield Prepared(work.turn, self._voice.prepare(self._context()))

    def _worded(self, segment: Segment) -> Segment:
        # Always alike, or what the voice has computed of the past would not be found again. What the companion said
        # was worded when it was spoken.
        if segment.speaker == COMPANION:
            return segment
        return replace(segment, text=self._voice.wording(segment.text) or segment.text)

    def _speak(self, work: Work, text: str) -> Iterator[Event]:
        wording = self._voice.wording(text)
        if not wording.strip():
            return
        index, self._index = self._index, self._index + 1
        yield Phrased(work.turn, index, text, wording)
        codes = []
        for frame in self._frames(wording, work.seed_for(f"phrase {index}")):
            yield Voiced(work.turn, index, frame)
            self._loudspeaker.write(work.turn, frame)
            codes.append(frame.codes)
        if codes:
            self._spoken.append(Segment(COMPANION, wording, np.stack(codes)))
        yield Spoken(work.turn, index)

    def _frames(self, wording: str, seed: int) -> Iterator[SpeechFrame]:
        left = self._most_frames(wording)
        for frame in self._voice.speak(self._context(), wording, seed):
            if not np.isfinite(frame.samples).all():
                raise RuntimeError("the voice gave samples that are not finite")
            yield frame
            left -= 1
            if not left:
                return

    def _most_frames(self, wording: str) -> int:
        seconds = min(self._bounds.phrase_base_s + self._bounds.phrase_char_s * len(wording), self._bounds.phrase_s)
        return max(int(seconds * VOICE_RATE / VOICE_FRAME), 1)

    def _context(self) -> list[Segment]:
        return memory.context(self._reference, self._spoken, self._recall)


def _whole_frames(wide: np.ndarray) -> np.ndarray:
    # The codec takes whole frames; the end of an utterance is silence anyway.
    return np.pad(wide, (0, -len(wide) % VOICE_FRAME))
