"""The sound devices that PortAudio knew when this process began; its list never changes later."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from core.settings import NO_DEVICE

Side = Literal["microphone", "loudspeaker"]
SIDES: tuple[Side, Side] = ("microphone", "loudspeaker")
PREFERRED_RATE = 48_000  # Hz: that of the echo canceller, so that nothing is resampled twice


@dataclass(frozen=True)
class Device:
    """A sound device under its name."""

    name: str
    inputs: int  # channels
    outputs: int
    rate: int  # Hz, its own
    defaults: tuple[Side, ...] = ()  # what the system takes it for

    def serves(self, side: Side) -> bool:
        """Whether it can be a microphone, or a loudspeaker."""
        return (self.inputs if side == "microphone" else self.outputs) > 0


@dataclass(frozen=True)
class Opening:
    """A device that opens: its number in PortAudio's list, and how to open it."""

    name: str
    index: int
    rate: int
    channels: int


def listed() -> list[Device]:
    """Return all devices, in PortAudio's order."""
    import sounddevice as sd

    indices = dict(zip(SIDES, sd.default.device, strict=True))
    return [
        Device(
            str(each["name"]),
            int(each["max_input_channels"]),
            int(each["max_output_channels"]),
            round(each["default_samplerate"]),
            tuple(side for side in SIDES if indices[side] == each["index"]),
        )
        for each in sd.query_devices()
    ]


def find(side: Side, name: str) -> Opening | None:
    """Return the first that opens: the device of this name, the system's own; None if there is none, or none wanted."""
    if name == NO_DEVICE:
        return None
    devices = listed()
    order = sorted(range(len(devices)), key=lambda at: (devices[at].name != name, side not in devices[at].defaults))
    for index in order:
        wanted = devices[index].name == name or side in devices[index].defaults
        if wanted and devices[index].serves(side) and (opening := opens(side, devices[index], index)):
            return opening
    return None


def opens(side: Side, device: Device, index: int) -> Opening | None:
    """Return how to open a device, at the canceller's rate if it takes that, else at its own."""
    import sounddevice as sd

    check: Callable[..., None] = sd.check_input_settings if side == "microphone" else sd.check_output_settings
    channels = 1 if side == "microphone" else min(device.outputs, 2)
    for rate in dict.fromkeys((PREFERRED_RATE, device.rate)):
        try:
            check(device=index, channels=channels, samplerate=rate, dtype="float32")
        except (sd.PortAudioError, ValueError):
            continue
        return Opening(device.name, index, rate, channels)
    return None


def as_json(devices: Sequence[Device]) -> str:
    """Return devices as JSON, for the pipe."""
    return json.dumps([asdict(device) for device in devices])


def from_json(text: str) -> tuple[Device, ...]:
    """Read what `as_json` wrote."""
    return tuple(Device(**{**each, "defaults": tuple(each["defaults"])}) for each in json.loads(text))
