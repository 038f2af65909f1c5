"""Files that are either whole or not there: written beside their place, then moved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a path to write to; it takes the place of `path` only if nothing fails."""
    part = path.with_name(f".part-{path.name}")  # always the same: what Ctrl-C leaves, the next try takes along
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
