"""Sound and codes as bytes: 16 bits each, little-endian."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from core.types import VOICE_RATE, Codes, Samples

CHUNK = VOICE_RATE  # samples: a second
FARTHEST = 3600 * CHUNK  # from one piece to the next; what lies farther is damage


def packed(sound: Samples) -> bytes:
    """Return samples as 16-bit PCM."""
    return np.rint(np.clip(sound, -1.0, 1.0) * 32_767).astype("<i2").tobytes()


def unpacked(data: bytes) -> Samples:
    """Return 16-bit PCM as samples."""
    return (np.frombuffer(data, "<i2") / 32_767).astype(np.float32)


def chunks(sound: Samples) -> Iterator[bytes]:
    """Yield sound second by second."""
    for start in range(0, len(sound), CHUNK):
        yield packed(sound[start : start + CHUNK])


def laid(pieces: Iterable[tuple[int, Samples]]) -> Samples:
    """Return pieces, each with its place, as one; what was given up for want of room on the disk is silence."""
    whole, end = [np.zeros(0, np.float32)], 0
    for at, sound in pieces:
        if at - end > FARTHEST:
            raise ValueError("a piece of sound lies far from all others")
        whole += [np.zeros(max(at - end, 0), np.float32), sound]
        end = at + len(sound)
    return np.concatenate(whole)


def packed_codes(codes: Codes) -> bytes:
    """Return codes as bytes; raises ValueError for what 16 bits cannot hold."""
    small = codes.astype("<i2")
    if not np.array_equal(small, codes):
        raise ValueError("these codes do not fit into 16 bits")
    return small.tobytes()


def unpacked_codes(data: bytes, codebooks: int) -> Codes:
    """Return the codes (frames, codebooks) of these bytes; raises ValueError if they make no whole frames."""
    return np.frombuffer(data, "<i2").reshape(-1, codebooks).astype(np.int16)
