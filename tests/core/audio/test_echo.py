"""The pairing of what is heard with what was played, and what the canceller makes of it."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from core.audio.double_talk import DoubleTalk
from core.audio.echo import BLOCK, CERTAIN, PATIENCE, RATE, SURPLUS, WINDOW, EchoCanceller, canceller, no_echo
from core.audio.linear import LinearEcho

SPEECH = Path(__file__).parents[2] / "data" / "jfk.flac"


def numbered(blocks: int, start: int = 0) -> np.ndarray:
    return np.arange(start * BLOCK, (start + blocks) * BLOCK, dtype=np.float32)


class Pairs:
    """A canceller that only remembers how far apart near and far were."""

    def __init__(self) -> None:
        self.offsets: list[int] = []

    def __call__(self, near: np.ndarray, far: np.ndarray) -> tuple[np.ndarray, bool]:
        self.offsets.append(int(near[0] - far[0]))
        return near, False


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
    for at in range(50):
        echo.far(numbered(1, at))
    assert len(echo._far) == BLOCK, "it is not kept where nothing ever listens"
    echo.near(numbered(1, 49))
    assert pairs.offsets == [0]


def test_the_microphone_waits_for_the_reference_but_not_for_ever():
    echo = EchoCanceller(no_echo())
    assert len(echo.near(numbered(6))) == 0
    assert len(echo.near(numbered(1))) == BLOCK
    assert echo.slips == 1
    assert PATIENCE == 6 * BLOCK


def test_time_that_the_loudspeaker_has_lost_does_not_keep_the_microphone_waiting():
    pairs = Pairs()
    echo = EchoCanceller(pairs)
    for at in range(50):
        echo.far(numbered(1, at))
        echo.near(numbered(1, at))
    for at in range(50, 150):
        if at >= 54:  # it was not called for 40 ms, and never makes up for them
            echo.far(numbered(1, at - 4))
        echo.near(numbered(1, at))
    assert echo.slips == 1
    assert pairs.offsets[-1] == 4 * BLOCK
    assert len(pairs.offsets) == 150, "nothing waits any more"


def test_a_reference_that_is_late_for_a_moment_keeps_its_place():
    pairs = Pairs()
    echo = EchoCanceller(pairs)
    for at in range(200):
        for each in [] if at % 30 < 4 else range(at - 4, at + 1) if at % 30 == 4 else [at]:
            echo.far(numbered(1, each))
        echo.near(numbered(1, at))
    assert set(pairs.offsets) == {0}
    assert echo.slips == 0


def test_a_reference_that_runs_ahead_is_caught_up_with():
    echo = EchoCanceller(no_echo())
    echo.far(numbered(1))
    echo.near(numbered(1))
    echo.far(numbered(20))
    for _ in range(2 * WINDOW):
        echo.far(numbered(1))
        echo.near(numbered(1))
    assert echo.slips == 1
    assert SURPLUS < 20 * BLOCK


def speech() -> np.ndarray:
    said, rate = soundfile.read(SPEECH, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(said.mean(axis=1), rate, RATE), np.float32)


def echoed(far: np.ndarray, delay_ms: int, gain: float) -> np.ndarray:
    delay = delay_ms * RATE // 1000
    return gain * np.concatenate([np.zeros(delay, np.float32), far[:-delay]])


def through(near: np.ndarray, far: np.ndarray, echo: EchoCanceller | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return what is left, and for which blocks both sides were found to sound."""
    echo = echo or EchoCanceller(canceller())
    cleaned, both = [], []
    for at in range(0, len(far) - BLOCK, BLOCK):
        echo.far(far[at : at + BLOCK])
        cleaned.append(echo.near(near[at : at + BLOCK]))
        both.append(echo.double_talk())
    return np.concatenate(cleaned), np.array(both)


def power(sound: np.ndarray) -> float:
    return float(10 * np.log10((sound**2).mean() + 1e-12))


@pytest.mark.parametrize("delay_ms", [60, 250])
def test_our_own_voice_is_taken_out(delay_ms):
    far = speech()[: 8 * RATE]
    near = echoed(far, delay_ms, 0.3)
    left, both = through(near, far)
    assert power(near[4 * RATE :]) - power(left[4 * RATE :]) > 25
    assert not both[400:].any()


@pytest.mark.parametrize("gain", [0.0, 0.3, 1.0])
def test_somebody_who_speaks_over_our_own_voice_is_noticed_at_once(gain):
    far, at = speech()[: 9 * RATE], 700 * BLOCK
    said = speech()[round(8.2 * RATE) : 9 * RATE]
    near = echoed(far, 180, gain)
    near[at : at + len(said)] += said
    _, both = through(near, far)
    assert both[500:700].mean() < 0.05
    assert both[700:710].any()  # within 0.1 s


@pytest.mark.parametrize("by_ms", [-40, -10, 20, 55])
def test_an_echo_whose_delay_changes_is_soon_found_again(by_ms):
    far, at, soon = speech()[: 10 * RATE], 800 * BLOCK, slice(830 * BLOCK, 950 * BLOCK)
    near = np.concatenate([echoed(far, 180, 0.3)[:at], echoed(far, 180 + by_ms, 0.3)[at:]])
    left, both = through(near, far)
    assert power(near[soon]) - power(left[soon]) > 20
    assert not both[830:].any()


def test_an_echo_that_comes_too_late_is_taken_for_nobody_for_long():
    far = np.tile(speech()[: 5 * RATE], 3)
    _, both = through(echoed(far, 700, 0.7), far)
    assert not both[1000:].any()


def test_beside_a_silent_loudspeaker_nothing_is_double_talk():
    _, both = through(speech()[: 4 * RATE], np.zeros(4 * RATE, np.float32))
    assert not both.any()


def test_a_lasting_noise_beside_our_own_voice_becomes_usual():
    far, noise = speech()[:BLOCK], 0.01 * np.random.default_rng(1).standard_normal(BLOCK).astype(np.float32)
    far = far + 5 * noise  # of the same level throughout
    double_talk = DoubleTalk(BLOCK, RATE)
    assert not any(double_talk(0.01 * far, far, CERTAIN) for _ in range(100))
    found = [double_talk(noise, far, CERTAIN) for _ in range(1000)]
    assert found[1]
    assert not any(found[-100:])


def test_a_room_that_cannot_be_modelled_costs_nothing():
    said, far = speech()[: 6 * RATE], np.roll(speech(), 3 * RATE)[: 6 * RATE]
    linear = LinearEcho(BLOCK)
    blocks = [slice(at, at + BLOCK) for at in range(0, 6 * RATE, BLOCK)]
    left = np.concatenate([linear(said[block], far[block]) for block in blocks])
    assert power(left - said) < power(said) - 15  # no echo of it is in what is said
