"""Synthetic speech for the pocket pack: which voices speak, in which manner, and the clips on disk.

flite and espeak-ng (Debian packages) say the sentences of `domain`. A clip is 24 kHz int16 mono; flite also
tells when each phone ends, which teaches codebook 0 and the voice model's alignment.
"""

from __future__ import annotations

import json
import random
import subprocess
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import domain
import numpy as np
import soundfile
import soxr

RATE = 24_000
SHARD = 250  # clips per file: the unit of resuming
LOUDNESS = 0.07  # RMS of a clip in the plain manner


@dataclass(frozen=True)
class Manner:
    """How something is said: duration factor, pitch factor, gain."""

    stretch: float = 1.0
    pitch: float = 1.0
    gain: float = 1.0


MANNERS = {
    "plain": Manner(),
    "fast": Manner(stretch=0.76),
    "slow": Manner(stretch=1.35),
    "high": Manner(pitch=1.22),
    "low": Manner(pitch=0.82),
    "loud": Manner(gain=1.8),
    "soft": Manner(gain=0.45),
}


@dataclass(frozen=True)
class Speaker:
    """A synthetic person: engine, its voice name, resting pitch factor and pace."""

    engine: str
    voice: str
    pitch: float = 1.0
    stretch: float = 1.0


COMPANIONS = {"ada": Speaker("flite", "slt"), "tom": Speaker("flite", "rms")}
USERS = {
    "u-kal": Speaker("flite", "kal"),
    "u-awb": Speaker("flite", "awb"),
    "u-kal-high": Speaker("flite", "kal", 1.35, 0.95),
    "u-awb-low": Speaker("flite", "awb", 0.85, 1.05),
    "u-m1": Speaker("espeak", "en-us+m1"),
    "u-m3": Speaker("espeak", "en-us+m3", 0.9),
    "u-m7": Speaker("espeak", "en-us+m7", 1.1),
    "u-f1": Speaker("espeak", "en-us+f1"),
    "u-f2": Speaker("espeak", "en-us+f2", 1.1),
    "u-f4": Speaker("espeak", "en-gb+f4", 1.0, 0.95),
    "u-steph": Speaker("espeak", "en-us+steph"),
    "u-rob": Speaker("espeak", "en-gb+rob", 1.0, 1.05),
}
STRANGERS = {  # never trained on: the recogniser is judged with them
    "x-slt-low": Speaker("flite", "slt", 0.88),
    "x-rms-high": Speaker("flite", "rms", 1.3),
    "x-f3": Speaker("espeak", "en-us+f3"),
    "x-m4": Speaker("espeak", "en-us+m4"),
    "x-f5": Speaker("espeak", "en-gb+f5", 1.1),
}
SPEAKERS = COMPANIONS | USERS | STRANGERS


@dataclass
class Clip:
    """One spoken sentence: where its samples lie and what they say."""

    speaker: str
    manner: str
    text: str
    held_out: bool
    file: str
    start: int
    length: int
    phones: list[tuple[str, float]]  # (phone, end in seconds from the clip's start); empty for espeak


def say(speaker: Speaker, manner: Manner, text: str, seed: int) -> tuple[np.ndarray, list[tuple[str, float]]]:
    """Speak one sentence; return float32 samples at 24 kHz and the phones with their ends in seconds."""
    random_ = random.Random(seed)
    stretch = speaker.stretch * manner.stretch * random_.uniform(0.96, 1.04)
    pitch = speaker.pitch * manner.pitch * random_.uniform(0.97, 1.03)
    faster = pitch if speaker.voice == "rms" else 1.0  # flite's rms knows no pitch: say it slower, then play it faster
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        if speaker.engine == "flite":
            base = ["--setf", f"f0_shift={pitch:.3f}"]
            if speaker.voice == "kal":  # a diphone voice: it takes a pitch in Hz
                base = ["--setf", f"int_f0_target_mean={105 * pitch:.1f}"]
            command = [
                "flite",
                "-voice",
                speaker.voice,
                *base,
                "--setf",
                f"duration_stretch={stretch * faster:.3f}",
                "-psdur",
                "-t",
                text,
                "-o",
                file.name,
            ]
        else:
            command = [
                "espeak-ng",
                "-v",
                speaker.voice,
                "-s",
                f"{round(165 / stretch)}",
                "-p",
                f"{min(99, round(50 * pitch**1.5))}",
                "-w",
                file.name,
                text,
            ]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        samples, rate = soundfile.read(file.name, dtype="float32")
    phones = [(name, float(end) / faster) for name, end in (part.split(":") for part in out.split() if ":" in part)]
    samples = soxr.resample(samples, rate * faster, RATE).astype(np.float32)
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    first = max(0, loud[0] - int(random_.uniform(0.02, 0.12) * RATE))
    last = min(len(samples), loud[-1] + int(0.10 * RATE))
    voiced = samples[first:last]
    voiced = voiced * (LOUDNESS * manner.gain * random_.uniform(0.9, 1.1) / np.sqrt(np.mean(voiced**2)))
    return np.clip(voiced, -0.99, 0.99), [(name, max(0.0, end - first / RATE)) for name, end in phones]


@lru_cache(maxsize=4096)
def phone_count(word: str) -> int:
    """Return how many phones flite speaks for a word; aligns letters to time."""
    out = subprocess.run(
        ["flite", "-voice", "kal", "-ps", "-t", word, "-o", "none"], capture_output=True, text=True
    ).stdout
    return max(1, sum(p != "pau" for p in out.split()))


def plan(clips: int) -> list[tuple[str, str, str]]:
    """List (speaker, manner, text) for a corpus of about `clips` sentences; half are the companions'."""
    random_ = random.Random(20_26)
    manners = [m for m in MANNERS if m != "plain"]
    chosen: list[tuple[str, str, str]] = []
    for text in domain.stock_replies():  # the closed set: in every manner, by both voices
        for speaker in COMPANIONS:
            chosen += [(speaker, manner, text) for manner in MANNERS]
    chosen = chosen if clips >= 4 * len(chosen) else random_.sample(chosen, clips // 4)
    while len(chosen) < clips:
        companion = random_.random() < (0.45 if clips > 4000 else 0.5)
        speaker = random_.choice(list(COMPANIONS if companion else USERS))
        manner = "plain" if random_.random() < 0.34 else random_.choice(manners)
        draw = random_.random()
        if companion:
            text = domain.answer(random_) if draw < 0.45 else domain.free(random_)
        else:
            text = (
                domain.ask(random_) if draw < 0.6 else domain.free(random_) if draw < 0.85 else domain.answer(random_)
            )
        chosen.append((speaker, manner, text))
    random_.shuffle(chosen)
    return chosen


def make(folder: Path, clips: int, workers: int = 2) -> None:
    """Write the corpus into `folder` as `NNNN.raw` (int16) and `NNNN.json` shards; finished shards are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = plan(clips)
    shards = [(i, chosen[i : i + SHARD]) for i in range(0, len(chosen), SHARD)]
    todo = [(folder, start, part) for start, part in shards if not (folder / f"{start // SHARD:04}.json").exists()]
    with ProcessPoolExecutor(workers) as pool:
        for done, name in enumerate(pool.map(_make_shard, todo), 1):
            print(f"speech: {name} ({done} of {len(todo)})", flush=True)


def _make_shard(job: tuple[Path, int, list[tuple[str, str, str]]]) -> str:
    folder, start, part = job
    name = f"{start // SHARD:04}"
    clips, audio, at = [], [], 0
    for i, (speaker, manner, text) in enumerate(part):
        samples, phones = say(SPEAKERS[speaker], MANNERS[manner], text, start + i)
        held_out = domain.is_held_out(text) and text not in closed_set()
        clips.append(asdict(Clip(speaker, manner, text, held_out, f"{name}.raw", at, len(samples), phones)))
        audio.append(np.round(samples * 32767).astype(np.int16))
        at += len(samples)
    np.concatenate(audio).tofile(folder / f"{name}.raw")
    (folder / f"{name}.json").write_text(json.dumps(clips))  # last: its presence says the shard is whole
    return name


@lru_cache(maxsize=1)
def closed_set() -> frozenset[str]:
    """Return the sentences that every model learns, whatever their hash."""
    return frozenset(domain.stock_replies()) | frozenset(domain.stock_asks())


class Corpus:
    """The clips of a folder; `corpus.samples(clip)` maps them from disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clips = [Clip(**c) for f in sorted(folder.glob("*.json")) for c in json.loads(f.read_text())]
        self._maps: dict[str, np.ndarray] = {}

    def samples(self, clip: Clip) -> np.ndarray:
        """Return the clip's samples, float32 in [-1, 1]."""
        if clip.file not in self._maps:
            self._maps[clip.file] = np.memmap(self.folder / clip.file, np.int16, "r")
        return self._maps[clip.file][clip.start : clip.start + clip.length].astype(np.float32) / 32768
