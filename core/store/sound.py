"""Sound and codes as bytes: 16 bits each, little-endian."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.types import VOICE_RATE, Codes, Samples

CHUNK = VOICE_RATE  # samples: a second


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


def packed_codes(codes: Codes) -> bytes:
    """Return codes as bytes; raises ValueError for what 16 bits cannot hold."""
    small = codes.astype("<i2")
    if not np.array_equal(small, codes):
        raise ValueError("these codes do not fit into 16 bits")
    return small.tobytes()


def unpacked_codes(data: bytes, codebooks: int) -> Codes:
    """Return the codes (frames, codebooks) of these bytes; raises ValueError if they make no whole frames."""
    return np.frombuffer(data, "<i2").reshape(-1, codebooks).astype(np.int16)
