"""Facts for a bug report: versions, machine, packs, devices; no word of any conversation, and no user's name."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

from core.audio.scouting import look
from core.news import DeviceList, DeviceSeen, Standing
from core.settings import AudioSettings

RUNTIMES = (
    "torch",
    "ctranslate2",
    "faster-whisper",
    "llama-cpp-python",
    "onnxruntime",
    "moshi",
    "numpy",
    "sounddevice",
)


def diagnosis(standing: Standing, data: Path, more: Iterable[str] = ()) -> str:
    """Return the facts, one a line."""
    lines = [
        f"sotto {metadata.version('sotto')}",
        f"python {platform.python_version()}, {platform.platform()}",
        f"processors {os.cpu_count()}",
        *(f"{name} {version(name)}" for name in RUNTIMES),
        *(f"{key} {homeless(value)}" for key, value in asdict(standing).items()),
        f"data {homeless(data)}",
        *more,
    ]
    return "\n".join(lines) + "\n"


def version(name: str) -> str:
    """Return the version of a package."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "is missing"


def homeless(value: object) -> str:
    """Return a value with the user's home, and so their name, left out."""
    return str(value).replace(str(Path.home()), "~")


def looked(settings: AudioSettings) -> DeviceList:
    """Return the devices of this moment; none if the sound server does not answer."""
    sight = look(settings)
    return DeviceList(
        tuple(
            DeviceSeen(each.name, each.serves("microphone"), each.serves("loudspeaker"), bool(each.defaults))
            for each in (sight.devices if sight else ())
        )
    )
