"""A process that ends with the one that started it, whatever either was doing."""

from __future__ import annotations

import os
import signal
import sys

PDEATHSIG = 1  # of prctl(2)


def die_with(parent: int) -> None:
    """Have the system kill this process when the thread of `parent` that started it ends.

    Where the system cannot do that, as outside of Linux, the end of a pipe must do.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended before
        os._exit(0)
