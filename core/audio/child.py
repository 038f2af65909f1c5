"""What the audio process runs: the sound card on one side, the pipe to the engine on the other.

A stream that falls silent ends this process: PortAudio cannot close a frozen one, and knows no new devices either.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from core.audio import devices
from core.audio.echo import canceller, no_echo
from core.audio.hearing import Hearing, Numbered, drained
from core.audio.playback import Playback
from core.audio.wire import Kind, Levels, Packet, frame_bytes, sound
from core.parent import die_with
from core.settings import NO_DEVICE, AudioSettings
from core.types import VOICE_RATE, Turn

if TYPE_CHECKING:
    from core.audio.streams import Input, Output

LEVELS_EVERY = 0.1  # seconds
SILENCE = 1.0  # seconds without a callback after which a stream is lost
STARTING = 3.0  # and right after opening
AWAITED = 5.0  # that a reply waits for a loudspeaker to come; then it passes in silence


def run(pipe: Connection) -> None:
    """Serve the engine until it closes the pipe, or the sound card fails."""
    settings = settle_in(pipe)
    try:
        Service(pipe, settings).run()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os._exit(0)
    except BaseException as error:  # whatever it is, the engine says it and starts another process
        _say_last(pipe, f"{type(error).__name__}: {error}")
    os._exit(1)  # without closing streams: that may hang for ever


def scout(pipe: Connection) -> None:
    """Tell which devices there are now, and whether those that were chosen open."""
    settings = settle_in(pipe)
    found = devices.listed()
    names = {"microphone": settings.microphone, "loudspeaker": settings.loudspeaker}
    openings = {side: devices.find(side, names[side]) for side in devices.SIDES}
    usable = {side: opening.name if opening else None for side, opening in openings.items()}
    pipe.send_bytes(Packet(Kind.LISTED, body=devices.as_json(found).encode()).pack())
    pipe.send_bytes(Packet(Kind.OPENED, body=json.dumps(usable).encode()).pack())
    os._exit(0)


def settle_in(pipe: Connection) -> AudioSettings:
    """Say that all is loaded, wait until there is something to do, and return with which settings."""
    if engine := parent_process():
        die_with(engine.pid or 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the engine's; the pipe's end is ours
    silent = os.open(os.devnull, os.O_WRONLY)
    sys.stderr.flush()
    os.dup2(silent, 2)  # ALSA writes about every device that it does not have
    gc.freeze()
    try:
        pipe.send_bytes(Packet(Kind.AWAKE).pack())
        return AudioSettings(**json.loads(Packet.unpack(pipe.recv_bytes()).body))
    except (EOFError, OSError):
        os._exit(0)  # the engine has gone before there was anything to do


def _say_last(pipe: Connection, why: str) -> None:
    try:
        pipe.send_bytes(Packet(Kind.LOST, body=why.encode()).pack())
    except OSError:
        pass  # nobody is left to be told


class Service:
    """Microphone frames up, sound down, until something ends it."""

    def __init__(self, pipe: Connection, settings: AudioSettings) -> None:
        self._pipe, self._set = pipe, settings
        self._wake, self._lock = Event(), Lock()
        self._playback = Playback()
        self._began: dict[Turn, int] = {}
        self._input: Input | None = None
        self._output: Output | None = None
        self._unheard = time.monotonic()  # up to when replies have passed without a loudspeaker
        self._ears = Hearing(canceller() if settings.echo == "cancel" else no_echo())

    def run(self) -> None:
        """Open the devices and serve."""
        self._open()
        Thread(target=self._obey, name="commands", daemon=True).start()
        said = time.monotonic()
        while True:
            self._wake.wait(0.02)
            self._wake.clear()
            self._check()
            for at, wide, narrow, both in self._hear():
                self._say(Packet(Kind.FRAME, first=at, second=both, body=frame_bytes(wide, narrow)))
            self._report()
            if time.monotonic() - said > LEVELS_EVERY:
                said = time.monotonic()
                self._say(Packet(Kind.LEVELS, body=self._levels().pack()))

    def _open(self) -> None:
        speaker = devices.find("loudspeaker", self._set.loudspeaker)
        microphone = devices.find("microphone", self._set.microphone)
        if speaker:
            from core.audio.streams import Output  # looks for sound cards, which may hang

            self._output = Output(speaker, self._set.latency_ms / 1000, self._playback, self._lock, self._clock)
        else:
            wanted = self._set.loudspeaker != NO_DEVICE
            self._unheard = time.monotonic() + (AWAITED if wanted else 0)
        if microphone:
            from core.audio.streams import Input

            self._input = Input(microphone, self._set.latency_ms / 1000, self._wake.set)
        usable = {"microphone": microphone and microphone.name, "loudspeaker": speaker and speaker.name}
        self._say(Packet(Kind.OPENED, body=json.dumps(usable).encode()))

    def _obey(self) -> None:
        try:
            while True:
                packet = Packet.unpack(self._pipe.recv_bytes())
                with self._lock:
                    self._do(packet)
        except (EOFError, OSError):
            os._exit(0)  # the engine has gone, or wants no more
        except BaseException as error:
            _say_last(self._pipe, f"{type(error).__name__}: {error}")
            os._exit(1)

    def _do(self, packet: Packet) -> None:
        turn, playback = packet.turn, self._playback
        match packet.kind:
            case Kind.HOLD:
                playback.hold(turn, packet.first)
            case Kind.WRITE:
                playback.write(turn, sound(packet.body))
            case Kind.END:
                playback.end(turn)
            case Kind.COMMIT:
                playback.commit(turn)
            case Kind.SOFTEN:
                playback.soften(turn, packet.first / 1000)
            case Kind.RESERVE:
                playback.reserve(turn, packet.first)
            case Kind.STOP:
                playback.stop(turn)
        self._wake.set()

    def _hear(self) -> list[Numbered]:
        if self._output:
            self._ears.own(drained(self._output.blocks), self._output.opening.rate)
        else:
            self._pass_time()
        if self._input:
            return self._ears.take(drained(self._input.blocks), self._input.opening.rate)
        return self._ears.pass_time()

    def _pass_time(self) -> None:
        """Let replies go by in silence, as long as they are: they can still be read, and the talk goes on."""
        due = max(int((time.monotonic() - self._unheard) * VOICE_RATE), 0)
        self._unheard += due / VOICE_RATE
        with self._lock:
            self._playback.pull(due)

    def _clock(self) -> int:
        return self._input.heard if self._input else self._ears.at

    def _check(self) -> None:
        for side, stream in (("microphone", self._input), ("loudspeaker", self._output)):
            if stream is None:
                continue
            young = time.monotonic() - stream.opened < STARTING
            if stream.ended or stream.age > (STARTING if young else SILENCE):
                raise RuntimeError(f"the {side} {stream.opening.name} is gone")

    def _report(self) -> None:
        with self._lock:
            handed, clock = self._output.mark if self._output else (self._playback.given, self._clock())
            reports = self._playback.left(handed)
        for report in reports:
            began = clock + self._round_trip() - (handed - report.position) - report.samples
            began = self._began.setdefault(report.turn, began)
            self._say(Packet(report.kind, report.turn, report.samples, began))
            if report.kind is not Kind.PLAYED:
                self._began.pop(report.turn, None)

    def _round_trip(self) -> int:
        passed = (self._input.latency if self._input else 0) + (self._output.latency if self._output else 0)
        return round(passed * VOICE_RATE)

    def _levels(self) -> Levels:
        return Levels(
            self._ears.loudness.take(),
            self._ears.own_loudness.take(),
            self._output.dropouts if self._output else 0,
            self._input.dropouts if self._input else 0,
            self._playback.gaps,
            self._playback.clipped,
            self._ears.slips,
        )

    def _say(self, packet: Packet) -> None:
        self._pipe.send_bytes(packet.pack())
