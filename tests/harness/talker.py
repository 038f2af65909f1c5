"""A process that talks without end and keeps it, telling a pipe of all that was acknowledged; made to be killed."""

from __future__ import annotations

import json
import os
import random
import traceback
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from core.companion import Companion, Engines
from core.events import SpeechEnded, SpeechResumed, SpeechStarted
from core.ports import Microphone
from core.records import Notice
from core.rehearsal import Pace, Recording, Tape
from core.settings import Settings
from core.store import removal
from core.store.archive import Archive
from core.store.entries import Entry, Erased, Heading
from core.store.home import Store
from core.store.scribe import Scribe
from core.store.sound import packed
from core.types import AudioFrame, Segment
from tests.fakes import Chat, Transcriber, Vad, Voice, spoken

SENTENCES = ("hello there", "how are you", "tell me a story and then stop now", "um", "what is the time please")
MEMORY = Path("/dev/shm")
MOST = 8  # conversations that are kept before the oldest is deleted
Tell = Callable[[dict[str, Any]], None]


def quick() -> Path | None:
    """Return where files are quick to write: a kill leaves what the system holds in memory, so memory will do."""
    return MEMORY if MEMORY.is_dir() else None


def forked(work: Callable[[Tell], None]) -> tuple[int, int]:
    """Run `work` in a process of its own; return its id and the reading end of its pipe."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _be(work, writing)
    os.close(writing)
    return child, reading


def _be(work: Callable[[Tell], None], writing: int) -> NoReturn:
    def tell(told: dict[str, Any]) -> None:
        try:
            os.write(writing, json.dumps(told).encode() + b"\n")
        except BrokenPipeError:
            os._exit(1)  # whoever asked is gone

    code = 1
    try:
        os.setsid()
        work(tell)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


class Telling:
    """A microphone that tells how far it has heard, before anybody else knows."""

    def __init__(self, microphone: Microphone, tell: Tell) -> None:
        self._microphone, self._tell = microphone, tell

    def __iter__(self) -> Iterator[AudioFrame]:
        for frame in self._microphone:
            self._tell({"heard": frame.at + len(frame.wide)})
            yield frame

    def close(self) -> None:
        self._microphone.close()


def talk(folder: Path, run: int, tell: Tell, chance: random.Random, pace: Pace) -> None:
    """Hold conversations one after the other, new ones and old ones, and delete the oldest."""
    for held in count():
        with Store.writing(folder) as store:
            archive = Archive(store.db)
            numbers = [title.number for title in archive.titles()]
            if len(numbers) > MOST:
                tell({"delete": numbers[0]})
                removal.delete(store.db, folder, numbers[:1])
                tell({"deleted": numbers[0]})
                continue
            number = chance.choice([None, *numbers[-1:]])
            history = archive.history(number, "toy") if number else []
            _hold(store, Heading({"codec": "toy", "run": run, "held": held}, number), history, tell, chance, pace)


def _hold(store: Store, heading: Heading, history: Any, tell: Tell, chance: random.Random, pace: Pace) -> None:
    sounds: dict[int, bytes] = {}
    replies: dict[int, bytes] = {}

    def kept(entry: object) -> None:
        if isinstance(entry, Erased):
            tell({"erased": entry.numbers} | where())
        if isinstance(entry, Entry):
            number = entry.record.turn.id
            sounds[number] = sounds.get(number, b"") + packed(entry.user_sound)
            replies[number] = replies.get(number, b"") + packed(entry.reply_sound)
            tell(acknowledged(entry, sounds[number], replies[number]) | where())

    def where() -> dict[str, Any]:
        return {"held": heading.about["held"], "conversation": scribe.conversation}

    tape = Tape()
    scribe = Scribe(store, heading, kept=kept, trouble=lambda trouble: tell({"trouble": str(trouble)}))

    def listen(notice: Notice) -> None:
        if isinstance(notice.what, SpeechStarted | SpeechResumed | SpeechEnded):
            tell({"speaking": not isinstance(notice.what, SpeechEnded)})
        scribe.listen(notice)

    takes = [spoken(chance.choice(SENTENCES)) for _ in range(chance.randrange(1, 4))]
    if chance.random() < 0.3:  # somebody who does not wait for the end of the answer
        takes.append(spoken("stop now", at=chance.randrange(1, 8) * 24_000))
    engines = Engines(Vad(), Transcriber(), Chat(), Voice(), (Segment(0, "Me.", np.ones((20, 4), np.int16), True),))
    microphone = Telling(Recording(takes, tape, Settings().segmenter, pace), tell)
    with scribe, Companion(engines, scribe.overhearing(microphone), tape, listen, seed=1, history=history) as companion:
        companion.finish()


def acknowledged(entry: Entry, user: bytes, reply: bytes) -> dict[str, Any]:
    """Return what is told of an entry that is durable; the sounds are all so far."""
    record = entry.record
    return {
        "turn": record.turn.id,
        "step": entry.step,
        "user": record.user,
        "reply": record.reply,
        "instead_of": entry.instead_of,
        "user_sound": [len(user), sha256(user).hexdigest()],
        "reply_sound": [len(reply), sha256(reply).hexdigest()],
    }
