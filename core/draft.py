"""What is known of the turn under way, and of somebody who speaks over it. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.endings import asks
from core.events import Outcome, Paused, SpeechEnded
from core.memory import Exchange, Said, heard
from core.overlap import is_continuer
from core.types import EAR_RATE, VOICE_FRAME, VOICE_RATE, Codes, Transcript, Turn, Utterance

JOIN_SECONDS = 0.3  # of silence between two utterances that became one
TAIL = 3  # frames of sound, of a question's last word: who answers need not have heard them
LONGEST = 60 * VOICE_RATE  # samples of an utterance to which no other is joined


@dataclass(frozen=True, eq=False)
class Draft:
    """What is known of the turn under way."""

    turn: Turn
    utterance: Utterance | None = None
    text: str | None = None  # of a typed turn
    transcript: Transcript | None = None
    codes: Codes | None = None
    phrases: tuple[Said, ...] = ()
    played: int = 0
    after_statement: bool = False  # it began before a reply that asks nothing had ended

    @property
    def begun(self) -> bool:
        """Whether there is work on a reply."""
        return self.utterance is not None or self.text is not None

    @property
    def understood(self) -> bool:
        """Whether both its words and its sound are known."""
        return self.transcript is not None and self.codes is not None

    @property
    def empty(self) -> bool:
        """Whether it turned out that nothing was said, or nothing but "mm-hm" at the end of a reply."""
        if self.transcript is None:
            return False
        words = self.transcript.text.strip()
        return not words or (self.after_statement and is_continuer(words))

    @property
    def asks(self) -> bool:
        """Whether the reply, as far as it is known, ends with a question."""
        return bool(self.phrases) and asks(self.phrases[-1].text)

    @property
    def has_asked(self) -> bool:
        """Whether that question can be answered: no more than its last word is left."""
        loud = [frame for said in self.phrases for frame in said.loud]
        at = self.played // VOICE_FRAME
        return self.asks and self.phrases[-1].whole and sum(loud[at:]) <= TAIL < sum(loud[:at])

    def exchange(self, samples: int) -> Exchange | None:
        """Return what history keeps when `samples` of the reply have sounded."""
        if self.transcript is None or self.empty:
            return None
        return Exchange(self.transcript.text.strip(), self.codes, heard(self.phrases, samples))


@dataclass(frozen=True)
class Overlap:
    """Somebody who speaks, or seems to, while a reply is under way."""

    at: int  # where the sound began
    speech: bool = False  # it is
    held: bool = False  # the reply is silent
    said: Paused | SpeechEnded | None = None  # once they have fallen silent
    before: Utterance | None = None  # that had ended, undecided, when they began again


@dataclass(frozen=True, eq=False)
class Ending:
    """A turn that was cut short, and waits for the loudspeaker's last word."""

    draft: Draft
    outcome: Outcome
    goes_on: bool = False  # whoever cut it short may not yet have finished what they were saying

    def closed(self, samples: int) -> tuple[Outcome, Exchange | None]:
        """Return what became of it, and what history keeps, when `samples` of the reply had sounded.

        Speech that was not understood, or got no word in reply before it went on, is a part of the next turn.
        """
        exchange = self.draft.exchange(samples)
        utterance, unanswered = self.draft.utterance, exchange is None or not exchange.phrases
        if self.outcome == "interrupted" and utterance is not None:
            short = len(utterance.wide) <= LONGEST
            if not self.draft.understood or (self.goes_on and unanswered and short):
                return "merged", None
        return self.outcome, exchange


def joined(first: Utterance | None, second: Utterance) -> Utterance:
    """Return both utterances as one, with a short silence for whatever lay between them."""
    if first is None:
        return second
    gap = min(JOIN_SECONDS, max(second.start - first.end, 0) / VOICE_RATE)
    wide, narrow = (np.zeros(round(gap * rate), np.float32) for rate in (VOICE_RATE, EAR_RATE))
    return Utterance(
        first.start,
        second.end,
        np.concatenate([first.wide, wide, second.wide]),
        np.concatenate([first.narrow, narrow, second.narrow]),
    )
