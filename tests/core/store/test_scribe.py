"""What is said is kept as it is said, and comes back as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from core.events import Backchannel, Heard, SpeechEnded, SpeechStarted
from core.memory import Exchange
from core.records import Notice, TurnRecord
from core.store.archive import Archive
from core.store.entries import Entry, Erased, Heading, Overheard
from core.store.home import Store
from core.store.minutes import Minutes
from core.store.scribe import Scribe
from core.store.shelf import Shelf
from core.store.sqlite import connect, transaction
from core.types import MIC_FRAME, VOICE_RATE, Transcript, Turn
from tests.core.store.kept import ABOUT, QUESTIONS, chat, everything, talk
from tests.core.store.scenes import awaited, frames, merged, utterance
from tests.fakes import Voice, once, spoken, trouble, words_of


def same(one: Exchange, other: Exchange) -> bool:
    pairs = [(one.codes, other.codes), *((a.codes, b.codes) for a, b in zip(one.phrases, other.phrases, strict=True))]
    texts = [(said.text, said.wording) for said in one.phrases] == [(s.text, s.wording) for s in other.phrases]
    return one.user == other.user and texts and all((a is None and b is None) or np.array_equal(a, b) for a, b in pairs)


def kept(folder, conversation=1):
    with Store.reading(folder) as store:
        archive = Archive(store.db)
        turns = archive.turns(conversation)
        sounds = [(archive.sound(turn, "user"), archive.sound(turn, "reply")) for turn in turns]
        return turns, sounds, archive.history(conversation, "toy")


def test_a_spoken_conversation_comes_back_as_it_was(tmp_path):
    companion, tape, notices = talk(tmp_path)
    turns, sounds, history = kept(tmp_path)
    records = [notice.what for notice in notices if isinstance(notice.what, TurnRecord)]
    assert [turn.record for turn in turns] == records
    assert {turn.step for turn in turns} == {"done"}
    assert all(same(one, other) for one, other in zip(companion.history, history, strict=True))
    for record, (user, reply), take in zip(records, sounds, QUESTIONS, strict=True):
        assert words_of(user) == words_of(take.wide)
        assert len(user) == record.user_end - record.user_start
        assert np.abs(reply - tape.heard(record.turn)).max() <= 1 / 32_767
    with sqlite3.connect(tmp_path / "sotto.db") as db:
        assert db.execute("SELECT max(length(sound)) FROM chunk").fetchone() == (2 * VOICE_RATE,)
        assert db.execute("SELECT count(*) FROM live").fetchone() == (0,)


def test_every_step_is_told_when_it_is_durable(tmp_path):
    steps = []

    def durable(entry):
        if isinstance(entry, Entry):
            with Store.reading(tmp_path) as other:
                last = Archive(other.db).turns(1)[-1]
            assert (last.step, last.record.user) == (entry.step, entry.record.user)
            steps.append((entry.record.turn.id, entry.step))

    talk(tmp_path, QUESTIONS[:2], kept=durable)
    assert [step for turn, step in steps if turn == 1][-1] == "done"
    assert "replying" in [step for _, step in steps]
    assert steps == sorted(steps, key=lambda step: step[0])


def test_a_conversation_goes_on_with_its_spoken_history(tmp_path):
    talk(tmp_path, QUESTIONS[:2])
    _, _, history = kept(tmp_path)
    voice = Voice()
    talk(tmp_path, QUESTIONS[2:], conversation=1, history=history, voice=voice)
    turns, _, _ = kept(tmp_path)
    context, _ = voice.contexts[0]
    assert [segment.text for segment in context if segment.speaker == 1] == [
        "hello there",
        "how are you",
        "tell me a story",
    ]
    assert [turn.sitting for turn in turns] == [0, 0, 1]
    starts = [turn.record.user_start for turn in turns]
    assert starts == sorted(starts), "a second sitting comes later on the conversation's clock"
    assert turns[2].record.user_start >= turns[1].record.reply_start + turns[1].record.reply_samples


def test_codes_of_another_codec_are_not_given_to_the_voice(tmp_path):
    talk(tmp_path, QUESTIONS[:1])
    with Store.reading(tmp_path) as store:
        (exchange,) = Archive(store.db).history(1, "another")
    assert exchange.codes is None
    assert exchange.reply.startswith("You said hello there.")
    assert all(said.codes is None for said in exchange.phrases)


def test_a_reply_that_was_interrupted_is_kept_as_it_was_heard(tmp_path):
    takes = (QUESTIONS[0], spoken("stop now", at=3 * VOICE_RATE))
    companion, tape, notices = talk(tmp_path, takes)
    records = [notice.what for notice in notices if isinstance(notice.what, TurnRecord)]
    assert [record.outcome for record in records] == ["interrupted", "answered"]
    turns, sounds, history = kept(tmp_path)
    assert [turn.record for turn in turns] == records
    assert all(same(one, other) for one, other in zip(companion.history, history, strict=True))
    assert len(sounds[0][1]) == len(tape.heard(records[0].turn)) > 0


def test_what_was_interrupted_before_it_was_understood_is_kept_once(tmp_path):
    entries = merged(Minutes())
    assert [type(entry).__name__ for entry in entries] == ["Entry", "Entry", "Entry", "Entry"]
    assert entries[-2].instead_of == (1,)


@pytest.mark.parametrize("sound", ["user_sound", "reply_sound"])
def test_a_turn_that_is_deleted_while_it_is_under_way_stays_deleted(tmp_path, sound):
    deleted = []

    def delete(entry):
        if not deleted and isinstance(entry, Entry) and len(getattr(entry, sound)):
            with closing(connect(tmp_path / "sotto.db", write=True)) as db:
                shelf = Shelf(db, tmp_path)
                deleted.append(shelf.newest(1, 1).row)
                shelf.drop(deleted[0])

    talk(tmp_path, QUESTIONS[:2], kept=delete)
    turns, _, _ = kept(tmp_path)
    assert deleted
    assert [(turn.step, turn.record.user) for turn in turns] == [("done", "how are you")]
    assert b"hello there" not in everything(tmp_path)


def test_a_turn_whose_beginning_had_no_room_is_written_when_there_is_some(tmp_path):
    record = TurnRecord(Turn(1), "answered", user="hello there")
    with Store.writing(tmp_path) as store, Scribe(store, Heading(ABOUT)) as scribe:
        (pages,) = store.db.execute("PRAGMA page_count").fetchone()
        store.db.execute(f"PRAGMA max_page_count = {pages}")
        for what in (*awaited(), Heard(Turn(1), Transcript("hello there")), record):
            scribe.listen(Notice(what, None, 0.0))
        scribe.settle()
        assert Archive(store.db).titles() == []
        store.db.execute(f"PRAGMA max_page_count = {1 << 30}")
    ((turn,), ((user, _),), _) = kept(tmp_path)
    assert (turn.step, turn.record) == ("done", record)
    assert len(user) == VOICE_RATE


def test_noise_leaves_nothing(tmp_path):
    talk(tmp_path, (spoken("um"), QUESTIONS[0]))
    turns, _, _ = kept(tmp_path)
    assert [turn.record.user for turn in turns] == ["hello there"]


def test_nothing_said_is_no_conversation(tmp_path):
    talk(tmp_path, ())
    with Store.reading(tmp_path) as store:
        assert Archive(store.db).titles() == []


def test_a_failed_turn_is_kept_with_its_reason(tmp_path):
    talk(tmp_path, QUESTIONS[:2], voice=Voice(once(trouble)))
    turns, sounds, history = kept(tmp_path)
    assert [turn.record.outcome for turn in turns] == ["failed", "answered"]
    assert turns[0].record.stage == "mouth"
    assert len(sounds[0][0])
    assert [exchange.user for exchange in history] == ["hello there", "how are you"]


def test_typed_words_are_kept(tmp_path):
    with Store.writing(tmp_path) as store:
        chat(store, ["hello", "another day"])
        assert [title.words for title in Archive(store.db).titles()] == ["hello"]
        assert [turn.record.typed for turn in Archive(store.db).turns(1)] == [True, True]


def test_words_are_found(tmp_path):
    talk(tmp_path)
    with Store.reading(tmp_path) as store:
        archive = Archive(store.db)
        (found,) = archive.search("stor tell")
        assert (found.conversation, found.number) == (1, 3)
        assert "[story]" in found.excerpt
        assert archive.search('"; DROP TABLE turn; --') == []
        assert archive.search("nowhere") == []


@pytest.mark.parametrize("seconds", [1, 3])
def test_what_the_user_says_just_now_is_there_second_by_second(tmp_path, seconds):
    seen = []
    long = spoken(" ".join(["hello"] * 3 * seconds + ["there"]))
    talk(tmp_path, (long,), kept=lambda entry: seen.append(entry) if isinstance(entry, Overheard) else None)
    assert sum(len(entry.sound) for entry in seen) >= (seconds - 1) * VOICE_RATE
    assert max(len(entry.sound) for entry in seen) <= VOICE_RATE


def left(written):
    """Return where the live sound begins that these entries leave behind."""
    live = set()
    for entry in written:
        if isinstance(entry, Overheard):
            live.add(entry.at)
        elif isinstance(entry, Entry | Erased):
            live -= {at for at in live if at < entry.live_until}
    return live


def test_the_silence_after_a_sentence_is_not_left_for_a_crash_to_make_a_turn_of():
    minutes = Minutes()
    written = [entry for what in awaited() for entry in minutes.note(what)]
    assert sum(isinstance(entry, Overheard) for entry in written) == 5
    assert left(written) == set()
    more = [SpeechStarted(80 * MIC_FRAME), *frames(80, 20)]
    assert left([*written, *(entry for what in more for entry in minutes.note(what))]) == {80 * MIC_FRAME}


@pytest.mark.parametrize("late", [False, True])
def test_a_murmur_is_not_left_either(late):
    minutes, end = Minutes(), utterance(0, 1)
    known, over = Backchannel(Turn(1), 0, "mm-hm"), SpeechEnded(end, 0, end.end)
    said = [SpeechStarted(0), *frames(0, 40), *((over, known) if late else (known, over))]
    written = [entry for what in said for entry in minutes.note(what)]
    assert sum(isinstance(entry, Overheard) for entry in written) == 2
    assert left(written) == set()


def test_what_follows_a_murmur_in_one_breath_is_kept():
    minutes = Minutes()
    said = [SpeechStarted(0), *frames(0, 20), Backchannel(Turn(1), 0, "mm-hm"), SpeechStarted(0), *frames(20, 20)]
    assert min(left([entry for what in said for entry in minutes.note(what)])) == 0


def test_what_was_given_up_for_want_of_room_is_silence_and_the_rest_stays_in_its_place(tmp_path):
    tone = np.full(VOICE_RATE, 0.1, np.float32)
    record = TurnRecord(Turn(1), "answered", user="hello", reply="I see.", reply_start=0, reply_samples=2 * VOICE_RATE)
    with Store.writing(tmp_path) as store, transaction(store.db):
        _, sitting = Heading(ABOUT).write(store.db)
        Entry("replying", record, reply_sound=tone).without_sound().write(store.db, sitting)
        Entry("replying", record, reply_sound=tone, reply_seq=1, goes_on=True).write(store.db, sitting)
    with Store.reading(tmp_path) as store:
        sound = Archive(store.db).sound_of(1, "reply")
    assert len(sound) == 2 * VOICE_RATE
    assert not sound[:VOICE_RATE].any()
    assert sound[VOICE_RATE:].all()
