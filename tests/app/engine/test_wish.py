"""What an engine process that takes another's place is told."""

from pathlib import Path

from app.engine.link import Wish
from core.commands import NewConversation, OpenConversation, Setup, Write
from core.conversation import State
from core.events import Begin, Failed
from core.news import TurnKept, TurnSeen
from core.records import Notice
from core.settings import Settings
from core.types import Turn


def test_a_turn_that_was_kept_before_the_standing_is_told_is_answered_once_more():
    wish = Wish(Setup(Settings(), Path("data")), turn=True)
    wish.note_command(Write("tell me a story"))
    wish.note_news(TurnKept(4, TurnSeen(1, Turn(1), "tell me a story", "", "", typed=True, done=False)))
    assert wish.commands() == [OpenConversation(4, True)]


def test_the_end_of_a_turn_does_not_bring_back_a_conversation_that_was_left():
    wish = Wish(Setup(Settings(), Path("data")), conversation=3, turn=True)
    wish.note_command(NewConversation())
    wish.note_news(TurnKept(3, TurnSeen(1, Turn(1), "tell me a story", "Once", "", typed=True, done=True)))
    assert wish.commands() == []


def test_a_turn_that_a_hanging_engine_broke_off_is_answered_once_more():
    wish = Wish(Setup(Settings(), Path("data")), conversation=3)
    wish.note_news(Notice(Begin(Turn(2), None, "hello"), State.THINKING, 0.0))
    wish.note_news(Notice(Failed(Turn(2), "mouth", "no sign of life for 3 s"), State.LISTENING, 0.0))
    assert wish.commands() == [OpenConversation(3, True)], "the process ended before it could close the turn"


def test_a_failure_while_nobody_speaks_is_no_turn():
    wish = Wish(Setup(Settings(), Path("data")), conversation=3)
    wish.note_news(Notice(Failed(Turn(0), "ears", "broken"), State.LISTENING, 0.0))
    assert wish.commands() == [OpenConversation(3, False)]
