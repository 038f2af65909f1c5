"""Conversations with toy engines that are kept, for the tests of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from core.companion import Companion, Engines
from core.memory import Exchange
from core.records import Notice, TurnRecord
from core.rehearsal import Recording, Stillness, Take, Tape
from core.settings import Settings
from core.store.entries import Entry, Heading, Speech
from core.store.home import Store
from core.store.scribe import Scribe, ignore
from core.store.sqlite import transaction
from core.types import VOICE_RATE, Segment, Turn
from tests.fakes import Chat, Transcriber, Vad, Voice, spoken

REFERENCE = Segment(0, "This is my voice.", np.ones((20, 4), np.int64), pinned=True)
QUESTIONS = (spoken("hello there"), spoken("how are you"), spoken("tell me a story"))
ABOUT = {"codec": "toy", "voice": "hum"}


def talk(
    folder: Path,
    takes: Sequence[Take] = QUESTIONS,
    *,
    conversation: int | None = None,
    history: Sequence[Exchange] = (),
    kept: Callable[[object], None] = ignore,
    trouble: Callable[[object], None] = ignore,
    transcriber: Transcriber | None = None,
    voice: Voice | None = None,
    seed: int = 1,
) -> tuple[Companion, Tape, list[Notice]]:
    """Hold a spoken conversation over recordings, and keep it."""
    tape, notices = Tape(), []
    engines = Engines(Vad(), transcriber or Transcriber(), Chat(), voice or Voice(), (REFERENCE,))
    microphone = Recording(takes, tape, Settings().segmenter)
    with Store.writing(folder) as store:
        scribe = Scribe(store, Heading(ABOUT, conversation), kept=kept, trouble=trouble)

        def listen(notice: Notice) -> None:
            notices.append(notice)
            scribe.listen(notice)

        with scribe:
            companion = Companion(engines, scribe.overhearing(microphone), tape, listen, Settings(), seed, history)
            with companion:
                companion.finish()
    return companion, tape, notices


def chat(store: Store, texts: Iterable[str]) -> None:
    """Hold a typed conversation, and keep it in a store that is open."""
    tape, notices, scribe = Tape(), SimpleQueue(), Scribe(store, Heading(ABOUT))

    def listen(notice: Notice) -> None:
        scribe.listen(notice)
        notices.put(notice)

    engines = Engines(Vad(), Transcriber(), Chat(), Voice(), (REFERENCE,))
    with scribe, Companion(engines, Stillness(tape), tape, listen) as companion:
        for text in texts:
            companion.say(text)
            while not isinstance(notices.get(timeout=20).what, TurnRecord):
                pass


def write(store: Store, words: Sequence[str], reply: str = "I see.") -> int:
    """Keep a conversation without holding it, step by step; return its number."""
    db = store.db
    with transaction(db):
        conversation, sitting = Heading(ABOUT).write(db)
    for number, text in enumerate(words, 1):
        captured = TurnRecord(Turn(number), "interrupted", user_start=0, user_end=VOICE_RATE)
        tone = np.full(VOICE_RATE * 3 // 2, (conversation * 100 + number) / 32_767, np.float32)
        understood = replace(captured, user=text)
        done = replace(understood, outcome="answered", reply=reply, written=reply, reply_start=VOICE_RATE)
        done = replace(done, reply_samples=len(tone))
        speech = (Speech(text, text, np.ones((9, 4), np.int64)), Speech(reply, reply, np.ones((9, 4), np.int64)))
        for entry in (
            Entry("captured", captured, user_sound=tone),
            Entry("understood", understood, speech[:1]),
            Entry("done", done, speech, reply_sound=tone),
        ):
            with transaction(db):
                entry.write(db, sitting)
    return conversation


def everything(folder: Path) -> bytes:
    """Return every byte of every file in a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
