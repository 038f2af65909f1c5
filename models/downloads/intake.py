"""Models from a folder or an archive, for machines without a network.

An archive is never unpacked by its own names: the files that a model needs are looked for, copied out one by one under
our names, and verified. Links, devices, encrypted members and names that lead elsewhere are passed over.
"""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Generator, Iterator
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


@contextmanager
def opened(source: Path, work: Path) -> Iterator[tuple[dict[str, Path], Generator[Progress, None, None]]]:
    """Give the usable files of a folder or archive, by base name, and the steps that copy an archive's out.

    Run the steps to their end before a file is read. Raises DownloadError for what is neither.
    """
    if source.is_dir():
        files = {path.name: path for path in sorted(source.rglob("*")) if path.is_file() and not path.is_symlink()}
        yield {name: path for name, path in files.items() if name.endswith(SUFFIXES)}, _nothing()
        return
    found: dict[str, Path] = {}
    if zipfile.is_zipfile(source):
        yield found, _from_zip(source, work, found)
    elif source.is_file() and tarfile.is_tarfile(source):
        yield found, _from_tar(source, work, found)
    else:
        raise DownloadError("wrong", "this is no folder and no archive", source, "choose a folder, a .zip or a .tar")


def _nothing() -> Generator[Progress, None, None]:
    yield from ()


def _plain(name: str) -> str:
    """Return the base name of a member that may be taken, or nothing."""
    pure = PurePosixPath(name)
    odd = pure.is_absolute() or ".." in pure.parts or any(letter in name for letter in "\\:\0")
    return "" if odd or not pure.name.endswith(SUFFIXES) or pure.name.startswith(".") else pure.name


def _from_zip(source: Path, work: Path, found: dict[str, Path]) -> Generator[Progress, None, None]:
    try:
        with zipfile.ZipFile(source) as archive:
            for member in archive.infolist()[:MEMBERS]:
                kind = member.external_attr >> 28  # the file type of unix: 8 a file, 10 a link, 0 not said
                if (
                    (name := _plain(member.filename))
                    and name not in found
                    and kind in (0, 8)
                    and not member.flag_bits & 1
                ):
                    with archive.open(member) as file:
                        yield from _copied(file, work / name, member.file_size)
                    found[name] = work / name
    except Exception as error:  # zlib.error and lzma.LZMAError, which share no base
        raise _damaged(source, error) from None


def _from_tar(source: Path, work: Path, found: dict[str, Path]) -> Generator[Progress, None, None]:
    try:
        with tarfile.open(source) as archive:
            for _, member in zip(range(MEMBERS), archive, strict=False):
                if (name := _plain(member.name)) and name not in found and member.isreg():
                    file = archive.extractfile(member)
                    if file is not None:
                        yield from _copied(file, work / name, member.size)
                        found[name] = work / name
    except Exception as error:  # zlib.error and lzma.LZMAError, which share no base
        raise _damaged(source, error) from None


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


def recognised(model: Model, files: dict[str, Path]) -> Generator[Progress, None, Pin | None]:
    """Tell whether these files are a model of the catalogue: by name, and by hash where the catalogue knows it.

    Where it does not, the user's own word stands: what is there now is pinned.
    """
    if not model.files or any(listed.name not in files for listed in model.files):
        return None
    pins = []
    for listed in model.files:
        sha256 = yield from _hashed(listed, files[listed.name])
        size = files[listed.name].stat().st_size
        if (listed.size and size != listed.size) or (listed.sha256 and sha256 != listed.sha256):
            advice = "copy it again from where it is whole"
            raise DownloadError("wrong", f"this is not {model.title}'s own file", files[listed.name], advice)
        pins.append(PinnedFile(listed.name, listed.name, size, sha256))
    source = model.sources[0]
    return Pin(model.name, source.repository, source.revision if source.fixed else "0" * 40, tuple(pins))


def _hashed(listed: Listed, path: Path) -> Generator[Progress, None, str]:
    digest, done, size = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while block := file.read(COPIED):
            digest.update(block)
            done += len(block)
            yield Progress("verifying", listed.name, min(done, size), size)
    return digest.hexdigest()
