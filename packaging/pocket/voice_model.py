"""The pocket CSM as a trainable network, its tensors named as in the original checkpoint.

Two Llama stacks split at codebook 0 (Sesame, "Crossing the uncanny valley of voice", 2025): the backbone reads
text rows and audio rows and predicts codebook 0; the decoder predicts the others from the backbone's state.
What only helps training stands in `Teacher` and is thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Stack:
    """Sizes of one Llama stack."""

    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    mlp: int
    rope_theta: float = 10_000.0
    rope_scaling: None = None
    max_positions: int = 2048
    norm_eps: float = 1e-5


BACKBONE = Stack(hidden=256, layers=5, heads=4, kv_heads=2, head_dim=64, mlp=768)
DECODER = Stack(hidden=128, layers=2, heads=4, kv_heads=2, head_dim=32, mlp=384)
ALIGNED_LAYER = 2  # of the backbone: its first two heads are taught where in the text the speech is


class Norm(nn.Module):
    """RMSNorm."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.scale, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.scale


class Attention(nn.Module):
    """Causal grouped-query attention with interleaved rotary positions, as torchtune has it."""

    def __init__(self, s: Stack) -> None:
        super().__init__()
        self.s = s
        self.q_proj = nn.Linear(s.hidden, s.heads * s.head_dim, bias=False)
        self.k_proj = nn.Linear(s.hidden, s.kv_heads * s.head_dim, bias=False)
        self.v_proj = nn.Linear(s.hidden, s.kv_heads * s.head_dim, bias=False)
        self.output_proj = nn.Linear(s.heads * s.head_dim, s.hidden, bias=False)

    def forward(self, x: Tensor, rope: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        q, k, v = (
            p(x).unflatten(-1, (-1, self.s.head_dim)).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj)
        )
        q, k = rotate(q, rope), rotate(k, rope)
        share = self.s.heads // self.s.kv_heads
        k, v = k.repeat_interleave(share, 1), v.repeat_interleave(share, 1)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.output_proj(y.transpose(1, 2).flatten(2)), q, k


class Mlp(nn.Module):
    """SwiGLU."""

    def __init__(self, s: Stack) -> None:
        super().__init__()
        self.w1 = nn.Linear(s.hidden, s.mlp, bias=False)
        self.w2 = nn.Linear(s.mlp, s.hidden, bias=False)
        self.w3 = nn.Linear(s.hidden, s.mlp, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class Layer(nn.Module):
    """One Llama layer."""

    def __init__(self, s: Stack) -> None:
        super().__init__()
        self.sa_norm, self.attn = Norm(s.hidden, s.norm_eps), Attention(s)
        self.mlp_norm, self.mlp = Norm(s.hidden, s.norm_eps), Mlp(s)


class Llama(nn.Module):
    """A stack of layers over embedded rows (batch, rows, hidden)."""

    def __init__(self, s: Stack, dropout: float) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(s) for _ in range(s.layers))
        self.norm, self.dropout = Norm(s.hidden, s.norm_eps), dropout
        speeds = s.rope_theta ** -(torch.arange(0, s.head_dim, 2) / s.head_dim)
        angles = torch.outer(torch.arange(s.max_positions), speeds)
        self.register_buffer("rope", torch.stack([angles.cos(), angles.sin()], -1), persistent=False)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                small = (2 * s.layers) ** -0.5 if name.endswith(("output_proj.weight", "w2.weight")) else 1.0
                nn.init.normal_(weight, std=small * weight.shape[1] ** -0.5)

    def forward(self, x: Tensor, aligned: int | None = None) -> tuple[Tensor, tuple[Tensor, Tensor] | None]:
        kept = None
        for i, layer in enumerate(self.layers):
            y, q, k = layer.attn(layer.sa_norm(x), self.rope[: x.shape[1]])
            kept = (q[:, :2], k[:, :2]) if i == aligned else kept
            x = x + F.dropout(y, self.dropout, self.training)
            x = x + F.dropout(layer.mlp(layer.mlp_norm(x)), self.dropout, self.training)
        return self.norm(x), kept


def rotate(x: Tensor, rope: Tensor) -> Tensor:
    """Turn neighbouring pairs of the last axis by their position's angles."""
    a, b = x.unflatten(-1, (-1, 2)).unbind(-1)
    cos, sin = rope.unbind(-1)
    return torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2)


class Csm(nn.Module):
    """The whole model; `audio_vocab` counts the codes and three spare ids."""

    def __init__(self, text_vocab: int, audio_vocab: int, codebooks: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.audio_vocab, self.codebooks = audio_vocab, codebooks
        self.backbone, self.decoder = Llama(BACKBONE, dropout), Llama(DECODER, dropout)
        self.text_embeddings = nn.Embedding(text_vocab, BACKBONE.hidden)
        self.audio_embeddings = nn.Embedding(audio_vocab * codebooks, BACKBONE.hidden)
        self.projection = nn.Linear(BACKBONE.hidden, DECODER.hidden, bias=False)
        self.codebook0_head = nn.Linear(BACKBONE.hidden, audio_vocab, bias=False)
        self.audio_head = nn.Parameter(torch.randn(codebooks - 1, DECODER.hidden, audio_vocab) * DECODER.hidden**-0.5)
        nn.init.normal_(self.text_embeddings.weight, std=0.5)
        nn.init.normal_(self.audio_embeddings.weight, std=0.5 * codebooks**-0.5)
        self.register_buffer("offsets", torch.arange(codebooks) * audio_vocab, persistent=False)

    def embed(self, text: Tensor, codes: Tensor, is_audio: Tensor) -> Tensor:
        """Embed rows: text ids (B, S), codes (B, S, K) and which of the two each row is (B, S)."""
        audio = self.audio_embeddings(codes + self.offsets).sum(2)
        return torch.where(is_audio[..., None], audio, self.text_embeddings(text))

    def fine_logits(self, state: Tensor, codes: Tensor) -> Tensor:
        """Return logits (N, K-1, vocab) of codebooks 1.. for backbone states (N, hidden) and true codes (N, K)."""
        known = self.audio_embeddings(codes[:, :-1] + self.offsets[:-1])
        hidden, _ = self.decoder(self.projection(torch.cat([state[:, None], known], 1)))
        return torch.einsum("nkd,kdv->nkv", hidden[:, 1:], self.audio_head)


class Teacher(nn.Module):
    """The auxiliary heads of training: from the backbone's state, the phones of the frame to come, and the manner.

    The manner is asked for in the first frames only, where nothing but the history tells it.
    """

    def __init__(self, phones: int, manners: int) -> None:
        super().__init__()
        self.phones = nn.Linear(BACKBONE.hidden, 2 * phones)
        self.manner = nn.Linear(BACKBONE.hidden, manners)
