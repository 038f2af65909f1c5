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
        shape = (config.layers, 2 * config.kv_heads, positions, config.head_dim)
        both = torch.zeros(shape, device=device, dtype=dtype)
        self.keys, self.values = both.chunk(2, dim=1)
        self.layers = [Memory(*parts) for parts in zip(both, self.keys, self.values, strict=True)]


class Memory:
    """One layer's part of the cache: keys and values (kv_heads, max_positions, head_dim), and both in one tensor."""

    def __init__(self, both: Tensor, keys: Tensor, values: Tensor) -> None:
        self.both, self.keys, self.values = both, keys[None], values[None]


class Norm(nn.Module):
    """Root mean square normalisation with a weight, in float32, as the reference does, whatever the weight's type."""

    def __init__(self, weight: Tensor, eps: float) -> None:
        super().__init__()
        self.eps, size = eps, weight.numel()
        self.register_buffer("weight", weight, persistent=False)
        self.register_buffer("_longer", weight * math.sqrt(size), persistent=False)
        self.register_buffer("_least", torch.full((1,), math.sqrt(size * eps)).to(weight), persistent=False)
        self._few_operations = weight.dtype == torch.float32 and weight.device.type == "cpu"

    weight: Tensor
    _longer: Tensor
    _least: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """Return x (S, hidden) normalised."""
        if not self._few_operations:
            return functional.rms_norm(x, self.weight.shape, self.weight, self.eps)
        # The same in four operations, where torch composes the above of thirteen on a CPU: for one row, each of them
        # costs more than its arithmetic. sqrt(mean(x^2) + eps) is hypot(|x|, sqrt(n eps)) / sqrt(n).
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        return x / torch.hypot(length, self._least) * self._longer


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
        self.attention_norm, self.mlp_norm = (Norm(weight, config.norm_eps) for weight in norms)
        self.qkv, self.output, self.gate_up, self.down = linears

    def forward(self, x: Tensor, turns: Tensor, memory: Memory, at: Attending) -> Tensor:
        """Return x (S, hidden) after this block."""
        x = x + self._attend(self.attention_norm(x), turns, memory, at)
        gate, up = self.gate_up(self.mlp_norm(x)).chunk(2, dim=-1)
        return x + self.down(functional.silu(gate) * up)

    def _attend(self, x: Tensor, turns: Tensor, memory: Memory, at: Attending) -> Tensor:
        rows, heads = x.shape[0], self.heads
        turned = rotate(self.qkv(x).view(rows, -1, self.head_dim), turns)
        memory.both.index_copy_(1, at.positions, turned[:, heads:].transpose(0, 1))
        # The heads that share keys are laid out as further queries, so nothing is ever expanded.
        queries = turned[:, :heads].view(rows, self.kv_heads, -1, self.head_dim).permute(1, 2, 0, 3)
        attended = functional.scaled_dot_product_attention(
            queries.reshape(1, self.kv_heads, -1, self.head_dim),
            memory.keys[:, :, : at.span],
            memory.values[:, :, : at.span],
            attn_mask=at.mask_for(heads // self.kv_heads),
        )
        by_row = attended.view(self.kv_heads, -1, rows, self.head_dim).permute(2, 0, 1, 3)
        return self.output(by_row.reshape(rows, heads * self.head_dim))


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
        self.norm = Norm(norm, config.norm_eps)
        self.register_buffer("turns", rope_table(config, norm.device), persistent=False)
        # Values come out of the same product as queries and keys, and are turned with them, by nothing.
        still = torch.ones(1, config.kv_heads, config.head_dim // 2, dtype=torch.complex64, device=norm.device)
        self.register_buffer("_still", still, persistent=False)

    turns: Tensor
    _still: Tensor

    def forward(self, x: Tensor, cache: Cache, at: Attending) -> Tensor:
        """Return the normed hidden states (S, hidden) of embedded rows x (S, hidden), keeping their keys and values."""
        turns = self.turns[at.positions, None].expand(-1, self.config.heads + self.config.kv_heads, -1)
        turns = torch.cat((turns, self._still.expand(len(x), -1, -1)), dim=1)
        for layer, memory in zip(self.layers, cache.layers, strict=True):
            x = layer(x, turns, memory, at)
        normed: Tensor = self.norm(x)
        return normed

    def cache(self, positions: int) -> Cache:
        """Return an empty cache beside the weights."""
        return Cache(self.config, positions, self.norm.weight.device, self.norm.weight.dtype)


def rotate(x: Tensor, turns: Tensor) -> Tensor:
    """Turn x (S, heads, head_dim), whose pairs of neighbours are complex numbers, by `turns`, in float32."""
    pairs = torch.view_as_complex(x.float().view(*turns.shape, 2))
    return torch.view_as_real(pairs * turns).view(x.shape).to(x.dtype)


def rope_table(config: StackConfig, device: torch.device) -> Tensor:
    """Return the rotation of each position, complex64 (max_positions, head_dim / 2)."""
    exponents = torch.arange(0, config.head_dim, 2, dtype=torch.float32) / config.head_dim
    frequencies = 1.0 / config.rope_theta**exponents
    if config.rope_scaling is not None:
        frequencies = scale_frequencies(frequencies, config.rope_scaling)
    angles = torch.outer(torch.arange(config.max_positions, dtype=torch.float32), frequencies)
    return torch.polar(torch.ones_like(angles), angles).to(device)


def scale_frequencies(frequencies: Tensor, scaling: RopeScaling) -> Tensor:
    """Slow the long waves down by `factor`, keep the short ones, blend in between (Llama 3.1)."""
    turns = scaling.original_positions * frequencies / (2 * math.pi)
    blend = (turns - scaling.low_freq_factor) / (scaling.high_freq_factor - scaling.low_freq_factor)
    return torch.lerp(frequencies / scaling.factor, frequencies, blend.clamp(0, 1))
