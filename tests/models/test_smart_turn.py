"""The turn model's runtime, on models made here: the features are Whisper's, the end counts, bad files are told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.types import EAR_RATE, Samples
from models.smart_turn import SECONDS, SmartTurn
from tests.models import onnx_file

SHAPE = ("input_features", (1, 80, 800))
# The mean of all features in the last second, through a sigmoid: what is heard last decides.
LAST_SECOND = np.zeros((1, 1, 800), np.float32)
LAST_SECOND[..., -100:] = 1 / (80 * 100)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    nodes = [
        ("Mul", ["input_features", "weights"], "weighed", {}),
        ("ReduceSum", ["weighed"], "sum", {}),
        ("Sigmoid", ["sum"], "logits", {}),
    ]
    return onnx_file.write(tmp_path / "turn.onnx", nodes, {"weights": LAST_SECOND}, SHAPE, ("logits", (1, 1, 1)))


def expected(narrow: Samples) -> float:
    """Return what the model says, with the features of the library that Smart Turn was trained with."""
    from transformers import WhisperFeatureExtractor

    size = SECONDS * EAR_RATE
    padded = np.pad(narrow[-size:], (max(size - len(narrow), 0), 0))
    heard = WhisperFeatureExtractor(chunk_length=SECONDS)(
        padded, sampling_rate=EAR_RATE, return_tensors="np", max_length=size, do_normalize=True
    ).input_features
    return float(1 / (1 + np.exp(-(heard * LAST_SECOND).sum())))


@pytest.mark.parametrize("seconds", [0.5, 5.0, 8.0, 11.0])
def test_it_hears_what_whisper_would(model: Path, jfk: Samples, seconds: float) -> None:
    heard = jfk[: int(seconds * EAR_RATE)]
    assert SmartTurn(model)(heard) == pytest.approx(expected(heard), abs=1e-4)


def test_only_the_last_eight_seconds_count(model: Path, jfk: Samples) -> None:
    turn, last = SmartTurn(model), jfk[-SECONDS * EAR_RATE :]
    assert turn(np.concatenate([np.ones(EAR_RATE, np.float32), last])) == turn(last)


def test_silence_after_speech_is_heard(model: Path, jfk: Samples) -> None:
    turn, speech = SmartTurn(model), jfk[: 2 * EAR_RATE]
    assert turn(np.concatenate([speech, np.zeros(EAR_RATE, np.float32)])) < turn(speech)


def test_samples_that_are_no_numbers_are_refused(model: Path) -> None:
    with pytest.raises(ValueError, match="not finite"):
        SmartTurn(model)(np.full(EAR_RATE, np.nan, np.float32))


def test_a_file_that_is_no_turn_model_is_told(tmp_path: Path, model: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(model.read_bytes()[:99])
    with pytest.raises(ValueError, match=r"broken\.onnx: cannot be read as an ONNX model"):
        SmartTurn(broken)
    copy = [("Sigmoid", ["sound"], "logits", {})]
    other = onnx_file.write(tmp_path / "other.onnx", copy, {}, ("sound", (1, 5)), ("logits", (1, 5)))
    with pytest.raises(ValueError, match=r"other\.onnx: takes sound, where a turn model takes input_features"):
        SmartTurn(other)
    whole = [("Sigmoid", ["input_features"], "logits", {})]
    many = onnx_file.write(tmp_path / "many.onnx", whole, {}, SHAPE, ("logits", SHAPE[1]))
    with pytest.raises(ValueError, match=r"many\.onnx: does not take input_features \(1, 80, 800\) to one probability"):
        SmartTurn(many)
    loud = [("ReduceSum", ["input_features"], "logits", {})]
    sums = onnx_file.write(tmp_path / "sums.onnx", loud, {}, SHAPE, ("logits", (1, 1, 1)))
    with pytest.raises(ValueError, match=r"sums\.onnx: .* which is no probability"):
        SmartTurn(sums)
