"""Read a Whisper back from CTranslate2's folder into transformers, so that the pack's own recogniser can learn further.

The file is as `ctranslate2.specs.model_spec` writes it (version 6): int8 weights with one scale a row.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor, nn
from transformers import WhisperForConditionalGeneration

TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
VERSION = 6


def weights(file: Path) -> dict[str, Tensor]:
    """Return the float32 variables of `model.bin`; raises ValueError for another version."""
    with file.open("rb") as source:
        (version,) = struct.unpack("I", source.read(4))
        if version != VERSION:
            raise ValueError(f"{file} is a CTranslate2 model of version {version}; this reads version {VERSION}")
        _text(source)
        _, count = struct.unpack("II", source.read(8))
        stored = dict(_variable(source) for _ in range(count))
    scaled = {}
    for name, value in stored.items():
        scale = stored.get(f"{name}_scale")
        exact = value.astype(np.float32)
        scaled[name] = exact if scale is None else exact / scale.reshape(-1, *(1,) * (exact.ndim - 1))
    return {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in scaled.items()}


def _text(source: BinaryIO) -> str:
    (length,) = struct.unpack("H", source.read(2))
    return source.read(length)[:-1].decode()


def _variable(source: BinaryIO) -> tuple[str, np.ndarray]:
    name, (rank,) = _text(source), source.read(1)
    shape = struct.unpack(f"{rank}I", source.read(4 * rank))
    kind, size = struct.unpack("<BI", source.read(5))
    return name, np.frombuffer(source.read(size), TYPES[kind]).reshape(shape)


@torch.no_grad()
def take_over(model: WhisperForConditionalGeneration, folder: Path) -> None:
    """Put the weights of a CTranslate2 folder into a model of the same sizes."""
    known = weights(folder / "model.bin")
    model.model.decoder.embed_tokens.weight.copy_(known["decoder/embeddings/weight"])
    for number in (1, 2):
        _fill(known, f"encoder/conv{number}", getattr(model.model.encoder, f"conv{number}"))
    for side, stack in (("encoder", model.model.encoder), ("decoder", model.model.decoder)):
        stack.embed_positions.weight.copy_(known[f"{side}/position_encodings/encodings"])
        _norm(known, f"{side}/layer_norm", stack.layer_norm)
        for number, layer in enumerate(stack.layers):
            at = f"{side}/layer_{number}"
            own = layer.self_attn
            _fill(known, f"{at}/self_attention/linear_0", own.q_proj, own.k_proj, own.v_proj)
            _fill(known, f"{at}/self_attention/linear_1", own.out_proj)
            _norm(known, f"{at}/self_attention/layer_norm", layer.self_attn_layer_norm)
            if side == "decoder":
                other = layer.encoder_attn
                _fill(known, f"{at}/attention/linear_0", other.q_proj)
                _fill(known, f"{at}/attention/linear_1", other.k_proj, other.v_proj)
                _fill(known, f"{at}/attention/linear_2", other.out_proj)
                _norm(known, f"{at}/attention/layer_norm", layer.encoder_attn_layer_norm)
            _fill(known, f"{at}/ffn/linear_0", layer.fc1)
            _fill(known, f"{at}/ffn/linear_1", layer.fc2)
            _norm(known, f"{at}/ffn/layer_norm", layer.final_layer_norm)


def _fill(known: dict[str, Tensor], name: str, *layers: nn.Module) -> None:
    weight, bias = (known[f"{name}/{part}"].chunk(len(layers)) for part in ("weight", "bias"))
    for layer, w, b in zip(layers, weight, bias, strict=True):
        layer.weight.copy_(w)
        if layer.bias is not None:  # Whisper's keys have none
            layer.bias.copy_(b)


def _norm(known: dict[str, Tensor], name: str, layer: nn.LayerNorm) -> None:
    layer.weight.copy_(known[f"{name}/gamma"])
    layer.bias.copy_(known[f"{name}/beta"])
