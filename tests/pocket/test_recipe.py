"""The recipe of codec and voice, a few steps of every stage: what it exports, the runtime loads and speaks with."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

RECIPE = Path(__file__).parents[2] / "packaging" / "pocket"

pytestmark = pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed: apt-get install flite")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run speech, codec, codes and voice with next to no training."""
    sys.path.insert(0, str(RECIPE))
    import codec
    import speech
    import voice

    folder = tmp_path_factory.mktemp("recipe")
    speech.make(folder / "speech", 60, workers=1)
    corpus = speech.Corpus(folder / "speech")
    with pytest.MonkeyPatch.context() as quick:
        quick.setattr(codec, "FREE_STEPS", 2)
        codec.train(corpus, folder / "codec", 0, stage="joint", steps=3)
    codec.train(corpus, folder / "codec", 0, stage="decoder", steps=1)
    (folder / "voice").mkdir()
    voice.encode(corpus, folder / "voice", folder / "codec" / "mimi", every_user=1)
    voice.train(corpus, folder / "voice", 0, steps=2)
    voice.train(corpus, folder / "voice", 0, steps=1)  # goes on from the checkpoint
    return folder


def test_export_speaks(work: Path) -> None:
    """The exported codec and voice load through the runtime and say something that is sound."""
    from core.types import COMPANION, Segment
    from models.csm import load_voice

    made = load_voice(work / "voice" / "csm", work / "codec" / "mimi")
    codes = made.encoder(np.zeros(3 * 1920, np.float32))
    frames = list(made.speak([Segment(COMPANION, "hello", codes, pinned=True)], "hello there", 1))
    assert frames
    assert all(np.isfinite(f.samples).all() for f in frames)


def test_training_network_is_the_runtime(work: Path) -> None:
    """The network that is trained and the runtime give the same logits for codebook 0."""
    import voice
    import voice_model
    from safetensors.torch import load_file

    from models.csm.load import load_model
    from models.csm.timeline import audio_rows, text_rows

    folder = work / "voice" / "csm"
    tok = voice.tokenizer()
    trained = voice_model.Csm(tok.get_vocab_size(), 515, 8).eval()
    trained.load_state_dict({k: v.float() for k, v in load_file(folder / "model.safetensors").items()})
    runtime = load_model(folder, torch.device("cpu"), torch.float32)
    ids, codes = tok.encode("[0]good morning").ids, np.random.default_rng(0).integers(0, 512, (5, 8))
    text = torch.tensor([[*ids, 0, 0, 0, 0, 0]])
    sound = torch.cat([torch.zeros(1, len(ids), 8, dtype=torch.long), torch.from_numpy(codes)[None]], 1)
    is_audio = torch.tensor([[False] * len(ids) + [True] * 5])
    with torch.inference_mode():
        state, _ = trained.backbone(trained.embed(text, sound, is_audio))
        wanted = trained.codebook0_head(state[0, -1])
        cache = runtime.backbone.cache(64)
        hidden = runtime.prefill(np.concatenate([text_rows(ids, 8), audio_rows(codes, 8)]), 0, cache)
        got = runtime.heads[0](hidden[None])[0]
    torch.testing.assert_close(got, wanted, atol=1e-4, rtol=1e-4)


def test_letters_follow_time(work: Path) -> None:
    """The letter reached never runs backwards, begins at the first word and ends with the last."""
    import speech
    import voice

    clips = [c for c in speech.Corpus(work / "speech").clips if c.phones]
    for clip in clips[:10]:
        letters = voice.letter_at(clip, -(-clip.length // 1920))
        assert (np.diff(letters) >= 0).all()
        assert letters[0] == 0
        assert letters[-1] >= len(clip.text) - 2


def test_the_recogniser_hears_companions_through_the_codec_too(work: Path, tmp_path: Path) -> None:
    """Of the companions' clips some come through the codec, and nobody else's."""
    pytest.importorskip("pocketsphinx")
    import scenes
    from speech import COMPANIONS

    for name in ("plain", "coded"):
        (tmp_path / name).mkdir()
    plain = scenes.hear(work / "speech", tmp_path / "plain")
    coded = scenes.hear(work / "speech", tmp_path / "coded", mimi=work / "codec" / "mimi")
    assert plain.index == coded.index
    changed = {
        speaker
        for start, length, _, speaker in plain.index
        if not np.array_equal(plain.frames[start : start + length], coded.frames[start : start + length])
    }
    assert changed
    assert changed <= set(COMPANIONS)
