"""What can be asked of `sotto evaluate`; imports nothing heavy."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

P = TypeVar("P", bound=argparse.ArgumentParser)
SUITES = ("sentences", "quality", "context", "homographs", "consistency", "drift", "talk", "throughput", "turnbench")


def declare(commands: Any, engine: Sequence[P], parser_class: type[P]) -> None:
    """Add `evaluate` to the commands."""
    evaluate = commands.add_parser("evaluate", help="measure how well a voice speaks in context and takes turns")
    evaluate.set_defaults(threads=None)
    acts = evaluate.add_subparsers(dest="act", required=True, metavar="ACT", parser_class=parser_class)
    run = acts.add_parser("run", parents=engine, help="evaluate a voice, or go on where that was interrupted")
    run.add_argument("--out", type=Path, required=True, metavar="DIR", help="where results, clips and report go")
    run.add_argument("--quick", action="store_true", help="a few of each, to see that nothing is broken")
    run.add_argument("--suites", nargs="+", choices=SUITES, metavar="SUITE", help=f"of {', '.join(SUITES)}")
    run.add_argument("--voice", metavar="NAME", help="voice of the pack (default: its first)")
    run.add_argument("--command", dest="told", metavar="CMD", help="a command that speaks, instead of a pack")
    run.add_argument("--reference", type=Path, metavar="F.wav", help="with --command: how the voice should sound")
    run.add_argument("--transcript", default="", metavar="TEXT", help="what is said there")
    run.add_argument("--espeak", action="store_true", help="evaluate espeak-ng, the floor of all voices")
    run.add_argument("--texts", choices=("pocket", "general"), help="sentences of the pocket pack, or common talk")
    run.add_argument(
        "--phones",
        type=Path,
        metavar="DIR",
        help="a phone recogniser (default: that of the catalogue, or pocketsphinx)",
    )
    run.add_argument("--data", type=Path, metavar="DIR", help="where `sotto packs` keeps models (default: SOTTO_DATA)")
    run.add_argument("--turnbench", type=Path, metavar="DIR", help="TurnBench's development set")
    run.add_argument("--seed", type=int, default=0, metavar="N", help="same seed, same results (default: 0)")
    report = acts.add_parser("report", help="write the report of a run again")
    report.add_argument("run", type=Path, metavar="DIR")
    report.add_argument("--out", type=Path, metavar="F.html", help="(default: report.html in the folder)")
    report.add_argument("--clips", type=int, default=3, metavar="N", help="of each suite that can be played")
    compare = acts.add_parser("compare", help="compare runs with the first one")
    compare.add_argument("runs", type=Path, nargs="+", metavar="DIR", help="two or more")
    compare.add_argument("--out", type=Path, metavar="F.html", help="also write a page")
    compare.add_argument("--json", type=Path, metavar="FILE", help="also write the figures")
    listening = acts.add_parser("listening", help="a listening test for people")
    steps = listening.add_subparsers(dest="step", required=True, metavar="STEP", parser_class=parser_class)
    make = steps.add_parser("make", help="write a page with blind pairs")
    make.add_argument("one", type=Path, metavar="A", help="a run's folder, or a folder of recordings")
    make.add_argument("other", type=Path, metavar="B", help="the same, with the same texts or names")
    make.add_argument("--out", type=Path, required=True, metavar="F.html")
    make.add_argument("--pairs", type=int, default=15, metavar="N", help="(default: 15)")
    make.add_argument("--context", action="store_true", help="play what came before: up to 90 s of a conversation")
    make.add_argument("--seed", type=int, default=0, metavar="N")
    score = steps.add_parser("score", help="analyse ratings")
    score.add_argument("ratings", type=Path, nargs="+", metavar="F.json", help="what the page gave to its raters")
    score.add_argument("--json", type=Path, metavar="FILE")
