"""Packs: a folder of models with `pack.toml`, opened only when every file is what the manifest says.

    schema = 1
    name = "pocket"
    title = "Pocket pack"
    languages = ["en"]
    default_voice = "ada"
    [roles.transcriber]           # transcriber, chat, voice, codec; turn may be absent
    format = "whisper-ctranslate2"
    licence = "Apache-2.0"
    folder = "whisper"            # relative to the pack
    [roles.transcriber.files]     # every file in the folder
    "model.bin" = { size = 123, sha256 = "..." }
    [voices.ada]
    folder = "voices/ada"
    [voices.ada.files]

`languages` are those that the voice speaks. The chat role also has `template`: the family by which its conversation is
written; the transcriber may have `languages` that it understands, "*" for any, where they are more than the voice's.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from core.whole import whole

MANIFEST = "pack.toml"
SCHEMA = 1
FORMATS: dict[str, tuple[str, ...]] = {
    "transcriber": ("whisper-ctranslate2",),
    "chat": ("gguf",),
    "voice": ("csm-original", "csm-transformers"),
    "codec": ("mimi-moshi", "mimi-transformers"),
    "turn": ("smart-turn-onnx",),
}
OPTIONAL = frozenset({"turn"})
AGAIN = "download the pack again"
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
SHA256 = re.compile(r"[0-9a-f]{64}")


class PackError(Exception):
    """A pack that cannot be used; the message is one line: what, where (file and key), what to do."""


@dataclass(frozen=True)
class PackFile:
    """One file as the manifest lists it; `name` is relative to its part's folder, with slashes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Part:
    """A folder of verified files."""

    folder: Path
    files: tuple[PackFile, ...]

    def only(self, suffix: str) -> Path:
        """Return the one file with this suffix, as ".gguf"; PackError if there are none or several."""
        found = [file.name for file in self.files if file.name.endswith(suffix)]
        if len(found) != 1:
            raise PackError(f"{self.folder}: has {len(found)} files {suffix}, but one is needed; {AGAIN}")
        return self.folder / found[0]


@dataclass(frozen=True)
class Role(Part):
    """One model: its format names the runtime that loads it."""

    format: str
    licence: str
    template: str = ""  # of the chat model only
    languages: tuple[str, ...] = ()  # of the transcriber only: empty is as the pack's


@dataclass(frozen=True)
class Pack:
    """A pack of which every listed file was found with the right size and SHA-256, and no other file."""

    folder: Path
    name: str
    title: str
    languages: tuple[str, ...]  # that its voice speaks
    transcriber: Role
    chat: Role
    voice: Role
    codec: Role
    turn: Role | None = None
    voices: Mapping[str, Part] = field(default_factory=dict)
    default_voice: str = ""

    @property
    def understands(self) -> tuple[str, ...]:
        """The languages that are understood; "*" is any."""
        return self.transcriber.languages or self.languages


def open_pack(folder: Path) -> Pack:
    """Read `pack.toml`, verify every file and return the pack; raises PackError.

    A file that was verified before in this process, or a large one within a week, is read again only if its size,
    times or inode changed.
    """
    folder = Path(folder)
    top = _Table(_manifest(folder), f"{folder / MANIFEST}: ")
    if top.take("schema", int) != SCHEMA:
        raise top.error("schema", f"is not {SCHEMA}; {AGAIN}, or a newer Sotto")
    name, title = top.name("name"), top.take("title", str)
    languages = tuple(top.strings("languages"))
    listed = top.table("roles")
    wanted = [role for role in FORMATS if role not in OPTIONAL or role in listed]
    roles = {role: _role(folder, listed.table(role), role) for role in wanted}
    listed.done(known=FORMATS)
    shelf = top.table("voices", optional=True)
    voices = {voice: _part(folder, shelf.table(voice)) for voice in shelf}
    for voice in voices:
        if not NAME.fullmatch(voice):
            raise shelf.error(voice, "is no name: lower-case letters, digits, - and _")
    default = top.take("default_voice", str) if voices or "default_voice" in top else ""
    if default and default not in voices:
        raise top.error("default_voice", f"{default!r} is not among the voices {', '.join(sorted(voices)) or '(none)'}")
    top.done()
    _verify(folder, [*roles.values(), *voices.values()])
    return Pack(
        folder,
        name,
        title,
        languages,
        roles["transcriber"],
        roles["chat"],
        roles["voice"],
        roles["codec"],
        roles.get("turn"),
        voices,
        default,
    )


@dataclass(frozen=True)
class _Table:
    """A table of the manifest that knows where it stands, and which of its keys were asked for."""

    values: dict[str, Any]
    file: str
    path: tuple[str, ...] = ()
    asked: set[str] = field(default_factory=set)

    def __iter__(self) -> Any:
        return iter(self.values)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def error(self, key: str, what: str) -> PackError:
        """Return the error that says what is wrong with a key, in one line."""
        return PackError(f"{self.file}{'.'.join((*self.path, key))}: {what}".replace("\n", " "))

    def take(self, key: str, kind: type) -> Any:
        self.asked.add(key)
        if key not in self.values:
            raise self.error(key, f"is missing; {AGAIN}")
        value: Any = self.values[key]
        if type(value) is not kind:  # a bool is an int to isinstance
            words = {str: "a text", int: "a whole number", dict: "a table", list: "a list"}
            raise self.error(key, f"is not {words[kind]}; {AGAIN}")
        if isinstance(value, str) and not value.strip():
            raise self.error(key, f"is empty; {AGAIN}")
        return value

    def name(self, key: str) -> str:
        value = str(self.take(key, str))
        if not NAME.fullmatch(value):
            raise self.error(key, f"{value!r} is no name: lower-case letters, digits, - and _")
        return value

    def strings(self, key: str) -> list[str]:
        values = self.take(key, list)
        if not values or not all(isinstance(value, str) and value for value in values):
            raise self.error(key, f"is not a list of texts; {AGAIN}")
        return list(values)

    def table(self, key: str, *, optional: bool = False) -> _Table:
        if optional and key not in self.values:
            return _Table({}, self.file, (*self.path, key))
        return _Table(self.take(key, dict), self.file, (*self.path, key))

    def done(self, known: Mapping[str, object] | None = None) -> None:
        """Refuse keys that nobody asked for: a typing error must not become a default."""
        for key in self.values:
            if key not in self.asked:
                what = f"unknown role; known are {', '.join(known)}" if known else "unknown key; remove it"
                raise self.error(key, what)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not folder.is_dir():
        raise PackError(f"{folder}: pack is missing; check the folder's name or {AGAIN}")
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise PackError(f"{path}: file is missing, so this folder is no pack; choose another or {AGAIN}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackError(f"{path}: cannot be read ({error}); {AGAIN}".replace("\n", " ")) from None


def _role(folder: Path, table: _Table, role: str) -> Role:
    part = _part(folder, table, closed=False)
    form, licence = table.take("format", str), table.take("licence", str)
    if form not in FORMATS[role]:
        raise table.error("format", f"unknown format {form!r}; known are {', '.join(FORMATS[role])}")
    template = table.take("template", str) if role == "chat" else ""
    understood = tuple(table.strings("languages")) if role == "transcriber" and "languages" in table else ()
    table.done()
    return Role(part.folder, part.files, form, licence, template, understood)


def _part(folder: Path, table: _Table, *, closed: bool = True) -> Part:
    inside = _inside(folder, table, "folder", table.take("folder", str))
    listed = table.table("files")
    if not listed.values:
        raise table.error("files", f"is empty; {AGAIN}")
    files = tuple(_file(inside, listed, name) for name in listed)
    if closed:
        table.done()
    return Part(inside, files)


def _file(folder: Path, listed: _Table, name: str) -> PackFile:
    _inside(folder, listed, name, name)
    table = listed.table(name)
    size, digest = table.take("size", int), table.take("sha256", str)
    if size < 0:
        raise table.error("size", f"is negative; {AGAIN}")
    if not SHA256.fullmatch(digest):
        raise table.error("sha256", f"is not 64 hexadecimal digits in lower case; {AGAIN}")
    table.done()
    return PackFile(name, size, digest)


def _inside(folder: Path, table: _Table, key: str, name: str) -> Path:
    """Return folder / name, which neither its spelling nor a link may lead out of the folder."""
    pure = PurePosixPath(name)
    odd = pure.is_absolute() or ".." in pure.parts or any(letter in name for letter in "\\:\0")
    if odd or not (folder / name).resolve().is_relative_to(folder.resolve()):
        raise table.error(key, f"{name!r} leads out of its folder; {AGAIN} from a source that you trust")
    return folder / name


def _verify(folder: Path, parts: list[Part]) -> None:
    listed = {(part.folder / file.name).resolve() for part in parts for file in part.files}
    for part in parts:
        for file in part.files:
            _verify_file(folder, part.folder / file.name, file)
        for path in sorted(part.folder.rglob("*")):  # engines that open a folder may read what nobody verified
            hidden = any(step.startswith(".") for step in path.relative_to(part.folder).parts)
            if path.is_file() and not hidden and path.resolve() not in listed and path != folder / MANIFEST:
                raise PackError(f"{path}: file is not listed in {MANIFEST}; remove it or {AGAIN}")


def _verify_file(folder: Path, path: Path, file: PackFile) -> None:
    where = f"{path}: listed in {folder / MANIFEST}, but"
    try:
        found = path.stat()
        if not path.is_file():
            raise PackError(f"{where} it is not a file; {AGAIN}")
        if found.st_size != file.size:
            raise PackError(f"{where} it has {found.st_size} bytes instead of {file.size}; {AGAIN}")
        if _digest(path, found) != file.sha256:
            raise PackError(f"{where} its content was changed (SHA-256 differs); {AGAIN}")
    except FileNotFoundError:
        raise PackError(f"{where} the file is missing; {AGAIN}") from None
    except OSError as error:
        raise PackError(f"{where} it cannot be read ({error.strerror}); check its permissions") from None


_digests: dict[tuple[object, ...], str] = {}  # a cache of pure facts: what a file with these marks contains


def _digest(path: Path, found: os.stat_result) -> str:
    marks = (path.resolve(), found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    if marks not in _digests:
        _digests[marks] = _noted(path, found) or _hashed(path, found)
    return _digests[marks]


# Gigabytes take longer to hash than to load: what was found is noted beside a large file, and believed for a week
# as long as size, times and inode are the same. A start then costs no more than the loading.
LARGE, BELIEVED_S = 64 << 20, 7 * 24 * 3600


def _note_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.verified")


def _noted(path: Path, found: os.stat_result) -> str:
    if found.st_size < LARGE:
        return ""
    try:
        marks, digest, when = _note_of(path).read_text("utf-8").split()
        fresh = 0 <= time.time() - float(when) < BELIEVED_S
    except (OSError, ValueError):
        return ""
    return digest if fresh and marks == _marks(found) and SHA256.fullmatch(digest) else ""


def _hashed(path: Path, found: os.stat_result) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if found.st_size >= LARGE:
        try:
            with whole(_note_of(path)) as part:
                part.write_text(f"{_marks(found)} {digest} {time.time():.0f}", "utf-8")
        except OSError:
            pass  # a pack that is only readable is hashed each time
    return digest


def _marks(found: os.stat_result) -> str:
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}"


@dataclass(frozen=True)
class RoleSource:
    """What the recipe says of a role whose files lie in `folder`, relative to the pack."""

    format: str
    licence: str
    folder: str
    template: str = ""
    languages: tuple[str, ...] = ()


def write_manifest(
    folder: Path,
    *,
    name: str,
    title: str,
    languages: tuple[str, ...],
    roles: Mapping[str, RoleSource],
    voices: Mapping[str, str],
    default_voice: str,
) -> Pack:
    """Write `pack.toml` for the files that lie in the folder, and return the pack as `open_pack` sees it.

    `voices` maps a name to its folder, relative to the pack. Raises PackError for what `open_pack` would refuse.
    """
    import tomli_w

    folder = Path(folder)
    content: dict[str, Any] = {"schema": SCHEMA, "name": name, "title": title, "languages": list(languages)}
    if default_voice:
        content["default_voice"] = default_voice
    content["roles"] = {
        role: {"format": source.format, "licence": source.licence, "folder": source.folder}
        | ({"template": source.template} if source.template else {})
        | ({"languages": list(source.languages)} if source.languages else {})
        | {"files": _listing(folder, source.folder)}
        for role, source in roles.items()
    }
    content["voices"] = {voice: {"folder": at, "files": _listing(folder, at)} for voice, at in voices.items()}
    with whole(folder / MANIFEST) as part:
        part.write_text(tomli_w.dumps(content), "utf-8")
    return open_pack(folder)


def _listing(folder: Path, inside: str) -> dict[str, dict[str, object]]:
    listing: dict[str, dict[str, object]] = {}
    for path in sorted((folder / inside).rglob("*")):
        name = path.relative_to(folder / inside)
        if path.is_file() and not any(step.startswith(".") for step in name.parts) and path != folder / MANIFEST:
            listing[name.as_posix()] = {"size": path.stat().st_size, "sha256": _digest(path, path.stat())}
    return listing
