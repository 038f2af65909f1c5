"""Archives that are the same to the byte from the same files: sorted, nobody's, at one time."""

from __future__ import annotations

import gzip
import os
import stat
import tarfile
from pathlib import Path


def settle(folder: Path, when: int) -> None:
    """Give everything in a folder plain permissions and the time `when`, in seconds since 1970."""
    for path in [*sorted(folder.rglob("*"), reverse=True), folder]:
        if not path.is_symlink():
            runs = path.is_dir() or (path.stat().st_mode & stat.S_IXUSR and ".so" not in path.suffixes)
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (when, when), follow_symlinks=False)


def tar(folder: Path, file: Path, when: int) -> None:
    """Write a folder as a compressed archive that unpacks to one folder of its name."""
    with (
        file.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=when) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in [folder, *sorted(folder.rglob("*"))]:
            entry = archive.gettarinfo(path, path.relative_to(folder.parent).as_posix())
            if entry.islnk():  # two names of one file: whole, so that either can be unpacked alone
                entry.type, entry.linkname, entry.size = tarfile.REGTYPE, "", path.stat().st_size
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            entry.mtime = when
            if entry.isreg():
                with path.open("rb") as content:
                    archive.addfile(entry, content)
            else:
                archive.addfile(entry)
