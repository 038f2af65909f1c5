"""A queue that can be closed, which `queue.Queue` learns only in Python 3.13."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


class Closed(Exception):
    """The channel takes no more items, or has no more to give."""


class Channel(Generic[T]):
    """Carries items from any thread to any thread, in order."""

    def __init__(self) -> None:
        self._items: deque[T] = deque()
        self._closed = False
        self._changed = Condition()

    def put(self, item: T) -> None:
        """Append an item; raises Closed."""
        with self._changed:
            if self._closed:
                raise Closed
            self._items.append(item)
            self._changed.notify()

    def get(self, timeout: float | None = None) -> T:
        """Return the next item; raises TimeoutError after `timeout` seconds, Closed once closed and empty."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._items or self._closed, timeout):
                raise TimeoutError
            if not self._items:
                raise Closed
            return self._items.popleft()

    def close(self) -> None:
        """Take no more items; those inside can still be had."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __iter__(self) -> Iterator[T]:
        """Yield items until the channel is closed and empty."""
        while True:
            try:
                yield self.get()
            except Closed:
                return
