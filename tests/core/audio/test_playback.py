"""What the loudspeaker is given, sample by sample, and what is said of it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.audio.playback import EDGE, FAINT, FALL, ONSET, PEAK, PREBUFFER, Playback
from core.audio.wire import Kind
from core.fade import DUCK, SWELL
from core.types import VOICE_FRAME, Turn

FIRST, SECOND = Turn(1), Turn(2)
LEVEL = 0.5


def sound(frames: float) -> np.ndarray:
    return np.full(round(frames * VOICE_FRAME), LEVEL, np.float32)


def playing(frames: float = 10, turn: Turn = FIRST, *, whole: bool = True) -> Playback:
    playback = Playback()
    playback.hold(turn)
    playback.write(turn, sound(frames))
    if whole:
        playback.end(turn)
    playback.commit(turn)
    return playback


def held_back(reserve: float, frames: float) -> Playback:
    """Return a playback of a committed turn, so many frames of whose reserve are there."""
    playback = Playback()
    playback.hold(FIRST)
    playback.reserve(FIRST, round(reserve * VOICE_FRAME))
    playback.commit(FIRST)
    playback.write(FIRST, sound(frames))
    return playback


def told(playback: Playback, position: int | None = None) -> list[tuple[Kind, int]]:
    position = playback.given if position is None else position
    return [(report.kind, report.samples) for report in playback.left(position)]


def test_nothing_sounds_before_the_commit():
    playback = Playback()
    playback.hold(FIRST)
    playback.write(FIRST, sound(5))
    playback.end(FIRST)
    assert not playback.pull(4800).any()
    playback.commit(FIRST)
    assert playback.pull(4800)[EDGE:].all()


def test_a_reply_is_whole_and_fades_only_at_its_edges():
    playback = playing(10)
    heard = playback.pull(11 * VOICE_FRAME)
    np.testing.assert_allclose(heard[EDGE : 10 * VOICE_FRAME - EDGE], LEVEL)
    assert np.abs(np.diff(heard)).max() < LEVEL / 50
    assert not heard[10 * VOICE_FRAME :].any()
    assert told(playback)[-1] == (Kind.FINISHED, 10 * VOICE_FRAME)
    assert playback.gaps == 0


def test_the_silence_before_a_reply_is_passed_over_and_counts_as_played():
    playback = Playback()
    playback.hold(FIRST)
    playback.write(FIRST, np.concatenate([np.full(VOICE_FRAME, FAINT / 2, np.float32), sound(10)]))
    playback.commit(FIRST)
    heard = playback.pull(8 * VOICE_FRAME)
    loud = np.flatnonzero(heard > FAINT)
    assert loud[0] == ONSET, "its onset is left"
    assert told(playback)[-1] == (Kind.PLAYED, 9 * VOICE_FRAME - ONSET)
    assert (heard[ONSET:] > LEVEL - 0.01).all(), "and has fully risen when it sounds"


def test_silence_waits_for_sound_and_a_silent_reply_ends():
    playback = Playback()
    playback.hold(FIRST)
    playback.commit(FIRST)
    playback.write(FIRST, np.zeros(20 * VOICE_FRAME, np.float32))
    playback.pull(VOICE_FRAME)
    assert told(playback) == []
    playback.end(FIRST)
    playback.pull(VOICE_FRAME)
    assert told(playback)[-1] == (Kind.FINISHED, 20 * VOICE_FRAME)


def test_nothing_is_reported_before_it_has_left():
    playback = playing(3)
    playback.pull(4 * VOICE_FRAME)
    assert told(playback, 0) == []
    assert told(playback, 3 * VOICE_FRAME - 1)[-1][0] is Kind.PLAYED
    assert told(playback, 3 * VOICE_FRAME) == [(Kind.FINISHED, 3 * VOICE_FRAME)]


def test_a_stop_fades_and_counts_to_the_last_sample():
    playback = playing(10)
    playback.pull(3 * VOICE_FRAME)
    playback.stop(FIRST)
    tail = playback.pull(VOICE_FRAME)
    assert tail[0] > 0.9 * LEVEL
    assert np.abs(np.diff(tail)).max() < LEVEL / 50
    assert not tail[FALL:].any()
    assert told(playback)[-1] == (Kind.SILENCED, 3 * VOICE_FRAME + FALL)


def test_stopping_what_does_not_sound_is_answered_at_once():
    playback = Playback()
    playback.stop(FIRST)
    playback.hold(SECOND)
    playback.write(SECOND, sound(3))
    playback.stop(SECOND)
    assert told(playback) == [(Kind.SILENCED, 0), (Kind.SILENCED, 0)]
    assert not playback.pull(4800).any()


def test_the_next_turn_waits_for_the_fade_of_the_last():
    playback = playing(10)
    playback.pull(3 * VOICE_FRAME)
    playback.stop(FIRST)
    playback.hold(SECOND)
    playback.write(SECOND, -sound(5))
    playback.end(SECOND)
    playback.commit(SECOND)
    heard = playback.pull(6 * VOICE_FRAME)
    assert (heard[:FALL] >= 0).all()
    assert (heard[FALL:] <= 0).all()
    assert told(playback)[-1] == (Kind.FINISHED, 5 * VOICE_FRAME)


def test_a_softened_reply_goes_on_and_swells_back():
    playback = playing(20)
    playback.pull(2 * VOICE_FRAME)
    playback.soften(FIRST, 0.2)
    low = playback.pull(2 * VOICE_FRAME)
    np.testing.assert_allclose(low[DUCK:], 0.2 * LEVEL, atol=1e-6)
    playback.soften(FIRST, 1.0)
    full = playback.pull(4 * VOICE_FRAME)
    np.testing.assert_allclose(full[SWELL:], LEVEL, atol=1e-6)
    assert np.abs(np.diff(np.concatenate([low, full]))).max() < LEVEL / 100


def test_a_reply_held_at_nothing_loses_nothing():
    playback = playing(10)
    playback.pull(3 * VOICE_FRAME)
    playback.soften(FIRST, 0.0)
    assert not playback.pull(4 * VOICE_FRAME)[DUCK:].any()
    playback.soften(FIRST, 1.0)
    playback.pull(8 * VOICE_FRAME)
    assert told(playback)[-1] == (Kind.FINISHED, 10 * VOICE_FRAME)
    held = playing(10)
    held.pull(VOICE_FRAME)
    held.soften(FIRST, 0.0)
    held.pull(VOICE_FRAME)
    held.stop(FIRST)
    assert told(held)[-1] == (Kind.SILENCED, VOICE_FRAME + DUCK)


def test_a_stop_while_a_reply_falls_silent_ends_it_once_it_is():
    playback = playing(10)
    playback.pull(3 * VOICE_FRAME)
    playback.soften(FIRST, 0.0)
    playback.pull(DUCK - FALL // 2)
    playback.stop(FIRST)
    tail = playback.pull(VOICE_FRAME)
    assert tail[0] > 0
    assert told(playback)[-1] == (Kind.SILENCED, 3 * VOICE_FRAME + DUCK)


def test_a_reply_that_is_held_says_at_once_how_far_it_came():
    playback = playing(10)
    playback.pull(round(3.4 * VOICE_FRAME))
    playback.soften(FIRST, 0.0)
    for _ in range(40):
        playback.pull(240)
    assert told(playback)[-1] == (Kind.PLAYED, round(3.4 * VOICE_FRAME) + DUCK)
    playback.stop(FIRST)
    assert told(playback) == [(Kind.SILENCED, round(3.4 * VOICE_FRAME) + DUCK)]


def test_a_reply_that_is_held_before_it_sounds_loses_no_syllable():
    playback = Playback()
    playback.hold(FIRST)
    playback.soften(FIRST, 0.0)
    playback.write(FIRST, sound(5))
    playback.commit(FIRST)
    assert not playback.pull(4 * VOICE_FRAME).any()
    playback.soften(FIRST, 1.0)
    heard = playback.pull(2 * VOICE_FRAME)
    np.testing.assert_allclose(heard[EDGE:], LEVEL)
    assert playback.gaps == 0


def test_a_slow_voice_sounds_once_its_reserve_is_there():
    playback = held_back(6, 5)
    assert not playback.pull(VOICE_FRAME).any()
    playback.write(FIRST, sound(1))
    assert playback.pull(VOICE_FRAME)[EDGE:].all()
    short = held_back(6, 1)
    short.end(FIRST)
    assert short.pull(VOICE_FRAME)[EDGE:-EDGE].all(), "all there is, is enough"


def test_a_reply_waits_no_longer_than_until_what_is_there_lasts_to_the_next_sound():
    playback = held_back(1.5, 1)
    assert not playback.pull(VOICE_FRAME // 2).any(), "the next sound may come after 1.5 frames"
    assert playback.pull(VOICE_FRAME // 2)[EDGE:].all(), "after one more"
    playback.write(FIRST, sound(1))
    assert playback.pull(VOICE_FRAME).all()
    assert playback.gaps == 0


def test_half_of_the_reserve_must_be_there_however_long_it_waits():
    playback = held_back(2.5, 1)
    assert not playback.pull(9 * VOICE_FRAME).any()


def test_a_small_sound_fills_the_wait_for_a_reply_that_is_not_there_yet():
    playback = Playback()
    playback.hold(FIRST)
    playback.commit(FIRST)
    playback.hold(SECOND)
    playback.write(SECOND, -sound(3))
    playback.end(SECOND)
    playback.commit(SECOND)
    assert (playback.pull(VOICE_FRAME) <= 0).all()
    playback.write(FIRST, sound(4))
    assert (playback.pull(2 * VOICE_FRAME) <= 0).all(), "what sounds is not cut into"
    assert (playback.pull(2 * VOICE_FRAME) >= 0).all()
    assert playback.gaps == 0


def test_sound_that_comes_late_fades_out_and_in_and_is_counted():
    playback = playing(3, whole=False)
    heard = [playback.pull(4 * VOICE_FRAME)]
    assert playback.gaps == 1
    playback.write(FIRST, sound(1))
    assert not playback.pull(VOICE_FRAME).any(), "less than what is waited for"
    playback.write(FIRST, sound(3))
    playback.end(FIRST)
    heard.append(playback.pull(5 * VOICE_FRAME))
    assert np.abs(np.diff(np.concatenate(heard))).max() < LEVEL / 50
    assert told(playback)[-1] == (Kind.FINISHED, 7 * VOICE_FRAME)


def test_a_reply_without_sound_is_finished():
    playback = Playback()
    playback.hold(FIRST)
    playback.commit(FIRST)
    playback.end(FIRST)
    playback.pull(100)
    assert told(playback) == [(Kind.FINISHED, 0)]


def test_a_turn_may_begin_where_an_earlier_process_left_it():
    playback = Playback()
    playback.hold(FIRST, 5 * VOICE_FRAME)
    playback.write(FIRST, sound(2))
    playback.end(FIRST)
    playback.commit(FIRST)
    playback.pull(3 * VOICE_FRAME)
    assert told(playback)[-1] == (Kind.FINISHED, 7 * VOICE_FRAME)


def test_what_is_too_loud_is_limited_and_counted():
    playback = Playback()
    playback.hold(FIRST)
    playback.write(FIRST, 3 * sound(4))
    playback.commit(FIRST)
    heard = playback.pull(VOICE_FRAME)
    assert heard.max() <= PEAK
    assert playback.clipped > 0


GAINS = st.sampled_from([0.0, 0.2, 1.0])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 3000)),
        st.tuples(st.just("pull"), st.integers(1, 3000)),
        st.tuples(st.just("soften"), GAINS),
        st.tuples(st.just("reserve"), st.integers(0, 9000)),
        st.tuples(st.sampled_from(["end", "commit", "stop"]), st.just(0)),
    ),
    max_size=40,
)


def act(playback: Playback, steps: list[tuple[str, float]]) -> None:
    for what, much in steps:
        if what == "write":
            playback.write(FIRST, np.full(int(much), LEVEL, np.float32))
        elif what == "pull":
            playback.pull(int(much))
        elif what in ("soften", "reserve"):
            getattr(playback, what)(FIRST, much)
        elif what != "stop":
            getattr(playback, what)(FIRST)


@given(STEPS, GAINS, st.integers(0, DUCK))
def test_a_stop_is_answered_once_and_the_next_reply_sounds_whatever_came_before(steps, gain, moved):
    playback = playing(10)
    playback.pull(VOICE_FRAME)
    act(playback, [*steps, ("soften", gain), ("pull", moved)])
    playback.stop(FIRST)
    playback.hold(SECOND)
    playback.write(SECOND, sound(3))
    playback.end(SECOND)
    playback.commit(SECOND)
    playback.pull(FALL + 4 * VOICE_FRAME)
    ends = [(report.kind, report.turn) for report in playback.left(playback.given) if report.kind is not Kind.PLAYED]
    assert ends.count((Kind.SILENCED, FIRST)) == 1
    assert ends[-1] == (Kind.FINISHED, SECOND)


@given(STEPS)
def test_laws_hold_in_any_order(steps):
    playback, heard = Playback(), []
    playback.hold(FIRST)
    written, reports = 0, []
    for what, much in steps:
        if what == "write":
            playback.write(FIRST, np.full(much, LEVEL, np.float32))
            written += much
        elif what == "pull":
            heard.append(playback.pull(much))
            assert len(heard[-1]) == much
        elif what in ("soften", "reserve"):
            getattr(playback, what)(FIRST, much)
        else:
            getattr(playback, what)(FIRST)
        reports += playback.left(playback.given)
    counts = [report.samples for report in reports if report.kind is not Kind.SILENCED or report.samples]
    assert counts == sorted(counts)
    assert not counts or counts[-1] <= written
    track = np.concatenate([np.zeros(1, np.float32), *heard])
    assert np.abs(track).max() <= LEVEL, "never louder than what was given"
    assert sum(report.kind is Kind.FINISHED for report in reports) <= 1
    assert PREBUFFER > 2 * EDGE
