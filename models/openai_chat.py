"""A language model on another machine, or in another program: any server that speaks the OpenAI chat API.

Ollama, LM Studio, vLLM and llama.cpp's own server do. What is said is sent there, and nowhere else.
"""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from core.types import Message
from models.downloads.errors import DownloadError, Passing
from models.downloads.web import Answer, Head, Web, is_here

TICK_S = 0.25  # between two offers to stop while nothing comes
LONGEST_LINE = 1 << 20
THINKING = ("<think>", "</think>")


class ChatServerError(RuntimeError):
    """A chat server that does not answer as it should; one line: what, where, what to do."""


@dataclass(frozen=True)
class ChatServer:
    """Where the server is, up to and with its `/v1`, which of its models to use, and how long to wait."""

    address: str
    model: str = ""
    key: str = field(default="", repr=False)
    temperature: float = 0.7
    max_tokens: int = 256
    first_s: float = 60.0  # a model may have to be loaded there
    gap_s: float = 20.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ChatServerError(f"{self.address!r} is no address of a chat server, begin it with http:// or https://")

    @property
    def url(self) -> str:
        """Return the address that ends in `/v1`, whether or not it was given so."""
        address = self.address.rstrip("/")
        return address if urlsplit(address).path else f"{address}/v1"

    @property
    def warning(self) -> str:
        """Say that text leaves this machine; empty if it does not."""
        host = urlsplit(self.address).hostname or ""
        if is_here(host):
            return ""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return f"Text leaves this machine: what you say, and what was said before, is sent to {host}."
        where = "another machine of your network" if address.is_private else "a machine on the internet"
        return f"Text leaves this machine: what you say, and what was said before, is sent to {host}, {where}."


class RemoteChat:
    """The chat model behind a server (`core.ports.Chat`); closing the iterator hangs up, and the server stops.

    Each call may raise ChatServerError.
    """

    def __init__(self, server: ChatServer) -> None:
        self._server = server

    def models(self) -> list[str]:
        """Return the names of the models that the server has."""
        told = json.loads(b"".join(self._request("/models", None)) or b"{}")
        rows = told.get("data", []) if isinstance(told, dict) else []
        return [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row]

    def __call__(self, messages: Sequence[Message], seed: int) -> Iterator[str]:
        """Yield the reply to the last message; empty pieces while nothing comes only offer to stop."""
        asked = {
            "messages": [{"role": message.role, "content": message.text} for message in messages],
            "stream": True,
            "seed": seed,
            "temperature": self._server.temperature,
            "max_tokens": self._server.max_tokens,
        }
        if self._server.model:
            asked["model"] = self._server.model
        return self._whole_letters(self._visible(self._pieces(json.dumps(asked).encode())))

    def _pieces(self, body: bytes) -> Iterator[str]:
        held = b""
        for block in self._request("/chat/completions", body):
            held += block
            *lines, held = held.split(b"\n")
            if len(held) > LONGEST_LINE:
                raise self._error("sends lines without end", "choose another server")
            piece = ""
            for line in lines:
                if line.strip() == b"data: [DONE]":
                    yield piece
                    return
                piece += self._content(line)
            yield piece

    def _content(self, line: bytes) -> str:
        """Return the text in one event of the stream; other lines are comments or empty."""
        if not line.startswith(b"data:"):
            return ""
        try:
            told = json.loads(line[5:])
            if "error" in told:
                raise self._error(f"failed ({_short(told['error'])})", "see what it says in its own window")
            delta = told["choices"][0]["delta"] if told.get("choices") else {}
            return str(delta.get("content") or "")
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            raise self._error("answers in another language than the OpenAI API", "check its address") from None

    @staticmethod
    def _whole_letters(pieces: Iterator[str]) -> Iterator[str]:
        """Join what a server that counts in UTF-16 has cut amid a letter, as it does amid an emoji."""
        held = ""
        for piece in pieces:
            text, held = held + piece, ""
            if "\ud800" <= text[-1:] <= "\udbff":
                text, held = text[:-1], text[-1]
            yield text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _visible(self, pieces: Iterator[str]) -> Iterator[str]:
        """Leave out what a model writes while it thinks, which comes first if it comes at all."""
        held, thinking, begun = "", False, False
        for piece in pieces:
            if begun:
                yield piece
                continue
            held += piece
            text = held.lstrip()
            if thinking or text.startswith(THINKING[0]):
                thinking, (_, end, rest) = True, text.partition(THINKING[1])
                if end and rest.strip():
                    begun = True
                    yield rest.lstrip()
                else:
                    yield ""
            elif text and not THINKING[0].startswith(text):
                begun = True
                yield text
            else:
                yield ""
        if begun:
            return
        if thinking or not held.strip():
            advice = "choose a model that does not think before it answers, or turn that off there"
            raise self._error("sent no word of a reply", advice)
        yield held.strip()

    def _request(self, path: str, body: bytes | None) -> Iterator[bytes]:
        """Yield the answer's body as it comes, and nothing every TICK_S while it does not."""
        headers = {"Accept-Encoding": "identity", "Content-Type": "application/json"}
        if self._server.key:
            headers["Authorization"] = f"Bearer {self._server.key}"
        web = Web(read_s=self._server.first_s + self._server.gap_s)
        with closing(_Call(Answer(web, self._server.url + path, headers, body))) as call:
            yield from self._heard(call.answer)

    def _heard(self, answer: Answer) -> Iterator[bytes]:
        last, limit, refused = time.monotonic(), self._server.first_s, 0
        said = b""
        while True:
            try:
                item = answer.next(TICK_S)
            except (Passing, DownloadError) as fault:
                raise self._error(f"does not answer ({fault})", "start it, or check the address") from None
            now = time.monotonic()
            if item is None:
                if now - last > limit:
                    raise self._error(f"has been silent for {limit:g} s", "see whether it is busy or too slow")
                yield b""
                continue
            last = now
            if isinstance(item, Head):
                refused = item.status if item.status != 200 else 0
            elif refused:
                said += item[:1000]
                if not item:
                    raise self._refusal(refused, said)
            elif item:
                limit = self._server.gap_s
                yield item
            else:
                return

    def _refusal(self, status: int, said: bytes) -> ChatServerError:
        advice = {401: "check its key", 403: "check its key", 404: "check its address and the name of the model"}
        return self._error(
            f"answers {status} ({_short(said.decode('utf-8', 'replace'))})", advice.get(status, "try again")
        )

    def _error(self, what: str, advice: str) -> ChatServerError:
        return ChatServerError(f"the chat server {what}, {self._server.url}, {advice}")


class _Call:
    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def close(self) -> None:
        self.answer.abandon()


def _short(told: object) -> str:
    return " ".join(str(told).split())[:160]
