"""While no models are loaded: listens whether somebody speaks, and keeps what they say until there is a companion.

Models that nobody has talked to for a while are let go, if the user wishes (`models.unload_min`): a graphics card has
other uses. The first words that are spoken, or typed, have them loaded again, and are answered then.
"""

from __future__ import annotations

import gc
import sys
from collections import deque
from collections.abc import Callable
from threading import Thread

from app.air import Air
from app.heap import give_back
from core.audio.microphone import Microphone
from core.ports import Vad
from core.types import AudioFrame

BEFORE = 32  # frames, about a second, before it is sure that somebody speaks
SPEECH = 0.5  # probability
ENDS_S = 1.0  # that the detector may take over a frame
SURE = 6  # frames in a row, 192 ms: a click or a cough loads nothing


class Slumber:
    """Listens on a thread of its own; `wake` is called there, once, with an ear that has heard all that was said."""

    def __init__(self, air: Air, vad: Vad, wake: Callable[[Microphone], None]) -> None:
        self._air, self._vad, self._wake = air, vad, wake
        self._ear = air.ear()
        self._thread = Thread(target=self._listen, name="slumber", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Listen no more, and take no other ear."""
        self._ear.close()
        self._thread.join(ENDS_S)

    def _listen(self) -> None:
        kept: deque[AudioFrame] = deque(maxlen=BEFORE)
        spoken = 0
        for frame in self._ear:
            kept.append(frame)
            spoken = spoken + 1 if self._vad(frame.narrow) >= SPEECH else 0
            if spoken >= SURE:
                self._wake(self._air.ear(tuple(kept)))
                return


def let_go() -> None:
    """Give back the memory of models that nothing refers to any more, the graphics card's, too."""
    gc.unfreeze()  # the companion of the moment in which all was ready was frozen, too, and all models that it held
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
    give_back()
