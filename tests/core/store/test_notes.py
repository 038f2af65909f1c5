"""Facts and summaries that the chat model wrote: kept with their turns, read again, and gone when these go."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from core.events import Noted
from core.memory import Summary
from core.store import removal
from core.store.archive import Archive
from core.store.entries import Heading, Jotted
from core.store.home import Store
from core.store.minutes import Minutes
from core.store.repair import repair
from core.store.schema import MIGRATIONS
from core.store.shelf import Shelf
from core.store.sqlite import StoreError, transaction
from core.types import Turn
from tests.core.store.kept import everything, write

TALK = ["I am Ada", "I like zanzibar tea", "", "what now"]


@pytest.fixture
def store(tmp_path):
    with Store.writing(tmp_path) as store:
        yield store


def jot(store: Store, noted: Noted, sitting: int = 1) -> None:
    for entry in Minutes().note(noted):
        with transaction(store.db):
            entry.write(store.db, sitting)


def test_facts_and_summaries_are_kept_with_their_turns(store):
    write(store, TALK)
    jot(store, Noted("facts", Turn(2), ((Turn(1), "The user is Ada"), (Turn(2), "The user likes tea"))))
    jot(store, Noted("facts", Turn(2), ((Turn(2), "the user is ADA"), (Turn(9), "The user is nobody"))))
    jot(store, Noted("summary", Turn(2), summary="They spoke of tea."))
    archive, shelf = Archive(store.db), Shelf(store.db, store.folder)
    rows = [turn.row for turn in archive.turns(1)]
    assert [(fact.text, fact.row) for fact in shelf.facts()] == [
        ("The user is Ada", rows[0]),
        ("The user likes tea", rows[1]),
    ]
    assert [(each.text, each.row) for each in shelf.summaries(1)] == [("They spoke of tea.", rows[1])]
    notes = archive.notes(1)
    assert notes.facts == ("The user is Ada", "The user likes tea")
    assert notes.summaries == (Summary("They spoke of tea.", 2),)
    assert archive.notes(None).summaries == ()
    assert archive.notes(None).facts == notes.facts
    assert archive.notes(1, newest=3).summaries == (Summary("They spoke of tea.", 1),)  # the first is not given
    assert Minutes().note(Noted("facts", Turn(1))) == []
    assert Jotted(Noted("facts", Turn(1))).without_sound().size == 0


def test_what_is_deleted_is_in_no_summary_either(store, tmp_path):
    write(store, TALK)
    jot(store, Noted("summary", Turn(1), summary="First a greeting."))
    jot(store, Noted("summary", Turn(4), summary="Then a zanzibar secret."))
    shelf = Shelf(store.db, tmp_path)
    shelf.drop(Archive(store.db).turns(1)[1].row)
    assert [each.text for each in shelf.summaries(1)] == ["First a greeting."]
    assert b"zanzibar" not in everything(tmp_path)
    removal.delete(store.db, tmp_path, [1])
    assert b"greeting" not in everything(tmp_path)
    assert store.db.execute("SELECT count(*) FROM summary").fetchone() == (0,)


def test_summaries_are_worded_anew_and_forgotten_without_a_trace(store, tmp_path):
    write(store, TALK)
    for text in ("A zanzibar secret.", "Another secret."):
        jot(store, Noted("summary", Turn(2), summary=text))
    shelf = Shelf(store.db, tmp_path)
    first, second = shelf.summaries(1)
    shelf.write_summary(" About  tea. ", first.number)
    shelf.delete_summaries((second.number,))
    assert [each.text for each in shelf.summaries(1)] == ["About tea."]
    assert b"secret" not in everything(tmp_path)
    with pytest.raises(StoreError, match="nothing to keep"):
        shelf.write_summary(" ", first.number)


def test_a_conversation_of_the_schema_before_is_mended(tmp_path):
    """Its damaged file has no summaries, and is read all the same."""
    with Store.writing(tmp_path, migrations=MIGRATIONS[:2]) as store:
        write(store, ["hello " + "x" * 9000, "there"])
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with closing(sqlite3.connect(tmp_path / "sotto.db")) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'chunk'").fetchone()
    data = bytearray((tmp_path / "sotto.db").read_bytes())
    data[(page - 1) * 4096 : page * 4096] = bytes(4096)
    (tmp_path / "sotto.db").write_bytes(data)
    done = repair(tmp_path)
    assert done.aside is not None
    with Store.writing(tmp_path) as store:
        assert Heading({}).write(store.db)


def test_summaries_are_read_from_a_damaged_file(store, tmp_path):
    write(store, TALK)
    jot(store, Noted("summary", Turn(4), summary="They spoke of tea."))
    store.close()
    data = (tmp_path / "sotto.db").read_bytes()
    with closing(sqlite3.connect(tmp_path / "sotto.db")) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'known_from'").fetchone()
    (tmp_path / "sotto.db").write_bytes(data[: (page - 1) * 4096] + bytes(4096) + data[page * 4096 :])
    done = repair(tmp_path)
    assert done.aside is not None
    assert done.read == (1,)
    with Store.reading(tmp_path) as again:
        assert [each.text for each in Shelf(again.db, tmp_path).summaries(1)] == ["They spoke of tea."]
