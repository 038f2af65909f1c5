"""Maps transformers' names of Mimi's tensors to moshi's, for releases 4 and 5 and for `codec_model.*` within a CSM."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from models.csm.checkpoint import pairs_from_halves

_LAYER = {
    "self_attn.o_proj.weight": "self_attn.out_projs.0.weight",
    "mlp.fc1.weight": "linear1.weight",
    "mlp.fc2.weight": "linear2.weight",
    "input_layernorm.weight": "norm1.weight",
    "input_layernorm.bias": "norm1.bias",
    "post_attention_layernorm.weight": "norm2.weight",
    "post_attention_layernorm.bias": "norm2.bias",
    "self_attn_layer_scale.scale": "layer_scale_1.scale",
    "mlp_layer_scale.scale": "layer_scale_2.scale",
}
_QUANTIZER = {
    "semantic_residual_vector_quantizer": "rvq_first",
    "acoustic_residual_vector_quantizer": "rvq_rest",
}
_CODEBOOK = {"initialized": "_initialized", "embed_sum": "embedding_sum", "cluster_usage": "cluster_usage"}
_PART = re.compile(r"^(?:(?:encoder|decoder)\.)?((?:encoder|decoder)_transformer|downsample|upsample)\.(.*)$")
_SEANET = re.compile(r"^(encoder|decoder)\.(?:\w+_seanet\.)?layers\.(\d+)\.(.*)$")


def is_transformers(weights: Mapping[str, Tensor]) -> bool:
    """Tell transformers' layout by its name of the first quantizer."""
    return any("semantic_residual_vector_quantizer" in name for name in weights)


def from_transformers(weights: Mapping[str, Tensor], heads: int) -> dict[str, Tensor]:
    """Return the same tensors under moshi's names; q, k and v become one, q and k in rotary pairs."""
    weights = {name.removeprefix("codec_model."): weight for name, weight in weights.items()}
    last = max(int(found[2]) for name in weights if (found := _SEANET.match(name)) and found[1] == "decoder")
    named: dict[str, Tensor] = {}
    qkv: dict[str, dict[str, Tensor]] = {}
    for name, weight in weights.items():
        if found := re.match(r"^(.*)\.self_attn\.([qkv])_proj\.weight$", name):
            qkv.setdefault(_moshi_name(found[1], last), {})[found[2]] = weight
        else:
            named[_moshi_name(name, last)] = weight
    for layer, parts in qkv.items():
        size = parts["q"].shape[0] // heads
        q, k = (pairs_from_halves(parts[part], size) for part in "qk")
        named[f"{layer}.self_attn.in_projs.0.weight"] = torch.cat((q, k, parts["v"]))
    return named


def _moshi_name(name: str, last: int) -> str:
    if name.startswith("quantizer."):
        return _quantizer_name(name)
    if found := _PART.match(name):
        return _part_name(found[1], found[2])
    if found := _SEANET.match(name):
        return _seanet_name(found[1], int(found[2]), found[3], last)
    return name


def _quantizer_name(name: str) -> str:
    _, which, rest = name.split(".", 2)
    if found := re.match(r"^layers\.(\d+)\.codebook\.(\w+)$", rest):
        rest = f"vq.layers.{found[1]}._codebook.{_CODEBOOK.get(found[2], found[2])}"
    return f"quantizer.{_QUANTIZER.get(which, which)}.{rest}"


def _part_name(part: str, rest: str) -> str:
    if part == "downsample":
        return "downsample.conv.conv.conv.weight" if rest == "conv.weight" else f"downsample.{rest}"
    if part == "upsample":
        return "upsample.convtr.convtr.convtr.weight" if rest == "conv.weight" else f"upsample.{rest}"
    layer = re.match(r"^layers\.(\d+)(?:\.(.*))?$", rest)
    if layer is None:
        return f"{part}.{rest}"
    tail = f".{_LAYER.get(layer[2], layer[2])}" if layer[2] else ""
    return f"{part}.transformer.layers.{layer[1]}{tail}"


def _seanet_name(side: str, index: int, rest: str, last: int) -> str:
    """A stage is activation, convolution and residual block; the decoder's convolutions go up, except the two ends."""
    if rest.startswith("block."):
        return f"{side}.model.{index}.{rest.replace('.conv.', '.conv.conv.')}"
    kind = "convtr" if side == "decoder" and index not in (0, last) else "conv"
    return f"{side}.model.{index}.{rest.replace('conv.', f'{kind}.{kind}.')}"
