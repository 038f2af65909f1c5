"""The plain Llama stack: RMSNorm, rotary positions, grouped-query attention, SwiGLU, and a static key-value cache.

Touvron et al. 2023 (arXiv 2302.13971) with the grouped-query attention and rotary scaling of Llama 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.csm.config import RopeScaling, StackConfig


class Cache:
    """Keys and values of every layer, (layers, kv_heads, max_positions, head_dim) each, written in place.

    Whoever owns the cache knows how many positions are true; the tensors themselves never move or grow.
    """

    def __init__(self, config: StackConfig, positions: int, device: torch.device, dtype: torch.dtype) -> None:
        shape = (config.layers, config.kv_heads, positions, config.head_dim)
        self.keys = torch.zeros(shape, device=device, dtype=dtype)
        self.values = torch.zeros(shape, device=device, dtype=dtype)


class Layer(nn.Module):
    """One block; the projections of queries, keys and values are fused, and so are gate and up."""

    def __init__(
        self,
        config: StackConfig,
        norms: tuple[Tensor, Tensor],
        linears: tuple[nn.Module, nn.Module, nn.Module, nn.Module],
    ) -> None:
        super().__init__()
        self.heads, self.kv_heads, self.head_dim = config.heads, config.kv_heads, config.head_dim
        self.norm_eps = config.norm_eps
        self.register_buffer("attention_norm", norms[0], persistent=False)
        self.register_buffer("mlp_norm", norms[1], persistent=False)
        self.qkv, self.output, self.gate_up, self.down = linears

    attention_norm: Tensor
    mlp_norm: Tensor

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor], memory: tuple[Tensor, Tensor], at: Attending) -> Tensor:
        """Return x (S, hidden) after this block; `memory` holds the layer's keys and values."""
        x = x + self._attend(rms_norm(x, self.attention_norm, self.norm_eps), rope, memory, at)
        gate, up = self.gate_up(rms_norm(x, self.mlp_norm, self.norm_eps)).chunk(2, dim=-1)
        return x + self.down(functional.silu(gate) * up)

    def _attend(self, x: Tensor, rope: tuple[Tensor, Tensor], memory: tuple[Tensor, Tensor], at: Attending) -> Tensor:
        rows = x.shape[0]
        fused = self.qkv(x).view(rows, self.heads + 2 * self.kv_heads, self.head_dim)
        turned = rotate(fused[:, : self.heads + self.kv_heads], rope)
        memory[0].index_copy_(1, at.positions, turned[:, self.heads :].transpose(0, 1))
        memory[1].index_copy_(1, at.positions, fused[:, self.heads + self.kv_heads :].transpose(0, 1))
        # The heads that share keys are laid out as further queries, so nothing is ever expanded.
        queries = turned[:, : self.heads].view(rows, self.kv_heads, -1, self.head_dim).permute(1, 2, 0, 3)
        attended = functional.scaled_dot_product_attention(
            queries.reshape(1, self.kv_heads, -1, self.head_dim),
            memory[0][None, :, : at.span],
            memory[1][None, :, : at.span],
            attn_mask=at.mask_for(self.heads // self.kv_heads),
        )
        by_row = attended.view(self.kv_heads, -1, rows, self.head_dim).permute(2, 0, 1, 3)
        return self.output(by_row.reshape(rows, self.heads * self.head_dim))


class Attending:
    """Where rows are written and what they may see: cache positions [0, span) up to their own."""

    def __init__(self, positions: Tensor, span: int, visible: Tensor | None) -> None:
        self.positions, self.span, self.visible = positions, span, visible

    @classmethod
    def single(cls, position: int, device: torch.device) -> Attending:
        """One row that sees everything before it."""
        return cls(torch.tensor([position], device=device), position + 1, None)

    @classmethod
    def block(cls, positions: Tensor, span: int) -> Attending:
        """Rows at `positions` (S,), masked causally over the first `span` cache positions."""
        return cls(positions, span, torch.arange(span, device=positions.device) <= positions[:, None])

    def mask_for(self, groups: int) -> Tensor | None:
        """The mask (groups * S, span) for heads laid out as queries."""
        return None if self.visible is None else self.visible.repeat(groups, 1)


class Llama(nn.Module):
    """A stack of layers with the final norm."""

    def __init__(self, config: StackConfig, layers: Sequence[Layer], norm: Tensor) -> None:
        super().__init__()
        self.config = config
        self.layers = nn.ModuleList(layers)
        cos, sin = rope_table(config, norm.device)
        self.register_buffer("norm", norm, persistent=False)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    norm: Tensor
    cos: Tensor
    sin: Tensor

    def forward(self, x: Tensor, cache: Cache, at: Attending) -> Tensor:
        """Return the normed hidden states (S, hidden) of embedded rows x (S, hidden), keeping their keys and values."""
        rope = (self.cos[at.positions, None], self.sin[at.positions, None])
        for index, layer in enumerate(self.layers):
            x = layer(x, rope, (cache.keys[index], cache.values[index]), at)
        return rms_norm(x, self.norm, self.config.norm_eps)

    def cache(self, positions: int) -> Cache:
        """Return an empty cache beside the weights."""
        return Cache(self.config, positions, self.norm.device, self.norm.dtype)


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Normalise in float32, as the reference does, whatever the weights' type."""
    return functional.rms_norm(x, weight.shape, weight, eps)


def rotate(x: Tensor, rope: tuple[Tensor, Tensor]) -> Tensor:
    """Turn x (S, heads, head_dim) by cos and sin (S, 1, head_dim / 2), halves against halves, in float32."""
    low, high = x.float().chunk(2, dim=-1)
    cos, sin = rope
    return torch.cat((low * cos - high * sin, high * cos + low * sin), dim=-1).to(x.dtype)


def rope_table(config: StackConfig, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return cos and sin, float32 (max_positions, head_dim / 2)."""
    exponents = torch.arange(0, config.head_dim, 2, dtype=torch.float32) / config.head_dim
    frequencies = 1.0 / config.rope_theta**exponents
    if config.rope_scaling is not None:
        frequencies = scale_frequencies(frequencies, config.rope_scaling)
    angles = torch.outer(torch.arange(config.max_positions, dtype=torch.float32), frequencies)
    return angles.cos().to(device), angles.sin().to(device)


def scale_frequencies(frequencies: Tensor, scaling: RopeScaling) -> Tensor:
    """Slow the long waves down by `factor`, keep the short ones, blend in between (Llama 3.1)."""
    turns = scaling.original_positions * frequencies / (2 * math.pi)
    blend = (turns - scaling.low_freq_factor) / (scaling.high_freq_factor - scaling.low_freq_factor)
    return torch.lerp(frequencies / scaling.factor, frequencies, blend.clamp(0, 1))
