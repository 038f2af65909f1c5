"""`sotto bench`: measures how fast this machine is."""

from __future__ import annotations

import argparse

from app import compose


def run(asked: argparse.Namespace) -> int:
    """Print the figures."""
    return compose.bench_voice(asked.pack, asked.threads)
