"""The short form of the window's faults: damaged settings in the suite, engine and audio process among the slow."""

from __future__ import annotations

import pytest

from tests.harness.window_faults import damaged_settings, faults


def test_damaged_settings_are_said_and_kept(monkeypatch, qapp):
    for name in ("SOTTO_CONFIG", "SOTTO_DATA", "SOTTO_LOGS"):
        monkeypatch.setenv(name, "")  # the harness sets its own, and they end with the test
    done = damaged_settings(12)
    assert done["damaged"] == 12
    assert done["said"] >= 6


@pytest.mark.slow
def test_engine_and_audio_process_may_end_stop_and_crash(qapp):
    done = faults()
    assert [each["fault"] for each in done] == [
        "engine killed",
        "engine stopped",
        "audio process killed",
        "audio process stopped",
        "engine crashed at start three times",
    ]
    assert {each["conversation"] for each in done} == {1}
