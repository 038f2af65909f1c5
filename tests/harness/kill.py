"""Kills a talking process at random moments and looks at what is kept: `python -m tests.harness.kill 1000`."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.rehearsal import Pace
from core.store.archive import Archive, Kept
from core.store.home import Store
from core.store.sound import CHUNK, packed
from core.types import VOICE_RATE
from tests.harness.talker import forked, quick, talk

STEPS = ("captured", "understood", "replying", "done")
LIVES = {"fast": 700, "real": 150}  # the most that a process may tell before it is killed
LONGEST_S = 5.0  # that it may live, whatever it tells
MOMENT_S = 0.02  # the kill comes up to so much later, so that it also falls between what is told


@dataclass
class Tally:
    """What all kills together have shown."""

    kills: int = 0
    acknowledged: int = 0  # steps
    turns: int = 0  # whose last acknowledged step was looked for
    deletions: int = 0
    amid_speech: int = 0  # kills while the user spoke, at the real pace
    lost_s: float = 0.0  # the most live sound that was lost
    reopened_ms: float = 0.0  # the slowest
    troubles: list[str] = field(default_factory=list)


def kill_again(folder: Path, run: int, tally: Tally, pace: Pace) -> None:
    """Let a process talk, kill it, and check what it was told is kept; raises AssertionError."""
    chance = random.Random(run)
    child, pipe = forked(lambda tell: talk(folder, run, tell, chance, pace))
    told = _followed(child, pipe, chance.randrange(LIVES[pace]), chance.uniform(0, MOMENT_S))
    began = time.monotonic()
    with Store.writing(folder) as store:
        tally.reopened_ms = max(tally.reopened_ms, (time.monotonic() - began) * 1000)
        assert store.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert not store.db.execute("PRAGMA foreign_key_check").fetchall()
        store.db.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        archive = Archive(store.db)
        mine = {at: turn for number in _numbers(archive) for at, turn in _of_run(archive, number, run)}
        for turn in mine.values():
            check_whole(archive, turn)
        check_kept(archive, mine, told, tally)
        deleted = [line["deleted"] for line in told if "deleted" in line]
        assert not set(deleted) & set(_numbers(archive)), "what was deleted stays deleted"
        tally.deletions += len(deleted)
    if pace == "real":
        check_live([*mine.values()], told, tally)
    tally.kills += 1
    tally.troubles += [line["trouble"] for line in told if "trouble" in line]


def _followed(child: int, pipe: int, lines: int, moment: float) -> list[dict[str, Any]]:
    data, end = b"", time.monotonic() + LONGEST_S
    while data.count(b"\n") < lines and (left := end - time.monotonic()) > 0:
        if select.select([pipe], [], [], left)[0]:
            piece = os.read(pipe, 1 << 16)
            assert piece, "the process has ended by itself"
            data += piece
    time.sleep(moment)
    kill(child)
    with open(pipe, "rb") as rest:
        data += rest.read()
    return [json.loads(line) for line in data.splitlines(keepends=True) if line.endswith(b"\n")]


def kill(child: int) -> None:
    """Kill a process and whatever it has started."""
    own = os.getpgid(child) == child  # it has not got so far if it was just forked
    (os.killpg if own else os.kill)(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _numbers(archive: Archive) -> list[int]:
    return [title.number for title in archive.titles()]


def _of_run(archive: Archive, number: int, run: int) -> Iterator[tuple[tuple[int, int], Kept]]:
    sittings = archive.sittings(number)
    for turn in archive.turns(number):
        about = sittings[turn.sitting].about
        if about["run"] == run:
            yield (about["held"], turn.record.turn.id), turn


def check_whole(archive: Archive, turn: Kept) -> None:
    """Whatever its step, a turn is whole as far as it goes."""
    record, user, reply = turn.record, archive.sound(turn, "user"), archive.sound(turn, "reply")
    assert record.user_start is not None
    assert record.user_end is not None
    assert len(user) == record.user_end - record.user_start
    seconds = record.reply_samples if turn.step == "done" else record.reply_samples // CHUNK * CHUNK
    assert len(reply) == seconds
    assert bool(record.user) == (turn.step != "captured") or record.outcome in ("interrupted", "failed")
    if turn.exchange:
        assert turn.exchange.reply == record.reply


def check_kept(archive: Archive, found: dict[tuple[int, int], Kept], told: list[dict[str, Any]], tally: Tally) -> None:
    """What was acknowledged is there, at that step or a later one, with the same words and sound."""
    expected: dict[tuple[int, int], dict[str, Any]] = {}  # by sitting and turn
    for line in told:
        if "turn" in line:
            tally.acknowledged += 1
            expected[line["held"], line["turn"]] = line
        for number in (*line.get("instead_of", ()), *line.get("erased", ())):
            expected.pop((line["held"], number), None)
        if "delete" in line:  # it may be done or not; what is left is looked at by `check_whole`
            expected = {at: each for at, each in expected.items() if each["conversation"] != line["delete"]}
    for at, line in expected.items():
        tally.turns += 1
        assert at in found, f"lost: {line}"
        assert _keeps(archive, found[at], line), f"changed: {line}"


def _keeps(archive: Archive, turn: Kept, line: dict[str, Any]) -> bool:
    user, reply = packed(archive.sound(turn, "user")), packed(archive.sound(turn, "reply"))
    length, digest = line["reply_sound"]
    return (
        STEPS.index(turn.step) >= STEPS.index(line["step"])
        and (line["step"] == "captured" or turn.record.user == line["user"])
        and turn.record.reply.startswith(line["reply"])
        and sha256(user).hexdigest() == line["user_sound"][1]
        and sha256(reply[:length]).hexdigest() == digest
    )


def check_live(turns: list[Kept], told: list[dict[str, Any]], tally: Tally) -> None:
    """Measure how much of what the user was just saying is lost."""
    speaking = [line["speaking"] for line in told if "speaking" in line]
    heard = [line["heard"] for line in told if "heard" in line]
    if not speaking or not speaking[-1]:
        return
    tally.amid_speech += 1
    kept = max((turn.record.user_end or 0 for turn in turns[-1:]), default=0)
    start = max((turn.record.user_start or 0 for turn in turns[-1:]), default=0)
    if start <= heard[-1] <= kept + 10 * VOICE_RATE:  # else the second of the speech was not over yet
        tally.lost_s = max(tally.lost_s, (heard[-1] - kept) / VOICE_RATE)


def main(kills: int) -> Tally:
    """Kill so many times, in one data folder that grows; half of them at the pace of real speech."""
    tally = Tally()
    with tempfile.TemporaryDirectory(dir=quick()) as folder:
        for run in range(1, kills + 1):
            kill_again(Path(folder), run, tally, "fast" if run % 2 else "real")
            if run % 50 == 0:
                print(tally, flush=True)
    return tally


if __name__ == "__main__":
    print(main(int(sys.argv[1])))
