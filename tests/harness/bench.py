"""An engine link under trial, with engines that fail on demand: what it told and when, and what must be kept."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Condition

from app.compose import ASSETS, POCKET
from app.engine.link import EngineLink
from core import commands as ask
from core import news as tell
from core.settings import NO_DEVICE, AudioSettings, FloorSettings, ModelSettings, Settings
from core.store.archive import Archive, Kept
from core.store.home import Store
from tests.harness import faults

SETTINGS = Settings(
    floor=FloorSettings(captions="off"),  # else a fault of the recogniser may strike a caption, which nobody misses
    audio=AudioSettings(NO_DEVICE, NO_DEVICE),
    models=ModelSettings(pack=str(POCKET), threads=1),
)
DEMO = tuple(sorted((ASSETS / "demo").glob("*.wav")))
PATIENCE_S = 90.0  # for anything at all
Such = Callable[[tell.News], bool]


class Late(AssertionError):
    """Something did not happen."""


class Bench:
    """A link, all that it told with the time at which it did, and the fault that is to strike its engine process."""

    def __init__(self, folder: Path, settings: Settings = SETTINGS) -> None:
        self.folder = folder
        self.told: list[tuple[float, tell.News]] = []
        self.kept: dict[int, int] = {}  # acknowledged: row, hash of what was said by whom: a soak has thousands
        self._dropouts: list[int] = [0, 0]  # of the audio processes before, and of the one that serves
        self.dropped: list[float] = []  # when that became more
        self._changed = Condition()
        os.environ[faults.FOLDER] = str(folder)
        self.link = EngineLink(ask.Setup(settings, folder / "data"), self._tell, folder / "logs", faults.run)

    def _tell(self, news: tell.News) -> None:
        with self._changed:
            if isinstance(news, tell.Levels):  # ten a second
                self._count(news)
                return
            self.told.append((time.monotonic(), news))
            if isinstance(news, tell.TurnKept) and news.seen.done:
                self.kept[news.seen.row] = hash((news.seen.user, news.seen.reply))
            elif isinstance(news, tell.TurnsDeleted):
                for row in news.rows:
                    self.kept.pop(row, None)
            self._changed.notify_all()

    def _count(self, levels: tell.Levels) -> None:
        now = levels.late + levels.missed + levels.gaps
        if now < self._dropouts[1]:
            self._dropouts[0] += self._dropouts[1]
        elif now > self._dropouts[1]:
            self.dropped.append(time.monotonic())
        self._dropouts[1] = now

    @property
    def dropouts(self) -> int:
        """How often sound was lost on its way to or from the sound card."""
        return sum(self._dropouts)

    def harvest(self) -> list[tuple[float, tell.News]]:
        """Return all that was told, and remember none of it."""
        with self._changed:
            told, self.told = self.told, []
            return told

    def first(self, since: int, such: Such, within: float = PATIENCE_S, after: float = 0) -> tuple[float, tell.News]:
        """Return the first news from number `since` on that is such, told after then, and when; raises Late."""
        until, at = time.monotonic() + within, since
        with self._changed:
            while True:
                for when, news in self.told[at:]:
                    if when >= after and such(news):
                        return when, news
                at = len(self.told)
                if time.monotonic() > until or not self._changed.wait(max(until - time.monotonic(), 0.001)):
                    names = [
                        getattr(news, "phase", type(getattr(news, "what", news)).__name__)
                        for _, news in self.told[since:]
                    ]
                    raise Late(f"not within {within:g} s; told was {[n for n in names if n != 'Levels'][-40:]}")

    def order(self, part: str, kind: str, after: int = 0) -> None:
        """Have a part fail when it is used next."""
        (self.folder / "struck").unlink(missing_ok=True)
        (self.folder / "new").write_text(f"{part} {kind} {after}")
        (self.folder / "new").rename(self.folder / "fault")

    def struck(self, within: float = PATIENCE_S) -> float:
        """Return when the fault that was ordered struck."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            try:
                return float((self.folder / "struck").read_text())
            except (OSError, ValueError):
                time.sleep(0.005)
        raise Late("the fault did not strike")

    def say(self, recording: Path) -> None:
        """Speak."""
        (self.folder / "new").write_text(str(recording))
        (self.folder / "new").rename(self.folder / "say")

    def heard(self, count: int, within: float = PATIENCE_S) -> None:
        """Return when so many frames of what was said last were heard; raises Late."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            with suppress(OSError, ValueError):
                if not (self.folder / "say").exists() and int((self.folder / "heard").read_text().split()[0]) >= count:
                    return
            time.sleep(0.01)
        raise Late("nothing was heard")

    def write(self, text: str) -> int:
        """Type something; return from which news on its answer is to be looked for."""
        since = len(self.told)
        self.link.ask(ask.Write(text))
        return since

    def answer(self, since: int, text: str | None = None) -> tuple[float, tell.TurnSeen]:
        """Return a turn that became whole, and when; with these words of the user's, or any that were spoken."""

        def such(news: tell.News) -> bool:
            if not isinstance(news, tell.TurnKept) or not news.seen.done:
                return False
            return not news.seen.typed if text is None else news.seen.user == text

        when, news = self.first(since, such)
        assert isinstance(news, tell.TurnKept)
        return when, news.seen

    def check(self) -> int:
        """Return how many turns were acknowledged, all of which are there as they were; raises AssertionError."""
        with Store.reading(self.folder / "data") as store:
            assert store.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            there = {turn.row: hash((turn.record.user, turn.record.reply)) for turn in kept(Archive(store.db))}
        lost = [row for row, words in self.kept.items() if there.get(row) != words]
        assert not lost, f"turns lost or changed: {lost}"
        return len(self.kept)


def kept(archive: Archive) -> list[Kept]:
    """Return all turns of all conversations."""
    return [turn for title in archive.titles() for turn in archive.turns(title.number)]


@contextmanager
def bench(settings: Settings = SETTINGS) -> Iterator[Bench]:
    """Give a link whose engine is ready, hears, and has answered once."""
    with TemporaryDirectory(prefix="sotto-bench-") as folder:
        made = Bench(Path(folder), settings)
        made.link.start()
        try:
            made.first(0, lambda news: isinstance(news, tell.Ready))
            made.link.ask(ask.Talk())
            made.answer(made.write("hello there"), "hello there")
            yield made
        finally:
            made.link.close()


def children(pid: int) -> list[int]:
    """Return the processes of ours that a process has started, the oldest first."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has just ended
            found += map(int, task.read_text().split())
    return sorted(each for each in found if b"resource_tracker" not in _line(each))


def below(pid: int) -> list[int]:
    """Return all processes of ours below one."""
    own = children(pid)
    return [*own, *(each for child in own for each in below(child))]


def _line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b"resource_tracker"
