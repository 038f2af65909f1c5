"""Keys while talking in a terminal: what is typed becomes commands. A terminal tells of no key that goes up."""

from __future__ import annotations

import os
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from select import select

from core.commands import Command, Hush, Mute, Press, Release, Unmute, Write
from core.settings import Mode

FIRST_REPEAT = 0.7  # seconds until a key that is held begins to repeat, at the latest
REPEATS = 0.15  # and from then on between two repeats
KEYS = {"open": "m mute  h hush  q quit", "push": "hold space to speak", "tap": "space to begin and end speaking"}


class Keys:
    """Turns keys into commands; pure, `now` is in seconds."""

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._muted = False
        self._until: float | None = None  # when the talk key counts as released, unless it repeats
        self._pressed = False

    def press(self, key: str, now: float) -> list[Command]:
        """Take a key; return what it asks for. Raises KeyboardInterrupt for the key that quits."""
        if key == "q":
            raise KeyboardInterrupt
        if key == "m":
            self._muted = not self._muted
            return [Mute() if self._muted else Unmute()]
        if key == "h":
            return [Hush()]
        return self._speak(now) if key == " " and self._mode != "open" else []

    def _speak(self, now: float) -> list[Command]:
        if self._mode == "tap":
            return [Press(), Release()]
        was, self._pressed = self._pressed, True
        self._until = now + (REPEATS if was else FIRST_REPEAT)
        return [] if was else [Press()]

    def pass_time(self, now: float) -> list[Command]:
        """Return what the time that has passed asks for."""
        if self._until is None or now < self._until:
            return []
        self._until, self._pressed = None, False
        return [Release()]


def read_keys(mode: Mode, take: Callable[[Command], None], quit_: Callable[[], None]) -> None:
    """Obey the keys of this terminal, until it ends or the user quits."""
    keys, terminal = Keys(mode), sys.stdin.fileno()  # Python's own buffer would keep what comes at once for later
    while True:
        typed = os.read(terminal, 256) if select([terminal], [], [], 0.03)[0] else None
        asked: list[Command] = []
        try:
            for key in (typed or b"").decode("utf-8", "ignore"):
                asked += keys.press(key, time.monotonic())
        except KeyboardInterrupt:
            quit_()
            return
        asked += keys.pass_time(time.monotonic())  # only now: a key that is held has come again, perhaps
        if typed == b"":
            return
        for command in asked:
            take(command)


def read_lines(take: Callable[[Command], None]) -> None:
    """Take each line of the input as typed words."""
    for text in sys.stdin:
        if text.strip():
            take(Write(text.strip()))


@contextmanager
def by_key() -> Iterator[None]:
    """Let every key of this terminal come at once, and unseen; Ctrl-C stays what it is."""
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    try:
        tty.setcbreak(number)
        yield
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)
