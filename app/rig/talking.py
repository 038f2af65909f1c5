"""Scenarios of plain talk: how soon it answers, whether it cuts people off, whether first words are lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import soxr

from app.rig.bare import loops
from app.rig.figures import Findings, Rate, Times
from app.rig.kept import replies
from app.rig.people import VOICES, Clip, hesitant, spoken
from app.rig.phrasebook import HESITANT, QUESTIONS
from app.rig.room import Conditions, Exchanged, Room, exchange, room
from app.rig.server import RATE
from app.rig.shares import rows, shares
from core.patience import KNOWN
from core.types import EAR_RATE, Samples

LEAD = 0.5  # seconds of silence before and after the clean file that the recogniser is given
STAGES = {"heard": "recognition", "thought": "first words", "spoke": "first sound"}  # within the wait

UNKNOWN = KNOWN - 1  # such sentences after which it knows nothing of the person's habits yet

Recognise = Callable[[Samples], str]


def turns(how: Conditions, recognise: Recognise) -> Findings:
    """Say complete sentences, each with an abrupt beginning."""
    clips = [spoken(QUESTIONS[at % len(QUESTIONS)], VOICES[at % len(VOICES)]) for at in range(how.count)]
    bare = loops(how.folder / "bare", how.latency_ms)
    with room(how, "turns") as here:
        said = list(_held(here, clips))
    parts = rows(shares(said, replies(how.folder / "turns" / "kept")), bare)
    kept, known = _first_words(said, recognise)
    figures = [Rate("answered after a complete turn", sum(each.answer is not None for each in said), len(said))]
    remarks = [f"first word lost: {clean!r} was heard as {live!r}" for clean, live in kept if not _same(clean, live)]
    whole = Rate("first words kept", sum(_same(clean, live) for clean, live in kept), known)
    return Findings("turns", (*_latencies(said), *parts, *figures, whole), tuple(remarks))


def pauses(how: Conditions) -> Findings:
    """Say sentences with a pause of 0.4 to 1.0 s in them, to a program that does not know the person yet."""
    clips = _hesitations(how)
    said: list[Exchanged] = []
    for first in range(0, len(clips), UNKNOWN):
        with room(how, "pauses") as here:
            said += _held(here, clips[first : first + UNKNOWN])
    return _paused("pauses", said)


def habit(how: Conditions) -> Findings:
    """Let one person do the same all the time, whose pauses it comes to know."""
    with room(how, "habit") as here:
        said = list(_held(here, _hesitations(how)))
    return _paused("habit", said)


def _hesitations(how: Conditions) -> list[Clip]:
    lengths = np.linspace(0.4, 1.0, how.count)
    np.random.default_rng(how.seed).shuffle(lengths)
    return [
        hesitant(*HESITANT[at % len(HESITANT)], float(length), VOICES[at % len(VOICES)])
        for at, length in enumerate(lengths)
    ]


def _paused(name: str, said: Sequence[Exchanged]) -> Findings:
    cut = [each for each in said if each.intruded()]
    remarks = [f"cut off in {each.clip.text!r} at a pause of {_pause(each.clip):.2f} s" for each in cut]
    answered = Rate("answered after the whole turn", sum(each.answer is not None for each in said), len(said))
    taken = Rate("taken over at a pause of 0.4 to 1.0 s", len(cut), len(said))
    return Findings(name, (taken, answered, *_latencies(said)), tuple(remarks))


def _held(here: Room, clips: Iterable[Clip]) -> Iterable[Exchanged]:
    for clip in clips:
        if (said := exchange(here, clip)) is not None:
            yield said


def _pause(clip: Clip) -> float:
    assert clip.pause is not None
    return (clip.pause[1] - clip.pause[0]) / RATE


def _latencies(said: Iterable[Exchanged]) -> list[Times]:
    answered = [each for each in said if each.latency_ms is not None and not each.intruded()]
    figures = [Times("voice to voice", "ms", tuple(each.latency_ms or 0.0 for each in answered))]
    told = [times[-1].facts for each in answered if (times := [t for t in each.told if t.event == "ReplyTimes"])]
    for stage, name in STAGES.items():
        values = [facts[stage] for facts in told if facts.get(stage) is not None]
        figures.append(Times(f"   meanwhile: {name}", "ms", tuple(values)))
    return figures


# First words, by the recogniser that the program itself uses.


def _first_words(said: Iterable[Exchanged], recognise: Recognise) -> tuple[list[tuple[str, str]], int]:
    """Return (first word in the clean file, words of the live turn) for every turn of which a record was told."""
    pairs = []
    for each in said:
        records = [told.facts for told in each.told if told.event == "TurnRecord"]
        clean = _words(recognise(_clean(each.clip)))
        if records and clean:
            pairs.append((clean[0], " ".join(_words(records[0]["user"])[:2])))
    return pairs, len(pairs)


def _clean(clip: Clip) -> Samples:
    narrow = soxr.resample(clip.sound, RATE, EAR_RATE, quality="HQ").astype(np.float32)
    return np.pad(narrow, round(LEAD * EAR_RATE))


def _words(text: str) -> list[str]:
    return ["".join(char for char in word if char.isalnum()) for word in text.lower().split()]


def _same(clean: str, live: str) -> bool:
    return clean in live.split()[:1]
