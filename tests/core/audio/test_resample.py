"""Streamed equals whole, and the signal stays what it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audio.resample import HALF_TAPS, resampler

RATES = [(48_000, 24_000), (48_000, 16_000), (24_000, 48_000), (44_100, 48_000), (24_000, 44_100), (48_000, 48_000)]
SOUND = np.random.default_rng(0).standard_normal(6000).astype(np.float32)


@pytest.mark.parametrize("rates", RATES)
@settings(max_examples=10)
@given(cuts=st.lists(st.integers(0, 3000), max_size=8))
def test_streamed_equals_whole(rates, cuts):
    convert = resampler(*rates)
    pieces = [convert(piece) for piece in np.split(SOUND, sorted(cuts))]
    whole = resampler(*rates)(SOUND)
    streamed = np.concatenate(pieces)
    length = min(len(whole), len(streamed))
    assert length > 0.6 * len(SOUND) * rates[1] / rates[0]
    np.testing.assert_allclose(streamed[:length], whole[:length], atol=1e-5)


@pytest.mark.parametrize("rates", RATES)
def test_a_tone_keeps_its_level_and_place(rates):
    source, target = rates
    tone = np.sin(2 * np.pi * 440 * np.arange(source) / source).astype(np.float32)
    convert = resampler(source, target)
    got = np.concatenate([convert(tone[at : at + source // 100]) for at in range(0, source, source // 100)])
    straight = source % target == 0 or target % source == 0
    delay = HALF_TAPS / max(source, target) if straight and source != target else 0
    wanted = np.sin(2 * np.pi * 440 * (np.arange(len(got)) / target - delay))
    middle = slice(len(got) // 4, len(got) // 2)
    assert np.abs(got[middle] - wanted[middle]).max() < 0.01


@pytest.mark.parametrize(("source", "target"), [(48_000, 24_000), (48_000, 16_000)])
def test_what_the_lower_rate_cannot_hold_is_gone(source, target):
    high = np.sin(2 * np.pi * (target * 0.6) * np.arange(source) / source).astype(np.float32)
    assert np.abs(resampler(source, target)(high)[200:]).max() < 0.01
