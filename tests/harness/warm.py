"""Engine and audio processes that begin with their imports done, so that a trial costs what it tries and no more.

The program starts them anew (`spawn`), which on two cores takes longer than most trials. Here they are forks of a
process that has imported everything: the same code from its first line on, in processes of their own.
"""

from __future__ import annotations

import multiprocessing

from app.engine import ahead, process
from core.audio import process as audio_process


def forked() -> None:
    """Let every engine and audio process from now on be a fork of the one that starts it."""
    ahead.runtimes()
    for module in (process, audio_process):
        module.get_context = lambda _: multiprocessing.get_context("fork")  # type: ignore[attr-defined]
