"""A tone by which one knows a loudspeaker: a second, soft, without a click."""

from __future__ import annotations

import numpy as np

from core.types import VOICE_RATE, Samples

PITCH = 440.0  # Hz
PEAK = 0.2
EDGE_S = 0.05


def tone(seconds: float = 1.0) -> Samples:
    """Return the tone, at VOICE_RATE."""
    at = np.arange(round(seconds * VOICE_RATE)) / VOICE_RATE
    edge = np.clip(np.minimum(at, at[-1] - at) / EDGE_S, 0, 1)
    return np.asarray(PEAK * np.sin(2 * np.pi * PITCH * at) * (1 - np.cos(np.pi * edge)) / 2, np.float32)
