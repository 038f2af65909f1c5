"""What the catalogue's TOML files may say. Every fault is one line: file, key, what is wrong.

A model is known by its files, or by a `pattern` where its repository's shards are not known beforehand. A file has an
exact `size` and a `sha256` where these are known; else `about` so many bytes, and the hub's word at the first download
is pinned from then on.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.pack import FORMATS as PACK_FORMATS

FOLDER = Path(__file__).parent
FORMATS: dict[str, tuple[str, ...]] = {
    **PACK_FORMATS,
    "tokenizer": ("tokenizer-json",),
    "phones": ("wav2vec2-phones",),  # these two judge speech (`sotto evaluate`), and no pack has them
    "quality": ("dnsmos-p835",),
}
SPEEDS = ("fast", "medium", "slow")
NEEDED = ("transcriber", "chat", "voice", "codec")  # of a profile
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
COMMIT = re.compile(r"[0-9a-f]{40}")
REVISION = re.compile(rf"{COMMIT.pattern}|refs/pr/\d+")  # of no branch, which somebody else may move
SHA256 = re.compile(r"[0-9a-f]{64}")
FILE = re.compile(r"(?!.*\.\.)[\w][\w./-]*\.(json|txt|bin|gguf|safetensors|onnx|wav)")  # nothing that is unpickled


class CatalogError(Exception):
    """A catalogue that cannot be used; the message is one line: file, key, what is wrong."""


@dataclass(frozen=True)
class Memory:
    """What a model takes when it runs, in MB, on a graphics card or in main memory."""

    gpu: int
    cpu: int


@dataclass(frozen=True)
class Listed:
    """A file; `size` and `sha256` are exact where known, else 0 and empty, and `about` says how big it will be."""

    name: str
    size: int = 0
    sha256: str = ""
    about: int = 0

    @property
    def expected(self) -> int:
        """Bytes, exact or about."""
        return self.size or self.about


@dataclass(frozen=True)
class Source:
    """A repository on the hub that has the files, in `folder` of it, at `revision` if that is known."""

    repository: str
    revision: str = ""
    folder: str = ""

    @property
    def fixed(self) -> bool:
        """Tell whether the revision is a commit, which can never be another one."""
        return bool(COMMIT.fullmatch(self.revision))


@dataclass(frozen=True)
class Model:
    """One model that can be downloaded. `gated` is the page where its terms are accepted."""

    name: str
    role: str
    title: str
    format: str
    licence: str
    languages: tuple[str, ...]  # "*" is any
    speed: str
    memory: Memory
    sources: tuple[Source, ...]
    files: tuple[Listed, ...] = ()
    pattern: str = ""
    about: int = 0
    optional: tuple[str, ...] = ()
    gated: str = ""
    template: str = ""
    tokenizer: str = ""
    parameters_b: float = 0.0
    layers: int = 0
    token_bytes: int = 0

    @property
    def size(self) -> int:
        """Bytes to download, exact or about."""
        return self.about or sum(file.expected for file in self.files)

    def speaks(self, language: str) -> bool:
        """Tell whether a language, by its two letters, is among this model's."""
        return "*" in self.languages or language in self.languages


@dataclass(frozen=True)
class Profile:
    """Models that fit together on a machine with so much free memory; `slow` says what the user will notice."""

    name: str
    title: str
    memory: Memory
    context: int
    models: Mapping[str, str]
    on_gpu: tuple[str, ...]
    system: str = ""  # "apple", or any
    slow: str = ""


@dataclass(frozen=True)
class Catalog:
    """Every model and every profile, each by its name, profiles in order of preference."""

    models: Mapping[str, Model] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)

    def model(self, name: str) -> Model:
        """Return a model; CatalogError for an unknown one."""
        if name not in self.models:
            raise CatalogError(f"the model {name!r} is not in the catalogue; known are {', '.join(self.models)}")
        return self.models[name]

    def profile(self, name: str) -> Profile:
        """Return a profile; CatalogError for an unknown one."""
        if name not in self.profiles:
            raise CatalogError(f"the profile {name!r} is not in the catalogue; known are {', '.join(self.profiles)}")
        return self.profiles[name]

    def parts(self, profile: Profile) -> dict[str, Model]:
        """Return a profile's models by role, with the tokenizer that its voice needs."""
        parts = {role: self.model(name) for role, name in profile.models.items()}
        if needed := parts["voice"].tokenizer:
            parts["tokenizer"] = self.model(needed)
        return parts

    def memory(self, profile: Profile) -> Memory:
        """Return what a profile's models take together, the chat's context included, without headroom."""
        gpu = cpu = 0
        for role, model in self.parts(profile).items():
            cache = model.token_bytes * profile.context // 1_000_000
            if role in profile.on_gpu:
                gpu += model.memory.gpu + cache
                cpu += 200  # what its runtime keeps in main memory all the same
            else:
                cpu += model.memory.cpu + cache
        return Memory(0, gpu + cpu) if profile.system == "apple" else Memory(gpu, cpu)  # there both are one memory

    def voices_for(self, language: str) -> list[Model]:
        """Return the voice models that speak a language."""
        return [model for model in self.models.values() if model.role == "voice" and model.speaks(language)]


def load_catalog(folder: Path = FOLDER) -> Catalog:
    """Read every TOML file of a folder as one catalogue; raises CatalogError."""
    models: dict[str, Model] = {}
    profiles: dict[str, Profile] = {}
    for path in sorted(folder.glob("*.toml")):
        top = _Keys(_read(path), path.name, "")
        for name, keys in top.tables("models"):
            if name in models:
                raise keys.error("", "is there twice")
            models[name] = _model(name, keys)
        for name, keys in top.tables("profiles"):
            profiles[name] = _profile(name, keys, path.name)
        top.done()
    catalog = Catalog(models, profiles)
    for profile in profiles.values():
        _check_profile(catalog, profile)
    for model in models.values():
        if model.tokenizer and catalog.model(model.tokenizer).role != "tokenizer":
            raise CatalogError(f"models.{model.name}.tokenizer: {model.tokenizer!r} is no tokenizer")
    return catalog


class _Keys:
    """A table that knows where it stands, and which of its keys were asked for."""

    def __init__(self, values: Mapping[str, Any], file: str, at: str) -> None:
        self._values, self._file, self._at, self._asked = values, file, at, set[str]()

    def error(self, key: str, what: str) -> CatalogError:
        where = ".".join(part for part in (self._at, key) if part)
        return CatalogError(f"{self._file}: {where}: {what}".replace("\n", " "))

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        self._asked.add(key)
        value = self._values.get(key, default)
        if value is None:
            raise self.error(key, "is missing")
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise self.error(key, f"is no {kind.__name__}")
        return value

    def match(self, key: str, pattern: re.Pattern[str], *, optional: bool = False) -> str:
        value: str = self.take(key, str, "" if optional else None)
        if (value or not optional) and not pattern.fullmatch(value):
            raise self.error(key, f"{value!r} is not of the form {pattern.pattern}")
        return value

    def among(self, key: str, known: Iterable[str]) -> str:
        value: str = self.take(key, str)
        if value not in (known := tuple(known)):
            raise self.error(key, f"{value!r} is none of {', '.join(known)}")
        return value

    def number(self, key: str, default: int | None = None) -> int:
        value: int = self.take(key, int, default)
        if value < 0:
            raise self.error(key, "is negative")
        return value

    def texts(self, key: str, default: list[str] | None = None) -> tuple[str, ...]:
        values = self.take(key, list, default)
        if not all(isinstance(value, str) and value for value in values):
            raise self.error(key, "is no list of texts")
        return tuple(values)

    def tables(self, key: str) -> list[tuple[str, _Keys]]:
        found = []
        for name, value in self.take(key, dict, {}).items():
            keys = self.table(f"{key}.{name}", value)
            if not NAME.fullmatch(name):
                raise keys.error("", "is no name: lower-case letters, digits, - and _")
            found.append((name, keys))
        return found

    def rows(self, key: str) -> list[_Keys]:
        return [self.table(f"{key}[{i}]", value) for i, value in enumerate(self.take(key, list, []))]

    def table(self, key: str, value: Any) -> _Keys:
        keys = _Keys(value if isinstance(value, dict) else {}, self._file, ".".join(filter(None, (self._at, key))))
        if not isinstance(value, dict):
            raise keys.error("", "is no table")
        return keys

    def memory(self) -> Memory:
        keys = self.table("memory_mb", self.take("memory_mb", dict))
        memory = Memory(keys.number("gpu"), keys.number("cpu"))
        keys.done()
        return memory

    def done(self) -> None:
        for key in self._values:
            if key not in self._asked:
                raise self.error(key, "is unknown")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"{path.name}: cannot be read ({error})".replace("\n", " ")) from None


def _model(name: str, keys: _Keys) -> Model:
    role = keys.among("role", FORMATS)
    chat = role == "chat"
    model = Model(
        name=name,
        role=role,
        title=keys.take("title", str),
        format=keys.among("format", FORMATS[role]),
        licence=keys.take("licence", str),
        languages=keys.texts("languages"),
        speed=keys.among("speed", SPEEDS),
        memory=keys.memory(),
        sources=tuple(_source(row) for row in keys.rows("sources")),
        files=tuple(_listed(row) for row in keys.rows("files")),
        pattern=_pattern(keys),
        about=keys.number("about", 0),
        optional=tuple(_file_name(keys, "optional", file) for file in keys.texts("optional", [])),
        gated=keys.match("gated", re.compile(r"https://\S+"), optional=True),
        template=keys.match("template", NAME) if chat else "",
        tokenizer=keys.match("tokenizer", NAME, optional=True),
        parameters_b=keys.take("parameters_b", float) if chat else 0.0,
        layers=keys.number("layers") if chat else 0,
        token_bytes=keys.number("token_bytes") if chat else 0,
    )
    keys.done()
    if not model.sources:
        raise keys.error("sources", "is empty")
    if bool(model.files) == bool(model.pattern) or not model.size:
        raise keys.error("files", "give either files or a pattern, with a size")
    return model


def _source(row: _Keys) -> Source:
    source = Source(
        row.match("repository", REPOSITORY),
        row.match("revision", REVISION, optional=True),
        row.match("folder", re.compile(r"[\w.-]+"), optional=True),
    )
    row.done()
    return source


def _listed(row: _Keys) -> Listed:
    file = Listed(
        row.match("name", FILE),
        row.number("size", 0),
        row.match("sha256", SHA256, optional=True),
        row.number("about", 0),
    )
    row.done()
    if bool(file.size) == bool(file.about):
        raise row.error("size", "give either the exact size, or about how many bytes")
    return file


def _pattern(keys: _Keys) -> str:
    pattern: str = keys.take("pattern", str, "")
    try:
        re.compile(pattern)
    except re.error as error:
        raise keys.error("pattern", f"is no regular expression ({error})") from None
    return pattern


def _file_name(keys: _Keys, key: str, name: str) -> str:
    if not FILE.fullmatch(name):
        raise keys.error(key, f"{name!r} is no file that may be downloaded")
    return name


def _profile(name: str, keys: _Keys, file: str) -> Profile:
    models = keys.take("models", dict)
    missing = [role for role in NEEDED if role not in models]
    if missing:
        raise keys.error("models", f"has no {', '.join(missing)}")
    profile = Profile(
        name=name,
        title=keys.take("title", str),
        memory=keys.memory(),
        context=keys.number("context"),
        models={role: str(model) for role, model in models.items()},
        on_gpu=keys.texts("on_gpu"),
        system=keys.take("system", str, ""),
        slow=keys.take("slow", str, ""),
    )
    keys.done()
    return profile


def _check_profile(catalog: Catalog, profile: Profile) -> None:
    at = f"profiles.{profile.name}"
    for role, name in profile.models.items():
        if catalog.model(name).role != role:
            raise CatalogError(f"{at}.models.{role}: {name!r} is a {catalog.model(name).role}")
    taken = catalog.memory(profile)
    for where in ("gpu", "cpu"):
        have, need = getattr(profile.memory, where), getattr(taken, where)
        if need > 0.9 * have:
            raise CatalogError(
                f"{at}.memory_mb.{where}: its models take {need} MB, of which {have} leave no tenth free"
            )
