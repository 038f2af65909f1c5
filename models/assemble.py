"""Downloaded models become a pack: hard links where the disk has them, a manifest, and a voice to begin with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from models.catalog import Catalog, Model, Profile
from models.downloads.progress import Progress
from models.downloads.shelf import Shelf
from models.pack import Pack, RoleSource, write_manifest

FOLDERS = {"transcriber": "whisper", "chat": "chat", "voice": "csm", "codec": "mimi", "turn": "turn"}
UNFINISHED = ".assembling"


def parts_of(catalog: Catalog, profile: Profile, changes: Mapping[str, str]) -> dict[str, Model]:
    """Return a profile's models by role, some of them changed by name; raises CatalogError."""
    parts = {role: catalog.model(changes.get(role, name)) for role, name in profile.models.items()}
    if tokenizer := parts["voice"].tokenizer:
        parts["tokenizer"] = catalog.model(tokenizer)
    return parts


def assemble(
    shelf: Shelf, name: str, title: str, parts: Mapping[str, Model], voices: Mapping[str, Path]
) -> Iterator[Progress]:
    """Put a pack together in `shelf.packs / name`; an older one of that name is replaced at the end.

    `voices` are folders to copy, by name; the first is the default. Raises PackError for what cannot be a pack.
    """
    place, work = shelf.packs / name, shelf.packs / f"{UNFINISHED}-{name}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    total, done = sum(model.size for model in parts.values()), 0
    for role, model in parts.items():
        folder = work / FOLDERS["voice" if role == "tokenizer" else role]
        pin = shelf.pin(model.name)
        for file in pin.files if pin else ():
            yield Progress("assembling", file.name, min(done, total), total)
            linked(shelf.place(model.name) / file.name, folder / file.name)
            done += file.size
    for voice, source in voices.items():
        shutil.copytree(source, work / "voices" / voice)
    yield Progress("assembling", name, total, total, note="verifying")
    write(work, name, title, parts, tuple(voices))
    _replaced(work, place)


def write(work: Path, name: str, title: str, parts: Mapping[str, Model], voices: tuple[str, ...]) -> Pack:
    """Write the manifest of a pack whose files are in place."""
    return write_manifest(
        work,
        name=name,
        title=title,
        languages=tuple(language for language in parts["voice"].languages if language != "*") or ("en",),
        roles={
            role: RoleSource(model.format, model.licence, FOLDERS[role], model.template, _understood(role, model))
            for role, model in parts.items()
            if role != "tokenizer"
        },
        voices={voice: f"voices/{voice}" for voice in voices},
        default_voice=voices[0] if voices else "",
    )


def _understood(role: str, model: Model) -> tuple[str, ...]:
    return model.languages if role == "transcriber" else ()


def linked(source: Path, place: Path) -> None:
    """Have a file in another place, too, by a hard link where the disk has them."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, place)
    except OSError:  # another disk, or a file system without links
        shutil.copyfile(source, place)


def _replaced(work: Path, place: Path) -> None:
    aside = work.with_name(f"{work.name}-old")
    shutil.rmtree(aside, ignore_errors=True)
    if place.exists():
        place.rename(aside)
    work.rename(place)
    shutil.rmtree(aside, ignore_errors=True)
