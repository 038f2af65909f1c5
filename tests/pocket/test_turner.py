"""The pocket turn model's recipe: it begins as the recogniser, learns from honest cuts, and leaves in the contract."""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "packaging" / "pocket"))
pytest.importorskip("pocketsphinx")
import domain
import listener
import scenes
import speech
import turner

pytestmark = pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed: apt-get install flite")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a spoken corpus and a recogniser that was hardly taught."""
    folder = tmp_path_factory.mktemp("turner")
    speech.make(folder / "speech", 60, workers=1)
    tokenizer = listener.learn_tokenizer(folder / "tokenizer.json", listener.QUICK)
    model = listener.new_model(tokenizer, listener.QUICK)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight), alpha=0.02)
    listener.export(model, folder / "tokenizer.json", folder / "converted", folder / "pack" / "whisper")
    return folder


def test_a_few_steps_end_in_a_model_of_the_contract(work: Path) -> None:
    from models.smart_turn import SmartTurn

    (work / "listener").mkdir()
    figures = turner.make(work / "speech", work / "turner", work / "listener", work / "pack", quick=True)
    assert set(figures) == {"complete confident", "complete unfinished", "cut confident", "cut unfinished"}
    judge = SmartTurn(work / "pack" / "turn" / "model.onnx")
    heard = 0.1 * np.random.default_rng(0).standard_normal(scenes.RATE).astype(np.float32)
    model = turner.beginning(work / "pack" / "whisper", listener.QUICK)
    model.load_state_dict(torch.load(work / "turner" / "turner.pt", weights_only=True)["model"])
    from faster_whisper.feature_extractor import FeatureExtractor

    from models.smart_turn import SECONDS, features

    with torch.no_grad():
        mel = torch.from_numpy(features(heard, FeatureExtractor(chunk_length=SECONDS)))[None]
        expected = model.eval()(mel).item()
    assert judge(heard) == pytest.approx(expected, abs=2e-3)  # its weights are float16


def test_it_begins_as_the_recogniser(work: Path) -> None:
    from takeover import take_over

    tokenizer = listener.Tokenizer.from_file(str(work / "tokenizer.json"))
    recogniser = listener.new_model(tokenizer, listener.QUICK).eval()
    take_over(recogniser, work / "pack" / "whisper")
    model = turner.beginning(work / "pack" / "whisper", listener.QUICK).eval()
    mel = torch.randn(1, scenes.MELS, turner.HEARD, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.allclose(model.states(mel), listener.encoded(recogniser, mel), atol=1e-4)


def test_scenes_look_like_what_the_program_gives(work: Path, tmp_path: Path) -> None:
    """Levels differ from the contract's features by no more than the noise and the jitter that are meant."""
    from faster_whisper.feature_extractor import FeatureExtractor

    from models.smart_turn import SECONDS, features

    clips, noises = scenes.hear(work / "speech", tmp_path), scenes.make_noise(work / "speech", tmp_path)
    stage = turner.Scenes(scenes.Stage(clips, noises, seed=1))
    drawn = [stage.draw() for _ in range(40)]
    assert {complete for _, complete in drawn} == {0.0, 1.0}
    corpus = speech.Corpus(work / "speech")
    extract = FeatureExtractor(chunk_length=SECONDS)
    real = [
        features(scenes.soxr.resample(corpus.samples(clip), speech.RATE, scenes.RATE), extract).max()
        for clip in corpus.clips[:20]
    ]
    assert np.median([mel.max() for mel, _ in drawn]) == pytest.approx(np.median(real), abs=0.2)


def test_words_end_in_order_and_the_last_at_the_end() -> None:
    ends = turner.boundaries("What is the opposite of happy?")
    assert len(ends) == 6
    assert ends == sorted(ends)
    assert ends[-1] == 1.0
    assert ends[0] < ends[3] - ends[2] + 0.2


def test_no_cut_leaves_a_sentence_that_somebody_says(work: Path, tmp_path: Path) -> None:
    clips, noises = scenes.hear(work / "speech", tmp_path), scenes.make_noise(work / "speech", tmp_path)
    drawn = turner.Scenes(scenes.Stage(clips, noises, seed=2))
    power = np.ones((200, scenes.MELS), np.float32)
    drawn.whole |= {"what is", "what is two", "what is two plus", "what"}
    assert drawn.cut(power, "What is two plus three?") is None
    assert drawn.cut(power, "My name is Emma.") is not None


def test_sentences_of_the_test_are_not_learnt() -> None:
    random_ = random.Random(0)
    assert any(domain.is_held_out(domain.ask(random_)) for _ in range(200))
    assert len(turner.tests(3)) == 6
    assert all(len(cut) < len(whole) for (_, whole), (_, cut) in zip(*[iter(turner.tests(3))] * 2, strict=True))
