"""Takes in how the user sounded, and speaks the reply in a voice that remembers the conversation so far."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core import memory
from core.events import Encoded, Event, Phrased, Prepared, Shown, Sound, Spoken, Voiced
from core.murmurs import WORDING
from core.ports import Loudspeaker, Voice
from core.reserve import LEAST, Reserve
from core.settings import MemorySettings, WorkSettings
from core.types import COMPANION, USER, VOICE_FRAME, VOICE_RATE, Codes, Samples, Segment, SpeechFrame
from core.work import Attend, Listen, MouthItem, Recall, Rehearse, Remember, Rest, Speak, Work

ENCODE_SAMPLES = 25 * VOICE_FRAME  # two seconds at a time, so that a cancel is noticed
NO_CODES = np.zeros((0, 0), np.int16)


@dataclass(frozen=True, eq=False)
class _Heard:
    """How far an utterance has been encoded."""

    wide: Samples  # whole frames
    codes: tuple[Codes, ...]

    def begins(self, wide: Samples) -> bool:
        """Whether an utterance begins with this."""
        return np.array_equal(wide[: len(self.wide)], self.wide)


NOTHING = _Heard(np.zeros(0, np.float32), ())


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
        self.sounds: dict[Sound, tuple[SpeechFrame, ...]] = {}  # the small ones; read by the conductor
        self._reserve = Reserve(bounds.reserve_s)
        self._heard = NOTHING
        self._past: tuple[tuple[memory.Exchange, ...], list[Segment]] = ((), [])  # a history, and what is given of it
        self._user: Codes = NO_CODES  # the three of the turn under way
        self._spoken: list[Segment] = []
        self._index = 0

    def __call__(self, item: MouthItem) -> Iterator[Event]:
        """Yield what comes of one item."""
        if isinstance(item, Attend):
            self._take_in(item.work)
        elif isinstance(item, Listen):
            yield from self._listen(item.work)
        elif isinstance(item, Recall):
            yield from self._remember(item.work, item.words)
        elif isinstance(item, Speak):
            yield from self._speak(item.work, item.text)
        elif isinstance(item, Rehearse):
            self._rehearse(item.work)
        elif isinstance(item, Remember):
            self._spoken = self._newest(item.work.history)
            self._voice.prepare(self._context(), idle=True)
        elif isinstance(item, Rest):
            self._loudspeaker.end(item.work.turn)

    def _rehearse(self, work: Work) -> None:
        for kind, text in WORDING.items():
            frames: list[SpeechFrame] = []
            for frame in self._frames(list(self._reference), self._voice.wording(text), work.seed_for(kind)):
                if work.cancelled:
                    return
                frames.append(frame)
            self.sounds[kind] = tuple(frames)

    def _listen(self, work: Work) -> Iterator[Event]:
        self._user, self._spoken, self._index = NO_CODES, [], 0
        if work.utterance is None:
            return
        self._take_in(work)
        if work.cancelled:
            return
        self._user = np.concatenate(self._heard.codes) if self._heard.codes else NO_CODES
        yield Encoded(work.turn, self._user)

    def _take_in(self, work: Work) -> None:
        """Encode what is new of an utterance; whatever was encoded while it was being said is not encoded again."""
        assert work.utterance is not None, "there is nothing to hear in typed text"
        wide = work.utterance.wide
        if not self._heard.begins(wide):
            self._voice.encoder.restart()
            self._heard = NOTHING
        # The codec takes whole frames. What is left is silence, or will be encoded with what follows it.
        end = len(wide) // VOICE_FRAME * VOICE_FRAME
        for start in range(len(self._heard.wide), end, ENCODE_SAMPLES):
            if work.cancelled:
                return
            codes = self._voice.encoder(wide[start : min(start + ENCODE_SAMPLES, end)])
            self._heard = _Heard(wide[: min(start + ENCODE_SAMPLES, end)], (*self._heard.codes, codes))

    def _remember(self, work: Work, words: str) -> Iterator[Event]:
        self._spoken = self._newest(work.history)
        if len(self._user):
            self._spoken.append(self._worded(Segment(USER, words, self._user)))
        yield Prepared(work.turn, self._voice.prepare(self._context()))

    def _newest(self, history: tuple[memory.Exchange, ...]) -> list[Segment]:
        """Return what the voice is given of a history; one that has only grown is not gone through again."""
        known, newest = self._past
        if history[: len(known)] != known:
            known, newest = (), []
        spoken = [*newest, *map(self._worded, memory.segments(history[len(known) :]))]
        self._past = history, memory.context(self._reference, spoken, self._recall)[len(self._reference) :]
        return [*self._past[1]]

    def _worded(self, segment: Segment) -> Segment:
        # What the companion said was worded when it was spoken.
        if segment.speaker == COMPANION:
            return segment
        return replace(segment, text=self._voice.wording(segment.text) or segment.text)

    def _speak(self, work: Work, text: str) -> Iterator[Event]:
        wording = self._voice.wording(text)
        if not wording.strip():
            if any(map(str.isalnum, text)):  # a listing of code, say: to be read
                yield Shown(work.turn, text, "")
            return
        index, self._index = self._index, self._index + 1
        yield Phrased(work.turn, index, text, wording)
        made: list[SpeechFrame] = []
        held: list[SpeechFrame] = []  # here, not behind what still sounds of the phrase before: it would break off
        expected, asked, flows = math.ceil(len(wording) * memory.FRAMES_PER_CHAR), 0, index == 0
        began = time.monotonic()
        for frame in self._frames(self._context(), wording, work.seed_for(f"phrase {index}")):
            if made:  # the first also takes in what was said, which tells nothing of those that follow
                self._reserve.note(time.monotonic() - began)
            asked = self._hold_back(work, self._reserve.samples(expected), asked)
            yield Voiced(work.turn, index, frame)
            made.append(frame)
            held.append(frame)
            flows = flows or asked <= max(LEAST, len(made)) * VOICE_FRAME
            if flows:
                self._write(work, held)
            began = time.monotonic()
        self._write(work, held)
        self._hold_back(work, 0, asked)  # how slow the next phrase comes, it will tell
        whole = len(made) < self._most_frames(wording)
        if made:
            self._spoken += self._sounded(text, wording, made, whole=whole)
        yield Spoken(work.turn, index, whole)

    @staticmethod
    def _sounded(text: str, wording: str, made: Sequence[SpeechFrame], *, whole: bool) -> list[Segment]:
        codes = np.stack([frame.codes for frame in made])
        if whole:
            return [Segment(COMPANION, wording, codes)]
        phrase = memory.Said(text, wording, codes, loud=tuple(map(memory.is_loud, made)))
        return [*memory.Exchange("", phrases=memory.heard([phrase], len(made) * VOICE_FRAME)).segments]

    def _write(self, work: Work, held: list[SpeechFrame]) -> None:
        for frame in held:
            self._loudspeaker.write(work.turn, frame)
        held.clear()

    def _hold_back(self, work: Work, samples: int, asked: int) -> int:
        if samples != asked:
            self._loudspeaker.reserve(work.turn, samples)
        return samples

    def _frames(self, context: Sequence[Segment], wording: str, seed: int) -> Iterator[SpeechFrame]:
        left = self._most_frames(wording)
        for frame in self._voice.speak(context, wording, seed):
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
        # Nothing leaves amid a turn, where what stays would have to be computed again between two phrases.
        return [*self._reference, *self._spoken]
