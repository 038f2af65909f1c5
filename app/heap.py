"""Gives memory that was freed back to the system, which glibc keeps: in an arena for each thread, in case it is wanted.

An engine that has talked for hours would hold tens of megabytes that nothing in it uses, and more with every hour.
"""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Give back all whole pages that are free, in some milliseconds; does nothing where there is no glibc."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
