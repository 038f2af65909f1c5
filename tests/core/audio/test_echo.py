"""The pairing of what is heard with what was played, and what AEC3 makes of it."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from core.audio.echo import BLOCK, PATIENCE, RATE, SURPLUS, WINDOW, EchoCanceller, aec3

SPEECH = Path(__file__).parents[2] / "data" / "jfk.flac"


def numbered(blocks: int, start: int = 0) -> np.ndarray:
    return np.arange(start * BLOCK, (start + blocks) * BLOCK, dtype=np.float32)


class Pairs:
    """A canceller that only remembers how far apart near and far were."""

    def __init__(self) -> None:
        self.offsets: list[int] = []

    def __call__(self, near: np.ndarray, far: np.ndarray) -> np.ndarray:
        self.offsets.append(int(near[0] - far[0]))
        return near


def test_both_streams_keep_their_distance_however_they_come():
    pairs = Pairs()
    echo = EchoCanceller(pairs)
    cleaned = []
    rng, far = np.random.default_rng(1), count()
    for at in range(200):
        for _ in range(int(rng.integers(0, 3)) if at % 4 else 4):
            echo.far(numbered(1, next(far)))
        cleaned.append(echo.near(numbered(1, at)))
    late = [offset for offset in pairs.offsets if abs(offset) < 1000 * BLOCK]
    assert len(set(late[-20:])) == 1
    np.testing.assert_array_equal(np.concatenate(cleaned), numbered(len(pairs.offsets)))


def test_reference_from_before_the_microphone_opened_is_left_out():
    pairs = Pairs()
    echo = EchoCanceller(pairs)
    echo.far(numbered(50))
    echo.near(numbered(1, 49))
    assert pairs.offsets == [0]


def test_the_microphone_waits_for_the_reference_but_not_for_ever():
    echo = EchoCanceller(None)
    assert len(echo.near(numbered(6))) == 0
    assert len(echo.near(numbered(1))) == BLOCK
    assert echo.slips == 1
    assert PATIENCE == 6 * BLOCK


def test_a_reference_that_runs_ahead_is_caught_up_with():
    echo = EchoCanceller(None)
    echo.far(numbered(1))
    echo.near(numbered(1))
    echo.far(numbered(20))
    for _ in range(2 * WINDOW):
        echo.far(numbered(1))
        echo.near(numbered(1))
    assert echo.slips == 1
    assert SURPLUS < 20 * BLOCK


@pytest.mark.parametrize("delay_ms", [60, 250])
def test_our_own_voice_is_taken_out(delay_ms):
    speech, rate = soundfile.read(SPEECH, dtype="float32", always_2d=True)
    far = np.asarray(soxr.resample(speech.mean(axis=1), rate, RATE), np.float32)[: 8 * RATE]
    delay = delay_ms * RATE // 1000
    near = 0.3 * np.concatenate([np.zeros(delay, np.float32), far[:-delay]])
    echo = EchoCanceller(aec3())
    cleaned = []
    for at in range(0, len(far) - BLOCK, BLOCK):
        echo.far(far[at : at + BLOCK])
        cleaned.append(echo.near(near[at : at + BLOCK]))
    left = np.concatenate(cleaned)[4 * RATE :]
    erle = 10 * np.log10((near[4 * RATE :] ** 2).mean() / ((left**2).mean() + 1e-12))
    assert erle > 25
