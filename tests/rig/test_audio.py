"""The audio process with a sound server: what is played, what is heard, and what becomes of both in trouble."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import numpy as np
import pytest
import soxr

from app import check_audio
from app.rig import analysis, people
from app.rig.server import RATE
from core.audio.link import AudioLink, AudioNews
from core.audio.scouting import look
from core.events import Finished
from core.news import AudioLost, AudioOpened
from core.settings import NO_DEVICE, AudioSettings
from core.types import VOICE_FRAME, VOICE_RATE, Samples, SpeechFrame, Turn

WAITS = 30.0  # seconds, on a machine however busy
TURN = Turn(1)


class Heard:
    """A link, what it tells, and what its microphone hears."""

    def __init__(self, settings: AudioSettings) -> None:
        self.news: list[AudioNews] = []
        self.reports: list[object] = []
        self.frames: list[Samples] = []
        self.link = AudioLink(settings, self.news.append)
        self.link.loudspeaker.listen(self.reports.append)
        Thread(target=self._listen, daemon=True).start()
        self.link.start()

    def _listen(self) -> None:
        for frame in self.link.microphone:
            self.frames.append(frame.wide)

    def wait(self, until) -> None:
        limit = time.monotonic() + WAITS
        while not until():
            assert time.monotonic() < limit, f"{self.news} {self.reports[-3:]}"
            time.sleep(0.01)

    def opened(self, since: int = 0) -> bool:
        return any(isinstance(each, AudioOpened) and each.microphone for each in self.news[since:])

    def play(self, sound: Samples) -> None:
        self.link.loudspeaker.hold(TURN)
        for at in range(0, len(sound) - VOICE_FRAME + 1, VOICE_FRAME):
            self.link.loudspeaker.write(TURN, SpeechFrame(sound[at : at + VOICE_FRAME], np.zeros(1, np.int64)))
        self.link.loudspeaker.end(TURN)
        self.link.loudspeaker.commit(TURN)

    def wait_finished(self) -> None:
        self.wait(lambda: any(isinstance(each, Finished) for each in self.reports))


@contextmanager
def linked(settings: AudioSettings = AudioSettings()) -> Iterator[Heard]:  # noqa: B008 - frozen
    heard = Heard(settings)
    try:
        heard.wait(lambda: heard.news)
        yield heard
    finally:
        heard.link.close()


def reply(seconds: float) -> tuple[Samples, Samples]:
    """Return the same speech at VOICE_RATE and at RATE."""
    said = people.spoken("One, two, three, four, five, six, seven, eight, nine, ten.", "slt").sound
    wide = soxr.resample(np.resize(said, round(seconds * RATE)), RATE, VOICE_RATE).astype(np.float32)
    wide = wide[: len(wide) // VOICE_FRAME * VOICE_FRAME]
    return wide, soxr.resample(wide, VOICE_RATE, RATE).astype(np.float32)


def test_a_reply_is_played_as_it_was_made(silent):
    wide, made = reply(4)
    with linked() as heard:
        heard.play(wide)
        heard.wait_finished()
        silent.recorder.wait_until(silent.recorder.now + RATE // 2)
    _, played = silent.recorder.both()
    began, sounds = analysis.first_audible(played), analysis.first_audible(made)
    assert began is not None
    assert sounds is not None
    found = analysis.matches(made, played, began - sounds)
    assert len(found) > 30
    assert np.allclose([match.gain for match in found[1:-1]], 1, atol=0.02)
    assert analysis.clicks(played) == []


def test_the_user_is_heard_at_the_right_rate(silent):
    clip = people.spoken("What is your name?")
    with linked() as heard:
        heard.wait(lambda: len(heard.frames) > 20)
        silent.person.say(clip, wait=True)
        silent.recorder.wait_until(silent.recorder.now + RATE)
        sound = np.concatenate(heard.frames)
    near = soxr.resample(sound, VOICE_RATE, RATE).astype(np.float32)
    found = analysis.matches(clip.sound, near, analysis.first_audible(near) or 0)
    assert len(found) > clip.seconds * 5, "most of it is found, in order"


def test_a_killed_audio_process_is_replaced_and_the_reply_goes_on(silent):
    wide, made = reply(6)
    with linked() as heard:
        heard.play(wide)
        begun = silent.recorder.wait_played(0, WAITS)
        assert begun is not None
        silent.recorder.wait_until(begun + RATE)
        known = len(heard.news)
        os.kill(heard.link.pid, signal.SIGKILL)
        heard.wait(lambda: heard.opened(known))
        assert isinstance(heard.news[known], AudioLost), "the user is told"
        heard.wait_finished()
        silent.recorder.wait_until(silent.recorder.now + RATE // 2)
    _, played = silent.recorder.both()
    # What follows the break is the reply's own continuation, to its end.
    last = analysis.last_audible(played)
    assert last is not None
    tail = analysis.matches(made[-2 * RATE :], played, last - 2 * RATE, reach=1.0)
    assert len(tail) > 10


def test_devices_that_go_and_come_back(silent):
    with linked() as heard:
        heard.wait(lambda: heard.opened())
        known = len(heard.news)
        silent.recorder.stop()
        silent.server.unplug()
        heard.wait(lambda: any(None in vars(each).values() for each in heard.news[known:]))
        frames = len(heard.frames)
        heard.wait(lambda: len(heard.frames) > frames + 10)  # the clock never stops
        known = len(heard.news)
        silent.server.plug()
        heard.wait(lambda: heard.opened(known))


def test_echo_is_cancelled(silent):
    silent.server.echo(-10, 120)
    wide, _ = reply(8)
    with linked() as heard:
        heard.play(wide)
        heard.wait_finished()
        left = np.concatenate(heard.frames)[-4 * VOICE_RATE : -VOICE_RATE]
    raw = silent.recorder.all()[:, 2]
    echo = float(np.sqrt(np.mean(np.square(raw[np.abs(raw) > 0.01]))))
    assert echo > 0.01
    assert float(np.sqrt(np.mean(np.square(left)))) < echo / 10


def test_the_check_tells_speakers_from_headphones(silent, capsys):
    settings = AudioSettings()
    verdict = check_audio.judged(check_audio.made(check_audio.probe()[: 2 * VOICE_RATE], settings))
    assert verdict.advice == "nothing heard", "a virtual microphone in a silent room gives zeros"
    silent.server.echo(-10, 120)
    verdict = check_audio.judged(check_audio.made(check_audio.probe(), settings))
    assert verdict.advice == "speakers"
    assert verdict.echo_db == pytest.approx(-10, abs=3)
    assert verdict.left_db is not None
    assert verdict.left_db < verdict.echo_db - 20
    assert verdict.round_trip_ms is not None
    assert 60 < verdict.round_trip_ms < 400


def test_devices_are_listed_and_one_can_be_left_alone(silent):
    sight = look(AudioSettings(microphone="room_mic", loudspeaker=NO_DEVICE))
    assert sight is not None
    assert {"room_mic", "room_speaker"} <= {device.name for device in sight.devices}
    assert (sight.microphone, sight.loudspeaker) == ("room_mic", None)
