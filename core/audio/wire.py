"""What goes over the pipe between engine and audio process: a fixed header, then raw bytes. Nothing is pickled."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from core.types import EAR_FRAME, MIC_FRAME, NO_TURN, Samples, Turn

_HEADER = struct.Struct("<BIIqq")  # kind, turn id, revision, first, second


class Kind(IntEnum):
    """What a packet is; the comments name its two numbers and its body."""

    # From the engine.
    BEGIN = 8  # body: JSON of AudioSettings
    HOLD = 1  # samples that had already sounded
    WRITE = 2  # body: float32 samples at VOICE_RATE
    END = 3
    COMMIT = 4
    STOP = 5
    SOFTEN = 6  # gain in thousandths
    RESERVE = 7  # samples that must wait before it sounds
    # From the audio process.
    OPENED = 16  # body: JSON
    FRAME = 17  # clock, whether it is double talk; body: a microphone frame at both rates
    PLAYED = 18  # samples, clock of the first of them
    FINISHED = 19
    SILENCED = 20
    LEVELS = 21  # body: Levels
    LISTED = 22  # body: JSON
    LOST = 23  # body: why, in words
    AWAKE = 24  # all is loaded; from here on only a sound card can hang


@dataclass(frozen=True)
class Packet:
    """One message; which numbers count depends on its kind."""

    kind: Kind
    turn: Turn = NO_TURN
    first: int = 0
    second: int = 0
    body: bytes = b""

    def pack(self) -> bytes:
        """Return the packet as bytes."""
        return _HEADER.pack(self.kind, self.turn.id, self.turn.revision, self.first, self.second) + self.body

    @classmethod
    def unpack(cls, raw: bytes) -> Packet:
        """Read a packet; raises ValueError for what is none."""
        try:
            kind, number, revision, first, second = _HEADER.unpack_from(raw)
        except struct.error as error:
            raise ValueError(f"{len(raw)} bytes are no packet") from error
        return cls(Kind(kind), Turn(number, revision), first, second, raw[_HEADER.size :])


def sound_bytes(samples: Samples) -> bytes:
    """Return samples as the body of a packet."""
    return np.ascontiguousarray(samples, dtype="<f4").tobytes()


def sound(body: bytes) -> Samples:
    """Return the samples in a packet's body."""
    return np.frombuffer(body, "<f4").astype(np.float32, copy=False)


def frame_bytes(wide: Samples, narrow: Samples) -> bytes:
    """Return a microphone frame, at both rates, as the body of a packet."""
    return sound_bytes(np.concatenate([wide, narrow]))


def frame(body: bytes) -> tuple[Samples, Samples]:
    """Return the microphone frame in a packet's body, at VOICE_RATE and at EAR_RATE."""
    both = sound(body)
    if len(both) != MIC_FRAME + EAR_FRAME:
        raise ValueError(f"{len(both)} samples are no microphone frame")
    return both[:MIC_FRAME], both[MIC_FRAME:]


@dataclass(frozen=True)
class Levels:
    """How loud it is, and what went wrong since the streams were opened."""

    microphone: float = 0.0  # largest sample of the last tenth of a second, echo removed
    loudspeaker: float = 0.0  # and of what was handed out
    late: int = 0  # blocks that the loudspeaker missed
    missed: int = 0  # blocks that the microphone dropped
    gaps: int = 0  # places where a reply's sound did not come in time
    clipped: int = 0  # samples that were too loud to be played
    slips: int = 0  # times that the echo's reference lost its place

    def pack(self) -> bytes:
        """Return the levels as the body of a packet."""
        counts = (self.late, self.missed, self.gaps, self.clipped, self.slips)
        return _LEVELS.pack(self.microphone, self.loudspeaker, *counts)

    @classmethod
    def unpack(cls, body: bytes) -> Levels:
        """Read what `pack` wrote."""
        return cls(*_LEVELS.unpack(body))


_LEVELS = struct.Struct("<ff5I")
