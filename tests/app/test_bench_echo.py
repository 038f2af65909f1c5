"""`sotto bench echo`: a few interruptions, before and after."""

from __future__ import annotations

import numpy as np
import pytest

from app.bench_echo import figures, noticed, staged
from app.main import main
from app.rig.figures import Times
from core.audio.echo import aec3, canceller


def test_the_linear_filter_lets_people_be_noticed_sooner_over_a_loud_echo():
    scene = staged(4, 0.0, 180)
    alone, filtered = (figures("", scene, cancel)[4] for cancel in (aec3(), canceller()))
    assert isinstance(alone, Times)
    assert isinstance(filtered, Times)
    assert len(filtered.values) >= len(alone.values)
    assert filtered.percentile(50) < alone.percentile(50)


def test_delays_and_false_alarms_are_counted_by_the_person():
    on = np.zeros(200, bool)
    on[[12, 150]] = True
    times, rate = noticed("", on, 10, [(100.0, 400.0)])
    assert times.values == (30.0,)
    assert (rate.hits, rate.trials) == (1, 1)


def test_a_level_that_is_no_number_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["bench", "echo", "--echo", "loud"])
    assert "--echo" in capsys.readouterr().err
