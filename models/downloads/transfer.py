"""One file from the web, gone on with where it stopped, in its place only once its content is what was promised."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import time
from collections.abc import Generator, Iterator
from concurrent.futures import Future, wait
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from models.downloads.errors import DownloadError, Passing, refusal
from models.downloads.progress import Progress, Speed
from models.downloads.web import Answer, Head, Web

TICK_S = 0.05  # between two signs of life: the longest that a cancelled download goes on
HASHED = 1 << 20
SLOWEST = 512  # bytes a second, below which a connection counts as stalled


@dataclass(frozen=True)
class Wanted:
    """A file as it must be: its exact size, and its SHA-256 or its git blob's SHA-1; the same from every address."""

    name: str
    urls: tuple[str, ...]
    size: int
    sha256: str = ""
    git_sha1: str = ""
    token: bool = False  # whether the access token goes along
    page: str = ""  # where its terms are

    def digest(self) -> Any:
        """Return a fresh hash that ends as `promised`."""
        if self.sha256:
            return hashlib.sha256()
        return hashlib.sha1(f"blob {self.size}\0".encode(), usedforsecurity=False)

    @property
    def promised(self) -> str:
        """The hexadecimal digits of its hash."""
        return self.sha256 or self.git_sha1


@dataclass(frozen=True)
class Patience:
    """How long a download is tried: `tries` without one byte more, each after twice the pause of the one before."""

    stall_s: float = 60.0
    tries: int = 6
    pause_s: float = 1.0


def part_of(place: Path) -> Path:
    """Return where an unfinished file is kept."""
    return place.with_name(f"{place.name}.part")


def fetch(wanted: Wanted, place: Path, web: Web, patience: Patience = Patience()) -> Iterator[Progress]:
    """Bring a file to its place, or say why not; closing the iterator stops at once and keeps what there is.

    Raises DownloadError. A file that is in its place is verified and not fetched again.
    """
    if not wanted.promised:
        raise DownloadError("wrong", "nobody knows this file's hash", wanted.name, "choose another source")
    place.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(place)
    if place.is_file():
        place.replace(part)
    for last in (False, True):
        yield from _complete(wanted, part, web, patience)
        if (yield from verified(wanted, part)):
            yield from _settled(wanted, part, place)
            return
        part.unlink()
        if last:
            advice = "its source is damaged; choose another"
            raise DownloadError("wrong", "what came is not the file that was promised", wanted.name, advice)


def verified(wanted: Wanted, path: Path) -> Generator[Progress, None, bool]:
    """Hash a file, a phase of its own; the generator's value tells whether it is the promised one."""
    digest, done, shown = wanted.digest(), 0, 0.0
    with path.open("rb") as file:
        while block := file.read(HASHED):
            digest.update(block)
            done += len(block)
            if (now := time.monotonic()) - shown > TICK_S:
                shown = now
                yield Progress("verifying", wanted.name, min(done, wanted.size), wanted.size)
    yield Progress("verifying", wanted.name, min(done, wanted.size), wanted.size)
    return done == wanted.size and digest.hexdigest() == wanted.promised


def _settled(wanted: Wanted, part: Path, place: Path) -> Iterator[Progress]:
    written: Future[None] = Future()
    Thread(target=_flush, args=(part, written), name="flush", daemon=True).start()  # gigabytes may take a minute
    while not wait([written], TICK_S).done:
        yield Progress("verifying", wanted.name, wanted.size, wanted.size, note="writing to the disk")
    try:
        written.result()
    except OSError as error:
        raise _disk(wanted, error) from error
    part.replace(place)


def _flush(part: Path, written: Future[None]) -> None:
    try:
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        written.set_result(None)
    except OSError as error:
        written.set_exception(error)


def _complete(wanted: Wanted, part: Path, web: Web, patience: Patience) -> Iterator[Progress]:
    """Fetch until the part has its size: try after try, source after source."""
    failed, source, best = 0, 0, 0
    part.touch()
    while (have := part.stat().st_size) != wanted.size:
        best = max(best, have)
        try:
            yield from _attempt(wanted, wanted.urls[source], part, web, patience)
            continue
        except Passing as fault:
            if fault.restart:
                os.truncate(part, 0)
            reason, wait = str(fault), fault.wait_s
        except DownloadError as fault:
            if fault.kind == "disk" or source + 1 == len(wanted.urls):
                raise
            source, failed = source + 1, 0
            continue
        failed = 0 if part.stat().st_size > best else failed + 1  # what is fetched again is no progress
        if failed >= patience.tries:
            if source + 1 == len(wanted.urls):
                advice = "check the connection; the download goes on from here next time"
                raise DownloadError("offline", f"the download does not come ahead ({reason})", wanted.name, advice)
            source, failed = source + 1, 0
        yield from _pause(wanted, part, reason, wait or patience.pause_s * 2 ** max(0, failed - 1))


def _pause(wanted: Wanted, part: Path, reason: str, seconds: float) -> Iterator[Progress]:
    until = time.monotonic() + min(seconds, 60.0)
    have = min(part.stat().st_size, wanted.size)
    while (left := until - time.monotonic()) > 0:
        yield Progress("waiting", wanted.name, have, wanted.size, note=reason)
        time.sleep(min(left, TICK_S))


def _attempt(wanted: Wanted, url: str, part: Path, web: Web, patience: Patience) -> Iterator[Progress]:
    """Go on from where the part ends, over one connection."""
    have = part.stat().st_size
    if have > wanted.size:
        raise Passing("there was more than there should be", restart=True)
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    if wanted.token and web.token:
        headers["Authorization"] = f"Bearer {web.token}"
    with closing(_Stream(Answer(web, url, headers), patience)) as stream:
        while (head := stream.head()) is None:
            yield Progress("asking", wanted.name, have, wanted.size)
        start = _checked(wanted, head, have, url, token="Authorization" in headers)
        with part.open("rb+", buffering=0) as file:  # no buffer: what came is in the file, however this process ends
            file.truncate(start)
            file.seek(start)
            yield from _written(wanted, file, start, stream)


def _written(wanted: Wanted, file: Any, at: int, stream: _Stream) -> Iterator[Progress]:
    speed, shown = Speed(), 0.0
    while at < wanted.size:
        block = stream.block()
        if block == b"":
            raise Passing("the connection ended too early")
        if block and at + len(block) > wanted.size:
            raise Passing("the server sends more than it promised", restart=True)
        if block:
            _write(wanted, file, block)
            at += len(block)
            speed.add(len(block))
        if (now := time.monotonic()) - shown > TICK_S:
            shown = now
            yield Progress("fetching", wanted.name, at, wanted.size, speed(), stream.note)
    yield Progress("fetching", wanted.name, at, wanted.size, speed())


def _write(wanted: Wanted, file: Any, block: bytes) -> None:
    try:
        left = memoryview(block)
        while left:
            left = left[file.write(left) :]
    except OSError as error:
        raise _disk(wanted, error) from error


def _disk(wanted: Wanted, error: OSError) -> DownloadError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    what = "the disk is full" if full else f"the file cannot be written ({error.strerror})"
    return DownloadError("disk", what, wanted.name, "make room, or choose another folder, and go on")


def _checked(wanted: Wanted, head: Head, have: int, url: str, *, token: bool) -> int:
    """Return where in the file the answer begins; refuse it before one byte is written if it is not the file."""
    if head.status == 416:
        raise Passing("the server does not know this part of the file", restart=True)
    if head.status not in (200, 206):
        raise refusal(head.status, head.headers, url, token=token, page=wanted.page)
    if head.headers.get("content-type", "").startswith("text/html") and not wanted.name.endswith(".html"):
        advice = "open a web page, log in, and try again"
        raise DownloadError("captive", "a web page came instead of the file", head.url, advice)
    if head.headers.get("content-encoding", "identity") != "identity":
        raise DownloadError("wrong", "the server packs the file", head.url, "choose another source")
    start = 0
    if head.status == 206:
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", head.headers.get("content-range", ""))
        if not found or int(found[1]) != have or found[3] not in ("*", str(wanted.size)):
            raise Passing("the server sends another part of the file", restart=True)
        start = have
    length = head.headers.get("content-length")
    if length is not None and start + int(length or 0) != wanted.size:
        what = f"the server has {start + int(length or 0)} bytes instead of {wanted.size}"
        raise DownloadError("wrong", what, head.url, "choose another source")
    return start


class _Stream:
    """An answer with a stall watch: too few bytes in `stall_s` and the connection is given up."""

    def __init__(self, answer: Answer, patience: Patience) -> None:
        self._answer, self._stall_s = answer, patience.stall_s
        self._since, self._count = time.monotonic(), 0
        self._heard = self._since
        self.note = ""

    def head(self) -> Head | None:
        """Return the answer's beginning; None if it is not there yet."""
        item = self._next()
        return item if isinstance(item, Head) else None

    def block(self) -> bytes | None:
        """Return the next bytes, none at the end; None if nothing came yet."""
        item = self._next()
        return item if isinstance(item, bytes) else None

    def close(self) -> None:
        """Let go of the connection."""
        self._answer.abandon()

    def _next(self) -> Head | bytes | None:
        item = self._answer.next(TICK_S)
        now = time.monotonic()
        if item is not None:
            self._heard = now
            self._count += len(item) if isinstance(item, bytes) else 0
        silent = now - self._heard
        self.note = f"nothing has come for {silent:.0f} s" if silent > 3 else ""
        if now - self._since > self._stall_s:
            if self._count < SLOWEST * self._stall_s:
                raise Passing(f"the connection stalls ({self._count} bytes in {self._stall_s:g} s)")
            self._since, self._count = now, 0
        return item
