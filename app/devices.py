"""`sotto devices`: the microphones and loudspeakers of this moment, and which of them would be used."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, replace

from app import settings_file
from app.folders import settings_file as path_of_settings
from core.audio.devices import Device
from core.audio.scouting import Sight, look
from core.settings import AudioSettings, Settings


def run(asked: argparse.Namespace) -> int:
    """Print the devices; 0, or 1 if the sound server does not answer."""
    chosen = wanted(asked)
    sight = look(chosen)
    if asked.json:
        print(json.dumps(plain(sight, chosen), ensure_ascii=False))
    elif sight is not None:
        print("\n".join(lines(sight, chosen)))
    if sight is None:
        print("sotto: the sound does not answer, on this computer, restart its sound server", file=sys.stderr)
    return 0 if sight is not None else 1


def wanted(asked: argparse.Namespace) -> AudioSettings:
    """Return the devices of the settings' file, or those named on the command line."""
    settings, _ = settings_file.read(path_of_settings(), Settings())
    named = {name: getattr(asked, name) for name in ("microphone", "loudspeaker") if getattr(asked, name) is not None}
    return replace(settings.audio, **named)


def plain(sight: Sight | None, chosen: AudioSettings) -> dict[str, object]:
    """Return what was seen as JSON knows it; `uses` is what would open now, `chosen` what was asked for."""
    if sight is None:
        return {"answers": False, "devices": []}
    asked = {"microphone": chosen.microphone, "loudspeaker": chosen.loudspeaker}
    uses = {"microphone": sight.microphone, "loudspeaker": sight.loudspeaker}
    return {"answers": True, "chosen": asked, "uses": uses, "devices": [asdict(each) for each in sight.devices]}


def lines(sight: Sight, chosen: AudioSettings) -> list[str]:
    """Return what was seen for people: an arrow before what would be used."""
    if not sight.devices:
        return ["There is no sound device. `sotto talk` waits for one; `sotto chat` needs none."]
    told = []
    for title, used, wanted, serving in (
        ("Microphones", sight.microphone, chosen.microphone, "microphone"),
        ("Loudspeakers", sight.loudspeaker, chosen.loudspeaker, "loudspeaker"),
    ):
        told.append(title)
        fitting = [each for each in sight.devices if (each.inputs if serving == "microphone" else each.outputs)]
        told += [_line(each, used, serving) for each in fitting] or ["     none"]
        if wanted and wanted != used:
            told.append(f"  {wanted!r} is not there; " + (f"{used!r} stands in for it" if used else "nothing is"))
    return told


def _line(device: Device, used: str | None, serving: str) -> str:
    mark = "->" if device.name == used else "  "
    note = ", the system's own choice" if serving in device.defaults else ""
    return f"  {mark} {device.name} ({device.rate} Hz{note})"
