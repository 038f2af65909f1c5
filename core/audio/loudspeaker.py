"""The loudspeaker as the conductor knows it: it keeps every turn until it has sounded, for an audio process may die."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from core.audio.wire import Kind, Packet, sound_bytes
from core.events import Finished, LoudspeakerEvent, Played, Silenced
from core.types import Samples, SpeechFrame, Turn

EVENTS: dict[Kind, type[Played] | type[Finished] | type[Silenced]] = {
    Kind.PLAYED: Played,
    Kind.FINISHED: Finished,
    Kind.SILENCED: Silenced,
}


@dataclass
class _Part:
    """One turn's share, as far as this side knows."""

    sound: list[Samples] = field(default_factory=list)
    gain: float = 1.0
    reserve: int = 0
    played: int = 0
    began: int | None = None
    committed: bool = False
    ended: bool = False
    stopped: bool = False

    def rest(self) -> Samples:
        """Return what has not yet sounded."""
        return np.concatenate([np.zeros(0, np.float32), *self.sound])[self.played :]


class Loudspeaker:
    """Passes sound on to the audio process, and what became of it back; any thread may call."""

    def __init__(self) -> None:
        self._to: Callable[[Packet], None] | None = None  # the process, while there is one
        self._parts: dict[Turn, _Part] = {}
        self._report: Callable[[LoudspeakerEvent], None] = lambda _: None
        self._lock = Lock()

    def listen(self, report: Callable[[LoudspeakerEvent], None]) -> None:
        """Report what is played to `report`."""
        self._report = report

    def hold(self, turn: Turn) -> None:
        """Expect the sound of a turn."""
        with self._lock:
            self._parts[turn] = _Part()
            self._send(Packet(Kind.HOLD, turn))

    def write(self, turn: Turn, frame: SpeechFrame) -> None:
        """Append sound to a turn."""
        with self._lock:
            part = self._parts.get(turn)
            if part and not part.stopped:
                part.sound.append(frame.samples)
                self._send(Packet(Kind.WRITE, turn, body=sound_bytes(frame.samples)))

    def end(self, turn: Turn) -> None:
        """Take note that the turn's sound is complete."""
        with self._lock:
            if part := self._parts.get(turn):
                part.ended = True
                self._send(Packet(Kind.END, turn))

    def commit(self, turn: Turn) -> None:
        """Let the turn sound."""
        with self._lock:
            if part := self._parts.get(turn):
                part.committed = True
                self._send(Packet(Kind.COMMIT, turn))

    def soften(self, turn: Turn, gain: float) -> None:
        """Play a turn at this gain; at 0 it waits where it is."""
        with self._lock:
            if part := self._parts.get(turn):
                part.gain = gain
                self._send(Packet(Kind.SOFTEN, turn, round(gain * 1000)))

    def reserve(self, turn: Turn, samples: int) -> None:
        """Let a turn sound, at its begin and after a gap, only once so much of it waits, or all."""
        with self._lock:
            if part := self._parts.get(turn):
                part.reserve = samples
                self._send(Packet(Kind.RESERVE, turn, samples))

    def stop(self, turn: Turn) -> None:
        """Fade the turn out, and forget the rest."""
        with self._lock:
            part = self._parts.setdefault(turn, _Part())
            if part.stopped:
                return
            part.stopped = True
            self._send(Packet(Kind.STOP, turn))
            if self._to is None:
                self._give_up(turn)

    # What the audio process says, and what becomes of it.

    def take(self, packet: Packet, shift: int) -> None:
        """Take a report; `shift` leads from the process's clock to the one clock."""
        with self._lock:
            part = self._parts.get(packet.turn)
            if part is None or (part.stopped and packet.kind is Kind.PLAYED):
                return
            part.played = packet.first
            if packet.first and part.began is None:
                part.began = packet.second + shift
            if packet.kind is not Kind.PLAYED:
                del self._parts[packet.turn]
            kind = Kind.SILENCED if part.stopped else packet.kind  # it may have ended before the stop came
            self._report(EVENTS[kind](packet.turn, part.played, part.began or 0))

    def lose(self) -> None:
        """The process is gone: what was to be stopped has stopped."""
        with self._lock:
            self._to = None
            for turn in [turn for turn, part in self._parts.items() if part.stopped]:
                self._give_up(turn)

    def resume(self, to: Callable[[Packet], None]) -> None:
        """There is a new process: have it go on where the last one was."""
        with self._lock:
            self._to = to
            for turn, part in self._parts.items():
                self._send(Packet(Kind.HOLD, turn, part.played))
                if part.reserve:
                    self._send(Packet(Kind.RESERVE, turn, part.reserve))
                if part.gain != 1:
                    self._send(Packet(Kind.SOFTEN, turn, round(part.gain * 1000)))
                self._send(Packet(Kind.WRITE, turn, body=sound_bytes(part.rest())))
                for kind, asked in ((Kind.END, part.ended), (Kind.COMMIT, part.committed)):
                    if asked:
                        self._send(Packet(kind, turn))

    def _send(self, packet: Packet) -> None:
        if self._to is not None:
            self._to(packet)

    def _give_up(self, turn: Turn) -> None:
        part = self._parts.pop(turn)
        self._report(Silenced(turn, part.played, part.began or 0))
