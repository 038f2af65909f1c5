"""The list, the pages, titles, single turns and facts, as a window asks for them."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from core.records import TurnRecord
from core.store.archive import Archive
from core.store.entries import Entry, Heading
from core.store.home import Store
from core.store.shelf import Shelf
from core.store.sqlite import StoreError, connect, transaction
from core.types import VOICE_RATE, Turn
from tests.core.store.kept import QUESTIONS, everything, talk, write


@pytest.fixture
def shelf(tmp_path):
    with Store.writing(tmp_path) as store:
        yield Shelf(store.db, tmp_path)


def test_the_list_has_the_last_continued_first_under_its_own_title(shelf, tmp_path):
    with Store.reading(tmp_path) as other:
        for words in (["one fish", "two fish"], ["three birds"]):
            write(store_of(shelf, tmp_path), words)
        listed = shelf.listed()
        assert [(each.number, each.turns, each.title) for each in listed] == [(2, 1, "three birds"), (1, 2, "one fish")]
        shelf.rename(1, "  About\nfish ")
        with transaction(other_db := shelf.archive._db):
            Heading({}, 1).write(other_db)
            Entry("done", TurnRecord(Turn(1), "answered", user="more fish")).write(other_db, 3)
        assert [each.title for each in Shelf(other.db, tmp_path).listed()] == ["About fish", "three birds"]
        assert [each.title for each in shelf.listed("fish")] == ["About fish"]
        assert "[fish]" in shelf.listed("fish")[0].found
        shelf.rename(1, "")
        assert shelf.listed("two fi")[0].title == "one fish"
        with pytest.raises(StoreError, match="no conversation 9"):
            shelf.rename(9, "x")


def store_of(shelf: Shelf, folder) -> Store:
    return Store(folder, shelf.archive._db, None)


def test_pages_go_back_to_the_first_turn(shelf, tmp_path):
    write(store_of(shelf, tmp_path), [f"turn {number}" for number in range(25)])
    seen, before = [], None
    while True:
        turns, earlier = shelf.page(1, before, 10)
        seen = [*turns, *seen]
        before = turns[0].row
        assert earlier == 25 - len(seen)
        if not earlier:
            break
    assert [turn.user for turn in seen] == [f"turn {number}" for number in range(25)]
    assert shelf.page(1, seen[0].row, 10) == ((), 0)
    assert shelf.page(7, None, 10) == ((), 0)


def test_a_spoken_turn_says_how_much_sound_is_kept_and_gives_it(tmp_path):
    talk(tmp_path, QUESTIONS[:1])
    with Store.writing(tmp_path) as store:
        shelf = Shelf(store.db, tmp_path)
        (turn,), _ = shelf.page(1, None, 5)
        kept = Archive(store.db).turns(1)[0]
        for side, seconds in (("user", turn.user_seconds), ("reply", turn.reply_seconds)):
            sound = shelf.sound(turn.row, side)
            assert len(sound) == round(seconds * VOICE_RATE) > 0
            assert np.array_equal(sound, Archive(store.db).sound(kept, side))
        assert (turn.user, turn.typed, turn.done, turn.outcome) == ("hello there", False, True, "answered")
        assert shelf.newest(1, 1) == turn
        assert shelf.newest(1, 2) is None
        assert shelf.unanswered(1) is None


def test_a_turn_is_deleted_from_every_file(shelf, tmp_path):
    write(store_of(shelf, tmp_path), ["keep this", "a zanzibar secret", "and this"])
    (_, secret, _), _ = shelf.page(1, None, 9)
    assert shelf.whose(secret.row) == 1
    shelf.drop(secret.row)
    assert not shelf.holds(secret.row)
    assert [turn.user for turn in shelf.page(1, None, 9)[0]] == ["keep this", "and this"]
    assert b"zanzibar" not in everything(tmp_path)
    with pytest.raises(StoreError, match="no such turn"):
        shelf.drop(secret.row)


def test_what_waits_for_an_answer_is_found(shelf, tmp_path):
    db = shelf.archive._db
    sound = np.full(30_000, 0.25, np.float32)
    with transaction(db):
        conversation, sitting = Heading({}).write(db)
        Entry("done", TurnRecord(Turn(1), "answered", user="hello")).write(db, sitting)
        Entry("captured", TurnRecord(Turn(2), "interrupted", user_start=0, user_end=30_000), user_sound=sound).write(
            db, sitting
        )
    found = shelf.unanswered(conversation)
    assert (found.text, len(found.sound)) == ("", 30_000)
    with transaction(db):
        Entry("understood", TurnRecord(Turn(3), "interrupted", user="typed", typed=True)).write(db, sitting)
    found = shelf.unanswered(conversation)
    assert (found.text, len(found.sound)) == ("typed", 0)
    shelf.replace(found.row)
    with transaction(db):  # as an engine that hung may still write before its process ends
        record = TurnRecord(Turn(3), "failed", user="typed", typed=True, reply="so")
        Entry("done", record, reply_sound=sound[:4800]).write(db, sitting)
    assert shelf.unanswered(conversation).text == "typed"
    with transaction(db):
        record = TurnRecord(Turn(4), "interrupted", user="cut", typed=True, reply="half of")
        Entry("replying", record, reply_sound=sound).write(db, sitting)
    assert shelf.unanswered(conversation) is None


def test_facts_are_kept_changed_and_forgotten_without_a_trace(shelf, tmp_path):
    shelf.write_fact(" likes  zanzibar ", None)
    shelf.write_fact("has a cat", None)
    first, second = shelf.facts()
    assert (first.text, second.text) == ("likes zanzibar", "has a cat")
    shelf.write_fact("likes tea", first.number)
    assert [fact.text for fact in shelf.facts()] == ["likes tea", "has a cat"]
    assert b"zanzibar" not in everything(tmp_path)
    shelf.delete_facts((second.number,))
    assert [fact.text for fact in shelf.facts()] == ["likes tea"]
    assert b"has a cat" not in everything(tmp_path)
    with pytest.raises(StoreError, match="nothing to keep"):
        shelf.write_fact(" ", None)


def test_a_fact_goes_with_the_turn_it_came_from(shelf, tmp_path):
    write(store_of(shelf, tmp_path), ["my name is Ada"])
    db = shelf.archive._db
    (turn,), _ = shelf.page(1, None, 1)
    with transaction(db):
        db.execute("INSERT INTO known (text, turn) VALUES ('her name is Ada', ?)", (turn.row,))
    assert shelf.facts()[0].row == turn.row
    shelf.delete((1,))
    assert shelf.facts() == ()
    assert b"Ada" not in everything(tmp_path)


def test_all_is_deleted(shelf, tmp_path):
    write(store_of(shelf, tmp_path), ["one zanzibar"])
    shelf.write_fact("zanzibar", None)
    shelf.clear()
    assert (shelf.listed(), shelf.facts()) == ((), ())
    assert b"zanzibar" not in everything(tmp_path)


def test_deleting_waits_its_turn_when_somebody_reads(tmp_path):
    """What a reader still holds cannot be emptied: it is said, and done at the next start."""
    with Store.writing(tmp_path) as store:
        write(store, ["a zanzibar secret"])
        store.db.execute("PRAGMA busy_timeout = 100")
        reader = connect(tmp_path / "sotto.db", write=False)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM turn").fetchall()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            Shelf(store.db, tmp_path).delete((1,))
        reader.close()
    with Store.writing(tmp_path):
        assert b"zanzibar" not in everything(tmp_path)
