"""`sotto talk` as a user has it: a sentence into the microphone, an answer out of the loudspeaker."""

from __future__ import annotations

from app.rig.analysis import last_audible
from app.rig.kept import replies
from app.rig.people import spoken
from app.rig.program import Program
from app.rig.room import Room as Occupied
from app.rig.room import exchange
from app.rig.server import RATE
from core.types import VOICE_RATE

WAITS = 120.0  # seconds, on a machine however busy


def test_it_answers_aloud_and_keeps_what_was_heard(silent, tmp_path):
    program = Program(silent.server.environment, tmp_path / "kept")
    try:
        program.wait_ready()
        room = Occupied(silent.server, silent.recorder, silent.person, program, None)
        said = exchange(room, spoken("How are you today?"), WAITS)
        assert said is not None
        assert said.answer is not None, "something was played after the question"
        record = program.wait("TurnRecord", WAITS, outcome="answered")
        assert record is not None
        assert record.facts["user"]
    finally:
        program.stop()
    (kept, *_) = replies(tmp_path / "kept")
    assert kept.text == record.facts["reply"]
    first, last = said.answer, last_audible(said.played)
    assert last is not None
    assert abs((last - first) / RATE - len(kept.sound) / VOICE_RATE) < 0.5, "as long as what was kept"
