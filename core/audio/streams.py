"""The two PortAudio streams of the audio process; their callbacks copy, count and return."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy as np
import sounddevice as sd

from core.audio.devices import Opening
from core.audio.playback import Playback
from core.audio.resample import resampler
from core.types import VOICE_RATE, Samples

KEPT = 500  # blocks, of 10 ms mostly, that wait for a hindered engine; then the oldest go
SETTLING = 0.5  # seconds after opening in which dropouts are the sound server's own


class Stream:
    """What both streams have in common: when the card last called, and what it complained of."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.opened = self.called = time.monotonic()
        self.dropouts = 0
        self.ended = False
        self.blocks: deque[Samples] = deque(maxlen=KEPT)  # heard, or handed out, at the device's rate

    @property
    def age(self) -> float:
        """Seconds since the last callback."""
        return time.monotonic() - self.called

    def note(self, faulty: bool) -> None:
        """Take note of a callback."""
        self.called = time.monotonic()
        if faulty and self.called - self.opened > SETTLING:
            self.dropouts += 1

    def finish(self) -> None:
        """Take note that PortAudio has given the stream up."""
        self.ended = True

    def options(self, latency: float) -> dict[str, Any]:
        """Return how to open it; no block size, for which PortAudio would wait for two of the card's own."""
        return {
            "device": self.opening.index,
            "channels": self.opening.channels,
            "samplerate": self.opening.rate,
            "latency": latency,
            "dtype": "float32",
            "finished_callback": self.finish,
        }


class Input(Stream):
    """What the microphone hears, block by block in `blocks`."""

    def __init__(self, opening: Opening, latency: float, wake: Callable[[], None]) -> None:
        super().__init__(opening)
        self._wake, self._count = wake, 0
        self._stream = sd.InputStream(callback=self._hear, **self.options(latency))
        self._stream.start()

    @property
    def heard(self) -> int:
        """Samples so far, at VOICE_RATE."""
        return self._count * VOICE_RATE // self.opening.rate

    @property
    def latency(self) -> float:
        """Seconds from the air to the callback, as PortAudio has it."""
        return float(self._stream.latency)

    def _hear(self, data: np.ndarray, frames: int, _time: object, status: sd.CallbackFlags) -> None:
        self.blocks.append(data[:, 0].copy())
        self._count += frames
        self.note(status.input_overflow)
        self._wake()


class Output(Stream):
    """What the loudspeaker is given: the playback, at the device's rate; `blocks` is the echo's reference."""

    def __init__(
        self, opening: Opening, latency: float, playback: Playback, lock: Lock, clock: Callable[[], int]
    ) -> None:
        super().__init__(opening)
        self._playback, self._lock, self._clock = playback, lock, clock
        self._resample = resampler(VOICE_RATE, opening.rate)
        self._ready = np.zeros(0, np.float32)
        self._count = 0
        self.mark = (0, 0)  # samples at VOICE_RATE that were handed out, and the clock at that moment
        self._stream = sd.OutputStream(callback=self._give, **self.options(latency))
        self._stream.start()

    @property
    def latency(self) -> float:
        """Seconds from the callback to the air, as PortAudio has it."""
        return float(self._stream.latency)

    def _give(self, data: np.ndarray, frames: int, _time: object, status: sd.CallbackFlags) -> None:
        with self._lock:
            while len(self._ready) < frames:
                lacking = (frames - len(self._ready)) * VOICE_RATE / self.opening.rate
                fresh = self._resample(self._playback.pull(max(int(np.ceil(lacking)), 1)))
                self._ready = np.concatenate([self._ready, fresh])
            block, self._ready = self._ready[:frames], self._ready[frames:]
            self._count += frames
            self.mark = (self._count * VOICE_RATE // self.opening.rate, self._clock())
        data[:] = block[:, None]
        self.blocks.append(block)
        self.note(status.output_underflow)
