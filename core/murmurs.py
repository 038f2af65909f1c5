"""When the companion makes a small sound of its own: "mm-hm" while the user thinks, "hmm" while it does. Pure.

A sound at the wrong place is an interruption. So there is one only where the user's words cannot be all, after they
have spoken for a while, and long after the last; and before an answer only if the answers before it were slow.
"""

from __future__ import annotations

from core.events import Begin, Commit, Effect, Event, Murmur, Sound, Voiced, Waiting
from core.types import NO_TURN, VOICE_RATE, Turn

WORDING: dict[Sound, str] = {"backchannel": "Mm-hm.", "thinking": "Hmm."}
GAIN: dict[Sound, float] = {"backchannel": 0.6, "thinking": 1.0}  # the user has the floor
SPOKEN = 4 * VOICE_RATE  # samples that the user must have spoken since they began, or since the last sound
SLOW_S = 1.0  # to be waited for an answer, after the user has finished
MEMORY = 0.7  # of how long answers took, from one to the next


class Murmurs:
    """Follows a conversation; times are seconds of any steady clock."""

    def __init__(self) -> None:
        self._turn: Turn = NO_TURN
        self._begun = 0.0
        self._heard = self._last = 0  # samples on the one clock: heard up to, and last sound
        self._start = 0
        self._answers_in: float | None = None  # seconds from the begin of work to the first sound
        self._voiced = False

    def note(self, what: Event | Effect, at: float) -> Murmur | None:
        """Take note of what happened; return the sound that is called for, if any."""
        if isinstance(what, Begin):
            self._turn, self._begun, self._voiced = what.turn, at, False
            if what.utterance:
                self._start, self._heard = what.utterance.start, what.utterance.end
        elif isinstance(what, Waiting) and what.verdict == "unfinished":
            return self._encourage()
        elif isinstance(what, Voiced) and what.turn == self._turn and not self._voiced:
            self._learn(at - self._begun)
        elif isinstance(what, Commit) and not self._voiced and self._answers_in is not None:
            return Murmur("thinking") if self._answers_in - (at - self._begun) >= SLOW_S else None
        return None

    def _encourage(self) -> Murmur | None:
        if self._heard - max(self._start, self._last) < SPOKEN:
            return None
        self._last = self._heard
        return Murmur("backchannel")

    def _learn(self, seconds: float) -> None:
        self._voiced = True
        before = seconds if self._answers_in is None else self._answers_in
        self._answers_in = MEMORY * before + (1 - MEMORY) * seconds
