"""What can be asked of `sotto voices`; imports nothing heavy."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from app.history_arguments import data
from app.packs_arguments import network, told

P = TypeVar("P", bound=argparse.ArgumentParser)

NAME = "a voice, as `list` shows it"


def declare(commands: Any, engine: Sequence[P], parser_class: type[P]) -> None:
    """Add `voices` to the commands."""
    voices = commands.add_parser("voices", help="find, record, import, keep and play voices")
    voices.set_defaults(threads=None)
    acts = voices.add_subparsers(dest="act", required=True, metavar="ACT", parser_class=parser_class)
    where = told(data(parser_class(add_help=False)))
    acts.add_parser("list", parents=[*engine, where], help="voices of the pack, and your own")
    audition = acts.add_parser("audition", parents=[*engine, where], help="hear speakers that the voice model invents")
    audition.add_argument("--count", type=int, default=5, metavar="N", help="how many (default: 5)")
    audition.add_argument("--seed", type=int, default=1, metavar="N", help="the first one's seed (default: 1)")
    audition.add_argument("--text", metavar="TEXT", help="what they say")
    audition.add_argument("--out", type=Path, metavar="DIR", help="write them here instead of playing them")
    audition.add_argument("--keep", metavar="NAME", help="keep the one of --seed under this name")
    acts.add_parser("script", parents=[*engine, where], help="what `record` has you read aloud")
    record = acts.add_parser("record", parents=[*engine, where], help="read a text aloud and make a voice of it")
    record.add_argument("name", metavar="NAME", help="what the voice is to be called")
    record.add_argument("--from", dest="source", type=Path, metavar="FILE", help="a recording of it, for a microphone")
    record.add_argument("--microphone", default="", metavar="DEVICE", help="as `sotto devices` shows it")
    take = acts.add_parser("import", parents=[*engine, where], help="take in an exported voice, or a recording")
    take.add_argument("file", type=Path, metavar="FILE")
    take.add_argument("--name", metavar="NAME", help="for a recording: what the voice is to be called")
    take.add_argument("--text", metavar="TEXT", help="for a recording: what it says, word for word")
    take.add_argument("--consent", metavar="TEXT", help="for a recording: whose voice it is, and how they agreed")
    get = acts.add_parser(
        "get", parents=[where, network(parser_class)], help="take a voice that others publish; which there are"
    )
    get.add_argument("name", nargs="?", metavar="NAME", help="as it is shown without one")
    get.add_argument("--title", metavar="NEW", help="what it is to be called here")
    export = acts.add_parser("export", parents=[where], help="write a voice of your own as one file")
    export.add_argument("name", metavar="NAME", help=NAME)
    export.add_argument("file", type=Path, metavar="FILE")
    export.add_argument("--replace", action="store_true", help="in place of a file that is there")
    rename = acts.add_parser("rename", parents=[where], help="give a voice of your own another name")
    rename.add_argument("name", metavar="NAME", help=NAME)
    rename.add_argument("title", metavar="NEW")
    delete = acts.add_parser("delete", parents=[where], help="delete a voice of your own for good")
    delete.add_argument("name", metavar="NAME", help=NAME)
    play = acts.add_parser("play", parents=[*engine, where], help="hear a voice's reference")
    play.add_argument("name", metavar="NAME", help=NAME)
    play.add_argument("--out", type=Path, metavar="F.wav", help="write it here instead of playing it")
