"""The window with the real engine process on the pocket pack: it talks, changes voice, is killed, and goes on."""

from __future__ import annotations

import os
import signal

import pytest

from app.compose import POCKET
from app.window.pages.voices import Voices
from app.window.words import Mood, word
from core.commands import PlaySound
from core.news import EngineState, Playback, Ready, Trouble, TurnKept, VoiceList
from core.records import Notice, TurnRecord
from tests.app.window.around import wait

pytestmark = pytest.mark.slow


def records(heard):
    return [each.what for each in heard if isinstance(each, Notice) and isinstance(each.what, TurnRecord)]


def say(house, heard, text):
    """Write a line; return the record of its turn."""
    before = len(records(heard))
    house.desk.panel.line.setText(text)
    house.desk.panel.sender_.click()
    wait(lambda: len(records(heard)) > before)
    return records(heard)[-1]


def shown(house):
    captions = house.desk.captions
    return [(captions.at(row).side, captions.at(row).text) for row in range(captions.rowCount())]


def test_a_line_is_answered_shown_and_kept(live, heard):
    record = say(live, heard, "Hello, my name is Alex.")
    assert record.outcome == "answered"
    wait(lambda: shown(live)[-2:] == [("user", "Hello, my name is Alex."), ("reply", record.reply)], 10)
    wait(lambda: any(isinstance(each, TurnKept) for each in heard), 20)
    wait(lambda: live.desk.sidebar.current() is not None, 20)


def test_a_new_talk_amid_a_reply_begins_empty_and_goes_on(live, heard):
    live.desk.panel.line.setText("Tell me a joke.")
    live.desk.panel.sender_.click()
    wait(lambda: shown(live) and shown(live)[-1][0] == "reply")
    before = len(records(heard))
    live.desk.sidebar.new.emit()
    wait(lambda: len(records(heard)) > before, 30)
    record = say(live, heard, "How are you today?")
    wait(lambda: shown(live) == [("user", "How are you today?"), ("reply", record.reply)], 10)


def test_another_voice_speaks_the_next_reply(live, heard):
    live.open_settings("Voices")
    page = next(each for each in live.settings._pages if isinstance(each, Voices))
    wait(lambda: any(isinstance(each, VoiceList) for each in heard), 20)
    wait(lambda: "tom" in page.choosers, 20)
    page.choosers["tom"].click()
    assert say(live, heard, "How are you today?").outcome == "answered"
    wait(lambda: live.steering.how.standing.voice == "tom", 20)


def test_a_killed_engine_is_said_replaced_and_remembers(live, heard, link):
    said = say(live, heard, "What is my name?")
    wait(lambda: any(isinstance(each, TurnKept) and each.seen.user == said.user for each in heard), 20)
    heard.clear()
    os.kill(link.pid, signal.SIGKILL)
    wait(lambda: EngineState("restarting") in [EngineState(e.phase) for e in heard if isinstance(e, EngineState)], 10)
    wait(lambda: live.desk.banner.isVisible() and "The engine stopped" in live.desk.banner.what.text(), 5)
    wait(lambda: any(isinstance(each, Ready) for each in heard))
    wait(lambda: live.steering.how.mood is Mood.PAUSED, 60)
    assert live.desk.panel.state.text() == word(Mood.PAUSED)
    assert say(live, heard, "Tell me a joke.").outcome == "answered"


def test_a_recording_in_a_file_is_played_and_a_missing_one_is_said(live, heard, tmp_path):
    wait(lambda: any(isinstance(each, Ready) for each in heard))
    heard.clear()
    live.door.ask(PlaySound(tmp_path / "nothing.wav"))
    wait(lambda: any(isinstance(each, Trouble) and each.command == "PlaySound" for each in heard), 20)
    live.door.ask(PlaySound(POCKET / "voices" / "ada" / "reference.wav"))
    wait(lambda: any(isinstance(each, Playback) and each.playing for each in heard), 20)
