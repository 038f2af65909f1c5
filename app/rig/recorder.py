"""Records both sides of a talk on one clock, and lets the virtual people listen while it does."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from threading import Condition, Thread

import numpy as np

from app.rig.server import RATE, WORLD
from core.types import Samples

PIECE = RATE // 50  # samples in 20 ms
AUDIBLE = 10 ** (-50 / 20)  # of full scale: what counts as a sound


class Recorder:
    """What was said and what was played, sample by sample since the server's devices came, and when it came in."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._pieces: list[np.ndarray] = []  # each (PIECE, 3): person, loudspeaker, microphone; int16
        self._loud: list[tuple[bool, bool]] = []  # whether each of them is audible in a piece
        self._arrived: list[float] = []  # on the system's clock
        self._changed = Condition()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to record, or go on after the devices had gone."""
        command = ["parec", "-d", "world.monitor", f"--rate={RATE}", "--format=s16le", "--raw", "--latency-msec=20"]
        command += [f"--channels={len(WORLD)}", f"--channel-map={','.join(WORLD)}"]
        self._process = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._thread = Thread(target=self._read, args=(self._process,), name="recorder", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Record no more."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._thread.join()
        self._process = None

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        size = PIECE * len(WORLD) * 2
        with process.stdout:
            while len(raw := process.stdout.read(size)) == size:
                self._take(np.frombuffer(raw, "<i2").reshape(PIECE, len(WORLD))[:, :3].copy())

    def _take(self, piece: np.ndarray) -> None:
        person, speaker = np.abs(piece[:, :2].astype(np.int32)).max(axis=0) > AUDIBLE * 32768
        with self._changed:
            self._pieces.append(piece)
            self._loud.append((bool(person), bool(speaker)))
            self._arrived.append(time.monotonic())
            self._changed.notify_all()

    # Listening while it records.

    @property
    def now(self) -> int:
        """Samples so far."""
        return len(self._pieces) * PIECE

    def wait_played(self, since: int, seconds: float) -> int | None:
        """Return where the loudspeaker first sounds from sample `since` on; None if it does not within `seconds`."""
        return self._wait(1, since, seconds, quiet=False)

    def wait_quiet(self, since: int, seconds: float, still: float = 0.6) -> int | None:
        """Return where the loudspeaker has been silent for `still` seconds; None if it is not within `seconds`."""
        return self._wait(1, since, seconds, quiet=True, pieces=round(still * RATE / PIECE))

    def wait_until(self, sample: int) -> None:
        """Return when this sample is recorded, or can never be."""
        until = time.monotonic() + max(sample - self.now, 0) / RATE + 5.0
        with self._changed:
            self._changed.wait_for(lambda: self.now >= sample, until - time.monotonic())

    def _wait(self, side: int, since: int, seconds: float, *, quiet: bool, pieces: int = 1) -> int | None:
        at, run = since // PIECE, 0
        until = time.monotonic() + seconds
        with self._changed:
            while True:
                while at < len(self._loud):
                    run = run + 1 if self._loud[at][side] != quiet else 0
                    at += 1
                    if run == pieces:
                        return (at - pieces) * PIECE
                if time.monotonic() > until or not self._changed.wait(max(until - time.monotonic(), 0.001)):
                    return None

    # What was recorded.

    def both(self, start: int = 0, end: int | None = None) -> tuple[Samples, Samples]:
        """Return a stretch of person and loudspeaker, float32 at RATE."""
        whole = self.all(start, end)
        return whole[:, 0], whole[:, 1]

    def all(self, start: int = 0, end: int | None = None) -> Samples:
        """Return a stretch of person, loudspeaker and microphone, (samples, 3), float32 at RATE."""
        first, last = start // PIECE, -(-end // PIECE) if end is not None else None
        pieces = self._pieces[first:last]
        whole: Samples = np.concatenate([np.zeros((0, 3), np.int16), *pieces]).astype(np.float32)
        whole /= 32768
        skip = start - first * PIECE
        return whole[skip : skip + end - start] if end is not None else whole[skip:]

    @property
    def stopped(self) -> bool:
        """Whether nothing is recorded any more, as when the devices have gone."""
        return self._process is None or self._process.poll() is not None

    def sample(self, clock: float) -> int:
        """Return the first sample that came in after a time on the system's monotonic clock."""
        return int(np.searchsorted(np.array(self._arrived), clock)) * PIECE

    def clock(self, sample: int) -> float:
        """Return when a sample came in, on the system's monotonic clock."""
        return self._arrived[min(sample // PIECE, len(self._arrived) - 1)]

    def save(self, path: Path) -> None:
        """Write all of it as a WAV file, the person left."""
        import soundfile

        soundfile.write(path, np.concatenate([np.zeros((0, 3), np.int16), *self._pieces])[:, :2], RATE)
