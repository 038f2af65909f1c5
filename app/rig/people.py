"""The virtual people of the rig: what they say, in recorded speech of flite's voices, and the noises around them.

Needs flite (a Debian package). Every clip is trimmed to its first and last audible sample, so that a person begins as
abruptly as can be and is silent when they are silent.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from app.checks import Problem
from app.rig.recorder import AUDIBLE
from app.rig.server import RATE
from core.types import Samples

LOUDNESS = 0.07  # RMS of speech
EDGE = RATE // 200  # fade where speech is cut
VOICES = ("awb", "kal")
HUMS = {"mm-hm": "pau m m hh ah m pau", "mhm": "pau m hh ah m pau"}  # as phones: flite would spell them, in a second


@dataclass(frozen=True, eq=False)
class Clip:
    """Something that sounds, at RATE; `text` is what is said, `pause` the silence inside it."""

    text: str
    sound: Samples
    pause: tuple[int, int] | None = None  # samples: from, to

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return len(self.sound) / RATE


class Person:
    """Says clips into the room of one server, as time goes by."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._saying: list[subprocess.Popen[bytes]] = []

    def hush(self) -> None:
        """Say no more."""
        for process in self._saying:
            process.kill()
            process.wait()
        self._saying = []

    def say(self, clip: Clip, *, wait: bool = False) -> None:
        """Begin to say it now; return at once, or when it has been said."""
        raw = tempfile.TemporaryFile()  # noqa: SIM115 - the child's, from now on
        raw.write((np.clip(clip.sound, -1, 1) * 32767).astype("<i2").tobytes())
        raw.seek(0)
        command = ["pacat", "--playback", "-d", "person", f"--rate={RATE}", "--channels=1", "--format=s16le", "--raw"]
        process = subprocess.Popen(
            [*command, "--latency-msec=60"], env=self._environment, stdin=raw, stderr=subprocess.DEVNULL
        )
        raw.close()
        self._saying = [each for each in self._saying if each.poll() is None] + [process]
        if wait:
            process.wait(clip.seconds + 5)


@cache
def spoken(text: str, voice: str = VOICES[0]) -> Clip:
    """Return a sentence as one of flite's voices says it."""
    if shutil.which("flite") is None:
        raise Problem("the rig's people need flite to speak", "on this computer", "apt-get install flite")
    import soundfile
    import soxr

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        said = ["-p", HUMS[text]] if text in HUMS else ["-t", text]
        subprocess.run(["flite", "-voice", voice, *said, "-o", file], check=True, capture_output=True)
        sound, rate = soundfile.read(file, dtype="float32")
    sound = soxr.resample(sound, rate, RATE).astype(np.float32)
    sound = sound * (LOUDNESS / np.sqrt(np.mean(sound**2)))
    return Clip(text, _trimmed(sound))


def hesitant(head: str, tail: str, seconds: float, voice: str = VOICES[0]) -> Clip:
    """Return a sentence with a pause after its `head`, as if the speaker had to think.

    It is cut out of the whole sentence, so that the voice does not fall before the pause as it does at an end.
    """
    whole = spoken(f"{head} {tail}", voice).sound
    share = len(spoken(head, voice).sound) / (len(spoken(head, voice).sound) + len(spoken(tail, voice).sound))
    at = _quietest(whole, round(share * len(whole)))
    silence = np.zeros(round(seconds * RATE), np.float32)
    pieces = [_faded(_trimmed(whole[:at])), silence, _faded(_trimmed(whole[at:]))]
    begin = len(pieces[0])
    return Clip(f"{head} {tail}", np.concatenate(pieces), (begin, begin + len(silence)))


def distant(clip: Clip) -> Clip:
    """Return the same said behind the person: 15 dB softer, without what is above 3 kHz, with the room's echo.

    As Full-Duplex-Bench 1.5 makes background speech; the echo comes after 100 ms, 10 dB softer.
    """
    dull = np.pad(_coloured(clip.sound, 0, 3000), (0, RATE // 10))
    echoed = dull + 10 ** (-10 / 20) * np.roll(dull, RATE // 10)
    loud = np.sqrt(np.mean(np.square(clip.sound)) / np.mean(np.square(echoed[: len(clip.sound)])))
    return Clip(clip.text, (echoed * loud * 10 ** (-15 / 20)).astype(np.float32))


def _quietest(sound: Samples, near: int) -> int:
    """Return the quietest place within 150 ms of `near`."""
    width, hop = RATE // 50, RATE // 200
    places = range(max(near - RATE * 15 // 100, width), min(near + RATE * 15 // 100, len(sound) - width), hop)
    return min(places, key=lambda at: float(np.square(sound[at - width // 2 : at + width // 2]).sum()))


def _trimmed(sound: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(sound) > 2 * AUDIBLE)
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound


def _faded(sound: Samples) -> Samples:
    ramp = np.linspace(0, 1, EDGE, dtype=np.float32)
    edges = np.ones(len(sound), np.float32)
    edges[:EDGE] *= ramp
    edges[-EDGE:] *= ramp[::-1]
    return sound * edges


# Noises, made here: bursts as a keyboard, a cough and a door give them.


def keyboard(seed: int, keys: int = 8) -> Clip:
    """Return someone typing: short bright clicks, 60 to 180 ms apart."""
    random = np.random.default_rng(seed)
    pieces = []
    for _ in range(keys):
        click = random.standard_normal(RATE // 60) * np.exp(-np.arange(RATE // 60) / (RATE / 500))
        pieces += [np.diff(click, prepend=0) * 0.12, np.zeros(round(random.uniform(0.06, 0.18) * RATE))]
    return Clip("(keyboard)", np.concatenate(pieces).astype(np.float32))


def cough(seed: int) -> Clip:
    """Return a cough: two bursts of noise shaped like a mouth, 0.2 to 0.3 s each."""
    random = np.random.default_rng(seed)
    pieces = []
    for loud in (1.0, 0.6):
        length = round(random.uniform(0.2, 0.3) * RATE)
        time = np.arange(length) / length
        burst = _coloured(random.standard_normal(length), 400, 2500) * np.exp(-5 * time) * np.minimum(time * 40, 1)
        pieces += [burst * loud, np.zeros(RATE // 8)]
    return _at_level("(cough)", np.concatenate(pieces))


def door(seed: int) -> Clip:
    """Return a door that falls shut: a low thud that rings for a moment."""
    random = np.random.default_rng(seed)
    length = round(0.4 * RATE)
    thud = _coloured(random.standard_normal(length), 40, 350) * np.exp(-np.arange(length) / (RATE * 0.06))
    return _at_level("(door)", thud)


def _coloured(noise: np.ndarray, low: float, high: float) -> np.ndarray:
    spectrum = np.fft.rfft(noise)
    pitch = np.fft.rfftfreq(len(noise), 1 / RATE)
    return np.asarray(np.fft.irfft(spectrum * ((pitch > low) & (pitch < high)), len(noise)))


def _at_level(text: str, sound: np.ndarray) -> Clip:
    return Clip(text, (sound * (0.25 / np.abs(sound).max())).astype(np.float32))


NOISES = (keyboard, cough, door)
BACKCHANNELS = ("mm-hm", "yeah", "right", "uh-huh", "okay", "mhm")
