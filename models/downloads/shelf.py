"""The folder where models are kept: each in a folder of its own, with what it is in `origin.json`.

    <folder>/models/<model>/origin.json     what the hub said when it was pinned
    <folder>/models/<model>/<file>          verified; while it is being fetched, <file>.part
    <folder>/packs/<pack>/                  assembled from them by hard links, or by copies where links cannot be

Everything in it is relative, so it can be moved as a whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

from core.whole import whole
from models.catalog import Model
from models.downloads.errors import DownloadError
from models.downloads.hub import Pin, PinnedFile, cached, pinned
from models.downloads.progress import Progress
from models.downloads.transfer import Patience, Wanted, fetch, part_of, verified
from models.downloads.web import Web

ORIGIN = "origin.json"
SPARE = 1_000_000_000  # bytes that stay free, and a tenth of what is fetched
COPIED = 1 << 20
USUAL = Patience()


class Shelf:
    """The models under one folder."""

    def __init__(self, folder: Path, *, spare: int = SPARE) -> None:
        self.folder, self._spare = folder, spare

    @property
    def packs(self) -> Path:
        """Where packs are assembled."""
        return self.folder / "packs"

    def place(self, name: str) -> Path:
        """Return a model's folder."""
        return self.folder / "models" / name

    def pin(self, name: str) -> Pin | None:
        """Return what a model was pinned to, if it was."""
        return Pin.read(self.place(name) / ORIGIN)

    def missing(self, name: str) -> int:
        """Return how many bytes of a pinned model are still to come; -1 for one that was never asked for."""
        pin = self.pin(name)
        return -1 if pin is None else sum(self._left(name, file) for file in pin.files)

    def has(self, name: str) -> bool:
        """Tell whether a model is there in full, as far as sizes tell; opening its pack verifies it."""
        return self.missing(name) == 0

    def download(self, models: list[Model], web: Web, patience: Patience = USUAL) -> Iterator[Progress]:
        """Fetch models, one after the other, with progress over all of them; raises DownloadError.

        Space is checked before the first byte. Closing the iterator keeps what there is, for the next time.
        """
        pins: list[Pin] = []
        for model in models:
            pin = yield from self._pinned(model, web, patience)
            pins.append(pin)
        self._check_space(pins)
        total, before = sum(pin.size for pin in pins), 0
        for model, pin in zip(models, pins, strict=True):
            for file in pin.files:
                for step in self._file(model, pin, file, web, patience):
                    done = before + (file.size if step.phase == "verifying" else step.done)
                    yield replace(step, done=min(done, total), total=total)
                before += file.size

    def take(self, model: Model, pin: Pin, found: dict[str, Path]) -> Iterator[Progress]:
        """Copy a model's files from elsewhere on this machine; each is verified first. Raises DownloadError."""
        self._check_space([pin])
        self._write_pin(pin)
        for file in pin.files:
            place = self.place(pin.model) / file.name
            yield from self._copied(file, found[file.name], part_of(place))
            if not (yield from verified(self._as_wanted(file), part_of(place))):
                part_of(place).unlink()
                advice = "copy it again from where it is whole"
                raise DownloadError("wrong", "this is not the file that was promised", found[file.name], advice)
            part_of(place).replace(place)

    def remove(self, name: str) -> None:
        """Delete a model; packs that were assembled from it keep theirs."""
        shutil.rmtree(self.place(name), ignore_errors=True)

    def _pinned(self, model: Model, web: Web, patience: Patience) -> Generator[Progress, None, Pin]:
        if pin := self.pin(model.name):
            return pin
        pin = yield from pinned(model, web, patience)
        self._write_pin(pin)
        return pin

    def _write_pin(self, pin: Pin) -> None:
        place = self.place(pin.model)
        place.mkdir(parents=True, exist_ok=True)
        with whole(place / ORIGIN) as part:
            part.write_text(pin.text(), "utf-8")

    def _file(self, model: Model, pin: Pin, file: PinnedFile, web: Web, patience: Patience) -> Iterator[Progress]:
        place = self.place(model.name) / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        ours = place.exists() or part_of(place).exists()
        if not ours and (known := cached(pin, file)):
            yield from self._copied(file, known, part_of(place))
        yield from fetch(pin.wanted(file, model, web), place, web, patience)

    def _copied(self, file: PinnedFile, source: Path, part: Path) -> Iterator[Progress]:
        part.parent.mkdir(parents=True, exist_ok=True)
        done = 0
        with source.open("rb") as old, part.open("wb") as new:
            while (block := old.read(COPIED)) and done < file.size:
                new.write(block[: file.size - done])
                done = min(done + len(block), file.size)
                yield Progress("importing", file.name, done, file.size)

    def _left(self, name: str, file: PinnedFile) -> int:
        place = self.place(name) / file.name
        for path in (place, part_of(place)):
            if path.is_file():
                whole_there = path is place and path.stat().st_size == file.size
                return 0 if whole_there else max(1, file.size - path.stat().st_size)
        return max(1, file.size)

    def _check_space(self, pins: list[Pin]) -> None:
        left = sum(self._left(pin.model, file) for pin in pins for file in pin.files)
        self.folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.folder).free
        need = left + left // 10 + self._spare
        if left and need > free:
            what = f"{need / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free"
            raise DownloadError("disk", what, self.folder, "make room, or choose another folder")

    @staticmethod
    def _as_wanted(file: PinnedFile) -> Wanted:
        return Wanted(file.name, (), file.size, file.sha256, file.git_sha1)
