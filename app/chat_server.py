"""The chat server, as the settings have it: its key, what the user is to know of it, and `sotto packs server`."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from app import settings_file
from app.checks import Problem
from app.folders import settings_file as path_of_settings
from app.sitting import data_folder
from app.telling import tell
from core.settings import ChatSettings, Settings
from models.downloads.tokens import Secret
from models.openai_chat import ChatServer, ChatServerError, RemoteChat

NAMED_S = 5.0  # a server has to name its models within


def as_set() -> ChatSettings:
    """Return the chat server of this computer's settings; no address means none."""
    return settings_file.read(path_of_settings(), Settings())[0].chat


def key_of(address: str, data: Path | None) -> Secret:
    """Return where a server's key is kept: each host's apart, so that none is ever sent to another."""
    parts = urlsplit(address)
    host = re.sub(r"[^a-z0-9.-]", "-", f"{parts.scheme}-{parts.netloc.rpartition('@')[2]}".lower())
    return Secret(data_folder(data), f"chat-{host}")


def server(chat: ChatSettings, data: Path | None) -> ChatServer:
    """Return the server that is set, with its key; raises Problem for what is no address."""
    try:
        return ChatServer(chat.address, chat.model, key_of(chat.address, data).read())
    except (ChatServerError, ValueError) as error:
        raise Problem("the chat server cannot be used", error, "correct [chat] address in the settings") from error


def run(asked: argparse.Namespace) -> int:
    """Set, show or leave the chat server; its key comes from standard input."""
    settings = settings_file.read(path_of_settings(), Settings())[0]
    chat = ChatSettings() if asked.none else settings.chat
    if asked.address:
        try:
            chat = ChatSettings(asked.address, asked.model)
        except ValueError as error:
            raise Problem("this is no address of a chat server", asked.address, "begin it with http://") from error
    if asked.key:
        _keep_key(asked, chat)
    if chat.address:
        _try(asked, chat)
    if chat != settings.chat:
        settings_file.write(path_of_settings(), replace(settings, chat=chat))
    words = f"Replies come from {chat.address}." if chat.address else "Replies come from the pack's own chat model."
    tell(asked, "server", words, address=chat.address, model=chat.model)
    return 0


def _keep_key(asked: argparse.Namespace, chat: ChatSettings) -> None:
    secret, key = key_of(chat.address, asked.data), sys.stdin.readline().strip()
    if not chat.address or not key:
        raise Problem("there is no key, or no server to have it", "on standard input", "give both")
    secret.keep(key)
    tell(asked, "kept", f"The key is kept in {secret.place}.", place=secret.place)


def _try(asked: argparse.Namespace, chat: ChatSettings) -> None:
    """Ask the server for its models, and say what leaves this machine."""
    there = replace(server(chat, asked.data), first_s=NAMED_S)
    try:
        names = RemoteChat(there).models()
    except ChatServerError as error:
        raise Problem(error) from error
    tell(asked, "models", f"It has: {', '.join(names) or 'nothing that it names'}", models=names)
    if chat.model and names and chat.model not in names:
        raise Problem(f"the chat server has no model {chat.model!r}", chat.address, f"choose: {', '.join(names)}")
    if there.warning:
        tell(asked, "warning", there.warning, what=there.warning)
