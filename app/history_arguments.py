"""What can be asked of `sotto history`, and of what is kept in general; imports nothing heavy."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, TypeVar

P = TypeVar("P", bound=argparse.ArgumentParser)

NUMBERS = "number of a conversation, as `list` shows it"


def data(parent: P) -> P:
    """Give a parser the option that says where conversations are kept."""
    parent.add_argument("--data", type=Path, metavar="DIR", help="where conversations are kept (default: SOTTO_DATA)")
    return parent


def keeping(parent: P, *, default: bool) -> P:
    """Give a parser the options of a command that holds a conversation."""
    data(parent)
    usual = "the default" if default else "not the default"
    parent.add_argument(
        "--keep", action=argparse.BooleanOptionalAction, default=default, help=f"keep it on this computer ({usual})"
    )
    parent.add_argument(
        "--continue",
        dest="goes_on",
        type=int,
        nargs="?",
        const=0,
        metavar="ID",
        help="go on with a conversation that was kept, or with the newest",
    )
    return parent


def _changes(parser: argparse.ArgumentParser, what: str, *, writes: str) -> None:
    parser.add_argument("--write", metavar="TEXT", help=writes)
    parser.add_argument("--number", type=int, metavar="N", help=f"of the {what}, as it is listed")
    parser.add_argument(
        "--forget", type=int, nargs="+", default=[], metavar="N", help="delete for good, as if never kept"
    )


def declare(commands: Any, parser_class: type[P]) -> None:
    """Add `history` to the commands."""
    history = commands.add_parser("history", help="list, show, search, export, import, delete what was kept")
    history.set_defaults(threads=None)
    acts = history.add_subparsers(dest="act", required=True, metavar="ACT", parser_class=parser_class)
    where = data(parser_class(add_help=False))
    acts.add_parser("list", parents=[where], help="all conversations, the newest last")
    show = acts.add_parser("show", parents=[where], help="what was said")
    show.add_argument("number", type=int, metavar="ID", help=NUMBERS)
    show.add_argument("--prompt", action="store_true", help="show what the language model would be given of it now")
    facts = acts.add_parser("facts", parents=[where], help="what the companion keeps in mind of you, in every prompt")
    _changes(facts, "fact", writes="write a new one, or put these words in the place of --number's")
    summaries = acts.add_parser("summaries", parents=[where], help="what was summed up of a conversation")
    summaries.add_argument("conversation", type=int, metavar="ID", help=NUMBERS)
    _changes(summaries, "summary", writes="put these words in the place of --number's")
    search = acts.add_parser("search", parents=[where], help="turns that hold all these words")
    search.add_argument("words", nargs="+", metavar="WORD")
    export = acts.add_parser("export", parents=[where], help="write one to a file: .md .json .srt .wav .flac")
    export.add_argument("number", type=int, metavar="ID", help=NUMBERS)
    export.add_argument("file", type=Path, metavar="FILE", help="its ending says the format")
    export.add_argument("--no-sound", action="store_true", help="leave the sound out of .json")
    take = acts.add_parser("import", parents=[where], help="take in a .json that was exported")
    take.add_argument("file", type=Path, metavar="FILE.json")
    delete = acts.add_parser("delete", parents=[where], help="delete for good, from every file and backup")
    delete.add_argument("numbers", nargs="*", type=int, metavar="ID", help=NUMBERS)
    delete.add_argument("--older-than", type=int, metavar="DAYS", help="what was last continued so long ago")
    acts.add_parser("repair", parents=[where], help="check what is kept, and mend it")
    backup = acts.add_parser("backup", parents=[where], help="copy all that is kept, now")
    backup.add_argument("--out", type=Path, metavar="FILE.db", help="to this file instead of the data folder")
