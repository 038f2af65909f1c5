"""Every measure against speech that was changed in a known way: it moves where it should, by as much as it should."""

from __future__ import annotations

import shutil
from dataclasses import asdict

import numpy as np
import pytest

from core.evaluation.loudness import SILENCE, loudness
from core.evaluation.manners import Manner, resampled, stretched
from core.evaluation.measures import measure
from core.evaluation.pitch import pitch_track
from core.evaluation.rhythm import rhythm, syllables
from core.types import VOICE_RATE
from models.recording.likeness import likeness, portrait
from tests.evaluation.speech import TEXTS, flite

pytestmark = pytest.mark.skipif(shutil.which("flite") is None, reason="flite speaks here; apt-get install flite")

STILL = {"rate": 0.035, "pitch": 0.25, "pitch_range": 0.8, "loudness": 0.3, "pause_share": 0.03, "silence_share": 0.03}


def mean(make, voice="slt"):
    found = [asdict(measure(make(flite(text, voice)), text)) for text in TEXTS]
    return {name: float(np.mean([each[name] for each in found])) for name in found[0]}


# What is done to the speech -> by how much each measure must move (a ratio for the rate), and how exactly.
CHANGES = {
    "nothing": (lambda wide: wide, {}),
    "10 % slower": (Manner(stretch=1.1), {"rate": (1 / 1.1, 0.02)}),
    "10 % faster": (Manner(stretch=1 / 1.1), {"rate": (1.1, 0.025)}),
    "2 semitones higher": (Manner(semitones=2.0), {"pitch": (2.0, 0.25)}),
    "3 semitones lower": (Manner(semitones=-3.0), {"pitch": (-3.0, 0.3)}),
    "6 dB louder": (Manner(gain_db=6.0), {"loudness": (6.0, 0.1)}),
    "played faster by a tone": (
        lambda wide: resampled(wide, 2 ** (-2 / 12)),
        {"rate": (2 ** (2 / 12), 0.03), "pitch": (2.0, 0.25)},
    ),
}


@pytest.mark.parametrize("voice", ["slt", "rms"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_measure_moves_with_what_was_changed_and_with_nothing_else(change, voice):
    make, wanted = CHANGES[change]
    before, after = mean(lambda wide: wide, voice), mean(make, voice)
    for name, slack in STILL.items():
        moved = after[name] / before[name] if name == "rate" else after[name] - before[name]
        expected, exactly = wanted.get(name, (1.0 if name == "rate" else 0.0, slack))
        assert moved == pytest.approx(expected, abs=exactly), name
    assert {after[name] for name in ("clipped", "cut_off", "run_away", "too_short")} == {0.0}


def test_the_synthesiser_itself_speaking_slower_is_measured_so():
    ratios = [measure(flite(t, "slt", 1.1), t).rate / measure(flite(t), t).rate for t in TEXTS]
    assert np.mean(ratios) == pytest.approx(1 / 1.1, abs=0.03)


def test_what_did_not_change_measures_the_same_to_the_last_digit():
    for text in TEXTS:
        assert measure(flite(text), text) == measure(flite(text).copy(), text)


@pytest.mark.parametrize("hz", [82.4, 110.0, 173.0, 246.9, 392.0])
def test_pitch_of_a_known_tone(hz):
    time = np.arange(VOICE_RATE) / VOICE_RATE
    tone = sum(np.sin(2 * np.pi * hz * k * time) / k for k in range(1, 12)).astype(np.float32) * 0.1
    track = pitch_track(tone)
    assert np.isfinite(track).mean() > 0.95
    assert np.nanmedian(track) == pytest.approx(12 * np.log2(hz / 100), abs=0.05)


def test_noise_and_silence_have_no_pitch():
    noise = np.random.default_rng(0).normal(0, 0.1, VOICE_RATE).astype(np.float32)
    assert np.isfinite(pitch_track(noise)).mean() < 0.02
    assert not np.isfinite(pitch_track(np.zeros(VOICE_RATE, np.float32))).any()
    assert len(pitch_track(noise[:100])) == 0


@pytest.mark.parametrize("rate", [24_000, 48_000])
@pytest.mark.parametrize(("level", "hz", "lufs"), [(0.0, 997, -3.01), (-20.0, 997, -23.01), (-20.0, 1000, -23.0)])
def test_loudness_of_the_recommendations_sine(rate, level, hz, lufs):
    sine = (10 ** (level / 20) * np.sin(2 * np.pi * hz * np.arange(5 * rate) / rate)).astype(np.float32)
    assert loudness(sine, rate) == pytest.approx(lufs, abs=0.05)


def test_loudness_leaves_silence_out():
    tone = (0.1 * np.sin(2 * np.pi * 997 * np.arange(4 * VOICE_RATE) / VOICE_RATE)).astype(np.float32)
    padded = np.concatenate([tone, np.zeros(8 * VOICE_RATE, np.float32)])
    assert loudness(padded) == pytest.approx(loudness(tone), abs=0.5)
    assert loudness(np.zeros(VOICE_RATE, np.float32)) == SILENCE


def test_a_pause_that_was_put_in_is_found_with_its_length():
    one, other = flite(TEXTS[1]), flite(TEXTS[2])
    plain = rhythm(np.concatenate([one, other]))
    longer = rhythm(np.concatenate([one, np.zeros(VOICE_RATE // 2, np.float32), other]))
    assert sum(longer.pauses) - sum(plain.pauses) == pytest.approx(0.5, abs=0.02)
    assert longer.speech == pytest.approx(plain.speech, abs=0.02)
    assert longer.pause_share > plain.pause_share


def test_silence_around_speech_is_counted_as_silence():
    speech = flite(TEXTS[1])
    padded = rhythm(np.pad(speech, (VOICE_RATE, VOICE_RATE // 2)))
    plain = rhythm(speech)
    assert padded.before - plain.before == pytest.approx(1.0, abs=0.02)
    assert padded.after - plain.after == pytest.approx(0.5, abs=0.02)


def test_speech_cut_in_its_midst_is_told_from_speech_that_ended():
    for text in TEXTS:
        whole = flite(text)
        loud = np.abs(whole[: len(whole) * 3 // 4])
        middle = int(np.argmax(np.convolve(loud, np.ones(1200) / 1200, "valid"))) + 900
        assert not rhythm(whole).cut_off
        assert rhythm(whole[:middle]).cut_off


def test_a_run_away_a_stump_and_clipped_sound_are_told():
    text = TEXTS[1]
    whole = flite(text)
    assert measure(np.tile(whole, 4), text).run_away == 1
    assert measure(whole[: VOICE_RATE // 3], text).too_short == 1
    shouted = np.clip(whole * 30, -1, 1)
    assert measure(shouted, text).clipped > 0.1
    assert measure(np.zeros(0, np.float32), text).rate is None


def test_another_speaker_is_less_alike_than_the_same_one():
    same = [likeness(portrait(flite(a)), portrait(flite(b))).score for a in TEXTS for b in TEXTS if a != b]
    other = [likeness(portrait(flite(a)), portrait(flite(b, "rms"))).score for a in TEXTS for b in TEXTS]
    higher = [likeness(portrait(flite(a)), portrait(Manner(semitones=2)(flite(b)))).score for a in TEXTS for b in TEXTS]
    assert np.min(same) > 0.6
    assert np.max(other) < 0.2
    assert np.mean(other) < np.mean(higher) < np.mean(same)


def test_stretching_keeps_pitch_and_level_and_takes_as_long_as_asked():
    speech = flite(TEXTS[0])
    for factor in (0.76, 1.1, 1.35):
        changed = stretched(speech, factor)
        assert len(changed) == round(len(speech) * factor)
        assert np.nanmedian(pitch_track(changed)) == pytest.approx(np.nanmedian(pitch_track(speech)), abs=0.3)


@pytest.mark.parametrize(
    ("text", "count"),
    [("hello there", 3), ("I am fine", 3), ("beautiful", 3), ("walked", 1), ("wanted", 2), ("table", 2), ("one", 1)],
)
def test_syllables(text, count):
    assert syllables(text) == count
