"""Toy engines with the real engines' manners. Speech is made of words, each a steady level that tells which it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, repeat
from queue import SimpleQueue
from threading import Event as Flag

import numpy as np

from core.rehearsal import Take
from core.types import (
    EAR_RATE,
    VOICE_FRAME,
    VOICE_RATE,
    Codes,
    Message,
    Samples,
    Segment,
    SpeechFrame,
    Transcript,
    VoiceHistory,
)

SENTENCES = "um hello there how are you what is the time tell me a story and then stop now please"
WORDS = SENTENCES.split()
WORD_SECONDS = 0.32


def nothing() -> None:
    """Cause no trouble."""


def trouble() -> None:
    """Raise, as an engine does that has lost its device."""
    raise RuntimeError("the device is gone")


def once(cause: Callable[[], None]) -> Callable[[], None]:
    """Cause trouble the first time only."""
    causes = iter([cause])
    return lambda: next(causes, nothing)()


def hanging(release: Flag) -> Callable[[], None]:
    """Hang until released."""
    return lambda: release.wait(30) and None


def spoken(text: str, at: int | None = None) -> Take:
    """Return a recording of these words; a dot is a pause of 0.32 s."""
    levels = [0.0 if word == "." else (WORDS.index(word) + 1) / 100 for word in text.split()]
    wide, narrow = (np.repeat(np.float32(levels), round(WORD_SECONDS * rate)) for rate in (VOICE_RATE, EAR_RATE))
    return Take(wide, narrow, at)


def words_of(sound: Samples) -> str:
    """Return the words in a sound."""
    levels = [round(float(level) * 100) for level, _ in groupby(sound)]
    return " ".join(WORDS[level - 1] for level in levels if level)


class Vad:
    def __init__(self, before: Callable[[], None] = nothing) -> None:
        self.before = before

    def __call__(self, narrow: Samples) -> float:
        self.before()
        return 0.9 if np.abs(narrow).mean() > 0.004 else 0.02

    def reset(self) -> None:
        pass


class Transcriber:
    def __init__(self, before: Callable[[], None] = nothing) -> None:
        self.before = before

    def __call__(self, narrow: Samples) -> Transcript:
        self.before()
        words = words_of(narrow)
        return Transcript("" if words == "um" else words)


class Chat:
    """Says what it heard, the way its seed and memory are."""

    def __init__(self, before: Callable[[], None] = nothing, endless: str = "") -> None:
        self.before, self.endless = before, endless
        self.asked: list[list[Message]] = []

    def __call__(self, messages: Sequence[Message], seed: int) -> Iterator[str]:
        self.asked.append(list(messages))
        self.before()
        reply = f"You said {messages[-1].text}. I have heard {len(messages) - 1} messages, and my mood is {seed % 97}."
        yield from (reply[at : at + 5] for at in range(0, len(reply), 5))
        if self.endless:
            yield from repeat(self.endless)


class Encoder:
    def restart(self) -> None:
        pass

    def __call__(self, wide: Samples) -> Codes:
        levels = wide.reshape(-1, VOICE_FRAME).mean(1, keepdims=True)
        return np.repeat((levels * 1000).astype(np.int16), 4, axis=1)


class Voice:
    """Hums each phrase at a level that depends on everything it was given."""

    def __init__(
        self, before: Callable[[], None] = nothing, *, level: float = 0.0, endless: bool = False, pace: int = 2
    ) -> None:
        self.before, self.level, self.endless = before, level, endless
        self.pace = pace  # characters a frame
        self.encoder = Encoder()
        self.contexts: list[tuple[list[Segment], str]] = []
        self.history = VoiceHistory()
        self.readied: SimpleQueue[int] = SimpleQueue()  # segments that it was given while nobody waited

    def wording(self, text: str) -> str:
        return "".join(char for char in text if char.isascii())

    def prepare(self, context: Sequence[Segment], *, idle: bool = False) -> VoiceHistory:
        positions = sum(len(segment.codes) for segment in context)
        new = positions - self.history.positions
        self.history = VoiceHistory(len(context), positions, new, tuple(segment.speaker for segment in context))
        if idle:
            self.readied.put(len(context))
        return self.history

    def speak(self, context: Sequence[Segment], text: str, seed: int) -> Iterator[SpeechFrame]:
        self.before()
        self.contexts.append((list(context), text))
        mark = (seed + sum(int(segment.codes.sum()) for segment in context)) % 1000
        frame = SpeechFrame(np.full(VOICE_FRAME, self.level or mark / 2000 + 0.1, np.float32), np.full(4, mark))
        yield from repeat(frame) if self.endless else repeat(frame, max(len(text) // self.pace, 1))
