"""Speech probabilities in, utterances out; `#` is a frame of speech, `.` of silence, `-` in between."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events import (
    Insisted,
    Paused,
    Pressed,
    SpeechContinued,
    SpeechEnded,
    SpeechEvent,
    SpeechResumed,
    SpeechStarted,
    Stilled,
    Stirred,
)
from core.patience import WAITS
from core.segmenter import MS, Segmenter
from core.settings import SegmenterSettings
from core.types import EAR_FRAME, MIC_FRAME, AudioFrame

LEVELS = {"#": 0.9, ".": 0.02, "-": 0.4, "~": 0.2, "?": float("nan")}
EAGER = SegmenterSettings(patience="eager", offset_lag_ms=0)


def frame(number: int) -> AudioFrame:
    return AudioFrame(
        number * MIC_FRAME, np.full(MIC_FRAME, number, np.float32), np.full(EAR_FRAME, number, np.float32)
    )


def run(picture: str, settings: SegmenterSettings = EAGER) -> list[SpeechEvent]:
    segmenter, wait = Segmenter(settings), WAITS[settings.patience]["unsure"].usual
    heard = [segmenter.feed(frame(number), LEVELS[sign], wait) for number, sign in enumerate(picture)]
    return [event for events in heard for event in events if not isinstance(event, SpeechContinued | Stirred | Stilled)]


def kinds(events: list[SpeechEvent]) -> list[type]:
    return [type(event) for event in events]


def ends(events: list[SpeechEvent]) -> list[SpeechEnded]:
    return [event for event in events if isinstance(event, SpeechEnded)]


def test_speech_starts_pauses_and_ends() -> None:
    events = run("." * 20 + "#" * 30 + "." * 20)
    assert kinds(events) == [SpeechStarted, Paused, SpeechEnded]
    (end,) = ends(events)
    assert (end.onset, end.offset) == (20 * MIC_FRAME, 50 * MIC_FRAME)
    assert end.utterance.start == 4 * MIC_FRAME  # half a second before
    assert end.utterance.end == 54 * MIC_FRAME  # a tenth after, in whole frames
    assert len(end.utterance.wide) == 50 * MIC_FRAME
    assert len(end.utterance.narrow) == 50 * EAR_FRAME
    assert [number for number, _ in groupby(end.utterance.wide)] == list(range(4, 54))


def test_the_utterance_at_the_pause_is_the_one_at_the_end() -> None:
    _, pause, end = run("#" * 10 + "." * 30)
    assert isinstance(pause, Paused)
    assert isinstance(end, SpeechEnded)
    assert np.array_equal(pause.utterance.wide, end.utterance.wide)
    assert (pause.onset, pause.offset) == (end.onset, end.offset)


@pytest.mark.parametrize("picture", ["." * 50, "..##.." * 20, "-" * 50, "?" * 50])
def test_silence_clicks_and_doubt_are_not_speech(picture: str) -> None:
    assert run(picture) == []


def test_speech_under_way_is_held_by_less_than_what_starts_it() -> None:
    assert len(ends(run("####" + "-" * 30 + "." * 30))) == 1
    assert kinds(run("###" + "-" * 30 + "." * 30))[0] is SpeechStarted


def test_speech_that_goes_on_is_one_utterance() -> None:
    events = run("#" * 10 + "." * 10 + "#" * 10 + "." * 30)
    assert kinds(events) == [SpeechStarted, Paused, SpeechResumed, Paused, SpeechEnded]
    assert events[2] == SpeechResumed(20 * MIC_FRAME)
    assert ends(events)[0].offset == 30 * MIC_FRAME


def test_a_click_in_a_pause_is_not_speech_and_does_not_prolong_it() -> None:
    with_click, without = run("#" * 10 + "." * 8 + "##" + "." * 30), run("#" * 10 + "." * 40)
    assert kinds(with_click) == kinds(without)
    assert ends(with_click)[0].offset == ends(without)[0].offset


def test_a_pause_that_has_lasted_long_enough_is_over_without_a_next_frame() -> None:
    segmenter = Segmenter(EAGER)
    for number, sign in enumerate("#" * 10 + "." * 12):
        segmenter.feed(frame(number), LEVELS[sign], 2000)
    assert segmenter.over(420) == []
    (end,) = segmenter.over(380)
    assert isinstance(end, SpeechEnded)
    assert end.offset == 10 * MIC_FRAME
    assert segmenter.over(0) == [], "once"
    segmenter.feed(frame(22), LEVELS["#"], 0)
    assert segmenter.over(0) == [], "nobody pauses"


def test_a_sound_that_may_be_speech_holds_the_turn_open() -> None:
    events = run("#" * 10 + "." * 13 + "#" * 10 + "." * 30)  # the second begins 64 ms before the end would come
    assert kinds(events) == [SpeechStarted, Paused, SpeechResumed, Paused, SpeechEnded]


@pytest.mark.parametrize(("patience", "turns"), [("eager", 3), ("normal", 3), ("patient", 1)])
def test_patience_decides_what_is_an_end(patience: str, turns: int) -> None:
    settings = SegmenterSettings(patience=patience)  # type: ignore[arg-type]
    assert len(ends(run(("#" * 30 + "." * 35) * 2 + "#" * 30 + "." * 80, settings))) == turns


def test_endless_speech_is_cut_off_and_none_of_it_is_lost() -> None:
    settings = SegmenterSettings(max_utterance_ms=1000, patience="eager")
    events = run("#" * 100 + "." * 30, settings)
    heard = np.concatenate([end.utterance.wide for end in ends(events)])
    numbers = [int(number) for number, _ in groupby(heard)]
    assert numbers[:100] == list(range(100))
    assert len(ends(events)) == 4


def test_what_the_detector_lags_is_taken_off() -> None:
    settings = SegmenterSettings(offset_lag_ms=80, patience="eager")
    truth = 33 * MIC_FRAME
    (end,) = ends(run("#" * 36 + "." * 30, settings))
    assert abs(end.offset - truth) < 32 * MS
    assert end.utterance.end >= truth


# What is told beside: first sounds, speech that goes on, keys.


def told(picture: str, settings: SegmenterSettings = EAGER) -> list[SpeechEvent]:
    """Return all events; `P` is a frame of speech at which the key goes down, `p` of silence, `R` and `r` up."""
    segmenter, events = Segmenter(settings), list[SpeechEvent]()
    for number, sign in enumerate(picture):
        if sign in "Pp":
            segmenter.press()
        if sign in "Rr":
            segmenter.release()
        level = LEVELS.get(sign, 0.9 if sign in "PR" else 0.02)
        events += segmenter.feed(frame(number), level, 600)
    return events


def test_a_first_sound_is_told_at_once_and_taken_back_if_it_comes_to_nothing() -> None:
    assert told("." * 20 + "##" + "." * 5) == [Stirred(20 * MIC_FRAME), Stilled(20 * MIC_FRAME)]
    assert told("." * 20 + "-" + "." * 5) == [Stirred(20 * MIC_FRAME), Stilled(20 * MIC_FRAME)]
    assert told("." * 20 + "~~~" + "." * 5) == []
    assert told("." * 20 + "-~~~" + "." * 5)[1:] == told("." * 20 + "----" + "." * 5)[1:], "it takes less to go on"
    assert told("." * 20 + "####")[:2] == [Stirred(20 * MIC_FRAME), SpeechStarted(20 * MIC_FRAME)]
    assert kinds(told("#" * 10 + "." * 8 + "##" + "." * 5))[-2:] == [Stirred, Stilled]


def test_speech_that_goes_on_is_told_of_beat_by_beat() -> None:
    going = [event for event in told("." * 20 + "#" * 21 + ".") if isinstance(event, SpeechContinued)]
    assert [event.lasted for event in going] == [*range(160, 673, 64)]
    assert {event.onset for event in going} == {20 * MIC_FRAME}
    for event in going:
        assert event.utterance.end == event.onset + event.lasted * MS
        assert len(event.utterance.wide) == event.utterance.end - event.utterance.start
    again = [event for event in told("#" * 10 + "." * 10 + "#" * 12) if isinstance(event, SpeechContinued)]
    assert [event.lasted for event in again] == [160, 224, 288, 160, 224, 288, 352], "counted anew after a pause"


PUSH, TAP = (SegmenterSettings(mode=mode, offset_lag_ms=0) for mode in ("push", "tap"))  # type: ignore[arg-type]


def test_long_speech_is_told_of_less_often() -> None:
    going = [event.lasted for event in told("#" * 80) if isinstance(event, SpeechContinued)]
    assert {later - before for before, later in pairwise(going) if before > 1000} == {160}


def test_where_a_key_decides_nothing_else_begins_a_turn() -> None:
    assert told("." * 20 + "#" * 40 + "." * 40, PUSH) == []
    assert told("." * 20 + "#" * 40 + "R" + "." * 40, TAP) == []


def test_a_key_that_is_pushed_late_loses_no_syllable() -> None:
    events = told("." * 20 + "#" * 5 + "P" + "#" * 20 + "r" + "." * 20, PUSH)
    assert kinds(events)[0] is Pressed
    (end,) = ends(events)
    assert events[0] == Pressed(25 * MIC_FRAME)
    assert end.utterance.start <= 10 * MIC_FRAME
    assert end.utterance.end >= 46 * MIC_FRAME


def test_a_key_that_is_let_go_early_loses_no_syllable() -> None:
    (end,) = ends(told("p" + "#" * 20 + "R" + "#" * 5 + "." * 20, PUSH))
    assert end.utterance.end >= 27 * MIC_FRAME


def test_no_silence_ends_a_turn_while_the_key_is_down() -> None:
    events = told("p" + "#" * 10 + "." * 100 + "#" * 10 + "." * 40 + "r" + "." * 9, PUSH)
    assert [kind for kind in kinds(events) if kind not in (SpeechContinued, Stirred)] == [
        *[Pressed, Paused, SpeechResumed, Paused, SpeechEnded]
    ]
    (end,) = ends(events)
    assert end.offset == 121 * MIC_FRAME, "what follows the last word is silence"
    assert kinds(events)[-1] is SpeechEnded, "at once: the user has long fallen silent"


def test_what_is_said_too_softly_is_heard_all_the_same() -> None:
    events = told("." * 5 + "p" + "." * 30 + "r" + "." * 9, PUSH)
    (end,) = ends(events)
    assert len(end.utterance.wide) >= 31 * MIC_FRAME
    assert kinds(events) == [Pressed, SpeechEnded]


def test_a_tap_begins_and_a_tap_ends() -> None:
    (end,) = ends(told("." * 5 + "p" + "#" * 10 + "r" + "." * 60 + "#" * 10 + "p" + "." * 9 + "#" * 30, TAP))
    assert end.onset == 5 * MIC_FRAME
    assert end.utterance.end >= 87 * MIC_FRAME


def test_a_key_held_for_very_long_gives_one_utterance_after_the_other() -> None:
    settings = SegmenterSettings(mode="push", max_utterance_ms=1000)
    events = told("p" + "#" * 70 + "r" + "." * 9, settings)
    assert kinds(events).count(Pressed) == len(ends(events)) >= 2
    heard = np.concatenate([end.utterance.wide for end in ends(events)])
    assert [int(number) for number, _ in groupby(heard)][:71] == list(range(71))
    silent = told("p" + "." * 70 + "r" + "." * 9, settings)
    assert len(ends(silent)) >= 2


def test_a_tap_that_is_forgotten_ends_by_itself_and_a_key_that_is_held_does_not() -> None:
    tap, push = (SegmenterSettings(mode=mode, max_utterance_ms=1000) for mode in ("tap", "push"))  # type: ignore[arg-type]
    assert len(ends(told("p" + "#" * 10 + "." * 300, tap))) == 1
    assert len(ends(told("p" + "." * 300, tap))) == 1
    assert kinds(told("p" + "#" * 10 + "." * 300, push)).count(SpeechEnded) == 0
    begun = told("p" + "#" * 10 + "." * 60 + "p" + "#" * 10 + "p" + "." * 20, tap)
    assert kinds(begun).count(Pressed) == 2, "the next tap begins"


def test_a_last_word_counts_that_begins_just_before_the_key_goes_up() -> None:
    (end,) = ends(told("p" + "#" * 10 + "." * 10 + "##R" + "####" + "." * 9, PUSH))
    assert end.utterance.end >= 28 * MIC_FRAME
    (end,) = ends(told("p" + "#" * 10 + "." * 10 + "#R" + "." * 20, PUSH))
    assert end.utterance.end < 20 * MIC_FRAME, "a click is no word"


def test_the_shortest_press_has_sound_whatever_is_set() -> None:
    bare = SegmenterSettings(mode="push", pre_roll_ms=0, tail_ms=0)
    (end,) = ends(told("p#r" + "." * 20, bare))
    assert len(end.utterance.wide)


def test_a_key_is_of_no_account_where_everything_is_heard() -> None:
    assert kinds(told("p" + "." * 20 + "r" + "." * 20)) == []


def test_settings_may_change_in_mid_turn() -> None:
    segmenter = Segmenter(PUSH)
    segmenter.press()
    events = [event for number in range(10) for event in segmenter.feed(frame(number), 0.9, 600)]
    segmenter.use(EAGER)
    for number in range(10, 60):
        events += segmenter.feed(frame(number), 0.02 if number < 40 else 0.9, 600)
    seen = [kind for kind in kinds(events) if kind is not SpeechContinued]
    assert seen == [Pressed, Paused, SpeechEnded, Stirred, SpeechStarted]


@pytest.mark.parametrize("settings", [PUSH, TAP])
def test_what_stirs_when_a_key_is_to_decide_comes_to_nothing(settings: SegmenterSettings) -> None:
    segmenter, events = Segmenter(EAGER), list[SpeechEvent]()
    for number in range(20, 40):
        segmenter.use(settings if number >= 22 else EAGER)
        events += segmenter.feed(replace(frame(number), double_talk=True), 0.9, 600)
    assert events == [Stirred(20 * MIC_FRAME), Stilled(20 * MIC_FRAME)]


@given(st.lists(st.sampled_from("#.-pPrR"), max_size=200), st.sampled_from([PUSH, TAP]))
def test_with_a_key_too_utterances_are_whole_ordered_and_apart(signs: list[str], settings: SegmenterSettings) -> None:
    under_way, last_end = False, 0
    for event in told("".join(signs) + "r" + "." * 9, settings):
        if isinstance(event, Pressed):
            assert not under_way
            under_way = True
        if isinstance(event, SpeechEnded | Paused):
            assert under_way
            assert last_end <= event.utterance.start <= event.onset <= event.offset <= event.utterance.end
        if isinstance(event, SpeechEnded):
            under_way, last_end = False, event.utterance.end
    assert not under_way or settings is TAP


@given(st.lists(st.sampled_from("#.-"), max_size=400))
def test_utterances_are_whole_ordered_and_apart(signs: list[str]) -> None:
    events = run("".join(signs) + "." * 40)
    under_way, last_end = False, 0
    for event in events:
        assert under_way is not isinstance(event, SpeechStarted)
        under_way = not isinstance(event, SpeechEnded)
        if isinstance(event, SpeechEnded | Paused):
            utterance = event.utterance
            assert last_end <= utterance.start <= event.onset <= event.offset <= utterance.end
            assert len(utterance.wide) == utterance.end - utterance.start
            numbers = [int(number) for number, _ in groupby(utterance.wide)]
            assert numbers == list(range(utterance.start // MIC_FRAME, utterance.end // MIC_FRAME))
        if isinstance(event, SpeechEnded):
            last_end = event.utterance.end
    assert not under_way


def test_a_sound_over_a_reply_stirs_at_once_and_speech_after_it_is_believed_sooner() -> None:
    def told(doubled: str) -> list[tuple[int, type]]:
        segmenter, found = Segmenter(EAGER), []
        for number, sign in enumerate("." * 20 + "." * 6 + "#" * 8):
            heard = replace(frame(number), double_talk=number < len(doubled) and doubled[number] == "s")
            found += [(number, type(event)) for event in segmenter.feed(heard, LEVELS[sign], 700)]
        return found

    assert told("." * 34)[:2] == [(26, Stirred), (29, SpeechStarted)]
    assert told("." * 16 + "s" * 18)[:3] == [(16, Stirred), (21, Insisted), (27, SpeechStarted)]
    assert told("." * 20 + "s" * 14)[:3] == [(20, Stirred), (25, Insisted), (27, SpeechStarted)]
    assert told("." * 20 + "s" + "." * 13)[:2] == [(20, Stirred), (27, SpeechStarted)]
