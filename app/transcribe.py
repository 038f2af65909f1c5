"""`sotto transcribe`: prints the words of a recording."""

from __future__ import annotations

import argparse

from app import compose


def run(asked: argparse.Namespace) -> int:
    """Print the words; an empty line if nothing was said."""
    recording = compose.heard(asked.recording)
    transcriber = compose.load_transcriber(compose.choose(asked.pack, None).pack, asked.threads)
    print(transcriber(recording.narrow).text)
    return 0
