"""One companion at work in a live session: it talks through the air, and what is said is kept in one sitting."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.air import Mouthpiece
from core.audio.microphone import Microphone
from core.audio.resample import resampler
from core.companion import Companion, Engines
from core.conversation import State
from core.events import Commit, SpeechEnded
from core.memory import Exchange, Notes
from core.news import ReplyTimes
from core.patience import Habit
from core.records import Notice, TurnRecord
from core.settings import Settings
from core.store.scribe import Scribe
from core.types import EAR_FRAME, EAR_RATE, MIC_FRAME, VOICE_RATE, Samples, Turn

MS = VOICE_RATE // 1000
STOP_S = 0.5  # for each of four threads
DEAF = 3  # looks, a second apart, that find the ears in the same call
QUIET_S = 3.0  # of silence after a recording that is heard again: any turn ends in it


@dataclass(frozen=True, eq=False)
class Memory:
    """What one companion passes on to the next."""

    history: Sequence[Exchange] = ()
    habit: Habit = Habit()  # noqa: RUF009 - frozen
    notes: Notes = Notes()  # noqa: RUF009 - frozen


class Seat:
    """A companion between its start and its end; `tell` is called on its threads and returns at once."""

    def __init__(
        self,
        engines: Engines,
        settings: Settings,
        air: tuple[Microphone, Mouthpiece],
        scribe: Scribe | None,
        seed: int,
        memory: Memory,
        tell: Callable[[Notice | ReplyTimes], None],
    ) -> None:
        self.state = State.LISTENING
        self._taps = settings.segmenter.mode == "tap"
        self._ear, self._scribe, self._tell = air[0], scribe, tell
        self._offset = 0
        self._hearing = self._deaf = 0  # a call of the ears that was seen, and how often again
        self._waited: dict[Turn, float] = {}
        ear = scribe.overhearing(air[0]) if scribe else air[0]
        notes = memory.notes if scribe else None  # what is not kept is not noted, either
        past = (memory.history, memory.habit, notes)
        self.companion = Companion(engines, ear, air[1], self._listen, settings, seed, *past)

    def start(self) -> None:
        """Begin."""
        if self._scribe:
            self._scribe.start()
        self.companion.start()

    def leave(self, patience: float) -> tuple[str, ...]:
        """End, with all written; return the names of the threads that hang; raises StoreError if something is lost.

        `patience` is in seconds: an engine that is computing notices only at its next word or frame.
        """
        until = time.monotonic() + patience
        try:
            while (hung := self.companion.stop()) and time.monotonic() < until:
                pass
            return hung
        finally:
            if self._scribe:
                self._scribe.close()

    @property
    def broken(self) -> str:
        """Which thread has ended that should not have, or is stuck, seen once a second; nothing if none is."""
        if ended := self.companion.ended:
            return ended
        before, self._hearing = self._hearing, self.companion.hearing
        self._deaf = self._deaf + 1 if before and before == self._hearing else 0
        if self._deaf >= DEAF:
            return "ears"
        return "scribe" if self._scribe and not self._scribe.alive else ""

    def settle(self) -> None:
        """Return when all that happened so far is written."""
        if self._scribe:
            self._scribe.settle()

    @property
    def memory(self) -> Memory:
        """What the next companion is to know."""
        return Memory(self.companion.history, self.companion.habit, self.companion.notes)

    @property
    def conversation(self) -> int | None:
        """The number under which it is kept; None as long as nothing is."""
        return self._scribe.conversation if self._scribe else None

    def hear_again(self, sound: Samples) -> None:
        """Hear a recording, at VOICE_RATE, as if it were said just now."""
        wide = np.pad(sound, (0, -len(sound) % MIC_FRAME + round(QUIET_S * VOICE_RATE) // MIC_FRAME * MIC_FRAME))
        narrow = resampler(VOICE_RATE, EAR_RATE)(wide)
        frames = len(wide) // MIC_FRAME
        narrow = np.pad(narrow, (0, max(frames * EAR_FRAME - len(narrow), 0)))
        begin = self._ear.at
        self.companion.press(begin)  # of no account where one talks hands-free
        (self.companion.press if self._taps else self.companion.release)(begin + (frames - 1) * MIC_FRAME)
        for at in range(frames):
            self._ear.put(wide[at * MIC_FRAME :][:MIC_FRAME], narrow[at * EAR_FRAME :][:EAR_FRAME])

    # On the conductor's thread.

    def _listen(self, notice: Notice) -> None:
        self.state = notice.state
        if self._scribe:
            self._scribe.listen(notice)
        self._tell(notice)
        what = notice.what
        if isinstance(what, SpeechEnded):
            self._offset = what.offset
        elif isinstance(what, Commit):
            self._waited[what.turn] = (self._ear.at - self._offset) / MS
        elif isinstance(what, TurnRecord):
            self._tell(self._times(what))

    def _times(self, turn: TurnRecord) -> ReplyTimes:
        waited, stages = self._waited.pop(turn.turn, None), turn.times
        if turn.typed or turn.offset is None:
            return ReplyTimes(turn.turn, stages.reply, None, None, stages.chat_first, stages.voice_first)
        total = None if turn.reply_start is None else (turn.reply_start - turn.offset) / MS
        return ReplyTimes(turn.turn, total, waited, stages.transcribe, stages.chat_first, stages.voice_first)


def ending_soon(settings: Settings) -> Settings:
    """Return settings whose companion ends soon."""
    return replace(settings, work=replace(settings.work, stop_s=min(settings.work.stop_s, STOP_S)))
