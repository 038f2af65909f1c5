"""Mimi through moshi: streamed equals whole, in both layouts, and the two directions never meet."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tiny_csm import Tiny, random_mimi, save_codec, tiny_codec_sizes
from transformers import MimiConfig, MimiModel

from models.csm.codec import load_codec, published_mimi
from models.csm.codec_names import from_transformers
from models.csm.convolutions import shorten

BOOKS = 8
SECONDS = 13  # longer than the attention's 10 s, where a ring that is too short begins to differ


def noise(random: np.random.Generator, samples: int) -> np.ndarray:
    return (random.standard_normal(samples) * 0.3).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("codec")
    save_codec(made, BOOKS, seed=3)
    return made


@pytest.fixture
def codec(folder):
    return load_codec(folder, BOOKS, torch.device("cpu"))


@pytest.fixture(scope="module")
def whole():
    """The same Mimi, not streaming."""
    return random_mimi(tiny_codec_sizes(BOOKS), BOOKS, seed=3)


@torch.no_grad()
def test_codes_streamed_in_any_chunks_are_the_codes_of_the_whole(codec, whole, random):
    sound = noise(random, int(12.5 * SECONDS) * 1920)
    wanted = whole.encode(torch.from_numpy(sound)[None, None])[0].T.numpy()
    assert len(np.unique(wanted)) > 20  # otherwise equality says little
    for sizes in ([768], [1, 5000, 333]):
        codec.encoder.restart()
        codes, at, turn = [], 0, 0
        while at < len(sound):
            codes.append(codec.encoder(sound[at : at + sizes[turn % len(sizes)]]))
            at, turn = at + sizes[turn % len(sizes)], turn + 1
        np.testing.assert_array_equal(np.concatenate(codes), wanted)


@torch.no_grad()
def test_sound_streamed_by_frames_is_the_sound_of_the_whole(codec, whole, random):
    codes = random.integers(0, 64, (int(12.5 * SECONDS), BOOKS))
    wanted = whole.decode(torch.from_numpy(codes).T[None])[0, 0].numpy()
    sound = np.concatenate([codec.decoder(frame) for frame in codes])
    assert np.abs(wanted).max() > 1e-3
    np.testing.assert_allclose(sound, wanted, atol=1e-5)


def test_encoding_never_disturbs_decoding(codec, random):
    codes = random.integers(0, 64, (6, BOOKS))
    alone = [codec.decoder(frame) for frame in codes]
    codec.decoder.restart()
    for frame, wanted in zip(codes, alone, strict=True):
        codec.encoder(noise(random, 2500))
        np.testing.assert_array_equal(codec.decoder(frame), wanted)


def test_a_restart_forgets_and_a_clip_is_filled_up(codec, random):
    sound = noise(random, 1920 * 3 + 7)
    first = codec.encoder.whole(sound)
    assert first.shape == (4, BOOKS)
    codec.encoder(noise(random, 4000))
    np.testing.assert_array_equal(codec.encoder.whole(sound), first)
    codec.encoder.restart()
    assert codec.encoder(sound[:1919]).shape == (0, BOOKS)


@torch.no_grad()
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("steps", "kernel", "stride"), [(4, 3, 1), (24, 16, 8), (9, 5, 3), (1, 1, 1)])
def test_convolutions_as_products_are_convolutions(steps, kernel, stride, bias):
    torch.manual_seed(0)
    sizes = {"kernel_size": kernel, "stride": stride, "bias": bias}
    model = torch.nn.ModuleList([torch.nn.Conv1d(6, 10, **sizes), torch.nn.ConvTranspose1d(6, 10, **sizes)])
    x = torch.randn(1, 6, max(steps, kernel))
    wanted = [layer(x) for layer in model]
    assert shorten(model, least=1) == 2
    for layer, want in zip(model, wanted, strict=True):
        torch.testing.assert_close(layer(x), want)


def test_only_convolutions_that_are_products_become_products():
    odd = [{"groups": 2}, {"dilation": 2}, {"padding": 1}]
    model = torch.nn.ModuleList([torch.nn.Conv1d(4, 4, 3, **way) for way in odd])
    assert shorten(model, least=1) == 0


@torch.no_grad()
def test_mimi_at_its_published_size_sounds_and_hears_the_same_by_products(random):
    torch.manual_seed(0)
    whole = published_mimi(BOOKS, torch.device("cpu"))
    wanted = copy.deepcopy(whole)
    assert shorten(whole) == 6
    for layers in (whole, wanted):
        for name, buffer in layers.named_buffers():
            if name.endswith("embedding_sum"):
                buffer.copy_(torch.randn(buffer.shape, generator=torch.Generator().manual_seed(len(name))))
    codes = torch.from_numpy(random.integers(0, 2048, (1, BOOKS, 3)))
    torch.testing.assert_close(whole.decode(codes), wanted.decode(codes), atol=1e-5, rtol=0)
    sound = torch.from_numpy(noise(random, 1920 * 3))[None, None]
    torch.testing.assert_close(whole.encode_to_latent(sound), wanted.encode_to_latent(sound), atol=1e-5, rtol=1e-5)


def test_the_weights_are_shared(codec):
    ours, theirs = codec.encoder._mimi, codec.decoder._mimi
    for (name, one), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        assert one.data_ptr() == other.data_ptr(), name


@pytest.mark.parametrize("prefix", ["", "codec_model."])
@torch.no_grad()
def test_transformers_layout_gives_transformers_codes_and_sound(tmp_path, random, prefix):
    torch.manual_seed(5)
    config = MimiConfig(
        num_filters=2, hidden_size=16, num_hidden_layers=1, intermediate_size=32, num_attention_heads=2,
        num_key_value_heads=2, codebook_size=64, codebook_dim=8, vector_quantization_hidden_dimension=8,
        num_quantizers=BOOKS, upsample_groups=16,
    )  # fmt: skip
    theirs = MimiModel(config).eval()
    for name, buffer in theirs.named_buffers():
        if name.endswith("embed_sum"):
            buffer.normal_(0, 0.3)
    state = {prefix + name: tensor.contiguous() for name, tensor in theirs.state_dict().items()}
    save_file(state, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(tiny_codec_sizes(BOOKS)))
    codec = load_codec(tmp_path, BOOKS, torch.device("cpu"))
    sound = noise(random, 1920 * 12)
    wanted = theirs.encode(torch.from_numpy(sound)[None, None], num_quantizers=BOOKS).audio_codes
    np.testing.assert_array_equal(codec.encoder(sound), wanted[0].T.numpy())
    ours = np.concatenate([codec.decoder(frame) for frame in wanted[0].T.numpy()])
    np.testing.assert_allclose(ours, theirs.decode(wanted).audio_values[0, 0].numpy(), atol=1e-5)


def test_names_of_transformers_4_and_of_the_hub():
    """The hub's kyutai/mimi was saved by release 4, whose modules are not nested."""
    five = {
        "encoder.encoder_seanet.layers.0.conv.weight", "encoder.encoder_transformer.layers.1.mlp.fc1.weight",
        "encoder.downsample.conv.weight", "decoder.upsample.conv.weight", "decoder.decoder_seanet.layers.2.conv.bias",
        "decoder.decoder_seanet.layers.3.block.1.conv.weight", "decoder.decoder_seanet.layers.14.conv.bias",
    }  # fmt: skip
    four = {name.replace("encoder.encoder_", "encoder_").replace("decoder.decoder_", "decoder_") for name in five}
    four = {name.replace("encoder.down", "down").replace("decoder.up", "up") for name in four}
    four = {name.replace("coder_seanet.", "coder.") for name in four}
    zero = torch.zeros(1)
    assert (
        from_transformers(dict.fromkeys(four, zero), 2).keys() == from_transformers(dict.fromkeys(five, zero), 2).keys()
    )


def test_a_wrong_codec_says_what_is_wrong(tiny8: Tiny, tmp_path):
    with pytest.raises(ValueError, match="0 safetensors files"):
        load_codec(tmp_path, BOOKS, torch.device("cpu"))
    (tmp_path / "mimi.safetensors").write_bytes(next(tiny8.codec.glob("*.safetensors")).read_bytes()[:-100])
    with pytest.raises(ValueError, match="not a whole safetensors file"):
        load_codec(tmp_path, BOOKS, torch.device("cpu"))
    (tmp_path / "mimi.safetensors").write_bytes(next(tiny8.codec.glob("*.safetensors")).read_bytes())
    sizes = tiny_codec_sizes(BOOKS)
    sizes["quantizer"]["bins"] = 32
    (tmp_path / "config.json").write_text(json.dumps(sizes))
    with pytest.raises(ValueError, match=r"is \(64, 8\), not \(32, 8\)"):
        load_codec(tmp_path, BOOKS, torch.device("cpu"))
    sizes["quantizer"]["bins"] = 40_000
    (tmp_path / "config.json").write_text(json.dumps(sizes))
    with pytest.raises(ValueError, match="40000 codes a codebook, and at most 32768"):
        load_codec(tmp_path, BOOKS, torch.device("cpu"))
