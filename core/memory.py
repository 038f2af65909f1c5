"""What was actually heard, and how much of it each model is given. Pure.

A conversation is a list of exchanges. Text and sound are always cut together: a segment's text is what its codes say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import TypeVar

import numpy as np

from core.settings import MemorySettings
from core.types import COMPANION, USER, VOICE_FRAME, Codes, Message, Segment, SpeechFrame

SPOKEN = 0.01  # RMS of a frame in which something is said
FRAMES_PER_CHAR = 0.83  # about 15 characters a second at 12.5 frames a second
CHARS_PER_POSITION = 3  # of text, rounded against us
QUESTION_TOKENS = 200  # of what the chat model is asked while nobody speaks
CHARS_PER_TOKEN = 3  # of English in a small vocabulary; the markers around messages are among them
USUAL = 4  # the part of the window's play that is left free for what the user says next
KNOWN = "\n\nWhat you know of the user:"
AUDIBLE, SPARE = 200, 100  # exchanges whose sound is held, and so many more before that of the oldest goes
SEGMENT_POSITIONS = 5  # speaker tag, begin and end of text, end of sound

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Said:
    """One phrase of a reply: as written, as worded for the voice, and its sound so far; or only shown, without any."""

    text: str
    wording: str
    codes: Codes | None = None  # (frames, codebooks)
    whole: bool = False  # the voice has finished it
    loud: tuple[bool, ...] = ()  # whether each frame is more than silence, as far as it is known
    shown: bool = False  # the voice does not speak its language: it was read, not heard

    @property
    def frames(self) -> int:
        """How many frames of sound there are."""
        return 0 if self.codes is None else len(self.codes)


@dataclass(frozen=True)
class Summary:
    """What was said up to a point, in few words."""

    text: str
    covers: int  # exchanges of the history that it stands for, counted from the first


@dataclass(frozen=True)
class Notes:
    """What the companion keeps in mind besides the talk itself."""

    facts: tuple[str, ...] = ()  # of the user, the oldest first
    summaries: tuple[Summary, ...] = ()  # of this conversation, the oldest first

    def summary(self, left: int) -> Summary | None:
        """Return the one to stand for the first `left` exchanges: the oldest that covers them, so that it stays."""
        if not left or not self.summaries:
            return None
        return next((each for each in self.summaries if each.covers >= left), self.summaries[-1])


NO_NOTES = Notes()


@dataclass(frozen=True, eq=False)
class Exchange:
    """What the user said and what was heard in reply; `codes` is None for typed text."""

    user: str
    codes: Codes | None = None
    phrases: tuple[Said, ...] = ()

    @cached_property
    def reply(self) -> str:
        """The words of the reply that were heard."""
        return " ".join(phrase.text for phrase in self.phrases)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Every stretch of speech that was heard, of both speakers."""
        said = [] if self.codes is None or not len(self.codes) else [Segment(USER, self.user, self.codes)]
        spoken = (Segment(COMPANION, each.wording, each.codes) for each in self.phrases if each.codes is not None)
        return (*said, *spoken)


def cut(text: str, frames_total: int, frames_played: int) -> str:
    """Return the words of `text` of which half was spoken when `frames_played` of `frames_total` had sounded."""
    if frames_played >= frames_total:
        return text.rstrip()
    spoken = len(text) * max(frames_played, 0) / frames_total
    ends = [word.end() for word in re.finditer(r"\S+", text) if (word.start() + word.end()) / 2 < spoken]
    return text[: ends[-1]] if ends else ""


def heard(phrases: Iterable[Said], samples: int) -> tuple[Said, ...]:
    """Return the phrases, the last one cut, that sounded in the first `samples` of a reply, and all that were shown."""
    left, kept = samples // VOICE_FRAME, []
    for phrase in phrases:
        if phrase.shown:
            kept.append(phrase)
            continue
        piece = _first_frames(phrase, min(left, phrase.frames))
        if piece is not None:
            kept.append(piece)
        left -= phrase.frames
        if left < 0:  # what is shown after a phrase came with its end
            break
    return tuple(kept)


def _first_frames(phrase: Said, frames: int) -> Said | None:
    # A phrase that the voice had not finished is longer than its frames; how long, its text must tell.
    total = phrase.frames if phrase.whole else max(phrase.frames, math.ceil(len(phrase.wording) * FRAMES_PER_CHAR))
    loud = phrase.loud if any(phrase.loud) else ()
    silent, spoken = loud.count(False), frames - loud[:frames].count(False)
    text, wording = (cut(each, total - silent, spoken) for each in (phrase.text, phrase.wording))
    if phrase.codes is None or not frames or not text or not wording:
        return None
    return replace(phrase, text=text, wording=wording, codes=phrase.codes[:frames], whole=True, loud=())


def window(lengths: Sequence[int], start: int, high: int, low: int) -> int:
    """Return where the kept part begins: still at `start` up to a sum of `high`, else where the rest is <= `low`.

    Without the gap between the two, every turn would evict something and no model could keep its cache. The last
    item is always kept.
    """
    total = sum(lengths[start:])
    if total <= high:
        return start
    while total > low and start < len(lengths) - 1:
        total -= lengths[start]
        start += 1
    return start


def fit(items: Sequence[T], length: Callable[[T], int], high: int, low: int) -> list[T]:
    """Return the newest items, whole, as a conversation that grew item by item would have kept them.

    Replaying the growth makes the choice a function of the items alone, so that nothing has to be remembered.
    """
    start, lengths, total = 0, [length(item) for item in items], 0
    for end, size in enumerate(lengths, start=1):
        total += size
        if total > high:
            start = window(lengths[:end], start, high, low)
            total = sum(lengths[start:end])
    return list(items[start:])


def messages(
    system: str, exchanges: Sequence[Exchange], user: str, settings: MemorySettings, notes: Notes = NO_NOTES
) -> list[Message]:
    """Return what the chat model reads: the system message with the notes, the newest of the talk, the user's words.

    Room is left for words of usual length. So what leaves is known before the user speaks, and the beginning of the
    next prompt can be read ahead.
    """
    left = gone(system, exchanges, settings)
    past = [message for exchange in exchanges[left:] for message in _spoken(exchange)]
    high, low = window_chars(system, settings)
    talk = fit(_merged([*past, Message("user", user)]), lambda message: len(message.text), high, low)
    while talk[0].role != "user":  # templates want the user to speak first
        talk.pop(0)
    return [Message("system", informed(system, notes, left, settings)), *talk]


def gone(system: str, exchanges: Sequence[Exchange], settings: MemorySettings) -> int:
    """Return how many of the oldest exchanges the chat model no longer reads."""
    high, low = window_chars(system, settings)
    return len(exchanges) - len(fit(exchanges, spoken_chars, high - (high - low) // USUAL, low))


def fitting(settings: MemorySettings, tokens: int) -> MemorySettings:
    """Return settings whose window fits into so many tokens, with a question at its end; 0 is no bound.

    A chat model that has to leave out messages by itself leaves out others each time, and reads all anew.
    """
    high = max((tokens - QUESTION_TOKENS) * CHARS_PER_TOKEN, 400) if tokens else settings.chat_chars_high
    if high >= settings.chat_chars_high:
        return settings
    return replace(settings, chat_chars_high=high, chat_chars_low=min(settings.chat_chars_low, high * 2 // 3))


def spoken_chars(exchange: Exchange) -> int:
    """Return how long the words of an exchange are."""
    return len(exchange.user) + len(exchange.reply)


def informed(system: str, notes: Notes, left: int, settings: MemorySettings) -> str:
    """Return the system message with the facts, the newest if they are many, and what stands for those that left."""
    if settings.notes == "off":
        return system
    room, summary = _notes_room(settings), notes.summary(left)
    earlier = f"\n\nEarlier in this conversation: {summary.text}"[: room // 2] if summary and summary.text else ""
    room -= len(earlier) + len(KNOWN)
    facts = fit([f"\n- {fact}" for fact in notes.facts], len, room, room)
    known = "".join([KNOWN, *facts]) if facts and len(facts[-1]) <= room else ""
    return f"{system}{known}{earlier}"


def _notes_room(settings: MemorySettings) -> int:
    return min(settings.notes_chars, settings.chat_chars_low // 4) if settings.notes == "on" else 0


def window_chars(system: str, settings: MemorySettings) -> tuple[int, int]:
    """Return the most that the chat model reads of a talk, and what is left when something leaves, in characters."""
    # The notes' share is left free, whether there are any or not: what they say must not move the window.
    taken = len(system) + _notes_room(settings)
    return max(settings.chat_chars_high - taken, 0), max(settings.chat_chars_low - taken, 0)


def _spoken(exchange: Exchange) -> list[Message]:
    reply = [Message("assistant", exchange.reply)] if exchange.phrases else []
    return [Message("user", exchange.user), *reply]


def _merged(talk: Iterable[Message]) -> list[Message]:
    # A reply that was never heard leaves two user messages in a row, which chat templates refuse.
    return [
        Message(role, "\n".join(message.text for message in run))
        for role, run in groupby(talk, key=lambda message: message.role)
    ]


def segments(exchanges: Iterable[Exchange]) -> list[Segment]:
    """Return every stretch of speech that was heard, of both speakers, oldest first."""
    return [segment for exchange in exchanges for segment in exchange.segments]


def audible(exchanges: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
    """Return the exchanges with the sound of the newest only: more than any voice model can read.

    It goes by many at a time, since each time the voice's window may begin elsewhere.
    """
    first = next((place for place, each in enumerate(exchanges) if each.segments), len(exchanges))
    if len(exchanges) - first <= AUDIBLE + SPARE:
        return exchanges
    still = (replace(each, codes=None) for each in unvoiced(exchanges[first:-AUDIBLE]))
    return (*exchanges[:first], *still, *exchanges[-AUDIBLE:])


def context(reference: Sequence[Segment], spoken: Sequence[Segment], settings: MemorySettings) -> list[Segment]:
    """Return what the voice model is given: its pinned reference, then the newest of what was heard, whole."""
    pinned = sum(map(positions, reference))
    high, low = settings.voice_positions_high - pinned, settings.voice_positions_low - pinned
    return [*reference, *fit(spoken, positions, max(high, 0), max(low, 0))] if spoken else list(reference)


def unvoiced(exchanges: Iterable[Exchange]) -> tuple[Exchange, ...]:
    """Return the exchanges without the sound of the replies, for another voice: it would go on in the old one."""
    return tuple(
        replace(exchange, phrases=tuple(replace(said, codes=None, loud=()) for said in exchange.phrases))
        for exchange in exchanges
    )


def positions(segment: Segment) -> int:
    """Return about how many positions a segment takes in the voice model."""
    return len(segment.codes) + len(segment.text) // CHARS_PER_POSITION + SEGMENT_POSITIONS


def appended(said: Said, frame: SpeechFrame) -> Said:
    """Return the phrase with one more frame of sound."""
    codes = frame.codes[None] if said.codes is None else np.concatenate([said.codes, frame.codes[None]])
    return replace(said, codes=codes, loud=(*said.loud, is_loud(frame)))


def is_loud(frame: SpeechFrame) -> bool:
    """Return whether something is said in a frame of speech."""
    return bool(np.mean(np.square(frame.samples, dtype=np.float64)) > SPOKEN**2)
