"""A real HTTP server on loopback that can be told, file by file, to misbehave."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Manner:
    """How one path is served; `times` is how often it misbehaves before it behaves."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None  # bytes of this answer, then the connection ends
    stall_after: int | None = None  # bytes, then silence
    pause_s: float = 0.0  # between blocks
    block: int = 1 << 14
    ranges: bool = True
    length: int | None = None  # what is claimed
    begin: int | None = None  # what Content-Range claims instead of what was asked
    surplus: bytes = b""
    times: int = 1 << 30
    then: Manner | None = None
    act: Callable[[Any], None] | None = None  # all of the answer, by hand


@dataclass
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]


class Server(ThreadingHTTPServer):
    """Serves `manners` by path and keeps what was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.manners: dict[str, Manner] = {}
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self.scheme = "http"
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
            self.scheme = "https"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what these tests are about."""


class Answering(BaseHTTPRequestHandler):
    server: Server
    posted = b""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append(Asked(self.path, {k.lower(): v for k, v in self.headers.items()}))
        manner = self.server.manners.get(self.path)
        while manner and manner.times <= 0:
            manner = manner.then
        if manner is None:
            manner = Manner(b"nothing here", 404)
        manner.times -= 1
        if manner.act:
            manner.act(self)
            return
        self._serve(manner)

    def do_POST(self) -> None:
        self.posted = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.do_GET()

    def _serve(self, manner: Manner) -> None:
        start = self._start(manner)
        if start is None:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(manner.body)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = manner.body[start:] + manner.surplus
        self.send_response(206 if start and manner.status == 200 else manner.status)
        if start:
            begin = start if manner.begin is None else manner.begin
            self.send_header("Content-Range", f"bytes {begin}-{len(manner.body) - 1}/{len(manner.body)}")
        if manner.length != -1:
            self.send_header("Content-Length", str(len(body) if manner.length is None else manner.length))
        for name, value in manner.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True
        self._send(body, manner)

    def _start(self, manner: Manner) -> int | None:
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if not found or not manner.ranges:
            return 0
        start = int(found[1])
        return start if start < len(manner.body) else None

    def _send(self, body: bytes, manner: Manner) -> None:
        sent = 0
        while sent < len(body):
            room = len(body) - sent
            for limit in (manner.cut_after, manner.stall_after):
                if limit is not None:
                    room = min(room, limit - sent)
            if room <= 0:
                break
            piece = body[sent : sent + min(room, manner.block)]
            self.wfile.write(piece)
            sent += len(piece)
            time.sleep(manner.pause_s)
        if manner.stall_after is not None and sent < len(body):
            self.server.closing.wait(30)
        if manner.cut_after is not None:
            self.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a server until the end of the block."""
    server = Server(context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def publish(server: Server, repository: str, folder: Any, *, revision: str = "a" * 40, branch: str = "main") -> None:
    """Serve a folder as the hub serves a repository: large files by SHA-256, small ones by their git hash."""
    rows = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        body, name = path.read_bytes(), path.relative_to(folder).as_posix()
        row: dict[str, Any] = {"rfilename": name, "size": len(body)}
        row["blobId"] = hashlib.sha1(f"blob {len(body)}\0".encode() + body, usedforsecurity=False).hexdigest()
        if len(body) > 10_000:
            row["lfs"] = {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body), "pointerSize": 130}
        rows.append(row)
        server.manners[f"/{repository}/resolve/{revision}/{name}"] = Manner(body)
    told = Manner(json.dumps({"sha": revision, "siblings": rows, "gated": False}).encode())
    for asked in (branch, revision):
        server.manners[f"/api/models/{repository}/revision/{asked}?blobs=true"] = told
