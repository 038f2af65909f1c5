"""What is installed on this machine, and how more of it gets here; for commands and for the window's engine alike.

All of it lies in one folder, `<data>/models` unless the user moved it; `<data>/library.toml` says where, and which pack
is in use. Whatever takes long is an iterator of Progress; closing it cancels and loses nothing.
"""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.whole import whole
from models.assemble import assemble, linked, parts_of
from models.catalog import Catalog, Model, load_catalog
from models.downloads.errors import DownloadError
from models.downloads.hub import Pin
from models.downloads.intake import Folders, misfit, opened, recognised
from models.downloads.progress import Progress
from models.downloads.shelf import SPARE, Shelf
from models.downloads.tokens import Tokens
from models.downloads.transfer import Patience
from models.downloads.web import Web
from models.pack import MANIFEST, NAME, PackError

SETTINGS = "library.toml"
USUAL = Patience()
COPIED = 1 << 20
SMALL = 1_000_000  # bytes: files that several models may have, and whose size says little


@dataclass(frozen=True)
class Installed:
    """A pack on this machine; `title` and `languages` as its manifest has them, `problem` if it cannot be read."""

    name: str
    folder: Path
    title: str
    languages: tuple[str, ...]
    size: int
    problem: str = ""


@dataclass(frozen=True)
class Kept:
    """A model on this machine; `missing` bytes are still to come."""

    model: str
    pin: Pin
    missing: int


class Library:
    """The models and packs of one user; `voices` are folders that each assembled pack begins with."""

    def __init__(
        self,
        data: Path,
        *,
        catalog: Catalog | None = None,
        voices: Mapping[str, Path] | None = None,
        spare: int = SPARE,
    ) -> None:
        self.catalog = catalog or load_catalog()
        self.tokens = Tokens(data)
        self._data, self._voices, self._spare = data, dict(voices or {}), spare

    @property
    def folder(self) -> Path:
        """Where models and packs are."""
        return Path(self._settings().get("folder") or self._data / "models")

    @property
    def shelf(self) -> Shelf:
        """The downloaded models."""
        return Shelf(self.folder, spare=self._spare)

    @property
    def used(self) -> str:
        """Return the name of the pack in use; empty for the one that Sotto comes with."""
        name = self._settings().get("use", "")
        return name if name and (self.pack(name) / MANIFEST).is_file() else ""

    def use(self, name: str) -> None:
        """Use this pack from now on, or with an empty name the one that Sotto comes with; raises PackError."""
        if name:
            self._present(name)
        self._note(use=name)

    def pack(self, name: str) -> Path:
        """Return a pack's folder."""
        return self.shelf.packs / name

    def installed(self) -> list[Installed]:
        """Return what packs there are; their files are not read."""
        folders = sorted(path for path in self.shelf.packs.glob("*") if path.is_dir() and NAME.fullmatch(path.name))
        return [_installed(folder) for folder in folders]

    def kept(self) -> list[Kept]:
        """Return what models there are, whole or in part."""
        names = sorted(folder.name for folder in (self.folder / "models").glob("*"))
        pins = [(name, pin) for name in names if (pin := self.shelf.pin(name)) is not None]
        return [Kept(name, pin, self.shelf.missing(name)) for name, pin in pins]

    def parts(self, profile: str, changes: Mapping[str, str]) -> dict[str, Model]:
        """Return a profile's models by role, some changed by name; raises CatalogError."""
        return parts_of(self.catalog, self.catalog.profile(profile), changes)

    def to_fetch(self, parts: Mapping[str, Model]) -> int:
        """Return how many bytes are still to come, as far as is known before asking."""
        left = 0
        for model in parts.values():
            missing = self.shelf.missing(model.name)
            left += model.size if missing < 0 else missing
        return left

    def get(
        self, profile: str, web: Web, changes: Mapping[str, str] | None = None, patience: Patience = USUAL
    ) -> Iterator[Progress]:
        """Fetch a profile's models and assemble its pack, named as the profile; what is there is not fetched again."""
        parts = self.parts(profile, changes or {})
        yield from self.shelf.download(list(parts.values()), web, patience)
        yield from self.put_together(profile, parts)

    def fetch(self, name: str, web: Web, patience: Patience = USUAL) -> Iterator[Progress]:
        """Fetch one model of the catalogue, for no pack; raises CatalogError and DownloadError."""
        yield from self.shelf.download([self.catalog.model(name)], web, patience)

    def put_together(self, profile: str, parts: Mapping[str, Model]) -> Iterator[Progress]:
        """Assemble a pack from models that are all there; raises DownloadError for one that is not."""
        lacking = [model.title for model in parts.values() if not self.shelf.has(model.name)]
        if lacking:
            advice = "get them first, or import them"
            raise DownloadError("missing", f"these models are not there: {', '.join(lacking)}", self.folder, advice)
        title = f"{self.catalog.profile(profile).title}: {parts['chat'].title}, {parts['voice'].title}"
        yield from assemble(self.shelf, profile, title, parts, self._voices)

    def take(self, source: Path) -> Generator[Progress, None, list[str]]:
        """Take what models a folder or archive has; the generator's value is their names. Raises DownloadError.

        A file that is damaged is told once all others are taken.
        """
        taken: list[str] = []
        damaged = other = None
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = tempfile.TemporaryDirectory(prefix=".import-", dir=self.folder)
        with beside as work, opened(source, Path(work)) as (folders, steps):
            yield from steps
            for model, files in self._alike(folders):
                if misfits := misfit(model, files):
                    other = other or misfits
                    continue
                try:
                    if model.name not in taken:
                        pin = yield from recognised(model, files)
                        yield from self.shelf.take(model, pin, files)
                        taken.append(model.name)
                except DownloadError as error:
                    damaged = damaged or error
                for listed in model.files:
                    if listed.expected >= SMALL:
                        del files[listed.name]  # it is no other model's
        if damaged:
            raise damaged
        if not taken:
            advice = "see `sotto packs catalog` for the files that each needs"
            raise other or DownloadError("missing", "no model of the catalogue is in it", source, advice)
        return taken

    def remove(self, name: str) -> None:
        """Delete a pack, and the models that only it had; raises PackError for one that is not there."""
        folder = self._present(name)
        its = {path.stat().st_ino for path in folder.rglob("*") if path.is_file()}
        shutil.rmtree(folder)
        if self._settings().get("use") == name:
            self._note(use="")
        for kept in self.kept():
            files = [self.shelf.place(kept.model) / file.name for file in kept.pin.files]
            found = [path.stat() for path in files if path.is_file()]
            if any(each.st_ino in its for each in found) and all(each.st_nlink == 1 for each in found):
                self.shelf.remove(kept.model)

    def move(self, folder: Path) -> Iterator[Progress]:
        """Move everything to another folder; the old one is deleted only when all is there. Raises DownloadError."""
        old = self.folder.absolute()
        new = folder.absolute()
        if new == old or new.is_relative_to(old) or (new.exists() and any(new.iterdir())):
            raise DownloadError("setting", "models cannot be moved there", new, "choose an empty folder elsewhere")
        if old.exists():
            yield from self._carried(old, new)
        self._note(folder=str(new))
        shutil.rmtree(old, ignore_errors=True)

    def _carried(self, old: Path, new: Path) -> Iterator[Progress]:
        new.parent.mkdir(parents=True, exist_ok=True)
        try:
            old.rename(new)  # onto an empty folder, too
            yield Progress("importing", str(new), 1, 1)
            return
        except OSError:  # another disk
            pass
        files = {path: path.stat() for path in sorted(old.rglob("*")) if path.is_file()}
        total, done = sum({each.st_ino: each.st_size for each in files.values()}.values()), 0
        if total > shutil.disk_usage(new.parent).free:
            raise DownloadError("disk", f"{total / 1e9:.1f} GB do not fit", new, "choose another folder")
        copies: dict[int, Path] = {}  # a pack's files are its models' own, and so they stay
        try:
            for path, stat in files.items():
                target = new / path.relative_to(old)
                target.parent.mkdir(parents=True, exist_ok=True)
                if (first := copies.setdefault(stat.st_ino, target)) is not target:
                    linked(first, target)
                    continue
                with path.open("rb") as source, target.open("wb") as copy:
                    while block := source.read(COPIED):
                        copy.write(block)
                        done += len(block)
                        yield Progress("importing", path.name, min(done, total), total)
        except BaseException:  # also where it is cancelled: all stays where it was
            for each in new.glob("*"):
                shutil.rmtree(each, ignore_errors=True)
            raise

    def _alike(self, folders: Folders) -> Iterator[tuple[Model, dict[str, Path]]]:
        """Yield models that the files of a folder may be, by their sizes; first those that hashes can tell from others.

        A file may be taken out of its folder meanwhile.
        """
        models = sorted(self.catalog.models.values(), key=lambda model: not any(file.sha256 for file in model.files))
        for files in folders.values():
            for model in models:
                if model.files and all(_near(files.get(listed.name), listed.expected) for listed in model.files):
                    yield model, files

    def _present(self, name: str) -> Path:
        if not NAME.fullmatch(name) or not (self.pack(name) / MANIFEST).is_file():
            known = ", ".join(each.name for each in self.installed()) or "none"
            raise PackError(f"there is no pack {name!r} in {self.shelf.packs}; there are: {known}")
        return self.pack(name)

    def _settings(self) -> dict[str, str]:
        try:
            values = tomllib.loads((self._data / SETTINGS).read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            return {}
        return {key: value for key, value in values.items() if isinstance(value, str)}

    def _note(self, **values: str) -> None:
        import tomli_w

        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole(self._data / SETTINGS) as part:
            part.write_text(tomli_w.dumps(self._settings() | values), "utf-8")


def _near(path: Path | None, expected: int) -> bool:
    return path is not None and (expected < SMALL or 0.8 * expected <= path.stat().st_size <= 1.25 * expected)


def _installed(folder: Path) -> Installed:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        values = tomllib.loads((folder / MANIFEST).read_text("utf-8"))
        languages = tuple(str(language) for language in values["languages"])
        return Installed(folder.name, folder, str(values["title"]), languages, size)
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Installed(folder.name, folder, folder.name, (), size, f"{folder / MANIFEST}: cannot be read ({error})")
