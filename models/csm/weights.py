"""Random weights of any size, and transformers' model with the same: for benchmarks and the exactness test."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from zlib import crc32

import torch
from torch import Tensor

from models.csm.checkpoint import expected_shapes, halves_from_pairs, is_rotated, stack_of, transformers_name
from models.csm.config import CsmConfig, RopeScaling, StackConfig

_TABLES = ("text_embeddings.weight", "audio_embeddings.weight")


class RandomWeights:
    """The tensors of a model that knows nothing, each from its name and the seed alone (`models.csm.load.Tensors`)."""

    def __init__(self, config: CsmConfig, seed: int = 0) -> None:
        self.config = config
        self._shapes, self._seed = expected_shapes(config), seed

    def __getitem__(self, name: str) -> Tensor:
        """Return one tensor, float32; the embedding tables in bfloat16, being gigabytes that are only looked up."""
        shape = self._shapes[name]
        if name.endswith("norm.scale"):
            return torch.ones(shape)
        random = torch.Generator().manual_seed(self._seed + crc32(name.encode()))
        kind = torch.bfloat16 if name in _TABLES else torch.float32
        return torch.empty(shape, dtype=kind).normal_(0, 0.02, generator=random)


def transformers_model(weights: RandomWeights, device: torch.device, dtype: torch.dtype) -> Any:
    """Return transformers' CsmForConditionalGeneration with these weights and a codec of no size."""
    from transformers import CsmForConditionalGeneration

    with torch.device("meta"):
        model = CsmForConditionalGeneration(transformers_config(weights.config)).to(dtype)
    model = model.to_empty(device=device)
    model.tie_weights()
    for module in model.modules():  # what is computed, not stored, was computed on no device
        if hasattr(module, "inv_freq") and "mimi" not in type(module).__name__.lower():
            module.__init__(module.config)
            module.to(device)
    offsets = model.backbone_model.embed_tokens.audio_tokens_offsets
    offsets.copy_(torch.arange(weights.config.codebooks) * weights.config.audio_vocab)
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for name in expected_shapes(weights.config):
            # The tied table is listed once, under the backbone's name.
            tied = "backbone_model.embed_tokens.embed_audio_tokens.weight"
            stored = transformers_name(name)
            tensor = weights[name]
            if is_rotated(name):
                tensor = halves_from_pairs(tensor, stack_of(weights.config, name).head_dim)
            parameters[stored if stored in parameters else tied].copy_(tensor)
    return model.eval()


def transformers_config(config: CsmConfig) -> Any:
    """Return transformers' configuration of these sizes."""
    from transformers import CsmConfig as TransformersConfig
    from transformers import MimiConfig

    small = MimiConfig(
        num_filters=2, hidden_size=16, num_hidden_layers=1, intermediate_size=16, num_attention_heads=1,
        num_key_value_heads=1, codebook_size=8, codebook_dim=8, vector_quantization_hidden_dimension=8,
        num_quantizers=config.codebooks, upsample_groups=16,
    )  # fmt: skip
    deep = _stack(config.decoder) | {
        "num_codebooks": config.codebooks,
        "vocab_size": config.audio_vocab,
        "backbone_hidden_size": config.backbone.hidden,
        "max_position_embeddings": config.codebooks + 1,
    }
    return TransformersConfig(
        num_codebooks=config.codebooks,
        vocab_size=config.audio_vocab,
        text_vocab_size=config.text_vocab,
        depth_decoder_config=deep,
        codec_config=small,
        **_stack(config.backbone),
    )


def _stack(stack: StackConfig) -> dict[str, Any]:
    return {
        "hidden_size": stack.hidden,
        "intermediate_size": stack.mlp,
        "num_hidden_layers": stack.layers,
        "num_attention_heads": stack.heads,
        "num_key_value_heads": stack.kv_heads,
        "head_dim": stack.head_dim,
        "max_position_embeddings": stack.max_positions,
        "rms_norm_eps": stack.norm_eps,
        "rope_parameters": {"rope_theta": stack.rope_theta} | _rope(stack.rope_scaling),
    }


def _rope(scaling: RopeScaling | None) -> dict[str, Any]:
    if scaling is None:
        return {"rope_type": "default"}
    keys = asdict(scaling)
    # Only ratios matter, and transformers warns when the original length is not below the present one.
    original, shrink = 2, 2 / keys.pop("original_positions")
    keys["low_freq_factor"] *= shrink
    keys["high_freq_factor"] *= shrink
    return {"rope_type": "llama3", "original_max_position_embeddings": original, **keys}
