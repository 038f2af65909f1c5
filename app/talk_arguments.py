"""The command line of what concerns live talk: `talk`, `devices`, `check audio`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from app.history_arguments import keeping

P = TypeVar("P", bound=argparse.ArgumentParser)
MODES = ("open", "push", "tap")


def declare(commands: Any, parents: Sequence[P], parser_class: type[P], patience: Sequence[str]) -> None:
    """Add the commands; `parents` declare models, voice and seed."""
    talk = commands.add_parser(
        "talk",
        parents=[*parents, _devices(parser_class(add_help=False)), keeping(parser_class(add_help=False), default=True)],
        help="talk with the companion, with microphone and loudspeaker, here in the terminal",
    )
    talk.add_argument("--patience", choices=patience, help="how long a pause may last in a turn")
    talk.add_argument("--mode", choices=MODES, help="listen all the time, while space is held, or from tap to tap")
    talk.add_argument("--echo", choices=("cancel", "leave"), help="leave it with headphones")
    talk.add_argument("--json", action="store_true", help="print one JSON line for everything that happens")

    devices = commands.add_parser(
        "devices", parents=[_devices(parser_class(add_help=False))], help="list microphones and loudspeakers"
    )
    devices.add_argument("--json", action="store_true", help="print them as JSON")
    devices.set_defaults(threads=None)

    page = commands.add_parser("check", help="find out whether everything here works, and what to do where it does not")
    page.add_argument("--data", type=Path, metavar="DIR", help="folder of the conversations")
    page.add_argument("--report", type=Path, metavar="FILE", help="also write a file for a bug report, without names")
    page.add_argument("--json", action="store_true", help="print the page as JSON")
    page.add_argument(
        "--no-speed", dest="speed", action="store_const", const="leave", default="measure", help="measure nothing"
    )
    page.set_defaults(threads=None)
    check = page.add_subparsers(dest="what", metavar="WHAT", parser_class=parser_class)
    audio = check.add_parser(
        "audio",
        parents=[_devices(parser_class(add_help=False))],
        help="measure delay and echo between loudspeaker and microphone, and recommend how to use them",
    )
    audio.add_argument("--speak", action="store_true", help="also record you for three seconds and play that back")
    audio.add_argument("--json", action="store_true", help="print the figures as JSON")
    audio.set_defaults(threads=None)


def _devices(parent: P) -> P:
    parent.add_argument(
        "--microphone", metavar="NAME", help="as `sotto devices` names it (default: as in the settings)"
    )
    parent.add_argument("--loudspeaker", metavar="NAME", help="the same")
    return parent
