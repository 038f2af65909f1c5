"""Loudness after ITU-R BS.1770-4: K-weighted, in blocks of 400 ms, gated at -70 LUFS and 10 LU under the mean."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.types import VOICE_RATE, Samples

BLOCK_S, STEP_S = 0.4, 0.1
ABSOLUTE, RELATIVE = -70.0, -10.0
OFFSET = -0.691
SILENCE = -120.0  # LUFS, given to what never passes the gate

# The recommendation's two filters as analogue prototypes: (centre in Hz, gain in dB, quality).
SHELF = (1681.974450955533, 3.999843853973347, 0.7071752369554196)
HIGH_PASS = (38.13547087602444, 0.5003270373238773)


def loudness(sound: Samples, rate: int = VOICE_RATE) -> float:
    """Return the integrated loudness of mono sound in LUFS, SILENCE where nothing passes the gates.

    Sound shorter than one block is measured as one.
    """
    weighted = _weighted(sound, rate)
    blocks = _blocks(weighted, rate)
    powers = np.array([np.mean(np.square(block)) for block in blocks])
    loud = powers[powers > _power(ABSOLUTE)]
    if not len(loud):
        return SILENCE
    kept = loud[loud > loud.mean() * 10 ** (RELATIVE / 10)]
    return OFFSET + 10 * math.log10(float(kept.mean()))


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - OFFSET) / 10))


def _blocks(sound: NDArray[np.float64], rate: int) -> list[NDArray[np.float64]]:
    size, step = round(BLOCK_S * rate), round(STEP_S * rate)
    if len(sound) <= size:
        return [sound] if len(sound) else []
    return [sound[start : start + size] for start in range(0, len(sound) - size + 1, step)]


def _weighted(sound: Samples, rate: int) -> NDArray[np.float64]:
    """Apply both filters in the frequency domain, with room for their tails, which are short."""
    size = 1 << int(len(sound) + rate // 2).bit_length()
    at = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    response = np.ones(len(at), np.complex128)
    for above, below in (_shelf(rate), _high_pass(rate)):
        response *= np.polyval(above[::-1], at) / np.polyval(below[::-1], at)
    return np.asarray(np.fft.irfft(np.fft.rfft(sound.astype(np.float64), size) * response, size)[: len(sound)])


def _shelf(rate: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    centre, gain, quality = SHELF
    k = math.tan(math.pi * centre / rate)
    high = 10 ** (gain / 20)
    band = high**0.4996667741545416
    norm = 1 + k / quality + k * k
    above = np.array([high + band * k / quality + k * k, 2 * (k * k - high), high - band * k / quality + k * k])
    return above / norm, np.array([1, 2 * (k * k - 1) / norm, (1 - k / quality + k * k) / norm])


def _high_pass(rate: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    centre, quality = HIGH_PASS
    k = math.tan(math.pi * centre / rate)
    norm = 1 + k / quality + k * k
    return np.array([1.0, -2.0, 1.0]), np.array([1, 2 * (k * k - 1) / norm, (1 - k / quality + k * k) / norm])
