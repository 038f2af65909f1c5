"""How long an engine may be silent, by what it does; and who slept is not taken for one that hangs."""

from __future__ import annotations

import time

import numpy as np
import pytest

from core.companion import Companion, Engines
from core.deadlines import FRAME_S, HEARS_S, WORD_S, patience
from core.events import Failed, Heard, Phrased, Replied, Shown, Voiced
from core.ports import Chat as ChatPort
from core.records import Notice, TurnRecord
from core.rehearsal import Stillness, Tape
from core.settings import Settings, WorkSettings
from core.types import EAR_RATE, SpeechFrame, Transcript, Turn, Utterance
from core.work import Glance, Speak, Think, Work
from tests.fakes import Chat, Transcriber, Vad, Voice

TURN = Turn(1)
FRAME = SpeechFrame(np.zeros(1920, np.float32), np.zeros(4, np.int64))


def work(seconds: float | None) -> Work:
    sound = np.zeros(round((seconds or 0) * EAR_RATE), np.float32)
    return Work(TURN, None if seconds is None else Utterance(0, 0, sound, sound), None, (), 0)


@pytest.mark.parametrize(
    ("item", "said", "longest", "expected"),
    [
        (Think(work(1.0)), None, 30.0, HEARS_S),
        (Think(work(4.0)), None, 30.0, 12.0),
        (Think(work(60.0)), None, 30.0, 30.0),
        (Think(work(None)), None, 30.0, HEARS_S),
        (Glance(work(4.0), 0, "caption"), None, 30.0, 12.0),
        (Think(work(4.0)), Heard(TURN, Transcript("hi")), 30.0, 30.0),
        (Think(work(4.0)), Replied(TURN, ""), 30.0, 30.0),  # of a prompt that is still being read
        (Think(work(4.0)), Replied(TURN, "Hi"), 30.0, WORD_S),
        (Think(work(4.0)), Shown(TURN, "Hallo.", "de"), 30.0, WORD_S),
        (Speak(work(4.0), "Hi."), Phrased(TURN, 0, "Hi.", "hi."), 30.0, 30.0),
        (Speak(work(4.0), "Hi."), Voiced(TURN, 0, FRAME), 30.0, FRAME_S),
        (Speak(work(4.0), "Hi."), Voiced(TURN, 0, FRAME), 1.0, 1.0),
    ],
)
def test_each_step_has_its_own_time(item, said, longest, expected):
    assert patience(item, said, longest) == expected


def test_a_computer_that_slept_has_hung_nobody(monkeypatch):
    """While the chat model answers, an hour passes at once: the turn is answered all the same."""
    told: list[Notice] = []
    passed = [0.0]
    now = time.monotonic

    class Sleepy(Chat):
        def __call__(self, messages, seed):
            passed[0] = 3600.0
            yield from super().__call__(messages, seed)
            time.sleep(1)  # the conductor looks meanwhile

    chat: ChatPort = Sleepy()
    monkeypatch.setattr("core.conductor.time.monotonic", lambda: now() + passed[0])
    tape = Tape()
    engines = Engines(Vad(), Transcriber(), chat, Voice())
    settings = Settings(work=WorkSettings(mind_s=5, mouth_s=5))
    with Companion(engines, Stillness(tape), tape, told.append, settings) as companion:
        companion.say("hello there")
        while not any(isinstance(notice.what, TurnRecord) for notice in told):
            time.sleep(0.01)
    assert not [notice for notice in told if isinstance(notice.what, Failed)]
