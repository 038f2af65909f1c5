"""`sotto transcribe`: prints the words of a recording."""

from __future__ import annotations

import argparse

from app import compose


def run(asked: argparse.Namespace) -> int:
    """Print the words; an empty line if nothing was said."""
    _, narrow = compose.heard(asked.recording)
    print(compose.transcriber(asked.pack, asked.threads)(narrow).text)
    return 0
