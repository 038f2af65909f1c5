"""Secrets, as the access token for gated models: in the system's keyring, else in a file that only its owner reads.

Which of the two it is, is always said. Keyrings that keep their content in a plain file are not taken for keyrings.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

SERVICE = "sotto"


class Secret:
    """Keeps one secret under a name; `folder` is where the file goes if there is no keyring."""

    def __init__(self, folder: Path, account: str) -> None:
        self._account, self._path = account, folder / f"{account}-token"
        self._ring = _keyring()

    @property
    def place(self) -> str:
        """Say where a token is kept."""
        return "the system's keyring" if self._ring else f"{self._path}, readable by you only"

    def read(self) -> str:
        """Return what is kept; nothing if there is nothing."""
        kept = self._ring.get_password(SERVICE, self._account) if self._ring else ""
        return kept or _text(self._path)

    def keep(self, token: str) -> None:
        """Keep a token; the old one is forgotten."""
        self.forget()
        if self._ring:
            self._ring.set_password(SERVICE, self._account, token)
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(token)

    def forget(self) -> None:
        """Delete what was kept here."""
        if self._ring and self._ring.get_password(SERVICE, self._account):
            self._ring.delete_password(SERVICE, self._account)
        self._path.unlink(missing_ok=True)


class Tokens(Secret):
    """The access token of the hub."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "hub")

    def read(self) -> str:
        """Return the token: from the environment (HF_TOKEN), as kept, or as the hub's own client keeps it."""
        home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
        return os.environ.get("HF_TOKEN", "").strip() or super().read() or _text(home / "token")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        return ""


def _keyring() -> Any:
    """Return a keyring that protects what it is given, or None."""
    try:
        import keyring
        from keyring.backends import fail
    except ImportError:
        return None
    ring = keyring.get_keyring()
    plain = isinstance(ring, fail.Keyring) or "plaintext" in type(ring).__name__.lower()
    trusted = ring.__class__.__module__.startswith("keyring.backends.") and not plain and ring.priority >= 1
    return ring if trusted else None
