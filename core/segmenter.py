"""From speech probabilities to utterances. Pure: one 32 ms frame and its probability at a time.

Speech counts once it has lasted `min_speech_ms`, from its first frame on; the utterance also holds the pre-roll before
it, so that abrupt onsets are whole. It ends when silence has lasted as long as the caller says, and is trimmed to a
short tail. With a key, it is the key that begins and ends it, and silence never does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum

import numpy as np

from core.alarm import Alarm
from core.events import (
    Insisted,
    Paused,
    Pressed,
    SpeechContinued,
    SpeechEnded,
    SpeechEvent,
    SpeechResumed,
    SpeechStarted,
    Stilled,
    Stirred,
)
from core.settings import SegmenterSettings
from core.types import EAR_RATE, MIC_FRAME, VOICE_RATE, AudioFrame, Samples, Utterance

FRAME_MS = 1000 * MIC_FRAME // VOICE_RATE
MS = VOICE_RATE // 1000  # samples in a millisecond
EARLY_MS, EARLY_BEAT_MS = 1000, 64  # while it is being decided whether a reply yields, it is told more often
ALARMED_MS, FOLLOWS_MS = 160, 64  # after an alarm of so long, speech need only last so long to be believed
LAST_WORD_MS = 200  # that is still heard after the key went up: people let go too early


def _frames(ms: int) -> int:
    return math.ceil(ms / FRAME_MS)


class _Key(Enum):
    UP = "up"
    DOWN = "down"
    LIFTED = "lifted"  # and what is being said still counts


class Segmenter:
    """Finds where the user's speech starts, goes on, pauses, resumes and ends."""

    def __init__(self, settings: SegmenterSettings) -> None:
        self._set = settings
        self._frames: list[AudioFrame] = []  # pre-roll while quiet, the utterance while speech is on
        self._onset: int | None = None  # where the speech under way began
        self._run = 0  # frames of sound that have not yet proved to be speech
        self._stirs = 0  # frames of what may be speech, and is enough to speak softly
        self._alarm = Alarm()
        self._insists = False  # since this frame
        self._last: int | None = None  # where the last sound ended; None before the first
        self._since = 0  # where the sound under way began
        self._told = 0  # how far it was told to go on
        self._paused = False
        self._key = _Key.UP
        self._lifted = 0  # frames since the key went up

    @property
    def pausing(self) -> bool:
        """Whether the user has fallen silent, and may go on."""
        return self._onset is not None and self._paused

    @property
    def heard(self) -> Samples:
        """All of the speech under way, its silence so far included, at EAR_RATE."""
        return np.concatenate([frame.narrow for frame in self._frames])

    def use(self, settings: SegmenterSettings) -> None:
        """Let other settings hold from the next frame on; a key that is down goes on to count."""
        self._set = settings
        if settings.mode == "open":
            self.release()

    def press(self) -> None:
        """The talk key went down; where one taps, every other time means that it went up."""
        if self._set.mode == "tap" and self._key is _Key.DOWN:
            self._lift()
        elif self._set.mode != "open":
            self._key = _Key.DOWN

    def release(self) -> None:
        """The talk key went up."""
        if self._set.mode != "tap" and self._key is _Key.DOWN:
            self._lift()

    def _lift(self) -> None:
        self._key, self._lifted = _Key.LIFTED, 0

    def feed(self, frame: AudioFrame, probability: float, wait_ms: int) -> list[SpeechEvent]:
        """Take the next frame; return what it changed. A pause ends the utterance when it has lasted `wait_ms`."""
        self._frames.append(frame)
        end = frame.at + len(frame.wide)
        sounds, was, insisted = self._sounds(probability), self._stirs, self._alarm.insists
        stirs = probability >= (self._set.stir / 2 if was else self._set.stir)
        stirs |= self._alarm.feed(frame.double_talk, stirs)
        self._stirs = was + 1 if stirs else 0
        self._insists = self._alarm.insists and not insisted
        if self._onset is None:
            return self._by_key(frame) or self._quiet(end, sounds, was)
        if self._set.mode == "tap" and self._key is _Key.DOWN and self._silent(end) >= self._set.max_utterance_ms * MS:
            self._lift()  # the second tap was forgotten
        lifted = self._key is _Key.LIFTED
        self._lifted += lifted
        if lifted and ((self._paused and not sounds) or self._lifted >= _frames(LAST_WORD_MS)):
            self._last = self._last or end  # nothing seemed to be speech: all of it may be
            return [self._end()]
        return self._pause(end, sounds, wait_ms, was) if self._paused else self._speech(end, sounds)

    def _silent(self, end: int) -> int:
        return end - (self._last or self._onset or 0)

    def over(self, wait_ms: int) -> list[SpeechEvent]:
        """End the utterance if its pause has lasted so long already."""
        return self._ended(self._frames[-1].at + MIC_FRAME, wait_ms) if self.pausing else []

    def _sounds(self, probability: float) -> bool:
        # Hysteresis: sound under way is held by less than what starts it. NaN is silence.
        under_way = self._run > 0 or (self._onset is not None and not self._paused)
        return probability >= (self._set.off if under_way else self._set.on)

    # Nobody speaks.

    def _by_key(self, frame: AudioFrame) -> list[SpeechEvent]:
        if self._key is _Key.UP:
            return []
        self._onset = self._since = self._told = frame.at
        self._run, self._last = 0, None
        return [Pressed(frame.at)]

    def _quiet(self, end: int, sounds: bool, was: int) -> list[SpeechEvent]:
        if self._set.mode != "open":
            self._trim()
            self._stirs = 0  # what stirred before a key was to decide comes to nothing
            return self._still(was, end)
        if not self._proved(sounds):
            self._trim()
            return self._stir(was, end)
        self._onset = self._begin_run(end)
        return [SpeechStarted(self._onset)]

    def _trim(self) -> None:
        spare = len(self._frames) - _frames(self._set.pre_roll_ms) - self._run
        del self._frames[: max(spare, 0)]

    def _stir(self, was: int, end: int) -> list[SpeechEvent]:
        enough = _frames(self._set.stir_ms)
        if self._stirs == enough:
            return [Stirred(end - self._stirs * MIC_FRAME)]
        if self._insists:
            return [Insisted(end - self._stirs * MIC_FRAME)]
        return self._still(was, end)

    def _still(self, was: int, end: int) -> list[SpeechEvent]:
        over = was >= _frames(self._set.stir_ms) and not self._stirs
        return [Stilled(end - (was + 1) * MIC_FRAME)] if over else []

    # Somebody does.

    def _speech(self, end: int, sounds: bool) -> list[SpeechEvent]:
        if sounds:
            self._last = end
        if len(self._frames) >= _frames(self._set.max_utterance_ms):
            self._last = self._last or end
            return [self._end()]
        if sounds:
            return self._go_on(end)
        if self._last is None or not _waited(end - self._last, self._set.pause_ms):
            return []
        self._paused = True
        return [Paused(*self._utterance())]  # how long is waited is known from the next frame on

    def _go_on(self, end: int) -> list[SpeechEvent]:
        early = end - self._since <= EARLY_MS * MS
        if end - self._told < (min(EARLY_BEAT_MS, self._set.beat_ms) if early else self._set.beat_ms) * MS:
            return []
        self._told = end
        assert self._onset is not None
        return [SpeechContinued(_utterance(self._frames), self._onset, (end - self._since) // MS)]

    def _pause(self, end: int, sounds: bool, wait_ms: int, was: int) -> list[SpeechEvent]:
        if self._proved(sounds):
            self._paused = False
            return [SpeechResumed(self._begin_run(end))]
        return [*self._stir(was, end), *self._ended(end, wait_ms)]

    def _ended(self, end: int, wait_ms: int) -> list[SpeechEvent]:
        # A sound that may yet prove to be speech holds the turn open for a moment.
        assert self._last is not None
        over = self._key is _Key.UP and _waited(end - self._last, wait_ms) and not self._run
        return [self._end()] if over else []

    def _proved(self, sounds: bool) -> bool:
        self._run = self._run + 1 if sounds else 0
        alarmed = self._alarm.lasts >= _frames(ALARMED_MS) and self._run >= _frames(FOLLOWS_MS)
        return alarmed or self._run >= _frames(self._set.min_speech_ms)

    def _begin_run(self, end: int) -> int:
        first = end - self._run * MIC_FRAME
        self._run, self._last = 0, end
        self._since = self._told = first
        return first

    def _end(self) -> SpeechEnded:
        utterance, onset, offset = self._utterance()
        # What follows a cut-off belongs to the next utterance, and nothing belongs to both.
        self._frames = [frame for frame in self._frames if frame.at >= utterance.end]
        self._onset, self._paused, self._run = None, False, 0
        self._key = _Key.DOWN if self._key is _Key.DOWN else _Key.UP
        return SpeechEnded(utterance, onset, offset)

    def _utterance(self) -> tuple[Utterance, int, int]:
        assert self._onset is not None
        assert self._last is not None
        silent = self._frames[-1].at + MIC_FRAME > self._last
        offset = max(self._last - self._set.offset_lag_ms * MS, self._onset) if silent else self._last
        kept = [frame for frame in self._frames if frame.at < offset + self._set.tail_ms * MS]
        return _utterance(kept or self._frames[:1]), self._onset, offset


def _waited(silent: int, ms: int) -> bool:
    return silent + MIC_FRAME // 2 >= ms * MS  # to the nearest frame


def _utterance(frames: Iterable[AudioFrame]) -> Utterance:
    held = list(frames)
    wide = np.concatenate([frame.wide for frame in held])
    narrow = np.concatenate([frame.narrow for frame in held])
    assert len(wide) * EAR_RATE == len(narrow) * VOICE_RATE
    return Utterance(held[0].at, held[-1].at + len(held[-1].wide), wide, narrow)
