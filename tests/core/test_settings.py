"""Values outside their range are refused in words."""

from __future__ import annotations

from typing import Any

import pytest

from core.settings import FloorSettings, MemorySettings, PersonaSettings, SegmenterSettings, Settings, WorkSettings


@pytest.mark.parametrize(
    ("leaf", "values", "said"),
    [
        (SegmenterSettings, {"pause_ms": 3}, r"SegmenterSettings.pause_ms is 3; allowed: a whole number from 64 to"),
        (SegmenterSettings, {"pause_ms": 200.5}, "a whole number"),
        (SegmenterSettings, {"pause_ms": True}, "a whole number"),
        (SegmenterSettings, {"on": "high"}, "SegmenterSettings.on is 'high'; allowed: a number from 0.05"),
        (SegmenterSettings, {"on": float("nan")}, "a number"),
        (SegmenterSettings, {"patience": "endless"}, "patience is 'endless'; allowed: eager, normal, patient"),
        (SegmenterSettings, {"on": 0.3, "off": 0.4}, "off is 0.4; allowed: at most `on`, which is 0.3"),
        (FloorSettings, {"hold_ms": 900}, "hold_ms is 900; allowed: at most `yield_ms`, which is 880"),
        (MemorySettings, {"chat_chars_low": 9000}, "chat_chars_low is 9000; allowed: at most `chat_chars_high`"),
        (WorkSettings, {"begin": "never"}, "begin is 'never'; allowed: pause, commit"),
        (PersonaSettings, {"name": " "}, "name is ' '"),
    ],
)
def test_a_bad_value_says_what_where_and_what_is_allowed(leaf: Any, values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        leaf(**values)


def test_a_whole_number_will_do_for_a_fraction() -> None:
    assert WorkSettings(mind_s=5).mind_s == 5


def test_defaults_hold_together() -> None:
    settings = Settings()
    assert "Sotto" in settings.persona.system
    assert settings.floor.hold_ms < settings.floor.yield_ms
