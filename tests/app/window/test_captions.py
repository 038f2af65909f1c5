"""Captions: what is said comes, settles, is cut off; ten thousand turns are opened by setting only what is seen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.window.caption_text import Measures, Setting
from app.window.caption_view import CaptionView
from app.window.captions import Caption, Captions
from app.window.live import Live, both_sides
from app.window.theme import Look
from core.conversation import State
from core.events import Begin, Captioned, Commit, Heard, Phrased, Played, Reopen, Replied, SpeechStarted, Stilled
from core.news import TurnKept
from core.records import Notice, TurnRecord
from core.types import VOICE_RATE, Transcript, Turn
from tests.app.window.around import seen

ONE, AGAIN = Turn(1), Turn(1, 1)


@pytest.fixture
def captions():
    return Captions()


@pytest.fixture
def live(captions):
    return Live(captions)


LONG_AGO = 60_000.0  # milliseconds since a companion began that was there before anything was left


def happen(live, *what, ms=0.0):
    for each in what:
        live.take(Notice(each, State.LISTENING, ms))


def shown(captions):
    rows = [captions.at(row) for row in range(captions.rowCount())]
    return [(each.side, each.settled, each.tentative, each.unheard) for each in rows]


def test_words_settle_while_they_are_said(captions, live):
    happen(live, SpeechStarted(0), Captioned(0, 1, "how", "or you"))
    assert shown(captions) == [("user", "how", "or you", "")]
    happen(live, Captioned(0, 2, "how are", "you"), Begin(ONE), Heard(ONE, Transcript("How are you?")))
    assert shown(captions) == [("user", "", "How are you?", "")]
    happen(live, Commit(ONE))
    assert shown(captions) == [("user", "How are you?", "", "")]


def test_a_click_leaves_nothing(captions, live):
    happen(live, SpeechStarted(0), Stilled(0))
    assert shown(captions) == []


def test_a_turn_that_goes_on_is_one_caption(captions, live):
    happen(live, SpeechStarted(0), Begin(ONE), Heard(ONE, Transcript("I would like")), Reopen(ONE))
    assert shown(captions) == [("user", "", "I would like", "")]
    happen(live, Begin(AGAIN), Heard(AGAIN, Transcript("I would like tea.")), Commit(AGAIN))
    assert shown(captions) == [("user", "I would like tea.", "", "")]


def test_nothing_of_a_reply_is_shown_before_it_may_sound(captions, live):
    happen(live, Begin(ONE), Heard(ONE, Transcript("Hello")), Replied(ONE, "Hello, you."))
    assert [side for side, *_ in shown(captions)] == ["user"]
    happen(live, Commit(ONE))
    assert shown(captions)[1] == ("reply", "", "Hello, you.", "")


def test_a_reply_settles_as_it_sounds_and_says_what_was_cut_off(captions, live):
    text = "One two three four five six seven eight."
    happen(live, Begin(ONE, None, "count"), Commit(ONE), Replied(ONE, text), Phrased(ONE, 0, text, text))
    happen(live, Played(ONE, VOICE_RATE))
    _, settled, tentative, _ = shown(captions)[1]
    assert settled.startswith("One two")
    assert f"{settled} {tentative}" == text
    happen(live, TurnRecord(ONE, "interrupted", user="count", reply="One two three", written=text))
    assert shown(captions)[1] == ("reply", "One two three", "", "four five six seven eight.")


def test_a_failure_is_said_and_keeps_the_words(captions, live):
    happen(live, Begin(ONE), TurnRecord(ONE, "failed", user="Hello", stage="mouth", error="secret detail"))
    assert captions.at(0).settled == "Hello"
    assert "voice" in captions.at(1).note
    assert "secret" not in captions.at(1).note


@pytest.mark.parametrize("outcome", ["empty", "merged"])
def test_a_turn_without_a_trace_leaves_none(captions, live, outcome):
    happen(live, Begin(ONE), Heard(ONE, Transcript("um")), TurnRecord(ONE, outcome))
    assert shown(captions) == []


def test_a_kept_turn_can_be_played_and_the_next_engine_counts_anew(captions, live):
    happen(live, Begin(ONE), TurnRecord(ONE, "answered", user="Hello", reply="Hi."))
    live.kept(TurnKept(1, seen(1, "Hello", "Hi.")))
    assert [captions.at(row).row for row in (0, 1)] == [1, 1]
    happen(live, Begin(ONE, None, "Another"), Commit(ONE))
    assert [each[1] for each in shown(captions)] == ["Hello", "Hi.", "Another"]


def test_a_turn_that_is_kept_before_it_is_over_is_shown_once(captions, live):
    happen(live, Begin(ONE, None, "Hello"), Commit(ONE), Replied(ONE, "Hi there."))
    live.kept(TurnKept(1, seen(1, "Hello", "Hi there.")))
    happen(live, Played(ONE, VOICE_RATE), TurnRecord(ONE, "answered", user="Hello", reply="Hi there."))
    assert shown(captions) == [("user", "Hello", "", ""), ("reply", "Hi there.", "", "")]
    assert [captions.at(row).row for row in (0, 1)] == [1, 1]


def test_what_is_under_way_when_the_engine_ends_stands_as_it_is(captions, live):
    happen(live, Begin(ONE, None, "Hello"), Commit(ONE), Replied(ONE, "Hi there."))
    live.broken_off()
    happen(live, Begin(ONE, None, "Again"), Commit(ONE))
    assert [each[1] for each in shown(captions)] == ["Hello", "Hi there.", "Again"]


def test_nothing_comes_back_of_a_conversation_that_was_left(captions, live):
    happen(live, Begin(ONE, None, "Hello"), Commit(ONE), Replied(ONE, "Hi there."), ms=LONG_AGO)
    live.leave()
    captions.show([])
    happen(live, Played(ONE, VOICE_RATE), SpeechStarted(0), ms=LONG_AGO)
    happen(live, TurnRecord(ONE, "hushed", user="Hello", reply="Hi there."), ms=LONG_AGO)
    assert shown(captions) == []
    happen(live, Begin(ONE, None, "Another"), Commit(ONE))
    assert [each[1] for each in shown(captions)] == ["Another"], "a new companion counts turns anew"


def test_deleted_turns_leave(captions):
    captions.show([each for row in (1, 2) for each in both_sides(seen(row, f"q{row}", f"a{row}"))])
    captions.drop(rows=(1,))
    assert [each[1] for each in shown(captions)] == ["q2", "a2"]


def test_a_caption_is_read_out_whole(captions):
    caption = Caption("reply", settled="I would", unheard="rather not")
    assert captions.spoken(caption) == "Sotto: I would (cut off before: rather not)"


# The view.


def many(turns):
    return [each for row in range(1, turns + 1) for each in both_sides(seen(row, f"Question {row}?", "word " * 40))]


@pytest.fixture
def view(qtbot, theme, captions):
    made = CaptionView(captions, theme)
    qtbot.addWidget(made)
    made.resize(640, 400)
    made.show()
    return made


def test_ten_thousand_turns_set_only_what_is_seen(captions, view, monkeypatch):
    made = []
    original = Setting.__init__
    monkeypatch.setattr(Setting, "__init__", lambda self, *rest: (made.append(1), original(self, *rest))[1])
    captions.show(many(10_000))
    assert captions.rowCount() == 20_000
    assert 0 < len(made) < 60
    assert view.indexAt(view.viewport().rect().bottomLeft()).row() == -1  # below the last row is air
    assert view.visualRect(captions.index(19_999)).bottom() <= view.viewport().height()


def test_the_reader_is_not_moved_by_what_comes_before_or_after(captions, view):
    captions.show(many(40))
    view.scrollTo(captions.index(30))
    row = view.indexAt(view.viewport().rect().center())
    words, place = captions.at(row.row()), view.visualRect(row)
    captions.prepend(many(30))
    captions.put(Caption("user", Turn(9), settled="new"))
    row = view.indexAt(view.viewport().rect().center())
    assert captions.at(row.row()) == words
    assert abs(view.visualRect(row).top() - place.top()) <= 1


def test_the_end_is_followed_as_it_grows(captions, view):
    captions.show(many(20))
    for count in range(1, 60):
        captions.put(Caption("user", Turn(5), settled="word " * count))
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_rows_are_walked_by_keys_and_seen(captions, view):
    captions.show(many(50))
    view.setFocus()
    for key in (Qt.Key.Key_End, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_PageUp):
        QTest.keyClick(view, key)
    at = view.currentIndex()
    assert 0 < at.row() < 98
    assert view.viewport().rect().intersects(view.visualRect(at))
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.currentIndex().row() == 0
    assert view.verticalScrollBar().value() <= view.visualRect(captions.index(0)).height()


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_a_guess_is_near_what_is_set(qapp, theme, percent):
    measures = Measures(Look(percent=percent), 700)
    for caption in [*many(1), Caption("user", settled="Short.")]:
        height = Setting(caption, "You", measures).height
        assert measures.guess(caption) == pytest.approx(height, rel=0.5)
