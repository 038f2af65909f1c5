"""What the voice is given of a talk that goes on, and how often it is gone through."""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import Mock

import numpy as np

from core.memory import Exchange, Said, context, segments
from core.mouth import Mouth
from core.settings import MemorySettings, WorkSettings
from core.types import COMPANION, NO_TURN, Segment, Turn, VoiceHistory
from core.work import Listen, Recall, Remember, Rest, Speak, Work
from tests.fakes import Voice

RECALL = MemorySettings(voice_positions_high=300, voice_positions_low=200)
REFERENCE = Segment(COMPANION, "this is me", np.ones((5, 8), np.int16), pinned=True)


class Told(Voice):
    """Notes what it is given, and what it is asked to word."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[Segment] = []
        self.asked: list[str] = []

    def wording(self, text: str) -> str:
        self.asked.append(text)
        return text.upper()

    def prepare(self, context: Sequence[Segment], *, idle: bool = False) -> VoiceHistory:
        self.given = [*context]
        return super().prepare(context)


def exchange(number: int) -> Exchange:
    codes = np.full((10, 8), number, np.int16)
    return Exchange(f"question {number}", codes, (Said(f"answer {number}", f"ANSWER {number}", codes, whole=True),))


def remembered(mouth: Mouth, history: tuple[Exchange, ...]) -> None:
    assert list(mouth(Remember(Work(NO_TURN, None, "", history, 0)))) == []


def told(given: Sequence[Segment]) -> list[tuple[int, str, int]]:
    return [(each.speaker, each.text.upper(), int(each.codes.sum())) for each in given]


def test_of_a_growing_talk_the_voice_is_given_what_is_newest_in_all_of_it() -> None:
    voice, history = Told(), ()
    mouth = Mouth(voice, [REFERENCE], None, RECALL, WorkSettings())
    for number in range(60):
        history = (*history, exchange(number))
        remembered(mouth, history)
        assert told(voice.given) == told(context([REFERENCE], segments(history), RECALL))
    assert len(voice.given) < 30, "the oldest leave"
    assert voice.asked == [each.user for each in history], "each is gone through once"
    cut = (*history[:-1], exchange(99))
    remembered(mouth, cut)
    assert told(voice.given) == told(context([REFERENCE], segments(cut), RECALL)), "another one is read anew"


def test_nothing_leaves_while_a_reply_is_spoken() -> None:
    voice, loudspeaker = Told(), Mock()
    mouth = Mouth(voice, [REFERENCE], loudspeaker, RECALL, WorkSettings())
    for count in range(1, 40):
        work = Work(Turn(count), None, "go on", tuple(map(exchange, range(count))), 0)
        remembered(mouth, work.history)
        before, phrases = voice.given, [f"phrase {number} of a long reply" for number in range(4)]
        voice.contexts.clear()
        for item in (Listen(work), Recall(work, "go on"), *(Speak(work, text) for text in phrases), Rest(work)):
            list(mouth(item))
        for number, (given, _) in enumerate(voice.contexts):
            assert told(given[: len(before)]) == told(before)
            assert [each.text for each in given[len(before) :]] == [text.upper() for text in phrases[:number]]
