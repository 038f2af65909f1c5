"""A Hugging Face Llama as a GGUF file that llama.cpp reads: the last step of training the pocket chat model.

Only what the pocket model is: a plain Llama (no rope scaling, no biases) with a byte-level BPE tokenizer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import gguf
import numpy as np
from gguf.constants import GGMLQuantizationType as Quantization
from numpy.typing import NDArray

Weights = Mapping[str, NDArray[np.floating[Any]]]
WeightType = Literal["f32", "f16", "q8_0"]

FILE_TYPES = {
    "f32": gguf.LlamaFileType.ALL_F32,
    "f16": gguf.LlamaFileType.MOSTLY_F16,
    "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
}
LAYER_NAMES = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def write_llama_gguf(
    path: Path,
    weights: Weights,
    config: Mapping[str, Any],
    tokenizer: Path,
    *,
    name: str,
    licence: str = "Apache-2.0",
    weight_type: WeightType = "f16",
    bos: str = "<s>",
    eos: str = "<|end|>",
) -> None:
    """Write `weights`, named as in LlamaForCausalLM.state_dict(), as one GGUF file; replaces `path` atomically.

    `config` is LlamaConfig.to_dict(). `tokenizer` is a tokenizer.json with a byte-level BPE model; every token in its
    `added_tokens` becomes a control token, which text can never produce. Raises ValueError for what does not fit.
    """
    scratch = path.with_name(path.name + ".part")
    try:
        writer = gguf.GGUFWriter(scratch, "llama")
        writer.add_name(name)
        writer.add_license(licence)
        writer.add_file_type(FILE_TYPES[weight_type])
        _add_shape(writer, config)
        _add_tokenizer(writer, json.loads(Path(tokenizer).read_text("utf-8")), int(config["vocab_size"]), bos, eos)
        for tensor_name, tensor in _tensors(weights, config):
            _add_tensor(writer, tensor_name, tensor, weight_type)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def _add_shape(writer: gguf.GGUFWriter, config: Mapping[str, Any]) -> None:
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}  # transformers 5, transformers 4
    if rope.get("rope_type", "default") != "default":
        raise ValueError(f"config: rope_type {rope['rope_type']!r} is not supported; train with plain rope")
    if config.get("attention_bias") or config.get("mlp_bias"):
        raise ValueError("config: biases are not supported; train with attention_bias=False and mlp_bias=False")
    writer.add_vocab_size(config["vocab_size"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(_kv_heads(config))
    writer.add_key_length(_head_size(config))
    writer.add_value_length(_head_size(config))
    writer.add_rope_dimension_count(_head_size(config))
    writer.add_rope_freq_base(float(config.get("rope_theta") or rope.get("rope_theta") or 10_000.0))
    writer.add_layer_norm_rms_eps(float(config["rms_norm_eps"]))


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Mapping[str, Any], size: int, bos: str, eos: str) -> None:
    model = tokenizer["model"]
    _check_byte_level(tokenizer)
    names: dict[int, str] = {index: text for text, index in model["vocab"].items()}
    special = {token["id"]: token["content"] for token in tokenizer["added_tokens"]}
    names |= special
    if max(names) >= size:
        raise ValueError(f"tokenizer: token id {max(names)} does not fit the model's vocab_size {size}")
    kinds = [
        gguf.TokenType.CONTROL
        if index in special
        else gguf.TokenType.NORMAL
        if index in names
        else gguf.TokenType.UNUSED
        for index in range(size)
    ]
    ids = {text: index for index, text in special.items()}
    for text in (bos, eos):
        if text not in ids:
            raise ValueError(f"tokenizer: {text!r} is not among added_tokens; add it as a special token")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")  # the regular expression of ByteLevel(use_regex=True)
    writer.add_token_list([names.get(index, f"[unused{index}]") for index in range(size)])
    writer.add_token_types(kinds)
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]])
    writer.add_bos_token_id(ids[bos])
    writer.add_eos_token_id(ids[eos])
    writer.add_add_bos_token(False)  # our templates write it


def _check_byte_level(tokenizer: Mapping[str, Any]) -> None:
    from tokenizers.pre_tokenizers import ByteLevel

    if tokenizer["model"].get("type") != "BPE" or tokenizer.get("normalizer") is not None:
        raise ValueError("tokenizer: only BPE without a normalizer is supported")
    split = tokenizer.get("pre_tokenizer") or {}
    if split.get("type") != "ByteLevel" or split.get("add_prefix_space") or not split.get("use_regex", True):
        raise ValueError("tokenizer: pre_tokenizer must be ByteLevel(add_prefix_space=False, use_regex=True)")
    missing = [letter for letter in ByteLevel.alphabet() if letter not in tokenizer["model"]["vocab"]]
    if missing:  # llama.cpp would silently drop those bytes
        raise ValueError(
            f"tokenizer: {len(missing)} of 256 bytes have no token; train with initial_alphabet=ByteLevel.alphabet()"
        )


def _tensors(weights: Weights, config: Mapping[str, Any]) -> Iterator[tuple[str, NDArray[np.float32]]]:
    def take(name: str) -> NDArray[np.float32]:
        if name not in weights:
            raise ValueError(f"weights: {name} is missing")
        tensor = np.asarray(weights[name], dtype=np.float32)
        if not np.isfinite(tensor).all():
            raise ValueError(f"weights: {name} has values that are not finite")
        return tensor

    yield "token_embd.weight", take("model.embed_tokens.weight")
    for layer in range(config["num_hidden_layers"]):
        for theirs, ours in LAYER_NAMES.items():
            tensor = take(f"model.layers.{layer}.{theirs}.weight")
            if ours == "attn_q":
                tensor = _interleaved(tensor, config["num_attention_heads"])
            elif ours == "attn_k":
                tensor = _interleaved(tensor, _kv_heads(config))
            yield f"blk.{layer}.{ours}.weight", tensor
    yield "output_norm.weight", take("model.norm.weight")
    if not config.get("tie_word_embeddings"):  # without the tensor llama.cpp ties it to token_embd
        yield "output.weight", take("lm_head.weight")


def _interleaved(weight: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Return q or k rows in llama.cpp's order: it rotates pairs (2i, 2i + 1), transformers (i, i + half)."""
    rows, columns = weight.shape
    return np.ascontiguousarray(weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2)).reshape(
        rows, columns
    )


def _add_tensor(writer: gguf.GGUFWriter, name: str, tensor: NDArray[np.float32], weight_type: WeightType) -> None:
    if tensor.ndim == 1 or weight_type == "f32":  # norms stay f32
        writer.add_tensor(name, tensor)
    elif weight_type == "f16" or tensor.shape[-1] % 32:  # Q8_0 needs rows of whole 32-blocks
        writer.add_tensor(name, tensor.astype(np.float16))
    else:
        quantized = gguf.quants.quantize(tensor, Quantization.Q8_0)
        writer.add_tensor(name, quantized, raw_dtype=Quantization.Q8_0)


def _kv_heads(config: Mapping[str, Any]) -> int:
    return int(config.get("num_key_value_heads") or config["num_attention_heads"])


def _head_size(config: Mapping[str, Any]) -> int:
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])
