"""Whether there is a newer Sotto: one signed file from the release page, asked for only if its user turned that on.

The file is JSON of two texts: `release`, JSON itself, and `signature`, the Ed25519 signature of its bytes in base64. A
release has `product`, `version`, `date` and `page`. Nothing is fetched but that file, and nothing of this computer is
told; the page is opened in the browser, where people download as they always do.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from app import settings_file
from app.checks import Problem
from app.compose import POCKET
from app.folders import settings_file as settings_path
from core.settings import SWITCH, Checked, ranged
from models.downloads.errors import DownloadError, Passing
from models.downloads.web import Answer, Head, Web

OWN = POCKET.parent / "app" / "release.toml"
LARGEST = 64 << 10  # bytes of the file
PATIENCE_S = 20.0
DAY_S = 86_400
PRODUCT = "sotto"


@dataclass(frozen=True)
class LookSettings(Checked):
    """Whether Sotto may look for a newer version, and when it last did."""

    daily: Literal["on", "off"] = field(default="off", metadata=SWITCH)
    last: int = ranged(0, 0, 1 << 40)  # seconds since 1970


@dataclass(frozen=True)
class UpdateSettings:
    """What `update.toml` holds."""

    look: LookSettings = LookSettings()


@dataclass(frozen=True)
class Source:
    """Where to ask, and the key that signs, 32 bytes."""

    address: str
    key: bytes


@dataclass(frozen=True)
class Release:
    """A version that was published: its number, the day, and the page to download it from."""

    version: str
    date: str
    page: str


def path() -> Path:
    """Return the file of the choice, beside the settings."""
    return settings_path().with_name("update.toml")


def chosen(file: Path) -> LookSettings:
    """Return what the user chose; damage in the file means off."""
    return settings_file.read(file, UpdateSettings())[0].look


def choose(file: Path, daily: Literal["on", "off"]) -> None:
    """Turn the daily look on or off."""
    settings_file.write(file, UpdateSettings(replace(chosen(file), daily=daily)), UpdateSettings())


def due(file: Path, now: float | None = None) -> bool:
    """Whether it is on and a day has passed; a clock that went back counts as passed."""
    look, time_ = chosen(file), time.time() if now is None else now
    return look.daily == "on" and not 0 <= time_ - look.last < DAY_S


def looked(file: Path, now: float | None = None) -> None:
    """Note that it was asked just now."""
    when = int(time.time() if now is None else now)
    settings_file.write(file, UpdateSettings(replace(chosen(file), last=when)), UpdateSettings())


def source(file: Path = OWN) -> Source | None:
    """Return where this build asks; None if nobody publishes it; raises Problem."""
    try:
        told = tomllib.loads(file.read_text("utf-8"))
        address, key = str(told["address"]), base64.b64decode(str(told["key"]), validate=True)
    except (OSError, ValueError, KeyError) as error:
        raise Problem("it is not known where to look for a newer version", file, "install Sotto anew") from error
    if not address:
        return None
    if urlsplit(address).scheme != "https" or len(key) != 32:
        raise Problem("it is not safe to look for a newer version there", file, "install Sotto anew")
    return Source(address, key)


def newer(than: str, where: Source, web: Web = Web()) -> Release | None:  # noqa: B008 - frozen
    """Return the newest release if it is newer; None if this is it; raises Problem, also for what is not signed."""
    release = read(fetched(where.address, web), where)
    return release if number(release.version) > number(than) else None


def fetched(address: str, web: Web) -> bytes:
    """Return a small file from the web; raises Problem."""
    answer = Answer(web, address, {"Accept-Encoding": "identity"})
    try:
        return _whole(answer, address)
    except DownloadError as error:
        raise Problem(error) from error
    except Passing as error:
        raise Problem(f"the release page cannot be reached ({error})", address, "check the connection") from error
    finally:
        answer.abandon()


def _whole(answer: Answer, address: str) -> bytes:
    until, raw = time.monotonic() + PATIENCE_S, b""
    while time.monotonic() < until:
        item = answer.next(0.1)
        if isinstance(item, Head) and item.status != 200:
            raise Problem(f"the release page answers {item.status}", address, "try again later")
        if item == b"":
            return raw
        if isinstance(item, bytes):
            raw += item
        if len(raw) > LARGEST:
            raise Problem("the release page sends something else", address, "try again later")
    raise Problem(f"the release page does not answer within {PATIENCE_S:g} s", address, "check the connection")


def read(raw: bytes, where: Source) -> Release:
    """Return the release that signed bytes tell of; raises Problem if they are not what the publisher signed."""
    from nacl.exceptions import CryptoError
    from nacl.signing import VerifyKey

    try:
        outer = json.loads(raw)
        signed = str(outer["release"]).encode()
        VerifyKey(where.key).verify(signed, base64.b64decode(str(outer["signature"]), validate=True))
    except (ValueError, KeyError, TypeError, RecursionError, CryptoError, binascii.Error) as error:
        what = "what the release page says is not signed by who published this Sotto"
        raise Problem(what, where.address, "do not trust it; tell the publisher") from error
    return _told(signed, where)


def _told(signed: bytes, where: Source) -> Release:
    try:
        told = json.loads(signed)
        release = Release(str(told["version"]), str(told["date"]), str(told["page"]))
        wrong = told["product"] != PRODUCT or not number(release.version) or urlsplit(release.page).scheme != "https"
    except (ValueError, KeyError, TypeError) as error:
        raise Problem("the release page is of another kind", where.address, "update by hand") from error
    if wrong:
        raise Problem("the release page is of another kind", where.address, "update by hand")
    return release


def number(version: str) -> tuple[int, ...]:
    """Return a version as numbers that can be compared; nothing if it is none."""
    return tuple(map(int, version.split("."))) if re.fullmatch(r"\d{1,6}(\.\d{1,6}){0,3}", version) else ()
