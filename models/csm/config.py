"""Every size of a CSM model, read from transformers' config.json or from the original short one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPARE_CODES = 3  # the audio vocabulary ends with three ids that are no codec codes


@dataclass(frozen=True)
class RopeScaling:
    """Llama 3's frequency scaling of rotary positions."""

    factor: float
    low_freq_factor: float
    high_freq_factor: float
    original_positions: int


@dataclass(frozen=True)
class StackConfig:
    """The sizes of one Llama stack."""

    hidden: int
    layers: int
    heads: int
    kv_heads: int
    mlp: int
    head_dim: int
    max_positions: int
    rope_theta: float = 500_000.0
    rope_scaling: RopeScaling | None = RopeScaling(32.0, 1.0, 4.0, 8192)
    norm_eps: float = 1e-5

    def __post_init__(self) -> None:
        if self.heads % self.kv_heads:
            raise ValueError(f"{self.heads} heads cannot share {self.kv_heads} key-value heads evenly")
        if self.head_dim % 2:
            raise ValueError(f"rotary positions need an even head size, not {self.head_dim}")


@dataclass(frozen=True)
class CsmConfig:
    """The sizes of a CSM model: `backbone` reads the conversation, `decoder` completes each frame in depth."""

    codebooks: int
    audio_vocab: int
    text_vocab: int
    backbone: StackConfig
    decoder: StackConfig

    def __post_init__(self) -> None:
        if self.codebooks < 2 or self.legal_codes < 1:
            raise ValueError(f"not a CSM: {self.codebooks} codebooks with {self.audio_vocab} ids each")
        if self.decoder.max_positions < self.codebooks:
            raise ValueError(f"the decoder's {self.decoder.max_positions} positions cannot hold {self.codebooks} codes")

    @property
    def legal_codes(self) -> int:
        """How many ids of each codebook are codec codes."""
        return self.audio_vocab - SPARE_CODES


# Source: SesameAILabs/csm `models.py` for Tiny. Sesame named Small (3B + 250M) and Medium (8B + 300M) without
# publishing them: their backbones are Llama 3.2 3B and Llama 3.1 8B, their decoders sizes that fit the names.
FLAVORS: Mapping[str, StackConfig] = {
    "llama-1B": StackConfig(2048, 16, 32, 8, 8192, 64, 2048),
    "llama-3B": StackConfig(3072, 28, 24, 8, 8192, 128, 2048),
    "llama-8B": StackConfig(4096, 32, 32, 8, 14336, 128, 2048),
    "llama-100M": StackConfig(1024, 4, 8, 2, 8192, 128, 2048),
    "llama-250M": StackConfig(1536, 6, 12, 3, 8192, 128, 2048),
    "llama-300M": StackConfig(1536, 7, 12, 3, 8192, 128, 2048),
}


def full_size(backbone: str, decoder: str) -> CsmConfig:
    """Return a model of published or announced size with Llama 3's text and Mimi's 32 codebooks."""
    return CsmConfig(32, 2051, 128_256, FLAVORS[backbone], FLAVORS[decoder])


SIZES: Mapping[str, CsmConfig] = {
    "tiny": full_size("llama-1B", "llama-100M"),
    "small": full_size("llama-3B", "llama-250M"),
    "medium": full_size("llama-8B", "llama-300M"),
}


def read_config(path: Path) -> CsmConfig:
    """Return the sizes in a config.json of either layout.

    Raises ValueError naming the file and what is wrong with it.
    """
    try:
        return parse_config(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, KeyError, TypeError, ValueError) as error:
        reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise ValueError(f"{path}: {reason}") from error


def parse_config(keys: Mapping[str, Any]) -> CsmConfig:
    """Return the sizes; the hub's config.json holds both sets of keys, which agree."""
    if "depth_decoder_config" in keys:
        return _from_transformers(keys)
    return CsmConfig(
        codebooks=int(keys["audio_num_codebooks"]),
        audio_vocab=int(keys["audio_vocab_size"]),
        text_vocab=int(keys["text_vocab_size"]),
        backbone=_short_stack(keys, "backbone"),
        decoder=_short_stack(keys, "decoder"),
    )


def _short_stack(keys: Mapping[str, Any], name: str) -> StackConfig:
    sizes = keys.get(name)
    if sizes is None:
        flavor = keys[f"{name}_flavor"]
        if flavor not in FLAVORS:
            raise ValueError(f"unknown flavor {flavor!r}; known are {', '.join(FLAVORS)}")
        return FLAVORS[flavor]
    hidden, heads = int(sizes["hidden"]), int(sizes["heads"])
    return StackConfig(
        hidden=hidden,
        layers=int(sizes["layers"]),
        heads=heads,
        kv_heads=int(sizes["kv_heads"]),
        mlp=int(sizes["mlp"]),
        head_dim=int(sizes.get("head_dim") or hidden // heads),
        max_positions=int(sizes["max_positions"]),
        rope_theta=float(sizes["rope_theta"]),
        rope_scaling=_rope_scaling(sizes.get("rope_scaling")),
        norm_eps=float(sizes.get("norm_eps", 1e-5)),
    )


def _from_transformers(keys: Mapping[str, Any]) -> CsmConfig:
    return CsmConfig(
        codebooks=int(keys["num_codebooks"]),
        audio_vocab=int(keys["vocab_size"]),
        text_vocab=int(keys["text_vocab_size"]),
        backbone=_transformers_stack(keys),
        decoder=_transformers_stack(keys["depth_decoder_config"]),
    )


def _transformers_stack(keys: Mapping[str, Any]) -> StackConfig:
    rope = keys.get("rope_parameters") or keys.get("rope_scaling")  # the names of transformers 5 and 4
    theta = (rope or {}).get("rope_theta") or keys.get("rope_theta", 500_000.0)
    hidden, heads = int(keys["hidden_size"]), int(keys["num_attention_heads"])
    return StackConfig(
        hidden=hidden,
        layers=int(keys["num_hidden_layers"]),
        heads=heads,
        kv_heads=int(keys.get("num_key_value_heads") or heads),
        mlp=int(keys["intermediate_size"]),
        head_dim=int(keys.get("head_dim") or hidden // heads),
        max_positions=int(keys["max_position_embeddings"]),
        rope_theta=float(theta),
        rope_scaling=_rope_scaling(rope),
        norm_eps=float(keys.get("rms_norm_eps", 1e-5)),
    )


def _rope_scaling(keys: Mapping[str, Any] | None) -> RopeScaling | None:
    """Both spellings of llama3 scaling; only the ratios of positions to factors matter, so the figures may differ."""
    if not keys or keys.get("rope_type", "llama3") == "default":
        return None
    if (kind := keys.get("rope_type", "llama3")) != "llama3":
        raise ValueError(f"rotary scaling {kind!r} is not CSM's")
    original = keys.get("original_max_position_embeddings", keys.get("original_positions", 8192))
    return RopeScaling(
        float(keys["factor"]), float(keys["low_freq_factor"]), float(keys["high_freq_factor"]), int(original)
    )
