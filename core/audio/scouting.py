"""A look at the sound devices of this moment, by a process that only looks."""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.audio import child
from core.audio.devices import Device, from_json
from core.audio.process import AudioProcess
from core.audio.wire import Kind
from core.settings import AudioSettings

TAKES = 6.0  # seconds without a word after which a look is given up: the sound server does not answer
LOADING = 30.0  # and before the first word, however busy the computer is


@dataclass(frozen=True)
class Sight:
    """Which devices there are, and which would open now, by name; None where none would."""

    devices: tuple[Device, ...]
    microphone: str | None
    loudspeaker: str | None


class Scout:
    """One look."""

    def __init__(self, settings: AudioSettings) -> None:
        self._process = AudioProcess(child.scout)
        self._process.begin(settings)
        self._awake = False
        self._devices: tuple[Device, ...] = ()

    def look(self, timeout: float) -> Sight | None:
        """Return what was seen, None if there is nothing yet; raises EOFError if there will never be anything."""
        packet = self._process.receive(timeout)
        if packet is None and self._process.quiet_s > (TAKES if self._awake else LOADING):
            raise EOFError
        self._awake = self._awake or packet is not None
        if packet and packet.kind is Kind.LISTED:
            self._devices = from_json(packet.body.decode())
        if packet and packet.kind is Kind.OPENED:
            return Sight(self._devices, **json.loads(packet.body))
        return None

    def end(self) -> None:
        """Look no more."""
        self._process.kill()


def look(settings: AudioSettings) -> Sight | None:
    """Wait for one look and return it; None if the sound server does not answer."""
    scout = Scout(settings)
    try:
        while (sight := scout.look(0.1)) is None:
            pass
        return sight
    except EOFError:
        return None
    finally:
        scout.end()
