"""What is damaged is put aside and as much as can be is had back."""

from __future__ import annotations

import random

import pytest

from core.store import backups
from core.store.archive import Archive
from core.store.home import Store
from core.store.repair import repair
from core.store.sqlite import StoreError
from tests.core.store.kept import write


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
