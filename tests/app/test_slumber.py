"""Who speaks while no model is loaded is heard in full later on, and nothing else wakes anything."""

from __future__ import annotations

from queue import Empty, Queue

import numpy as np
import pytest

from app.air import Air
from app.slumber import BEFORE, SURE, Slumber
from core.audio.microphone import Microphone
from core.settings import AudioSettings
from core.types import EAR_FRAME, MIC_FRAME, AudioFrame
from tests.fakes import Vad


def frame(number: int, level: float) -> AudioFrame:
    """Return a frame that tells its number by its first sample."""
    wide, narrow = np.full(MIC_FRAME, level, np.float32), np.full(EAR_FRAME, level, np.float32)
    wide[0] = number
    return AudioFrame(number * MIC_FRAME, wide, narrow)


@pytest.fixture
def air() -> Air:
    air = Air(AudioSettings(), lambda _: None)  # not started: no device, and no frames but ours
    air.talking = True
    return air


def numbers(ear: Microphone) -> list[int]:
    return [round(float(each.wide[0])) for each in ear.rest()]


def test_speech_wakes_and_what_was_said_meanwhile_is_kept_in_order(air: Air) -> None:
    woken: Queue[Microphone] = Queue()
    Slumber(air, Vad(), woken.put)
    for number in range(100):
        air._pass_on(frame(number, 0.0))
    for number in range(100, 200):  # the thread may take its time: it is all one stream
        air._pass_on(frame(number, 0.1))
    ear = woken.get(timeout=20)
    air._pass_on(frame(200, 0.1))
    heard = numbers(ear)
    first = 100 + SURE - BEFORE
    assert heard == list(range(first, 201))
    assert woken.empty()


def test_a_click_wakes_nobody_and_a_muted_microphone_is_silent(air: Air) -> None:
    woken: Queue[Microphone] = Queue()
    slumber = Slumber(air, Vad(), woken.put)
    for number in range(50):
        air._pass_on(frame(number, 0.1 if number % SURE else 0.0))
    air.muted = True
    for number in range(50):
        air._pass_on(frame(number, 0.1))
    with pytest.raises(Empty):
        woken.get(timeout=1)
    slumber.end()
    slumber._thread.join(20)
    assert not slumber._thread.is_alive()
