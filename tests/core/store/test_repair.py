"""What is damaged is put aside and as much as can be is had back."""

from __future__ import annotations

import errno
import os
import random
import shutil
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from core.store import backups, removal
from core.store import repair as repairing
from core.store.archive import Archive
from core.store.home import Store
from core.store.repair import repair
from core.store.sqlite import StoreError, connect
from tests.core.store.kept import everything, write


def filled(folder, conversations=6, copied=3):
    with Store.writing(folder) as store:
        for number in range(conversations):
            write(store, [f"question {number} {turn} " + "x" * 500 for turn in range(3)])
            if number == copied - 1:
                backups.daily(store.db, folder, 3)


def words(folder):
    with Store.reading(folder) as store:
        archive = Archive(store.db)
        return {
            title.number: [turn.record.user[:12] for turn in archive.turns(title.number)] for title in archive.titles()
        }


def test_what_is_whole_stays_as_it_is(tmp_path):
    filled(tmp_path)
    before = words(tmp_path)
    assert repair(tmp_path).aside is None
    assert words(tmp_path) == before


@pytest.mark.parametrize("seed", range(8))
def test_the_copy_and_whatever_can_be_read(tmp_path, seed):
    filled(tmp_path)
    path, before, chance = tmp_path / "sotto.db", words(tmp_path), random.Random(seed)
    data = bytearray(path.read_bytes())
    for _ in range(4 if seed else 0):  # pages go, as when a disk loses sectors
        at = chance.randrange(1, len(data) // 4096) * 4096
        data[at : at + 4096] = bytes(4096)
    path.write_bytes(data if seed else data[: len(data) // 2])
    done = repair(tmp_path)
    after = words(tmp_path)
    if done.aside is None:  # only pages that nobody uses were hit
        assert after == before
        return
    assert done.aside.exists()
    assert done.copy
    for number, turns in after.items():
        assert turns == before[number]
    assert set(after) >= {1, 2, 3} | set(done.read)
    assert repair(tmp_path).aside is None


def test_a_file_of_rubbish_gives_way_to_the_copy(tmp_path):
    filled(tmp_path)
    (tmp_path / "sotto.db").write_bytes(b"rubbish" * 1000)
    with pytest.raises(StoreError, match="run `sotto history repair`"):
        Store.reading(tmp_path)
    done = repair(tmp_path)
    assert done.read == ()
    assert set(words(tmp_path)) == {1, 2, 3}


def test_without_a_copy_one_begins_anew(tmp_path):
    (tmp_path / "sotto.db").write_bytes(b"rubbish" * 1000)
    assert repair(tmp_path).copy is None
    assert words(tmp_path) == {}


@pytest.mark.parametrize("facts", ["{", "[]", "{}", '{"outcome": "answered", "user_start": "x"}', '{"times": 3}'])
def test_a_turn_that_cannot_be_understood_is_said_and_goes(tmp_path, facts):
    filled(tmp_path)
    before = words(tmp_path)
    with Store.writing(tmp_path) as store:
        row = Archive(store.db).turns(5)[1].row
        store.db.execute("UPDATE turn SET facts = ? WHERE id = ?", (facts, row))
        with pytest.raises(StoreError, match=r"cannot be understood.*sotto history repair"):
            Archive(store.db).turns(5)
        assert Archive(store.db).illegible(5) == [row]
    done = repair(tmp_path)
    assert done.aside
    assert done.read == (1, 2, 3, 4, 5, 6)
    assert words(tmp_path) == before | {5: [before[5][0], before[5][2]]}
    assert repair(tmp_path).aside is None


def test_a_turn_that_the_copy_still_has_is_taken_from_it(tmp_path):
    filled(tmp_path)
    before = words(tmp_path)
    with Store.writing(tmp_path) as store:
        row = Archive(store.db).turns(2)[1].row
        kept = Archive(store.db).turns(2)[1]
        store.db.execute("UPDATE turn SET facts = '{' WHERE id = ?", (row,))
    assert repair(tmp_path).aside
    assert words(tmp_path) == before
    with Store.reading(tmp_path) as store:
        again = Archive(store.db).turns(2)[1]
    assert (again.row, again.step, again.record) == (kept.row, kept.step, kept.record)
    assert [said.codes.tolist() for said in again.speech] == [said.codes.tolist() for said in kept.speech]


def test_facts_that_the_copy_has_stay_where_the_damaged_ones_cannot_be_read(tmp_path):
    filled(tmp_path, copied=0)
    with Store.writing(tmp_path) as store:
        row = Archive(store.db).turns(2)[0].row
        store.db.executemany("INSERT INTO known (text, turn) VALUES (?, ?)", [("The user sings.", row), ("A", None)])
        facts = store.db.execute(repairing.FACTS).fetchall()
        backups.daily(store.db, tmp_path, 3)
        (root,) = store.db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'known'").fetchone()
    data = bytearray((tmp_path / "sotto.db").read_bytes())
    data[(root - 1) * 4096 : root * 4096] = bytes(4096)
    (tmp_path / "sotto.db").write_bytes(data)
    assert repair(tmp_path).aside
    with Store.reading(tmp_path) as store:
        assert store.db.execute(repairing.FACTS).fetchall() == facts


def test_a_sitting_that_cannot_be_understood_gives_way_to_the_copy(tmp_path):
    filled(tmp_path)
    before = words(tmp_path)
    with Store.writing(tmp_path) as store:
        store.db.execute("UPDATE sitting SET about = 'x' WHERE conversation IN (2, 6)")
        with pytest.raises(StoreError, match="cannot be understood"):
            Archive(store.db).history(2, "toy")
    done = repair(tmp_path)
    assert done.unread == (2, 6)
    assert words(tmp_path) == {number: turns for number, turns in before.items() if number != 6}


def chores(path):
    with closing(connect(path, write=False)) as db:
        return db.execute("SELECT name FROM chore").fetchall()


def with_a_copy_of_a_deletion(folder, *, as_it_was):
    """Keep 1 to 3, delete 2, which makes the copy, then keep 4; return the copy."""
    filled(folder, conversations=3)
    with Store.writing(folder) as store:
        removal.delete(store.db, folder, [2])
        write(store, ["question 4 0"])
    (copy,) = backups.every(folder)
    if as_it_was:  # before copies were made without it
        with closing(connect(copy, write=True)) as db:
            db.execute("INSERT OR REPLACE INTO chore VALUES (?)", (removal.CHORE,))
            db.execute("PRAGMA journal_mode = DELETE")
    return copy


def test_a_copy_that_a_deletion_makes_has_nothing_left_to_do(tmp_path):
    assert chores(with_a_copy_of_a_deletion(tmp_path, as_it_was=False)) == []


@pytest.mark.parametrize("as_it_was", [False, True])
def test_what_was_kept_after_a_deletion_is_read_from_the_damaged_file(tmp_path, as_it_was):
    copy = with_a_copy_of_a_deletion(tmp_path, as_it_was=as_it_was)
    with Store.writing(tmp_path) as store:
        row = Archive(store.db).turns(3)[1].row
        store.db.execute("UPDATE turn SET facts = '{' WHERE id = ?", (row,))
    done = repair(tmp_path)
    assert done.read == (1, 3, 4)
    assert words(tmp_path)[4] == ["question 4 0"]
    Store.writing(tmp_path).close()
    assert done.aside.exists()
    assert copy.exists()


@pytest.mark.parametrize("as_it_was", [False, True])
def test_a_database_that_is_gone_comes_back_without_what_its_copy_had_left_to_do(tmp_path, as_it_was):
    copy = with_a_copy_of_a_deletion(tmp_path, as_it_was=as_it_was)
    older, aside = copy.with_name("daily-2001-01-01.db"), tmp_path / "sotto.db.damaged-1"
    for path in (older, aside):
        path.write_bytes(b"of an earlier day")
    os.utime(older, (1, 1))
    (tmp_path / "sotto.db").unlink()
    Store.writing(tmp_path).close()
    assert set(words(tmp_path)) == {1, 3}
    assert older.exists()
    assert aside.exists()


def test_what_a_deletion_has_left_to_do_is_done_although_copies_were_made_since(tmp_path, monkeypatch):
    filled(tmp_path, conversations=3, copied=0)
    with Store.writing(tmp_path) as store, monkeypatch.context() as patched:
        secret = write(store, ["my canary"])
        for name in ("daily-2001-01-01.db", "before-schema-2.db"):
            backups.make(store.db, tmp_path / backups.FOLDER / name)
        (tmp_path / "sotto.db.damaged-1").write_bytes(b"my canary")
        patched.setattr(removal, "cleanse", raising(sqlite3.OperationalError("database or disk is full")))
        with pytest.raises(sqlite3.OperationalError):
            removal.delete(store.db, tmp_path, [secret])
        backups.daily(store.db, tmp_path, 3)
    assert b"canary" in everything(tmp_path)
    Store.writing(tmp_path).close()
    assert b"canary" not in everything(tmp_path)
    assert len(backups.every(tmp_path)) == 1


def with_an_unfinished_deletion(folder, monkeypatch):
    """Keep 1 to 3 and two facts, copy them, delete 2 and its fact, and damage 1."""
    with Store.writing(folder) as store, monkeypatch.context() as patched:
        for number in range(1, 4):
            write(store, [f"question {number} {turn}" for turn in range(3)])
        facts = [(f"fact of {number}", Archive(store.db).turns(number)[0].row) for number in (1, 2)]
        store.db.executemany("INSERT INTO known (text, turn) VALUES (?, ?)", facts)
        backups.daily(store.db, folder, 3)
        patched.setattr(removal, "cleanse", raising(sqlite3.OperationalError("database or disk is full")))
        with pytest.raises(sqlite3.OperationalError):
            removal.delete(store.db, folder, [2])
        row = Archive(store.db).turns(1)[1].row
        store.db.execute("UPDATE turn SET facts = '{' WHERE id = ?", (row,))


def facts(folder):
    with Store.reading(folder) as store:
        return Archive(store.db).notes(None).facts


def test_what_was_deleted_does_not_come_back_from_the_copy(tmp_path, monkeypatch):
    with_an_unfinished_deletion(tmp_path, monkeypatch)
    assert repair(tmp_path).read == (1, 3)
    assert set(words(tmp_path)) == {1, 3}
    assert facts(tmp_path) == ("fact of 1",)


def test_what_damage_hides_is_not_taken_for_deleted(tmp_path, monkeypatch):
    with_an_unfinished_deletion(tmp_path, monkeypatch)
    path = tmp_path / "sotto.db"
    with closing(connect(path, write=False)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'conversation'").fetchone()
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 + 4] -= 1  # of the rows in the table's page: the last is not seen
    path.write_bytes(data)
    assert repair(tmp_path).read == (1,)
    assert set(words(tmp_path)) == {1, 2, 3}


def full(patched):
    """Leave no room in the database that takes the damaged one's place."""
    before_each(patched, "_add", lambda db: db.execute(f"PRAGMA max_page_count = {pages(db)}"))


def full_of_facts(patched):
    before_each(patched, "_add_known", lambda db: db.execute(f"PRAGMA max_page_count = {pages(db)}"))


def held(patched):
    """Let another program write just then."""

    def hold(db):
        db.execute("PRAGMA busy_timeout = 0")
        other = connect(Path(db.execute("PRAGMA database_list").fetchone()[2]), write=True)
        patched.callback(other.close)
        other.execute("BEGIN IMMEDIATE")

    before_each(patched, "_add_readable", hold)


def full_for_the_copy(patched):
    patched.setattr(shutil, "copy", raising(OSError(errno.ENOSPC, "No space left on device")))


def interrupted(patched):
    patched.setattr(repairing, "_add_known", raising(KeyboardInterrupt))


def before_each(patched, name, do):
    whole = getattr(repairing, name)

    def doing(old, db, *others):
        do(db)
        return whole(old, db, *others)

    patched.setattr(repairing, name, doing)


def pages(db):
    return db.execute("PRAGMA page_count").fetchone()[0]


class Patched(ExitStack):
    """Patches, and what is to be closed after them."""

    def __init__(self, monkeypatch):
        super().__init__()
        self.setattr = self.enter_context(monkeypatch.context()).setattr


@pytest.mark.parametrize(
    ("cause", "error", "said"),
    [
        (full, StoreError, "nothing more can be written"),
        (full_of_facts, StoreError, "nothing more can be written"),
        (full_for_the_copy, StoreError, "no space left"),
        (held, StoreError, "another program holds"),
        (interrupted, KeyboardInterrupt, None),
    ],
)
def test_a_repair_that_cannot_be_ended_puts_the_file_back_and_can_be_tried_again(
    tmp_path, monkeypatch, cause, error, said
):
    filled(tmp_path)
    before = words(tmp_path)
    with Store.writing(tmp_path) as store:
        row = Archive(store.db).turns(5)[1].row
        store.db.execute("UPDATE turn SET facts = '{' WHERE id = ?", (row,))
        store.db.execute("INSERT INTO known (text) VALUES (?)", ("fact " * 9999,))
    with Patched(monkeypatch) as patched:
        cause(patched)
        with pytest.raises(error, match=said):
            repair(tmp_path)
    assert not [*tmp_path.glob("*.damaged-*"), *tmp_path.glob("*.part")]
    assert repair(tmp_path).read == (1, 2, 3, 4, 5, 6)
    assert words(tmp_path) == before | {5: [before[5][0], before[5][2]]}
    with Store.reading(tmp_path) as store:
        assert len(Archive(store.db).notes(None).facts) == 1


def raising(error):
    def fail(*_):
        raise error

    return fail
