"""Models from a folder or an archive, for machines without a network.

An archive is never unpacked by its own names: the files that a model needs are looked for, copied out one by one under
our names, and verified. Links, devices, encrypted members and names that lead elsewhere are passed over.
"""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from models.catalog import Listed, Model
from models.downloads.errors import DownloadError
from models.downloads.hub import Pin, PinnedFile
from models.downloads.progress import Progress

COPIED = 1 << 20
MEMBERS = 10_000
SUFFIXES = (".json", ".txt", ".bin", ".gguf", ".safetensors", ".onnx", ".wav")


Folders = dict[str, dict[str, Path]]
"""By folder and base name: two models in folders of their own may have files of one name."""


@contextmanager
def opened(source: Path, work: Path) -> Iterator[tuple[Folders, Generator[Progress, None, None]]]:
    """Give the usable files of a folder or archive, and the steps that copy an archive's out.

    Run the steps to their end before a file is read. Raises DownloadError for what is neither.
    """
    found: Folders = {}
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.name.endswith(SUFFIXES):
                found.setdefault(str(path.parent), {})[path.name] = path
        yield found, _nothing()
    elif zipfile.is_zipfile(source):
        yield found, _from_zip(source, work, found)
    elif source.is_file() and tarfile.is_tarfile(source):
        yield found, _from_tar(source, work, found)
    else:
        raise DownloadError("wrong", "this is no folder and no archive", source, "choose a folder, a .zip or a .tar")


def _nothing() -> Generator[Progress, None, None]:
    yield from ()


def _plain(name: str, found: Folders) -> PurePosixPath | None:
    """Return where a member lies that may be taken, and was not yet."""
    pure = PurePosixPath(name)
    odd = pure.is_absolute() or ".." in pure.parts or any(letter in name for letter in "\\:\0")
    if odd or not pure.name.endswith(SUFFIXES) or pure.name.startswith("."):
        return None
    return None if pure.name in found.get(str(pure.parent), {}) else pure


def _from_zip(source: Path, work: Path, found: Folders) -> Generator[Progress, None, None]:
    try:
        with zipfile.ZipFile(source) as archive:
            for member in archive.infolist()[:MEMBERS]:
                kind = member.external_attr >> 28  # the file type of unix: 8 a file, 10 a link, 0 not said
                if (pure := _plain(member.filename, found)) and kind in (0, 8) and not member.flag_bits & 1:
                    with archive.open(member) as file:
                        yield from _taken(file, pure, member.file_size, work, found)
    except Exception as error:  # zlib.error and lzma.LZMAError, which share no base
        raise _damaged(source, error) from None


def _from_tar(source: Path, work: Path, found: Folders) -> Generator[Progress, None, None]:
    try:
        with tarfile.open(source) as archive:
            for _, member in zip(range(MEMBERS), archive, strict=False):
                if (pure := _plain(member.name, found)) and member.isreg():
                    file = archive.extractfile(member)
                    if file is not None:
                        yield from _taken(file, pure, member.size, work, found)
    except Exception as error:  # zlib.error and lzma.LZMAError, which share no base
        raise _damaged(source, error) from None


def _taken(
    file: IO[bytes], pure: PurePosixPath, size: int, work: Path, found: Folders
) -> Generator[Progress, None, None]:
    place = work / str(sum(map(len, found.values()))) / pure.name
    yield from _copied(file, place, size)
    found.setdefault(str(pure.parent), {})[pure.name] = place


def _copied(file: IO[bytes], place: Path, size: int) -> Generator[Progress, None, None]:
    """Copy a member out; one that holds more than it says is cut off there, and its hash will tell."""
    place.parent.mkdir(parents=True, exist_ok=True)
    done = 0
    with place.open("wb") as out:
        while (block := file.read(min(COPIED, size - done + 1))) and done < size:
            out.write(block[: size - done])
            done = min(done + len(block), size)
            yield Progress("importing", place.name, done, size)


def _damaged(source: Path, error: Exception) -> DownloadError:
    if isinstance(error, DownloadError):
        return error
    return DownloadError("wrong", f"the archive is damaged ({error})", source, "copy it again from where it is whole")


def misfit(model: Model, files: Mapping[str, Path]) -> DownloadError | None:
    """Return what tells, before anything is read, that these files are another model."""
    for listed in model.files:
        if listed.size and files[listed.name].stat().st_size != listed.size:
            return _foreign(model, files[listed.name])
    return None


def recognised(model: Model, files: Mapping[str, Path]) -> Generator[Progress, None, Pin]:
    """Take files of a model's sizes for it; raises DownloadError where the catalogue knows another hash.

    Where it knows none, the user's own word stands: what is there now is pinned.
    """
    pins = []
    for listed in model.files:
        sha256 = yield from _hashed(listed, files[listed.name])
        if listed.sha256 and sha256 != listed.sha256:
            raise _foreign(model, files[listed.name])
        pins.append(PinnedFile(listed.name, listed.name, files[listed.name].stat().st_size, sha256))
    source = model.sources[0]
    return Pin(model.name, source.repository, source.revision if source.fixed else "0" * 40, tuple(pins))


def _foreign(model: Model, file: Path) -> DownloadError:
    return DownloadError("wrong", f"this is not {model.title}'s own file", file, "copy it again from where it is whole")


def _hashed(listed: Listed, path: Path) -> Generator[Progress, None, str]:
    digest, done, size = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while block := file.read(COPIED):
            digest.update(block)
            done += len(block)
            yield Progress("verifying", listed.name, min(done, size), size)
    return digest.hexdigest()
