"""Whether a take can become a voice; every fault is a sentence that says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.ports import Transcriber
from core.types import VOICE_RATE, Samples
from models.recording.likeness import likeness, portrait
from models.recording.script import Script, word_error
from models.recording.take import Take, level_of, loudness_set, stretches, trimmed

CLIPPED, CLIPPED_SHARE = 0.985, 2e-4
QUIET_DB, NOISE_DB = -45.0, 15.0  # speech under this; less than this between speech and the room
BLOCK = 480  # samples in which the room is measured
PIECE_S = 2.0  # of speech that is compared with the rest
APART = 0.25  # under this two pieces are two people
CONSENT_WRONG = 0.34  # of its words


@dataclass(frozen=True, eq=False)
class Report:
    """What was found; without `faults` there is a reference and what it says."""

    faults: tuple[str, ...]
    heard: str = ""
    transcript: str = ""
    reference: Samples | None = None  # at VOICE_RATE, trimmed, at the usual loudness

    @property
    def good(self) -> bool:
        """Tell whether the take is accepted."""
        return not self.faults


def examine(take: Take, script: Script, transcriber: Transcriber, *, consent: bool = True) -> Report:
    """Examine a take of a script; without `consent` its last sentence is not asked for, as when a file is taken in.

    What a machine can hear of the sound comes first: a take that is silent or clipped is not listened to further.
    """
    faults = sound_faults(take, script.least_s, script.most_s)
    if faults:
        return Report(tuple(faults))
    parts = [take.cut(start - 0.1 if start > 0.1 else 0.0, end + 0.1) for start, end in stretches(take.wide)]
    heard = [transcriber(part.narrow).text for part in parts]
    faults += _speaker_faults(parts)
    spoken, agreed = len(parts), True
    if consent:
        spoken, agreed = _consent(heard, script.consent)
        if not agreed:
            faults.append(f"the consent was not heard: say “{script.consent}” at the end")
    faults += _word_faults(script, " ".join(heard[:spoken]))
    report = Report(tuple(faults), " ".join(heard))
    return report if faults else _made(report, take, script, parts[:spoken])


def sound_faults(take: Take, least_s: float, most_s: float) -> list[str]:
    """Return what is wrong with the sound alone."""
    wide = take.wide
    if not len(wide) or level_of(wide) < -70:
        return ["nothing was heard: check that the microphone is on and chosen"]
    clipped = np.count_nonzero(np.abs(wide) >= CLIPPED) / len(wide)
    if clipped > CLIPPED_SHARE:
        return ["it is too loud and distorted: turn the microphone down, or move away from it"]
    faults: list[str] = []
    speech = stretches(wide)
    length = sum(end - start for start, end in speech)
    loud = np.concatenate([_between(wide, start, end) for start, end in speech]) if speech else wide[:0]
    if not speech or level_of(loud) < QUIET_DB:
        faults.append("it is too quiet: come closer, or turn the microphone up")
    elif level_of(loud) - _under(wide) < NOISE_DB:
        faults.append("there is too much noise around: find a quieter place")
    if length < least_s:
        faults.append(f"it is too short: {length:.0f} s of speech, {least_s:.0f} are needed")
    if take.seconds > most_s:
        faults.append(f"it is too long: {take.seconds:.0f} s, at most {most_s:.0f}")
    return faults


def _between(wide: Samples, start: float, end: float) -> Samples:
    return wide[int(start * VOICE_RATE) : int(end * VOICE_RATE)]


def _under(wide: Samples) -> float:
    """Return the level that is left when nobody speaks: of the quietest tenth, whether or not there are pauses."""
    blocks = wide[: len(wide) // BLOCK * BLOCK].reshape(-1, BLOCK).astype(np.float64)
    return float(20 * np.log10(max(1e-6, np.quantile(np.sqrt((blocks**2).mean(1)), 0.1))))


def _speaker_faults(parts: Sequence[Take]) -> list[str]:
    """Compare pieces of speech with the whole: one that is far from it was said by somebody else."""
    pieces: list[Samples] = []
    for part in parts:
        if pieces and len(pieces[-1]) < PIECE_S * VOICE_RATE:
            pieces[-1] = np.concatenate([pieces[-1], part.wide])
        else:
            pieces.append(part.wide)
    portraits = [found for piece in pieces if (found := portrait(piece)).voiced]
    odd = [one for one in portraits for other in portraits if likeness(one, other).score < APART]
    return ["more than one voice was heard: it must be one person's"] if odd else []


def _consent(heard: Sequence[str], sentence: str) -> tuple[int, bool]:
    """Return how many stretches come before the consent, and whether it was said; it may have a pause in it."""
    for size in (1, 2, 3):
        if size < len(heard) and word_error(sentence, " ".join(heard[-size:])) <= CONSENT_WRONG:
            return len(heard) - size, True
    return len(heard), False


def _word_faults(script: Script, heard: str) -> list[str]:
    wrong = word_error(script.text, heard)
    if wrong <= script.words:
        return []
    return [
        f"other words were heard than the text ({wrong:.0%} differ): read it as it stands, one line after the other"
    ]


def _made(report: Report, take: Take, script: Script, parts: Sequence[Take]) -> Report:
    """Cut the reference: whole lines from the beginning, as many as fit; all of it where lines cannot be told apart."""
    speech = stretches(take.wide)[: len(parts)]
    lines, end = script.lines, speech[-1][1]
    if len(parts) == len(lines):
        fitting = [i for i, (_, stop) in enumerate(speech) if stop - speech[0][0] <= script.reference_s]
        last = max(fitting, default=0)
        lines, end = lines[: last + 1], speech[last][1]
    kept = trimmed(take.cut(0, end + 0.2 if end + 0.2 < take.seconds else take.seconds))
    return replace(report, transcript=" ".join(lines), reference=loudness_set(kept.wide))
