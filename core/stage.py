"""One thread, one inbox, one generator: the only place where work is cancelled, and where anything may go wrong.

A hung engine keeps its thread: engines are not made to be entered twice, and a second thread inside one that hangs
would turn a silent companion into a crashed one. Its work is cancelled from outside, and when it comes back, the
thread goes on with whatever was asked last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Thread
from typing import Generic, TypeVar

from core.channel import Channel, Closed
from core.events import Event, Failed
from core.work import Item

T = TypeVar("T", bound=Item)
R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class Sign(Generic[T]):
    """That an engine lives: what it is doing, and what it said of it last. Each sign is an object of its own."""

    item: T
    said: Event | None = None


class Stage(Generic[T]):
    """Does items one after the other and posts what comes of them, event by event."""

    def __init__(self, name: str, do: Callable[[T], Iterator[Event]], post: Callable[[Event], None]) -> None:
        self.name = name
        self._do, self._post = do, post
        self._inbox: Channel[T] = Channel()
        self._thread = Thread(target=self._run, name=name, daemon=True)  # a hung engine must not hold the program
        self._asides: deque[T] = deque()
        self._sign: Sign[T] | None = None  # the last sign of life, while there is something to do

    def start(self) -> None:
        """Begin to take items."""
        self._thread.start()

    def ask(self, item: T) -> None:
        """Have an item done; in vain after `stop`."""
        try:
            self._inbox.put(item)
        except Closed:
            item.work.cancel()

    def aside(self, item: T) -> None:
        """Have an item done soon: between two events of what is under way, if need be; its failure is nobody's."""
        self._asides.append(item)
        self.ask(item)

    def stop(self, timeout: float) -> bool:
        """Take no more items; return whether the thread has ended in time."""
        self._inbox.close()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def sign(self) -> Sign[T] | None:
        """Return the engine's last sign of life; None if nothing is asked of it."""
        return self._sign

    def _run(self) -> None:
        for item in self._inbox:
            self._do_asides()
            if not item.work.cancelled:
                self._follow(item)
            self._sign = None

    def _follow(self, item: T) -> None:
        failure = attempt(lambda: self._post_all(item))
        if failure is None or item.work.cancelled:
            return
        # First its own cancel: else the next phrase of a failed turn would begin before anybody could stop it.
        item.work.cancel()
        self._post(Failed(item.work.turn, self.name, failure.error))

    def _post_all(self, item: T) -> None:
        self._sign = Sign(item)
        for event in self._do(item):
            if item.work.cancelled:
                return
            self._post(event)
            self._do_asides()
            self._sign = Sign(item, event)

    def _do_asides(self) -> None:
        while self._asides:
            item = self._asides.popleft()
            if not item.work.cancelled:
                attempt(lambda item=item: self._post_aside(item))  # type: ignore[misc]
            item.work.cancel()  # it stands in the inbox, too

    def _post_aside(self, item: T) -> None:
        self._sign = Sign(item)
        for event in self._do(item):
            if item.work.cancelled:
                return
            self._post(event)


@dataclass(frozen=True)
class Failure:
    """What went wrong, in words."""

    error: str


def attempt(do: Callable[[], R]) -> R | Failure:
    """Call into an engine; return its answer or its failure."""
    try:
        return do()
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}")
