"""What the soak says of numbers that are known."""

from __future__ import annotations

import random

import pytest

from core.store import shelf
from core.store.archive import Archive
from core.store.home import Store
from tests.core.store.kept import write
from tests.harness.bench import kept
from tests.harness.soak import Pulse, Sample, Verdict, slope, troughs

FLAT = {"window": 0.0, "engine": 0.0, "audio": 0.0}
NONE = {"window": 0, "engine": 0, "audio": 0}

GOOD = {"turns": 300, "failed": 0, "restarts": 0, "dropouts": 0, "hours": 1.8, "memory": FLAT, "descriptors": NONE}
GOOD |= {"threads": NONE, "first_ms": 100.0, "last_ms": 105.0}


def test_growth_is_found_whatever_one_look_shows():
    chance = random.Random(1)
    times = [10.0 * each for each in range(60)]
    values = [200 + 6 * each / 3600 + chance.gauss(0, 0.05) for each in times]
    values[20] += 80
    values[21] += 80
    assert slope(times, values) == pytest.approx(6, abs=1)


def test_what_a_turn_takes_for_a_moment_is_no_growth():
    chance = random.Random(2)
    held = [Sample(10.0 * each, "engine", 300_000 + chance.choice((0, 9_000, 20_000)), 9, 9) for each in range(360)]
    assert slope(*troughs(held)) == pytest.approx(0, abs=0.5)
    grown = [Sample(s.at, s.name, s.private + int(s.at * 6 * 1024 / 3600), 9, 9) for s in held]
    assert slope(*troughs(grown)) == pytest.approx(6, abs=0.5)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"memory": FLAT | {"engine": 5.5}}, "engine grows"),
        ({"memory": FLAT | {"window": 1.5}}, "window grows"),
        ({"descriptors": NONE | {"audio": 1}}, "descriptors"),
        ({"threads": NONE | {"engine": 2}}, "threads"),
        ({"restarts": 1}, "restarts"),
        ({"failed": 1}, "failed turns"),
    ],
)
def test_each_shortfall_is_named(change, word):
    assert Verdict(**GOOD).bad == []
    (bad,) = Verdict(**GOOD | change).bad
    assert word in bad


@pytest.mark.parametrize(("change", "word"), [({"last_ms": 112.0}, "slower"), ({"dropouts": 1}, "dropouts")])
def test_what_a_busy_machine_does_is_named_apart(change, word):
    assert Verdict(**GOOD).late == []
    (late,) = Verdict(**GOOD | change).late
    assert word in late
    assert Verdict(**GOOD | change).bad == []


def test_a_dropout_is_held_against_what_the_machine_did_just_before():
    pulse = Pulse([(10.0, 0.2), (10.5, 0.06), (12.0, 0.3)])
    assert pulse.longest(10.9) == 0.2
    assert pulse.longest(11.4) == 0.06
    assert pulse.longest(11.9) == 0.0, "what comes later has caused nothing"


def test_a_growth_too_small_to_be_told_in_so_short_a_time_is_none():
    memory = FLAT | {"engine": 60.0}
    assert Verdict(**GOOD | {"hours": 0.1, "memory": memory}).bad == []
    assert Verdict(**GOOD | {"hours": 0.3, "memory": memory}).bad == ["engine grows by 60.0 MB/h"]


def test_every_turn_of_a_long_talk_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf, "PAGE", 2)
    with Store.writing(tmp_path) as store:
        write(store, ["one", "two", "three", "four", "five"])
        write(store, ["six"])
        found = [turn.record.user for turn in kept(Archive(store.db))]
    assert sorted(found) == ["five", "four", "one", "six", "three", "two"]
