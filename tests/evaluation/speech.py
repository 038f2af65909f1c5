"""Speech whose truth is known: flite and espeak-ng say a text, just so."""

from __future__ import annotations

import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
import soxr

from core.types import EAR_RATE, VOICE_RATE

TEXTS = (
    "I can talk with you, count, tell a joke, and remember your name.",
    "The old man walked to the library after dinner.",
    "How about a long walk with a friend in the park?",
    "My mother will bring some bread and cheese tomorrow.",
)


def narrow(wide):
    return soxr.resample(wide, VOICE_RATE, EAR_RATE).astype(np.float32)


@lru_cache(maxsize=256)
def flite(text, voice="slt", stretch=1.0):
    options = ["--setf", f"duration_stretch={stretch}"]
    return _said(lambda file: ["flite", "-voice", voice, *options, "-t", text, "-o", file])


@lru_cache(maxsize=256)
def espeak(text, voice="en-us", speed=150):
    return _said(lambda file: ["espeak-ng", "-v", voice, "-s", str(speed), "-w", file, text])


def _said(command):
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "said.wav")
        subprocess.run(command(file), check=True, capture_output=True)
        sound, rate = soundfile.read(file, dtype="float32")
    wide = soxr.resample(sound, rate, VOICE_RATE).astype(np.float32)
    return wide * np.float32(0.07 / np.sqrt(np.mean(wide**2)))
