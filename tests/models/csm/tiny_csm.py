"""Tiny random models of CSM's and Mimi's real architectures, in both published layouts."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("NO_TORCH_COMPILE", "1")  # before moshi is imported by anyone

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import CsmConfig as TransformersConfig
from transformers import CsmForConditionalGeneration, MimiConfig

from models.csm.checkpoint import expected_shapes, pairs_from_halves, transformers_name
from models.csm.codec import loaders
from models.csm.config import CsmConfig, parse_config

GAIN = 3.0
BEGIN, END = "<|begin_of_text|>", "<|end_of_text|>"


@dataclass(frozen=True)
class Tiny:
    """One random model: the oracle, and both layouts of its weights."""

    oracle: CsmForConditionalGeneration
    transformers: Path
    original: Path
    codec: Path
    config: CsmConfig


def tiny_oracle(codebooks: int, seed: int, max_positions: int = 256) -> CsmForConditionalGeneration:
    scaling = {"rope_type": "llama3", "rope_theta": 500_000.0, "factor": 32.0}
    low_high = {"low_freq_factor": 0.125, "high_freq_factor": 0.5, "original_max_position_embeddings": 64}
    deep = {"low_freq_factor": 0.001953125, "high_freq_factor": 0.0078125, "original_max_position_embeddings": 16}
    config = TransformersConfig(
        num_codebooks=codebooks, vocab_size=67, text_vocab_size=300, hidden_size=48, intermediate_size=96,
        num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=2, head_dim=16,
        max_position_embeddings=max_positions, rope_parameters=scaling | low_high,
        pad_token_id=0, bos_token_id=1, audio_token_id=298, audio_eos_token_id=299, codebook_pad_token_id=66,
        depth_decoder_config={
            "num_codebooks": codebooks, "backbone_hidden_size": 48, "vocab_size": 67, "hidden_size": 32,
            "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
            "max_position_embeddings": codebooks + 1, "rope_parameters": scaling | deep,
        },
        codec_config=MimiConfig(
            num_filters=2, hidden_size=16, num_hidden_layers=1, intermediate_size=32, num_attention_heads=2,
            num_key_value_heads=2, codebook_size=64, codebook_dim=8, vector_quantization_hidden_dimension=8,
            num_quantizers=codebooks, upsample_groups=16,
        ),
    )  # fmt: skip
    torch.manual_seed(seed)
    oracle = CsmForConditionalGeneration(config).eval()
    with torch.no_grad():
        for name, parameter in oracle.named_parameters():
            if "codec_model" not in name:
                parameter.normal_(1.0 if "norm" in name else 0.0, 0.2)
        # As in a trained model, the spare ids are never the likeliest; that sampling masks them is tested apart.
        oracle.lm_head.weight[-3:] = 0
        oracle.depth_decoder.codebooks_head.weight[:, :, -3:] = 0
    oracle.tie_weights()
    return oracle


def save_original(oracle: CsmForConditionalGeneration, config: CsmConfig, folder: Path) -> None:
    """Write the weights under torchtune's names, q and k in rotary pairs, with the short config."""
    state = oracle.state_dict()
    tensors = {}
    for name in expected_shapes(config):
        tensor = state[transformers_name(name)]
        if name.endswith((".q_proj.weight", ".k_proj.weight")):
            stack = config.backbone if name.startswith("backbone") else config.decoder
            tensor = pairs_from_halves(tensor, stack.head_dim)
        tensors[name] = tensor.contiguous().clone()
    save_file(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(short_config(config)))


def short_config(config: CsmConfig) -> dict:
    def stack(s) -> dict:
        keys = {"hidden": s.hidden, "layers": s.layers, "heads": s.heads, "kv_heads": s.kv_heads, "mlp": s.mlp}
        keys |= {"head_dim": s.head_dim, "max_positions": s.max_positions, "norm_eps": s.norm_eps}
        keys |= {"rope_theta": s.rope_theta, "rope_scaling": s.rope_scaling and vars(s.rope_scaling)}
        return keys

    return {
        "audio_num_codebooks": config.codebooks, "audio_vocab_size": config.audio_vocab,
        "text_vocab_size": config.text_vocab, "backbone": stack(config.backbone), "decoder": stack(config.decoder),
    }  # fmt: skip


def save_tokenizer(path: Path, post_processor: bool = True) -> None:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate([BEGIN, END, *letters])}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.add_special_tokens([BEGIN, END])
    if post_processor:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{BEGIN} $A {END}", special_tokens=[(BEGIN, 0), (END, 1)]
        )
    tokenizer.save(str(path))


def tiny_codec_sizes(codebooks: int) -> dict:
    sizes = json.loads(json.dumps(loaders._mimi_config))
    sizes["seanet"] |= {"n_filters": 2, "dimension": 16}
    sizes["quantizer"] |= {"dimension": 8, "n_q": codebooks, "bins": 64, "input_dimension": 16, "output_dimension": 16}
    sizes["transformer"] |= {"d_model": 16, "num_heads": 2, "num_layers": 1, "dim_feedforward": 32}
    sizes["transformer"] |= {"input_dimension": 16, "output_dimensions": [16]}
    return sizes


def random_mimi(sizes: dict, codebooks: int, seed: int):
    """A Mimi whose codebooks, all zero when fresh, are filled, so that codes differ."""
    torch.manual_seed(seed)
    mimi = loaders.get_mimi(None, sizes, "cpu", codebooks).eval()
    with torch.no_grad():
        for name, buffer in mimi.named_buffers():
            if name.endswith("embedding_sum"):
                buffer.normal_(0, 0.3)
        for name, parameter in mimi.named_parameters():
            # A fresh encoder says little but its biases: every frame would fall to the same few entries.
            if name.startswith(("encoder.", "downsample.")):
                parameter.mul_(0.0 if name.endswith("bias") else 3.0)
            if name.endswith("input_proj.weight"):
                parameter.mul_(GAIN)
            if name.endswith("layer_scale_1.scale") or name.endswith("layer_scale_2.scale"):
                parameter.fill_(0.5)  # at 0.01 the attention would hardly be tested
    return mimi


def save_codec(folder: Path, codebooks: int, seed: int) -> None:
    sizes = tiny_codec_sizes(codebooks)
    state = random_mimi(sizes, codebooks, seed).state_dict()
    save_file({name: tensor.contiguous() for name, tensor in state.items()}, folder / "mimi.safetensors")
    (folder / "config.json").write_text(json.dumps(sizes))


def make_tiny(folder: Path, codebooks: int, seed: int, max_positions: int = 256) -> Tiny:
    for part in ("transformers", "original", "codec"):
        (folder / part).mkdir()
    oracle = tiny_oracle(codebooks, seed, max_positions)
    oracle.save_pretrained(folder / "transformers")
    config = parse_config(json.loads((folder / "transformers" / "config.json").read_text()))
    save_original(oracle, config, folder / "original")
    for part in ("transformers", "original"):
        save_tokenizer(folder / part / "tokenizer.json", post_processor=part == "original")
    save_codec(folder / "codec", codebooks, seed)
    return Tiny(oracle, folder / "transformers", folder / "original", folder / "codec", config)
