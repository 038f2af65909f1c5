"""What the hub says of a repository: which commit, which files, how big, with which hash."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from models.catalog import Listed, Model, Source
from models.downloads.errors import DownloadError, Passing, refusal
from models.downloads.progress import Progress
from models.downloads.transfer import TICK_S, Patience, Wanted
from models.downloads.web import HUB, Answer, Head, Web

LARGEST = 32 << 20  # bytes of an answer about a repository
SAFE = re.compile(r"(?!.*\.\.)[\w][\w./-]*")


@dataclass(frozen=True)
class PinnedFile:
    """One file as it was when it was pinned; `path` is its place in the repository, `name` in the model's folder."""

    name: str
    path: str
    size: int
    sha256: str = ""
    git_sha1: str = ""


@dataclass(frozen=True)
class Pin:
    """A model as the hub had it at one commit; from then on it is never anything else."""

    model: str
    repository: str
    revision: str
    files: tuple[PinnedFile, ...]

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(file.size for file in self.files)

    def wanted(self, file: PinnedFile, model: Model, web: Web) -> Wanted:
        """Return how a file is fetched, from the pinned commit; other sources only where the hash is SHA-256."""
        sources = [Source(self.repository, self.revision)]
        if file.sha256:
            sources += [source for source in model.sources if source.fixed and source.repository != self.repository]
        urls = tuple(
            f"{web.endpoint.rstrip('/')}/{source.repository}/resolve/{source.revision}/{quote(file.path)}"
            for source in sources
        )
        return Wanted(file.name, urls, file.size, file.sha256, file.git_sha1, bool(model.gated), page_of(model))

    def text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def read(cls, path: Path) -> Pin | None:
        """Return what was pinned, or None where that cannot be read: it is then asked for again."""
        try:
            values = json.loads(path.read_text("utf-8"))
            files = tuple(PinnedFile(**file) for file in values.pop("files"))
            pin = cls(files=files, **values)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None
        return pin if files and all(_sound(file) for file in files) else None


def page_of(model: Model) -> str:
    """Return the page where a model's terms are, if it has some to accept."""
    return model.gated


def pinned(model: Model, web: Web, patience: Patience) -> Generator[Progress, None, Pin]:
    """Ask source after source until one has the model; the generator's value is the pin. Raises DownloadError."""
    for source in model.sources:
        if source.fixed and model.files and all(file.size and file.sha256 for file in model.files):
            return _pin(model, source, source.revision, [_known(file, source) for file in model.files])
    for source in model.sources:
        try:
            told = yield from _ask(model, source, web, patience)
            return _read_pin(model, source, told)
        except DownloadError as error:
            if source is model.sources[-1] or error.kind in ("offline", "certificate", "captive", "setting"):
                raise
    raise DownloadError("missing", "the model has no source", model.name, "update Sotto")


def _ask(model: Model, source: Source, web: Web, patience: Patience) -> Generator[Progress, None, Mapping[str, Any]]:
    revision = quote(source.revision or "main", safe="")
    url = f"{web.endpoint.rstrip('/')}/api/models/{source.repository}/revision/{revision}?blobs=true"
    for attempt in range(patience.tries):
        try:
            return (yield from _json(model, url, web, patience))
        except Passing as fault:
            if attempt + 1 == patience.tries:
                advice = "check the connection and try again"
                raise DownloadError("offline", f"the hub cannot be asked ({fault})", web.endpoint, advice) from None
            until = time.monotonic() + min(fault.wait_s or patience.pause_s * 2**attempt, 60.0)
            while time.monotonic() < until:
                yield Progress("waiting", model.name, 0, model.size, note=str(fault))
                time.sleep(TICK_S)
    raise AssertionError


def _json(model: Model, url: str, web: Web, patience: Patience) -> Generator[Progress, None, Mapping[str, Any]]:
    headers = {"Accept-Encoding": "identity"}
    if model.gated and web.token:
        headers["Authorization"] = f"Bearer {web.token}"
    raw, heard = bytearray(), time.monotonic()
    with closing(_Closing(Answer(web, url, headers))) as stream:
        while (item := stream.answer.next(TICK_S)) != b"":
            yield Progress("asking", model.name, 0, model.size)
            if item is None:
                if time.monotonic() - heard > patience.stall_s:
                    raise Passing("the hub does not answer")
                continue
            heard = time.monotonic()
            if isinstance(item, Head):
                if item.status != 200:
                    raise refusal(item.status, item.headers, url, token="Authorization" in headers, page=model.gated)
                continue
            raw += item
            if len(raw) > LARGEST:
                raise DownloadError("wrong", "the hub says too much", url, "choose another endpoint")
    try:
        told = json.loads(raw)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        advice = "open a web page and log in to the network, or choose another endpoint"
        raise DownloadError("captive", "the hub's answer is not the hub's", url, advice)
    return told


class _Closing:
    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def close(self) -> None:
        self.answer.abandon()


def _read_pin(model: Model, source: Source, told: Mapping[str, Any]) -> Pin:
    """Choose the model's files among the repository's; what the catalogue knows must agree with it."""
    revision, rows = told.get("sha"), told.get("siblings")
    if not (isinstance(revision, str) and re.fullmatch(r"[0-9a-f]{40}", revision) and isinstance(rows, list)):
        raise DownloadError("wrong", "the hub's answer lacks the commit", source.repository, "update Sotto")
    there = {file.path: file for row in rows if (file := _sibling(row, source)) is not None}
    if model.pattern:
        chosen = [file for file in there.values() if re.fullmatch(model.pattern, file.name)]
        chosen = _one_layout(chosen)
    else:
        chosen = [_found(model, source, listed, there) for listed in model.files]
    if not chosen:
        raise DownloadError("missing", "the repository has none of its files", source.repository, "update Sotto")
    return _pin(model, source, revision, chosen)


def _one_layout(files: list[PinnedFile]) -> list[PinnedFile]:
    """A repository may have the weights twice: shards by an index, and one file; take the index's own."""
    sharded = any(file.name.endswith(".safetensors.index.json") for file in files)
    return [file for file in files if not (sharded and file.name in ("model.safetensors", "transformers.safetensors"))]


def _sibling(row: Any, source: Source) -> PinnedFile | None:
    if not isinstance(row, dict) or not isinstance(path := row.get("rfilename"), str) or not SAFE.fullmatch(path):
        return None
    prefix = f"{source.folder}/" if source.folder else ""
    if not path.startswith(prefix):
        return None
    size, lfs = row.get("size"), row.get("lfs")
    sha256 = lfs.get("sha256", "") if isinstance(lfs, dict) else ""
    file = PinnedFile(path.removeprefix(prefix), path, size if type(size) is int else -1, sha256, row.get("blobId", ""))
    return file if _sound(file) else None


def _sound(file: PinnedFile) -> bool:
    known = re.fullmatch(r"[0-9a-f]{64}", str(file.sha256)) or re.fullmatch(r"[0-9a-f]{40}", str(file.git_sha1))
    names = (file.name, file.path)
    return bool(known) and type(file.size) is int and file.size >= 0 and all(SAFE.fullmatch(str(n)) for n in names)


def _found(model: Model, source: Source, listed: Listed, there: Mapping[str, PinnedFile]) -> PinnedFile:
    file = there.get(_path(source, listed.name))
    if file is None:
        raise DownloadError("missing", f"the repository lacks {listed.name}", source.repository, "update Sotto")
    other = listed.sha256 and file.sha256 and file.sha256 != listed.sha256
    if other or (listed.size and file.size != listed.size):
        what = f"{listed.name} is another file there than the catalogue knows"
        raise DownloadError("wrong", what, source.repository, "choose another source, or update Sotto")
    return replace(file, sha256=file.sha256 or listed.sha256)


def _known(listed: Listed, source: Source) -> PinnedFile:
    return PinnedFile(listed.name, _path(source, listed.name), listed.size, listed.sha256)


def _path(source: Source, name: str) -> str:
    return f"{source.folder}/{name}" if source.folder else name


def _pin(model: Model, source: Source, revision: str, files: list[PinnedFile]) -> Pin:
    return Pin(model.name, source.repository, revision, tuple(sorted(files, key=lambda file: file.size)))


def cached(pin: Pin, file: PinnedFile) -> Path | None:
    """Return a file that the hub's own client has already fetched to this machine."""
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    hub = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    repository = hub / ("models--" + pin.repository.replace("/", "--"))
    for place in (
        repository / "blobs" / (file.sha256 or file.git_sha1),
        repository / "snapshots" / pin.revision / file.path,
    ):
        try:
            if place.is_file() and place.stat().st_size == file.size:
                return place
        except OSError:
            continue
    return None


__all__ = ["HUB", "Pin", "PinnedFile", "cached", "pinned"]
