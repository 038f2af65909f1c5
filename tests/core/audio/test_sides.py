"""The engine's side of microphone and loudspeaker, with nobody behind the pipe."""

from __future__ import annotations

import numpy as np

from core.audio.loudspeaker import Loudspeaker
from core.audio.microphone import KEPT, Microphone
from core.audio.wire import Kind, Packet, sound
from core.events import Finished, Played, Silenced
from core.types import EAR_FRAME, MIC_FRAME, VOICE_FRAME, SpeechFrame, Turn

TURN = Turn(3, 1)
FRAME = SpeechFrame(np.ones(VOICE_FRAME, np.float32), np.zeros(4, np.int64))
HEARD = np.ones(MIC_FRAME, np.float32), np.ones(EAR_FRAME, np.float32)


class Room:
    """A loudspeaker, what it sends and what it reports."""

    def __init__(self) -> None:
        self.sent: list[Packet] = []
        self.reported: list[object] = []
        self.loudspeaker = Loudspeaker()
        self.loudspeaker.listen(self.reported.append)

    @property
    def kinds(self) -> list[Kind]:
        return [packet.kind for packet in self.sent]

    def speak(self, frames: int = 3) -> None:
        self.loudspeaker.hold(TURN)
        for _ in range(frames):
            self.loudspeaker.write(TURN, FRAME)
        self.loudspeaker.end(TURN)
        self.loudspeaker.commit(TURN)


def test_a_turn_goes_over_the_pipe_and_its_end_comes_back():
    room = Room()
    room.loudspeaker.resume(room.sent.append)
    room.speak(2)
    assert room.kinds == [Kind.HOLD, Kind.WRITE, Kind.WRITE, Kind.END, Kind.COMMIT]
    room.loudspeaker.take(Packet(Kind.PLAYED, TURN, 480, 1000), 24)
    room.loudspeaker.take(Packet(Kind.FINISHED, TURN, 3840, 1000), 24)
    assert room.reported == [Played(TURN, 480, 1024), Finished(TURN, 3840, 1024)]
    room.loudspeaker.take(Packet(Kind.PLAYED, TURN, 9, 9), 0)
    assert len(room.reported) == 2


def test_a_new_process_goes_on_where_the_last_one_was():
    room = Room()
    room.loudspeaker.resume(room.sent.append)
    room.speak(3)
    room.loudspeaker.take(Packet(Kind.PLAYED, TURN, 2000, 500), 0)
    room.loudspeaker.lose()
    room.sent.clear()
    room.loudspeaker.resume(room.sent.append)
    hold, write, end, commit = room.sent
    assert (hold.kind, hold.first) == (Kind.HOLD, 2000)
    assert len(sound(write.body)) == 3 * VOICE_FRAME - 2000
    assert (end.kind, commit.kind) == (Kind.END, Kind.COMMIT)
    room.loudspeaker.take(Packet(Kind.PLAYED, TURN, 2480, 7), 90_000)
    assert room.reported[-1] == Played(TURN, 2480, 500), "it began where it began"


def test_the_next_process_knows_how_loud_a_reply_is_and_what_it_waits_for():
    room = Room()
    room.loudspeaker.resume(room.sent.append)
    room.speak()
    room.loudspeaker.soften(TURN, 0.25)
    room.loudspeaker.reserve(TURN, 4800)
    asked = [(Kind.SOFTEN, 250), (Kind.RESERVE, 4800)]
    assert [(packet.kind, packet.first) for packet in room.sent[-2:]] == asked
    room.loudspeaker.soften(Turn(9), 0.5)
    room.loudspeaker.reserve(Turn(9), 5)
    room.loudspeaker.lose()
    room.sent.clear()
    room.loudspeaker.resume(room.sent.append)
    assert {(packet.kind, packet.first) for packet in room.sent[1:3]} == set(asked)
    assert room.sent[3].kind is Kind.WRITE


def test_a_stop_is_answered_even_by_nobody():
    room = Room()
    room.speak()
    room.loudspeaker.stop(TURN)
    room.loudspeaker.stop(Turn(9))
    assert room.reported == [Silenced(TURN, 0), Silenced(Turn(9), 0)]


def test_a_stop_under_way_is_answered_when_the_process_dies():
    room = Room()
    room.loudspeaker.resume(room.sent.append)
    room.speak()
    room.loudspeaker.take(Packet(Kind.PLAYED, TURN, 2000, 500), 0)
    room.loudspeaker.stop(TURN)
    room.loudspeaker.stop(TURN)
    room.loudspeaker.take(Packet(Kind.PLAYED, TURN, 2200, 500), 0)
    assert len(room.reported) == 1
    room.loudspeaker.lose()
    assert room.reported[1:] == [Silenced(TURN, 2000, 500)]
    room.loudspeaker.take(Packet(Kind.SILENCED, TURN, 2300, 500), 0)
    assert len(room.reported) == 2, "every stop is answered once"


def test_a_reply_that_is_over_when_it_is_stopped_was_heard_to_its_end():
    room = Room()
    room.loudspeaker.resume(room.sent.append)
    room.speak()
    room.loudspeaker.stop(TURN)
    room.loudspeaker.take(Packet(Kind.FINISHED, TURN, 3 * VOICE_FRAME, 500), 0)
    room.loudspeaker.take(Packet(Kind.SILENCED, TURN, 0, 0), 0)
    assert room.reported == [Silenced(TURN, 3 * VOICE_FRAME, 500)], "every stop is answered once"


def test_frames_are_numbered_without_gaps_whatever_came_between():
    microphone = Microphone()
    microphone.put(*HEARD)
    microphone._came -= 0.2
    microphone.pass_time()
    microphone.put(*HEARD)
    count = microphone.at // MIC_FRAME
    frames = [frame for _, frame in zip(range(count), microphone, strict=False)]
    assert [frame.at for frame in frames] == [MIC_FRAME * number for number in range(count)]
    assert count >= 2 + 6
    assert frames[-1].wide.all()
    assert not frames[1].wide.any()


def test_ears_that_are_hindered_miss_the_oldest():
    microphone = Microphone()
    for _ in range(KEPT + 2):
        microphone.put(*HEARD)
    assert next(iter(microphone)).at == 2 * MIC_FRAME


def test_closing_ends_the_iteration():
    microphone = Microphone()
    microphone.put(*HEARD)
    microphone.close()
    microphone.close()
    assert list(microphone) == []
