"""What the pocket recogniser learns from: log-mel scenes of clips in rooms, through microphones, over noise.

Sound becomes log-mel frames once; noise, room, microphone, pace and vocal tract then vary in the mel domain, where a
second of speech is only 100 x 80 numbers. The features equal faster_whisper's for the assembled sound, except that
noise adds up in power. Speakers in `speech.STRANGERS` and held-out sentences are never learnt.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
import speech
from faster_whisper.feature_extractor import FeatureExtractor

RATE, HOP, SIZE, MELS = 16_000, 160, 400, 80
WINDOW = 8  # seconds that the model hears at once
FRAMES = WINDOW * RATE // HOP
NOISES = ("white", "pink", "brown", "hum", "babble")
NOISE_SECONDS = 40
FLOOR = 1e-10
UNTOLD = -100  # the phone of a frame whose synthesiser does not tell


# From sound to frames.


def power(samples: np.ndarray) -> np.ndarray:
    """Return the mel power of 16 kHz samples, float32 (frames, 80): before the logarithm of Whisper's features."""
    padded = np.pad(samples.astype(np.float32), SIZE // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, SIZE)[::HOP][: max(1, len(samples) // HOP)]
    spectrum = np.abs(np.fft.rfft(frames * _WINDOW, axis=1).astype(np.complex64)) ** 2
    return np.maximum(spectrum @ _FILTERS, FLOOR).astype(np.float32)


_FILTERS = FeatureExtractor.get_mel_filters(RATE, SIZE, MELS).astype(np.float32).T
_WINDOW = np.hanning(SIZE + 1)[:-1].astype(np.float32)


@dataclass(frozen=True)
class Heard:
    """All clips that may be learnt, as log10 mel power, and where each begins."""

    frames: np.ndarray  # float16 (all frames, 80)
    index: list[tuple[int, int, str, str]]  # (start, frames, text, speaker)
    phones: np.ndarray  # int16 (all frames): what is spoken there, 0 for silence, UNTOLD for espeak's voices
    alphabet: tuple[str, ...]  # the phones' names, from 1


def hear(corpus: Path, work: Path, limit: int | None = None, mimi: Path | None = None) -> Heard:
    """Turn the corpus into log-mel frames once, every second clip up to a tenth faster or slower; shard by shard.

    With `mimi`, a codec's folder, every third of the companions' clips goes through it: so do their voices in talk.
    """
    folder = work / "heard"
    folder.mkdir(exist_ok=True)
    shards = sorted(corpus.glob("*.json"))
    shards = shards[: -(-limit // speech.SHARD)] if limit else shards
    todo = [shard for shard in shards if not (folder / shard.name).exists()]
    codec = _codec(mimi) if todo and mimi else None
    for shard in todo:
        _hear_shard(corpus, shard, folder, codec)
    parts, index, spoken, at = [], [], [], 0
    for shard in shards:
        parts.append(np.load(folder / f"{shard.stem}.npy"))
        for start, length, text, speaker in json.loads((folder / shard.name).read_text()):
            index.append((at + start, length, text, speaker))
        at += len(parts[-1])
        spoken += [(clip.phones, pace) for clip, pace, _ in _learnt(shard)]
    alphabet = tuple(sorted({name for phones, _ in spoken for name, _ in phones} - {"pau"}))
    number = {name: i for i, name in enumerate(("pau", *alphabet))}
    labels = [
        _labels(phones, pace, length, number) for (phones, pace), (_, length, _, _) in zip(spoken, index, strict=True)
    ]
    return Heard(np.concatenate(parts), index, np.concatenate(labels), alphabet)


def _learnt(shard: Path) -> Iterator[tuple[speech.Clip, float, bool]]:
    """Yield the clips of a shard that may be learnt, how much faster each is to be heard, and whether by codec."""
    random_, other = random.Random(shard.stem), random.Random(f"codec {shard.stem}")
    for clip in (speech.Clip(**c) for c in json.loads(shard.read_text())):
        pace = random_.uniform(0.9, 1.1) if random_.random() < 0.5 else 1.0
        if not clip.held_out and clip.speaker not in speech.STRANGERS:
            yield clip, pace, clip.speaker in speech.COMPANIONS and other.random() < 1 / 3


def _labels(phones: list[tuple[str, float]], pace: float, frames: int, number: dict[str, int]) -> np.ndarray:
    if not phones:
        return np.full(frames, UNTOLD, np.int16)
    ends = np.array([end for _, end in phones]) / pace
    names = np.array([number[name] for name, _ in phones] + [0], np.int16)
    return names[np.searchsorted(ends, (np.arange(frames) + 0.5) * HOP / RATE)]


def _codec(mimi: Path) -> Callable[[np.ndarray], np.ndarray]:
    """Return what plays samples at 24 kHz through the codec in a folder."""
    import codec
    import torch

    model = codec.get_mimi(mimi / "model.safetensors", codec.config(), "cpu", codec.CODEBOOKS)

    def through(samples: np.ndarray) -> np.ndarray:
        filled = np.pad(samples, (0, -len(samples) % codec.FRAME))
        with torch.inference_mode():
            return model.decode(model.encode(torch.from_numpy(filled)[None, None]))[0, 0, : len(samples)].numpy()

    return through


def _hear_shard(corpus: Path, shard: Path, folder: Path, codec: Callable[[np.ndarray], np.ndarray] | None) -> None:
    raw = np.fromfile(corpus / f"{shard.stem}.raw", np.int16)
    parts, index, at = [], [], 0
    for clip, pace, coded in _learnt(shard):
        samples = raw[clip.start : clip.start + clip.length].astype(np.float32) / 32768
        if codec and coded:
            samples = codec(samples)
        parts.append(np.log10(power(soxr.resample(samples, speech.RATE, RATE / pace))).astype(np.float16))
        index.append((at, len(parts[-1]), clip.text, clip.speaker))
        at += len(parts[-1])
    np.save(folder / f"{shard.stem}.npy", np.concatenate(parts))
    (folder / shard.name).write_text(json.dumps(index))  # last: its presence says the shard is whole
    print(f"listener: heard {shard.stem}", flush=True)


def noise(kind: str, count: int, random_: np.random.Generator, voices: list[np.ndarray]) -> np.ndarray:
    """Return `count` samples of noise at 16 kHz with RMS 1; `voices` are clips that make babble."""
    if kind == "babble":
        out = np.zeros(count, np.float32)
        for _ in range(max(6, 6 * count // (4 * RATE))):
            voice = voices[random_.integers(len(voices))]
            at = int(random_.integers(0, count))
            part = voice[: count - at]
            out[at : at + len(part)] += part
        out += 1e-4 * random_.standard_normal(count).astype(np.float32)
    else:
        spectrum = np.fft.rfft(random_.standard_normal(count))
        hertz = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20.0)
        slope = {"white": 0.0, "pink": -0.5, "brown": -1.0, "hum": -0.9}[kind]
        out = np.fft.irfft(spectrum * hertz**slope, count).astype(np.float32)
        if kind == "hum":
            seconds = np.arange(count) / RATE
            tones = sum(np.sin(2 * np.pi * 50 * k * seconds + k) / k for k in range(1, 8))
            out = out / out.std() + 1.5 * tones.astype(np.float32)
    return out / np.sqrt(np.mean(out**2))


def make_noise(corpus: Path, work: Path) -> dict[str, np.ndarray]:
    """Return the mel power of long noises by kind, made once."""
    path = work / "noise.npz"
    if not path.exists():
        clips = speech.Corpus(corpus)
        random_ = random.Random(3)
        chosen = random_.sample([c for c in clips.clips if not c.held_out], min(200, len(clips.clips) // 2))
        voices = [soxr.resample(clips.samples(clip), speech.RATE, RATE) for clip in chosen]
        generator = np.random.default_rng(3)
        np.savez(path, **{kind: power(noise(kind, NOISE_SECONDS * RATE, generator, voices)) for kind in NOISES})
    with np.load(path) as file:
        return {kind: file[kind] for kind in NOISES}


# What the model learns from: one scene at a time.


@dataclass(frozen=True)
class Scene:
    """A window as the model hears it: log-mel features (frames, 80), the text, the phones; empty text is no speech."""

    features: np.ndarray
    text: str
    phones: np.ndarray  # int16 (frames): as in Heard


class Stage:
    """Draws scenes: clips with silence around them, in rooms, through microphones, over noise."""

    def __init__(self, heard: Heard, noises: dict[str, np.ndarray], seed: int) -> None:
        self.heard, self.noises = heard, noises
        self.random = np.random.default_rng(seed)
        users = [i for i, (_, _, _, speaker) in enumerate(heard.index) if speaker not in speech.COMPANIONS]
        self.users = np.array(users or range(len(heard.index)))
        self.warps = [_warp(factor) for factor in np.linspace(0.86, 1.16, 25)]

    def draw(self) -> Scene:
        """Draw one scene of at most eight seconds."""
        random_ = self.random
        if random_.random() < 0.06:
            return self._nothing()
        power_, text, phones = self.clip()
        if random_.random() < 0.15 and len(power_) < FRAMES // 2:
            more, text_2, phones_2 = self.clip()
            if len(power_) + len(more) < FRAMES - 110:
                gap = np.full((random_.integers(12, 70), MELS), FLOOR, np.float32)
                power_, text = np.concatenate([power_, gap, more]), f"{text} {text_2}"
                phones = np.concatenate([phones, np.zeros(len(gap), np.int16), phones_2])
        lead = self._pause()
        trail = self._pause()
        power_ = np.pad(power_, ((lead, trail), (0, 0)), constant_values=FLOOR)[:FRAMES]
        phones = np.pad(phones, (lead, trail))[:FRAMES]
        if random_.random() < 0.25:
            power_ = self.room(power_)
        power_ = power_ * 10 ** random_.uniform(-1.6, 1.0)
        if random_.random() < 0.4:
            power_ = self.microphone(power_)
        power_ = self.noisy(power_)
        return Scene(self.blurred(features(power_)), text, phones)

    def clip(self) -> tuple[np.ndarray, str, np.ndarray]:
        """Return a clip at random, warped and stretched: mel power (frames, 80), its text, its phones (frames)."""
        random_ = self.random
        number = random_.choice(self.users) if random_.random() < 0.5 else random_.integers(len(self.heard.index))
        start, length, text, _ = self.heard.index[number]
        phones = self.heard.phones[start : start + length]
        power_ = 10.0 ** self.heard.frames[start : start + length].astype(np.float32)
        if random_.random() < 0.5:
            power_ = power_ @ self.warps[random_.integers(len(self.warps))]
        if random_.random() < 0.35:
            power_ = _stretched(power_, random_.uniform(0.85, 1.15))
            phones = phones[np.arange(len(power_)) * len(phones) // len(power_)]
        return power_[: FRAMES - 20], text, phones[: FRAMES - 20]

    def _nothing(self) -> Scene:
        random_ = self.random
        frames = int(random_.integers(40, 300))
        level = 10 ** random_.uniform(-9.0, 0.5)
        power_ = np.full((frames, MELS), FLOOR, np.float32)
        if random_.random() < 0.85:
            power_ = power_ + level * self._noise(frames, speechless=True)
        if random_.random() < 0.3:  # a knock
            at = int(random_.integers(0, frames - 4))
            power_[at : at + 3] += level * 10 ** random_.uniform(0, 2) * random_.random((3, 1)).astype(np.float32)
        return Scene(features(self.microphone(power_)), "", np.zeros(frames, np.int16))

    def _pause(self) -> int:
        return int(self.random.integers(0, 12) if self.random.random() < 0.6 else self.random.integers(5, 60))

    def _noise(self, frames: int, speechless: bool = False) -> np.ndarray:
        kinds = NOISES[:4] if speechless else NOISES
        bank = self.noises[kinds[self.random.integers(len(kinds))]]
        at = int(self.random.integers(0, len(bank) - frames))
        return bank[at : at + frames] / RATE  # about the size of speech at RMS 0.01

    def noisy(self, power_: np.ndarray) -> np.ndarray:
        """Return mel power (frames, 80) with noise 5 to 70 dB below."""
        random_ = self.random
        noise_ = self._noise(len(power_))
        loud = power_.sum(1)
        signal = loud[loud > 0.01 * loud.max()].mean()
        decibels = random_.uniform(5, 30) if random_.random() < 0.5 else random_.uniform(30, 70)
        noise_ = noise_ * (signal / noise_.sum(1).mean() * 10 ** (-decibels / 10))
        angle = np.clip(random_.standard_normal(power_.shape).astype(np.float32) * 0.35, -0.9, 0.9)
        return np.maximum(power_ + noise_ + 2 * np.sqrt(power_ * noise_) * angle, FLOOR)

    def room(self, power_: np.ndarray) -> np.ndarray:
        """Return mel power (frames, 80) with reverberation."""
        random_ = self.random
        reach = int(random_.integers(4, 36))  # frames until the reverberation is 13 dB down
        tail = 10 ** random_.uniform(-2.0, -0.5) * np.exp(-3.0 * np.arange(1, 2 * reach) / reach)
        out = power_.copy()
        for delay, part in enumerate(tail.astype(np.float32), 1):
            if delay < len(out):
                out[delay:] += part * power_[:-delay]
        return out

    def microphone(self, power_: np.ndarray) -> np.ndarray:
        """Return mel power (frames, 80) through a microphone that prefers some bands."""
        points = self.random.uniform(-0.8, 0.8, 6)
        curve = np.interp(np.linspace(0, 5, MELS), np.arange(6), points)
        if self.random.random() < 0.2:  # a dull one
            curve[self.random.integers(55, 76) :] -= 2.5
        return np.maximum(power_ * (10.0**curve).astype(np.float32), FLOOR)

    def blurred(self, out: np.ndarray) -> np.ndarray:
        """Smear and mask: what a neural codec or a bad line does."""
        random_ = self.random
        if random_.random() < 0.2:
            mix = random_.uniform(0.1, 0.35)
            out = (1 - mix) * out + mix * 0.5 * (np.roll(out, 1, 1) + np.roll(out, -1, 1))
        if random_.random() < 0.25:
            out = out + random_.normal(0, random_.uniform(0.01, 0.06), out.shape).astype(np.float32)
        if random_.random() < 0.35:
            band = int(random_.integers(0, MELS - 10))
            out[:, band : band + int(random_.integers(1, 10))] = out.min()
        if random_.random() < 0.25:
            at = int(random_.integers(0, max(1, len(out) - 8)))
            out[at : at + int(random_.integers(1, 8))] = out.min()
        return out.astype(np.float32)


def features(power_: np.ndarray) -> np.ndarray:
    """Return Whisper's features (frames, 80) of mel power, as faster_whisper scales them."""
    log = np.log10(np.maximum(power_, FLOOR))
    return ((np.maximum(log, log.max() - 8.0) + 4.0) / 4.0).astype(np.float32)


def _warp(factor: float) -> np.ndarray:
    """Return a matrix (80, 80) that moves the mel bands as a longer or shorter vocal tract would."""
    place = np.clip(np.arange(MELS) * factor, 0, MELS - 1.001)
    low = place.astype(int)
    out = np.zeros((MELS, MELS), np.float32)
    out[low, np.arange(MELS)] = 1 - (place - low)
    out[low + 1, np.arange(MELS)] += place - low
    return out


def _stretched(power_: np.ndarray, factor: float) -> np.ndarray:
    place = np.linspace(0, len(power_) - 1.001, max(2, int(len(power_) * factor)))
    low, part = place.astype(int), (place - place.astype(int)).astype(np.float32)[:, None]
    return power_[low] * (1 - part) + power_[np.minimum(low + 1, len(power_) - 1)] * part
