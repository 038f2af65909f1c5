"""Everything that is measured on one clip of speech whose text is known."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from core.evaluation.loudness import loudness
from core.evaluation.pitch import pitch_track
from core.evaluation.rhythm import Rhythm, rhythm, syllables
from core.types import VOICE_RATE, Samples

CLIPPED = 0.985  # of full scale
SLOWEST, FASTEST = 1.8, 10.0  # syllables a second of speech, beyond which something went wrong
GRACE_S = 1.0  # that a clip may take besides


@dataclass(frozen=True)
class Measures:
    """One clip; what cannot be measured, as the pitch of a whisper, is None."""

    seconds: float
    rate: float | None  # syllables a second, pauses left out
    pitch: float | None  # median, in semitones above 100 Hz
    pitch_range: float | None  # from the 10th to the 90th percentile, in semitones
    loudness: float  # LUFS
    pauses: float  # number inside the clip
    pause_share: float
    silence_share: float
    clipped: float  # share of samples at full scale
    cut_off: float  # 1: it ends while it is still loud
    run_away: float  # 1: it goes on far longer than its text
    too_short: float  # 1: nobody can say its text in that time

    def plain(self) -> dict[str, float | None]:
        """Return it as JSON knows it, rounded to what can be meant."""
        return {name: None if value is None else round(value, 6) for name, value in asdict(self).items()}


def measure(wide: Samples, text: str) -> Measures:
    """Measure speech at VOICE_RATE that should say `text`."""
    found, count = rhythm(wide), syllables(text)
    track = pitch_track(wide)
    track = track[np.isfinite(track)]
    low, middle, high = np.percentile(track, [10, 50, 90]) if len(track) else (None, None, None)
    return Measures(
        seconds=len(wide) / VOICE_RATE,
        rate=count / found.speech if found.speech else None,
        pitch=None if middle is None else float(middle),
        pitch_range=None if high is None or low is None else float(high - low),
        loudness=loudness(wide),
        pauses=float(len(found.pauses)),
        pause_share=found.pause_share,
        silence_share=found.silence_share,
        clipped=float(np.mean(np.abs(wide) >= CLIPPED)) if len(wide) else 0.0,
        cut_off=float(found.cut_off),
        run_away=float(_run_away(found, len(wide) / VOICE_RATE, count)),
        too_short=float(found.speech < count / FASTEST),
    )


def _run_away(found: Rhythm, seconds: float, count: int) -> bool:
    return max(found.speech, seconds - found.before) > count / SLOWEST + GRACE_S
