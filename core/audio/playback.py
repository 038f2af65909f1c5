"""What the loudspeaker plays, sample by sample at VOICE_RATE. Pure: no device, no clock but the samples taken.

One turn sounds at a time. Its gain moves along raised cosines only: at its edges, when it is softened, stopped, or
when its sound does not come in time. The silence before its first sound is passed over, and counts as played. What is
reported is what has left, never what was given.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from core.audio.wire import Kind
from core.fade import Fade
from core.types import VOICE_FRAME, VOICE_RATE, Samples, Turn

MS = VOICE_RATE // 1000
EDGE = 8 * MS  # fade at a reply's edges, and around a gap
FALL = 20 * MS  # fade of a reply that is stopped
PREBUFFER = 2 * VOICE_FRAME  # what is waited for before a reply sounds, and after a gap, where no reserve is asked for
PEAK = 0.98
FAINT = 0.002  # of full scale, -54 dB: what lies below it at a reply's begin is passed over,
ONSET = 8 * MS  # but for so much, in which the voice rises


@dataclass(frozen=True)
class Report:
    """What became of a turn once all before `position` has left."""

    kind: Kind
    turn: Turn
    samples: int  # that have sounded of the turn
    position: int


@dataclass
class _Part:
    """One turn's share."""

    turn: Turn
    played: int = 0
    reported: int = 0
    reserve: int = 0  # samples that must wait before it sounds
    waiting: int = 0  # samples in `sound`
    came: int = 0  # how much had been given out when the last of them came
    sound: deque[Samples] = field(default_factory=deque)
    committed: bool = False
    ended: bool = False
    stopped: bool = False
    flowing: bool = False
    gap: bool = False  # the sound did not come in time; what is left fades out
    edge: Fade = field(default_factory=lambda: Fade(0.0))
    level: Fade = field(default_factory=lambda: Fade(1.0))

    def take(self, count: int) -> Samples:
        """Take samples off the front."""
        pieces, left = [], count
        while left:
            block = self.sound.popleft()
            if len(block) > left:
                self.sound.appendleft(block[left:])
            pieces.append(block[:left])
            left -= len(pieces[-1])
        self.waiting -= count
        self.played += count
        return np.concatenate(pieces)

    def lead(self, faint: float) -> int:
        """Return how many samples can be passed over at its begin, as long as nobody has heard any of it."""
        if self.played:
            return 0
        before = 0
        for block in self.sound:
            if len(loud := np.flatnonzero(np.abs(block) > faint)):
                return max(before + int(loud[0]) - ONSET, 0)
            before += len(block)
        return max(before - ONSET, 0)


class Playback:
    """Holds what is to be played, and gives it out; not for two threads at once."""

    def __init__(self, prebuffer: int = PREBUFFER, faint: float = FAINT) -> None:
        self.given = 0  # samples so far, silence included
        self.gaps = self.clipped = 0
        self._prebuffer, self._faint = prebuffer, faint
        self._parts: dict[Turn, _Part] = {}
        self._reports: deque[Report] = deque()

    # What the engine asks.

    def hold(self, turn: Turn, played: int = 0) -> None:
        """Expect a turn's sound, from its sample `played` on."""
        self._parts[turn] = _Part(turn, played=played, reported=played)

    def write(self, turn: Turn, samples: Samples) -> None:
        """Append sound to a turn."""
        part = self._parts.get(turn)
        if part and not part.stopped and len(samples):
            part.sound.append(samples)
            part.waiting += len(samples)
            part.came = self.given

    def end(self, turn: Turn) -> None:
        """Take note that a turn's sound is complete."""
        if part := self._parts.get(turn):
            part.ended = True

    def commit(self, turn: Turn) -> None:
        """Let a turn sound."""
        if part := self._parts.get(turn):
            part.committed = True

    def soften(self, turn: Turn, gain: float) -> None:
        """Play a turn at this gain; at 0 it waits where it is."""
        if part := self._parts.get(turn):
            part.level.soften(gain, sounding=part.flowing)

    def reserve(self, turn: Turn, samples: int) -> None:
        """Let a turn sound, at its begin and after a gap, only once so much of it waits, or all."""
        if part := self._parts.get(turn):
            part.reserve = samples

    def stop(self, turn: Turn) -> None:
        """Fade a turn out and forget the rest of it."""
        part = self._parts.get(turn)
        if part is None or not part.flowing or not part.waiting or not part.level.value:
            self._parts.pop(turn, None)
            self._report(Kind.SILENCED, turn, part.played if part else 0)
        elif not part.stopped:
            part.stopped = True
            part.edge.move(0.0, min(FALL, part.waiting))

    # What the sound card takes.

    def pull(self, count: int) -> Samples:
        """Return the next samples to be played."""
        pieces, left = [], count
        while left:
            piece = self._piece(left)
            pieces.append(piece)
            left -= len(piece)
            self.given += len(piece)
            self._settle()
        return self._limited(np.concatenate(pieces)) if pieces else np.zeros(0, np.float32)

    def left(self, position: int) -> list[Report]:
        """Return what is to be reported once all samples before `position` have left."""
        reports = []
        while self._reports and self._reports[0].position <= position:
            reports.append(self._reports.popleft())
        return reports

    def _piece(self, most: int) -> Samples:
        part = next((part for part in self._in_turn() if self._flows(part)), None)
        if part is None:
            return np.zeros(most, np.float32)
        count = min(most, part.waiting, part.edge.left or most, part.level.left or most)
        if part.edge.target and part.waiting > EDGE:
            count = min(count, part.waiting - EDGE)  # kept for a last fade
        return part.take(count) * part.edge.take(count) * part.level.take(count)

    def _in_turn(self) -> list[_Part]:
        # One that sounds goes on; of those that do not yet, the first that can begin.
        waiting = [part for part in self._parts.values() if part.committed or part.stopped]
        return [part for part in waiting if part.flowing][:1] or waiting

    def _flows(self, part: _Part) -> bool:
        if part.level.still:
            return False  # held
        if part.flowing:
            self._watch_supply(part)
            return part.waiting > 0
        lead = part.lead(self._faint)
        reserve = part.reserve or self._prebuffer
        # As time goes by, the next sound comes nearer, and so much less must be there to last until then.
        nearer = min(self.given - part.came, reserve // 2, VOICE_FRAME)
        part.flowing = part.waiting > 0 and (part.ended or part.waiting - lead + nearer >= reserve)
        if part.flowing:
            if lead:
                part.take(lead)
            part.edge.move(1.0, EDGE)
        return part.flowing

    def _watch_supply(self, part: _Part) -> None:
        """Begin the last fade when what there is will not last longer."""
        if part.waiting > EDGE or not part.edge.target:
            return
        part.edge.move(0.0, max(part.waiting, 1))
        if not part.ended:
            part.gap = True
            self.gaps += 1

    def _settle(self) -> None:
        """Report and forget what has come to an end."""
        for part in list(self._parts.values()):
            if part.stopped and (not part.edge.left or not part.waiting or part.level.still):
                self._close(part, Kind.SILENCED)
            elif part.committed and part.ended and not part.waiting:
                self._close(part, Kind.FINISHED)
            elif part.gap and (not part.waiting or not part.edge.left):
                part.flowing = part.gap = False
            news = part.played - part.reported
            if news and (news >= VOICE_FRAME or not part.reported or part.level.still):
                self._report(Kind.PLAYED, part.turn, part.played)
                part.reported = part.played

    def _close(self, part: _Part, kind: Kind) -> None:
        del self._parts[part.turn]
        part.reported = part.played
        self._report(kind, part.turn, part.played)

    def _report(self, kind: Kind, turn: Turn, samples: int) -> None:
        self._reports.append(Report(kind, turn, samples, self.given))

    def _limited(self, samples: Samples) -> Samples:
        over = int((np.abs(samples) > PEAK).sum())
        self.clipped += over
        return np.clip(samples, -PEAK, PEAK) if over else samples
