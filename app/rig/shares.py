"""Where the time from the person's last sound to the answer went, on the recording's clock alone.

The microphone's clock is led to the recording's by finding there what the program kept of the person's words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import soxr

from app.rig import analysis
from app.rig.figures import Times
from app.rig.kept import Reply
from app.rig.program import Told
from app.rig.recorder import AUDIBLE
from app.rig.room import Exchanged
from app.rig.server import RATE
from core.audio.playback import FAINT
from core.segmenter import FRAME_MS
from core.settings import SegmenterSettings
from core.types import VOICE_FRAME, VOICE_RATE, Samples

MS = VOICE_RATE // 1000
TWICE = RATE // VOICE_RATE
PAUSED_MS = round(SegmenterSettings().pause_ms / FRAME_MS) * FRAME_MS  # of silence are a pause


@dataclass(frozen=True)
class Share:
    """The parts of one turn's time, in milliseconds; they add up to all of it."""

    detector: float  # from the last sound of the person to the last that the detector took for speech
    wait: float  # deliberate
    models: float  # for which words or voice were not there yet when that was over, and the voice's own soft begin
    rest: float  # from then to the first audible sample


def shares(said: Sequence[Exchanged], kept: Sequence[Reply]) -> list[Share]:
    """Return the parts of each turn that was answered without a change of mind."""
    by_turn = {reply.turn: reply for reply in kept}
    return [share for each in said if (share := _share(each, by_turn)) is not None]


def _share(each: Exchanged, kept: Mapping[int, Reply]) -> Share | None:
    commits = [told for told in each.told if told.event == "Commit"]
    ends = [told for told in each.told if told.event == "SpeechEnded"]
    if len(commits) != 1 or len(ends) != 1 or each.answer is None or commits[0].facts["turn"]["id"] not in kept:
        return None
    reply = kept[commits[0].facts["turn"]["id"]]
    made = soxr.resample(reply.user, VOICE_RATE, RATE).astype(np.float32)
    before = analysis.first_audible(made) or 0  # silence, some of it from before this stretch
    where = analysis.whereabouts(made[before:], each.person, 0, len(each.person)) if len(made) else None
    waited = _waited(each.told, ends[0].at)
    if where is None or waited is None:
        return None
    heard = ends[0].facts["offset"] + SegmenterSettings().offset_lag_ms * MS
    last = where - before + (heard - reply.user_start) * TWICE
    over = last + round(waited.wanted * RATE / 1000)
    models = _models_ms(each.told, commits[0].facts["turn"], waited, reply.sound)
    return Share(_ms(last - each.ended), waited.wanted, models, _ms(each.answer - over) - models)


@dataclass(frozen=True)
class _Waited:
    """How long the last pause of a turn was waited in, in milliseconds."""

    noticed: float  # when it was noticed, by the program's own clock, in seconds
    wanted: float  # on purpose: as told last, or until a longer one was thought better of
    words: float  # and beyond that for the words, without which no turn ends


def _waited(told: Sequence[Told], until: float) -> _Waited | None:
    begun = [each.at for each in told if each.event == "Paused" and each.at <= until]
    waits = [each for each in told if each.event == "Waiting" and begun and begun[-1] <= each.at <= until]
    if not waits:
        return None
    wanted = waits[-1].facts["milliseconds"]
    silent = PAUSED_MS + (waits[-1].at - begun[-1]) * 1000  # when that was told
    late = max(silent - wanted, 0.0)
    wanted, words = (wanted + late, 0.0) if len(waits) > 1 else (wanted, late)
    return _Waited(begun[-1], wanted, words)


def _models_ms(told: Sequence[Told], turn: object, waited: _Waited, sound: Samples) -> float:
    """Return for how long words and the first frame that sounds were waited for, and how softly that one began.

    Both were begun when the pause was noticed, and are counted from there by the program's own clock.
    """
    voiced = [each for each in told if each.event in ("Voiced", "Spoken") and each.facts["turn"] == turn]
    begun, loud = (int(np.argmax(np.abs(sound) > level)) for level in (FAINT, AUDIBLE))
    if not voiced:
        return waited.words
    first = voiced[min(loud // VOICE_FRAME, len(voiced) - 1)]
    made = PAUSED_MS + (first.at - waited.noticed) * 1000
    return max(made - waited.wanted, waited.words) + (loud - begun) / MS


def _ms(samples: int) -> float:
    return samples * 1000 / RATE


def rows(found: Sequence[Share], bare: Sequence[float]) -> list[Times]:
    """Return the figures; `bare` is what the sound card itself takes, in milliseconds."""
    usual = float(np.median(bare)) if bare else 0.0
    return [
        Times("   of these: the detector's delay", "ms", tuple(share.detector for share in found)),
        Times("   of these: deliberate wait", "ms", tuple(share.wait for share in found)),
        Times("   of these: the models, after the wait", "ms", tuple(share.models for share in found)),
        Times("   of these: all else", "ms", tuple(share.rest for share in found)),
        Times("a bare program's loop in this room", "ms", tuple(bare)),
        Times("all else beyond a bare program's median", "ms", tuple(share.rest - usual for share in found)),
    ]
