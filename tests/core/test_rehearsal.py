"""The tape: what sounds when, by its own clock."""

from __future__ import annotations

import numpy as np

from core.events import Finished, LoudspeakerEvent, Played, Silenced
from core.fade import DUCK
from core.rehearsal import Tape
from core.types import MIC_FRAME, VOICE_FRAME, SpeechFrame, Turn

TURN, OTHER = Turn(1), Turn(2)
LEVEL = 0.5
FRAME = SpeechFrame(np.full(VOICE_FRAME, LEVEL, np.float32), np.arange(4))


def tape(frames: int = 10) -> tuple[Tape, list[LoudspeakerEvent]]:
    """Return a tape that plays a reply of so many frames, and what it reports."""
    made, told = Tape(), list[LoudspeakerEvent]()
    made.listen(told.append)
    made.hold(TURN)
    for _ in range(frames):
        made.write(TURN, FRAME)
    made.commit(TURN)
    return made, told


def passed(tape: Tape, frames: int) -> None:
    for _ in range(frames):
        tape.advance(tape.now + MIC_FRAME)


def test_a_softened_reply_is_low_and_swells_back_without_a_click() -> None:
    played, _ = tape()
    passed(played, 5)
    played.soften(TURN, 0.2)
    passed(played, 5)
    assert np.isclose(played.track()[-1], 0.2 * LEVEL)
    played.soften(TURN, 1.0)
    passed(played, 10)
    assert np.isclose(played.track()[-1], LEVEL)
    assert np.abs(np.diff(played.track())).max() < LEVEL / 50


def test_a_reply_that_is_held_waits_and_loses_nothing() -> None:
    played, told = tape()
    passed(played, 5)
    played.soften(TURN, 0.0)
    passed(played, 20)
    assert told[-1] == Played(TURN, 5 * MIC_FRAME + DUCK)
    played.end(TURN)
    played.soften(TURN, 1.0)
    passed(played, 30)
    assert told[-1] == Finished(TURN, 10 * VOICE_FRAME)
    assert np.count_nonzero(played.track()) >= 10 * VOICE_FRAME - 2, "all of it sounded"


def test_a_reply_that_is_held_before_it_sounds_begins_later_and_whole() -> None:
    played, told = tape(2)
    played.soften(TURN, 0.0)
    passed(played, 3)
    assert told == []
    played.soften(TURN, 1.0)
    passed(played, 1)
    assert told == [Played(TURN, MIC_FRAME, 3 * MIC_FRAME)]
    assert (played.heard(TURN) == LEVEL).all()


def test_a_reserve_is_waited_for() -> None:
    played, told = tape(2)
    played.reserve(TURN, 3 * VOICE_FRAME)
    passed(played, 2)
    assert told == []
    played.write(TURN, FRAME)
    passed(played, 1)
    assert told[-1] == Played(TURN, MIC_FRAME, 2 * MIC_FRAME)


def test_what_is_not_held_is_not_heard_of() -> None:
    played, told = tape(1)
    played.soften(OTHER, 0.5)
    played.reserve(OTHER, 5)
    played.stop(OTHER)
    assert told == [Silenced(OTHER, 0)]
