"""From speech probabilities to utterances. Pure: one 32 ms frame and its probability at a time.

Speech counts once it has lasted `min_speech_ms`, from its first frame on; the utterance also holds the pre-roll before
it, so that abrupt onsets are whole. It ends when silence has lasted `commit_ms`, and is trimmed to a short tail.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from core.events import Paused, SpeechEnded, SpeechEvent, SpeechResumed, SpeechStarted
from core.settings import SegmenterSettings
from core.types import EAR_RATE, MIC_FRAME, VOICE_RATE, AudioFrame, Utterance

FRAME_MS = 1000 * MIC_FRAME // VOICE_RATE
MS = VOICE_RATE // 1000  # samples in a millisecond


def _frames(ms: int) -> int:
    return math.ceil(ms / FRAME_MS)


class Segmenter:
    """Finds where the user's speech starts, pauses, resumes and ends."""

    def __init__(self, settings: SegmenterSettings) -> None:
        self._set = settings
        self._frames: list[AudioFrame] = []  # pre-roll while quiet, the utterance while speech is on
        self._onset: int | None = None  # where the speech under way began
        self._run = 0  # frames of sound that have not yet proved to be speech
        self._last = 0  # where the last sound ended
        self._paused = False

    def feed(self, frame: AudioFrame, probability: float) -> list[SpeechEvent]:
        """Take the next frame; return what it changed."""
        self._frames.append(frame)
        end = frame.at + len(frame.wide)
        sounds = self._sounds(probability)
        if self._onset is None:
            return self._quiet(end, sounds)
        return self._paused_speech(end, sounds) if self._paused else self._speech(end, sounds)

    def _sounds(self, probability: float) -> bool:
        # Hysteresis: sound under way is held by less than what starts it. NaN is silence.
        under_way = self._run > 0 or (self._onset is not None and not self._paused)
        return probability >= (self._set.off if under_way else self._set.on)

    def _quiet(self, end: int, sounds: bool) -> list[SpeechEvent]:
        if not self._proved(sounds):
            spare = len(self._frames) - _frames(self._set.pre_roll_ms) - self._run
            del self._frames[: max(spare, 0)]
            return []
        self._onset = self._begin_run(end)
        return [SpeechStarted(self._onset)]

    def _speech(self, end: int, sounds: bool) -> list[SpeechEvent]:
        if sounds:
            self._last = end
        if len(self._frames) >= _frames(self._set.max_utterance_ms):
            return [self._end()]
        if end - self._last < self._set.pause_ms * MS:
            return []
        self._paused = True
        return [Paused(*self._utterance()), *self._ended(end)]

    def _paused_speech(self, end: int, sounds: bool) -> list[SpeechEvent]:
        if self._proved(sounds):
            self._paused = False
            return [SpeechResumed(self._begin_run(end))]
        return self._ended(end)

    def _ended(self, end: int) -> list[SpeechEvent]:
        # A sound that may yet prove to be speech holds the turn open for a moment.
        return [self._end()] if end - self._last >= self._set.commit_ms * MS and not self._run else []

    def _proved(self, sounds: bool) -> bool:
        self._run = self._run + 1 if sounds else 0
        return self._run >= _frames(self._set.min_speech_ms)

    def _begin_run(self, end: int) -> int:
        first = end - self._run * MIC_FRAME
        self._run, self._last = 0, end
        return first

    def _end(self) -> SpeechEnded:
        utterance, onset, offset = self._utterance()
        # What follows a cut-off belongs to the next utterance, and nothing belongs to both.
        self._frames = [frame for frame in self._frames if frame.at >= utterance.end]
        self._onset, self._paused, self._run = None, False, 0
        return SpeechEnded(utterance, onset, offset)

    def _utterance(self) -> tuple[Utterance, int, int]:
        assert self._onset is not None
        silent = self._frames[-1].at + MIC_FRAME > self._last
        offset = max(self._last - self._set.offset_lag_ms * MS, self._onset) if silent else self._last
        kept = [frame for frame in self._frames if frame.at < offset + self._set.tail_ms * MS]
        return _utterance(kept), self._onset, offset


def _utterance(frames: Iterable[AudioFrame]) -> Utterance:
    held = list(frames)
    wide = np.concatenate([frame.wide for frame in held])
    narrow = np.concatenate([frame.narrow for frame in held])
    assert len(wide) * EAR_RATE == len(narrow) * VOICE_RATE
    return Utterance(held[0].at, held[-1].at + len(held[-1].wide), wide, narrow)
