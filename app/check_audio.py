"""`sotto check audio`: how long sound takes from loudspeaker to microphone, what echo remains, which mode to use."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from app import compose
from app.checks import Problem
from app.converse import say_to
from app.devices import wanted
from core.audio.echo import RATE
from core.audio.trial import TrialError, Tried, tried
from core.settings import AudioSettings
from core.types import VOICE_RATE, Samples
from models.audiofile import read_audio

STILL = 0.7  # seconds before anything is played: the room's own noise
SWEEP = 1.0
LEVEL = 0.25
LONGEST_DELAY = 1.5  # seconds that are searched
FAINT = -50.0  # dB: echo that nobody would notice, and no speech detector
ENOUGH = 20.0  # dB by which echo must be lowered
LIKE = 0.05  # correlation below which nothing was heard of what was played

Advice = Literal["speakers", "headphones", "no echo", "nothing heard"]
REASONS: dict[Advice, str] = {
    "speakers": 'Loudspeakers are fine: Sotto does not hear itself. Leave audio.echo at "cancel".',
    "headphones": "Use headphones: too much of Sotto's own voice is left in what it hears.",
    "no echo": 'There is no echo, as with headphones. audio.echo = "leave" saves work, "cancel" does no harm.',
    "nothing heard": "The microphone hears nothing at all. Is it muted, or forbidden to this program?",
}


@dataclass(frozen=True)
class Verdict:
    """What a trial says of a pair of devices; levels in dB, None where there was nothing to measure."""

    microphone: str
    loudspeaker: str
    advice: Advice
    round_trip_ms: float | None  # from handing a sample out to getting it in
    echo_db: float | None  # against what was played
    left_db: float | None  # the same after cancelling
    noise_db: float  # of the room, against full scale

    def lines(self) -> list[str]:
        """Return it for people."""
        told = [f"Microphone:  {self.microphone}", f"Loudspeaker: {self.loudspeaker}"]
        if self.round_trip_ms is not None:
            told.append(f"Round trip:  {self.round_trip_ms:.0f} ms")
            told.append(f"Echo:        {self.echo_db:.0f} dB, after cancelling {self.left_db:.0f} dB")
        told.append(f"Noise:       {self.noise_db:.0f} dB of full scale")
        return [*told, REASONS[self.advice]]


def run(asked: argparse.Namespace) -> int:
    """Make the trial; 0 if Sotto can be used with these devices as they are, else 1."""
    say = say_to(asked.json)
    settings = wanted(asked)
    say("Playing a sweep and some speech: please be quiet for ten seconds ...")
    verdict = judged(made(probe(), settings))
    if asked.json:
        print(json.dumps(asdict(verdict)))
    else:
        say("\n".join(verdict.lines()))
    if asked.speak:
        play_back(settings, say)
    return 0 if verdict.advice in ("speakers", "no echo") else 1


def made(sound: Samples, settings: AudioSettings) -> Tried:
    """Return what came of playing a sound; raises Problem where there is no device."""
    try:
        return tried(sound, settings)
    except TrialError as error:
        raise Problem(error, "on this computer", "see `sotto devices`, plug one in and try again") from error


def probe() -> Samples:
    """Return what is played: silence, a sweep from 150 to 7000 Hz, and a voice, at VOICE_RATE."""
    time = np.arange(round(SWEEP * VOICE_RATE)) / VOICE_RATE
    rise = np.log(7000 / 150) / SWEEP
    sweep = LEVEL * np.sin(2 * np.pi * 150 * (np.exp(rise * time) - 1) / rise) * np.minimum(1, 50 * time[::-1])
    choice = compose.choose(None, None)
    voice, _ = read_audio(choice.card.reference)
    speech = np.resize(voice, 6 * VOICE_RATE)
    still = np.zeros(round(STILL * VOICE_RATE))
    return np.concatenate([still, sweep, still / 2, speech]).astype(np.float32)


def judged(trial: Tried) -> Verdict:
    """Return what a trial says."""
    started = int(np.flatnonzero(np.abs(trial.played) > 1e-3)[0])
    noise = decibels(trial.heard[max(started - round(0.4 * RATE), 0) : started])
    delay, like = echo_of(trial.played, trial.heard)
    names = (trial.microphone, trial.loudspeaker)
    if like < LIKE:
        silent = not np.abs(trial.heard).max() > 0
        return Verdict(*names, "nothing heard" if silent else "no echo", None, None, None, noise)
    late = slice(len(trial.cleaned) - 4 * RATE, len(trial.cleaned) - RATE)  # the canceller has settled by then
    own, heard, left = (decibels(track[late]) for track in (np.roll(trial.played, delay), trial.heard, trial.cleaned))
    echo, remains = heard - own, left - own
    return Verdict(*names, _advice(echo, remains), delay * 1000 / RATE, echo, remains, noise)


def _advice(echo: float, remains: float) -> Advice:
    if echo < FAINT:
        return "no echo"
    return "speakers" if echo - remains > ENOUGH or remains < FAINT else "headphones"


def echo_of(played: Samples, heard: Samples) -> tuple[int, float]:
    """Return by how many samples the echo comes late, and how much of what was heard is echo, 0 to 1."""
    size = 1 << int(len(played) + len(heard)).bit_length()
    cross = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(played, size)), size)
    cross = np.abs(cross[: round(LONGEST_DELAY * RATE)])
    delay = int(np.argmax(cross))
    power = float(np.square(played, dtype=np.float64).sum() * np.square(heard, dtype=np.float64).sum())
    return delay, float(cross[delay]) / np.sqrt(power) if power else 0.0


def decibels(sound: Samples) -> float:
    """Return the loudness of a sound against full scale."""
    return float(10 * np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-12)) if len(sound) else -120.0


def play_back(settings: AudioSettings, say: Callable[[str], None]) -> None:
    """Record the user for three seconds and play that back."""
    say("Now say something, for three seconds ...")
    trial = made(np.zeros(3 * VOICE_RATE, np.float32), settings)
    heard = trial.heard[-4 * RATE : -RATE]
    say(f"Loudest: {20 * np.log10(np.abs(heard).max() + 1e-6):.0f} dB of full scale. This is what it heard:")
    made(heard[:: RATE // VOICE_RATE], settings)  # no filter: it is only listened to
