"""Voices out of nothing: without a reference the voice model invents a speaker, another for each seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.ports import Voice
from core.types import Samples
from models.recording.take import loudness_set
from models.voices import VoiceCard

TEXT = "Hello! It is good to hear you. I am listening, so tell me about your day, and I will do my best to follow."
POCKET_TEXT = "Hello. How are you today? I am here, and I am listening."


@dataclass(frozen=True, eq=False)
class Audition:
    """One invented speaker: what it was given to say, and how that sounds, at VOICE_RATE."""

    seed: int
    text: str
    sound: Samples

    def card(self, title: str, licence: str) -> VoiceCard:
        """Return the card of a voice that is kept under this title; its recording is written with it."""
        consent = f"no person: invented by the voice model from seed {self.seed}"
        return VoiceCard(title, title, self.text, "auditioned", licence, consent, f"seed {self.seed}", Path())


def auditions(voice: Voice, text: str, seeds: Iterator[int]) -> Iterator[Audition | float]:
    """Yield a speaker for each seed, and between them, while one speaks, how many seconds of it there are.

    Raises ValueError for a text in which there is nothing to say. A seed that says nothing is passed over.
    """
    worded = voice.wording(text)
    for seed in seeds:
        frames: list[Samples] = []
        for frame in voice.speak((), worded, seed):
            frames.append(frame.samples)
            yield len(frames) * 0.08
        sound = np.concatenate(frames) if frames else np.zeros(0, np.float32)
        if np.abs(sound).max(initial=0) > 0:
            yield Audition(seed, worded, loudness_set(sound))
