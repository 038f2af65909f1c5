"""A microphone whose frames somebody else is given, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.ports import Microphone
from core.types import AudioFrame


class Overhearing:
    """Hands every frame to `hear`, which returns at once, before the ears get it."""

    def __init__(self, microphone: Microphone, hear: Callable[[AudioFrame], None]) -> None:
        self._microphone, self._hear = microphone, hear

    def __iter__(self) -> Iterator[AudioFrame]:
        """Yield the frames."""
        for frame in self._microphone:
            self._hear(frame)
            yield frame

    def close(self) -> None:
        """End the iteration."""
        self._microphone.close()
