"""`sotto bench`: measures how fast this machine is, and how well it talks."""

from __future__ import annotations

import argparse


def run(asked: argparse.Namespace) -> int:
    """Print the figures of one benchmark; what follows its name on the command line is its own."""
    if asked.what == "talk":
        from app.bench_talk import main as talk

        return talk(asked.rest)
    if asked.what == "echo":
        from app.bench_echo import main as echo

        return echo(asked.rest)
    from models.csm.bench import main as voice

    return voice(asked.rest)
