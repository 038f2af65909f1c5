"""What the sound card itself takes: a program that answers a loud block with a click, and does nothing else.

Its streams are opened as Sotto's are. `python -m app.rig.bare LATENCY_MS` answers until it is killed.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from app.rig.analysis import stretches
from app.rig.people import Clip, Person
from app.rig.recorder import Recorder
from app.rig.server import RATE, SoundServer

CLICK = RATE // 100
LOUD = 0.02
APART = 0.55  # seconds from one click to the next
SETTLES = 0.7
CLICKS = 20


def loops(folder: Path, latency_ms: int) -> tuple[float, ...]:
    """Return the milliseconds from each of some clicks to the answer, in a room of their own."""
    server = SoundServer(folder)
    recorder, person = Recorder(server.environment), Person(server.environment)
    server.start()
    command = [sys.executable, "-m", "app.rig.bare", str(latency_ms)]
    root = Path(__file__).parents[2]
    answering = subprocess.Popen(
        command, env=server.environment, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        recorder.start()
        assert answering.stdout is not None
        answering.stdout.readline()
        time.sleep(SETTLES)
        person.say(_clicks(), wait=True)
        time.sleep(SETTLES)
        said, answered = ([start for start, _ in stretches(side, APART / 4)] for side in recorder.both())
    finally:
        answering.kill()
        answering.communicate()
        person.hush()
        recorder.stop()
        server.stop()
    return tuple((next(at for at in answered if at > one) - one) * 1000 / RATE for one in said if one < answered[-1])


def _clicks() -> Clip:
    random = np.random.default_rng(0)  # at no fixed place in the blocks
    lengths = (random.uniform(APART, APART + 0.04, CLICKS) * RATE).astype(int)
    return Clip("(clicks)", np.concatenate([np.where(np.arange(n) < CLICK, 0.3, 0.0) for n in lengths]))


def answer(latency: float) -> None:
    """Answer every loud block that the microphone hears, once in a quarter of APART."""
    import sounddevice as sd

    tone = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    due: list[float] = []
    answered = [0.0]

    def hear(data: np.ndarray, _frames: int, _time: object, _status: object) -> None:
        now = time.monotonic()
        if np.abs(data).max() > LOUD and not due and now - answered[0] > APART / 4:
            due.append(now)

    def give(data: np.ndarray, frames: int, _time: object, _status: object) -> None:
        data[:] = 0
        if due:
            answered[0] = due.pop()
            data[:] = tone[:frames, None]

    how: dict[str, Any] = {
        "channels": 1,
        "samplerate": RATE,
        "latency": latency,
        "dtype": "float32",
    }
    with sd.InputStream(callback=hear, **how), sd.OutputStream(callback=give, **how):
        print("ready", flush=True)
        signal.pause()


if __name__ == "__main__":
    answer(int(sys.argv[1]) / 1000)
