#!/usr/bin/env python3
"""Compares two builds file by file: `compare.py ONE OTHER` ends with 0 if only named exceptions differ."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from pathlib import Path

# What may differ between two builds, with the reason; patterns of paths.
EXCEPTIONS: dict[str, str] = {}


def content(folder: Path) -> dict[str, tuple[int, str]]:
    """Return every entry of a folder with its permissions and a hash of its content, or where its link leads."""
    entries = {}
    for path in sorted(folder.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_symlink():
            entries[path.relative_to(folder).as_posix()] = (0, os.readlink(path))
        elif path.is_file():
            with path.open("rb") as file:
                entries[path.relative_to(folder).as_posix()] = (mode, hashlib.file_digest(file, "sha256").hexdigest())
    return entries


def differences(one: Path, other: Path) -> list[str]:
    """Return what differs between two folders, a line each, without the exceptions."""
    left, right = content(one), content(other)
    lines = []
    for name in sorted(left.keys() | right.keys()):
        if left.get(name) == right.get(name) or any(re.search(pattern, name) for pattern in EXCEPTIONS):
            continue
        if name not in left or name not in right:
            lines.append(f"only in {one if name in left else other}: {name}")
        else:
            lines.append(f"differs: {name}")
    return lines


def main(arguments: list[str]) -> int:
    """Print the differences; 0 if there are none, 2 if there is nothing to compare."""
    if len(arguments) != 2 or not all(Path(each).is_dir() for each in arguments):
        print("compare.py: give two folders", file=sys.stderr)
        return 2
    lines = differences(*map(Path, arguments))
    print("\n".join(lines) or f"no file differs ({len(content(Path(arguments[0])))} entries)")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
