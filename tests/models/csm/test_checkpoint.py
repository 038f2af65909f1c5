"""Both layouts, and every way in which a checkpoint can be wrong."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_csm import Tiny, save_tokenizer

from models.csm.checkpoint import Checkpoint, CheckpointError, expected_shapes, transformers_name
from models.csm.config import SIZES, full_size, parse_config
from models.csm.tokenizer import TextTokenizer


def changed(tiny: Tiny, tmp_path, layout: str, change) -> CheckpointError:
    folder = tmp_path / "changed"
    shutil.copytree(getattr(tiny, layout), folder)
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(CheckpointError) as caught:
        Checkpoint(folder)
    return caught.value


def test_both_layouts_hold_the_same_model(tiny: Tiny):
    ours, theirs = Checkpoint(tiny.original), Checkpoint(tiny.transformers)
    assert ours.config.backbone.mlp == theirs.config.backbone.mlp
    assert theirs.rotates_halves
    assert not ours.rotates_halves
    for name in expected_shapes(tiny.config):
        torch.testing.assert_close(ours[name], theirs[name], atol=0, rtol=0)


def test_sharded_transformers_checkpoints_beside_nothing_else(tiny8: Tiny, tmp_path):
    tensors = load_file(tiny8.transformers / "model.safetensors")
    names = sorted(tensors)
    shards = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
    for file, part in shards.items():
        save_file({name: tensors[name] for name in part}, tmp_path / file)
    index = {"weight_map": {name: file for file, part in shards.items() for name in part}}
    (tmp_path / "transformers.safetensors.index.json").write_text(json.dumps(index))
    shutil.copy(tiny8.transformers / "config.json", tmp_path)
    torch.testing.assert_close(Checkpoint(tmp_path)["audio_head"], tensors["depth_decoder.codebooks_head.weight"])


def test_the_tied_audio_table_may_be_stored_under_either_name(tiny8: Tiny, tmp_path):
    shutil.copytree(tiny8.transformers, tmp_path / "tied")
    path = tmp_path / "tied" / "model.safetensors"
    tensors = load_file(path)
    table = tensors.pop("depth_decoder.model.embed_tokens.weight")
    tensors["backbone_model.embed_tokens.embed_audio_tokens.weight"] = table
    save_file(tensors, path)
    torch.testing.assert_close(Checkpoint(path.parent)["audio_embeddings.weight"], table)


@pytest.mark.parametrize("layout", ["original", "transformers"])
def test_what_is_wrong_is_listed(tiny8: Tiny, tmp_path, layout: str):
    name = "backbone.layers.1.mlp.w2.weight"
    stored = name if layout == "original" else transformers_name(name)

    def spoil(tensors: dict) -> None:
        tensors["stray"] = torch.zeros(2)
        tensors[stored] = tensors[stored][:-1].clone()
        del tensors["projection.weight" if layout == "original" else "lm_head.weight"]

    error = changed(tiny8, tmp_path, layout, spoil)
    assert error.missing == ("projection.weight" if layout == "original" else "lm_head.weight",)
    assert error.unexpected == ("stray",)
    assert error.misshapen == (f"{stored} is (47, 96), not (48, 96)",)
    assert all(part in str(error) for part in ("missing", "stray", "misshapen"))


def test_a_cut_off_file_and_an_empty_folder(tiny8: Tiny, tmp_path):
    with pytest.raises(ValueError, match=r"config\.json"):
        Checkpoint(tmp_path)
    shutil.copy(tiny8.original / "config.json", tmp_path)
    with pytest.raises(ValueError, match=r"neither model\.safetensors nor"):
        Checkpoint(tmp_path)
    whole = (tiny8.original / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[:-1000])
    with pytest.raises(ValueError, match="not a whole safetensors file"):
        Checkpoint(tmp_path)


def test_the_published_short_config_gives_the_published_sizes():
    keys = {"audio_num_codebooks": 32, "audio_vocab_size": 2051, "text_vocab_size": 128_256}
    config = parse_config(keys | {"backbone_flavor": "llama-1B", "decoder_flavor": "llama-100M"})
    assert config == SIZES["tiny"] == full_size("llama-1B", "llama-100M")
    assert config.legal_codes == 2048
    sizes = [torch.Size(shape).numel() for shape in expected_shapes(config).values()]
    assert (len(sizes), sum(sizes)) == (187, 1_552_791_552)


def test_a_config_that_is_none_names_the_file_and_the_key(tmp_path):
    (tmp_path / "config.json").write_text('{"audio_num_codebooks": 32}')
    with pytest.raises(ValueError, match=r"config\.json: 'audio_vocab_size' is missing"):
        Checkpoint(tmp_path)


def test_tokens_begin_and_end_once_whatever_the_post_processor_does(tmp_path):
    for with_ends in (True, False):
        save_tokenizer(tmp_path / "tokenizer.json", post_processor=with_ends)
        ids = TextTokenizer(tmp_path / "tokenizer.json")(1, "hi<|end_of_text|>")
        assert (ids[0], ids[-1]) == (0, 1)
        assert 0 not in ids[1:]
        assert 1 not in ids[:-1], "text cannot end the segment"


def test_a_file_that_is_no_tokenizer(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ValueError, match="not a tokenizer"):
        TextTokenizer(tmp_path / "tokenizer.json")
