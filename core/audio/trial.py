"""A trial of microphone and loudspeaker together: what comes back of a probe, with its echo and without."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Lock

import numpy as np

from core.audio import devices
from core.audio.child import settle_in
from core.audio.echo import BLOCK, RATE, EchoCanceller, canceller
from core.audio.hearing import drained
from core.audio.playback import Playback
from core.audio.process import AudioProcess
from core.audio.resample import resampler
from core.audio.wire import Kind, Packet, sound, sound_bytes
from core.settings import AudioSettings
from core.types import VOICE_RATE, Samples, Turn

PROBE = Turn(1)
ALL = -1.0  # a level above which lies everything: the probe begins with silence that counts
OVERHANG = 1.0  # seconds that are listened on after the probe
LONGEST = 60.0  # seconds without a word after which a trial is given up


class TrialError(Exception):
    """No trial is possible; the message says why, in words."""


@dataclass(frozen=True, eq=False)
class Tried:
    """What a trial heard, sample by sample at RATE; `played[i]` was handed out when `heard[i]` came in."""

    microphone: str
    loudspeaker: str
    played: Samples
    heard: Samples
    cleaned: Samples  # `heard` without echo


def tried(probe: Samples, settings: AudioSettings) -> Tried:
    """Play a probe, at VOICE_RATE, and listen; raises TrialError."""
    process = AudioProcess(run)
    process.begin(settings)
    process.send(Packet(Kind.WRITE, body=sound_bytes(probe)))
    tracks: list[Samples] = []
    try:
        while True:
            packet = process.receive(0.2)
            if packet is None and process.quiet_s > LONGEST + len(probe) / VOICE_RATE:
                raise TrialError("the sound does not answer")
            if packet is not None and packet.kind is Kind.LOST:
                raise TrialError(packet.body.decode(errors="replace"))
            if packet is not None and packet.kind is Kind.WRITE:
                tracks.append(sound(packet.body))
            if packet is not None and packet.kind is Kind.OPENED:
                return Tried(**json.loads(packet.body), played=tracks[0], heard=tracks[1], cleaned=tracks[2])
    except EOFError as error:
        raise TrialError("the audio process has ended") from error
    finally:
        process.kill()


def run(pipe: Connection) -> None:
    """Make one trial; what the process of `tried` runs."""
    settings = settle_in(pipe)
    probe = sound(Packet.unpack(pipe.recv_bytes()).body)
    try:
        _try(pipe, settings, probe)
    except BaseException as error:  # whatever it is, the other side says it
        pipe.send_bytes(Packet(Kind.LOST, body=str(error).encode()).pack())
    os._exit(0)  # without closing streams: that may hang for ever


def _try(pipe: Connection, settings: AudioSettings, probe: Samples) -> None:
    from core.audio.streams import Input, Output

    speaker = devices.find("loudspeaker", settings.loudspeaker)
    microphone = devices.find("microphone", settings.microphone)
    if speaker is None or microphone is None:
        raise TrialError(f"there is no {'loudspeaker' if speaker is None else 'microphone'}")
    playback, latency = Playback(faint=ALL), settings.latency_ms / 1000
    taken = Input(microphone, latency, lambda: None)
    given = Output(speaker, latency, playback, Lock(), lambda: taken.heard)
    time.sleep(0.5)
    _play(playback, probe)
    near, far = [drained(taken.blocks)], [drained(given.blocks)]
    until = time.monotonic() + len(probe) / VOICE_RATE + OVERHANG
    while time.monotonic() < until:
        time.sleep(0.1)
        near.append(drained(taken.blocks))
        far.append(drained(given.blocks))
    handed, came = given.mark
    heard, played = _at_rate(near, microphone.rate), _at_rate(far, speaker.rate)
    played = _moved(played, (came - handed) * RATE // VOICE_RATE, len(heard))
    for track in (played, heard, _cleaned(played, heard)):
        pipe.send_bytes(Packet(Kind.WRITE, body=sound_bytes(track)).pack())
    names = {"microphone": microphone.name, "loudspeaker": speaker.name}
    pipe.send_bytes(Packet(Kind.OPENED, body=json.dumps(names).encode()).pack())


def _play(playback: Playback, probe: Samples) -> None:
    playback.hold(PROBE)
    playback.write(PROBE, probe)
    playback.end(PROBE)
    playback.commit(PROBE)


def _at_rate(blocks: list[Samples], rate: int) -> Samples:
    return resampler(rate, RATE)(np.concatenate(blocks))


def _moved(played: Samples, by: int, length: int) -> Samples:
    """Return `played` on the microphone's clock."""
    moved = np.pad(played, (max(by, 0), 0))[max(-by, 0) :]
    return np.pad(moved, (0, max(length - len(moved), 0)))[:length]


def _cleaned(played: Samples, heard: Samples) -> Samples:
    echo, pieces = EchoCanceller(canceller()), [np.zeros(0, np.float32)]
    for at in range(0, len(heard), BLOCK):
        echo.far(played[at : at + BLOCK])
        pieces.append(echo.near(heard[at : at + BLOCK]))
    return np.concatenate(pieces)
