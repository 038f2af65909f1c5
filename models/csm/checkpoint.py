"""Reads both published layouts of CSM: the original's (torchtune names) and transformers'.

Only safetensors, memory-mapped; every tensor is checked for presence and shape before the first one is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from torch import Tensor

from models.csm.config import CsmConfig, StackConfig, read_config

Shape = tuple[int, ...]
_LISTED = 8  # names per kind of fault in an error message


class CheckpointError(ValueError):
    """A checkpoint that is not what its config.json says."""

    def __init__(
        self, folder: Path, missing: Sequence[str], unexpected: Sequence[str], misshapen: Sequence[str]
    ) -> None:
        self.missing, self.unexpected, self.misshapen = tuple(missing), tuple(unexpected), tuple(misshapen)
        faults = {"missing": missing, "unexpected": unexpected, "misshapen": misshapen}
        super().__init__(
            f"{folder}: " + "; ".join(f"{kind}: {_some(names)}" for kind, names in faults.items() if names)
        )


class Checkpoint:
    """The tensors of a checkpoint under the original's names, read when asked for."""

    def __init__(self, folder: Path) -> None:
        """Open and check; raises ValueError for an unreadable file and CheckpointError for a wrong one."""
        self.config: CsmConfig = read_config(folder / "config.json")
        self._files = dict(_open_all(folder))
        self.rotates_halves = "embed_text_tokens.weight" in self._files  # which only transformers' layout has
        self._names = _names(self.config, self.rotates_halves, self._files)
        self._check(folder)

    def __getitem__(self, name: str) -> Tensor:
        """Return the tensor of the original's name, q and k projections in the original's order: rotary pairs."""
        stored = self._names[name]
        tensor: Tensor = self._files[stored].get_tensor(stored)
        if self.rotates_halves and is_rotated(name):
            return pairs_from_halves(tensor, stack_of(self.config, name).head_dim)
        return tensor

    def _check(self, folder: Path) -> None:
        wanted = expected_shapes(self.config)
        found = {stored: tuple(file.get_slice(stored).get_shape()) for stored, file in self._files.items()}
        known = {self._names[name] for name in wanted}
        missing = sorted(stored for stored in known if stored not in found)
        unexpected = sorted(
            stored for stored in found if stored not in known and not _is_spare(stored, self.rotates_halves)
        )
        misshapen = [
            f"{stored} is {found[stored]}, not {shape}"
            for name, shape in wanted.items()
            if (stored := self._names[name]) in found and found[stored] != shape
        ]
        if missing or unexpected or misshapen:
            raise CheckpointError(folder, missing, unexpected, misshapen)


def expected_shapes(config: CsmConfig) -> dict[str, Shape]:
    """Return every tensor of the model by its original name."""
    wide, deep = config.backbone.hidden, config.decoder.hidden
    shapes: dict[str, Shape] = {
        "text_embeddings.weight": (config.text_vocab, wide),
        "audio_embeddings.weight": (config.codebooks * config.audio_vocab, wide),
        "projection.weight": (deep, wide),
        "codebook0_head.weight": (config.audio_vocab, wide),
        "audio_head": (config.codebooks - 1, deep, config.audio_vocab),
    }
    shapes |= _stack_shapes("backbone", config.backbone)
    shapes |= _stack_shapes("decoder", config.decoder)
    return shapes


def _stack_shapes(name: str, stack: StackConfig) -> dict[str, Shape]:
    hidden, queries, keys = stack.hidden, stack.heads * stack.head_dim, stack.kv_heads * stack.head_dim
    layer: dict[str, Shape] = {
        "attn.q_proj.weight": (queries, hidden),
        "attn.k_proj.weight": (keys, hidden),
        "attn.v_proj.weight": (keys, hidden),
        "attn.output_proj.weight": (hidden, queries),
        "mlp.w1.weight": (stack.mlp, hidden),
        "mlp.w2.weight": (hidden, stack.mlp),
        "mlp.w3.weight": (stack.mlp, hidden),
        "sa_norm.scale": (hidden,),
        "mlp_norm.scale": (hidden,),
    }
    shapes = {f"{name}.layers.{i}.{key}": shape for i in range(stack.layers) for key, shape in layer.items()}
    return shapes | {f"{name}.norm.scale": (hidden,)}


def is_rotated(name: str) -> bool:
    """Tell whether the rows of this tensor are in one of the two rotary orders."""
    return name.endswith((".q_proj.weight", ".k_proj.weight"))


def stack_of(config: CsmConfig, name: str) -> StackConfig:
    """Return the sizes of the stack that a tensor with this original name belongs to."""
    return config.backbone if name.startswith("backbone.") else config.decoder


def halves_from_pairs(weight: Tensor, head_dim: int) -> Tensor:
    """Reorder a q or k projection (heads * head_dim, hidden) from torchtune's rotary pairs to halves.

    Source: transformers `convert_csm.py`.
    """
    out, hidden = weight.shape
    return weight.view(out // head_dim, head_dim // 2, 2, hidden).transpose(1, 2).reshape(out, hidden)


def pairs_from_halves(weight: Tensor, head_dim: int) -> Tensor:
    """Undo `halves_from_pairs`."""
    out, hidden = weight.shape
    return weight.view(out // head_dim, 2, head_dim // 2, hidden).transpose(1, 2).reshape(out, hidden)


_TRANSFORMERS_OUTER: Mapping[str, str] = {
    "text_embeddings.weight": "embed_text_tokens.weight",
    "audio_embeddings.weight": "depth_decoder.model.embed_tokens.weight",
    "projection.weight": "depth_decoder.model.inputs_embeds_projector.weight",
    "codebook0_head.weight": "lm_head.weight",
    "audio_head": "depth_decoder.codebooks_head.weight",
}
_TRANSFORMERS_INNER: Mapping[str, str] = {
    "backbone.": "backbone_model.",
    "decoder.": "depth_decoder.model.",
    "attn.output_proj": "self_attn.o_proj",
    "attn.": "self_attn.",
    "mlp.w1": "mlp.gate_proj",
    "mlp.w2": "mlp.down_proj",
    "mlp.w3": "mlp.up_proj",
    "sa_norm.scale": "input_layernorm.weight",
    "mlp_norm.scale": "post_attention_layernorm.weight",
    "norm.scale": "norm.weight",
}
_TIED_AUDIO = "backbone_model.embed_tokens.embed_audio_tokens.weight"


def transformers_name(name: str) -> str:
    """Return transformers' name of a tensor with the original's name."""
    if name in _TRANSFORMERS_OUTER:
        return _TRANSFORMERS_OUTER[name]
    for theirs, ours in _TRANSFORMERS_INNER.items():
        if theirs in name and ours not in name:
            name = name.replace(theirs, ours, 1)
    return name


def _names(config: CsmConfig, is_transformers: bool, stored: Mapping[str, Any]) -> dict[str, str]:
    if not is_transformers:
        return {name: name for name in expected_shapes(config)}
    names = {name: transformers_name(name) for name in expected_shapes(config)}
    if names["audio_embeddings.weight"] not in stored and _TIED_AUDIO in stored:
        names["audio_embeddings.weight"] = _TIED_AUDIO  # the two are tied; a checkpoint may hold either
    return names


def _is_spare(stored: str, is_transformers: bool) -> bool:
    """What transformers' checkpoints carry beside the model: the codec, the tied table, old releases' buffers."""
    return is_transformers and (
        stored.startswith("codec_model.") or stored == _TIED_AUDIO or stored.endswith("audio_tokens_offsets")
    )


def _open_all(folder: Path) -> Iterator[tuple[str, Any]]:
    for path in _weight_files(folder):
        try:
            file = safe_open(path, framework="pt")
        except (OSError, SafetensorError) as error:
            raise ValueError(f"{path} is not a whole safetensors file: {error}") from error
        for name in file.keys():  # noqa: SIM118 - it is no mapping
            yield name, file


def _weight_files(folder: Path) -> list[Path]:
    """The hub's folder has both layouts; the original's single file is preferred, being complete in itself."""
    if (single := folder / "model.safetensors").exists():
        return [single]
    for index in ("transformers.safetensors.index.json", "model.safetensors.index.json"):
        if (folder / index).exists():
            shards = json.loads((folder / index).read_text(encoding="utf-8"))["weight_map"].values()
            return [folder / shard for shard in sorted(set(shards))]
    if (single := folder / "transformers.safetensors").exists():
        return [single]
    raise ValueError(f"{folder} has neither model.safetensors nor transformers.safetensors.index.json")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
