"""Quality without a reference: DNSMOS's contract on a model made here, and on its own model where that is there."""

from __future__ import annotations

import hashlib
import shutil
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from app.checks import Problem
from app.evaluate import judges, kit
from app.evaluate.quality import SoundQuality
from app.evaluate.speakers import Spoken
from core.types import EAR_RATE, VOICE_RATE
from models.catalog import load_catalog
from models.downloads.hub import Pin, PinnedFile
from models.downloads.shelf import Shelf
from models.evaluation.dnsmos import SCALE, WINDOW, Dnsmos, packaged, windows
from tests.evaluation.speech import TEXTS, flite, narrow
from tests.models import onnx_file

TAKES, GIVES = ("input_1", (1, WINDOW)), ("scores", (1, 3))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Write a model whose three numbers are 1, 2 and 3 times the mean of the window."""
    weights = np.repeat(np.array([[1.0, 2.0, 3.0]], np.float32) / WINDOW, WINDOW, axis=0)
    return onnx_file.write(
        tmp_path / "made.onnx", [("MatMul", ["input_1", "weights"], "scores", {})], {"weights": weights}, TAKES, GIVES
    )


def test_the_means_over_windows_are_brought_onto_the_raters_scale(model):
    level = np.repeat([0.2, 0.4], [9 * EAR_RATE, 2 * EAR_RATE]).astype(np.float32)  # 11 s: windows at 0 and 1 s
    parts = [level[at : at + WINDOW].astype(np.float64).mean() for at in (0, EAR_RATE)]
    raw = np.outer(parts, [1, 2, 3])
    wanted = (SCALE[:, 0] * raw**2 + SCALE[:, 1] * raw + SCALE[:, 2]).mean(0)
    found = Dnsmos(model)(level)
    assert (found.speech, found.background, found.overall) == pytest.approx(tuple(wanted), abs=1e-4)


@pytest.mark.parametrize(
    ("seconds", "count"), [(0.5, 7), (3.0, 3), (8.0, 7), (9.01, 1), (9.5, 1), (10.01, 1), (11.0, 2), (20.0, 11)]
)
def test_windows_begin_a_second_apart_and_short_speech_is_doubled(seconds, count):
    sound = np.arange(round(seconds * EAR_RATE), dtype=np.float32)
    parts = windows(sound)
    assert [len(part) for part in parts] == [WINDOW] * count
    for at, part in enumerate(parts):
        assert part[0] == sound[at * EAR_RATE % len(sound)]
        assert part[-1] == sound[(at * EAR_RATE + WINDOW - 1) % len(sound)]


def test_nothing_and_what_is_no_number_are_told(model):
    assert Dnsmos(model)(np.zeros(0, np.float32)) is None
    with pytest.raises(ValueError, match="not finite"):
        Dnsmos(model)(np.full(EAR_RATE, np.nan, np.float32))


def test_another_model_or_none_is_told_with_its_file(tmp_path, model):
    other = onnx_file.write(
        tmp_path / "other.onnx", [("Sigmoid", ["input"], "out", {})], {}, ("input", (1, 4)), ("out", (1, 4))
    )
    with pytest.raises(ValueError, match=r"other\.onnx: is no DNSMOS P\.835"):
        Dnsmos(other)
    other.write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"other\.onnx: cannot be read"):
        Dnsmos(other)


class Said:
    """A voice that says everything with a tone of one level."""

    name, reference = "said", None

    def say(self, text, history, seed):
        return Spoken(np.full(2 * VOICE_RATE, 0.5, np.float32), 0.1, 0.1)

    def about(self):
        return {"kind": "test"}


def test_the_suite_scores_the_sentences_or_says_what_to_get(tmp_path, model):
    suite = SoundQuality()
    tools = kit.Kit(Said(), {}, None, tmp_path, kit.QUICK, 0, ["One.", "Two."], quality=Dnsmos(model))
    assert suite.missing(tools) == ""
    results = [suite.perform(tools, unit) for unit in suite.units(tools)]
    assert [each.facts["text"] for each in results] == ["One.", "Two."]
    figures = {row.name: row for row in suite.figures(results)}
    assert figures["overall"].value == pytest.approx(np.polyval(SCALE[2], 1.5), abs=0.02)
    without = kit.Kit(Said(), {}, None, tmp_path, kit.QUICK, 0, ["One."])
    assert "sotto packs get dnsmos" in suite.missing(without)


@pytest.mark.skipif(packaged() is None or shutil.which("flite") is None, reason="needs speechmos and flite")
def test_noise_and_clipping_are_heard_by_its_own_model():
    scores = Dnsmos(packaged())
    clean = np.concatenate([narrow(flite(text)) for text in TEXTS])[:WINDOW]  # one window, to be quick
    noise = np.random.default_rng(0).normal(0, 0.02, len(clean)).astype(np.float32)
    before, noisy, clipped = scores(clean), scores(clean + noise), scores(np.clip(clean * 40, -0.3, 0.3))
    assert before == scores(clean.copy())
    assert 3.3 < before.background < 4.5
    assert noisy.background < before.background - 1
    assert noisy.overall < before.overall - 0.5
    assert clipped.overall < before.overall - 0.4
    assert clipped.speech < before.speech


def test_the_model_that_was_downloaded_is_used_before_a_packages(tmp_path, model):
    asked = Namespace(threads=1, data=tmp_path)
    listed = load_catalog().model(judges.QUALITY)
    place = Shelf(tmp_path / "models").place(judges.QUALITY)
    place.mkdir(parents=True)
    shutil.copy(model, place / listed.files[0].name)
    files = (PinnedFile(listed.files[0].name, listed.files[0].name, model.stat().st_size, "0" * 64),)
    (place / "origin.json").write_text(Pin(judges.QUALITY, listed.sources[0].repository, "0" * 40, files).text())
    level = np.full(10 * EAR_RATE, 0.1, np.float32)
    assert judges.quality(asked)(level) == Dnsmos(model)(level)
    (place / listed.files[0].name).write_bytes(b"x" * model.stat().st_size)
    with pytest.raises(Problem, match="cannot be read as an ONNX model"):
        judges.quality(asked)


@pytest.mark.skipif(packaged() is None, reason="needs speechmos")
def test_the_packages_model_is_the_catalogues():
    listed = load_catalog().model(judges.QUALITY).files[0]
    content = packaged().read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (listed.size, listed.sha256)
