"""A live session with toy engines, no sound card, the real store and the real audio process: commands in, news out."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from queue import Empty, Queue
from threading import Event
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np
import pytest

from app import compose
from app.checks import Problem
from app.session import Session
from core import commands as ask
from core import news as tell
from core.events import Played, Replied
from core.records import Notice, TurnRecord
from core.settings import NO_DEVICE, POCKET, AudioSettings, ModelSettings, PersonaSettings, SegmenterSettings, Settings
from core.store.entries import Entry, Heading
from core.store.home import Store
from core.store.scribe import Scribe
from core.store.sqlite import StoreError, transaction
from core.types import EAR_FRAME, MIC_FRAME, VOICE_RATE, Turn
from models.audiofile import AudioFileError
from models.voices import load_voice_card
from tests.app.conftest import engines
from tests.fakes import Chat, Voice

T = TypeVar("T")
SILENT = Settings(audio=AudioSettings(NO_DEVICE, NO_DEVICE))
LONG = 60.0  # seconds until something that never comes is missed


class Talk:
    """A session under test, and all that it told."""

    def __init__(self, session: Session, news: Queue[tell.News]) -> None:
        self.session, self._news = session, news
        self.seen: list[tell.News] = []

    def ask(self, *commands: ask.Command) -> Talk:
        for command in commands:
            self.session.take(command)
        return self

    def until(self, kind: type[T], such: Callable[[T], bool] = lambda _: True) -> T:
        """Return the next news of a kind that is such."""
        deadline = time.monotonic() + LONG
        while True:
            try:
                news = self._news.get(timeout=max(deadline - time.monotonic(), 0))
            except Empty:
                told = [type(getattr(news, "what", news)).__name__ for news in self.seen]
                raise AssertionError(f"no {kind.__name__} after {told[-60:]}") from None
            self.seen.append(news)
            if isinstance(news, kind) and such(news):
                return news

    def answered(self) -> TurnRecord:
        return self.until(Notice, lambda notice: isinstance(notice.what, TurnRecord)).what  # type: ignore[return-value]

    def kept(self) -> tell.TurnSeen:
        return self.until(tell.TurnKept, lambda news: news.seen.done).seen


@pytest.fixture
def chat() -> Chat:
    return Chat()


@pytest.fixture
def voice() -> Voice:
    return Voice(pace=6)  # each reply is waited for as long as it sounds


@pytest.fixture
def talk(data, chat, voice, monkeypatch) -> Iterator[Callable[..., Talk]]:
    """Return what starts a session on the data folder; those that were started are ended."""
    hum = SimpleNamespace(folder=compose.POCKET / "voices" / "ada")
    pack = SimpleNamespace(
        name="toys",
        title="The toys",
        folder="/toys",
        codec=SimpleNamespace(files=()),
        voices={"hum": hum},
        default_voice="hum",
    )

    def choose(folder: Any, *_: Any) -> SimpleNamespace:
        if folder and "missing" in str(folder):
            raise Problem("there is no pack", folder, "choose another")
        return SimpleNamespace(pack=pack, voice="hum", card=load_voice_card(hum.folder))

    monkeypatch.setattr(compose, "choose", choose)
    monkeypatch.setattr(compose, "load", lambda *_, **__: engines(chat=chat, voice=voice))
    started: list[Session] = []

    def start(
        settings: Settings = SILENT,
        *,
        ready: bool = True,
        keep: bool = True,
        broken: Callable[[str], None] = lambda _: None,
    ) -> Talk:
        news: Queue[tell.News] = Queue()
        session = Session(ask.Setup(settings, data, keep), news.put, broken)
        session.start()
        started.append(session)
        talk = Talk(session, news)
        if ready:
            talk.until(tell.Ready)
        return talk

    yield start
    for session in started:
        assert session.close(20)


def test_loading_is_told_and_what_is_written_before_is_answered_after(talk):
    one = talk(ready=False).ask(ask.Write("hello there"))
    assert one.until(tell.Loading).part == "pack"
    one.until(tell.Ready)
    assert one.until(tell.Standing, lambda s: s.ready).pack == "The toys"
    turn = one.answered()
    assert (turn.user, turn.outcome) == ("hello there", "answered")
    assert turn.reply_samples > 0
    times = one.until(tell.ReplyTimes)
    assert times.total is not None
    seen = one.kept()
    assert (seen.user, seen.reply, seen.typed) == ("hello there", turn.reply, True)
    assert abs(seen.reply_seconds - turn.reply_samples / VOICE_RATE) < 0.001
    assert any(isinstance(news, tell.Standing) and news.conversation == 1 for news in one.seen)


def test_stop_ends_the_reply(talk, voice):
    voice.endless = True
    one = talk().ask(ask.Write("tell me a story"))
    one.until(tell.TurnKept)
    one.ask(ask.Hush())
    assert one.answered().outcome == "hushed"


def test_the_conversation_goes_on_after_a_restart(talk, chat):
    one = talk().ask(ask.Write("hello there"))
    one.kept()
    assert one.session.close(20)
    assert isinstance(one.until(tell.Ended), tell.Ended)
    other = talk(ready=False).ask(ask.OpenConversation(1), ask.Write("how are you"))
    assert other.answered().user == "how are you"
    other.kept()
    assert [message.text for message in chat.asked[-1]][1:] == ["hello there", chat_reply(chat, 0), "how are you"]
    (listed,) = other.ask(ask.ListConversations()).until(tell.ConversationList).conversations
    assert (listed.number, listed.turns, listed.title) == (1, 2, "hello there")


def chat_reply(chat: Chat, turn: int) -> str:
    return chat.asked[turn + 1][-2].text


def test_a_new_conversation_knows_nothing_of_the_last(talk, chat):
    one = talk().ask(ask.Write("hello there"))
    one.kept()
    one.ask(ask.NewConversation(), ask.Write("how are you"))
    one.answered()
    assert len(chat.asked[-1]) == 2  # system message and these words
    one.kept()
    listed = one.ask(ask.ListConversations()).until(tell.ConversationList).conversations
    assert [each.title for each in listed] == ["how are you", "hello there"]
    assert [
        each.title for each in one.ask(ask.ListConversations("hello")).until(tell.ConversationList).conversations
    ] == ["hello there"]


def test_settings_hold_from_the_next_reply_and_say_so(talk, chat):
    one = talk().ask(ask.Write("hello there"))
    one.kept()
    settings = replace(
        SILENT, persona=PersonaSettings("Ada", "You are {name}."), segmenter=SegmenterSettings(pause_ms=300)
    )
    used = one.ask(ask.UseSettings(settings)).until(tell.SettingsUsed)
    assert used.settings == settings
    assert set(used.at_once) == {"persona.name", "persona.prompt", "segmenter.pause_ms"}
    one.ask(ask.Write("how are you"))
    one.answered()
    assert [message.text for message in chat.asked[-1]][:2] == ["You are Ada.", "hello there"]
    store = replace(settings, store=replace(settings.store, keep_days=9))
    assert one.ask(ask.UseSettings(store)).until(tell.SettingsUsed).next_start == ("store.keep_days",)


def test_amid_a_reply_settings_wait_for_its_end(talk, voice):
    voice.endless = True
    one = talk().ask(ask.Write("tell me a story"))
    one.until(tell.TurnKept)
    used = one.ask(ask.UseSettings(replace(SILENT, persona=PersonaSettings("Ada")))).until(tell.SettingsUsed)
    assert used.next_reply == ("persona.name",)
    one.ask(ask.Hush())
    assert one.answered().outcome == "hushed"


def test_threads_count_from_the_next_start_on_and_the_reply_goes_on(talk, voice):
    voice.endless = True
    one = talk().ask(ask.Write("tell me a story"))
    one.until(tell.TurnKept)
    mark = len(one.seen)
    used = one.ask(ask.UseSettings(replace(SILENT, models=ModelSettings(threads=1)))).until(tell.SettingsUsed)
    assert (used.next_start, used.next_reply, used.at_once) == (("models.threads",), (), ())
    assert one.ask(ask.Hush()).answered().outcome == "hushed"
    assert not any(isinstance(news, tell.Loading) for news in one.seen[mark:])


def test_a_pack_that_cannot_be_loaded_is_told_and_the_last_one_comes_back(talk, tmp_path):
    one = talk().ask(ask.ChoosePack(tmp_path / "missing"))
    assert "there is no pack" in one.until(tell.Trouble).what
    assert one.until(tell.SettingsUsed).settings.models.pack == ""
    one.until(tell.Ready)
    one.ask(ask.Write("hello there"))
    assert one.answered().outcome == "answered"


def test_models_that_cannot_be_loaded_at_the_start_are_still_wished(talk, tmp_path):
    one = talk(replace(SILENT, models=ModelSettings(pack=str(tmp_path / "missing"))), ready=False)
    assert one.until(tell.SettingsUsed).instead
    one.until(tell.Ready)
    used = one.ask(ask.UseSettings(replace(SILENT, persona=PersonaSettings("Ada")))).until(tell.SettingsUsed)
    assert not used.instead
    used = one.ask(ask.ChoosePack()).until(tell.SettingsUsed)
    assert (used.settings.models.pack, used.chosen) == ("", ("models.pack",)), "it holds already, and is wished now"


def test_when_nothing_else_can_be_loaded_the_pocket_pack_is(talk, monkeypatch):
    choose, tried = compose.choose, []

    def lacking(folder: Any, *more: Any) -> Any:
        tried.append(str(folder))
        if str(folder) != POCKET:
            raise Problem("there is no pack", folder, "choose another")
        return choose(folder, *more)

    monkeypatch.setattr(compose, "choose", lacking)
    talk(replace(SILENT, models=ModelSettings(pack="away")))
    assert tried == ["away", "None", "None", POCKET], "memory may have been short for a moment"


def test_an_unknown_voice_is_trouble_and_changes_nothing(talk):
    trouble = talk().ask(ask.ChooseVoice("nobody")).until(tell.Trouble)
    assert trouble.command == "ChooseVoice"
    assert "nobody" in trouble.what


def test_turns_come_in_pages_and_one_can_be_played_and_deleted(talk, chat):
    one = talk()
    for text in ("hello there", "how are you", "what is the time"):
        one.ask(ask.Write(text))
        one.kept()
    page = one.ask(ask.ReadTurns(1, count=2)).until(tell.TurnPage)
    assert ([turn.user for turn in page.turns], page.earlier) == (["how are you", "what is the time"], 1)
    (first,) = one.ask(ask.ReadTurns(1, before=page.turns[0].row)).until(tell.TurnPage).turns
    one.ask(ask.ReplayTurn(first.row, "reply"))
    assert one.until(tell.Playback) == tell.Playback(True, first.row)
    assert one.until(tell.Playback) == tell.Playback(False, first.row)
    trouble = one.ask(ask.ReplayTurn(first.row, "user")).until(tell.Trouble)
    assert trouble.command == "ReplayTurn"
    assert "no sound" in trouble.what
    one.ask(ask.DeleteTurn(page.turns[0].row))
    assert one.until(tell.TurnsDeleted) == tell.TurnsDeleted(1, (page.turns[0].row,))
    one.until(tell.FactList)
    one.ask(ask.ListFacts()).until(tell.FactList)  # comes after the companion has learnt of it
    one.ask(ask.Write("and then"))
    one.answered()
    assert "how are you" not in [message.text for message in chat.asked[-1]]


def leave_a_turn(talk) -> None:
    """Have a turn kept, and the session over."""
    one = talk().ask(ask.Write("hello there"))
    one.kept()
    one.session.close(20)


def test_a_fact_goes_with_the_turn_that_it_came_from_and_a_summary_when_it_is_told_to(talk, data, chat):
    leave_a_turn(talk)
    with Store.writing(data) as store:
        store.db.execute("INSERT INTO known (text, turn) VALUES ('The user has a cat.', 1)")
        store.db.execute("INSERT INTO summary (conversation, turn, text) VALUES (1, 1, 'A greeting.')")
    other = talk(ready=False).ask(ask.OpenConversation(1), ask.Write("how are you"))
    other.kept()
    assert "has a cat" in chat.asked[-1][0].text
    seat = other.session._seating.seat
    assert [each.text for each in seat.companion.notes.summaries] == ["A greeting."]
    (summary,) = other.ask(ask.ListSummaries(1)).until(tell.SummaryList).summaries
    other.ask(ask.DeleteSummaries(1, (summary.number,)), ask.Write("what is the time"))
    other.kept()
    other.ask(ask.Write("and then"))
    other.kept()
    assert other.session._seating.seat.companion.notes.summaries == ()
    other.ask(ask.DeleteTurn(1)).until(tell.TurnsDeleted)
    assert other.until(tell.FactList).facts == ()
    other.ask(ask.Write("really"))
    other.kept()
    other.ask(ask.Write("are you sure"))
    other.kept()
    assert "has a cat" not in chat.asked[-1][0].text


def test_what_cannot_be_written_in_the_end_is_said_and_the_talk_goes_on(talk, data, monkeypatch):
    one = talk().ask(ask.Write("hello there"))
    one.kept()
    close = Scribe.close

    def full(scribe: Scribe) -> None:
        close(scribe)
        raise StoreError("there is no room on the disk", data, "make some")

    monkeypatch.setattr(Scribe, "close", full)
    one.ask(ask.DeleteConversations((1,)))
    assert "no room" in one.until(tell.Trouble).what
    assert one.until(tell.ConversationList).conversations == ()
    monkeypatch.setattr(Scribe, "close", close)
    one.ask(ask.Write("how are you"))
    assert one.kept().outcome == "answered"


def test_what_is_deleted_is_deleted_while_one_talks(talk, data):
    one = talk().ask(ask.Write("hello there"))
    one.kept()
    one.ask(ask.DeleteConversations((1,)))
    assert one.until(tell.ConversationList).conversations == ()
    one.ask(ask.Write("how are you"))
    one.kept()
    one.session.close(20)
    assert b"hello there" not in b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())


@pytest.mark.parametrize("damage", ["UPDATE turn SET facts = '['", "DROP TABLE speech"])
def test_a_conversation_that_cannot_be_read_is_said_and_one_can_talk(talk, data, damage):
    first = talk()
    first.ask(ask.Write("hello there"))
    number = first.until(tell.TurnKept, lambda news: news.seen.done).conversation
    first.session.close()
    with Store.writing(data) as store:
        store.db.execute(damage)
    second = talk()
    second.ask(ask.OpenConversation(number))
    assert second.until(tell.Trouble).command == "OpenConversation"
    second.ask(ask.ReadTurns(number), ask.Write("are you there"))
    assert second.answered().outcome == "answered"


def test_rename_export_and_facts(talk, chat, tmp_path):
    one = talk().ask(ask.WriteFact("The user has a cat."))
    (fact,) = one.until(tell.FactList, lambda news: news.facts != ()).facts
    one.ask(ask.Write("hello there"))
    one.kept()
    assert "has a cat" in chat.asked[-1][0].text
    one.ask(ask.RenameConversation(1, "Cats"))
    assert one.until(tell.ConversationList).conversations[0].title == "Cats"
    one.ask(ask.ExportConversation(1, tmp_path / "talk.wav"))
    assert one.until(tell.Exported).file == str(tmp_path / "talk.wav")
    assert (tmp_path / "talk.wav").stat().st_size > VOICE_RATE
    assert "already" in one.ask(ask.ExportConversation(1, tmp_path / "talk.wav")).until(tell.Trouble).what
    (tmp_path / "talk.wav").write_bytes(b"old")
    one.ask(ask.ExportConversation(1, tmp_path / "talk.wav", replace=True)).until(tell.Exported)
    assert (tmp_path / "talk.wav").stat().st_size > VOICE_RATE
    assert one.ask(ask.DeleteFacts((fact.number,))).until(tell.FactList).facts == ()
    one.ask(ask.Write("how are you"))
    one.kept()
    assert "has a cat" not in chat.asked[-1][0].text


def test_another_sotto_that_writes_is_told_and_one_can_talk_all_the_same(talk, data):
    with Store.writing(data):
        one = talk(ready=False)
        assert "another Sotto" in one.until(tell.Trouble).what
        assert not one.until(tell.Standing).keeping
        one.ask(ask.Write("hello there"))
        assert one.answered().outcome == "answered"


def unanswered(talk, data) -> None:
    """Keep a turn as a crash leaves it."""
    leave_a_turn(talk)
    with Store.writing(data) as store:
        store.db.execute("UPDATE turn SET step = 'understood', reply = ''")
        store.db.execute("DELETE FROM chunk")


@pytest.mark.parametrize("written", [(), ("hello there",)])
def test_a_turn_without_an_answer_is_answered_once_more(talk, data, chat, written):
    """As after a crash: what was typed is asked again, by one way or two, and stands once in what is kept."""
    chat.before = lambda: time.sleep(0.05)
    unanswered(talk, data)
    other = talk(ready=False).ask(ask.OpenConversation(1, replay=True), *map(ask.Write, written))
    assert other.until(tell.TurnsDeleted).rows == (1,)
    assert other.kept().user == "hello there"
    other.ask(ask.Write("and more"))
    assert other.kept().user == "and more"
    assert len(other.ask(ask.ReadTurns(1)).until(tell.TurnPage).turns) == 2


@pytest.mark.parametrize("mode", ["open", "push", "tap"])
def test_what_was_said_before_a_crash_is_answered_however_one_talks(talk, data, mode):
    said = TurnRecord(Turn(1), "interrupted", user_start=0, user_end=VOICE_RATE)
    with Store.writing(data) as store, transaction(store.db):
        _, sitting = Heading({}).write(store.db)
        Entry("captured", said, user_sound=np.full(VOICE_RATE, 0.1, np.float32)).write(store.db, sitting)
    settings = replace(SILENT, segmenter=SegmenterSettings(mode=mode))
    other = talk(settings, ready=False).ask(ask.OpenConversation(1, replay=True))
    assert other.until(tell.TurnsDeleted).rows == (1,)
    seen = other.kept()
    assert (seen.user[:7], seen.outcome, seen.typed) == ("I spoke", "answered", False)


def test_what_was_typed_after_a_crash_is_answered_and_not_cut_off_by_what_came_before(talk, data):
    unanswered(talk, data)
    other = talk(ready=False).ask(ask.OpenConversation(1, replay=True), ask.Write("how are you"))
    seen = other.kept()
    assert (seen.user, seen.outcome) == ("how are you", "answered")
    turns = other.ask(ask.ReadTurns(1)).until(tell.TurnPage).turns
    assert [turn.user for turn in turns] == ["hello there", "how are you"]


def test_a_new_talk_begun_while_the_models_load_stays_new(talk, data):
    unanswered(talk, data)
    other = talk(ready=False).ask(ask.OpenConversation(1, replay=True), ask.NewConversation(), ask.Write("how are you"))
    assert other.until(tell.TurnKept, lambda news: news.seen.done).conversation == 2


def test_a_conversation_deleted_while_it_is_opened_does_not_come_back(talk, data):
    unanswered(talk, data)
    other = talk(ready=False).ask(ask.OpenConversation(1), ask.DeleteConversations((1,)), ask.Write("how are you"))
    assert other.until(tell.TurnKept, lambda news: news.seen.done).conversation == 2
    assert not any(isinstance(news, tell.Trouble) for news in other.seen)


def test_nothing_is_open_before_anything_is_to_be_heard(talk):
    one = talk()
    assert tell.AudioClosed() in one.seen
    assert not any(isinstance(news, tell.AudioOpened) for news in one.seen)
    one.ask(ask.Talk())
    assert one.until(tell.AudioOpened) == tell.AudioOpened(None, None)
    assert one.until(tell.Levels).microphone == 0


def test_what_cannot_be_done_yet_is_said(talk, monkeypatch):
    monkeypatch.setattr(compose, "load", lambda *_, **__: time.sleep(0.5) or engines())
    one = talk(ready=False).ask(ask.ListVoices())
    assert "still being loaded" in one.until(tell.Trouble).what
    one.until(tell.Ready)


def test_diagnosis_holds_no_words(talk):
    one = talk().ask(ask.Write("zanzibar"))
    one.kept()
    text = one.ask(ask.Diagnose()).until(tell.Diagnosis).text
    assert "sotto" in text
    assert "zanzibar" not in text


def test_an_engine_that_fails_to_load_is_told(talk, monkeypatch):
    def load(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(compose, "load", load)
    failing = talk(ready=False)
    assert "MemoryError" in failing.until(tell.Trouble).what
    assert "MemoryError" in failing.until(tell.Trouble).what, "it was tried once more"
    failing.ask(ask.ListFacts()).until(tell.FactList, lambda news: not news.facts)


def test_an_engine_that_fails_to_load_once_is_loaded_again(talk, chat, monkeypatch):
    loads = []

    def load(*_: Any, **__: Any) -> Any:
        loads.append(1)
        if len(loads) == 1:
            raise MemoryError
        return engines(chat=chat)

    monkeypatch.setattr(compose, "load", load)
    one = talk(ready=False)
    assert "MemoryError" in one.until(tell.Trouble).what
    one.until(tell.Ready)
    assert one.ask(ask.Write("hello there")).answered().outcome == "answered"


def test_loading_that_hangs_is_noticed(talk, chat, monkeypatch):
    let_go, why = Event(), Queue[str]()

    def load(*_: Any, **__: Any) -> Any:
        let_go.wait(LONG)
        return engines(chat=chat)

    monkeypatch.setattr(compose, "load", load)
    monkeypatch.setattr("app.stock.PART_S", 0.5)
    one = talk(ready=False, broken=why.put)
    assert "any further" in one.until(tell.Trouble).what
    assert "loading" in why.get(timeout=LONG)
    let_go.set()
    one.until(tell.Ready)


def test_replies_reach_the_listener_as_they_come(talk):
    one = talk().ask(ask.Write("hello there"))
    turn = one.answered()
    chunks = [n.what.chunk for n in one.seen if isinstance(n, Notice) and isinstance(n.what, Replied)]
    assert "".join(chunks) == turn.written


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_ears_that_end_of_our_own_fault_are_noticed(talk, monkeypatch):
    why: Queue[str] = Queue()
    one = talk(broken=why.put)
    monkeypatch.setattr("core.segmenter.Segmenter.feed", lambda *_: 1 // 0)
    one.ask(ask.Talk())
    assert "ears" in one.until(tell.Trouble).what
    assert "ears" in why.get(timeout=LONG)


def test_a_companion_that_dies_of_our_own_fault_is_noticed(talk, monkeypatch):
    """A mistake in the conductor ends its thread: it is told, and whoever can start another process is asked to."""
    why: Queue[str] = Queue()
    one = talk(broken=why.put)

    def fault(*_: Any) -> None:
        raise AssertionError("a mistake")

    monkeypatch.setattr("core.conversation.Conversation.on", fault)
    one.ask(ask.Write("hello there"))
    assert "conductor" in one.until(tell.Trouble).what
    assert "AssertionError" in one.until(tell.Trouble).what
    assert "conductor" in why.get(timeout=LONG)


DOZING = replace(SILENT, models=ModelSettings(unload_min=0.02))


class Loads:
    """Loads toys, and tells whether anything still refers to their voices; `may` lets it."""

    def __init__(self, chat: Chat) -> None:
        self.chat, self.may = chat, Event()
        self.made: list[weakref.ref[Voice]] = []
        self.may.set()

    def __call__(self, *_: Any, **__: Any) -> Any:
        assert self.may.wait(LONG)
        voice = Voice(pace=6)
        self.made.append(weakref.ref(voice))
        return engines(chat=self.chat, voice=voice)


@pytest.fixture
def loads(chat, monkeypatch) -> Loads:
    loads = Loads(chat)
    monkeypatch.setattr(compose, "load", loads)
    return loads


def test_models_that_nobody_talks_to_are_unloaded_and_come_back_for_what_is_written(talk, chat, loads):
    made = loads.made
    one = talk(DOZING)
    gc.collect()
    gc.freeze()  # as the engine's process does once it is ready
    one.ask(ask.Write("hello there"))
    assert one.answered().outcome == "answered"
    asleep = one.until(tell.Standing, lambda standing: standing.asleep)
    assert (asleep.ready, asleep.pack, asleep.conversation) == (False, "", 1)
    assert asleep.pack_folder == "/toys", "it is in use all the same"
    assert [each() for each in made] == [None], "nothing refers to what was loaded"
    one.ask(ask.Write("how are you"))
    assert one.until(tell.Standing, lambda standing: standing.ready).asleep is False
    assert one.answered().user == "how are you"
    assert "hello there" in [message.text for message in chat.asked[-1]], "it remembers"
    assert len(made) == 2
    one.until(tell.Standing, lambda standing: standing.asleep)
    one.ask(ask.ListVoices()).until(tell.VoiceList)
    assert len(made) == 3
    assert not any(isinstance(news, tell.Trouble) for news in one.seen)


def test_models_that_nobody_ever_talked_to_are_unloaded_too(talk, loads):
    loads.may.clear()
    one = talk(DOZING, ready=False)
    one.until(tell.FactList)
    loads.may.set()  # what they bring is the last that is done
    one.until(tell.Standing, lambda standing: standing.asleep)
    assert [each() for each in loads.made] == [None]


def test_what_is_deleted_while_the_models_are_unloaded_is_not_remembered(talk, chat, loads):
    one = talk(DOZING).ask(ask.Write("hello there"))
    one.kept()
    one.until(tell.Standing, lambda standing: standing.asleep)
    one.ask(ask.DeleteTurn(1), ask.ListFacts()).until(tell.TurnsDeleted)
    for _ in range(2):
        one.until(tell.FactList)
    one.ask(ask.Write("how are you")).answered()
    assert "hello there" not in [message.text for message in chat.asked[-1]]


def test_the_words_with_which_a_key_wakes_the_models_are_answered(talk, loads):
    one = talk(replace(DOZING, segmenter=SegmenterSettings(mode="push")))
    one.until(tell.Standing, lambda standing: standing.asleep)
    loads.may.clear()
    seating = one.ask(ask.Press()).session._seating
    wait(lambda: len(seating._keys) == 1)
    for level in [0.1] * 20:
        seating._ear.put(*(np.full(size, level, np.float32) for size in (MIC_FRAME, EAR_FRAME)))
    one.ask(ask.Release())
    wait(lambda: len(seating._keys) == 2)
    for level in [0.0] * 20:
        seating._ear.put(*(np.full(size, level, np.float32) for size in (MIC_FRAME, EAR_FRAME)))
    loads.may.set()
    assert one.answered().user.startswith("I spoke")


def wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_after_a_deletion_amid_a_turn_a_new_conversation_hears(talk, voice):
    one = talk().ask(ask.Write("hello there"))
    one.kept()
    voice.endless = True
    one.ask(ask.Write("tell me a story"))
    one.until(Notice, lambda notice: isinstance(notice.what, Played))
    one.ask(ask.DeleteTurn(1)).until(tell.TurnsDeleted)
    voice.endless = False
    one.ask(ask.NewConversation(), ask.Write("how are you"))
    assert one.answered().outcome == "hushed"
    assert one.answered().user == "how are you"
    one.kept()
    assert one.session._air._ear is one.session._seating.seat._ear


def test_another_voice_can_be_chosen_when_one_cannot_speak(talk, monkeypatch):
    one = talk()
    stock = one.session._seating.stock
    speaking, card = stock.speaking, stock.card

    def refuse(name: str) -> Any:
        if name == "bad":
            raise AudioFileError("bad.wav cannot be read")
        return speaking(name)

    monkeypatch.setattr(stock, "speaking", refuse)
    monkeypatch.setattr(stock, "card", lambda name: None if name == "bad" else card(name))
    monkeypatch.setattr(stock, "knows", lambda name: name in ("bad", "hum"))
    one.ask(ask.ChooseVoice("bad"))
    assert "cannot be read" in one.until(tell.Trouble).what
    one.ask(ask.ChooseVoice("hum"), ask.Write("hello there"))
    assert one.answered().outcome == "answered"


def test_nothing_waits_for_the_daily_copy(talk, monkeypatch):
    may = Event()
    monkeypatch.setattr("core.store.backups.daily", lambda *_: may.wait(LONG))
    one = talk().ask(ask.NewConversation(), ask.Write("hello there"))
    assert one.answered().outcome == "answered"
    may.set()


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


def test_what_is_said_amid_a_long_deletion_is_kept_and_the_deletion_is_finished_later(talk, data, monkeypatch):
    monkeypatch.setattr("core.store.sqlite.BUSY_S", 0.2)
    deleting = Event()

    def cleanse(db: Any) -> None:
        with transaction(db):
            deleting.set()
            db.execute(ENDLESS).fetchone()

    one = talk().ask(ask.Write("hello there"))
    one.kept()
    one.ask(ask.NewConversation())
    with monkeypatch.context() as patched:
        patched.setattr("core.store.removal.cleanse", cleanse)
        one.ask(ask.DeleteConversations((1,)))
        assert deleting.wait(LONG)
        one.ask(ask.Write("how are you"))
        assert one.answered().outcome == "answered"
        time.sleep(0.5)  # in which it is tried to write that
        assert one.session.close(20)
        one.until(tell.Ended)
    assert not any("program" in news.what for news in one.seen if isinstance(news, tell.Trouble))
    with Store.reading(data) as store:
        assert store.db.execute("SELECT user FROM turn").fetchall() == [("how are you",)]
        assert store.db.execute("SELECT name FROM chore").fetchall() == [("cleanse",)]


def test_what_was_freed_is_given_back_to_the_system_while_nothing_is_asked(talk, monkeypatch):
    given: Queue[bool] = Queue()
    monkeypatch.setattr("app.session.TIDY_S", 0.0)
    monkeypatch.setattr("app.session.give_back", lambda: given.put(True))
    talk(SILENT)
    assert given.get(timeout=LONG)
