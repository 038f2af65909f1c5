"""Memory that is given back to the system."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from app.heap import give_back


def private_mb() -> float:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="it is glibc that keeps what was freed")
def test_what_a_thread_freed_below_something_that_it_keeps_is_given_back():
    kept = []

    def work():
        blocks = [np.ones(60_000, np.uint8) for _ in range(600)]
        kept.append(np.ones(60_000, np.uint8))  # above them all: the arena cannot simply end lower
        blocks.clear()

    thread = Thread(target=work)
    thread.start()
    thread.join()
    before = private_mb()
    give_back()
    assert before - private_mb() > 25
