"""The engine as the window has it, in a room: another voice in the midst of a talk, and nothing said is lost."""

from __future__ import annotations

import time
from queue import Empty, Queue

from app.engine.link import EngineLink
from app.rig.people import spoken
from core.commands import ChooseVoice, Setup, Talk
from core.news import AudioOpened, News, Ready, Standing
from core.records import Notice, TurnRecord
from core.settings import ModelSettings, Settings

WAITS = 120.0  # seconds, on a machine however busy


def until(news: Queue[News], such) -> News:
    """Return the next piece of news that is such."""
    end = time.monotonic() + WAITS
    while True:
        try:
            told = news.get(timeout=max(end - time.monotonic(), 0))
        except Empty:
            raise AssertionError("it was not told") from None
        if such(told):
            return told


def answered(news: Queue[News]) -> TurnRecord:
    return until(news, lambda told: isinstance(told, Notice) and isinstance(told.what, TurnRecord)).what


def test_what_is_said_while_the_voice_is_changed_is_answered(silent, tmp_path):
    news: Queue[News] = Queue()
    link = EngineLink(Setup(Settings(), tmp_path / "data"), news.put, tmp_path / "logs")
    link.start()
    try:
        until(news, lambda told: isinstance(told, Ready))
        link.ask(Talk())
        until(news, lambda told: isinstance(told, AudioOpened) and told.microphone)
        time.sleep(1)
        silent.person.say(spoken("Hello, my name is Alex."), wait=True)
        assert answered(news).outcome == "answered"
        link.ask(ChooseVoice("tom"))
        silent.person.say(spoken("What is my name?"), wait=True)
        until(news, lambda told: isinstance(told, Standing) and told.voice == "tom")
        record = answered(news)
        assert record.outcome == "answered"
        assert record.user.lower().startswith("what is my name"), "from the first word on"
    finally:
        link.close()


def test_what_is_said_while_the_models_are_unloaded_loads_them_and_is_answered(silent, tmp_path):
    news: Queue[News] = Queue()
    dozing = Settings(models=ModelSettings(unload_min=0.05))
    link = EngineLink(Setup(dozing, tmp_path / "data"), news.put, tmp_path / "logs")
    link.start()
    try:
        until(news, lambda told: isinstance(told, Ready))
        link.ask(Talk())
        until(news, lambda told: isinstance(told, AudioOpened) and told.microphone)
        time.sleep(1)
        silent.person.say(spoken("Hello, my name is Alex."), wait=True)
        assert answered(news).outcome == "answered"
        until(news, lambda told: isinstance(told, Standing) and told.asleep)
        silent.person.say(spoken("What is my name?"), wait=True)
        until(news, lambda told: isinstance(told, Standing) and told.ready and not told.asleep)
        record = answered(news)
        assert (record.outcome, record.turn.id) == ("answered", 1), "another companion"
        assert record.user.lower().startswith("what is my name"), "from the first word on"
        assert record.history is not None
        assert record.history.speakers == (0, 1, 0, 1), "which remembers how both spoke"
    finally:
        link.close()
