"""What can be said before any model loads: recordings that cannot be heard, folders that cannot be written."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


class Problem(Exception):
    """Something the user can mend; the message is one line: what, where, what to do."""

    def __init__(self, *parts: object) -> None:
        """Join the parts into one line, whatever a library put into them."""
        super().__init__(" ".join(", ".join(map(str, parts)).split()))


@dataclass(frozen=True)
class OutputFolder:
    """A folder that can be written; made when the first file comes, so that a failed start leaves nothing."""

    path: Path

    @classmethod
    def checked(cls, path: Path) -> OutputFolder:
        """Return the folder if files can be made there, in it or in the nearest folder above that exists."""
        standing = path.absolute()
        while not standing.exists() and not standing.is_symlink():
            standing = standing.parent
        if not standing.is_dir():
            raise Problem("the output folder is a file", standing, "choose another with --out")
        try:
            # A trial, not os.access: root passes that on read-only file systems, too.
            with tempfile.TemporaryFile(dir=standing):
                pass
        except OSError as error:
            reason = os.strerror(error.errno).lower() if error.errno else str(error)
            what = f"the output folder cannot be written ({reason})"
            raise Problem(what, path, "choose another with --out") from error
        return cls(path)

    def file(self, name: str) -> Path:
        """Return the path of a file in it, and make the folder."""
        self.path.mkdir(parents=True, exist_ok=True)
        return self.path / name
