"""The one door between engine and widgets: what the engine tells comes in on Qt's thread, commands go out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Protocol, TypeVar, runtime_checkable

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from core.audio.wire import Levels
from core.commands import Command
from core.news import News

Kind = TypeVar("Kind")
AT_ONCE = 64  # pieces of news taken before Qt's other events have their turn


@runtime_checkable
class Link(Protocol):
    """The engine, as the window sees it."""

    def ask(self, command: Command) -> None:
        """Have something done; return at once."""


class Door(QObject):
    """Gives each piece of news to whoever listens for its kind; nothing is asked of widgets, and they ask nothing.

    `tell` may be called on any thread and returns at once. Levels that nobody could have seen are left out.
    """

    _came = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link: Link | None = None
        self._waiting: list[Command] = []
        self._news: deque[News] = deque()
        self._lock = Lock()
        self._listeners: dict[type, list[Callable[[News], None]]] = {}
        self._came.connect(self._open, Qt.ConnectionType.QueuedConnection)

    def connect_to(self, link: Link) -> None:
        """Let commands go to this engine; those that were given before go first."""
        self._link = link
        for command in self._waiting:
            link.ask(command)
        self._waiting.clear()

    def ask(self, command: Command) -> None:
        """Have the engine do something; return at once."""
        if self._link is None:
            self._waiting.append(command)
        else:
            self._link.ask(command)

    def hear(self, kind: type[Kind], listener: Callable[[Kind], None]) -> None:
        """Call `listener`, on Qt's thread, with every piece of news of this kind, as long as its object is there."""
        self._listeners.setdefault(kind, []).append(listener)  # type: ignore[arg-type]

    def tell(self, news: News) -> None:
        """Take a piece of news, on any thread."""
        with self._lock:
            first = not self._news
            if isinstance(news, Levels) and not first and isinstance(self._news[-1], Levels):
                self._news.pop()
            self._news.append(news)
        if first:
            self._came.emit()

    def _open(self) -> None:
        try:
            self._take()
        finally:  # a listener that fails is reported, and the others hear on
            with self._lock:
                more = bool(self._news)
            if more:
                self._came.emit()

    def _take(self) -> None:
        for _ in range(AT_ONCE):
            with self._lock:
                if not self._news:
                    return
                news = self._news.popleft()
            listeners = self._listeners.get(type(news), [])
            listeners[:] = [each for each in listeners if not _gone(each)]
            for listener in [*listeners]:
                listener(news)


def _gone(listener: Callable[[News], None]) -> bool:
    """Whether it is a method of an object that Qt has deleted."""
    owner = getattr(listener, "__self__", None)
    return isinstance(owner, QObject) and not isValid(owner)
