"""The sound of a live session: one audio process for its whole life, whichever companion talks through it.

A companion has a clock of its own that begins at 0, and turns that count from 1. Here they are led to the audio
process's clock, and to turns that no other companion uses, so that one may take another's place amid a sentence.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock, Thread

import numpy as np

from core.audio.link import AudioLink
from core.audio.microphone import Microphone
from core.audio.wire import Levels
from core.events import LoudspeakerEvent, Played
from core.news import AudioClosed, AudioLost, AudioOpened, Playback, Recorded
from core.settings import NO_DEVICE, AudioSettings
from core.types import MIC_FRAME, VOICE_FRAME, VOICE_RATE, AudioFrame, Samples, SpeechFrame, Turn

APART = 1_000_000  # turns between one companion's numbers and the next one's
IDLE_S = 20.0  # without anything to hear or to play, after which the devices are let go
NO_CODES = np.zeros(0, np.int16)

SoundNews = AudioOpened | AudioLost | AudioClosed | Levels | Playback | Recorded


class Air:
    """Microphone and loudspeaker of a session; `tell` is called on its threads and returns at once."""

    def __init__(self, settings: AudioSettings, tell: Callable[[SoundNews], None]) -> None:
        self._set, self._tell = settings, tell
        self._link = AudioLink(settings, tell)
        self._link.use(None)
        self._ear: Microphone | None = None
        self._speakers: dict[int, Mouthpiece] = {}
        self._numbers = 0
        self.talking = self.muted = False
        self._test: TestRecording | None = None
        self._sounding: set[Turn] = set()
        self._active_at = time.monotonic()
        self._lock = Lock()
        self._last = Levels()
        self._pump = Thread(target=self._hear, name="air", daemon=True)
        self._link.loudspeaker.listen(self._route)

    def start(self) -> None:
        """Begin; no device is opened before something is to be heard or played."""
        self._link.start()
        self._pump.start()

    def close(self) -> None:
        """Let everything go."""
        self._link.close()

    # What the session wants.

    def use(self, settings: AudioSettings) -> None:
        """Use these devices from now on."""
        self._set = settings
        self._apply()

    def talk(self, *, talking: bool) -> None:
        """Open or close the microphone; while it is closed, the companion hears silence."""
        self.talking = talking
        self._apply(wake=True)

    def ear(self, before: Sequence[AudioFrame] = ()) -> Microphone:
        """Return a microphone for the next companion: it keeps all from now on, and the last one hears no more.

        If it is to begin with what the last one heard `before`, what waits in that comes after it.
        """
        with self._lock:
            ear, last = Microphone(), self._ear
            for frame in (*before, *(last.rest() if before and last else ())):
                ear.put(frame.wide, frame.narrow)
            self._ear = ear
            return ear

    def speaker(self, ear: Microphone) -> Mouthpiece:
        """Return a loudspeaker for the companion with this ear; the last one is heard no more."""
        with self._lock:
            self._numbers += APART
            speaker = Mouthpiece(self, self._numbers, ear)
            speaker.shift = ear.at - self._link.microphone.at
            recitals = {base: each for base, each in self._speakers.items() if each.recital}
            self._speakers = recitals | {self._numbers: speaker}
            return speaker

    def play(self, sound: Samples, row: int | None = None) -> None:
        """Play a recording, in place of one that is being played; `Playback` tells of its begin and end."""
        self.hush()
        speaker = self._recital(row)
        turn = Turn(1)
        speaker.hold(turn)
        padded = np.pad(sound.astype(np.float32, copy=False), (0, -len(sound) % VOICE_FRAME))
        for frame in padded.reshape(-1, VOICE_FRAME):
            speaker.write(turn, SpeechFrame(frame, NO_CODES))
        speaker.end(turn)
        speaker.commit(turn)
        self._tell(Playback(True, row))

    def hush(self) -> None:
        """Stop a recording that is being played."""
        with self._lock:
            recitals = [each for each in self._speakers.values() if each.recital]
        for each in recitals:
            each.stop(Turn(1))

    def record(self, seconds: float) -> None:
        """Record the microphone, play it back, and tell how loud it was."""
        self._test = TestRecording(math.ceil(seconds * VOICE_RATE / MIC_FRAME))
        self._apply(wake=True)

    # What becomes of the audio process.

    def wake(self) -> None:
        """Have the devices opened: something is about to sound."""
        self._apply(wake=True)

    def _apply(self, *, wake: bool = False) -> None:
        with self._lock:
            if wake:
                self._active_at = time.monotonic()
            hears = self.talking or self._test is not None
            busy = hears or self._sounding or time.monotonic() - self._active_at < IDLE_S
            silent = replace(self._set, microphone=NO_DEVICE)
            self._link.use((self._set if hears else silent) if busy else None)

    # On the pump's thread.

    def _hear(self) -> None:
        for frame in self._link.microphone:
            self._pass_on(frame)
            if self._link.levels is not self._last:
                self._last = self._link.levels
                self._tell(self._last)
                self._apply()

    def _pass_on(self, frame: AudioFrame) -> None:
        test = self._test
        deaf = self.muted or not self.talking or test is not None
        with self._lock:
            if self._ear is not None:
                for speaker in self._speakers.values():
                    if speaker.ear is self._ear:
                        speaker.shift = self._ear.at - frame.at
                wide, narrow = (np.zeros_like(each) if deaf else each for each in (frame.wide, frame.narrow))
                self._ear.put(wide, narrow, double_talk=frame.double_talk and not deaf)
        if test is not None and test.take(frame.wide):
            self._test = None
            self._tell(test.told())
            self.play(test.sound)

    # What the loudspeaker says.

    def _recital(self, row: int | None) -> Mouthpiece:
        with self._lock:
            self._numbers += APART
            speaker = Mouthpiece(self, self._numbers)
            speaker.listen(lambda event: self._recited(event, row))
            self._speakers[self._numbers] = speaker
            return speaker

    def _recited(self, event: LoudspeakerEvent, row: int | None) -> None:
        if not isinstance(event, Played):
            self._tell(Playback(False, row))

    def _route(self, event: LoudspeakerEvent) -> None:
        base = event.turn.id // APART * APART
        with self._lock:
            speaker = self._speakers.get(base)
            if not isinstance(event, Played):
                self._sounding.discard(event.turn)
                self._active_at = time.monotonic()
                if speaker and speaker.recital:
                    del self._speakers[base]
        if speaker:
            speaker.report(event)

    def sounds(self, turn: Turn) -> None:
        """Take note that a turn will sound."""
        with self._lock:
            self._sounding.add(turn)
        self.wake()


class Mouthpiece:
    """A companion's loudspeaker (`core.ports.Loudspeaker`): the air's, with turns and clock led to the companion's."""

    def __init__(self, air: Air, base: int, ear: Microphone | None = None) -> None:
        self.ear, self.recital = ear, ear is None  # of a recording, not a companion's
        self.shift = 0  # from the audio process's clock to the companion's
        self._air, self._base = air, base
        self._to = air._link.loudspeaker
        self._report: Callable[[LoudspeakerEvent], None] = lambda _: None

    def listen(self, report: Callable[[LoudspeakerEvent], None]) -> None:
        """Report what is played to `report`."""
        self._report = report

    def report(self, event: LoudspeakerEvent) -> None:
        """Pass on what the air's loudspeaker says of a turn of this one."""
        turn = replace(event.turn, id=event.turn.id - self._base)
        self._report(replace(event, turn=turn, began=event.began + self.shift if event.began else 0))

    def hold(self, turn: Turn) -> None:
        """Expect the sound of a turn."""
        self._air.sounds(self._led(turn))
        self._to.hold(self._led(turn))

    def write(self, turn: Turn, frame: SpeechFrame) -> None:
        """Append sound to a turn."""
        self._to.write(self._led(turn), frame)

    def end(self, turn: Turn) -> None:
        """Take note that the turn's sound is complete."""
        self._to.end(self._led(turn))

    def commit(self, turn: Turn) -> None:
        """Let the turn sound."""
        self._to.commit(self._led(turn))

    def soften(self, turn: Turn, gain: float) -> None:
        """Play a turn at this gain."""
        self._to.soften(self._led(turn), gain)

    def reserve(self, turn: Turn, samples: int) -> None:
        """Let a turn sound only once so much of it waits, or all."""
        self._to.reserve(self._led(turn), samples)

    def stop(self, turn: Turn) -> None:
        """Fade the turn out, and forget the rest."""
        self._to.stop(self._led(turn))

    def _led(self, turn: Turn) -> Turn:
        return replace(turn, id=turn.id + self._base)


class TestRecording:
    """So many frames of the microphone."""

    __test__ = False  # it is none of pytest's

    def __init__(self, frames: int) -> None:
        self._left = frames
        self._pieces: list[Samples] = []

    def take(self, wide: Samples) -> bool:
        """Take a frame; return whether it was the last."""
        self._pieces.append(wide)
        self._left -= 1
        return self._left <= 0

    @property
    def sound(self) -> Samples:
        """All of it."""
        return np.concatenate(self._pieces)

    def told(self) -> Recorded:
        """Return how long and how loud it is."""
        sound = self.sound
        rms = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
        level = 20 * math.log10(max(rms, 1e-6))
        return Recorded(len(sound) / VOICE_RATE, float(np.abs(sound).max()), level)
