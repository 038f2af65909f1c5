"""A conversation without a sound card: recordings are the microphone, a tape is the loudspeaker, on one clock.

At the fast pace the machine is infinitely quick: the clock stands still while a reply is being made. So what is said
when, and with it every reply, is a function of recordings and seed alone, however threads are scheduled.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Condition
from threading import Event as Flag
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.events import Finished, LoudspeakerEvent, Played, Silenced
from core.fade import Fade
from core.patience import longest, usual
from core.segmenter import MS
from core.settings import SegmenterSettings
from core.types import EAR_FRAME, MIC_FRAME, VOICE_RATE, AudioFrame, Samples, SpeechFrame, Turn

Pace = Literal["real", "fast"]
GAP = VOICE_RATE // 2  # between the end of a reply and the next recording
MARGIN = VOICE_RATE // 2  # beyond the silence that ends a turn, before a recording is taken for unanswered


@dataclass
class _Part:
    """One turn's share of the tape."""

    sound: list[Samples] = field(default_factory=list)
    written: int = 0
    played: int = 0
    began: int = 0
    reserve: int = 0
    committed: bool = False
    ended: bool = False
    level: Fade = field(default_factory=lambda: Fade(1.0))

    @property
    def ready(self) -> bool:
        """Whether it may sound."""
        return bool(self.played) or self.ended or self.written >= self.reserve

    def take(self, most: int) -> Samples:
        """Take what sounds next off the front."""
        faded = most if self.level.target else min(most, self.level.left)
        piece = _piece(self.sound, self.played, faded)
        self.played += len(piece)
        return piece * self.level.take(len(piece))


class Tape:
    """A loudspeaker that keeps what it plays; the microphone moves its clock."""

    def __init__(self) -> None:
        self.now = 0
        self.quiet_since = 0  # when the last reply ended
        self._parts: dict[Turn, _Part] = {}
        self._track: list[tuple[Turn, int, Samples]] = []
        self._report: Callable[[LoudspeakerEvent], None] = lambda _: None
        self._closed = False
        self._changed = Condition()

    def listen(self, report: Callable[[LoudspeakerEvent], None]) -> None:
        """Report what is played to `report`."""
        self._report = report

    def hold(self, turn: Turn) -> None:
        """Expect the sound of a turn."""
        with self._changed:
            self._parts[turn] = _Part()
            self._changed.notify_all()

    def write(self, turn: Turn, frame: SpeechFrame) -> None:
        """Append sound to a turn."""
        with self._changed:
            if turn in self._parts:
                self._parts[turn].sound.append(frame.samples)
                self._parts[turn].written += len(frame.samples)

    def end(self, turn: Turn) -> None:
        """Take note that the turn's sound is complete."""
        with self._changed:
            if turn in self._parts:
                self._parts[turn].ended = True
            self._changed.notify_all()

    def commit(self, turn: Turn) -> None:
        """Let the turn sound from now on."""
        with self._changed:
            if turn in self._parts:
                self._parts[turn].committed = True

    def soften(self, turn: Turn, gain: float) -> None:
        """Play a turn at this gain; at 0 it waits where it is."""
        with self._changed:
            if part := self._parts.get(turn):
                part.level.soften(gain, sounding=part.played > 0)

    def reserve(self, turn: Turn, samples: int) -> None:
        """Let a turn sound only once so much of it is there, or all."""
        with self._changed:
            if part := self._parts.get(turn):
                part.reserve = samples

    def stop(self, turn: Turn) -> None:
        """Stop the turn's sound."""
        with self._changed:
            part = self._parts.pop(turn, None) or _Part()
            self.quiet_since = self.now
            self._report(Silenced(turn, part.played, part.began))
            self._changed.notify_all()

    @property
    def busy(self) -> bool:
        """Whether a reply is being made or played."""
        return bool(self._parts)

    def wait_busy(self) -> None:
        """Return when a reply is being made, or the tape is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._parts)

    def wait_made(self) -> None:
        """Return when no reply is being made, or the tape is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or all(part.ended for part in self._parts.values()))

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def advance(self, to: int) -> None:
        """Move the clock, playing whatever is committed."""
        with self._changed:
            ready = [(turn, part) for turn, part in self._parts.items() if part.committed and part.ready]
            for turn, part in [each for each in ready if each[1].played][:1] or ready:
                if self._play(turn, part, to):
                    break  # one sounds at a time
            self.now = to

    def _play(self, turn: Turn, part: _Part, to: int) -> bool:
        part.began = part.began if part.played else self.now
        piece = part.take(to - self.now)
        if len(piece):
            self._track.append((turn, self.now, piece))
            self._report(Played(turn, part.played, part.began))
        if part.ended and part.played == part.written:
            del self._parts[turn]
            self.quiet_since = to
            self._report(Finished(turn, part.played, part.began))
        return len(piece) > 0

    def heard(self, turn: Turn) -> Samples:
        """Return what sounded of a turn, at VOICE_RATE."""
        return np.concatenate([np.zeros(0, np.float32), *(sound for whose, _, sound in self._track if whose == turn)])

    def track(self) -> Samples:
        """Return all that sounded, from the clock's zero to now."""
        return _laid_out([(at, sound) for _, at, sound in self._track], self.now)


def _piece(sound: list[Samples], start: int, length: int) -> Samples:
    pieces, left = [np.zeros(0, np.float32)], length
    for block in sound:
        if start < len(block) and left > 0:
            pieces.append(block[start : start + left])
            left -= len(pieces[-1])
        start = max(start - len(block), 0)
    return np.concatenate(pieces)


def _laid_out(pieces: Sequence[tuple[int, Samples]], length: int) -> Samples:
    track = np.zeros(length, np.float32)
    for at, sound in pieces:
        track[at : at + len(sound)] = sound[: max(length - at, 0)]
    return track


@dataclass(frozen=True, eq=False)
class Take:
    """One recording of the user, at VOICE_RATE and at EAR_RATE; `at` is when it begins, else when its turn comes."""

    wide: Samples
    narrow: Samples
    at: int | None = None


SILENCE = Take(np.zeros(MIC_FRAME, np.float32), np.zeros(EAR_FRAME, np.float32))


class Recording:
    """A microphone that hears takes in order, each after the reply to the last, and silence in between."""

    def __init__(self, takes: Sequence[Take], tape: Tape, settings: SegmenterSettings, pace: Pace = "fast") -> None:
        self._takes, self._tape, self._pace = tuple(takes), tape, pace
        self._waited, self._answered_by = (
            (wait(settings.patience) + settings.offset_lag_ms) * MS + MARGIN for wait in (usual, longest)
        )
        self._played: list[tuple[int, Samples]] = []
        self._at = 0
        self._closed = Flag()

    def __iter__(self) -> Iterator[AudioFrame]:
        """Yield every take, and silence until its reply has sounded."""
        self._opened = time.monotonic()
        for take in self._takes:
            yield from self._silence(take.at)
            self._played.append((self._at, take.wide))
            yield from self._frames(take)
        yield from self._silence(None)

    def close(self) -> None:
        """End the iteration."""
        self._closed.set()
        self._tape.close()

    @property
    def placed(self) -> tuple[int, ...]:
        """Where on the clock each take began, so far."""
        return tuple(at for at, _ in self._played)

    def track(self) -> Samples:
        """Return what the user said, from the clock's zero to now."""
        return _laid_out(self._played, self._at)

    def _silence(self, until: int | None) -> Iterator[AudioFrame]:
        while not self._closed.is_set() and not (self._answered() if until is None else self._at >= until):
            yield from self._frames(SILENCE)

    def _answered(self) -> bool:
        if not self._played:
            return True
        last_at, last = self._played[-1]
        end, quiet_since = last_at + len(last), self._tape.quiet_since
        answered = self._at >= end + (self._waited if quiet_since > end else self._answered_by)
        return answered and not self._tape.busy and self._at >= quiet_since + GAP

    def _frames(self, take: Take) -> Iterator[AudioFrame]:
        for wide, narrow in zip(_blocks(take.wide, MIC_FRAME), _blocks(take.narrow, EAR_FRAME), strict=False):
            self._pass_time()
            if self._closed.is_set():
                return
            self._tape.advance(self._at + MIC_FRAME)  # a frame is there when its time is over
            self._at += MIC_FRAME
            yield AudioFrame(self._at - MIC_FRAME, wide, narrow)

    def _pass_time(self) -> None:
        if self._pace == "fast":
            self._tape.wait_made()
        else:
            self._closed.wait(max(self._opened + (self._at + MIC_FRAME) / VOICE_RATE - time.monotonic(), 0))


class Stillness:
    """A microphone that hears nothing and lets the clock run only for replies: for conversations that are typed."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._closed = Flag()

    def __iter__(self) -> Iterator[AudioFrame]:
        """Yield silence as long as a reply sounds; wait for the next one."""
        while True:
            self._tape.wait_busy()
            self._tape.wait_made()
            if self._closed.is_set():
                return
            at = self._tape.now
            self._tape.advance(at + MIC_FRAME)
            yield AudioFrame(at, SILENCE.wide, SILENCE.narrow)

    def close(self) -> None:
        """End the iteration."""
        self._closed.set()
        self._tape.close()


def two_sided(recording: Recording, tape: Tape) -> NDArray[np.float32]:
    """Return the whole conversation, (samples, 2) at VOICE_RATE: the user left, the companion right."""
    left, right = recording.track(), tape.track()
    length = max(len(left), len(right))
    return np.stack([np.pad(side, (0, length - len(side))) for side in (left, right)], axis=1)


def _blocks(sound: Samples, size: int) -> list[Samples]:
    padded = np.pad(sound.astype(np.float32, copy=False), (0, -len(sound) % size))
    return list(padded.reshape(-1, size))
