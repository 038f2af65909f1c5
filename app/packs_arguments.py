"""What can be asked of `sotto packs`; imports nothing heavy."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, TypeVar

from app.history_arguments import data

P = TypeVar("P", bound=argparse.ArgumentParser)

ROLES = ("transcriber", "chat", "voice", "codec")


def declare(commands: Any, parser_class: type[P]) -> None:
    """Add `packs` to the commands."""
    packs = commands.add_parser("packs", help="get models, import, use, move and remove them")
    packs.set_defaults(threads=None)
    acts = packs.add_subparsers(dest="act", required=True, metavar="ACT", parser_class=parser_class)
    where = told(data(parser_class(add_help=False)))
    acts.add_parser("list", parents=[where], help="what is on this machine")
    catalog = acts.add_parser("catalog", parents=[where], help="what there is to get")
    catalog.add_argument("--language", metavar="XX", help="only what understands or speaks this language")
    get = acts.add_parser(
        "get", parents=[where, network(parser_class), _changes(parser_class)], help="download a pack, or one model"
    )
    get.add_argument("profile", metavar="PROFILE|MODEL", help="as `catalog` shows it, or: recommended")
    build = acts.add_parser(
        "assemble", parents=[where, _changes(parser_class)], help="a pack from models that are there"
    )
    build.add_argument("profile", metavar="PROFILE", help="as `catalog` shows it")
    take = acts.add_parser("import", parents=[where], help="take models from a folder, .zip or .tar; no network needed")
    take.add_argument("source", type=Path, metavar="FOLDER|ARCHIVE")
    use = acts.add_parser("use", parents=[where], help="use this pack from now on")
    use.add_argument("name", metavar="PACK", help="as `list` shows it, or: pocket")
    remove = acts.add_parser("remove", parents=[where], help="delete a pack")
    remove.add_argument("name", metavar="PACK", help="as `list` shows it")
    server = acts.add_parser("server", parents=[where], help="let a chat server write the replies, and show which does")
    server.add_argument("address", nargs="?", metavar="URL", help="as http://localhost:11434/v1")
    server.add_argument(
        "--model", default="", metavar="NAME", help="which of its models (default: the server's choice)"
    )
    server.add_argument("--key", action="store_true", help="keep its access key, read from input")
    server.add_argument("--none", action="store_true", help="the pack's own chat model again")
    move = acts.add_parser("move", parents=[where], help="keep all models in another folder")
    move.add_argument("folder", type=Path, metavar="DIR")
    token = acts.add_parser("token", parents=[where], help="keep the access token for gated models, read from input")
    token.add_argument("--forget", action="store_true", help="delete it")


def told(parser: P) -> P:
    """Add what makes a command tell of its doings to a program."""
    parser.add_argument("--json", action="store_true", help="print one JSON line for everything that happens")
    return parser


def declare_hardware(commands: Any, parser_class: type[P]) -> None:
    """Add `hardware` to the commands."""
    where = told(data(parser_class(add_help=False)))
    hardware = commands.add_parser(
        "hardware", parents=[where], help="what this machine can do, and which pack suits it"
    )
    hardware.set_defaults(threads=None)
    card = commands.add_parser("graphics", parents=[where], help="get what computes on an NVIDIA card, or remove it")
    card.add_argument("act", nargs="?", choices=("show", "get", "remove"), default="show")
    card.add_argument("--anyway", action="store_true", help="get it without a card, as for another computer")
    card.set_defaults(threads=None)


def network(parser_class: type[P]) -> P:
    """Return how the network is reached."""
    parent = parser_class(add_help=False)
    parent.add_argument("--endpoint", metavar="URL", help="another address than huggingface.co (default: HF_ENDPOINT)")
    parent.add_argument("--proxy", metavar="URL", default="", help="http://host:port (default: the system's)")
    parent.add_argument("--ca-file", type=Path, metavar="PEM", help="certificates to trust as well")
    return parent


def _changes(parser_class: type[P]) -> P:
    parent = parser_class(add_help=False)
    for role in ROLES:
        parent.add_argument(f"--{role}", metavar="MODEL", help=f"another {role} than the profile's")
    return parent
