"""The work on one reply, from its begin to its end or cancellation, and the seeds of its chances."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from threading import Event as Flag
from typing import Literal, Protocol

from core.memory import NO_NOTES, Exchange, Notes
from core.reflection import Question
from core.types import NO_TURN, Turn, Utterance


@dataclass(frozen=True, eq=False)
class Work:
    """What is asked of mind and mouth for one revision of a turn; nobody reaches back for more.

    Whoever reads an item of cancelled work skips it: there is no other way to stop anything.
    """

    turn: Turn
    utterance: Utterance | None  # None for typed text
    text: str | None
    history: tuple[Exchange, ...]  # as it was when the work began
    seed: int
    notes: Notes = NO_NOTES
    _cancelled: Flag = field(default_factory=Flag, repr=False)

    def cancel(self) -> None:
        """Ask for no more of this."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether nobody wants this any more."""
        return self._cancelled.is_set()

    def seed_for(self, part: str) -> int:
        """Return the seed for one part of the turn, the same however often speech paused, and whenever."""
        digest = blake2b(f"{self.seed}/{self.turn.id}/{part}".encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big") >> 1  # some engines take 31 bits


class Item(Protocol):
    """Whatever a stage is asked to do: it belongs to some work."""

    @property
    def work(self) -> Work:
        """Return the work that this is part of."""
        ...


@dataclass(frozen=True, eq=False)
class Think:
    """To the mind: understand the user and find a reply."""

    work: Work


@dataclass(frozen=True, eq=False)
class Glance:
    """To the mind: what was said so far of the speech that began at `onset`? The answer may be wanted by nobody."""

    work: Work
    onset: int
    purpose: Literal["caption", "decision"]


@dataclass(frozen=True, eq=False)
class Reflect:
    """To the mind: think about the talk, for as long as nobody speaks."""

    work: Work
    question: Question


@dataclass(frozen=True, eq=False)
class Remember:
    """To the mouth: bring the voice's memory up to what was said before anything is said now."""

    work: Work


def aside(utterance: Utterance) -> Work:
    """Return work on what is being said, for no turn yet."""
    return Work(NO_TURN, utterance, None, (), 0)


@dataclass(frozen=True, eq=False)
class Attend:
    """To the mouth: take in how the user sounds so far; they go on."""

    work: Work


@dataclass(frozen=True, eq=False)
class Listen:
    """To the mouth: take in how the user sounded."""

    work: Work


@dataclass(frozen=True, eq=False)
class Recall:
    """To the mouth: bring the voice's memory up to the user's last words."""

    work: Work
    words: str


@dataclass(frozen=True, eq=False)
class Speak:
    """To the mouth: say one phrase."""

    work: Work
    text: str


@dataclass(frozen=True, eq=False)
class Rest:
    """To the mouth: that was the last phrase."""

    work: Work


@dataclass(frozen=True, eq=False)
class Rehearse:
    """To the mouth: make the small sounds, to have them at hand."""

    work: Work


MindItem = Think | Glance | Reflect
MouthItem = Rehearse | Remember | Attend | Listen | Recall | Speak | Rest
