"""Keeps an audio process running: watches it, replaces it, and says what happened.

Whatever goes wrong with a sound card has one cure, a new process. What the engine sees of it is a stretch of silence
in the microphone, and a reply that waits.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from threading import Event as Flag
from threading import Thread

from core.audio import child
from core.audio.loudspeaker import Loudspeaker
from core.audio.microphone import Microphone
from core.audio.process import AudioProcess
from core.audio.scouting import Scout, Sight
from core.audio.wire import Kind, Levels, Packet, frame
from core.news import AudioClosed, AudioLost, AudioOpened
from core.settings import NO_DEVICE, AudioSettings

HUNG = 2.0  # seconds without a word from a process that speaks ten times a second
OPENING = 6.0  # and from one that opens its devices
LOADING = 30.0  # and from one that is being loaded, however busy the computer is
STEADY = 5.0  # seconds after which a process is no longer held against its predecessors
LOOK_EVERY = 1.5  # seconds between looks for a device that is missing
SETTLED = 1.0  # seconds after opening in which no other process is started
POLL = 0.02


AudioNews = AudioOpened | AudioLost | AudioClosed


class AudioLink:
    """Microphone and loudspeaker over an audio process; `tell` is called on its thread and returns at once."""

    def __init__(self, settings: AudioSettings, tell: Callable[[AudioNews], None]) -> None:
        self.microphone, self.loudspeaker = Microphone(), Loudspeaker()
        self.levels = Levels()
        self.pid = 0  # of the audio process
        self._set, self._tell = settings, tell
        self._wanted: AudioSettings | None = settings
        self._called = Flag()  # `use` or `close` has something to say
        self._closing = Flag()
        self._opened: AudioOpened | None = None
        self._scout: Scout | None = None
        self._looked = 0.0
        self._awake = False
        self._reserve: AudioProcess | None = None  # is loaded, and waits to take the place of one that fails
        self._opened_at = 0.0
        self._shift = 0  # from the process's clock to the one clock
        self._thread = Thread(target=self._run, name="audio", daemon=True)

    def start(self) -> None:
        """Start the audio process."""
        self._thread.start()

    def use(self, settings: AudioSettings | None) -> None:
        """Go on with these settings, in a new process if they are new; with None no process runs, until they come."""
        self._wanted = settings
        self._called.set()

    def close(self) -> None:
        """End it."""
        self._closing.set()
        self._called.set()
        self.microphone.close()
        self._thread.join(3)
        if self._reserve:
            self._reserve.kill()

    def _run(self) -> None:
        pause = 0.0
        while not self._closing.is_set():
            began = time.monotonic()
            if self._wanted is None:
                self._sleep()
                continue
            self._set = self._wanted
            why = self._serve()
            if self._closing.is_set():
                return
            if self._set != self._wanted:
                continue
            if why:
                self._tell(AudioLost(why))
            pause = 0.0 if time.monotonic() - began > STEADY else min(pause * 2 + 0.1, 1.0)
            self._rest(pause)

    def _sleep(self) -> None:
        self._tell(AudioClosed())
        while self._wanted is None and not self._closing.is_set():
            self._called.wait()
            self._called.clear()
        self.microphone.wake()

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._closing.wait(POLL):
            self.microphone.pass_time()

    def _serve(self) -> str:
        """Serve with one process until it ends; return why, or nothing if it was for something better."""
        process = self._process()
        self.pid, self._opened, self._awake = process.pid, None, False
        process.begin(self._set)
        self.loudspeaker.resume(process.send)
        try:
            return self._follow(process)
        except EOFError:
            return "the audio process has ended"
        finally:
            self.loudspeaker.lose()
            process.kill()
            self._end_scout()

    def _process(self) -> AudioProcess:
        """Return a process that may begin: the one in reserve, if it is well."""
        reserve, self._reserve = self._reserve, None
        if reserve and reserve.alive:
            return reserve
        if reserve:
            reserve.kill()
        return AudioProcess(child.run)

    def _refill(self) -> None:
        """Have another process in reserve, once the one that serves has had its time to begin."""
        if self._reserve is None and time.monotonic() - self._opened_at > SETTLED:
            self._reserve = AudioProcess(child.run)

    def _follow(self, process: AudioProcess) -> str:
        while not self._closing.is_set() and self._set == self._wanted:
            packet = process.receive(POLL)
            if packet is not None and packet.kind is Kind.LOST:
                return packet.body.decode(errors="replace")
            if packet is not None:
                self._take(packet)
            elif process.quiet_s > self._patience():
                return "the sound does not answer"
            if self._opened is None:
                self.microphone.pass_time()
                continue
            self._refill()
            if self._better():
                return ""
        return ""

    def _patience(self) -> float:
        if not self._awake:
            return LOADING
        return HUNG if self._opened else OPENING

    def _take(self, packet: Packet) -> None:
        if packet.kind is Kind.FRAME:
            self._shift = self.microphone.at - packet.first
            self.microphone.put(*frame(packet.body), double_talk=bool(packet.second))
        elif packet.kind is Kind.LEVELS:
            self.levels = Levels.unpack(packet.body)
        elif packet.kind is Kind.OPENED:
            self._opened, self._shift = AudioOpened(**json.loads(packet.body)), self.microphone.at
            self._opened_at = time.monotonic()
            self._tell(self._opened)
        elif packet.kind is Kind.AWAKE:
            self._awake = True
        else:
            self.loudspeaker.take(packet, self._shift)

    # Devices that may come back.

    def _better(self) -> bool:
        """Look for the chosen devices while there are others in their place; return whether they are back."""
        if self._scout is None:
            if self._content() or time.monotonic() - self._looked < LOOK_EVERY:
                return False
            self._scout, self._looked = Scout(self._set), time.monotonic()
        try:
            sight = self._scout.look(0)
        except EOFError:
            self._end_scout()
            return False
        if sight is None:
            return False
        self._end_scout()
        return self._preferred(sight)

    def _content(self) -> bool:
        sides = self._sides()
        return all(chosen == NO_DEVICE or (has is not None and chosen in ("", has)) for has, chosen in sides)

    def _preferred(self, sight: Sight) -> bool:
        seen = (sight.microphone, sight.loudspeaker)
        return any(
            sees is not None and (has is None or (sees == chosen and has != chosen))
            for sees, (has, chosen) in zip(seen, self._sides(), strict=True)
        )

    def _sides(self) -> tuple[tuple[str | None, str], tuple[str | None, str]]:
        assert self._opened is not None
        return (self._opened.microphone, self._set.microphone), (self._opened.loudspeaker, self._set.loudspeaker)

    def _end_scout(self) -> None:
        if self._scout:
            self._scout.end()
        self._scout = None
