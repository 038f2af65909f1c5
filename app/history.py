"""`sotto history`: what was kept, listed, shown, searched, taken out and in, deleted, mended and copied."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from app import export, intake, settings_file
from app.checks import OutputFolder, Problem
from app.folders import settings_file as path_of_settings
from app.keep import transcript
from app.sitting import REMEMBERED, data_folder
from core.memory import messages
from core.settings import OLDEST, Settings
from core.store import backups, removal
from core.store.archive import Archive
from core.store.home import Store
from core.store.repair import repair
from core.store.shelf import Shelf
from core.store.sqlite import plainly

SHOWN = 60  # characters of a conversation's first words in the list


def run(asked: argparse.Namespace) -> int:
    """Do what is asked of what is kept."""
    return ACTS[asked.act](asked, data_folder(asked.data))


def _list(_: argparse.Namespace, folder: Path) -> int:
    with reading(folder) as store, store.plainly():
        for title in Archive(store.db).titles():
            began = datetime.fromisoformat(title.began).astimezone()
            turns = f"{title.turns} turn" + "s" * (title.turns != 1)
            words = title.words if len(title.words) <= SHOWN else f"{title.words[:SHOWN]}…"
            print(f"{title.number:4}  {began:%Y-%m-%d %H:%M}  {turns:>9}  {words or '(not understood)'}")
    return 0


def _show(asked: argparse.Namespace, folder: Path) -> int:
    with reading(folder) as store, store.plainly():
        archive = Archive(store.db)
        archive.sittings(asked.number)
        if asked.prompt:
            _show_prompt(archive, asked.number)
            return 0
        turns = archive.turns(asked.number)
    print(transcript([turn.record for turn in turns]), end="")
    if turns and turns[-1].step != "done":
        print("\n*It was broken off here.*")
    return 0


def _show_prompt(archive: Archive, number: int) -> None:
    """Print what the chat model would read if the conversation went on: settings, facts and summaries as they are."""
    settings, complaints = settings_file.read(path_of_settings(), Settings())
    for complaint in complaints:
        print(f"sotto: {complaint}", file=sys.stderr)
    history, notes = archive.history(number, "", REMEMBERED), archive.notes(number, REMEMBERED)
    for message in messages(settings.persona.system, history, "(your next words)", settings.memory, notes):
        print(f"[{message.role}]\n{message.text}\n")


def _facts(asked: argparse.Namespace, folder: Path) -> int:
    def change(shelf: Shelf) -> None:
        known = [fact.number for fact in shelf.facts()]
        _check_numbers([*asked.forget, *([asked.number] if asked.number is not None else [])], known, "fact")
        if asked.forget:
            shelf.delete_facts(tuple(asked.forget))
        if asked.write is not None:
            shelf.write_fact(asked.write, asked.number)

    with _shelf(asked, folder, change) as shelf:
        for fact in shelf.facts():
            place = shelf.archive.place(fact.row) if fact.row is not None else None
            origin = f"conversation {place[0]}, turn {place[1]}" if place else "you wrote this"
            print(f"{fact.number:4}  {fact.text}  ({origin})")
    return 0


def _summaries(asked: argparse.Namespace, folder: Path) -> int:
    def change(shelf: Shelf) -> None:
        shelf.archive.sittings(asked.conversation)
        known = [summary.number for summary in shelf.summaries(asked.conversation)]
        _check_numbers([*asked.forget, *([asked.number] if asked.number is not None else [])], known, "summary")
        if asked.forget:
            shelf.delete_summaries(tuple(asked.forget))
        if asked.write is not None:
            if asked.number is None:
                raise Problem("it is not clear which summary to change", "on the command line", "give its --number")
            shelf.write_summary(asked.write, asked.number)

    with _shelf(asked, folder, change) as shelf:
        shelf.archive.sittings(asked.conversation)
        for summary in shelf.summaries(asked.conversation):
            print(f"{summary.number:4}  up to turn {shelf.archive.place(summary.row)[1]}: {summary.text}")
    return 0


@contextmanager
def _shelf(asked: argparse.Namespace, folder: Path, change: Callable[[Shelf], None]) -> Iterator[Shelf]:
    """Open what is kept, for writing only if something is to change."""
    if asked.number is not None and asked.write is None:
        raise Problem(
            "it is not clear what to do with it", f"--number {asked.number}", "give --write TEXT, or --forget"
        )
    if not asked.forget and asked.write is None:
        with reading(folder) as store, store.plainly():
            yield Shelf(store.db, folder)
        return
    with Store.writing(folder) as store, plainly(store.path):
        shelf = Shelf(store.db, folder)
        change(shelf)
        yield shelf


def _check_numbers(asked: Sequence[int], known: Sequence[int], what: str) -> None:
    for number in asked:
        if number not in known:
            raise Problem(f"there is no {what} {number}", "in what is kept", "see the list, without options")


def _search(asked: argparse.Namespace, folder: Path) -> int:
    with reading(folder) as store, store.plainly():
        found = Archive(store.db).search(" ".join(asked.words))
    for each in found:
        print(f"{each.conversation:4}  turn {each.number:3}  {' '.join(each.excerpt.split())}")
    return 0


def _export(asked: argparse.Namespace, folder: Path) -> int:
    write, place = export.chosen(asked.file)
    with reading(folder) as store, store.plainly():
        try:
            write(Archive(store.db), asked.number, place, not asked.no_sound)
        except OSError as error:
            what = f"it cannot be written ({(error.strerror or str(error)).lower()})"
            raise Problem(what, place, "make room there, or choose another place") from error
    return 0


def _import(asked: argparse.Namespace, folder: Path) -> int:
    conversation = intake.read(asked.file)
    with Store.writing(folder) as store, plainly(store.path):
        number = intake.keep(store.db, conversation)
    print(f"Kept as conversation {number}.")
    return 0


def _delete(asked: argparse.Namespace, folder: Path) -> int:
    if bool(asked.numbers) == (asked.older_than is not None):
        raise Problem("it is not clear what to delete", "on the command line", "give numbers, or --older-than DAYS")
    if asked.older_than is not None and not 1 <= asked.older_than <= OLDEST:
        raise Problem("these days cannot be used", f"--older-than {asked.older_than}", f"give 1 to {OLDEST}")
    reading(folder).close()  # where nothing is kept, nothing is to be made
    with Store.writing(folder) as store, plainly(store.path):
        archive = Archive(store.db)
        numbers = asked.numbers or removal.older_than(store.db, asked.older_than)
        for number in numbers:
            archive.sittings(number)
        removal.delete(store.db, folder, numbers)
    print(f"Deleted {', '.join(map(str, numbers)) or 'nothing'}.")
    return 0


def _repair(_: argparse.Namespace, folder: Path) -> int:
    done = repair(folder)
    if done.aside is None:
        print("Nothing is damaged.")
        return 0
    print(f"The damaged file is kept as {done.aside}.")
    print(f"In its place is the copy {done.copy}." if done.copy else "There was no copy to take its place.")
    print(f"Read from the damaged file: {', '.join(map(str, done.read)) or 'nothing'}.")
    if done.unread:
        print(f"Could not be read there: {', '.join(map(str, done.unread))}.")
    return 0


def _backup(asked: argparse.Namespace, folder: Path) -> int:
    now = datetime.now(UTC)
    path = asked.out or folder / backups.FOLDER / f"asked-{now:%Y-%m-%d-%H%M%S}.db"
    if path.exists():
        raise Problem("there is such a file already", path, "choose another with --out")
    if asked.out:
        OutputFolder.checked(path.absolute().parent)
    with reading(folder) as store, plainly(path):
        print(f"Copied to {backups.make(store.db, path)}.")
    return 0


def reading(folder: Path) -> Store:
    """Open what is kept, and tell if it is a newer Sotto's."""
    store = Store.reading(folder)
    if store.warning:
        print(f"sotto: {store.warning}", file=sys.stderr)
    return store


ACTS: dict[str, Callable[[argparse.Namespace, Path], int]] = {
    "list": _list,
    "show": _show,
    "facts": _facts,
    "summaries": _summaries,
    "search": _search,
    "export": _export,
    "import": _import,
    "delete": _delete,
    "repair": _repair,
    "backup": _backup,
}
