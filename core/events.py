"""What happens (events) and what is done about it (effects): two closed unions of frozen data.

Events that belong to a turn carry it, so that whoever reads one can tell whether it is stale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.memory import Exchange
from core.types import Codes, SpeechFrame, Transcript, Turn, Utterance, VoiceHistory

# From the ears: the user's voice. Positions are samples on the one clock.


@dataclass(frozen=True)
class Stirred:
    """A sound began at `at` that may prove to be speech; a reply is ducked until it is clear."""

    at: int


@dataclass(frozen=True)
class Insisted:
    """The sound that began at `at` goes on beside the reply, and nobody would talk over it, be it speech or not."""

    at: int


@dataclass(frozen=True)
class Stilled:
    """The sound that began at `at` was no speech."""

    at: int


@dataclass(frozen=True)
class SpeechStarted:
    """The user began to speak at `at`."""

    at: int


@dataclass(frozen=True)
class Pressed:
    """The user took the floor by key: what comes from `at` on is for the companion, speech or not, until the release.

    Stands for `SpeechStarted`; a release is followed by `SpeechEnded`.
    """

    at: int


@dataclass(frozen=True, eq=False)
class SpeechContinued:
    """The user goes on; told every few frames while there is sound.

    `utterance` is all of the turn so far, `onset` where its speech began, `lasted` the milliseconds since it began or
    last resumed.
    """

    utterance: Utterance
    onset: int
    lasted: int


@dataclass(frozen=True)
class SpeechResumed:
    """The user went on after a pause, before the end."""

    at: int


@dataclass(frozen=True, eq=False)
class Paused:
    """The user fell silent for a moment at `offset`; this may or may not be all."""

    utterance: Utterance
    onset: int
    offset: int


@dataclass(frozen=True, eq=False)
class SpeechEnded:
    """The user has finished; the same utterance as in the last pause, unless it had to be cut off for its length."""

    utterance: Utterance
    onset: int
    offset: int


@dataclass(frozen=True)
class Judged:
    """The pause at `at` sounds like an end of turn with this probability, 0 to 1; told again as the pause goes on."""

    at: int
    complete: float


Verdict = Literal["confident", "unsure", "unfinished", "room"]


@dataclass(frozen=True)
class Waiting:
    """The turn ends when silence has lasted this long; told whenever that changes, and why.

    `room`: the user has asked for time. From the conductor.
    """

    milliseconds: int
    verdict: Verdict


# From the window.


@dataclass(frozen=True)
class Typed:
    """The user wrote instead of speaking."""

    text: str


@dataclass(frozen=True)
class Hushed:
    """The user wants the companion to be quiet."""


# From the mind.


@dataclass(frozen=True)
class Captioned:
    """What the user is saying, while they say it: the speech that began at `onset`, heard up to `until`.

    `settled` only ever grows as long as the onset is the same; `tentative` is what follows it and may yet change. The
    words that count are those of `Heard`.
    """

    onset: int
    until: int
    settled: str
    tentative: str = ""
    confidence: float = 1.0  # mean token probability, 0 to 1

    @property
    def text(self) -> str:
        """All of it."""
        return f"{self.settled} {self.tentative}".strip()


@dataclass(frozen=True)
class Heard:
    """The utterance was understood as these words; empty if nothing was said."""

    turn: Turn
    transcript: Transcript


@dataclass(frozen=True)
class Replied:
    """A piece of the reply's text."""

    turn: Turn
    chunk: str


@dataclass(frozen=True)
class Shown:
    """A phrase of the reply is shown, not spoken: code, or a language (two letters) that the voice does not speak."""

    turn: Turn
    text: str
    language: str


@dataclass(frozen=True)
class Worded:
    """The reply's text is complete."""

    turn: Turn


# From the mouth.


@dataclass(frozen=True, eq=False)
class Encoded:
    """The user's utterance as the voice model hears it, (frames, codebooks)."""

    turn: Turn
    codes: Codes


@dataclass(frozen=True)
class Prepared:
    """The voice's memory holds the conversation up to the reply."""

    turn: Turn
    history: VoiceHistory


@dataclass(frozen=True)
class Phrased:
    """The voice begins a phrase, as written and as worded; phrases of a turn count from 0."""

    turn: Turn
    index: int
    text: str
    wording: str


@dataclass(frozen=True, eq=False)
class Voiced:
    """80 ms of a phrase came into being; nobody has heard it yet."""

    turn: Turn
    index: int
    frame: SpeechFrame


@dataclass(frozen=True)
class Spoken:
    """The voice has finished a phrase, or was stopped where one must end."""

    turn: Turn
    index: int
    whole: bool = True


# From the loudspeaker. `samples` counts the reply's samples that really sounded, the first of them at `began`.


@dataclass(frozen=True)
class Played:
    """The reply has sounded this far."""

    turn: Turn
    samples: int
    began: int = 0


@dataclass(frozen=True)
class Finished:
    """The reply has sounded to its end."""

    turn: Turn
    samples: int
    began: int = 0


@dataclass(frozen=True)
class Silenced:
    """The reply was stopped; this much of it had sounded. Answers every stop, once."""

    turn: Turn
    samples: int
    began: int = 0


# From any stage.


@dataclass(frozen=True)
class Failed:
    """A stage could not do its part of the turn."""

    turn: Turn
    stage: str
    error: str


SpeechEvent = (
    Stirred | Insisted | Stilled | SpeechStarted | Pressed | SpeechContinued | SpeechResumed | Paused | SpeechEnded
)
LoudspeakerEvent = Played | Finished | Silenced
TurnEvent = (
    Heard | Replied | Shown | Worded | Encoded | Prepared | Phrased | Voiced | Spoken | LoudspeakerEvent | Failed
)
# Thought about, while nobody spoke.


@dataclass(frozen=True)
class Noted:
    """What the chat model has found in the talk up to a turn; both are empty where it found nothing, or read ahead."""

    kind: Literal["facts", "summary", "ahead"]
    through: Turn
    facts: tuple[tuple[Turn, str], ...] = ()  # of the user, each with the turn that it came from
    summary: str = ""


Event = SpeechEvent | Judged | Waiting | Captioned | Typed | Hushed | TurnEvent | Noted

Outcome = Literal["answered", "interrupted", "hushed", "empty", "merged", "failed"]


@dataclass(frozen=True, eq=False)
class Begin:
    """Work on a reply to this utterance, or to this typed text; do not let it sound yet."""

    turn: Turn
    utterance: Utterance | None = None
    text: str | None = None


@dataclass(frozen=True)
class Reopen:
    """The user goes on: throw this revision's work away."""

    turn: Turn


@dataclass(frozen=True)
class Commit:
    """The floor is the companion's: let the reply sound."""

    turn: Turn


@dataclass(frozen=True)
class Soften:
    """Both speak, or seem to: play the reply softly, until it is clear what the user wants."""

    turn: Turn


@dataclass(frozen=True)
class Hold:
    """Let the reply be silent where it is; nothing of it is lost."""

    turn: Turn


@dataclass(frozen=True)
class Restore:
    """The floor is still the companion's: go on, as loud as before, from where it was."""

    turn: Turn


@dataclass(frozen=True, eq=False)
class Overhear:
    """Find out what was said so far of the speech that began at `onset`; answered by `Captioned`."""

    onset: int
    utterance: Utterance
    purpose: Literal["caption", "decision"]


@dataclass(frozen=True)
class Backchannel:
    """The user only said "mm-hm" while the turn's reply went on: noted, and no turn; no text if it had no words."""

    turn: Turn
    at: int
    text: str


Sound = Literal["backchannel", "thinking"]


@dataclass(frozen=True)
class Murmur:
    """Let the companion make a small sound of its own: "mm-hm" in a pause, or "hmm" before an answer; no turn.

    From the conductor, and only where a sound is there to be made.
    """

    kind: Sound


@dataclass(frozen=True)
class Cancel:
    """Stop the work and the sound."""

    turn: Turn


@dataclass(frozen=True, eq=False)
class Close:
    """The turn is over and history holds this of it; None if it leaves no trace."""

    turn: Turn
    outcome: Outcome
    exchange: Exchange | None


Effect = Begin | Reopen | Commit | Soften | Hold | Restore | Overhear | Backchannel | Murmur | Cancel | Close
