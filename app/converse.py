"""`sotto converse`: plays recordings into one conversation, as if spoken, and keeps what comes of it."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from app import chat_server, compose, keep
from app.checks import OutputFolder, Problem
from app.keep import Circumstances, Placed
from app.languages import Unspoken, words
from app.lines import line
from app.sitting import sitting
from core.companion import Companion
from core.records import Notice, TurnRecord
from core.rehearsal import Recording, Take, Tape, two_sided
from core.settings import FloorSettings, SegmenterSettings, Settings, WorkSettings
from core.types import VOICE_RATE
from models.audiofile import SYNTHETIC, write_wav

QUESTIONS = compose.ASSETS / "demo"


class Keeper:
    """Shows each turn when it is over, and keeps its files; they are written as soon as they can be whole."""

    def __init__(
        self,
        folder: OutputFolder,
        how: Circumstances,
        microphone: Recording,
        names: Sequence[str],
        takes: Sequence[Take],
    ) -> None:
        self.turns: list[TurnRecord] = []
        self._folder, self._how = folder, how
        self._microphone, self._names, self._takes = microphone, names, takes
        self._kept = 0

    def take(self, what: object) -> bool:
        """Take note of a turn that is over and left a trace; return whether it was one."""
        if not isinstance(what, TurnRecord) or what.outcome in keep.TRACELESS:
            return False
        self.turns.append(what)
        return True

    def keep(self, tape: Tape) -> None:
        """Write the replies that are not yet written, and the texts."""
        for number, turn in enumerate(self.turns[self._kept :], self._kept + 1):
            if turn.reply_samples:
                file = self._folder.file(keep.reply_name(number))
                write_wav(file, tape.heard(turn.turn), VOICE_RATE, label=SYNTHETIC)
            self._kept = number
        starts, takes = self._microphone.placed, zip(self._names, self._takes, strict=True)
        placed = [Placed(name, at, at + len(take.wide)) for at, (name, take) in zip(starts, takes, strict=False)]
        keep.keep_texts(self._folder, self._how, placed, self.turns)

    def finish(self, tape: Tape) -> None:
        """Write everything, both sides' sound included."""
        self.keep(tape)
        both = two_sided(self._microphone, tape)
        write_wav(self._folder.file("conversation.wav"), both, VOICE_RATE, label=f"Right side: {SYNTHETIC}")


def run(asked: argparse.Namespace) -> int:
    """Hold the conversation; 0, or 1 if a turn failed, or 130 after Ctrl-C."""
    paths = _recordings(asked)
    folder = OutputFolder.checked(_out(asked))
    keep.check_apart(paths, folder)
    takes = [compose.heard(path) for path in paths]
    choice = compose.choose(asked.pack, asked.voice, asked.data)
    say = say_to(asked.json)
    say(f"Loading {choice.pack.title} ...")
    engines = compose.load(choice, asked.threads, chat_server=chat_server.as_set(), data=asked.data)
    version = metadata.version("sotto")
    how = Circumstances(version, choice.pack.name, choice.voice, asked.seed, asked.patience, asked.pace)
    segmenter = SegmenterSettings(patience=asked.patience)
    # Without waiting there is nothing to win by working ahead in a pause: the clock stands still meanwhile.
    fast = asked.pace == "fast"
    work = WorkSettings(stop_s=compose.STOP_S, begin="commit" if fast else "pause", clock="waits" if fast else "runs")
    settings = Settings(segmenter=segmenter, floor=FloorSettings(captions="off"), work=work)
    keep.remove_leftovers(folder)
    tape = Tape()
    microphone = Recording(takes, tape, settings.segmenter, asked.pace)
    keeper = Keeper(folder, how, microphone, [path.name for path in paths], takes)
    notices: SimpleQueue[Notice | BaseException | None] = SimpleQueue()
    with sitting(asked, choice, say) as kept:

        def listen(notice: Notice) -> None:
            kept.listen(notice)
            notices.put(notice)

        ears = kept.hear(microphone)
        with Companion(engines, ears, tape, listen, settings, asked.seed, kept.history) as companion:
            whole = follow(told(companion, notices), keeper, tape, say, json=asked.json)
    keeper.finish(tape)
    if not whole:
        return 130
    say(f"{len(keeper.turns)} turns, kept in {folder.path}" if keeper.turns else "No speech was found.")
    return 1 if any(turn.outcome == "failed" for turn in keeper.turns) else 0


def follow(notices: Iterator[Notice], keeper: Keeper, tape: Tape, say: Callable[[str], None], *, json: bool) -> bool:
    """Show and keep what the companion tells; False if Ctrl-C ended it."""
    unspoken = Unspoken()
    try:
        for notice in notices:
            if json:
                print(line(notice), flush=True)
            if keeper.take(notice.what):
                keeper.keep(tape)
                show(keeper.turns[-1], say)
            if trouble := unspoken.note(notice.what):
                say(words(trouble))
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one must not spoil the files
        return False
    return True


def told(companion: Companion, notices: SimpleQueue[Notice | BaseException | None]) -> Iterator[Notice]:
    """Yield what the companion tells, until the microphone has ended; raise what it failed of."""

    def finish() -> None:
        try:
            companion.finish()
            notices.put(None)
        except BaseException as fault:
            notices.put(fault)

    Thread(target=finish, name="finish", daemon=True).start()
    while (notice := notices.get()) is not None:
        if isinstance(notice, BaseException):
            raise notice
        yield notice


def say_to(json: bool) -> Callable[[str], None]:
    """Return what tells people something: on stderr where stdout is a program's."""
    return lambda text: print(text, file=sys.stderr if json else sys.stdout, flush=True)


def show(turn: TurnRecord, say: Callable[[str], None]) -> None:
    """Tell people of one turn."""
    say(f"You:   {turn.user or '(not understood)'}")
    if turn.reply:
        say(f"Sotto: {turn.reply}{' (shown, not spoken)' if turn.shown else ''}")
    if turn.error:
        say(f"       the {turn.stage} failed: {turn.error}")


def _recordings(asked: argparse.Namespace) -> list[Path]:
    if asked.demo and asked.recordings:
        raise Problem("there are recordings and --demo", "on the command line", "give one or the other")
    paths = sorted(QUESTIONS.glob("*.wav")) if asked.demo else list(asked.recordings)
    if not paths:
        where = QUESTIONS if asked.demo else "on the command line"
        raise Problem("there is no recording", where, "name WAV files of what you say, or use --demo")
    return paths


def _out(asked: argparse.Namespace) -> Path:
    if asked.out is None and not asked.demo:
        raise Problem("there is no output folder", "on the command line", "name one with --out")
    return asked.out or Path("sotto-demo")
