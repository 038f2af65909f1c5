"""Every harness in its short form; the long form is run by hand, or with `-m slow`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments: object) -> dict[str, int]:
    """Run a harness; return the counts that it prints last."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=3600
    )
    assert done.returncode == 0, done.stderr
    return {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)\b", done.stdout.splitlines()[-1])}


def test_what_was_acknowledged_survives_a_kill():
    assert run("tests.harness.kill", 3)["kills"] == 3


def test_an_upgrade_that_is_killed_leaves_old_or_new():
    tally = run("tests.harness.migration", 6)
    assert tally["old"] + tally["new"] == tally["kills"] == 6


def test_a_full_disk_loses_nothing():
    tally = run("tests.harness.full", 10)
    assert tally["points"] == 10
    assert tally["failing"] > 0


def test_a_damaged_database_is_said_and_repaired():
    tally = run("tests.harness.corrupt", 20)
    assert tally["damaged"] == 20
    assert tally["faults"] == 0
    assert tally["repaired"] > 0


def test_a_download_that_is_killed_comes_out_right():
    tally = run("tests.harness.cut_off", 5)
    assert tally["kills"] == 5
    assert tally["wrong"] == 0


def test_damaged_packs_end_in_one_error_or_work():
    tally = run("tests.harness.damage", 30)
    assert tally["damaged_refused"] > 0
    assert tally["faults"] == 0


def test_faults_of_engine_and_sound_are_survived():
    """Without its figures of time, which a busy machine would not keep."""
    tally = run("tests.harness.matrix", 1, "chat segv", "audio SIGKILL", "--busy")
    assert tally["trials"] == 2
    assert tally["bad"] == 0


@pytest.mark.slow
def test_trees_that_are_killed_keep_what_they_acknowledged():
    tally = run("tests.harness.tree", 3)
    assert tally["kills"] == 3
    assert tally["orphans"] == 0


@pytest.mark.slow
def test_the_soak_talks_and_counts():
    tally = run("tests.harness.soak", "--minutes", 0.3, "--every", 1)
    assert tally["turns"] > 1
    assert tally["failed"] == tally["dropouts"] == 0


def test_damaged_input_ends_in_a_value_or_one_line():
    tally = run("tests.harness.fuzz", 1500)
    assert tally["cases"] >= 1490
    assert tally["found"] == 0
    assert min(tally["accepted"], tally["refused"]) > 100, "it is damaged, and not all of it is rubbish"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("harness", "count"),
    [("kill", 200), ("migration", 200), ("full", 200), ("cut_off", 100), ("damage", 2000), ("corrupt", 500)],
)
def test_long(harness, count):
    assert run(f"tests.harness.{harness}", count)
