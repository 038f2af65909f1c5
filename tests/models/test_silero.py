"""Voice-activity detection on real speech: exactly Silero's own numbers, and no onset lost behind the gate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import soxr

from core.events import SpeechEnded
from core.patience import WAITS
from core.ports import Vad
from core.segmenter import Segmenter
from core.settings import Patience, SegmenterSettings
from core.types import EAR_FRAME, EAR_RATE, MIC_FRAME, VOICE_RATE, AudioFrame, Samples
from models.silero import HANG_OVER, Gated, Silero

TIME = np.arange(10 * EAR_RATE) / EAR_RATE


def chords() -> Samples:
    """Return ten seconds of major and minor chords with overtones, struck twice a second."""
    roots = np.repeat([220.0, 261.6, 174.6, 196.0, 220.0], 2 * EAR_RATE)
    sound = sum(
        np.sin(2 * np.pi * np.cumsum(roots * third * tone) / EAR_RATE) / tone
        for third in (1.0, 1.26, 1.5)
        for tone in (1, 2, 3, 4)
    )
    return (0.1 * sound * np.exp(-3 * (TIME % 0.5))).astype(np.float32)


NO_SPEECH: dict[str, Callable[[], Samples]] = {
    "silence": lambda: np.zeros(10 * EAR_RATE, np.float32),
    "faint noise": lambda: (2e-3 * np.random.default_rng(0).standard_normal(10 * EAR_RATE)).astype(np.float32),
    "loud noise": lambda: (0.1 * np.random.default_rng(0).standard_normal(10 * EAR_RATE)).astype(np.float32),
    "hum": lambda: (0.1 * np.sin(2 * np.pi * 50 * TIME)).astype(np.float32),
    "music": chords,
}


def heard(vad: Vad, sound: Samples) -> np.ndarray:
    frames = sound[: len(sound) // EAR_FRAME * EAR_FRAME].reshape(-1, EAR_FRAME)
    return np.array([vad(frame) for frame in frames])


@pytest.fixture(scope="module")
def batch(jfk: Samples) -> np.ndarray:
    from faster_whisper.vad import get_vad_model

    whole = jfk[: len(jfk) // EAR_FRAME * EAR_FRAME]
    return get_vad_model()(np.pad(whole, (0, EAR_FRAME))).ravel()[:-1]  # it zeroes the last samples it gets


def test_frame_by_frame_equals_faster_whispers_batch(jfk: Samples, batch: np.ndarray) -> None:
    np.testing.assert_allclose(heard(Silero(), jfk), batch, atol=1e-5)


def test_speech_is_found_where_it_is(jfk: Samples) -> None:
    speech = np.flatnonzero(heard(Gated(Silero()), jfk) >= 0.5) * EAR_FRAME / EAR_RATE
    assert abs(speech[0] - 0.32) < 0.05
    assert abs(speech[-1] + 0.032 - 10.5) < 0.15


@pytest.mark.parametrize(("patience", "turns"), [("patient", 1), ("normal", 3), ("eager", 4)])
def test_a_speech_with_long_pauses_is_one_turn_to_who_is_patient(jfk: Samples, patience: Patience, turns: int) -> None:
    sound = np.concatenate([jfk, np.zeros(5 * EAR_RATE, np.float32)])
    wide = soxr.resample(sound, EAR_RATE, VOICE_RATE).astype(np.float32)
    vad, segmenter = Gated(Silero()), Segmenter(SegmenterSettings(patience=patience))
    ends = 0
    for number in range(len(sound) // EAR_FRAME):
        narrow = sound[number * EAR_FRAME : (number + 1) * EAR_FRAME]
        frame = AudioFrame(number * MIC_FRAME, wide[number * MIC_FRAME : (number + 1) * MIC_FRAME], narrow)
        events = segmenter.feed(frame, vad(narrow), WAITS[patience]["unsure"].usual)
        ends += sum(isinstance(event, SpeechEnded) for event in events)
    assert ends == turns


@pytest.mark.parametrize("gain", [1.0, 0.1, 0.02])
def test_the_gate_loses_nothing_after_a_long_silence(jfk: Samples, gain: float) -> None:
    silence = np.zeros(200 * EAR_FRAME, np.float32)
    gated = Gated(Silero())
    assert (heard(gated, silence) < 0.5).all()
    assert gated.asleep
    behind_gate, alone = heard(gated, gain * jfk) >= 0.5, heard(Silero(), gain * jfk) >= 0.5
    assert np.count_nonzero(behind_gate != alone) <= 5
    assert abs(int(np.argmax(behind_gate)) - int(np.argmax(alone))) <= 1


def test_pauses_do_not_put_it_to_sleep(jfk: Samples) -> None:
    gated = Gated(Silero())
    frames = jfk[: 10 * EAR_RATE // EAR_FRAME * EAR_FRAME].reshape(-1, EAR_FRAME)
    for frame in frames:
        gated(frame)
        assert not gated.asleep
    assert HANG_OVER * EAR_FRAME >= EAR_RATE


def test_silence_costs_silero_nothing() -> None:
    class Counting:
        calls = 0

        def __call__(self, narrow: Samples) -> float:
            self.calls += 1
            return 0.0

        def reset(self) -> None: ...

    inner = Counting()
    heard(Gated(inner), NO_SPEECH["silence"]())
    assert inner.calls <= HANG_OVER + 1


@pytest.mark.parametrize("sound", NO_SPEECH)
def test_no_speech_is_no_speech(sound: str) -> None:
    assert heard(Gated(Silero()), NO_SPEECH[sound]()).max() < 0.5


@pytest.mark.parametrize("make", [Silero, lambda: Gated(Silero())])
def test_reset_forgets_everything(make: Callable[[], Vad], jfk: Samples) -> None:
    vad = make()
    first = heard(vad, jfk[: 3 * EAR_RATE])
    vad.reset()
    np.testing.assert_array_equal(heard(vad, jfk[: 3 * EAR_RATE]), first)


@pytest.mark.parametrize("make", [Silero, lambda: Gated(Silero())])
def test_another_frame_size_is_an_error(make: Callable[[], Vad]) -> None:
    with pytest.raises(ValueError, match="a frame has 512 samples"):
        make()(np.zeros(480, np.float32))
