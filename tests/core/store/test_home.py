"""The data folder: upgrades, copies, deletions without a trace, and what a crash leaves."""

from __future__ import annotations

import os
import random
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from threading import Event, Thread, current_thread

import numpy as np
import pytest

from core.settings import StoreSettings
from core.store import backups, removal, sqlite
from core.store.archive import Archive
from core.store.entries import Heading, Overheard
from core.store.home import Store
from core.store.schema import MIGRATIONS
from core.store.sound import packed_codes, unpacked_codes
from core.store.sqlite import StoreError, connect, transaction
from core.types import VOICE_RATE
from tests.core.store.kept import ABOUT, everything, write

NEXT = (
    *MIGRATIONS,
    ("ALTER TABLE turn ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'", "UPDATE turn SET mood = 'glad'"),
)

WRITE = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('CREATE TABLE t (c)')"


def test_nobody_else_may_read_it(tmp_path):
    folder = tmp_path / "data"
    with Store.writing(folder) as store:
        write(store, ["hello"])
        backups.daily(store.db, folder, 3)
        assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE((folder / "backups").stat().st_mode) == 0o700
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert len(files) == 5  # database, -wal, -shm, lock and copy
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_one_writes_others_read(tmp_path):
    with Store.writing(tmp_path) as store:
        write(store, ["hello"])
        with pytest.raises(StoreError, match="another Sotto is writing"):
            Store.writing(tmp_path)
        with Store.reading(tmp_path) as other:
            assert [title.words for title in Archive(other.db).titles()] == ["hello"]
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                other.db.execute("DELETE FROM turn")
    Store.writing(tmp_path).close()


def test_an_upgrade_keeps_all_and_a_copy_of_before(tmp_path):
    with Store.writing(tmp_path) as store:
        write(store, ["hello", "there"])
    with Store.writing(tmp_path, migrations=NEXT) as store:
        assert store.db.execute("SELECT user, mood FROM turn").fetchall() == [("hello", "glad"), ("there", "glad")]
    with sqlite3.connect(tmp_path / "backups" / f"before-schema-{len(NEXT)}.db") as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert copy.execute("SELECT count(*) FROM turn").fetchone() == (2,)


def test_an_upgrade_that_fails_changes_nothing(tmp_path):
    with Store.writing(tmp_path) as store:
        write(store, ["hello"])
    before = dump(tmp_path)
    with pytest.raises(StoreError, match="sotto history repair"):
        Store.writing(tmp_path, migrations=(*NEXT, ("ALTER TABLE nowhere ADD COLUMN x",)))
    assert dump(tmp_path) == before


def test_what_a_newer_sotto_wrote_is_read_only(tmp_path):
    with Store.writing(tmp_path, migrations=NEXT) as store:
        write(store, ["hello"])
    with pytest.raises(
        StoreError, match=rf"newer Sotto \(schema {len(NEXT)}, this one knows {len(MIGRATIONS)}\).*update Sotto"
    ):
        Store.writing(tmp_path)
    with Store.reading(tmp_path) as store:
        assert "update Sotto" in store.warning
        assert Archive(store.db).titles()[0].words == "hello"


@pytest.mark.parametrize("content", [b"no database at all, but some text" * 200, None])
def test_another_programs_file_is_left_alone(tmp_path, content):
    path = tmp_path / "sotto.db"
    if content:
        path.write_bytes(content)
    else:
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(StoreError):
        Store.writing(tmp_path)
    assert content is None or path.read_bytes() == before


def test_what_is_gone_comes_back_from_the_newest_copy_and_that_is_said(tmp_path):
    with Store.writing(tmp_path) as store:
        write(store, ["keep me"])
        copy = backups.daily(store.db, tmp_path, 3)
        write(store, ["and me"])
        (tmp_path / "sotto.db").unlink()  # while its log is there
        log = (tmp_path / "sotto.db-wal").read_bytes()
    assert log
    (tmp_path / "sotto.db-wal").write_bytes(log)
    with Store.writing(tmp_path) as store:
        assert copy.name in store.warning
        assert stat.S_IMODE((tmp_path / "sotto.db").stat().st_mode) == 0o600
        assert len(Archive(store.db).search("keep")) == 1
        assert store.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    with Store.writing(tmp_path) as store:
        assert not store.warning


def test_after_delete_no_byte_is_left(tmp_path):
    chance = random.Random(1)
    with Store.writing(tmp_path) as store:
        others = [write(store, ["keep me " + "x" * chance.randrange(900) for _ in range(20)]) for _ in range(4)]
        secret = write(store, ["my canary sings " + "y" * chance.randrange(900) for _ in range(20)], "canary reply")
        others += [write(store, ["keep me too " + "x" * chance.randrange(900) for _ in range(20)]) for _ in range(4)]
        backups.daily(store.db, tmp_path, 3)
        tone = (np.full(64, secret * 100 + 7, "<i2")).tobytes()
        found = everything(tmp_path)
        assert b"canary" in found
        assert tone in found
        removal.delete(store.db, tmp_path, [secret])
        for found in (everything(tmp_path), None):
            if found is None:
                store.close()
                found = everything(tmp_path)
            assert b"canary" not in found
            assert b"sings" not in found
            assert tone not in found
    with Store.reading(tmp_path) as store:
        assert [title.number for title in Archive(store.db).titles()] == others
        assert Archive(store.db).search("canary") == []
        assert len(Archive(store.db).search("keep")) == 160
    assert len(backups.every(tmp_path)) == 1


def test_what_is_deleted_while_todays_copy_is_made_is_not_in_the_copy(tmp_path, monkeypatch):
    copied, deleted = Event(), Event()
    whole = backups.check

    def slow(db, path):
        whole(db, path)
        if current_thread() is copying:
            copied.set()
            deleted.wait(1)

    def copy():
        with closing(connect(store.path, write=False)) as db:
            made.append(backups.daily(db, tmp_path, 3))

    made: list = []
    copying = Thread(target=copy)
    monkeypatch.setattr(backups, "check", slow)
    with Store.writing(tmp_path) as store:
        write(store, ["keep me"])
        secret = write(store, ["my canary"])
        copying.start()
        assert copied.wait(20)
        removal.delete(store.db, tmp_path, [secret])
        deleted.set()
        copying.join()
    assert made == backups.every(tmp_path)
    assert b"canary" not in everything(tmp_path)
    assert b"keep me" in made[0].read_bytes()


def test_a_second_connection_of_ours_leaves_the_first_its_locks(tmp_path, monkeypatch):
    """A file that is closed takes all locks along that its process had on it."""
    monkeypatch.setattr(sqlite, "BUSY_S", 0)
    path = tmp_path / "locked.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as first:
        first.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            connect(path, write=True)
        asked = subprocess.run([sys.executable, "-c", WRITE, path], capture_output=True, text=True, check=False)
    assert "locked" in asked.stderr


def test_a_deletion_that_was_cut_short_is_finished_at_the_next_start(tmp_path, monkeypatch):
    with Store.writing(tmp_path) as store:
        write(store, ["keep me"])
        secret = write(store, ["my canary"])
        backups.daily(store.db, tmp_path, 3)
        with monkeypatch.context() as patched:
            patched.setattr(removal, "cleanse", raising(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                removal.delete(store.db, tmp_path, [secret])
    assert b"canary" in everything(tmp_path)
    Store.writing(tmp_path).close()
    assert b"canary" not in everything(tmp_path)


def test_a_deletion_that_has_no_room_waits_and_nobody_is_kept_from_talking(tmp_path, monkeypatch):
    with Store.writing(tmp_path) as store:
        secret = write(store, ["my canary"])
        with monkeypatch.context() as patched:
            patched.setattr(removal, "cleanse", raising(sqlite3.OperationalError("database or disk is full")))
            with pytest.raises(sqlite3.OperationalError):
                removal.delete(store.db, tmp_path, [secret])
            store.close()
            with Store.writing(tmp_path) as again:
                assert "a deletion is not finished: nothing more can be written" in again.warning
                write(again, ["hello"])
    with Store.writing(tmp_path) as store:
        assert store.warning == ""
    assert b"canary" not in everything(tmp_path)


def test_what_is_old_goes_if_that_is_wanted(tmp_path):
    with Store.writing(tmp_path) as store:
        write(store, ["long ago"])
        store.db.execute("UPDATE sitting SET began = '2001-01-01T00:00:00+00:00'")
        write(store, ["today"])
    with Store.writing(tmp_path) as store:
        assert len(Archive(store.db).titles()) == 2
    with Store.writing(tmp_path, StoreSettings(keep_days=30)) as store:
        assert [title.words for title in Archive(store.db).titles()] == ["today"]
    assert b"long ago" not in everything(tmp_path)


def test_copies_are_whole_one_a_day_and_not_too_many(tmp_path):
    with Store.writing(tmp_path) as store:
        assert backups.daily(store.db, tmp_path, 2) is None, "there is nothing to copy"
        write(store, ["hello"])
        for day in ("2001-01-01", "2001-01-02"):
            backups.make(store.db, tmp_path / "backups" / f"daily-{day}.db")
        made = backups.daily(store.db, tmp_path, 2)
        assert backups.daily(store.db, tmp_path, 2) is None
        assert [path.name for path in sorted((tmp_path / "backups").iterdir())] == ["daily-2001-01-02.db", made.name]
    with sqlite3.connect(made) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT user FROM turn").fetchone() == ("hello",)


def test_copies_of_a_clock_that_was_wrong_go_before_those_of_today(tmp_path):
    with Store.writing(tmp_path) as store:
        write(store, ["hello"])
        for day in ("2999-01-01", "2999-01-02", "2999-01-03"):
            copy = backups.make(store.db, tmp_path / "backups" / f"daily-{day}.db")
            os.utime(copy, (32_500_000_000, 32_500_000_000))
        made = backups.daily(store.db, tmp_path, 3)
    assert made.exists()
    assert not (tmp_path / "backups" / "daily-2999-01-01.db").exists()
    assert backups.every(tmp_path)[0] == made


def test_what_the_user_was_saying_at_a_crash_becomes_a_turn(tmp_path):
    with Store.writing(tmp_path) as store, transaction(store.db):
        _, sitting = Heading(ABOUT).write(store.db)
        for second in range(3):
            sound = np.full(VOICE_RATE, 0.1 * (second + 1), np.float32)
            Overheard(1000 + second * VOICE_RATE, sound).write(store.db, sitting)
    for _ in range(2):
        with Store.writing(tmp_path) as store:
            archive = Archive(store.db)
            (turn,) = archive.turns(1)
            assert (turn.record.user_start, turn.record.user_end) == (1000, 1000 + 3 * VOICE_RATE)
            assert (turn.step, turn.record.outcome, turn.exchange) == ("captured", "interrupted", None)
            assert np.allclose(archive.sound(turn, "user")[::VOICE_RATE], [0.1, 0.2, 0.3], atol=1e-4)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="the data folder cannot be used"):
        Store.writing(tmp_path / "file")
    with pytest.raises(StoreError, match="no conversation is kept yet"):
        Store.reading(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_codes_come_back_and_too_large_ones_are_refused():
    codes = np.arange(64).reshape(8, 8)
    assert np.array_equal(unpacked_codes(packed_codes(codes), 8), codes)
    with pytest.raises(ValueError, match="16 bits"):
        packed_codes(codes + 40_000)


def dump(folder):
    with sqlite3.connect(folder / "sotto.db") as db:
        return list(db.iterdump())


def raising(error):
    def fail(*_):
        raise error

    return fail
