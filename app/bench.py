"""`sotto bench`: measures how fast this machine is, and how well it talks."""

from __future__ import annotations

import argparse


def run(asked: argparse.Namespace) -> int:
    """Print the figures of the voice, or of live talk; what follows on the command line is the benchmark's own."""
    if asked.what == "talk":
        from app.bench_talk import main as talk

        return talk(asked.rest)
    from models.csm.bench import main as voice

    return voice(asked.rest)
