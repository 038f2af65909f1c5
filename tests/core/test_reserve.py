"""How much of a voice's sound is held back: enough that it never runs dry, and no more than is bounded."""

from __future__ import annotations

import numpy as np
import pytest

from core.reserve import FRAME_S, JITTER, LEAST, RECENT, UNKNOWN, Reserve
from core.types import VOICE_FRAME


def told(pace: float, jitter: float = 0.0, frames: int = 200, most_s: float = 60.0) -> Reserve:
    reserve, chance = Reserve(most_s), np.random.default_rng(1)
    for _ in range(frames):
        reserve.note(FRAME_S * pace * (1 + jitter * chance.standard_normal()))
    return reserve


def test_a_voice_that_is_not_known_gets_a_little() -> None:
    assert Reserve(60.0).samples(50) == UNKNOWN * VOICE_FRAME


def test_a_quick_voice_needs_almost_nothing() -> None:
    assert VOICE_FRAME * 0.2 + JITTER <= told(0.2, 0.2).samples(50) < VOICE_FRAME
    assert VOICE_FRAME * 0.6 + JITTER <= told(0.6, 0.05).samples(50) < LEAST * VOICE_FRAME


def test_slow_frames_are_reckoned_with_unless_there_is_only_one() -> None:
    reserve = told(0.2)
    reserve.note(FRAME_S * 10)
    assert reserve.samples(50) < VOICE_FRAME
    reserve.note(FRAME_S * 0.6)
    assert reserve.samples(50) >= VOICE_FRAME * 0.6 + JITTER


@pytest.mark.parametrize("pace", [0.75, 0.85, 0.95, 1.1, 1.5, 3.0])
def test_no_phrase_of_the_expected_length_runs_dry(pace: float) -> None:
    reserve, chance, expected = told(pace, 0.1), np.random.default_rng(2), 60
    held = reserve.samples(expected) // VOICE_FRAME
    for _ in range(200):
        ready = np.cumsum(FRAME_S * pace * np.maximum(1 + 0.1 * chance.standard_normal(expected), 0.1))
        begins = ready[min(held, expected) - 1]
        assert (ready <= begins + FRAME_S * np.arange(expected)).mean() > 0.995


def test_the_slower_the_voice_the_more_is_held_back_and_never_more_than_the_bound() -> None:
    needs = [told(pace).samples(100) for pace in (0.5, 0.8, 1.0, 1.2, 2.0, 5.0)]
    assert needs == sorted(needs)
    assert told(5.0, most_s=2.0).samples(100) == 25 * VOICE_FRAME


def test_a_voice_that_becomes_quick_is_believed() -> None:
    reserve = told(3.0)
    for _ in range(RECENT):
        reserve.note(FRAME_S * 0.2)
    assert reserve.samples(50) < VOICE_FRAME
