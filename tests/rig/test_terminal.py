"""The terminal's keys and lines."""

from __future__ import annotations

import io
import os
import time
from threading import Thread

import numpy as np
import pytest

from app.talk_keys import FIRST_REPEAT, REPEATS, Keys, by_key, read_keys
from app.talk_screen import Screen, meter
from core.audio.wire import Levels
from core.commands import Hush, Mute, Press, Release, Unmute
from core.conversation import State
from core.events import Pressed, Replied, SpeechContinued, SpeechEnded, Stirred
from core.news import AudioLost, AudioOpened, Ready, ReplyTimes, Trouble
from core.records import Notice, TurnRecord
from core.segmenter import Segmenter
from core.settings import SegmenterSettings
from core.types import EAR_FRAME, MIC_FRAME, AudioFrame, Turn


def test_a_held_key_is_one_press_and_one_release():
    keys = Keys("push")
    assert keys.press(" ", 0.0) == [Press()]
    assert keys.pass_time(FIRST_REPEAT - 0.1) == []
    assert keys.press(" ", 0.5) == []
    assert keys.press(" ", 0.55) == []
    assert keys.pass_time(0.55 + REPEATS - 0.01) == []
    assert keys.pass_time(0.55 + REPEATS + 0.01) == [Release()]
    assert keys.pass_time(9.0) == []
    assert keys.press(" ", 10.0) == [Press()]


def test_taps_begin_and_end():
    keys = Keys("tap")
    segmenter, told = Segmenter(SegmenterSettings(mode="tap")), []
    for number in range(60):
        for command in keys.press(" ", float(number)) if number in (5, 25) else ():
            {Press: segmenter.press, Release: segmenter.release}[type(command)]()
        sound = np.zeros(MIC_FRAME, np.float32), np.zeros(EAR_FRAME, np.float32)
        told += segmenter.feed(AudioFrame(number * MIC_FRAME, *sound), 0.9 if number in range(8, 30) else 0.0, 600)
    assert [type(event) for event in told if not isinstance(event, SpeechContinued)] == [Pressed, SpeechEnded]
    assert keys.pass_time(99.0) == []


def test_keys_that_come_at_once_are_all_obeyed(monkeypatch):
    ours, theirs = os.openpty()
    told, left = [], []
    with os.fdopen(theirs) as terminal, monkeypatch.context() as patched:
        patched.setattr("sys.stdin", terminal)
        with by_key():
            os.write(ours, b"\x1b[Amh")
            reading = Thread(target=read_keys, args=("open", told.append, lambda: left.append(1)), daemon=True)
            reading.start()
            deadline = time.monotonic() + 20
            while len(told) < 2 and time.monotonic() < deadline:
                time.sleep(0.01)
            os.write(ours, b"q")
            reading.join(20)
    os.close(ours)
    assert (told, left) == ([Mute(), Hush()], [1])


def test_other_keys():
    keys = Keys("open")
    assert keys.press(" ", 0.0) == []
    assert keys.press("m", 0.0) == [Mute()]
    assert keys.press("m", 0.0) == [Unmute()]
    assert keys.press("h", 0.0) == [Hush()]
    with pytest.raises(KeyboardInterrupt):
        keys.press("q", 0.0)


@pytest.mark.parametrize("state", State)
def test_every_state_is_shown(state):
    shown(Notice(Stirred(0), state, 1.0))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_reply_of_several_lines_stays_on_the_one_that_is_drawn():
    out = Terminal()
    screen = Screen(out)
    screen.show(Notice(Replied(Turn(1), "one\n\ntwo"), State.SPEAKING, 1.0))
    screen.show(Levels(0.5))
    assert "one two" in out.getvalue()
    assert "\n" not in out.getvalue()


def shown(*news) -> str:
    out = io.StringIO()
    screen = Screen(out)
    for each in news:
        screen.show(each)
    screen.end()
    return out.getvalue()


def test_devices_are_told_of_when_they_change():
    both = AudioOpened("mic", "speaker")
    text = shown(both, AudioLost("unplugged"), both, AudioOpened(None, "speaker"))
    assert "Microphone: mic\nLoudspeaker: speaker\n" in text
    assert "unplugged" in text
    assert text.count("Microphone: mic") == 1
    assert "The sound is back." in text
    assert "There is no microphone" in text


def test_a_turn_is_shown_once_it_is_over():
    turn = TurnRecord(Turn(1), "interrupted", user="hello", reply="well then", written="well then my friend")
    text = shown(
        Ready(2.5), Notice(turn, State.LISTENING, 1.0), ReplyTimes(Turn(1), 812.0, 300.0), Trouble("broken", "", "mend")
    )
    assert "You:   hello\nSotto: well then --\n" in text
    assert "0.81 s" in text
    assert "waited 300" in text
    assert "broken mend" in text
    assert "\x1b" not in text, "no terminal, no escapes"


def test_meters():
    assert meter(0.0) == "|........|"
    assert meter(1.0) == "|########|"
    assert meter(0.06).count("#") == 4
