"""The virtual people: what they say is whole, begins at once, and pauses where it should."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from app.rig import analysis, people
from app.rig.server import RATE

needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")


@needs_flite
def test_speech_begins_and_ends_abruptly():
    clip = people.spoken("What is your name?")
    assert 0.5 < clip.seconds < 3
    assert analysis.first_audible(clip.sound) == 0
    assert analysis.last_audible(clip.sound) == len(clip.sound) - 1


@needs_flite
@pytest.mark.parametrize("voice", people.VOICES)
@pytest.mark.parametrize("text", people.BACKCHANNELS)
def test_who_only_wants_to_hear_more_says_so_in_a_moment(text, voice):
    assert 0.1 < people.spoken(text, voice).seconds < 0.7  # a hum that is spelled takes longer


@needs_flite
def test_a_hesitant_sentence_pauses_once_and_as_long_as_it_should():
    clip = people.hesitant("My name is", "Emma.", 0.7)
    assert clip.pause is not None
    start, end = clip.pause
    assert end - start == round(0.7 * RATE)
    assert not clip.sound[start:end].any()
    parts = analysis.stretches(clip.sound, 0.5)
    assert len(parts) == 2, "two parts, with the pause between them"
    assert abs(parts[0][1] - start) < RATE // 20


@needs_flite
def test_background_speech_is_soft_and_dull_and_echoes():
    near = people.spoken("Tell me a joke.")
    far = people.distant(near)
    rms = [float(np.sqrt(np.mean(np.square(clip.sound[: len(near.sound)])))) for clip in (near, far)]
    assert 20 * np.log10(rms[1] / rms[0]) == pytest.approx(-15, abs=0.1)
    power = np.square(np.abs(np.fft.rfft(far.sound)))
    pitch = np.fft.rfftfreq(len(far.sound), 1 / RATE)
    assert power[pitch > 3300].sum() < 1e-3 * power.sum()
    beep = np.sin(2 * np.pi * 500 * np.arange(RATE // 50) / RATE) * np.hanning(RATE // 50)
    heard = people.distant(people.Clip("", beep.astype(np.float32))).sound
    first, again = (np.abs(heard[at : at + RATE // 50]).max() for at in (0, RATE // 10))
    assert 20 * np.log10(again / first) == pytest.approx(-10, abs=0.3)


@pytest.mark.parametrize("noise", people.NOISES)
def test_noises_sound_and_differ(noise):
    one, other = noise(1), noise(2)
    assert 0.05 < np.abs(one.sound).max() <= 0.5
    assert one.seconds < 2
    assert len(one.sound) != len(other.sound) or not np.array_equal(one.sound, other.sound)
