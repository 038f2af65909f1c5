"""The command `sotto`: reads the command line, bounds what it takes of the machine, hands over to the subcommand."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from app import packs_arguments, talk_arguments, voices_arguments
from app.checks import Problem
from app.evaluate import arguments as evaluation
from app.history_arguments import declare, keeping

INTERRUPTED = 130  # exit code, as shells have it
WINDOW = {"command": None, "selftest": False}  # what no arguments mean; a parser would take its time
PATIENCE = ("eager", "normal", "patient")


class Parser(argparse.ArgumentParser):
    """argparse that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2 and a line that says where to look."""
        self.exit(2, f"sotto: {message}, on the command line, see `{self.prog} --help`\n")


def parser() -> Parser:
    """Return the whole command line."""
    from importlib import metadata

    engine = Parser(add_help=False)
    engine.add_argument("--pack", type=Path, metavar="DIR", help="folder of models (default: the pocket pack)")
    engine.add_argument("--threads", type=int, metavar="N", help="processor threads to use (default: 2)")
    speaking = Parser(add_help=False)
    speaking.add_argument("--voice", metavar="NAME", help="voice of the pack (default: its first)")
    speaking.add_argument("--seed", type=int, default=0, metavar="N", help="same seed, same reply (default: 0)")

    top = Parser(prog="sotto", description="A voice companion that lives on your own computer.")
    top.add_argument("--version", action="version", version=f"sotto {metadata.version('sotto')}")
    top.add_argument(
        "--selftest", action="store_true", help="have one sentence spoken, without a sound card, and say how it went"
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)

    converse = commands.add_parser(
        "converse",
        parents=[engine, speaking, keeping(Parser(add_help=False), default=False)],
        help="play recordings into a conversation and keep the replies",
    )
    converse.add_argument("recordings", nargs="*", type=Path, metavar="IN.wav", help="what you say, in order")
    converse.add_argument("--out", type=Path, metavar="DIR", help="where the replies go (for --demo: sotto-demo)")
    converse.add_argument("--demo", action="store_true", help="speak the recorded questions that come with Sotto")
    converse.add_argument("--pace", choices=("real", "fast"), default="fast", help="as if spoken, or without waiting")
    converse.add_argument("--patience", choices=PATIENCE, default="normal", help="how long a pause may last in a turn")
    converse.add_argument("--json", action="store_true", help="print one JSON line per event as it happens")

    say = commands.add_parser("say", parents=[engine, speaking], help="speak a text into a file")
    say.add_argument("text", metavar="TEXT")
    say.add_argument("--out", type=Path, required=True, metavar="F.wav")
    say.add_argument("--json", action="store_true", help="print when each frame was made and written")

    transcribe = commands.add_parser("transcribe", parents=[engine], help="print the words of a recording")
    transcribe.add_argument("recording", type=Path, metavar="FILE")

    chat = commands.add_parser(
        "chat",
        parents=[engine, speaking, keeping(Parser(add_help=False), default=True)],
        help="type to the companion, here in the terminal",
    )
    chat.add_argument("--out", type=Path, metavar="DIR", help="also keep the spoken replies here")

    talk_arguments.declare(commands, [engine, speaking], Parser, PATIENCE)
    declare(commands, Parser)
    packs_arguments.declare(commands, Parser)
    packs_arguments.declare_hardware(commands, Parser)
    voices_arguments.declare(commands, [engine], Parser)
    evaluation.declare(commands, [engine], Parser)

    update = commands.add_parser("update", help="see whether there is a newer version; it never installs anything")
    update.add_argument(
        "daily", nargs="?", choices=("on", "off"), help="whether Sotto may look once a day (default: off)"
    )
    update.add_argument("--open", action="store_true", help="open the download page if there is one")
    update.add_argument("--due", action="store_true", help="look only if that is on, and a day has passed")
    update.add_argument("--data", type=Path, help=argparse.SUPPRESS)  # as each errand of the window is given it
    update.add_argument("--json", action="store_true", help="print JSON")
    update.set_defaults(threads=None)

    bench = commands.add_parser("bench", add_help=False, help="measure how fast this machine is")
    bench.add_argument("what", choices=("voice", "talk", "echo"))
    bench.add_argument("rest", nargs=argparse.REMAINDER)
    bench.set_defaults(threads=None)
    return top


def bound(threads: int | None) -> int:
    """Bound the engines' thread pools, keep them off network and compilers; return the number of threads.

    Must come before numpy, torch or any engine is imported: they read the environment once.
    """
    cores = os.cpu_count() or 1
    if threads is not None and not 1 <= threads <= cores:
        raise Problem("this number of threads cannot be used", f"--threads {threads}", f"choose 1 to {cores}")
    count = threads or min(2, cores)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
        os.environ[name] = str(count)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["NO_TORCH_COMPILE"] = "1"  # moshi would look for a C compiler
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    return count


def perform(asked: argparse.Namespace) -> int:
    """Run the subcommand; all is imported only now, since numpy and the engines read the bounds when they load."""
    from core.store.sqlite import StoreError
    from models.audiofile import AudioFileError
    from models.catalog import CatalogError
    from models.pack import PackError
    from models.voices import VoiceError

    try:
        return subcommand(asked.command)(asked)
    except (AudioFileError, CatalogError, PackError, StoreError, VoiceError) as error:
        raise Problem(error) from error


def selftest() -> int:
    """Test the parts of the program, one after the other."""
    from app.selftest import run

    return run()


def window() -> int:
    """Show the window until it is closed."""
    from app.window.start import run

    return run()


def subcommand(name: str) -> Callable[[argparse.Namespace], int]:  # noqa: C901 - a table
    """Return what runs a subcommand."""
    match name:
        case "converse":
            from app.converse import run
        case "say":
            from app.say import run
        case "transcribe":
            from app.transcribe import run
        case "chat":
            from app.chat import run
        case "talk":
            from app.talk import run
        case "devices":
            from app.devices import run
        case "check":
            from app.check import run
        case "history":
            from app.history import run
        case "packs":
            from app.packs import run
        case "voices":
            from app.voices import run
        case "evaluate":
            from app.evaluate.command import run
        case "hardware":
            from app.hardware_command import run
        case "graphics":
            from app.runtime_command import run
        case "update":
            from app.update_command import run
        case _:
            from app.bench import run
    return run


def answer(arguments: Sequence[str] | None) -> int:
    """Run one command; return its exit code: 0, 2 for what the user can mend, 130 for Ctrl-C."""
    given = sys.argv[1:] if arguments is None else arguments
    asked = parser().parse_args(given) if given else argparse.Namespace(**WINDOW)
    try:
        asked.threads = bound(getattr(asked, "threads", None))
        if asked.selftest:
            return selftest()
        return perform(asked) if asked.command else window()
    except Problem as problem:
        print(f"sotto: {problem}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more when it ends
        return 1
    except OSError as error:  # a full disk, a folder taken away meanwhile
        where = f", {error.filename}" if error.filename else ""
        print(f"sotto: {error.strerror or error}{where}, check the disk and try again", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code, or end the process if it is the program's own command."""
    if getattr(sys, "frozen", False):  # such a program is its own Python: its children begin here, and go no further
        from multiprocessing import freeze_support

        freeze_support()
    code = answer(arguments)
    if arguments is None and code == INTERRUPTED:
        # Taking torch and the engines' threads down in good order takes seconds, and all files are written.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
