"""Scenarios in which both sound at once: interruptions, backchannels, noises, and its own voice through the echo."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import soxr

from app.rig import analysis
from app.rig.analysis import first_audible, last_audible
from app.rig.figures import Findings, Rate, Times
from app.rig.kept import Reply, replies
from app.rig.people import BACKCHANNELS, NOISES, VOICES, Clip, distant, spoken
from app.rig.phrasebook import INTERRUPTIONS, LONG, QUESTIONS
from app.rig.program import Told
from app.rig.room import ANSWERS, LASTS, STILL, Conditions, Room, room
from app.rig.server import RATE
from core.evaluation.words import plain_words
from core.fade import DUCK, Fade
from core.settings import FloorSettings
from core.types import EAR_RATE, VOICE_RATE, Samples
from models.evaluation.sphinx import spoken_words

DUCKED = 0.5  # of the gain before: -6 dB
YIELDS = 1.5  # seconds within which it must have fallen silent to count as having yielded
SILENT = 0.35  # seconds without a sound after which a reply has stopped
AFTERWARDS = RATE // 4  # after the person's last sound, in which no answer to them can come yet
COMES = (1.0, 3.0)  # seconds into a reply at which an interruption comes


@dataclass(frozen=True, eq=False)
class Struck:
    """A reply, and what sounded into it."""

    clip: Clip
    played: Samples  # from before the reply to after its end
    start: int  # of `played`, in the recording
    reply: int  # first audible sample of it, in `played`
    onset: int  # of what the person did
    over: int  # last sample of that
    record: Told | None
    told: Sequence[Told]

    @property
    def still(self) -> int:
        """Where the reply fell silent after the onset, for at least SILENT; the onset if it was silent before."""
        parts = [part for part in analysis.stretches(self.played, SILENT) if part[1] > self.onset]
        return parts[0][1] if parts and parts[0][0] <= self.onset + round(SILENT * RATE) else self.onset

    @property
    def outcome(self) -> str:
        """What became of the turn, as the program says."""
        return self.record.facts["outcome"] if self.record else ""


def struck(here: Room, words: str, clip: Clip, seconds: float) -> Struck | None:
    """Have it begin a long reply, and let something sound into it after so many seconds; None if it was over before."""
    start, first = here.quiet(), len(here.program.told)
    here.program.type(words)
    begun = here.recorder.wait_played(start, ANSWERS)
    if begun is None:
        return None
    here.recorder.wait_until(begun + round(seconds * RATE) - LEAD_IN)
    here.person.say(clip)
    here.recorder.wait_until(here.recorder.now + len(clip.sound) + RATE)
    record = here.program.wait("TurnRecord", LASTS, first, typed=True, user=words)
    if record and record.facts["outcome"] == "interrupted":
        here.program.wait("TurnRecord", ANSWERS, here.program.told.index(record) + 1)  # of what was said instead
    here.quiet()
    person, played = here.recorder.both(start)
    onset, over = first_audible(person), last_audible(person)
    if onset is None or over is None:
        return None
    return Struck(clip, played, start, begun - start, onset, over, record, here.program.told[first:])


LEAD_IN = round(0.12 * RATE)  # what a player needs to begin


def interruptions(how: Conditions) -> Findings:
    """Cut in 1 to 3 s into a reply."""
    tries: list[Struck] = []
    with room(how, "interruptions") as here:
        for at in range(how.count):
            clip = spoken(INTERRUPTIONS[at % len(INTERRUPTIONS)], VOICES[at % len(VOICES)])
            one = struck(here, LONG[at % len(LONG)], clip, here.chance.uniform(*COMES))
            tries += [one] if one else []
    kept = replies(how.folder / "interruptions" / "kept")
    # A reply that would have ended by itself shows nothing.
    fair = [one for one in tries if one.outcome != "answered" or one.still > one.onset + round(YIELDS * RATE)]
    yielded = [one for one in fair if one.still <= one.onset + round(YIELDS * RATE)]
    silent = [(one.still - one.onset) * 1000 / RATE for one in yielded]
    cuts = [found for one in yielded if (found := _compared(one, kept)) is not None]
    known = [each.words for each in cuts if each.words is not None]
    figures = (
        Rate("interruptions yielded to", len(yielded), len(fair)),
        Times("until never louder than -6 dB", "ms", tuple(each.ducked for each in cuts)),
        Times("until silent", "ms", tuple(silent)),
        Times("kept sound against the recording", "ms", tuple(abs(each.sound_ms) for each in cuts)),
        Rate("kept sound within one frame (80 ms)", sum(abs(each.sound_ms) <= 80 for each in cuts), len(cuts)),
        Rate("kept words within one of those spoken", sum(abs(words) <= 1 for words in known), len(known)),
    )
    remarks = [f"{len(tries) - len(fair)} replies had ended by themselves before it could be seen"]
    remarks += [f"not yielded to: {one.clip.text!r}" for one in fair if one not in yielded]
    return Findings(f"interruptions, {_named(how)}", figures, tuple(remarks))


@dataclass(frozen=True)
class Cut:
    """How a stopped reply as it was kept compares with the recording."""

    ducked: float  # ms until it was heard at more than half its gain for the last time
    sound_ms: float  # by which what was kept is longer than what sounded
    words: int | None  # and by which it holds more words than were spoken; None where these cannot be told


def _compared(one: Struck, kept: Sequence[Reply]) -> Cut | None:
    """Compare a stopped reply with what is kept of it; None if that cannot be found in the recording."""
    known = [reply for reply in kept if one.record and reply.turn == one.record.facts["turn"]["id"]]
    if not known:
        return None
    made = soxr.resample(known[0].sound, VOICE_RATE, RATE).astype(np.float32)
    offset = analysis.whereabouts(made, one.played, one.reply - RATE // 2, one.reply + RATE // 2) if len(made) else None
    if offset is None:
        return None
    sound, kept_words = one.played[offset : one.over + AFTERWARDS], len(plain_words(known[0].text))
    soft = _given_way(made)
    heard = analysis.sounding(sound, soft, one.onset - offset)
    narrow = soxr.resample(sound[:heard], RATE, EAR_RATE).astype(np.float32)
    spoken = spoken_words(known[0].written, narrow, kept_words)
    words = None if spoken is None else kept_words - spoken
    kept_ms = (analysis.audible(soft) - heard) * 1000 / RATE
    return Cut(_ducked(one, analysis.gains(made, one.played, offset)), kept_ms, words)


def _given_way(made: Samples) -> Samples:
    """Return a reply as soft as one that gives way, with the fade at its end."""
    fading, fall = np.full(len(made), FloorSettings().duck, np.float32), Fade(1.0)
    fall.move(0.0, DUCK * RATE // VOICE_RATE)
    fading[-fall.left :] *= fall.take(fall.left)[-len(made) :]
    return made * fading


def _ducked(one: Struck, levels: Sequence[tuple[int, float]]) -> float:
    since = [(at, gain) for at, gain in levels if at + analysis.STEP > one.onset]
    low = next((number for number, (_, gain) in enumerate(since) if gain < DUCKED), len(since))
    return (since[low - 1][0] + analysis.STEP - one.onset) * 1000 / RATE if low else 0.0


def backchannels(how: Conditions) -> Findings:
    """Say "mm-hm" and the like into replies, which go on."""
    clips = [spoken(BACKCHANNELS[at % len(BACKCHANNELS)], VOICES[at % len(VOICES)]) for at in range(how.count)]
    return _ignored(how, "backchannels", clips)


def noises(how: Conditions) -> Findings:
    """Let keyboards, coughs and doors sound into replies, which go on."""
    return _ignored(how, "noises", [NOISES[at % len(NOISES)](how.seed + at) for at in range(how.count)])


def bystanders(how: Conditions) -> Findings:
    """Let somebody talk to somebody else in the background of replies, which go on."""
    said = (spoken(QUESTIONS[at % len(QUESTIONS)], VOICES[at % len(VOICES)]) for at in range(how.count))
    return _ignored(how, "bystanders", map(distant, said))


def _ignored(how: Conditions, name: str, clips: Iterable[Clip]) -> Findings:
    tries: list[Struck] = []
    with room(how, name) as here:
        for at, clip in enumerate(clips):
            one = struck(here, LONG[at % len(LONG)], clip, here.chance.uniform(0.8, 1.4))
            tries += [one] if one else []
    held = [one for one in tries if one.outcome == "answered"]
    turned = [one for one in tries if one.outcome != "answered"]
    remarks = [f"{one.clip.text!r} ended a reply ({one.outcome or 'no record'})" for one in turned]
    rate = Rate(f"replies that went on after {name}", len(held), len(tries))
    return Findings(f"{name}, {_named(how)}", (rate,), tuple(remarks))


def alone(how: Conditions, minutes: float) -> Findings:
    """Let it speak to nobody, through the echo: it must neither answer nor interrupt itself; and look for gaps."""
    until = time.monotonic() + minutes * 60
    with room(how, "alone") as here:
        for at in count():
            start = here.recorder.now
            here.program.type(LONG[at % len(LONG)])
            if here.recorder.wait_played(start, ANSWERS) is not None:
                here.recorder.wait_quiet(here.recorder.now, LASTS, STILL)
            if time.monotonic() > until:
                break
        here.quiet()
        _, played = here.recorder.both()
        told = [each.facts for each in here.program.all("TurnRecord")]
    kept = replies(how.folder / "alone" / "kept")
    spoke = sum(end - start for start, end in analysis.stretches(played, STILL)) / RATE
    moved = _moved(kept, played)
    figures = (
        Times("seconds of its own speech", "s", (spoke,)),
        Rate("replies that it interrupted itself", sum(each["outcome"] != "answered" for each in told), len(told)),
        Rate("turns out of its own voice", sum(not each["typed"] for each in told), len(told)),
        Rate("gaps over 1 ms, in all replies", len(analysis.gaps(played)), len(told)),
        Rate("places with lost or added sound", len(moved), len(told)),
        Rate("jumps above the signal's own", len(analysis.clicks(played)), len(told)),
    )
    remarks = tuple(f"at {at / RATE:.2f} s the sound moved by {by * 1000 / RATE:.1f} ms" for at, by in moved[:20])
    return Findings(f"alone, {_named(how)}", figures, remarks)


def _moved(kept: Sequence[Reply], played: Samples) -> list[tuple[int, int]]:
    moved, near = [], 0
    for reply in kept:
        made = soxr.resample(reply.sound, VOICE_RATE, RATE).astype(np.float32)
        if len(made) < RATE // 2 or (at := analysis.whereabouts(made, played, near, near + 60 * RATE)) is None:
            continue
        moved += analysis.shifts(analysis.matches(made, played, at))
        near = at + len(made) // 2
    return moved


def _named(how: Conditions) -> str:
    return f"echo {how.echo.level_db:g} dB after {how.echo.delay_ms} ms" if how.echo else "no echo"
