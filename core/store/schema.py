"""The tables, and how an older file becomes a newer one: backup first, then one transaction; old or new, never mixed.

conversation  has sittings: each time it is continued, with its own clock, seed, pack and voice
sitting       has turns
turn          one row, written anew with every step: captured, understood, replying, done
speech        what was said in a turn and its codes: part 0 is the user's, the others are phrases of the reply
chunk         sound of a turn, 16 bits at VOICE_RATE, at most a second each, only ever appended
live          what the user is saying just now, until it is part of a turn
words         full-text index of the turns; holds no copy of the text
known         facts that the companion keeps in mind of the user
summary       what was said in a conversation up to a turn, in few words; goes when one of those turns does
chore         what is left to be done before anything else, as after a crash amid a deletion
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from core.store.sqlite import StoreError, transaction

APPLICATION = 0x50_77_0001  # in the file's header: this is Sotto's

Statements = Sequence[str]

FIRST: Statements = (
    """CREATE TABLE conversation (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- a number never comes twice, even after a deletion
        began TEXT NOT NULL)""",  # UTC
    """CREATE TABLE sitting (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
        began TEXT NOT NULL,
        start INTEGER NOT NULL,  -- of its clock on the conversation's
        about TEXT NOT NULL)""",  # JSON: what it was held with
    "CREATE INDEX sitting_of ON sitting (conversation)",
    """CREATE TABLE turn (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        sitting INTEGER NOT NULL REFERENCES sitting ON DELETE CASCADE,
        number INTEGER NOT NULL,
        step TEXT NOT NULL CHECK (step IN ('captured', 'understood', 'replying', 'done')),
        user TEXT NOT NULL,
        reply TEXT NOT NULL,
        facts TEXT NOT NULL,  -- JSON: the rest of the turn's record
        UNIQUE (sitting, number))""",
    """CREATE TABLE speech (
        turn INTEGER NOT NULL REFERENCES turn ON DELETE CASCADE,
        part INTEGER NOT NULL,
        text TEXT NOT NULL,
        wording TEXT NOT NULL,
        codebooks INTEGER NOT NULL,
        codes BLOB,
        PRIMARY KEY (turn, part))""",
    """CREATE TABLE chunk (
        turn INTEGER NOT NULL REFERENCES turn ON DELETE CASCADE,
        side TEXT NOT NULL CHECK (side IN ('user', 'reply')),
        seq INTEGER NOT NULL,
        sound BLOB NOT NULL CHECK (length(sound) <= 48000),
        PRIMARY KEY (turn, side, seq))""",
    """CREATE TABLE live (
        sitting INTEGER NOT NULL REFERENCES sitting ON DELETE CASCADE,
        at INTEGER NOT NULL,
        sound BLOB NOT NULL CHECK (length(sound) <= 48000),
        PRIMARY KEY (sitting, at))""",
    "CREATE TABLE chore (name TEXT PRIMARY KEY)",
    "CREATE VIRTUAL TABLE words USING fts5(user, reply, content='turn', content_rowid='id')",
    """CREATE TRIGGER turn_added AFTER INSERT ON turn BEGIN
        INSERT INTO words (rowid, user, reply) VALUES (new.id, new.user, new.reply); END""",
    """CREATE TRIGGER turn_gone AFTER DELETE ON turn BEGIN
        INSERT INTO words (words, rowid, user, reply) VALUES ('delete', old.id, old.user, old.reply); END""",
    """CREATE TRIGGER turn_changed AFTER UPDATE OF user, reply ON turn BEGIN
        INSERT INTO words (words, rowid, user, reply) VALUES ('delete', old.id, old.user, old.reply);
        INSERT INTO words (rowid, user, reply) VALUES (new.id, new.user, new.reply); END""",
)
SECOND: Statements = (
    "ALTER TABLE conversation ADD COLUMN title TEXT NOT NULL DEFAULT ''",  # the user's own
    """CREATE TABLE known (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        text TEXT NOT NULL,
        turn INTEGER REFERENCES turn ON DELETE CASCADE)""",  # that it came from; none if the user wrote it
    "CREATE INDEX known_from ON known (turn)",
)
THIRD: Statements = (
    """CREATE TABLE summary (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
        turn INTEGER NOT NULL,  -- the last that it covers
        text TEXT NOT NULL)""",
    "CREATE INDEX summary_of ON summary (conversation, turn)",
    """CREATE TRIGGER turn_summed AFTER DELETE ON turn BEGIN
        DELETE FROM summary WHERE turn >= old.id AND conversation = (
            SELECT conversation FROM sitting WHERE id = old.sitting); END""",
)
MIGRATIONS: tuple[Statements, ...] = (FIRST, SECOND, THIRD)  # the n-th makes version n; those released never change


def version(db: sqlite3.Connection) -> int:
    """Return the version of the file; 0 for an empty one; raises StoreError if the file is another program's."""
    (number,), (application,) = (
        db.execute("PRAGMA user_version").fetchone(),
        db.execute("PRAGMA application_id").fetchone(),
    )
    if application == APPLICATION:
        return int(number)
    if number or application or db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise StoreError("this database is not Sotto's", "in the data folder", "choose another with --data")
    return 0


def upgrade(
    db: sqlite3.Connection,
    before: Callable[[int], None],
    migrations: Sequence[Statements] = MIGRATIONS,
) -> None:
    """Bring the file to the newest version; `before` is called with the old one if there is anything to lose."""
    old = version(db)
    if old >= len(migrations):
        return
    if old:
        before(old)
    with transaction(db, "EXCLUSIVE"):
        for statements in migrations[version(db) :]:  # read again: another process may have been first
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute(f"PRAGMA user_version = {len(migrations)}")
