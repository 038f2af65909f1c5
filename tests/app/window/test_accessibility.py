"""What a screen reader and a keyboard find: names, roles, order, announcements, in every window and page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from app.window import banner, steering
from app.window.words import Mood, word
from core.conversation import State
from core.events import Commit
from core.news import ConversationList, FactList, FactSeen, Standing, TurnPage, VoiceList, VoiceSeen
from core.records import Notice, TurnRecord
from core.types import Turn
from tests.app.window.around import conversation, seen, told

NOTHING = (QAccessible.Role.NoRole, QAccessible.Role.Client)


def filled(house):
    told(
        house,
        Standing(talking=True, ready=True, conversation=1, voice="ada"),
        ConversationList("", (conversation(1, "Mountains"),)),
        TurnPage(1, None, (seen(1, "Hello", "Hi."),), 0),
    )


def windows(house):
    """Yield each window and page of the house, shown."""
    filled(house)
    yield house.desk
    house.open_settings()
    told(house, VoiceList((VoiceSeen("ada", "Ada", "calm", "shipped", "-", "-", own=False),), "ada"))
    told(house, FactList((FactSeen(1, "Likes tea."),)))
    for page in house.settings._pages:
        house.settings.open_page(page.title)
        QTest.qWait(1)
        yield house.settings
    house.show_first_run()
    for _ in range(4):
        yield house.first_run
        house.first_run.next.click()


def focusable(window):
    found = [each for each in window.findChildren(QWidget) if each.isVisible() and each.window() is window]
    return [each for each in found if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isEnabled()]


def inside(widget):
    """Whether it is a part of a control, as a combo box's line is; the control has the name."""
    return isinstance(widget.parent(), QAbstractScrollArea) or widget.objectName().startswith("qt_")


def test_everything_that_takes_the_focus_has_a_name_and_a_role(house):
    nameless = []
    for window in windows(house):
        for widget in focusable(window):
            found = QAccessible.queryAccessibleInterface(widget)
            assert found is not None, widget
            name = found.text(QAccessible.Text.Name)
            if not inside(widget) and (not name.strip() or found.role() in NOTHING):
                nameless.append((window.windowTitle(), type(widget).__name__, name, found.role()))
    assert not nameless


def test_the_rows_are_read_out_with_who_says_them(house):
    filled(house)
    tree = QAccessible.queryAccessibleInterface(house.desk.view)
    names = [tree.child(at).text(QAccessible.Text.Name) for at in range(tree.childCount())]
    assert "You: Hello" in names
    assert "Sotto: Hi." in names
    rows = QAccessible.queryAccessibleInterface(house.desk.sidebar.list)
    assert "Mountains" in rows.child(0).text(QAccessible.Text.Name)


def test_the_keyboard_reaches_everything_and_talk_comes_first(house):
    filled(house)
    house.desk.activateWindow()
    panel = house.desk.panel
    panel.instrument.talk.setFocus()
    reached = []
    for _ in range(40):
        QTest.keyClick(QApplication.focusWidget() or house.desk, Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
        if reached[-1] is panel.instrument.talk:
            break
    assert reached[:4] == [panel.mode, panel.muted, panel.line, panel.sender_]  # Stop has nothing to stop
    missed = [each for each in focusable(house.desk) if each not in reached and not inside(each)]
    assert not [each for each in missed if each.window() is house.desk and not _of_row(house, each)]


def _of_row(house, widget):
    return widget.parent() is house.desk.actions_  # shown only while a row is chosen; there are keys for them


@pytest.fixture
def spoken(monkeypatch):
    words = []
    monkeypatch.setattr(steering, "announce", lambda widget, text: words.append(text))
    monkeypatch.setattr(banner, "announce", lambda widget, text: words.append(text))
    return words


def test_what_changes_is_announced(house, spoken):
    told(house, Notice(Commit(Turn(1)), State.SPEAKING, 0.0))
    told(house, Notice(TurnRecord(Turn(1), "answered", user="Hello", reply="Hi."), State.LISTENING, 0.0))
    assert spoken == [word(Mood.SPEAKING), "Hi.", word(Mood.LISTENING)]


def test_a_late_reply_of_a_conversation_that_was_left_is_not_told(house, spoken):
    replies = []
    house.steering.replied.connect(replies.append)
    house.steering.live.leave()
    told(house, Notice(TurnRecord(Turn(1), "answered", user="Hello", reply="Hi."), State.LISTENING, 60_000.0))
    told(house, Notice(TurnRecord(Turn(1), "answered", user="Hello", reply="Anew."), State.LISTENING, 0.0))
    assert (spoken, replies) == (["Anew."], ["Anew."])
