"""The tiny models of `tiny/`, made once a run, and the pocket recipe's exporters that they are made with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.types import EAR_RATE, Samples

sys.path[:0] = [str(Path(__file__).parent / "tiny"), str(Path(__file__).parents[2] / "packaging" / "pocket")]

if TYPE_CHECKING:
    from tiny_llama import TinyLlama


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> TinyLlama:
    """Return a tiny Llama with f32 weights; copy its files before changing them."""
    import tiny_llama

    return tiny_llama.make(tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="session")
def jfk() -> Samples:
    """Return eleven seconds of real speech at EAR_RATE."""
    import soundfile
    import soxr

    sound, rate = soundfile.read(Path(__file__).parents[1] / "data" / "jfk.flac", dtype="float32", always_2d=True)
    return soxr.resample(sound.mean(axis=1), rate, EAR_RATE, quality="HQ").astype(np.float32)
