"""Large pages for large weights.

With pages of 4 KB a processor spends part of each pass over a gigabyte of weights looking addresses up, and its
prefetching stops at every page's end; on pages of 2 MB int8 weights were read a fifth faster (docs/decisions/0010).
Linux gives them on request. Torch does not ask for its packed weights, so this does, once they are there.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from pathlib import Path

_MADV_COLLAPSE = 25  # since Linux 6.1: at once, by copying
_LEAST = 4 << 20  # bytes: smaller regions are not weights
_REGION = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) rw-p \S+ \S+ 0\s*(\[heap\])?$")


def use_large_pages(smaps: Path = Path("/proc/self/smaps")) -> int:
    """Move this process's large filled blocks of memory to large pages; return how many bytes were moved.

    Does nothing, and returns 0, on systems other than Linux and on kernels that refuse.
    """
    if not smaps.exists():
        return 0
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return sum(
        size for start, size in filled_regions(smaps.read_text()) if libc.madvise(start, size, _MADV_COLLAPSE) == 0
    )


def filled_regions(smaps: str) -> Iterator[tuple[int, int]]:
    """Yield (start, bytes) of anonymous writable regions that are nearly wholly in memory already.

    Others, such as the stacks of threads, would be filled up by larger pages and only grow the process.
    """
    region: tuple[int, int] | None = None
    for line in smaps.splitlines():
        if found := _REGION.match(line):
            start, end = int(found[1], 16), int(found[2], 16)
            region = (start, end - start)
        elif re.match(r"^[0-9a-f]+-[0-9a-f]+ ", line):
            region = None
        elif region and line.startswith("Rss:"):
            resident = int(line.split()[1]) * 1024
            if region[1] >= _LEAST and resident >= 0.9 * region[1]:
                yield region
