"""Takes, good and bad, and how alike voices are; spoken by flite, recognised by one who knows what was said."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from core.types import EAR_RATE, MIC_FRAME, VOICE_RATE, AudioFrame, Codes, Samples, Segment, SpeechFrame, Transcript
from models.audiofile import read_audio
from models.recording import Anchored, Take, examine, level_of, likeness, listen, loudness_set, portrait, script_for
from models.recording.script import Script, word_error
from models.recording.take import stretches, trimmed
from tests.fakes import Voice

SCRIPT = script_for("pocket")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory):
    """Return a function that speaks lines with pauses between them, kept for the next time."""
    folder = tmp_path_factory.mktemp("spoken")

    def speak(voice: str, lines: Sequence[str]) -> Take:
        pieces: list[Take] = []
        for line in lines:
            path = folder / f"{voice}-{abs(hash(line))}.wav"
            if not path.exists():
                subprocess.run(["flite", "-voice", voice, "-t", line, "-o", path], check=True, capture_output=True)
            pieces.append(Take(*read_audio(path)))
        quiet = np.random.default_rng(0).normal(0, 1e-4, VOICE_RATE * 3 // 5).astype(np.float32)
        wide = np.concatenate([quiet, *(part for piece in pieces for part in (piece.wide, quiet))])
        still = quiet[: EAR_RATE * 3 // 5]
        narrow = np.concatenate([still, *(part for piece in pieces for part in (piece.narrow, still))])
        return Take(wide, narrow)

    return speak


class Hearing:
    """A recogniser (`core.ports.Transcriber`) that hears these words, one after the other."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = iter(lines)

    def __call__(self, narrow: Samples) -> Transcript:
        """Return the next line."""
        return Transcript(next(self._lines, ""))


READ = (*SCRIPT.lines, SCRIPT.consent)


def test_a_good_take_becomes_a_reference(spoken) -> None:
    take = spoken("awb", READ)
    report = examine(take, SCRIPT, Hearing(READ))
    assert report.faults == ()
    assert report.reference is not None
    assert SCRIPT.lines[0] in report.transcript
    assert SCRIPT.consent not in report.transcript
    seconds = len(report.reference) / VOICE_RATE
    assert 2 < seconds <= SCRIPT.reference_s + 0.6
    assert np.abs(report.reference).max() <= 10 ** (-1 / 20) + 1e-6
    loud = [report.reference[int(a * VOICE_RATE) : int(b * VOICE_RATE)] for a, b in stretches(report.reference)]
    assert level_of(np.concatenate(loud)) == pytest.approx(-23, abs=1)
    assert likeness(portrait(report.reference), portrait(take.wide)).alike


def louder(take: Take) -> Take:
    return Take(np.clip(take.wide * 30, -1, 1), np.clip(take.narrow * 30, -1, 1))


def noisy(take: Take) -> Take:
    noise = np.random.default_rng(1).normal(0, 0.05, len(take.wide)).astype(np.float32)
    return Take(take.wide + noise, take.narrow)


BAD = {
    "silent": (lambda take: Take(take.wide * 0, take.narrow * 0), READ, "nothing was heard"),
    "clipped": (louder, READ, "too loud and distorted"),
    "quiet": (lambda take: Take(take.wide * 0.01, take.narrow * 0.01), READ, "too quiet"),
    "noisy": (noisy, READ, "too much noise"),
    "short": (lambda take: take.cut(0, 3.5), READ, "too short"),
    "long": (lambda take: Take(np.tile(take.wide, 6), np.tile(take.narrow, 6)), READ * 6, "too long"),
    "wrong text": (lambda take: take, ("the cat sat", "on the mat") * 2 + ("and so on", READ[-1]), "other words"),
    "no consent": (lambda take: take, (*READ[:-1], "thank you and good bye"), "the consent was not heard"),
    "nothing understood": (lambda take: take, (), "the consent was not heard"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_take_is_refused_with_its_reason(spoken, case: str) -> None:
    spoil, heard, reason = BAD[case]
    report = examine(spoil(spoken("awb", READ)), SCRIPT, Hearing(heard))
    assert report.reference is None
    assert reason in "; ".join(report.faults)


def test_two_people_are_not_one_voice(spoken) -> None:
    one, other = spoken("slt", READ[:3]), spoken("rms", READ[3:])
    both = Take(np.concatenate([one.wide, other.wide]), np.concatenate([one.narrow, other.narrow]))
    report = examine(both, SCRIPT, Hearing(READ))
    assert "more than one voice" in "; ".join(report.faults)


def test_a_file_needs_no_consent_sentence(spoken) -> None:
    assert examine(spoken("awb", SCRIPT.lines), SCRIPT, Hearing(SCRIPT.lines), consent=False).good


def test_the_same_voice_is_alike_and_others_are_not(spoken) -> None:
    voices = ("slt", "rms", "awb", "kal16")
    first = {voice: portrait(spoken(voice, READ[:3]).wide) for voice in voices}
    second = {voice: portrait(spoken(voice, READ[3:]).wide) for voice in voices}
    for one in voices:
        for other in voices:
            assert likeness(first[one], second[other]).alike == (one == other), (one, other)
    silence = portrait(np.zeros(VOICE_RATE, np.float32))
    assert silence.voiced == portrait(np.zeros(10, np.float32)).voiced == 0
    assert likeness(silence, first["slt"]).score == 1.0


class Frames:
    """A microphone (`core.ports.Microphone`) that hears a take."""

    def __init__(self, take: Take) -> None:
        self._take = take

    def __iter__(self) -> Iterator[AudioFrame]:
        """Yield it frame by frame."""
        for at in range(0, len(self._take.wide) // MIC_FRAME * MIC_FRAME, MIC_FRAME):
            narrow = self._take.narrow[at * 2 // 3 :][:512]
            yield AudioFrame(at, self._take.wide[at : at + MIC_FRAME], narrow)

    def close(self) -> None:
        """Nothing is open."""


def test_a_microphone_is_listened_to_for_so_long(spoken) -> None:
    take = spoken("slt", READ)
    heard = list(listen(Frames(take), 2.0))
    assert heard[-1][1].seconds == pytest.approx(2.0, abs=0.04)
    assert max(level for level, _ in heard) > -30
    assert [taken.seconds for _, taken in heard] == sorted(taken.seconds for _, taken in heard)
    whole = list(listen(Frames(take), 600))[-1][1]
    np.testing.assert_array_equal(whole.wide, take.wide[: len(whole.wide)])


def test_silence_is_cut_away_and_the_loudness_set(spoken) -> None:
    take = spoken("slt", READ[:1])
    assert trimmed(take).seconds < take.seconds - 0.5
    assert trimmed(Take(np.zeros(100, np.float32), np.zeros(66, np.float32))).seconds == 0
    assert not loudness_set(np.zeros(100, np.float32)).any()


def test_scripts_are_whole() -> None:
    for script in (script_for("gpu-8"), script_for("gpu-8", "xx"), SCRIPT):
        assert isinstance(script, Script)
        assert script.consent
        assert script.lines
    assert script_for("gpu-8") != SCRIPT
    assert word_error("a b c d", "a x c") == 0.5
    assert word_error("Hello, you!", "hello you") == 0
    assert word_error("one", "many other words instead") == 1


class Drifting(Voice):
    """A voice that begins to sound like another."""

    def __init__(self, sound: Samples) -> None:
        super().__init__()
        self.sound, self.contexts = sound, []

    def speak(self, context: Sequence[Segment], text: str, seed: int) -> Iterator[SpeechFrame]:
        """Yield the sound, whatever the text."""
        self.contexts.append(list(context))
        for at in range(0, len(self.sound) // 1920 * 1920, 1920):
            yield SpeechFrame(self.sound[at : at + 1920], np.zeros(4, np.int64))


def test_a_drifted_voice_is_anchored_to_its_reference(spoken) -> None:
    one, other = spoken("slt", READ).wide, spoken("rms", READ).wide
    codes: Codes = np.ones((3, 4), np.int64)
    reference = Segment(0, "reference", codes, pinned=True)
    said, asked, newer = Segment(0, "said", codes), Segment(1, "asked", codes), Segment(0, "newer", codes * 2)
    inner = Drifting(one)
    voice = Anchored(inner, one)
    for _ in range(4):
        list(voice.speak([reference, said, asked], "x", 0))
    assert voice.drift.anchored == 0
    assert all(each.alike for each in voice.drift.last)
    inner.sound = other
    for _ in range(3):
        assert inner.contexts[-1] == [reference, said, asked]
        list(voice.speak([reference, said, asked], "x", 0))
    assert voice.drift.anchored == 1
    inner.sound = one
    again = Segment(0, "said", codes.copy())  # the same past in another object
    list(voice.speak([reference, again, asked, newer], "x", 0))
    assert inner.contexts[-1] == [reference, asked, newer]
    voice.prepare([reference])


def test_what_cannot_be_compared_is_no_drift(spoken) -> None:
    inner = Drifting(np.zeros(VOICE_RATE * 2, np.float32))
    voice = Anchored(inner, spoken("slt", READ).wide)
    for _ in range(5):
        list(voice.speak([], "x", 0))
    assert voice.drift.anchored == 0
    assert voice.drift.last == ()


def test_references_of_the_pocket_pack_are_two_voices() -> None:
    folder = Path(__file__).parents[2] / "assets" / "pocket" / "voices"
    ada, tom = (portrait(read_audio(folder / name / "reference.wav")[0]) for name in ("ada", "tom"))
    assert not likeness(ada, tom).alike
