"""What a recording tells: when somebody sounds, where sound is missing, how loud a reply was played. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.rig.recorder import AUDIBLE
from app.rig.server import RATE
from core.types import Samples

MS = RATE // 1000
STEP = 5 * MS  # resolution of levels
FLAT = 2 / 32768  # what a sound server leaves of silence
SURE = 2 * FLAT  # what is sound beyond doubt: a voice's own silence lies at FLAT when it is played softly
BLOCK = RATE // 10  # that is looked for in the recording as a piece
EDGES = 5  # ms
FOUND = 0.95  # likeness of a block
WHOLE = 0.7  # and of a whole reply, which may have been ducked or broken off
CLOSE = 0.02
OWN_BAND = 12_500  # Hz: speech comes at 24 kHz, so that nothing of its own lies above 12


def first_audible(sound: Samples, start: int = 0) -> int | None:
    """Return the first audible sample from `start` on."""
    loud = np.flatnonzero(np.abs(sound[start:]) > AUDIBLE)
    return start + int(loud[0]) if len(loud) else None


def last_audible(sound: Samples) -> int | None:
    """Return the last audible sample."""
    loud = np.flatnonzero(np.abs(sound) > AUDIBLE)
    return int(loud[-1]) if len(loud) else None


def stretches(sound: Samples, join: float = 0.3) -> list[tuple[int, int]]:
    """Return where something sounds, as (from, to); silences shorter than `join` seconds belong to it."""
    loud = np.flatnonzero(np.abs(sound) > AUDIBLE)
    if not len(loud):
        return []
    cuts = np.flatnonzero(np.diff(loud) > join * RATE)
    starts, ends = loud[np.r_[0, cuts + 1]], loud[np.r_[cuts, len(loud) - 1]]
    return [(int(start), int(end) + 1) for start, end in zip(starts, ends, strict=True)]


def audible(sound: Samples) -> int:
    """Return how many samples lie before the last one that is not silence."""
    heard = np.flatnonzero(np.abs(sound) > SURE)
    return int(heard[-1]) + 1 if len(heard) else 0


def sounding(sound: Samples, made: Samples, since: int, still_ms: int = 60) -> int:
    """Return how many samples of a reply lie before the last one that is not silence in what was played of it.

    A reply that is held waits where it is: stretches of more than `still_ms` after `since` in which nothing at all is
    played are taken out, unless the reply as it was made is silent there as well.
    """
    heard, held = np.flatnonzero(np.abs(sound) > SURE), 0
    still = (np.diff(heard) > still_ms * MS) & (heard[1:] > since)
    for before, after in zip(heard[:-1][still], heard[1:][still], strict=True):
        due = np.abs(made[before + 1 - held : after - held]) > SURE
        held += int(after - before) if due.sum() > still_ms * MS / 2 else 0
    return audible(sound) - held


def gaps(sound: Samples, longest_ms: float = 1.0) -> list[int]:
    """Return where sound is missing in the midst of sound: longer than `longest_ms`, and loud right beside it."""
    flat = np.abs(sound) <= FLAT
    edges = np.flatnonzero(np.diff(np.r_[False, flat, False].astype(np.int8)))
    holes = edges.reshape(-1, 2)
    holes = holes[(holes[:, 1] - holes[:, 0]) > longest_ms * MS]
    return [
        int(start) for start, end in holes if _loud(sound[max(start - MS, 0) : start]) and start and end < len(flat)
    ]


def _loud(sound: Samples) -> bool:
    return len(sound) > 0 and float(np.sqrt(np.mean(np.square(sound)))) > 10 ** (-40 / 20)


def clicks(sound: Samples) -> list[int]:
    """Return where the signal jumps: bursts of 1 ms in a band in which speech made at 24 kHz has nothing."""
    if len(sound) < RATE // 10:
        return []
    high = np.fft.rfft(sound)
    high[: int(OWN_BAND * len(sound) / RATE)] = 0
    band = np.fft.irfft(high, len(sound))
    frames = np.sqrt(np.mean(np.square(band[: len(band) // MS * MS].reshape(-1, MS)), axis=1))
    loud = np.flatnonzero(frames > 10 ** (-65 / 20))
    loud = loud[(loud > EDGES) & (loud < len(frames) - EDGES)]  # where the transform joins the end to the beginning
    first = loud[np.r_[True, np.diff(loud) > 5]] if len(loud) else loud
    return [int(frame) * MS for frame in first]


@dataclass(frozen=True)
class Match:
    """A block of a reply as it was made, found in the recording."""

    made: int  # where it begins in the reply
    played: int  # and in the recording
    gain: float  # at which it was played
    likeness: float  # correlation, at best 1


def whereabouts(made: Samples, played: Samples, near: int, far: int) -> int | None:
    """Return where a whole reply begins in the recording, between `near` and `far`; None if it is not there."""
    where = played[max(near, 0) : far + len(made)]
    if len(where) < len(made):
        where = np.pad(where, (0, len(made) - len(where)))
    found = _found(made, where, 0, max(near, 0), None)
    return found.played if found.likeness > WHOLE else None


def matches(made: Samples, played: Samples, near: int, reach: float = 0.25) -> list[Match]:
    """Find each audible block of a reply in the recording, from `near` on; a block is sought beside the last one.

    Both at RATE. Blocks that are not found are left out; one that fits where it is expected is there, since voiced
    speech is much like itself a moment later.
    """
    found, expected = [], near
    for start in range(0, len(made) - BLOCK + 1, BLOCK):
        block = made[start : start + BLOCK]
        if np.abs(block).max() < 4 * AUDIBLE:
            expected += BLOCK
            continue
        low = max(expected - round(reach * RATE), 0)
        where = played[low : expected + BLOCK + round(reach * RATE)]
        if len(where) < BLOCK:
            break
        match = _found(block, where, start, low, expected - low)
        if match.likeness > FOUND:
            found.append(match)
            expected = match.played
        expected += BLOCK
    return found


def _found(block: Samples, where: Samples, made: int, low: int, expected: int | None) -> Match:
    size = 1 << int(len(where) + len(block) - 1).bit_length()
    cross = np.fft.irfft(np.fft.rfft(where, size) * np.conj(np.fft.rfft(block, size)), size)
    cross = cross[: len(where) - len(block) + 1]
    power = np.cumsum(np.r_[0.0, np.square(where, dtype=np.float64)])
    power = power[len(block) :] - power[: -len(block)]
    energy = float(np.square(block, dtype=np.float64).sum())
    likeness = cross / np.sqrt(np.maximum(power, energy * 1e-6) * energy)
    best = int(np.argmax(likeness))
    if expected is not None and expected < len(likeness) and likeness[expected] > likeness[best] - CLOSE:
        best = expected
    return Match(made, low + best, float(cross[best]) / energy, float(likeness[best]))


def shifts(found: list[Match]) -> list[tuple[int, int]]:
    """Return where sound was lost or put in between neighbouring blocks: (place, samples)."""
    moved = [(b.played, (b.played - b.made) - (a.played - a.made)) for a, b in pairwise(found)]
    return [(at, by) for at, by in moved if abs(by) > MS]


def gains(made: Samples, played: Samples, offset: int) -> list[tuple[int, float]]:
    """Return (place in the recording, gain) for every audible step of a reply whose sample 0 lies at `offset`."""
    known = []
    for start in range(0, len(made) - STEP + 1, STEP):
        own = float(np.sqrt(np.mean(np.square(made[start : start + STEP]))))
        heard = played[offset + start : offset + start + STEP]
        if own > 2 * AUDIBLE and len(heard) == STEP:
            known.append((offset + start, float(np.sqrt(np.mean(np.square(heard)))) / own))
    return known
