"""Speech probabilities in, utterances out; `#` is a frame of speech, `.` of silence, `-` in between."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events import (
    Paused,
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

LEVELS = {"#": 0.9, ".": 0.02, "-": 0.4, "?": float("nan")}
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


def test_a_sound_that_may_be_speech_holds_the_turn_open() -> None:
    events = run("#" * 10 + "." * 14 + "#" * 10 + "." * 30)  # the second begins 64 ms before the end would come
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
