"""A real voice that is slower, or quicker, than speech: what it says first is held back until the rest keeps up.

The pocket pack's voice makes the frames; a port around it lets each take as long as is asked for, on a clock of its
own, with which the loudspeaker's own buffer is emptied. So no figure here depends on how busy the machine is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace

import numpy as np
import pytest

from app import compose
from core import mouth
from core.audio.playback import PREBUFFER, Playback
from core.mouth import Mouth
from core.ports import Voice
from core.settings import MemorySettings, WorkSettings
from core.types import VOICE_FRAME, VOICE_RATE, Segment, SpeechFrame, Turn
from core.work import Rest, Speak, Work

BLOCK = VOICE_RATE // 500
FRAME_S = VOICE_FRAME / VOICE_RATE
PHRASES = (
    "I am very well, thank you.",
    "It is good to have people you love, and to talk with them.",
    "A glass of water is best.",
)


@pytest.fixture(scope="module")
def real() -> tuple[Voice, Segment]:
    choice = compose.choose(compose.POCKET, None)
    voice = compose.load_voice(choice.pack, 1)
    return voice, compose.reference(choice.card, voice)


class Room:
    """A loudspeaker on a clock that somebody else moves; it tells where its sound began, and where it broke off."""

    def __init__(self) -> None:
        self.playback, self.turn = Playback(), Turn(1)
        self.began: float | None = None
        self.breaks: list[int] = []  # samples that had sounded
        self.written = 0
        self._until = 0.0
        self.playback.hold(self.turn)
        self.playback.commit(self.turn)

    @property
    def now(self) -> float:
        return self.playback.given / VOICE_RATE

    @property
    def played(self) -> int:
        part = self.playback._parts.get(self.turn)
        return part.played if part else self.written

    def pass_time(self, seconds: float) -> None:
        self._until += seconds
        while self.now < self._until:
            gaps = self.playback.gaps
            self.playback.pull(BLOCK)
            if self.began is None and self.played:
                self.began = self.now
            if self.playback.gaps > gaps:
                self.breaks.append(self.written)  # all that was there has sounded

    def write(self, turn: Turn, frame: SpeechFrame) -> None:
        self.playback.write(turn, frame.samples)
        self.written += len(frame.samples)

    def reserve(self, turn: Turn, samples: int) -> None:
        self.playback.reserve(turn, samples)

    def end(self, turn: Turn) -> None:
        self.playback.end(turn)


MADE: dict[str, list[SpeechFrame]] = {}  # what the voice takes its time for need not be made again for each case


def made(voice: Voice, context: Sequence[Segment], text: str, seed: int) -> list[SpeechFrame]:
    if text not in MADE:
        MADE[text] = list(voice.speak(context, text, seed))
    return MADE[text]


class Paced:
    """A voice whose frames take `pace` times as long to make as to hear, and the first one so many seconds more."""

    def __init__(self, voice: Voice, room: Room, pace: float, first_s: float) -> None:
        self._voice, self._room, self._pace, self._first_s = voice, room, pace, first_s
        self.encoder, self.wording, self.prepare = voice.encoder, voice.wording, voice.prepare

    def speak(self, context: Sequence[Segment], text: str, seed: int) -> Iterator[SpeechFrame]:
        self._room.pass_time(self._first_s)
        for frame in made(self._voice, context, text, seed):
            self._room.pass_time(self._pace * FRAME_S)
            yield frame


def said(real: tuple[Voice, Segment], pace: float, monkeypatch, replies: int = 1, first_s: float = 0.2):
    """Return the room of the last of so many replies, and where in it each phrase ended."""
    voice, reference = real
    paced = Paced(voice, Room(), pace, first_s)
    monkeypatch.setattr(mouth, "time", SimpleNamespace(monotonic=lambda: paced._room.now))
    speaking = Mouth(paced, [reference], paced._room, MemorySettings(), WorkSettings())
    for _ in range(replies):
        room = paced._room = speaking._loudspeaker = Room()
        work, ends = Work(room.turn, None, "", (), 1), list[int]()
        speaking._spoken, speaking._index = [], 0
        for phrase in PHRASES:
            for _ in speaking(Speak(work, phrase)):
                pass
            ends.append(room.written)
        for _ in speaking(Rest(work)):
            pass
        room.pass_time(room.written / VOICE_RATE + 1)
        assert room.played == room.written > 3 * VOICE_RATE, "all of it sounds in the end"
    return room, ends


@pytest.mark.parametrize("pace", [0.95, 1.1, 1.5, 2.5])
@pytest.mark.parametrize("replies", [1, 2])
def test_a_voice_slower_than_speech_breaks_off_in_no_phrase(real, pace: float, replies: int, monkeypatch) -> None:
    room, ends = said(real, pace, monkeypatch, replies)
    print(
        f"pace {pace}: began after {room.began} s of {room.written / VOICE_RATE:.2f}, breaks {room.breaks} ends {ends}"
    )
    assert set(room.breaks) <= set(ends), "between phrases a voice that is too slow may be waited for"
    assert np.isfinite(room.began)


@pytest.mark.parametrize("pace", [0.1, 0.4, 0.65])
@pytest.mark.parametrize("first_s", [0.05, 0.6])
def test_a_quick_voice_is_not_waited_for(real, pace: float, first_s: float, monkeypatch) -> None:
    room, _ = said(real, pace, monkeypatch, first_s=first_s)
    frames = PREBUFFER / VOICE_FRAME + 1
    print(f"pace {pace}, first {first_s}: began after {room.began} s, breaks {room.breaks}")
    assert room.breaks == []
    assert room.began <= first_s + frames * pace * FRAME_S + 2 * BLOCK / VOICE_RATE
