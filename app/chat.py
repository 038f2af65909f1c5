"""`sotto chat`: you type, the companion answers, in the terminal; it speaks, too, into files if asked to."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from queue import SimpleQueue

from app import chat_server, compose
from app.checks import OutputFolder
from app.keep import reply_name
from app.languages import Unspoken, words
from app.sitting import Sitting, sitting
from core.companion import Companion, Engines
from core.events import Replied
from core.records import Notice, TurnRecord
from core.rehearsal import Stillness, Tape
from core.settings import Settings, WorkSettings
from core.types import VOICE_RATE
from models.audiofile import SYNTHETIC, write_wav


def run(asked: argparse.Namespace) -> int:
    """Answer line by line until the input ends."""
    folder = OutputFolder.checked(asked.out) if asked.out else None
    choice = compose.choose(asked.pack, asked.voice, asked.data)
    with sitting(asked, choice, tell) as kept:
        engines = compose.load(choice, asked.threads, chat_server=chat_server.as_set(), data=asked.data)
        return converse(asked, folder, engines, kept)


def converse(asked: argparse.Namespace, folder: OutputFolder | None, engines: Engines, kept: Sitting) -> int:
    """Hold the conversation, in a sitting that may be kept."""
    tape, number, unspoken = Tape(), 0, Unspoken()
    notices: SimpleQueue[Notice] = SimpleQueue()
    settings = Settings(work=WorkSettings(stop_s=compose.STOP_S))

    def listen(notice: Notice) -> None:
        kept.listen(notice)
        notices.put(notice)

    companion = Companion(engines, Stillness(tape), tape, listen, settings, asked.seed, kept.history, notes=kept.notes)
    with companion:
        for text in typed():
            companion.say(text)
            turn = answered(notices.get)
            number += 1
            if trouble := unspoken.note(turn):
                tell(words(trouble))
            if folder and turn.reply_samples:
                write_wav(folder.file(reply_name(number)), tape.heard(turn.turn), VOICE_RATE, label=SYNTHETIC)
    return 0


def tell(text: str) -> None:
    """Tell people what is no part of the conversation."""
    print(text, file=sys.stderr, flush=True)


def typed() -> Iterator[str]:
    """Yield what the user types, without blank lines; ask for it if somebody is there."""
    prompt = "you> " if sys.stdin.isatty() else ""
    while True:
        try:
            text = input(prompt).strip()
        except EOFError:
            return
        if text:
            yield text


def answered(get: Callable[[], Notice]) -> TurnRecord:
    """Print the reply as its words come, and return the turn's record."""
    while True:
        what = get().what
        if isinstance(what, Replied):
            print(what.chunk, end="", flush=True)
        if isinstance(what, TurnRecord):
            print(f"\n({what.stage} failed: {what.error})" if what.error else "", flush=True)
            return what
