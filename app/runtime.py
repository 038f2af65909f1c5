"""PyTorch for the graphics card, which does not come with Sotto: fetched, tried in a child, and used only then.

It lies in the data folder as `runtime/NAME`, whole or not at all, and goes before Sotto's own PyTorch in the engine
process. `runtime/use.json` names it and the cards and drivers that it was tried on; with any others it is tried again.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from app import hardware
from app.checks import Problem
from core.whole import whole
from models.downloads import Patience, Progress, Wanted, Web, fetch

OWN = Path(__file__).resolve().parents[1] / "assets" / "app" / "graphics.toml"
UNPACKED = 1.6  # how many times as large as the wheels; both lie there for a moment
PIECE = 1 << 22
Say = Callable[[str], None]
Trial = Callable[[Path], str]


@dataclass(frozen=True)
class Runtime:
    """A set of wheels that belong together, for one system and one Python."""

    torch: str
    system: str
    python: str
    terms: str
    wheels: tuple[Wanted, ...]

    @property
    def name(self) -> str:
        """Its folder's name, another one for any other set of files."""
        digest = hashlib.sha256("".join(wheel.sha256 for wheel in self.wheels).encode()).hexdigest()
        return f"torch-{self.torch}-{digest[:12]}"

    @property
    def size(self) -> int:
        """Bytes to fetch."""
        return sum(wheel.size for wheel in self.wheels)

    @property
    def fits(self) -> bool:
        """Whether it is for this system and this Python."""
        return (self.system, self.python) == (here(), f"cp{sys.version_info.major}{sys.version_info.minor}")


def here() -> str:
    """Return this system as the list has it."""
    return f"{platform.system().lower()}-{platform.machine()}"


def listed(file: Path = OWN) -> Runtime:
    """Return the set that goes with this Sotto."""
    told = tomllib.loads(file.read_text("utf-8"))
    wheels = tuple(
        Wanted(unquote(each["url"].rsplit("/", 1)[-1]), (each["url"],), each["size"], each["sha256"])
        for each in told["wheel"]
    )
    return Runtime(told["torch"], told["system"], told["python"], told["terms"], wheels)


def home(data: Path) -> Path:
    """Return where runtimes are in a data folder."""
    return data / "runtime"


def installed(runtime: Runtime, data: Path) -> bool:
    """Whether it is there, whole."""
    return (home(data) / runtime.name).is_dir()


def install(runtime: Runtime, data: Path, web: Web, patience: Patience = Patience()) -> Iterator[Progress]:  # noqa: B008
    """Fetch every wheel, verify it, and unpack them all; it can be broken off and gone on with at any point."""
    place = home(data)
    wheels, part = place / "wheels", place / f"{runtime.name}.part"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = sum(file.stat().st_size for file in wheels.glob("*")) if wheels.exists() else 0
    missing = round(runtime.size * (1 + UNPACKED)) - there - shutil.disk_usage(place).free
    if missing > 0:
        raise Problem(f"{missing / 1e9:.1f} GB of disk are missing for the graphics card's runtime", place, "make room")
    for wheel in runtime.wheels:
        yield from fetch(wheel, wheels / wheel.name, web, patience)
    shutil.rmtree(part, ignore_errors=True)
    for wheel in runtime.wheels:
        yield from unpacked(wheels / wheel.name, part)
    part.replace(place / runtime.name)
    shutil.rmtree(wheels)


def unpacked(wheel: Path, folder: Path) -> Iterator[Progress]:
    """Unpack a wheel, nothing of it outside of the folder."""
    with zipfile.ZipFile(wheel) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        total, done = sum(entry.file_size for entry in entries), 0
        for entry in entries:
            target = folder / entry.filename
            if not target.resolve().is_relative_to(folder.resolve()):
                raise Problem("a file of the graphics card's runtime leads out of its folder", entry.filename, "stop")
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source, target.open("wb") as file:
                while block := source.read(PIECE):
                    file.write(block)
                    done += len(block)
                    yield Progress("importing", wheel.name, done, total)
            if target.parent.name == "bin":
                target.chmod(0o755)


def remove(data: Path) -> int:
    """Delete it and all that was fetched for it; return the bytes that are free again."""
    place = home(data)
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file() and not file.is_symlink())
    shutil.rmtree(place, ignore_errors=True)
    return size


# Whether it works, and whether it is used.


def tried(folder: Path) -> str:
    """Have a child load it and speak on the card; return what went wrong, or nothing."""
    return hardware.trial("torch", "cuda", hardware.LIMIT_S, partial(_run, str(folder)))


def _run(folder: str, name: str, device: str) -> None:
    sys.path.insert(0, folder)
    hardware.run(name, device)


def proved(runtime: Runtime, data: Path, cards: Sequence[str], say: Say, trial: Trial = tried) -> bool:
    """Try a runtime, and use it on these cards from now on if it works; tell how that went."""
    say("The graphics card's runtime is tried out in a process of its own: this takes up to a minute.")
    fault = trial(home(data) / runtime.name)
    try:
        (home(data) / "use.json").unlink(missing_ok=True)
        with whole(home(data) / "use.json") as part:
            part.write_text(json.dumps({"name": runtime.name, "cards": list(cards), "fault": fault}), "utf-8")
    except OSError as error:  # then it is tried again
        if not fault:
            say(f"The graphics card's runtime works, but that cannot be written down ({error.strerror or error}).")
            return True
    if fault:
        again = "`sotto graphics get` tries again"
        say(f"The graphics card's runtime does not work here and is not used: {fault}; {again}.")
        return False
    say("The graphics card's runtime works, and is used from the next start on.")
    return True


def _known(data: Path, cards: Sequence[str], runtime: Runtime) -> str | None:
    """Return what went wrong with the runtime on just these cards and drivers, or nothing; None if it was not tried."""
    try:
        told = json.loads((home(data) / "use.json").read_text("utf-8"))
        return str(told.get("fault", "")) if (told["name"], told["cards"]) == (runtime.name, list(cards)) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def used(data: Path, cards: Sequence[str], runtime: Runtime) -> Path | None:
    """Return the folder of the runtime if it was proved on just these cards and drivers; None if not."""
    folder = home(data) / runtime.name
    return folder if _known(data, cards, runtime) == "" and folder.is_dir() else None


def activate(data: Path) -> None:
    """Let this process import the runtime's PyTorch instead of Sotto's own, if it was proved; call it before torch."""
    from app.graphics import names

    runtime = listed()
    if runtime.fits and (folder := used(data, names(), runtime)):
        sys.path.insert(0, str(folder))


def looked_after(data: Path, cards: Sequence[str], say: Say, trial: Trial = tried) -> None:
    """Try what is installed and not proved on these cards yet, as after a change of the driver."""
    runtime = listed()
    if runtime.fits and cards and installed(runtime, data) and _known(data, cards, runtime) is None:
        proved(runtime, data, cards, say, trial)
