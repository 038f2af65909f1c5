"""The main window: what is told is shown, what the user does is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog

from app.window import keeping
from app.window.circumstances import Circumstances
from app.window.words import Mood, word
from core.audio.wire import Levels
from core.commands import (
    DeleteConversations,
    DeleteTurn,
    ExportConversation,
    Hush,
    ListConversations,
    Mute,
    NewConversation,
    OpenConversation,
    Press,
    ReadTurns,
    Release,
    RenameConversation,
    ReplayTurn,
    Rest,
    Talk,
    Unmute,
    UseSettings,
    Write,
)
from core.conversation import State
from core.events import Begin, Commit
from core.news import (
    AudioOpened,
    ConversationList,
    EngineState,
    Exported,
    ReplyTimes,
    Standing,
    Trouble,
    TurnKept,
    TurnPage,
    TurnsDeleted,
)
from core.records import Notice, TurnRecord
from core.types import Turn
from tests.app.window.around import conversation, seen, told, wait


def test_every_state_has_a_word():
    ready = Circumstances().after(EngineState("ready")).after(Standing(ready=True, talking=True))
    assert all(word(ready.after(state).mood) for state in State)


def test_a_listener_that_fails_does_not_close_the_door(house, qtbot):
    def fail(_):
        raise ValueError("no")

    house.door.hear(Exported, fail)
    with qtbot.capture_exceptions() as faults:
        told(house, Exported(1, "file"), Standing(ready=True, talking=True, muted=True))
        wait(lambda: house.desk.panel.state.text() == word(Mood.MUTED), 5)
    assert [fault[0] for fault in faults] == [ValueError]


@pytest.mark.parametrize(
    ("engine", "standing", "state", "mood"),
    [
        ("starting", Standing(), State.LISTENING, Mood.WAKING),
        ("loading", Standing(talking=True), State.LISTENING, Mood.WAKING),
        ("ready", Standing(ready=True), State.LISTENING, Mood.PAUSED),
        ("ready", Standing(ready=True, talking=True), State.LISTENING, Mood.LISTENING),
        ("ready", Standing(ready=True, talking=True, muted=True), State.LISTENING, Mood.MUTED),
        ("ready", Standing(ready=True, talking=True), State.HEARING, Mood.HEARING),
        ("safe", Standing(ready=True), State.THINKING, Mood.THINKING),
        ("ready", Standing(ready=True, muted=True), State.SPEAKING, Mood.SPEAKING),
        ("slow", Standing(ready=True, talking=True), State.SPEAKING, Mood.RECOVERING),
        ("restarting", Standing(ready=True, talking=True), State.SPEAKING, Mood.RECOVERING),
        ("stopped", Standing(), State.LISTENING, Mood.STOPPED),
    ],
)
def test_one_word_says_how_it_is(house, engine, standing, state, mood):
    told(house, EngineState(engine), standing, Notice(Commit(Turn(9)), state, 0.0))
    assert house.desk.panel.state.text() == word(mood)
    assert word(mood) in house.desk.panel.instrument.talk.accessibleDescription()


def test_a_new_engine_is_not_taken_for_the_old_one():
    how = Circumstances().after(EngineState("ready")).after(Standing(ready=True, talking=True)).after(State.SPEAKING)
    assert how.after(EngineState("restarting")).after(EngineState("starting")).mood is Mood.WAKING


def test_nobody_is_told_to_speak_where_there_is_no_microphone():
    how = Circumstances().after(EngineState("ready")).after(Standing(ready=True, talking=True))
    deaf = how.after(AudioOpened(None, "Speakers"))
    assert deaf.mood is Mood.DEAF
    assert deaf.after(State.SPEAKING).mood is Mood.SPEAKING  # what was written is answered
    assert deaf.after(AudioOpened("Headset", "Speakers")).mood is Mood.LISTENING


def test_talk_opens_and_closes_the_microphone(house, outside):
    talk = house.desk.panel.instrument.talk
    QTest.mouseClick(talk, Qt.MouseButton.LeftButton, pos=talk.rect().center())
    assert outside.asked == [Rest()]
    told(house, Standing(ready=True))
    QTest.keyClick(talk, Qt.Key.Key_Space)
    assert outside.asked == [Rest(), Talk()]


def test_the_corners_of_the_round_button_are_not_the_button(house, outside):
    talk = house.desk.panel.instrument.talk
    QTest.mouseClick(talk, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert outside.asked == []


@pytest.mark.parametrize("mode", [1, 2])
def test_held_and_tapped_talk(house, outside, mode):
    house.desk.panel.mode.setCurrentIndex(mode)
    assert outside.of(UseSettings)[0].settings.segmenter.mode == ("open", "push", "tap")[mode]
    outside.asked.clear()
    house.desk.view.setFocus()
    QTest.keyPress(house.desk, Qt.Key.Key_F9)
    QTest.keyRelease(house.desk, Qt.Key.Key_F9)
    assert outside.asked == [Press(), Release()]


def hold_talk(house, outside, qtbot):
    """Let the window have the keys, and hold the one to talk."""
    house.desk.panel.mode.setCurrentIndex(1)
    qtbot.waitExposed(house.desk)
    house.desk.activateWindow()
    QTest.qWait(20)
    outside.asked.clear()
    QTest.keyPress(house.desk, Qt.Key.Key_F9)


def test_a_held_talk_ends_when_another_window_takes_the_keys(house, outside, qtbot):
    hold_talk(house, outside, qtbot)
    house.open_settings()
    wait(lambda: outside.asked == [Press(), Release()], 5)
    assert not house.desk.panel.instrument.talk.isDown()
    QTest.keyRelease(house.desk, Qt.Key.Key_F9)
    assert outside.of(Release) == [Release()]


def test_a_held_talk_ends_whatever_else_is_down(house, outside, qtbot):
    hold_talk(house, outside, qtbot)
    QTest.keyRelease(house.desk, Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    assert outside.asked == [Press(), Release()]


def test_a_held_talk_opens_a_closed_microphone_first(house, outside):
    house.desk.panel.mode.setCurrentIndex(1)
    told(house, Standing(ready=True))
    outside.asked.clear()
    house.desk.panel.instrument.talk.pressed.emit()
    assert outside.asked == [Talk(), Press()]


def test_writing_always_works(house, outside):
    told(house, EngineState("restarting", "it ended"))
    QTest.keyClicks(house.desk.panel.line, "Hello there")
    QTest.keyClick(house.desk.panel.line, Qt.Key.Key_Return)
    QTest.keyClick(house.desk.panel.line, Qt.Key.Key_Return)  # of nothing nothing is sent
    assert outside.asked == [Write("Hello there")]
    assert house.desk.panel.line.text() == ""


def test_mute_and_stop(house, outside):
    panel = house.desk.panel
    panel.muted.click()
    told(house, Standing(ready=True, talking=True, muted=True))
    panel.muted.click()
    assert not panel.stopper.isEnabled()
    told(house, Notice(Commit(Turn(1)), State.SPEAKING, 0.0))
    panel.stopper.click()
    assert outside.asked == [Mute(), Unmute(), Hush()]


def test_keys_do_what_is_chosen(house, outside, qtbot):
    told(house, Notice(Commit(Turn(1)), State.SPEAKING, 0.0))
    qtbot.waitExposed(house.desk)
    house.desk.activateWindow()
    QTest.qWait(20)
    QTest.keyClick(house.desk, Qt.Key.Key_Escape)
    assert outside.asked == [Hush()]
    house.kept.set("keys", stop="F5")
    QTest.qWait(20)
    QTest.keyClick(house.desk, Qt.Key.Key_Escape)
    assert outside.asked == [Hush()]
    QTest.keyClick(house.desk, Qt.Key.Key_F5)
    assert outside.asked == [Hush(), Hush()]


def test_levels_are_shown(house):
    told(house, Levels(microphone=0.5, loudspeaker=0.0))
    assert house.desk.panel.meter.value() > 50


def test_the_time_of_the_last_reply_is_shown_honestly(house):
    told(house, ReplyTimes(Turn(1), total=1840, waited=900, heard=410, thought=220, spoke=None))
    text = house.desk.panel.times.text().replace("\N{NO-BREAK SPACE}", " ")
    assert "1.8 s" in text
    assert "0.9 s" in text
    assert text.count("·") == 2  # what is not known is not said
    told(house, ReplyTimes(Turn(2)))
    assert house.desk.panel.times.text().replace("\N{NO-BREAK SPACE}", " ") == text


def test_trouble_is_said_in_three_parts_and_goes_when_closed(house):
    told(house, Trouble("It fell.", "The rest works.", "Lift it."))
    banner = house.desk.banner
    assert banner.isVisible()
    assert (banner.what.text(), banner.more.text()) == ("It fell.", "The rest works. Lift it.")
    banner._close.click()
    assert not banner.isVisible()


def test_a_missing_microphone_is_said(house):
    told(house, AudioOpened(None, "Loudspeaker"))
    assert "microphone" in house.desk.banner.what.text()


def test_the_engine_s_end_is_said_and_its_return_shown(house):
    told(house, EngineState("restarting", "it was killed"))
    assert "it was killed" in house.desk.banner.what.text()
    told(house, EngineState("ready"), Standing(ready=True, talking=True))
    assert house.desk.panel.state.text() == word(Mood.LISTENING)


# Conversations.


def held(house, number=2):
    told(house, Standing(talking=True, ready=True, conversation=number))
    told(house, ConversationList("", (conversation(2, "Mountains"), conversation(1, "Rivers"))))


def test_conversations_are_listed_found_and_opened(house, outside):
    held(house)
    side = house.desk.sidebar
    assert side.current().number == 2
    assert house.desk.title.text() == "Mountains"
    QTest.keyClick(side.list, Qt.Key.Key_Down)
    QTest.keyClick(side.list, Qt.Key.Key_Return)
    assert outside.of(OpenConversation) == [OpenConversation(1)]
    assert outside.of(ReadTurns) == [ReadTurns(1, None, keeping.FIRST)]
    house.desk.sidebar.look_for()
    QTest.keyClicks(side._search, "moun")
    wait(lambda: ListConversations("moun") in outside.asked, 5)


def test_turns_come_in_pages(house, outside):
    held(house)
    pages = [tuple(seen(row, f"q{row}", "word " * 60) for row in rows) for rows in (range(101, 201), range(1, 101))]
    told(house, TurnPage(2, None, pages[0], earlier=100))
    house.desk.view.scrollTo(house.desk.captions.index(0))
    QTest.qWait(1)
    assert outside.of(ReadTurns) == [ReadTurns(2, 101, keeping.MORE)]
    told(house, TurnPage(2, 101, pages[1], earlier=0))
    assert house.desk.captions.rowCount() == 400
    house.desk.view.scrollTo(house.desk.captions.index(0))
    assert len(outside.of(ReadTurns)) == 1


def test_a_turn_is_played_copied_and_deleted(house, outside, monkeypatch):
    held(house)
    told(house, TurnPage(2, None, (seen(7, "Hello", "Hi."),), 0))
    view = house.desk.view
    view.setFocus()
    view.setCurrentIndex(house.desk.captions.index(1))
    QTest.keyClick(view, Qt.Key.Key_Return)
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    monkeypatch.setattr(house.keeping, "_sure", lambda what: True)
    house.desk.actions_.stand_at(0)
    house.desk.actions_.deleter.click()
    assert outside.of(ReplayTurn) == [ReplayTurn(7, "reply")]
    assert QGuiApplication.clipboard().text() == "Hi."
    assert outside.of(DeleteTurn) == [DeleteTurn(7)]
    told(house, TurnsDeleted(2, (7,)))
    assert house.desk.captions.rowCount() == 0


def beside_the_first_row(house):
    """Show the newest of many turns, scroll to the first of them, and point at it; return its buttons."""
    held(house)
    told(house, TurnPage(2, None, tuple(seen(row, f"q{row}", "word " * 60) for row in range(101, 201)), earlier=100))
    house.desk.view.scrollTo(house.desk.captions.index(0))
    QTest.qWait(1)
    house.desk.actions_.stand_at(0)
    return house.desk.actions_


def test_the_turn_that_the_buttons_stand_beside_is_deleted_though_older_ones_came_before_it(
    house, outside, monkeypatch
):
    monkeypatch.setattr(house.keeping, "_sure", lambda what: True)
    actions = beside_the_first_row(house)
    told(house, TurnPage(2, 101, tuple(seen(row, f"q{row}", "word " * 60) for row in range(1, 101)), earlier=0))
    assert actions.isVisible()
    actions.deleter.click()
    assert outside.of(DeleteTurn) == [DeleteTurn(101)]


def test_buttons_go_and_come_back_with_their_row(house, outside):
    actions, bar = beside_the_first_row(house), house.desk.view.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert not actions.isVisible()
    bar.setValue(0)
    assert actions.isVisible()
    told(house, TurnPage(2, None, (seen(7, "Hello", "Hi."),), 0))
    assert not actions.isVisible(), "what they stood beside is no longer there"


def test_a_live_turn_cannot_be_deleted_yet(house):
    told(house, Notice(Begin(Turn(1), None, "Hello"), State.THINKING, 0.0))
    house.desk.actions_.stand_at(0)
    assert not house.desk.actions_.deleter.isEnabled()
    assert house.desk.actions_.copier.isEnabled()


def test_a_conversation_is_renamed_exported_and_deleted(house, outside, monkeypatch, tmp_path):
    held(house)
    file = tmp_path / "Mountains.srt"
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Peaks", True))
    monkeypatch.setattr(keeping.QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    monkeypatch.setattr(house.keeping, "_sure", lambda what: True)
    menu = house.desk.sidebar.menu(house.desk.sidebar.current())
    actions = {action.text(): action for action in menu.actions()}
    actions["Rename…"].trigger()
    for each in actions["Export"].menu().actions():
        each.trigger()
    actions["Delete…"].trigger()
    assert outside.of(RenameConversation) == [RenameConversation(2, "Peaks")]
    asked = [(each.file.suffix, each.replace) for each in outside.of(ExportConversation)]
    assert asked == [(".md", False), (".json", False), (".srt", True), (".wav", False)], "the dialog asked of that one"
    assert outside.of(DeleteConversations) == [DeleteConversations((2,))]
    assert outside.of(NewConversation)
    menu.deleteLater()
    told(house, Exported(2, str(file)))
    assert str(file) in house.desk.banner.what.text()


def test_a_new_conversation_begins_empty(house, outside):
    held(house)
    told(house, TurnPage(2, None, (seen(7, "Hello", "Hi."),), 0))
    house.desk.sidebar.new.emit()
    assert outside.of(NewConversation) == [NewConversation()]
    assert house.desk.captions.rowCount() == 0
    assert house.desk.title.text() == ""


LATE = Notice(TurnRecord(Turn(1), "hushed", user="Hello", reply="Hi."), State.LISTENING, 60_000.0)


def test_nothing_of_the_conversation_before_comes_into_a_new_one(house):
    held(house)
    told(house, Notice(Begin(Turn(1), None, "Hello"), State.THINKING, 59_000.0))
    house.desk.sidebar.new.emit()
    told(house, LATE, TurnPage(2, None, (seen(7, "Hello", "Hi."),), 0))
    told(house, Standing(ready=True, muted=True, conversation=2))
    assert house.desk.captions.rowCount() == 0
    assert house.desk.title.text() == ""
    told(house, Standing(ready=True), Notice(Begin(Turn(1), None, "Again"), State.THINKING, 0.0))
    told(house, Notice(TurnRecord(Turn(1), "answered", user="Again", reply="Yes."), State.LISTENING, 0.0))
    told(house, TurnKept(2, seen(1, "Hello", "Hi.")))
    assert house.desk.captions.at(0).row is None
    told(house, TurnKept(3, replace(seen(9, "Again", "Yes."), turn=Turn(1))), Standing(ready=True, conversation=3))
    assert house.desk.captions.at(0).row == 9
    assert house.desk.captions.rowCount() == 2


def test_only_the_conversation_that_was_opened_last_is_shown(house):
    held(house)
    house.keeping.open(1)
    house.keeping.open(2)
    house.keeping.open(1)
    told(house, LATE, Standing(ready=True, conversation=2), TurnPage(1, None, (seen(1, "Rivers", "Yes."),), 0))
    told(house, TurnPage(2, None, (seen(7, "Hello", "Hi."),), 0), Standing(ready=True, conversation=1))
    assert [house.desk.captions.at(row).text for row in (0, 1)] == ["Rivers", "Yes."]
    assert house.desk.title.text() == "Rivers"


def test_a_click_on_the_conversation_that_is_held_leaves_its_turns_on_screen(house, outside):
    held(house)
    house.keeping.open(2)
    assert len(outside.of(ReadTurns)) == 1, "nothing of it was on screen"
    told(house, Notice(Begin(Turn(1), None, "Hello"), State.THINKING, 59_000.0))
    house.keeping.open(2)
    assert len(outside.of(ReadTurns)) == 1
    assert house.desk.captions.rowCount() == 1
    assert not outside.of(OpenConversation)


def test_the_talk_is_shown_on_if_another_conversation_cannot_be_opened(house):
    held(house)
    house.keeping.open(1)
    told(house, Trouble("It is damaged.", command="OpenConversation"), LATE)
    assert house.desk.captions.at(1).text == "Hi."
    told(house, Standing(ready=True, muted=True, conversation=2))
    assert house.desk.title.text() == "Mountains"


def test_a_newer_version_is_told_if_the_user_wants_that(house, monkeypatch, tmp_path):
    looked = []

    def run(*asked, told):
        looked.append(asked)
        told({"event": "error", "what": "no network", "kind": "", "page": ""})
        told({"event": "release", "version": "9.9", "date": "2030-01-01", "page": "https://sotto.example"})

    monkeypatch.setattr(house.errands, "run", run)
    house.look_for_update()
    assert looked == []
    house._places.settings.with_name("update.toml").write_text('[look]\ndaily = "on"\n')
    house.look_for_update()
    assert looked == [("update", "--due")]
    assert "9.9" in house.desk.banner.what.text()


def test_the_window_keeps_its_place(house):
    house.desk.resize(777, 666)
    house.desk.toggle_sidebar()
    house.desk.keep_state()
    house.desk.resize(900, 700)
    house.desk.toggle_sidebar()
    house.desk._restore()
    assert (house.desk.width(), house.desk.height()) == (777, 666)
    assert not house.desk.sidebar.isVisible()
