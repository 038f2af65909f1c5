"""What the catalogue's TOML files may say. Every fault is one line: file, key, what is wrong.

A model is known by its files, or by a `pattern` where its repository's shards are not known beforehand. A file has an
exact `size` and a `sha256` where these are known; else `about` so many bytes, and the hub's word at the first download
is pinned from then on.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.catalog.keys import NAME, CatalogError, Keys
from models.pack import FORMATS as PACK_FORMATS

FOLDER = Path(__file__).parent
FORMATS: dict[str, tuple[str, ...]] = {
    **PACK_FORMATS,
    "tokenizer": ("tokenizer-json",),
    "recordings": ("wav",),  # of voices that somebody published
    "phones": ("wav2vec2-phones",),  # these two judge speech (`sotto evaluate`), and no pack has them
    "quality": ("dnsmos-p835",),
}
SPEEDS = ("fast", "medium", "slow")
NEEDED = ("transcriber", "chat", "voice", "codec")  # of a profile
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
COMMIT = re.compile(r"[0-9a-f]{40}")
REVISION = re.compile(rf"{COMMIT.pattern}|refs/pr/\d+")  # of no branch, which somebody else may move
SHA256 = re.compile(r"[0-9a-f]{64}")
FILE = re.compile(r"(?!.*\.\.)[\w][\w./-]*\.(json|txt|bin|gguf|safetensors|onnx|wav)")  # nothing that is unpickled


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
class Recording:
    """A voice that somebody published: `file` of a model, what it says word for word, whose voice it is said to be."""

    name: str
    model: str
    file: str
    title: str
    description: str
    transcript: str
    consent: str


@dataclass(frozen=True)
class Catalog:
    """Every model, profile and recorded voice, each by its name, profiles in order of preference."""

    models: Mapping[str, Model] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    recordings: Mapping[str, Recording] = field(default_factory=dict)

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

    def recording(self, name: str) -> Recording:
        """Return a recorded voice; CatalogError for an unknown one."""
        if name not in self.recordings:
            known = ", ".join(self.recordings) or "none"
            raise CatalogError(f"the voice {name!r} is not in the catalogue; known are {known}")
        return self.recordings[name]

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
    recordings: dict[str, Recording] = {}
    for path in sorted(folder.glob("*.toml")):
        top = Keys(_read(path), path.name, "")
        for name, keys in top.tables("models"):
            if name in models:
                raise keys.error("", "is there twice")
            models[name] = _model(name, keys)
        for name, keys in top.tables("profiles"):
            profiles[name] = _profile(name, keys, path.name)
        for name, keys in top.tables("recordings"):
            recordings[name] = _recording(name, keys)
        top.done()
    catalog = Catalog(models, profiles, recordings)
    for profile in profiles.values():
        _check_profile(catalog, profile)
    for recording in recordings.values():
        of = catalog.model(recording.model)
        if of.role != "recordings" or recording.file not in [file.name for file in of.files]:
            raise CatalogError(f"recordings.{recording.name}.file: {recording.file!r} is no recording of {of.name}")
    for model in models.values():
        if model.tokenizer and catalog.model(model.tokenizer).role != "tokenizer":
            raise CatalogError(f"models.{model.name}.tokenizer: {model.tokenizer!r} is no tokenizer")
    return catalog


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"{path.name}: cannot be read ({error})".replace("\n", " ")) from None


def _model(name: str, keys: Keys) -> Model:
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
        memory=_memory(keys),
        sources=tuple(_source(row) for row in keys.rows("sources")),
        files=tuple(_listed(row) for row in keys.rows("files")),
        pattern=_pattern(keys),
        about=keys.number("about", 0),
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


def _source(row: Keys) -> Source:
    source = Source(
        row.match("repository", REPOSITORY),
        row.match("revision", REVISION, optional=True),
        row.match("folder", re.compile(r"[\w.-]+"), optional=True),
    )
    row.done()
    return source


def _listed(row: Keys) -> Listed:
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


def _pattern(keys: Keys) -> str:
    pattern: str = keys.take("pattern", str, "")
    try:
        re.compile(pattern)
    except re.error as error:
        raise keys.error("pattern", f"is no regular expression ({error})") from None
    return pattern


def _memory(keys: Keys) -> Memory:
    inside = keys.table("memory_mb", keys.take("memory_mb", dict))
    memory = Memory(inside.number("gpu"), inside.number("cpu"))
    inside.done()
    return memory


def _profile(name: str, keys: Keys, file: str) -> Profile:
    models = keys.take("models", dict)
    missing = [role for role in NEEDED if role not in models]
    if missing:
        raise keys.error("models", f"has no {', '.join(missing)}")
    profile = Profile(
        name=name,
        title=keys.take("title", str),
        memory=_memory(keys),
        context=keys.number("context"),
        models={role: str(model) for role, model in models.items()},
        on_gpu=keys.texts("on_gpu"),
        system=keys.take("system", str, ""),
        slow=keys.take("slow", str, ""),
    )
    keys.done()
    return profile


def _recording(name: str, keys: Keys) -> Recording:
    texts = [keys.take(key, str) for key in ("model", "file", "title", "description", "transcript", "consent")]
    keys.done()
    return Recording(name, *texts)


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
