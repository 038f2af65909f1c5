"""What the backbone has heard: the rows its cache holds, and which segments of a conversation still fit.

The cache is kept from turn to turn. A new context costs only the rows after its longest common beginning with what
is held; cutting a segment back to what was played, or reopening a turn, is nothing but a shorter common beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from core.types import Segment, VoiceHistory
from models.csm.llama import Cache
from models.csm.model import NOTHING, Csm, Rows
from models.csm.tokenizer import TextTokenizer

LONGEST = 250  # frames that a phrase may take, 20 s


def text_rows(ids: Sequence[int], codebooks: int) -> Rows:
    """Return one row (codebooks + 1) for each text token, with no codes."""
    rows = np.full((len(ids), codebooks + 1), NOTHING, np.int64)
    rows[:, -1] = ids
    return rows


def audio_rows(codes: np.ndarray, codebooks: int) -> Rows:
    """Return one row for each frame of codes (frames, codebooks), with no text."""
    rows = np.full((len(codes), codebooks + 1), NOTHING, np.int64)
    rows[:, :-1] = np.asarray(codes).reshape(len(codes), codebooks)
    return rows


def end_row(codebooks: int) -> Rows:
    """Return the row that ends a segment: a frame of zeros, which is not the same as nothing."""
    return audio_rows(np.zeros((1, codebooks), np.int64), codebooks)


def segment_rows(segment: Segment, tokenizer: TextTokenizer, codebooks: int) -> Rows:
    """Return a segment as the model reads it: text, frames, and the end exactly once."""
    ids = tokenizer(segment.speaker, segment.text)
    return np.concatenate((text_rows(ids, codebooks), audio_rows(segment.codes, codebooks), end_row(codebooks)))


@dataclass(frozen=True)
class Room:
    """How many positions stay free for speech, and how far a full context is emptied.

    Before a reply, `reserve` must be free, and before each of its phrases what that can take; in idle time `roomy` is
    asked for, so that it seldom comes to that. Once a context must give way, segments leave until only `kept`
    positions remain: seldom and much, not each turn a bit.
    """

    positions: int
    reserve: int
    roomy: int
    kept: int

    @classmethod
    def of(cls, positions: int) -> Room:
        """The proportions are 20 s and 30 s of CSM's 2048 positions, and half of what is left."""
        return cls(positions, positions * 250 // 2048, positions * 375 // 2048, positions * 1200 // 2048)


class Window:
    """Which segments of a growing conversation the model gets: all pinned ones, and the newest of the others."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._oldest: bytes | None = None  # mark of the oldest segment still held, once any had to leave

    def fit(self, segments: Sequence[Segment], lengths: Sequence[int], extra: int, free: int) -> list[int]:
        """Return the indices of the segments to hold beside `extra` further rows and `free` positions, in order.

        Only whole segments leave, oldest first, never a pinned one. Raises ValueError when the pinned ones alone
        leave no room.
        """
        start = self._start(segments)
        held = [i for i, segment in enumerate(segments) if segment.pinned or i >= start]
        if sum(lengths[i] for i in held) + extra + free > self._room.positions:
            held = self._evict(segments, lengths, held, extra)
        return held

    def forget(self) -> None:
        """Start over with the whole conversation, as after another one was opened."""
        self._oldest = None

    def _start(self, segments: Sequence[Segment]) -> int:
        if self._oldest is None:
            return 0
        marks = (i for i, segment in enumerate(segments) if not segment.pinned and mark(segment) == self._oldest)
        return next(marks, 0)

    def _evict(self, segments: Sequence[Segment], lengths: Sequence[int], held: list[int], extra: int) -> list[int]:
        limit = min(self._room.kept, self._room.positions - self._room.reserve - extra)
        total = sum(lengths[i] for i in held)
        loose = [i for i in held if not segments[i].pinned]
        while loose and total > limit:
            total -= lengths[loose.pop(0)]
        if not loose and total + extra + self._room.reserve > self._room.positions:
            raise ValueError(
                f"the pinned reference and the text take {total + extra} of {self._room.positions} positions"
            )
        self._oldest = mark(segments[loose[0]]) if loose else None
        return [i for i in held if segments[i].pinned or i in loose]


def mark(segment: Segment) -> bytes:
    """Return what tells a segment from others, whichever object carries it."""
    told = f"{segment.speaker}\0{segment.text}\0".encode()
    return blake2b(told + np.ascontiguousarray(segment.codes, np.int64).tobytes(), digest_size=16).digest()


class Timeline:
    """The backbone's cache and the rows that it truly holds."""

    def __init__(self, model: Csm, tokenizer: TextTokenizer) -> None:
        positions = model.config.backbone.max_positions
        self._model, self._tokenizer = model, tokenizer
        self._codebooks = model.config.codebooks
        self._room = Room.of(positions)
        self._window = Window(self._room)
        self.cache: Cache = model.backbone.cache(positions)
        self._rows: Rows = np.empty((positions, self._codebooks + 1), np.int64)
        self._read: dict[Segment, Rows] = {}  # the last context's, so that no segment is tokenised twice
        self.length = 0
        self.history = VoiceHistory()

    @property
    def rows(self) -> Rows:
        """The rows held, oldest first; row i stands at position i."""
        return self._rows[: self.length]

    @property
    def free(self) -> int:
        """How many more rows fit."""
        return len(self._rows) - self.length

    def hear(self, context: Sequence[Segment], *, idle: bool = True) -> None:
        """Hold this context, in idle time or before a reply; what the cache has of it already is not computed again."""
        free = self._room.roomy if idle else self._room.reserve
        rows, held = self._layout(context, np.empty((0, self._codebooks + 1), np.int64), free)
        self._become(rows, held, context, keep_last_open=False)

    def open(self, context: Sequence[Segment], speaker: int, text: str, frames: int = LONGEST) -> Rows:
        """Hold this context and the text to be spoken, all but the last row, which is returned to be fed.

        Room is left for so many `frames` of speech, which are at most as many as are reserved.
        A text with more rows than fit beside the pinned segments is cut: more than that could not be spoken anyway.
        """
        rows, held = self._layout(context, self._prompt(context, speaker, text), min(self._room.reserve, frames))
        self._become(rows[:-1], held, context, keep_last_open=True)
        return rows[-1:]

    def append(self, row: Rows) -> int:
        """Note that `row` (1, codebooks + 1) is being written to the cache; return its position."""
        if not self.free:
            raise ValueError(f"all {len(self._rows)} positions are taken")
        self._rows[self.length] = row[0]
        self.length += 1
        return self.length - 1

    def clear(self) -> None:
        """Hold nothing."""
        self.length, self.history = 0, VoiceHistory()
        self._window.forget()

    def _prompt(self, context: Sequence[Segment], speaker: int, text: str) -> Rows:
        pinned = sum(len(part) for segment, part in zip(context, self._parts(context), strict=True) if segment.pinned)
        ids = self._tokenizer(speaker, text)
        most = max(3, len(self._rows) - self._room.reserve - pinned)
        return text_rows(ids if len(ids) <= most else [*ids[: most - 1], ids[-1]], self._codebooks)

    def _layout(self, context: Sequence[Segment], prompt: Rows, free: int) -> tuple[Rows, list[int]]:
        parts = self._parts(context)
        held = self._window.fit(context, [len(part) for part in parts], len(prompt), free)
        return np.concatenate([*(parts[i] for i in held), prompt]), held

    def _parts(self, context: Sequence[Segment]) -> list[Rows]:
        known = self._read
        self._read = {
            each: known[each] if each in known else segment_rows(each, self._tokenizer, self._codebooks)
            for each in context
        }
        return [self._read[each] for each in context]

    def _become(self, rows: Rows, held: list[int], context: Sequence[Segment], keep_last_open: bool) -> None:
        kept = common_beginning(self.rows, rows)
        # First forget, then compute: a failure or a cancelled turn then leaves a cache that holds what it says.
        self.length = kept
        if kept < len(rows):
            self._model.prefill(rows[kept:], kept, self.cache)
            self._rows[kept : len(rows)] = rows[kept:]
        self.length = len(rows)
        speakers = tuple(context[i].speaker for i in held)
        positions = len(rows) + keep_last_open
        self.history = VoiceHistory(len(held), positions, positions - kept, speakers)


def common_beginning(held: Rows, wanted: Rows) -> int:
    """Return how many first rows are the same in both."""
    shorter = min(len(held), len(wanted))
    differ = (held[:shorter] != wanted[:shorter]).any(axis=1)
    return int(differ.argmax()) if differ.any() else shorter
