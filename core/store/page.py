"""A turn under way, as the minutes have it: all that its next entry may need."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from core.events import Close
from core.memory import Exchange, Said, heard
from core.records import TurnRecord
from core.store.entries import SILENCE, Speech, speech_of
from core.store.sound import CHUNK
from core.types import Codes, Samples, Transcript, Turn, Utterance


@dataclass
class Page:
    """A turn under way."""

    turn: Turn
    utterance: Utterance | None
    text: str
    transcript: Transcript | None = None
    codes: Codes | None = None
    phrases: list[Said] = field(default_factory=list)
    frames: list[list[Codes]] = field(default_factory=list)  # of each phrase
    sound: list[Samples] = field(default_factory=list)
    played: int = 0
    began: int | None = None
    chunks: int = 0  # of the reply, handed out
    captured: bool = False
    close: Close | None = None
    shown: str = ""  # the language of a reply that is shown, not spoken

    @property
    def due(self) -> bool:
        """Whether another whole second of the reply has sounded."""
        return self.played // CHUNK > self.chunks

    @property
    def end(self) -> int:
        """Where on the clock the user's speech ends."""
        return self.utterance.end if self.utterance else 0

    def record(self) -> TurnRecord:
        """Return what the turn would leave behind if all ended here."""
        said = self.transcript or Transcript(self.text, "")
        where = (self.utterance.start, self.utterance.end) if self.utterance else (None, None)
        reply = self.exchange().reply if self.transcript else ""
        return TurnRecord(
            self.turn,
            "interrupted",
            user=said.text.strip(),
            language=said.language,
            confidence=said.confidence,
            typed=self.utterance is None,
            user_start=where[0],
            user_end=where[1],
            reply=reply,
            shown=self.shown,
            reply_start=self.began,
            reply_samples=self.played,
        )

    def exchange(self) -> Exchange:
        """Return what was heard so far."""
        phrases = [
            replace(said, codes=np.stack(codes) if codes else None)
            for said, codes in zip(self.phrases, self.frames, strict=True)
        ]
        return Exchange(
            self.transcript.text.strip() if self.transcript else "", self.codes, heard(phrases, self.played)
        )

    def speech(self) -> tuple[Speech, ...]:
        """Return what is known of the speech so far, the user's first."""
        return speech_of(self.exchange()) if self.transcript or self.codes is not None else ()

    def new_sound(self, *, whole_seconds: bool) -> tuple[Samples, int]:
        """Return what sounded of the reply since it was last asked, and its place in seconds."""
        first = self.chunks
        end = self.played // CHUNK * CHUNK if whole_seconds else self.played
        sound = np.concatenate([SILENCE, *self.sound])[first * CHUNK : end]
        self.chunks += -(-len(sound) // CHUNK)
        return sound, first
