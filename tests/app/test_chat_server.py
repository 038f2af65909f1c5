"""Replies from a chat server: set by a command, used by every way of talking, and said aloud when text leaves."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from app import chat_server, compose
from core.settings import ChatSettings
from core.types import Message
from models.openai_chat import RemoteChat
from tests.models.downloads.naughty import Manner, serving


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOTTO_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config" / "settings.toml"


def says(*words: str) -> Manner:
    rows = [{"choices": [{"delta": {"content": word}}]} for word in words]
    return Manner(b"".join(b"data: " + json.dumps(row).encode() + b"\n\n" for row in rows) + b"data: [DONE]\n\n")


def test_it_is_set_tried_used_with_its_key_and_left(
    sotto: Any, config: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as server:
        server.manners["/v1/models"] = Manner(b'{"data": [{"id": "big"}]}')
        server.manners["/v1/chat/completions"] = says("From ", "elsewhere.")
        monkeypatch.setattr("sys.stdin", io.StringIO("sk-secret\n"))
        code, out, error = sotto("packs", "server", server.url, "--model", "big", "--key", "--json")
        assert (code, error) == (0, "")
        kept, models, now = map(json.loads, out.splitlines())
        assert "sk-secret" not in out + config.read_text()
        assert (kept["event"], models["models"], now["address"]) == ("kept", ["big"], server.url)
        monkeypatch.setattr("sys.stdin", io.StringIO("Hello?\n"))
        code, out, error = sotto("chat", "--no-keep")
        assert (code, out.strip()) == (0, "From elsewhere."), error
        asked = [each for each in server.asked if each.path.endswith("completions")]
        assert asked[0].headers["authorization"] == "Bearer sk-secret"
        code, _, error = sotto("packs", "server", server.url, "--model", "small")
        assert (code, "choose: big" in error) == (2, True)
    assert sotto("packs", "server", "--none")[0] == 0
    assert chat_server.as_set() == ChatSettings()


def test_a_server_that_is_not_there_is_not_set(sotto: Any, config: Path) -> None:
    code, _, error = sotto("packs", "server", "http://127.0.0.1:9")
    assert code == 2
    assert "does not answer" in error
    assert not config.exists()
    assert "no address of a chat server" in sotto("packs", "server", "localhost:11434")[2]


def test_no_key_is_sent_to_another_host(data: Path) -> None:
    chat_server.key_of("https://big.example/v1", data).keep("sk-secret")
    assert chat_server.key_of("https://BIG.example/v2", data).read() == "sk-secret"
    for other in ("https://other.example/v1", "http://big.example/v1", "https://big.example:8000/v1"):
        assert chat_server.key_of(other, data).read() == ""


def test_text_that_leaves_this_machine_is_said(data: Path) -> None:
    told: list[str] = []
    for address, words in {"http://127.0.0.1:9/v1": [], "http://192.168.0.7:8000": ["192.168.0.7"]}.items():
        chat = compose._remote(ChatSettings(address), data, told.append)
        assert isinstance(chat, RemoteChat)
        assert [each for each in words if each in told[0]] == words if words else not told
    assert told[0].startswith("Text leaves this machine")


def test_the_engines_of_a_session_have_it_in_the_pack_s_place(data: Path) -> None:
    with serving() as server:
        server.manners["/v1/chat/completions"] = says("Here.")
        choice = compose.choose(None, None, data)
        engines = compose.load(choice, 1, chat_server=ChatSettings(server.url), data=data)
        assert "".join(engines.chat([Message("user", "Hello")], 0)) == "Here."
        assert engines.chat_tokens == 0


@pytest.mark.parametrize("address", ["ftp://x", "localhost"])
def test_what_is_no_address_is_no_setting(address: str) -> None:
    with pytest.raises(ValueError, match="allowed: http"):
        ChatSettings(address)
