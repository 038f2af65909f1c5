"""What the analysis finds in recordings of which it is known what happened to them."""

from __future__ import annotations

import numpy as np
import pytest

from app.rig import analysis
from app.rig.figures import Findings, Rate, Times
from app.rig.kept import Reply
from app.rig.people import Clip
from app.rig.program import Told
from app.rig.room import Exchanged
from app.rig.server import RATE
from app.rig.shares import PAUSED_MS, shares
from core.settings import SegmenterSettings
from core.types import VOICE_FRAME, VOICE_RATE

MS = RATE // 1000


def speech(seconds: float = 2.0) -> np.ndarray:
    """Return noise in the band of a voice, four syllables a second."""
    random = np.random.default_rng(1)
    spectrum = np.fft.rfft(random.standard_normal(round(seconds * RATE)))
    pitch = np.fft.rfftfreq(round(seconds * RATE), 1 / RATE)
    sound = np.fft.irfft(spectrum * ((pitch > 150) & (pitch < 6000)), round(seconds * RATE))
    time = np.arange(len(sound)) / RATE
    return (0.1 * sound / sound.std() * (0.6 + 0.4 * np.sin(8 * np.pi * time))).astype(np.float32)


def test_whole_speech_has_neither_gaps_nor_clicks():
    sound = speech()
    assert analysis.gaps(sound) == []
    assert analysis.clicks(sound) == []


@pytest.mark.parametrize(("missing", "found"), [(MS // 2, 0), (2 * MS, 1), (40 * MS, 1)])
def test_a_gap_of_more_than_a_millisecond_is_found(missing, found):
    sound = speech()
    sound[RATE : RATE + missing] = 0
    assert len(analysis.gaps(sound)) == found


def test_silence_around_speech_is_no_gap():
    fade = np.linspace(0, 1, 20 * MS, dtype=np.float32)
    sound = speech(0.5)
    sound[: len(fade)] *= fade
    sound[-len(fade) :] *= fade[::-1]
    still = np.zeros(RATE // 2, np.float32)
    assert analysis.gaps(np.concatenate([still, sound, still, sound, still])) == []


def test_a_jump_is_a_click():
    sound = speech()
    sound[RATE:] = -sound[RATE:]
    clicks = analysis.clicks(sound)
    assert len(clicks) == 1
    assert abs(clicks[0] - RATE) <= 2 * MS


def test_a_reply_is_found_where_it_was_played_with_its_gain():
    made = speech()
    played = np.concatenate([np.zeros(RATE, np.float32), 0.5 * made])
    found = analysis.matches(made, played, RATE - 100 * MS)
    assert len(found) == 20
    assert all(match.played - match.made == RATE for match in found)
    assert np.allclose([match.gain for match in found], 0.5, atol=0.01)
    assert analysis.shifts(found) == []


@pytest.mark.parametrize("by", [3 * MS, -3 * MS])
def test_lost_and_added_sound_is_found(by):
    made = speech()
    middle = [np.zeros(by, np.float32)] if by > 0 else []
    played = np.concatenate([made[:RATE], *middle, made[RATE + max(-by, 0) :], np.zeros(RATE, np.float32)])
    assert [moved for _, moved in analysis.shifts(analysis.matches(made, played, 0))] == [by]


def test_ducking_shows_in_the_gains():
    made = speech()
    played = made.copy()
    played[RATE:] *= 0.25
    low = [at for at, gain in analysis.gains(made, played, 0) if gain < 0.5]
    assert abs(low[0] - RATE) <= analysis.STEP


def test_stretches_join_what_is_close():
    still = np.zeros(RATE // 2, np.float32)
    sound = np.concatenate([still, speech(0.5), still[: RATE // 10], speech(0.5), still, speech(0.5)])
    assert len(analysis.stretches(sound, 0.3)) == 2


def test_figures_say_how_many_and_how_sure():
    times = Times("reply", "ms", tuple(range(101)))
    assert (times.percentile(50), times.percentile(95)) == (50, 95)
    low, high = times.spread(50)
    assert low < 50 < high
    findings = Findings("talk", (times, Rate("answered", 3, 4), Times("nothing", "ms", ())), ("a remark",))
    assert "75.0 % (3)" in findings.table()
    assert findings.plain()["figures"][0]["p95"] == 95


def test_a_held_reply_is_told_from_a_reply_s_own_pause():
    rng, second = np.random.default_rng(0), RATE
    made = (0.1 * rng.standard_normal(2 * second)).astype(np.float32)
    made[second // 2 : second // 2 + second // 5] = 0  # its own pause
    played, held = made[: second + second // 2], np.zeros(second // 3, np.float32)
    assert analysis.sounding(played, made, 0) == len(played)
    cut = second + second // 4
    resumed = np.concatenate([played[:cut], held, played[cut:]])
    assert analysis.sounding(resumed, made, second) == pytest.approx(len(played), abs=2)
    assert analysis.audible(made) == len(made)


@pytest.mark.parametrize(("words", "voice", "models"), [(250, 260, 0), (250, 460, 160), (360, 380, 80), (370, 371, 71)])
def test_the_time_to_an_answer_is_told_apart(words, voice, models):
    """Words and the voice's first frame come so many ms after the last sound; the program notices all 40 ms late."""
    late, wait, answered = 40, 300, max(300, words, voice) + 90
    person = np.concatenate([np.zeros(RATE, np.float32), speech(1.0), np.zeros(RATE, np.float32)])
    ended = 2 * RATE
    played = np.zeros_like(person)
    played[ended + answered * MS :] = 0.1
    user = speech(1.0)[::2]
    reply = Reply(1, "", "", np.full(2 * VOICE_FRAME, 0.1, np.float32), user, 1000)
    turn = {"id": 1, "revision": 0}
    offset = 1000 + len(user) - SegmenterSettings().offset_lag_ms * VOICE_RATE // 1000
    told = [
        Told((at + late) / 1000, event, facts)
        for at, event, facts in [
            (PAUSED_MS, "Paused", {}),
            (words, "Waiting", {"milliseconds": wait}),
            (max(wait, words) + 20, "SpeechEnded", {"offset": offset}),
            (max(wait, words) + 20, "Commit", {"turn": turn}),
            (voice, "Voiced", {"turn": turn}),
        ]
    ]
    (share,) = shares([Exchanged(Clip("", user), person, played, RATE, ended, told)], [reply])
    assert share.detector == pytest.approx(0, abs=2)
    assert share.wait == wait
    assert share.models == pytest.approx(models, abs=1)
    assert share.rest == pytest.approx(answered - wait - models, abs=2)
