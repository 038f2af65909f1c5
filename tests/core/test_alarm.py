"""When a sound beside the companion's own voice is believed to be somebody's first one."""

from __future__ import annotations

from itertools import pairwise

from core.alarm import FIRST_DOUBT, FOLLOWS, INSISTS, MOST_DOUBT, Alarm


def fed(alarm: Alarm, picture: str) -> str:
    """Feed frames: "s" is a sound, "S" speech; return in which the alarm was on."""
    return "".join("!" if alarm.feed(sign in "sS", sign == "S") else "." for sign in picture)


def test_it_is_on_from_the_first_sound_and_as_long_as_speech_goes_on():
    assert fed(Alarm(), "..ss....SSSSSSSSSSSSSSSSSSSS") == ".." + "!" * 26


def test_it_ends_soon_where_no_speech_follows():
    assert fed(Alarm(), "s" * 30).count("!") == FOLLOWS - 1


def test_a_sound_that_goes_on_insists_and_keys_that_are_typed_do_not():
    alarm = Alarm()
    assert next(frame for frame, sign in enumerate("ss.ssssssssss") if fed(alarm, sign) == "!" and alarm.insists) == 8
    fed(alarm, "." * 8)
    assert not alarm.insists
    for keys in ("s...", "ss..", "s.s.."):
        alarm = Alarm()
        assert not any(alarm.insists for sign in keys * 50 for _ in fed(alarm, sign))
    assert INSISTS == 6


def test_an_alarm_for_nothing_keeps_the_next_ones_from_being_believed_for_longer_and_longer():
    alarm = Alarm()
    ons = [number for number in range(20_000) if fed(alarm, "s") == "!" and alarm.lasts == 1]
    gaps = [later - sooner for sooner, later in pairwise(ons)]
    assert gaps[0] >= FIRST_DOUBT
    assert gaps[1] >= 2 * FIRST_DOUBT
    assert max(gaps) <= MOST_DOUBT + FOLLOWS


def test_a_person_who_did_speak_is_believed_the_next_time_as_well():
    alarm = Alarm()
    fed(alarm, "sSSS" + "." * 20)
    assert fed(alarm, "s") == "!"
