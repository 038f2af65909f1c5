"""The data that flows, in the order in which it flows. Everything is frozen; audio is float32 mono in [-1, 1].

There is one clock: samples at `VOICE_RATE` since the microphone opened. Every `at`, `start` and `end` is on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.turns import NO_TURN as NO_TURN
from core.turns import Turn as Turn

EAR_RATE = 16_000  # Hz: what voice-activity detection and recognition hear
VOICE_RATE = 24_000  # Hz: what CSM and Mimi hear and say, and the clock
VOICE_FRAME = 1_920  # samples at VOICE_RATE in one codec frame: 80 ms
MIC_FRAME = 768  # samples at VOICE_RATE in one microphone frame: 32 ms, which is 512 at EAR_RATE
EAR_FRAME = MIC_FRAME * EAR_RATE // VOICE_RATE

Samples = NDArray[np.float32]
Codes = NDArray[np.int16]  # (frames, codebooks); small, since a conversation holds them all

COMPANION, USER = 0, 1  # speaker ids as the voice model reads them


@dataclass(frozen=True, eq=False)
class AudioFrame:
    """32 ms from the microphone, at both rates."""

    at: int
    wide: Samples  # (MIC_FRAME,) at VOICE_RATE
    narrow: Samples  # (EAR_FRAME,) at EAR_RATE
    double_talk: bool = False  # something sounded beside the companion's own voice


@dataclass(frozen=True, eq=False)
class Utterance:
    """What the user said in one turn so far, pre-roll included."""

    start: int
    end: int
    wide: Samples  # at VOICE_RATE, for the voice model's history
    narrow: Samples  # at EAR_RATE, for recognition


@dataclass(frozen=True)
class Transcript:
    """The words of an utterance; empty text means that nothing was said."""

    text: str
    language: str = "en"
    confidence: float = 1.0  # mean token probability, 0 to 1


@dataclass(frozen=True)
class Message:
    """One message as the chat model reads it."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, eq=False)
class Segment:
    """One stretch of speech in the voice model's history: who, which words, which sound.

    `text` must be what the codes say. Pinned segments (the voice's reference) never leave the context.
    """

    speaker: int
    text: str
    codes: Codes
    pinned: bool = False


@dataclass(frozen=True, eq=False)
class SpeechFrame:
    """80 ms of generated speech and the codes it was decoded from."""

    samples: Samples  # (VOICE_FRAME,)
    codes: Codes  # (codebooks,)


@dataclass(frozen=True)
class VoiceHistory:
    """What the voice model's context held when it last spoke."""

    segments: int = 0
    positions: int = 0  # in all
    new_positions: int = 0  # computed for this turn; the rest was kept from before
    speakers: tuple[int, ...] = field(default=())  # of the held segments, oldest first
