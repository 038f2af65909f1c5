"""`sotto say`: the companion speaks a text, word for word, into a file."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from queue import SimpleQueue

from app import compose
from app.checks import OutputFolder, Problem
from core.companion import Companion
from core.records import Notice, TurnRecord
from core.rehearsal import Stillness, Tape
from core.settings import Settings, WorkSettings
from core.types import VOICE_RATE, Message
from models.audiofile import SYNTHETIC, write_wav

LONGEST = 20_000  # characters


class Reciter:
    """A chat model that repeats what it is told (`core.ports.Chat`)."""

    def __call__(self, messages: Sequence[Message], seed: int) -> Iterator[str]:
        """Yield the last message."""
        yield messages[-1].text


def run(asked: argparse.Namespace) -> int:
    """Write the file; 1 if the voice failed."""
    if not asked.text.strip() or len(asked.text) > LONGEST:
        raise Problem(
            "there is nothing to say" if not asked.text.strip() else "this text is too long",
            "on the command line",
            f"give 1 to {LONGEST} characters",
        )
    if asked.out.is_dir():
        raise Problem("the output file is a folder", asked.out, "name a file with --out")
    folder = OutputFolder.checked(asked.out.parent)
    engines = replace(compose.load(compose.choose(asked.pack, asked.voice), asked.threads), chat=Reciter())
    settings = Settings(work=WorkSettings(reply_chars=LONGEST, stop_s=compose.STOP_S))
    tape = Tape()
    notices: SimpleQueue[Notice] = SimpleQueue()
    with Companion(engines, Stillness(tape), tape, notices.put, settings, asked.seed) as companion:
        companion.say(asked.text)
        turn = next(n.what for n in iter(notices.get, None) if isinstance(n.what, TurnRecord))
    if turn.error:
        raise Problem(f"the {turn.stage} failed: {turn.error}", asked.text, "try another text or --seed")
    if not turn.reply_samples:
        raise Problem("there is nothing to say in this text", asked.text, "give words")
    write_wav(folder.file(asked.out.name), tape.heard(turn.turn), VOICE_RATE, label=SYNTHETIC)
    return 0
