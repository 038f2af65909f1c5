"""The phone recogniser of the catalogue, on a tiny model of its make: what it hears is what its own library hears."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from app.checks import Problem
from app.evaluate import judges
from core.evaluation.phones import from_ipa
from core.types import EAR_RATE
from models.catalog import load_catalog
from models.downloads.hub import Pin, PinnedFile
from models.downloads.shelf import Shelf
from models.evaluation.wav2vec2 import FILES, Wav2Vec2Phones

SYMBOLS = ["<pad>", "<s>", "</s>", "<unk>", "n", "s", "t", "ə", "l", "a", "iː", "ɛ", "d", "tʃ", "aɪ", "oʊ", "ɹ", "k"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a model with random weights and the layout of wav2vec2-lv-60-espeak-cv-ft."""
    import torch
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

    folder = tmp_path_factory.mktemp("phones")
    torch.manual_seed(7)
    config = Wav2Vec2Config(
        vocab_size=len(SYMBOLS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        conv_dim=(8,) * 7, feat_extract_norm="layer", conv_bias=True, do_stable_layer_norm=True, pad_token_id=0,
        num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2,
    )  # fmt: skip
    made = Wav2Vec2ForCTC(config)
    with torch.no_grad():
        made.lm_head.weight.mul_(40)  # so that it hears one thing after another
    made.save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps({symbol: at for at, symbol in enumerate(SYMBOLS)}))
    return folder


def sound(seconds: float) -> np.ndarray:
    time = np.arange(round(seconds * EAR_RATE)) / EAR_RATE
    rising = np.sin(2 * np.pi * (200 * time + 300 * time**2)) * np.sin(2 * np.pi * 3 * time)
    return (0.1 * rising + np.random.default_rng(1).normal(0, 0.02, len(time))).astype(np.float32)


def expected(model: Path, narrow: np.ndarray) -> list[str]:
    """Return the phones as transformers' own feature extractor and tokenizer give them."""
    import torch
    from transformers import Wav2Vec2FeatureExtractor, Wav2Vec2ForCTC, Wav2Vec2PhonemeCTCTokenizer

    heard = Wav2Vec2FeatureExtractor(do_normalize=True)(narrow, sampling_rate=EAR_RATE, return_tensors="pt")
    with torch.inference_mode():
        ids = Wav2Vec2ForCTC.from_pretrained(model).eval()(heard.input_values).logits.argmax(-1)[0]
    tokenizer = Wav2Vec2PhonemeCTCTokenizer(str(model / "vocab.json"), do_phonemize=False)
    return from_ipa(tokenizer.decode(ids, skip_special_tokens=True))


@pytest.mark.parametrize("seconds", [0.4, 1.7, 4.0])
def test_it_hears_what_its_own_library_hears(model: Path, seconds: float) -> None:
    heard = Wav2Vec2Phones(model)(sound(seconds))
    assert heard == expected(model, sound(seconds))
    if seconds > 1:
        assert len(set(heard)) > 2


def test_what_is_too_short_has_no_phones(model: Path) -> None:
    assert Wav2Vec2Phones(model)(np.zeros(399, np.float32)) == []


@pytest.mark.parametrize("missing", FILES)
def test_a_missing_file_is_told(model: Path, tmp_path: Path, missing: str) -> None:
    for name in set(FILES) - {missing}:
        (tmp_path / name).write_bytes((model / name).read_bytes())
    with pytest.raises(ValueError, match=missing.replace(".", r"\.")):
        Wav2Vec2Phones(tmp_path)


def test_another_model_is_told(model: Path, tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes((model / name).read_bytes())
    from safetensors.numpy import load_file, save_file

    weights = load_file(tmp_path / "model.safetensors")
    save_file({name: each for name, each in weights.items() if "lm_head" not in name}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"it lacks lm_head"):
        Wav2Vec2Phones(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="is no wav2vec2 with phones"):
        Wav2Vec2Phones(tmp_path)
    with pytest.raises(Problem, match="is no wav2vec2 with phones"):
        judges.pronunciation(Namespace(phones=tmp_path, threads=1, data=tmp_path / "data"))


def test_a_model_that_was_downloaded_is_used(model: Path, tmp_path: Path) -> None:
    asked = Namespace(phones=None, threads=1, data=tmp_path)
    before = judges.pronunciation(asked)
    assert getattr(before, "name", "") != "wav2vec2 phones"
    shelf = Shelf(tmp_path / "models")
    listed = load_catalog().model(judges.PHONES)
    assert {file.name for file in listed.files} == set(FILES)
    place = shelf.place(judges.PHONES)
    place.mkdir(parents=True)
    for name in FILES:
        (place / name).write_bytes((model / name).read_bytes())
    files = tuple(PinnedFile(name, name, (place / name).stat().st_size, "0" * 64) for name in FILES)
    (place / "origin.json").write_text(Pin(judges.PHONES, listed.sources[0].repository, "0" * 40, files).text())
    assert judges.pronunciation(asked).name == "wav2vec2 phones"
