"""One HTTP request on a thread of its own, so that whoever waits for it can stop waiting at any moment.

Name resolution, connecting and reading all block for as long as the system likes. The thread only puts what it gets
into a queue; once abandoned, it writes nowhere and ends by itself.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import queue
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from urllib.parse import SplitResult, unquote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from models.downloads.errors import DownloadError, Passing

HUB = "https://huggingface.co"
BLOCK = 1 << 16
REDIRECTS = 8
AGENT = "sotto"


@dataclass(frozen=True)
class Web:
    """How the network is reached. `endpoint` stands for the hub; no proxy means the system's, but for this machine."""

    endpoint: str = HUB
    token: str = field(default="", repr=False)
    proxy: str = ""
    ca_file: Path | None = None  # certificates to trust beside the system's
    connect_s: float = 15.0
    read_s: float = 75.0  # after which a silent connection is given up by the thread itself

    def trust(self) -> ssl.SSLContext:
        """Return what certificates are checked against: the system's own store, and `ca_file`."""
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.ca_file:
            try:
                context.load_verify_locations(cafile=str(self.ca_file))
            except (OSError, ssl.SSLError) as error:
                what = f"the certificates cannot be read ({error})"
                raise DownloadError("setting", what, self.ca_file, "choose a PEM file") from None
        return context


@dataclass(frozen=True)
class Head:
    """The answer's status and headers, names in lower case, and where it finally came from."""

    status: int
    headers: Mapping[str, str]
    url: str


class Answer:
    """A request under way, a POST if it has a body: `next` gives the head, then one block after the other."""

    def __init__(self, web: Web, url: str, headers: Mapping[str, str], body: bytes | None = None) -> None:
        self._web, self._url, self._headers, self._body = web, url, dict(headers), body
        self._items: queue.Queue[Head | bytes | Exception] = queue.Queue(maxsize=16)
        self._abandoned = Event()
        self._socket: socket.socket | None = None
        self._thread = Thread(target=self._run, name="download", daemon=True)
        self._thread.start()

    def next(self, timeout: float) -> Head | bytes | None:
        """Return the head, then blocks, empty at the end; None if nothing came in time. Raises what went wrong."""
        try:
            item = self._items.get(timeout=timeout)
        except queue.Empty:
            return None
        if isinstance(item, Exception):
            raise item
        return item

    def abandon(self) -> None:
        """Let go of the connection; returns at once."""
        self._abandoned.set()
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it was closed already

    def _put(self, item: Head | bytes | Exception) -> bool:
        while not self._abandoned.is_set():
            try:
                self._items.put(item, timeout=0.2)
                return True
            except queue.Full:
                continue
        return False

    def _run(self) -> None:
        connection: http.client.HTTPConnection | None = None
        try:
            connection, response, url = self._opened()
            going = self._put(Head(response.status, {k.lower(): v for k, v in response.getheaders()}, url))
            while going:
                block = response.read1(BLOCK)
                going = self._put(block) and bool(block)
        except Exception as error:
            self._put(in_words(error, self._url))
        finally:
            if connection is not None:
                connection.close()

    def _opened(self) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse, str]:
        url, headers = self._url, self._headers
        for _ in range(REDIRECTS):
            connection, target, extra = route(self._web, urlsplit(url))
            connection.connect()
            self._socket = connection.sock
            connection.sock.settimeout(self._web.read_s)
            method = "GET" if self._body is None else "POST"
            connection.request(method, target, self._body, {"User-Agent": AGENT, **headers, **extra})
            response = connection.getresponse()
            where = response.headers.get("Location")
            if response.status not in (301, 302, 303, 307, 308) or not where:
                return connection, response, url
            connection.close()
            url, headers = redirected(url, where, headers, posts=self._body is not None)
        raise DownloadError("server", "the server redirects without end", self._url, "choose another source")


def route(web: Web, parts: SplitResult) -> tuple[http.client.HTTPConnection, str, dict[str, str]]:
    """Return the connection for an address, not yet made, what to ask of it, and headers that the proxy wants."""
    host, port = parts.hostname or "", parts.port
    if parts.scheme not in ("http", "https") or not host:
        raise DownloadError("setting", "this is no address on the web", parts.geturl(), "begin it with https://")
    secure, target = parts.scheme == "https", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    proxy = web.proxy or ("" if is_here(host) or proxy_bypass(host) else getproxies().get(parts.scheme, ""))
    if not proxy:
        if secure:
            return http.client.HTTPSConnection(host, port, timeout=web.connect_s, context=web.trust()), target, {}
        return http.client.HTTPConnection(host, port, timeout=web.connect_s), target, {}
    via = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if via.scheme != "http" or not via.hostname:
        raise DownloadError("setting", "this proxy cannot be used", proxy, "give it as http://host:port")
    permit = _permit(via)
    if secure:
        tunnel = http.client.HTTPSConnection(via.hostname, via.port, timeout=web.connect_s, context=web.trust())
        tunnel.set_tunnel(host, port, headers=permit)
        return tunnel, target, {}
    return http.client.HTTPConnection(via.hostname, via.port, timeout=web.connect_s), parts.geturl(), permit


def is_here(host: str) -> bool:
    """Tell whether a host is this very machine: no proxy hears what it is sent, whatever the system's settings say."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _permit(via: SplitResult) -> dict[str, str]:
    if not via.username:
        return {}
    pair = f"{unquote(via.username)}:{unquote(via.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def redirected(url: str, where: str, headers: Mapping[str, str], *, posts: bool = False) -> tuple[str, dict[str, str]]:
    """Return where to go on, and with which headers: a token never leaves its host, nor the encrypted connection.

    What is posted does not leave its host, either: who chose a server said so of no other.
    """
    target = urljoin(url, where)
    old, new = urlsplit(url), urlsplit(target)
    if old.scheme == "https" and new.scheme != "https":
        raise DownloadError("server", "the server redirects to an unprotected address", target, "choose another source")
    same = (old.scheme, old.hostname, old.port) == (new.scheme, new.hostname, new.port)
    if posts and old.hostname != new.hostname:
        raise DownloadError("server", "the server sends on to another what it is told", target, "choose that, or none")
    return target, {k: v for k, v in headers.items() if same or k.lower() != "authorization"}


def in_words(error: Exception, url: str) -> Exception:
    """Return what a fault of the network means: final, or worth another try."""
    if isinstance(error, DownloadError):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        advice = "check the clock; if a firewall stands between, give its certificate as the CA file"
        return DownloadError(
            "certificate", f"the server's certificate is not trusted ({error.verify_message})", url, advice
        )
    if isinstance(error, (OSError, http.client.HTTPException, ValueError)):
        return Passing(f"{type(error).__name__}: {error}")
    return error
