"""What is kept, for a live session: asked and changed on a thread of its own, so that no talk waits for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from app import export
from app.checks import Problem
from core.channel import Channel, Closed
from core.commands import (
    DeleteFacts,
    DeleteSummaries,
    ExportConversation,
    ListConversations,
    ListFacts,
    ListSummaries,
    ReadTurns,
    RenameConversation,
    WriteFact,
    WriteSummary,
)
from core.news import ConversationList, Exported, FactList, FactSeen, News, SummaryList, Trouble, TurnPage
from core.store.home import DATABASE, Store
from core.store.shelf import Shelf
from core.store.sqlite import StoreError, complaint, connect

GIVES_WAY_S = 0.3  # that a deletion may still take when the session ends
WORKS = "The conversation goes on."
Errand = Callable[[Shelf], None]
Question = (
    ListConversations
    | ReadTurns
    | RenameConversation
    | ExportConversation
    | ListFacts
    | WriteFact
    | DeleteFacts
    | ListSummaries
    | WriteSummary
    | DeleteSummaries
)


@dataclass(frozen=True)
class _Asked:
    """An errand, and the command that it is for."""

    do: Errand
    command: str


class Cabinet:
    """Does errands in the data folder one after the other; `tell` is called on its thread."""

    def __init__(self, folder: Path, store: Store | None, tell: Callable[[News], None]) -> None:
        self._folder, self._store, self._tell = folder, store, tell
        self._errands: Channel[_Asked] = Channel()
        self.learn: Callable[[tuple[FactSeen, ...]], None] = lambda _: None
        self.revised: Callable[[int], None] = lambda _: None  # summaries of this conversation
        self._shelf: Shelf | None = None
        self._changing = self._leaving = False
        self._thread = Thread(target=self._run, name="cabinet", daemon=True)

    def start(self) -> None:
        """Begin to take errands."""
        self._thread.start()

    def close(self, timeout: float = 2.0) -> None:
        """Take no more; those that were asked for are done, if there is time."""
        self._errands.close()
        self._thread.join(timeout)

    def give_way(self) -> None:
        """End at once, also amid a change, which would hold up what was said last; the next start finishes it."""
        if self._changing:
            self._leaving = True
            self.close(GIVES_WAY_S)
            for _ in range(10):  # between two statements there is nothing to break off
                if self._shelf is not None and self._thread.is_alive():
                    self._shelf.interrupt()
                    self._thread.join(0.05)

    def ask(self, do: Errand, command: str = "") -> None:
        """Have something done; what goes wrong is told as trouble with this command."""
        try:
            self._errands.put(_Asked(do, command))
        except Closed:
            pass  # the session ends

    def answer(self, question: Question) -> None:
        """Answer a question about what is kept."""
        self.ask(lambda shelf: self._answer(shelf, question), type(question).__name__)

    def _answer(self, shelf: Shelf, asked: Question) -> None:
        match asked:
            case ListConversations(words):
                self._tell(ConversationList(words, shelf.listed(words)))
            case ReadTurns(conversation, before, count):
                turns, earlier = shelf.page(conversation, before, count)
                self._tell(TurnPage(conversation, before, turns, earlier))
            case RenameConversation(number, title):
                shelf.rename(number, title)
                self._tell(ConversationList("", shelf.listed()))
            case ExportConversation(number, file, replace):
                write, place = export.chosen(file, replace=replace)
                write(shelf.archive, number, place, True)
                self._tell(Exported(number, str(file)))
            case ListFacts():
                self.tell_facts(shelf)
            case WriteFact(text, number):
                self.change(lambda: shelf.write_fact(text, number), lambda: self.tell_facts(shelf))
            case DeleteFacts(numbers):
                self.change(lambda: shelf.delete_facts(numbers), lambda: self.tell_facts(shelf))
            case ListSummaries(conversation):
                self._tell(SummaryList(conversation, shelf.summaries(conversation)))
            case WriteSummary(conversation, text, number):
                self.change(lambda: shelf.write_summary(text, number), lambda: self._revise(shelf, conversation))
            case DeleteSummaries(conversation, numbers):
                self.change(lambda: shelf.delete_summaries(numbers), lambda: self._revise(shelf, conversation))

    def change(self, do: Callable[[], None], tell: Callable[[], None]) -> None:
        """Change what is kept, and tell what there is: also if what is gone could not be removed without a trace."""
        self._changing = True
        try:
            do()
        finally:
            self._changing = False
            tell()

    def _revise(self, shelf: Shelf, conversation: int) -> None:
        self.revised(conversation)
        self._tell(SummaryList(conversation, shelf.summaries(conversation)))

    def tell_facts(self, shelf: Shelf) -> None:
        """Tell what is known of the user; whoever talks learns it first."""
        facts = shelf.facts()
        self.learn(facts)
        self._tell(FactList(facts))

    # On the cabinet's thread.

    def _run(self) -> None:
        for asked in self._errands:
            try:
                self._shelf = self._shelf or Shelf(self._open(), self._folder)
                asked.do(self._shelf)
            except (StoreError, Problem) as error:
                self._tell(Trouble(str(error), WORKS, command=asked.command))
            except sqlite3.Error as error:
                if self._leaving:
                    continue  # it was broken off
                self._tell(Trouble(str(complaint(error, self._folder / DATABASE)), WORKS, command=asked.command))
            except OSError as error:
                what = f"{error.strerror or error}{f', {error.filename}' if error.filename else ''}"
                self._tell(Trouble(what, WORKS, "Check the disk and try again.", asked.command))
            except Exception as error:  # a mistake of ours is no reason to end the talk
                self._tell(Trouble(f"This did not work ({type(error).__name__}).", WORKS, command=asked.command))
            del asked  # it may hold a companion, and its models
        if self._shelf is not None:
            self._shelf.close()

    def _open(self) -> sqlite3.Connection:
        if self._store is not None:
            return connect(self._store.path, write=True)
        return Store.reading(self._folder).db
