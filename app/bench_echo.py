"""`sotto bench echo`: how soon somebody who speaks over Sotto's voice is noticed, by AEC3 alone and by what Sotto uses.

No sound card and no sound server: virtual people's sentences are laid over the echo of a virtual voice, and both go
through the canceller as fast as it computes. Needs flite.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.rig.figures import Rate, Times
from app.rig.people import VOICES, spoken
from app.rig.phrasebook import INTERRUPTIONS, QUESTIONS
from core.audio.echo import BLOCK, RATE, Cancel, aec3, canceller
from core.audio.resample import resampler
from core.settings import SegmenterSettings
from core.types import EAR_FRAME, EAR_RATE, Samples
from models.silero import Silero

APART = 6 * RATE  # from one interruption to the next
AFTERWARDS = 700  # ms after a person's last sound that belong to them
NOISE = 1e-4  # of the microphone itself
FRAME_MS, BLOCK_MS = 1000 * EAR_FRAME // EAR_RATE, 1000 * BLOCK // RATE


@dataclass(frozen=True, eq=False)
class Scene:
    """What loudspeaker and microphone carry, at RATE, and where people speak, in milliseconds."""

    far: Samples
    near: Samples
    people: Sequence[tuple[float, float]]


def main(argv: Sequence[str]) -> int:
    """Print the table."""
    asked = parsed(argv)
    for level in asked.echo:
        print(
            f"-- echo {'none' if level is None else f'{level:g} dB'}, {asked.delay} ms, n = {asked.count}", flush=True
        )
        scene = staged(asked.count, level, asked.delay)
        for name, cancel in (("AEC3 alone", aec3()), ("linear filter and AEC3", canceller())):
            for figure in figures(name, scene, cancel):
                print(figure.row(), flush=True)
    return 0


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="sotto bench echo", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=60, metavar="N", help="interruptions (default: 60)")
    parser.add_argument("--delay", type=int, default=180, metavar="MS", help="of the echo (default: 180)")
    parser.add_argument("--echo", type=float, action="append", metavar="DB", help="its level (default: none, -10, 0)")
    asked = parser.parse_args(argv)
    asked.echo = asked.echo or [None, -10.0, 0.0]
    return asked


def staged(count: int, level: float | None, delay_ms: int) -> Scene:
    """Return so many interruptions of a voice that never ends."""
    length, random = (count + 2) * APART, np.random.default_rng(0)
    said = np.concatenate([np.pad(spoken(words, "slt").sound, (0, RATE // 4)) for words in QUESTIONS])
    far = np.resize(said, length).astype(np.float32)
    near = NOISE * random.standard_normal(length).astype(np.float32)
    if level is not None:
        delay = delay_ms * RATE // 1000
        near[delay:] += far[:-delay] * 10 ** (level / 20)
    people = []
    for number in range(count):
        at = (number + 2) * APART + round(random.uniform(0, 2) * RATE)
        sound = spoken(INTERRUPTIONS[number % len(INTERRUPTIONS)], VOICES[number % len(VOICES)]).sound
        near[at : at + len(sound)] += sound
        people.append((at * 1000 / RATE, (at + len(sound)) * 1000 / RATE))
    return Scene(far, near, people)


def figures(name: str, scene: Scene, cancel: Cancel) -> list[Times | Rate]:
    """Return how soon people are noticed after this canceller, and how often nobody is."""
    blocks = [slice(at, at + BLOCK) for at in range(0, len(scene.near) - BLOCK + 1, BLOCK)]
    left, both = zip(*(cancel(scene.near[block], scene.far[block]) for block in blocks), strict=True)
    settings = SegmenterSettings()
    speech = probabilities(np.concatenate(left))
    return [
        *noticed(f"{name}: something sounds", np.array(both), BLOCK_MS, scene.people),
        *noticed(f"{name}: may be speech", speech >= settings.stir, FRAME_MS, scene.people),
        *noticed(f"{name}: is speech", speech >= settings.on, FRAME_MS, scene.people),
    ]


def probabilities(left: Samples) -> Samples:
    """Return Silero's probability of speech, frame by frame."""
    silero, narrow = Silero(), resampler(RATE, EAR_RATE)(left)
    frames = narrow[: len(narrow) // EAR_FRAME * EAR_FRAME].reshape(-1, EAR_FRAME)
    return np.array([silero(frame) for frame in frames], np.float32)


def noticed(name: str, on: NDArray[np.bool_], step: int, people: Sequence[tuple[float, float]]) -> list[Times | Rate]:
    """Return after how long somebody was noticed, and in how many minutes somebody who was not there."""
    ends = (1 + np.arange(len(on))) * step
    delays, nobody = [], np.ones(len(on), bool)
    for begin, end in people:
        hits = ends[on & (ends > begin) & (ends < end)]
        delays += [float(hits[0] - begin)] if len(hits) else []
        nobody &= (ends <= begin) | (ends > end + AFTERWARDS)
    false = on & nobody
    begun = int((false[1:] & ~false[:-1]).sum())
    return [
        Times(name, "ms", tuple(delays)),
        Rate("   and nobody was there, per second", begun, int(nobody.sum() * step / 1000)),
    ]
