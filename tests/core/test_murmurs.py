"""Small sounds of its own: rarely, softly, never where they would interrupt."""

from __future__ import annotations

import time

import numpy as np
import pytest

from core.companion import Companion, Engines
from core.events import Begin, Commit, Murmur, Voiced, Waiting
from core.murmurs import SPOKEN, Murmurs
from core.records import Notice, TurnRecord
from core.rehearsal import Recording, Tape
from core.settings import FloorSettings, Settings, WorkSettings
from core.types import VOICE_FRAME, SpeechFrame, Turn, Utterance
from tests.fakes import Chat, Transcriber, Vad, Voice, spoken

FIRST = Turn(1)
FRAME = SpeechFrame(np.zeros(VOICE_FRAME, np.float32), np.arange(4))
UNFINISHED = Waiting(1600, "unfinished")


def begin(end: int, turn: Turn = FIRST) -> Begin:
    return Begin(turn, Utterance(0, end, np.zeros(0, np.float32), np.zeros(0, np.float32)))


def test_who_has_spoken_for_long_and_is_not_done_is_encouraged_now_and_then() -> None:
    murmurs = Murmurs()
    murmurs.note(begin(SPOKEN - 1), 0)
    assert murmurs.note(UNFINISHED, 0) is None
    murmurs.note(begin(SPOKEN), 1)
    assert murmurs.note(Waiting(700, "unsure"), 1) is None
    assert murmurs.note(UNFINISHED, 1) == Murmur("backchannel")
    murmurs.note(begin(2 * SPOKEN - 1), 2)
    assert murmurs.note(UNFINISHED, 2) is None
    murmurs.note(begin(2 * SPOKEN), 3)
    assert murmurs.note(UNFINISHED, 3) == Murmur("backchannel")


def answered(murmurs: Murmurs, number: int, seconds: float) -> None:
    turn = Turn(number)
    murmurs.note(Begin(turn, text="hi"), 10 * number)
    murmurs.note(Voiced(turn, 0, FRAME), 10 * number + seconds)
    murmurs.note(Voiced(turn, 0, FRAME), 10 * number + 9)


@pytest.mark.parametrize(("before", "waited", "expected"), [(0.3, 0.5, None), (3.0, 0.5, "thinking"), (3.0, 2.5, None)])
def test_a_slow_answer_is_announced(before: float, waited: float, expected: str | None) -> None:
    murmurs, turn = Murmurs(), Turn(9)
    murmurs.note(begin(9, turn), 90)
    assert murmurs.note(Commit(turn), 90.5) is None, "nobody knows yet how slow it is"
    answered(murmurs, 10, before)
    murmurs.note(begin(9, FIRST), 200)
    told = murmurs.note(Commit(FIRST), 200 + waited)
    assert (told.kind if told else None) == expected


def test_an_answer_that_is_there_needs_no_announcement() -> None:
    murmurs = Murmurs()
    answered(murmurs, 1, 3.0)
    murmurs.note(begin(9, Turn(2)), 20)
    murmurs.note(Voiced(Turn(2), 0, FRAME), 20.1)
    assert murmurs.note(Commit(Turn(2)), 20.4) is None


@pytest.mark.parametrize("switch", ["on", "off"])
def test_a_murmur_sounds_in_the_pause_and_is_no_turn(switch: str) -> None:
    said = "hello there how are you what is the time tell me a story and . . . then stop now"

    class Patient(Vad):
        """Hears nothing before the small sounds are there."""

        def __call__(self, narrow: np.ndarray) -> float:
            while switch == "on" and len(companion._conductor.sounds) < 2:
                time.sleep(0.001)
            return super().__call__(narrow)

    floor = FloorSettings(murmurs=switch, captions="off")  # type: ignore[arg-type]
    settings, tape, notices = Settings(floor=floor, work=WorkSettings(clock="waits")), Tape(), list[Notice]()
    recording = Recording([spoken(said)], tape, settings.segmenter)
    companion = Companion(Engines(Patient(), Transcriber(), Chat(), Voice()), recording, tape, notices.append, settings)
    with companion:
        companion.finish()
    (record,) = [notice.what for notice in notices if isinstance(notice.what, TurnRecord)]
    assert record.user == said.replace(". ", "")
    assert len(companion.history) == 1
    murmured = [notice.what for notice in notices if isinstance(notice.what, Murmur)]
    assert murmured == ([Murmur("backchannel")] if switch == "on" else [])
    assert record.reply_start is not None
    before = tape.track()[: record.reply_start]
    assert before.any() == (switch == "on")
    if switch == "on":
        sounds = np.flatnonzero(before)
        pause = 14 * 0.32 * 24_000
        assert pause < sounds[0] < sounds[-1] < record.reply_start
        assert before.max() < tape.heard(record.turn).max()
