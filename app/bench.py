"""`sotto bench`: measures how fast this machine is."""

from __future__ import annotations

import argparse


def run(asked: argparse.Namespace) -> int:
    """Print the figures of the voice; what follows on the command line is the benchmark's own."""
    from models.csm.bench import main

    return main(asked.rest)
