"""A conversation that is kept while it is held, or not, as the user asked."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata

from app import settings_file
from app.checks import Problem
from app.compose import Choice
from app.folders import data_folder as data_folder
from app.folders import settings_file as path_of_settings
from core.memory import Exchange, Notes
from core.ports import Microphone
from core.records import Listener
from core.settings import Settings
from core.store.archive import Archive
from core.store.entries import Heading
from core.store.home import Store
from core.store.scribe import Scribe
from core.store.sqlite import StoreError
from models.pack import Pack

REMEMBERED = 400  # turns that a companion is given of a long conversation; more than any model can hold
NEWEST = 0  # `--continue` without a number


@dataclass(frozen=True)
class Sitting:
    """What a companion needs so that its conversation is kept, or goes on."""

    history: tuple[Exchange, ...]
    notes: Notes | None
    hear: Callable[[Microphone], Microphone]
    listen: Listener


@contextmanager
def sitting(asked: argparse.Namespace, choice: Choice, say: Callable[[str], None]) -> Iterator[Sitting]:
    """Keep what is said within, if asked to; tell of the conversation's number, or of what went wrong."""
    if not asked.keep and asked.goes_on is None:
        yield Sitting((), None, lambda microphone: microphone, lambda _: None)
        return
    about = {
        "sotto": metadata.version("sotto"),
        "pack": choice.pack.name,
        "voice": choice.voice,
        "codec": codec(choice.pack),
        "seed": asked.seed,
        "patience": getattr(asked, "patience", "normal"),
        "pace": getattr(asked, "pace", "fast"),
    }
    with Store.writing(data_folder(asked.data)) as store:
        if store.warning:
            say(f"sotto: {store.warning}")
        number, history = continued(store, asked.goes_on, about["codec"])
        scribe = Scribe(store, Heading(about, number), trouble=told)
        memory = settings_file.read(path_of_settings(), Settings())[0].memory
        notes = Archive(store.db).notes(number, REMEMBERED) if memory.notes == "on" else None
        with scribe:
            yield Sitting(tuple(history), notes, scribe.overhearing, scribe.listen)
        if scribe.conversation is not None:
            say(f"Kept as conversation {scribe.conversation}; see `sotto history`.")


def continued(store: Store, asked: int | None, codec: str) -> tuple[int | None, list[Exchange]]:
    """Return the number and the history of the conversation to go on with; raises Problem."""
    if asked is None:
        return None, []
    archive = Archive(store.db)
    titles = archive.titles()
    number = titles[-1].number if titles and asked == NEWEST else asked
    if number not in [title.number for title in titles]:
        what = "there is no conversation to continue" if asked == NEWEST else f"there is no conversation {asked}"
        raise Problem(what, store.folder, "see `sotto history list`")
    return number, archive.history(number, codec, REMEMBERED)


def codec(pack: Pack) -> str:
    """Return what tells a pack's codec from any other: codes are good for one codec only."""
    names = [f"{file.name} {file.sha256}" for file in pack.codec.files]
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()[:16]


def told(trouble: StoreError) -> None:
    """Tell of trouble with keeping, at once; the conversation goes on."""
    print(f"sotto: {trouble}", file=sys.stderr, flush=True)
