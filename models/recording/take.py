"""A take: sound from a microphone at both rates, its level while it is recorded, and how it is cut and evened out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.ports import Microphone
from core.types import EAR_RATE, VOICE_RATE, Samples

BLOCK_S = 0.02
SPEECH_DB = -22.0  # below the loudest tenth of a second, down to where it still counts as speech
FLOOR = 1e-3
MARGIN_S = 0.15  # of silence that stays around speech
PAUSE_S = 0.4  # that ends a stretch of speech
LOUDNESS_DB, PEAK = -23.0, 10 ** (-1 / 20)


@dataclass(frozen=True, eq=False)
class Take:
    """The same sound at VOICE_RATE and at EAR_RATE."""

    wide: Samples
    narrow: Samples

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.wide) / VOICE_RATE

    def cut(self, start_s: float, end_s: float) -> Take:
        """Return the part between two moments."""
        wide, narrow = (slice(int(start_s * rate), int(end_s * rate)) for rate in (VOICE_RATE, EAR_RATE))
        return Take(self.wide[wide], self.narrow[narrow])


def listen(microphone: Microphone, seconds: float) -> Iterator[tuple[float, Take]]:
    """Record for so many seconds; yield, with every frame, its level in dBFS and all that was heard so far.

    Not asking for more ends the recording; whoever opened the microphone closes it.
    """
    wide: list[Samples] = []
    narrow: list[Samples] = []
    heard = 0
    for frame in microphone:
        wide.append(frame.wide)
        narrow.append(frame.narrow)
        heard += len(frame.wide)
        yield level_of(frame.wide), Take(np.concatenate(wide), np.concatenate(narrow))
        if heard >= seconds * VOICE_RATE:
            return


def level_of(wide: Samples) -> float:
    """Return the level of samples in dBFS, -120 for silence."""
    return float(20 * np.log10(max(1e-6, np.sqrt(np.mean(np.square(wide, dtype=np.float64))) if len(wide) else 0.0)))


def stretches(wide: Samples) -> list[tuple[float, float]]:
    """Return where speech is, in seconds, parted at pauses."""
    size = int(BLOCK_S * VOICE_RATE)
    blocks = wide[: len(wide) // size * size].reshape(-1, size).astype(np.float64)
    if not len(blocks):
        return []
    level = np.sqrt((blocks**2).mean(1))
    loud = level > max(FLOOR, float(np.quantile(level, 0.98)) * 10 ** (SPEECH_DB / 20))
    found: list[tuple[float, float]] = []
    for at in np.flatnonzero(loud):
        start, end = at * BLOCK_S, (at + 1) * BLOCK_S
        if found and start - found[-1][1] < PAUSE_S:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return [(start, end) for start, end in found if end - start >= 0.1]  # shorter is a click


def trimmed(take: Take) -> Take:
    """Return a take without the silence around it."""
    speech = stretches(take.wide)
    if not speech:
        return take.cut(0, 0)
    return take.cut(max(0.0, speech[0][0] - MARGIN_S), speech[-1][1] + MARGIN_S)


def loudness_set(wide: Samples) -> Samples:
    """Return speech at the usual loudness: LOUDNESS_DB where somebody speaks, peaks under -1 dBFS."""
    speech = [wide[int(start * VOICE_RATE) : int(end * VOICE_RATE)] for start, end in stretches(wide)]
    if not speech:
        return wide
    gain = 10 ** ((LOUDNESS_DB - level_of(np.concatenate(speech))) / 20)
    gain = min(gain, PEAK / max(1e-6, float(np.abs(wide).max())))
    faded = (wide * gain).astype(np.float32)
    edge = min(len(faded) // 2, VOICE_RATE // 100)
    faded[:edge] *= np.linspace(0, 1, edge, dtype=np.float32)
    faded[len(faded) - edge :] *= np.linspace(1, 0, edge, dtype=np.float32)
    return faded
