"""What the core asks of a model runtime. Models know neither threads nor turns; each call is one thread's.

Iterators stop working when nobody asks for more: that is how a turn is cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from core.events import LoudspeakerEvent
from core.types import AudioFrame, Codes, Message, Samples, Segment, SpeechFrame, Transcript, Turn, VoiceHistory


class Vad(Protocol):
    """Voice-activity detection with state from frame to frame."""

    def __call__(self, narrow: Samples) -> float:
        """Return the probability of speech in one frame of EAR_FRAME samples."""
        ...

    def reset(self) -> None:
        """Forget the past, as after a break in the stream."""
        ...


class TurnModel(Protocol):
    """Tells by the sound whether somebody who fell silent has finished (as Smart Turn does)."""

    def __call__(self, narrow: Samples) -> float:
        """Return the probability that a turn is complete: all of it, at EAR_RATE, and the silence after it so far."""
        ...


class Transcriber(Protocol):
    """Speech recognition of a whole utterance."""

    def __call__(self, narrow: Samples) -> Transcript:
        """Return the words of samples at EAR_RATE; empty text when nothing was said."""
        ...


class Chat(Protocol):
    """The language model."""

    def __call__(self, messages: Sequence[Message], seed: int) -> Iterator[str]:
        """Yield the reply to the last message, piece by piece."""
        ...


class SpeechEncoder(Protocol):
    """Streaming audio codec encoder for what the user says."""

    def restart(self) -> None:
        """Begin a new utterance."""
        ...

    def __call__(self, wide: Samples) -> Codes:
        """Take more samples at VOICE_RATE; return the codes (frames, codebooks) that became whole."""
        ...


class Voice(Protocol):
    """The speech model: it speaks a text as the continuation of a spoken conversation.

    It keeps what it computed for the longest common beginning of the last context and the new one.
    """

    encoder: SpeechEncoder

    def wording(self, text: str) -> str:
        """Return the text as it will be spoken (numbers in words, no markup); empty if there is nothing to say."""
        ...

    def prepare(self, context: Sequence[Segment], *, idle: bool = False) -> VoiceHistory:
        """Bring the model's memory to this context ahead of time; when `idle`, with room for the turn to come."""
        ...

    def speak(self, context: Sequence[Segment], text: str, seed: int) -> Iterator[SpeechFrame]:
        """Yield the speech for `text`, already in `wording`, as it is generated.

        Raises ValueError for an empty text and RuntimeError when the model yields non-finite values.
        """
        ...

    @property
    def history(self) -> VoiceHistory:
        """What the context held at the last `prepare` or `speak`."""
        ...


class Microphone(Protocol):
    """What the user's room sounds like; iterating blocks until the next frame is there."""

    def __iter__(self) -> Iterator[AudioFrame]:
        """Yield frames without gaps, until closed or at the end of the recording."""
        ...

    def close(self) -> None:
        """End the iteration soon; may be called from any thread, and twice."""
        ...


class Loudspeaker(Protocol):
    """What the user hears. Any thread may call; no call but `write` may block, and `write` only for room.

    A turn is held, then committed or stopped. What it says of a turn that was stopped, or never held, is not heard.
    """

    def listen(self, report: Callable[[LoudspeakerEvent], None]) -> None:
        """Report what is played to `report`, which returns at once."""
        ...

    def hold(self, turn: Turn) -> None:
        """Expect the sound of a turn, and keep it until the commit."""
        ...

    def write(self, turn: Turn, frame: SpeechFrame) -> None:
        """Append sound to a turn."""
        ...

    def end(self, turn: Turn) -> None:
        """Take note that the turn's sound is complete."""
        ...

    def commit(self, turn: Turn) -> None:
        """Let the turn sound: report `Played` as it goes, `Finished` when a complete turn has sounded."""
        ...

    def soften(self, turn: Turn, gain: float) -> None:
        """Play a turn at this gain, 0 to 1, without a click; at 0 it waits where it is, and loses nothing.

        A turn that has not sounded yet begins at this gain: at 0 not before it is given another one.
        """
        ...

    def reserve(self, turn: Turn, samples: int) -> None:
        """Let a turn sound only once so much of it waits, or all: at its begin, and after a gap."""
        ...

    def stop(self, turn: Turn) -> None:
        """Stop the turn's sound and forget the rest; report `Silenced`, whatever the turn."""
        ...
