"""Without a sound card, wanted or not, a conversation goes on: time passes, and replies pass in silence."""

from __future__ import annotations

import time
from queue import Queue

import numpy as np
import pytest

from core.audio.link import AudioLink, AudioNews
from core.events import Finished, Played
from core.news import AudioClosed, AudioOpened
from core.settings import NO_DEVICE, AudioSettings
from core.types import MIC_FRAME, VOICE_FRAME, SpeechFrame, Turn

NOTHING = AudioSettings(microphone=NO_DEVICE, loudspeaker=NO_DEVICE)
FRAME = SpeechFrame(np.full(VOICE_FRAME, 0.1, np.float32), np.zeros(4, np.int64))


@pytest.fixture
def link():
    news: Queue[AudioNews] = Queue()
    link = AudioLink(NOTHING, news.put)
    link.start()
    yield link, news
    link.close()


def say(link: AudioLink, turn: Turn, frames: int) -> Queue:
    events: Queue = Queue()
    link.loudspeaker.listen(events.put)
    link.loudspeaker.hold(turn)
    for _ in range(frames):
        link.loudspeaker.write(turn, FRAME)
    link.loudspeaker.end(turn)
    link.loudspeaker.commit(turn)
    return events


def finished(events: Queue) -> Finished:
    while not isinstance(event := events.get(timeout=60), Finished):
        assert isinstance(event, Played)
    return event


def test_a_reply_passes_in_silence_as_long_as_it_is(link):
    link, news = link
    assert news.get(timeout=60) == AudioOpened(None, None)
    began = time.monotonic()
    end = finished(say(link, Turn(1), 10))
    assert end.samples == 10 * VOICE_FRAME
    assert time.monotonic() - began > 0.7  # as long as it is, less what PortAudio would have buffered


def test_asleep_no_process_runs_and_what_waits_is_played_on_waking(link):
    link, news = link
    assert news.get(timeout=60) == AudioOpened(None, None)
    link.use(None)
    assert news.get(timeout=60) == AudioClosed()
    at = link.microphone.at
    events = say(link, Turn(2), 3)
    time.sleep(0.5)
    assert link.microphone.at == at, "time stands still"
    assert events.empty()
    link.use(NOTHING)
    assert news.get(timeout=60) == AudioOpened(None, None)
    assert finished(events).samples == 3 * VOICE_FRAME
    assert link.microphone.at > at


def test_other_settings_are_a_new_process_and_the_reply_goes_on(link):
    link, news = link
    assert news.get(timeout=60) == AudioOpened(None, None)
    first = link.pid
    events = say(link, Turn(3), 40)
    while not isinstance(events.get(timeout=60), Played):
        pass
    link.use(AudioSettings(microphone=NO_DEVICE, loudspeaker=NO_DEVICE, echo="leave"))
    assert news.get(timeout=60) == AudioOpened(None, None)
    assert link.pid != first
    assert finished(events).samples == 40 * VOICE_FRAME
    assert link.microphone.at % MIC_FRAME == 0
