"""`sotto say`: the companion speaks a text, word for word, into a file."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from queue import SimpleQueue

from app import compose
from app.checks import OutputFolder, Problem
from core.companion import Companion, Engines
from core.records import Notice, TurnRecord
from core.rehearsal import Stillness, Tape
from core.settings import Settings, WorkSettings
from core.types import VOICE_RATE, Message, Samples, SpeechFrame, Turn
from models.audiofile import SYNTHETIC, wav_writer

LONGEST = 20_000  # characters


class Reciter:
    """A chat model that repeats what it is told (`core.ports.Chat`)."""

    def __call__(self, messages: Sequence[Message], seed: int) -> Iterator[str]:
        """Yield the last message."""
        yield messages[-1].text


class Spool(Tape):
    """A tape whose sound is also written away, frame by frame, before the voice makes the next one."""

    def __init__(self, write: Callable[[Samples], None], tell: Callable[[int, float, float], None] | None) -> None:
        super().__init__()
        self._to, self._tell = write, tell
        self._frames, self._since = 0, time.monotonic()

    def write(self, turn: Turn, frame: SpeechFrame) -> None:
        """Write a frame; tell its number, when it was there and when it was written, in milliseconds."""
        made = time.monotonic()
        super().write(turn, frame)
        self._to(frame.samples)
        if self._tell:
            self._tell(self._frames, *((at - self._since) * 1000 for at in (made, time.monotonic())))
        self._frames += 1


def told(frame: int, made: float, written: float) -> None:
    """Print one frame's times as a line of JSON."""
    print(json.dumps({"frame": frame, "made_ms": round(made, 3), "written_ms": round(written, 3)}), flush=True)


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
    loaded = compose.load(compose.choose(asked.pack, asked.voice), asked.threads)
    engines = replace(loaded, chat=Reciter(), speaks=())  # whoever asks for it will hear it, in whatever language
    work = WorkSettings(reply_chars=LONGEST, stop_s=compose.STOP_S, reserve_s=0.2)  # a file is in no hurry
    settings = Settings(work=work)
    with wav_writer(folder.file(asked.out.name), VOICE_RATE, label=SYNTHETIC) as write:
        _speak(asked, engines, settings, write)
    return 0


def _speak(asked: argparse.Namespace, engines: Engines, settings: Settings, write: Callable[[Samples], None]) -> None:
    tape = Spool(write, told if asked.json else None)
    notices: SimpleQueue[Notice] = SimpleQueue()
    with Companion(engines, Stillness(tape), tape, notices.put, settings, asked.seed) as companion:
        companion.say(asked.text)
        turn = next(n.what for n in iter(notices.get, None) if isinstance(n.what, TurnRecord))
    if turn.error:
        raise Problem(f"the {turn.stage} failed: {turn.error}", asked.text, "try another text or --seed")
    if not turn.reply_samples:
        raise Problem("there is nothing to say in this text", asked.text, "give words")
