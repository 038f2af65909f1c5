"""Statistics against cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation import statistics
from core.evaluation.turns import Word, detected, latency, merged, overlapped, takes_over
from core.evaluation.words import word_errors


def test_a_true_difference_is_found_and_none_is_not():
    chance = np.random.default_rng(1)
    noise = chance.normal(0, 1, 60)
    assert statistics.paired(noise + 0.8).p < 0.001
    assert statistics.paired(noise + 0.8).effect == pytest.approx(0.8, abs=0.25)
    assert statistics.paired(noise - noise.mean()).p > 0.9
    assert statistics.paired([0.0] * 20).p == 1


def test_percentiles_have_intervals():
    values = np.random.default_rng(4).normal(10, 2, 400)
    found = statistics.percentile_interval(values, 50)
    assert found.low < 10 < found.high
    assert found.value == pytest.approx(np.median(values))
    assert np.isnan(statistics.percentile_interval([], 50).value)


def test_few_pairs_are_judged_exactly():
    assert statistics.paired([1.0] * 8).p == pytest.approx(2 / 256)
    assert statistics.paired([1.0]).p == 1
    assert statistics.paired([]).p == 1


def test_p_values_of_nothing_are_spread_evenly():
    ps = [statistics.paired(np.random.default_rng(seed).normal(0, 1, 12)).p for seed in range(200)]
    assert 0.01 <= np.mean(np.array(ps) < 0.05) <= 0.1
    assert np.mean(ps) == pytest.approx(0.5, abs=0.06)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    held = 0
    for seed in range(150):
        found = statistics.mean_interval(np.random.default_rng(seed).normal(3, 2, 40))
        held += found.low <= 3 <= found.high
    assert 0.88 <= held / 150 <= 0.99


def test_the_interval_of_a_rate():
    found = statistics.rate_interval(0, 20)
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(0.161, abs=0.002)
    assert np.isnan(statistics.rate_interval(0, 0).value)


def test_a_slope_is_found_with_its_size():
    chance = np.random.default_rng(2)
    found, p = statistics.slope(np.arange(60) * 0.1 + chance.normal(0, 1, 60))
    assert found.value == pytest.approx(0.1, abs=0.03)
    assert found.low < 0.1 < found.high
    assert p < 0.01
    assert statistics.slope(chance.normal(0, 1, 60))[1] > 0.05


def test_unpaired_groups():
    chance = np.random.default_rng(3)
    assert statistics.apart(chance.normal(0, 1, 40), chance.normal(1.5, 1, 40)) < 0.01
    assert statistics.apart([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]) == 1
    found = statistics.unpaired(chance.normal(0, 1, 60), chance.normal(1.5, 1, 40))
    assert found.n == 40
    assert found.mean.low < 1.5 < found.mean.high
    assert found.mean.value == pytest.approx(1.5, abs=0.5)
    assert found.effect == pytest.approx(1.5, abs=0.5)
    assert found.p < 0.001
    nothing = [statistics.unpaired(chance.normal(0, 1, 30), chance.normal(0, 1, 30)).p for _ in range(20)]
    assert np.mean(nothing) == pytest.approx(0.5, abs=0.2)
    assert statistics.unpaired([], [1.0]).p == 1


@pytest.mark.parametrize(
    ("wanted", "heard", "rate", "last"),
    [
        ("A glass of water.", "a glass of water", 0.0, False),
        ("A glass of water.", "a glass of", 0.25, True),
        ("A glass of water.", "a glass of wine", 0.25, False),
        ("A glass of water.", "a a glass of water", 0.25, False),
        ("A glass of water.", "", 1.0, True),
        ("It's John’s.", "it's john's", 0.0, False),
    ],
)
def test_word_errors(wanted, heard, rate, last):
    found = word_errors(wanted, heard)
    assert (found.rate, found.last_missing) == (rate, last)


def test_full_duplex_benchs_definitions():
    few = [Word("yes", 1.0, 1.3), Word("right", 1.4, 1.7)]
    many = [Word(w, 1 + i * 0.2, 1.15 + i * 0.2) for i, w in enumerate(["so", "I", "think", "that"])]
    long = [Word("well", 1.0, 1.4), Word("hello", 2.0, 2.4)]
    assert [takes_over(each) for each in ([], few, many, long)] == [False, False, True, True]
    assert latency(many, 0.6) == pytest.approx(0.4)
    assert latency(many, 1.5) == 0
    assert latency(few, 0.6) is None
    assert merged([(0, 1), (1.5, 2), (3, 4)], 0.6) == [(0, 2), (3, 4)]


def test_who_stops_and_who_goes_on():
    stopped = overlapped((2.0, 3.0), [(0.0, 2.4), (3.8, 5.0)])
    assert stopped.stopped == pytest.approx(0.4)
    assert stopped.responded == pytest.approx(0.8)
    assert overlapped((2.0, 3.0), [(0.0, 9.0)]).stopped is None
    assert overlapped((2.0, 3.0), [(0.0, 2.2)]).responded is None


def test_turnbenchs_definitions():
    found = detected([0.8, 5.0, 9.9, 14.0], [1.0, 4.0, 10.0], [(13.5, 14.5), (20, 21)])
    assert (found.true, found.found, found.alarms) == (3, 3, 1)
    assert found.delays == pytest.approx((-0.2, 1.0, -0.1))
    assert found == detected([14.0, 9.9, 5.0, 0.8], [10.0, 1.0, 4.0], [(20, 21), (13.5, 14.5)])
    early = detected([5.8], [], [(6.0, 7.0), (6.04, 8.0)])  # 0.25 s before a pause is charged, in each of them
    assert (early.alarms, early.negatives) == (2, 2)
    assert detected([5.7, 7.1], [], [(6.0, 7.0)]).alarms == 0
    assert detected([5.0, 6.5], [4.9], [(6.0, 7.0)]).alarms == 0  # where the true moment could have been found, too
    assert detected([5.0, 8.5], [4.9], [(8.0, 9.0)]).alarms == 1
    masked = detected([1.1, 6.5], [1.0], [(6.0, 7.0)], excluded=[(1.05, 1.2), (6.4, 6.6)])
    assert (masked.found, masked.alarms) == (0, 0)
    late = detected([4.5], [1.0], [])
    assert (late.found, late.negatives) == (0, 0)
    assert detected([1.1, 1.2], [1.0], []).found == 1
