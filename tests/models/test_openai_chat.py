"""Chat from elsewhere, against llama-cpp-python's own server with the pocket model, and against one that misbehaves."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.types import Message
from models.openai_chat import ChatServer, ChatServerError, RemoteChat
from tests.models.downloads.naughty import Manner, Server, serving

MODEL = Path(__file__).parents[2] / "assets" / "pocket" / "chat" / "model.gguf"
ASKED = [Message("system", "You are Sotto."), Message("user", "How are you today?")]


@pytest.fixture(scope="module")
def real() -> Iterator[str]:
    """Run llama-cpp-python's server on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "llama_cpp.server", "--model", str(MODEL), "--port", str(port)]
    command += ["--host", "127.0.0.1", "--n_threads", "1", "--n_ctx", "512", "--chat_format", "chatml"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1200):
            assert running.poll() is None, running.stderr and running.stderr.read()
            try:
                RemoteChat(ChatServer(address, first_s=5)).models()
                break
            except ChatServerError:
                time.sleep(0.1)
        yield address
    finally:
        running.kill()
        running.communicate()


def test_a_real_server_answers_piece_by_piece(real: str) -> None:
    chat = RemoteChat(ChatServer(real, temperature=0.0, max_tokens=24))
    (name,) = chat.models()
    assert name.endswith("model.gguf")
    pieces = [piece for piece in chat(ASKED, 1) if piece]
    assert len(pieces) > 1
    assert "".join(pieces).strip()
    again = "".join(RemoteChat(ChatServer(real + "/v1/", name, temperature=0.0, max_tokens=24))(ASKED, 1))
    assert again == "".join(pieces)


def test_a_reply_that_is_cancelled_leaves_the_server_free(real: str) -> None:
    chat = RemoteChat(ChatServer(real, max_tokens=400))
    steps = chat(ASKED, 1)
    next(piece for piece in steps if piece)
    steps.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.name == "download":
            thread.join(10)
            assert not thread.is_alive()
    assert any(RemoteChat(ChatServer(real, max_tokens=4))(ASKED, 1))


def events(*contents: str, end: bytes = b"data: [DONE]\n\n") -> bytes:
    rows = [{"choices": [{"delta": {"content": content}}]} for content in contents]
    return b": hello\n\n" + b"".join(b"data: " + json.dumps(row).encode() + b"\n\n" for row in rows) + end


@pytest.fixture
def odd() -> Iterator[Server]:
    with serving() as server:
        yield server


def reply(server: Server, body: bytes, **manner: Any) -> str:
    server.manners["/v1/chat/completions"] = Manner(body, **manner)
    return "".join(RemoteChat(ChatServer(server.url, first_s=1, gap_s=1))(ASKED, 0))


def test_what_is_asked_is_the_conversation_and_the_key_goes_along(odd: Server) -> None:
    posted: list[dict[str, Any]] = []

    def act(answering: Any) -> None:
        posted.append(json.loads(answering.posted))
        answering._serve(Manner(events("Fine.")))

    odd.manners["/v1/chat/completions"] = Manner(act=act)
    server = ChatServer(odd.url, "big", "sk-secret", max_tokens=9)
    assert "".join(RemoteChat(server)(ASKED, 7)) == "Fine."
    assert posted[0]["messages"] == [
        {"role": "system", "content": "You are Sotto."},
        {"role": "user", "content": "How are you today?"},
    ]
    assert (posted[0]["model"], posted[0]["seed"], posted[0]["max_tokens"], posted[0]["stream"]) == ("big", 7, 9, True)
    assert odd.asked[0].headers["authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in repr(server)


@pytest.mark.parametrize("spared", [None, "127.0.0.0/8"])
def test_what_is_said_to_this_machine_goes_to_no_proxy(odd: Server, monkeypatch: pytest.MonkeyPatch, spared) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    if spared:
        monkeypatch.setenv("no_proxy", spared)
    with serving() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert reply(odd, events("Fine.")) == "Fine."
        assert ChatServer(odd.url).warning == ""
        with pytest.raises(ChatServerError):
            RemoteChat(ChatServer("http://away.example")).models()
        assert [asked.path for asked in proxy.asked] == ["http://away.example/v1/models"]


def test_a_server_does_not_send_on_what_was_said(odd: Server) -> None:
    with serving() as other:
        with pytest.raises(ChatServerError, match="sends on to another"):
            reply(odd, b"", status=307, headers={"Location": f"{other.url.replace('127.0.0.1', 'localhost')}/v1"})
        assert other.asked == []


def test_letters_are_whole_however_the_bytes_come(odd: Server) -> None:
    assert reply(odd, events("Grüße ", "aus 你好"), block=3) == "Grüße aus 你好"


def test_an_emoji_that_comes_in_two_halves_is_one(odd: Server) -> None:
    assert reply(odd, events("Hi \ud83d", "\ude00 you", " \ude00.")) == "Hi \U0001f600 you \ufffd."


def test_thoughts_are_not_spoken(odd: Server) -> None:
    assert reply(odd, events("<th", "ink>hm, ", "so", "</think>", "\n\nHello", " you.")) == "Hello you."
    assert reply(odd, events("<b>", "bold")) == "<b>bold"
    assert reply(odd, events("  ", " Hi")) == "Hi"


def reasoned(*thoughts: str) -> bytes:
    rows = [{"choices": [{"delta": {"content": "", "reasoning_content": thought}}]} for thought in thoughts]
    return b"".join(b"data: " + json.dumps(row).encode() + b"\n\n" for row in rows) + b"data: [DONE]\n\n"


FAULTS = {
    "silent from the beginning": (events("x"), {"stall_after": 0}, "has been silent for 1 s"),
    "silent in the middle": (events("x", "y" * 500), {"stall_after": 60}, "has been silent for 1 s"),
    "wrong key": (b"no", {"status": 401}, "answers 401 .*check its key"),
    "no such model": (b"no such model", {"status": 404}, r"answers 404 \(no such model\)"),
    "another language": (b"data: hello\n\n", {}, "another language than the OpenAI API"),
    "an error in the stream": (b'data: {"error": {"message": "out of memory"}}\n\n', {}, "failed .*out of memory"),
    "thoughts to the last token": (events("<think>hm, ", "so"), {}, "no word of a reply.*does not think"),
    "thoughts and no more": (events("<think>hm</think>", "\n\n"), {}, "no word of a reply.*does not think"),
    "thoughts beside the reply": (reasoned("hm, ", "so"), {}, "no word of a reply.*does not think"),
    "an endless line": (b"x" * (3 << 20), {"block": 1 << 20}, "lines without end"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_line_with_the_address(odd: Server, fault: str) -> None:
    body, manner, message = FAULTS[fault]
    with pytest.raises(ChatServerError, match=message) as caught:
        reply(odd, body, **manner)
    assert odd.url in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_server_at_all() -> None:
    with pytest.raises(ChatServerError, match=r"does not answer .*start it"):
        list(RemoteChat(ChatServer("http://127.0.0.1:9"))(ASKED, 0))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:11434", ""),
        ("http://localhost:1234/v1", ""),
        ("http://[::1]:8000", ""),
        ("http://192.168.1.20:8000", "another machine of your network"),
        ("https://8.8.8.8/v1", "a machine on the internet"),
        ("https://api.example.com/v1", "sent to api.example.com"),
    ],
)
def test_it_is_said_when_text_leaves_this_machine(address: str, words: str) -> None:
    warning = ChatServer(address).warning
    assert warning.startswith("Text leaves this machine") == bool(words)
    assert words in warning


def test_an_address_must_be_one() -> None:
    with pytest.raises(ChatServerError, match="is no address of a chat server"):
        ChatServer("localhost:11434")
    assert ChatServer("http://x:1").url == "http://x:1/v1"
    assert ChatServer("http://x:1/api/v1/").url == "http://x:1/api/v1"
