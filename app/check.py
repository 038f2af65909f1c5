"""`sotto check`: one page about this installation, each line well or with what to do about it; it changes nothing.

The timings are kept beside the conversations, so that the next check can say what became slower.
"""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Literal

from app import settings_file
from app.checks import OutputFolder, Problem
from app.diagnosis import RUNTIMES, homeless, version
from app.folders import data_folder, log_folder
from app.folders import settings_file as path_of_settings
from core.settings import Settings
from core.store.backups import FOLDER as BACKUPS
from core.store.home import DATABASE
from core.whole import whole

MISSING = "is missing"
SLOWER = 1.5  # times the last check, from which on it is worth a line
TIMES = "check.json"
NAMES = {"load_s": "models loaded", "word_ms": "first word of a reply", "sound_ms": "first sound of a reply"}
LOG_LINES = 200  # of each log in a report; they hold no words
REINSTALL = "install Sotto again"


@dataclass(frozen=True)
class Line:
    """One line of the page: what was looked at, what was seen, and what to do, if something is to be done."""

    part: str
    seen: str
    mend: str = ""
    private: bool = False  # is no part of a report

    @property
    def state(self) -> Literal["ok", "problem"]:
        """Whether all is well."""
        return "problem" if self.mend else "ok"

    def text(self) -> str:
        """Return it for people."""
        return f"{self.state:8} {self.part:10} {self.seen}" + (f"; {self.mend}" if self.mend else "")


def run(asked: argparse.Namespace) -> int:
    """Look at everything; 0 if all is well, else 1."""
    if asked.what == "audio":
        from app.check_audio import run as check_audio

        return check_audio(asked)
    if asked.report:
        OutputFolder.checked(asked.report.absolute().parent)
    lines: list[Line] = []
    for line in page(data_folder(asked.data), asked.speed):
        lines.append(line)
        if not asked.json:
            print(line.text(), flush=True)
    if asked.json:
        print(json.dumps([asdict(line) | {"state": line.state} for line in lines], ensure_ascii=False))
    if asked.report:
        asked.report.write_text(report(lines, log_folder()), "utf-8")
        if not asked.json:
            print(f"The report is {asked.report}: it holds no word of a conversation, and no name of a device.")
    return int(any(line.mend for line in lines))


def page(data: Path, speed: Literal["measure", "leave"]) -> Iterator[Line]:
    """Yield every line, the slow ones last."""
    yield Line("sotto", f"{metadata.version('sotto')}, Python {platform.python_version()}, {platform.platform()}")
    for name in RUNTIMES:
        found = version(name)
        yield Line("runtime", f"{name} {found}", REINSTALL if found == MISSING else "")
    settings, complaints = settings_file.read(path_of_settings(), Settings())
    yield Line("settings", homeless(path_of_settings()))
    for complaint in complaints:
        yield Line("settings", homeless(complaint), "change it there; the default is used until then", private=True)
    yield from _sound(settings)
    yield from _packs(data)
    yield from _store(data)
    if speed == "measure":
        yield from _speed(data, settings)


def _sound(settings: Settings) -> Iterator[Line]:
    from core.audio.scouting import look

    sight = look(settings.audio)
    if sight is None:
        yield Line("sound", "the sound does not answer", "restart the computer's sound server")
        return
    for side, name in (("microphone", sight.microphone), ("loudspeaker", sight.loudspeaker)):
        wanted = getattr(settings.audio, side)
        if name is None:
            yield Line(side, "there is none", "plug one in; typing works without")
        elif wanted and wanted != name:
            yield Line(side, f"{name} stands in for {wanted}", "plug that in, or choose another", private=True)
        else:
            yield Line(side, name, private=True)


def _packs(data: Path) -> Iterator[Line]:
    from app.compose import POCKET
    from models.library import Library
    from models.pack import PackError, open_pack

    library = Library(data)
    folders = {"pocket": POCKET} | {each.name: library.pack(each.name) for each in library.installed()}
    for name, folder in folders.items():
        used = ", in use" if name == (library.used or "pocket") else ""
        try:
            open_pack(folder)
        except PackError as error:
            yield Line("pack", homeless(error), f"`sotto packs get {name}`" if name != "pocket" else REINSTALL)
        else:
            yield Line("pack", f"{name}: every file is as it should be{used}")


def _store(data: Path) -> Iterator[Line]:
    from core.store.archive import Archive
    from core.store.home import Store
    from core.store.sqlite import StoreError

    path = data / DATABASE
    if not path.exists():
        yield Line("store", f"nothing is kept yet in {homeless(data)}")
        return
    try:
        with Store.reading(data) as store:
            found = [str(row[0]) for row in store.db.execute("PRAGMA integrity_check(3)")]
            archive = Archive(store.db)
            titles = archive.titles()
            found += [f"turn {row}" for title in titles for row in archive.illegible(title.number)]
            warning = store.warning
    except (StoreError, sqlite3.Error) as error:
        yield Line("store", homeless(error), "`sotto history repair`")
        return
    size = path.stat().st_size / 1e6
    sound = found == ["ok"]
    seen = f"{len(titles)} conversations, {size:.1f} MB, {'whole' if sound else 'damaged'}"
    yield Line("store", seen, "" if sound else "`sotto history repair`")
    if warning:
        yield Line("store", homeless(warning), "use the newer Sotto")
    newest = max(data.glob(f"{BACKUPS}/*.db"), default=None, key=lambda copy: copy.stat().st_mtime)
    if newest is not None:
        yield Line("backup", newest.name, "" if _whole(newest) else "it is damaged: `sotto history backup`")


def _whole(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            return str(copy.execute("PRAGMA quick_check(1)").fetchone()[0]) == "ok"
    except sqlite3.Error:
        return False


def _speed(data: Path, settings: Settings) -> Iterator[Line]:
    """Have one sentence spoken by the engine process, without a sound card, and compare."""
    try:
        now = measured(data, settings)
    except Problem as problem:
        yield Line("speed", str(problem), "`sotto --selftest` says more")
        return
    file = data / TIMES
    before = _before(file)
    for name, value in now.items():
        unit = name.rpartition("_")[2]
        old = before.get(name)
        slower = old is not None and value > SLOWER * old
        seen = f"{NAMES[name]} after {value:.3g} {unit}" + (f", {old:.3g} {unit} last time" if old else "")
        yield Line("speed", seen, "slower than last time: is the computer busy, or on battery?" if slower else "")
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with whole(file) as part:
        part.write_text(json.dumps(now), "utf-8")


def _before(file: Path) -> Mapping[str, float]:
    try:
        found = json.loads(file.read_text("utf-8"))
        return {name: float(value) for name, value in found.items() if name in NAMES}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def measured(data: Path, settings: Settings) -> dict[str, float]:
    """Return how long it took; nothing of it is kept. Raises Problem."""
    from app.compose import pack_folder
    from app.selftest import timed
    from core.settings import NO_DEVICE, AudioSettings

    models = replace(settings.models, pack=settings.models.pack or str(pack_folder(None, data)))
    quiet = replace(settings, audio=AudioSettings(NO_DEVICE, NO_DEVICE), models=models)
    with tempfile.TemporaryDirectory(prefix="sotto-check-") as folder:
        ready, times = timed(Path(folder), quiet)
    found = {"load_s": ready, "word_ms": times.thought, "sound_ms": times.spoke}
    return {name: round(value, 3) for name, value in found.items() if value is not None}


def report(lines: list[Line], logs: Path) -> str:
    """Return what may be sent to others: no device's name, no home folder, and logs, which hold no words."""
    told = [line.text() for line in lines if not line.private]
    hidden = sum(line.private for line in lines)
    told.append(f"({hidden} lines with names of your own are left out)")
    for path in sorted(logs.glob("*.log")):
        told += ["", path.name, _tail(path)]
    return homeless("\n".join(told)) + "\n"


def _tail(path: Path) -> str:
    try:
        return "\n".join(path.read_text("utf-8", "replace").splitlines()[-LOG_LINES:])
    except OSError:
        return "cannot be read"
