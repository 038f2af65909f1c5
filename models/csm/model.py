"""CSM itself: embeddings, the backbone over the conversation, the depth decoder over one frame, the heads.

Sesame, "Crossing the uncanny valley of conversational voice" (2025), and SesameAILabs/csm `models.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.csm.config import CsmConfig
from models.csm.llama import Attending, Cache, Llama

Rows = NDArray[np.int64]  # (n, codebooks + 1): the codes, then the text token; NOTHING where a row has none
NOTHING = -1
BLOCK = 256  # rows prefilled at once: bounds the attention mask, and a cancelled prefill stops soon

Choose = Callable[[Tensor, int], Tensor]
"""Turns float32 logits (legal_codes,) of a codebook into one id, shape (1,)."""


@dataclass(frozen=True, eq=False)
class Tables:
    """The embedding tables: text (text_vocab, hidden) and audio (codebooks * audio_vocab, hidden)."""

    text: Tensor
    audio: Tensor


class Csm(nn.Module):
    """The model without any state of a conversation."""

    def __init__(
        self,
        config: CsmConfig,
        tables: Tables,
        stacks: tuple[Llama, Llama],
        projection: nn.Module,
        heads: Sequence[nn.Module],
    ) -> None:
        super().__init__()
        self.config = config
        self.tables = tables
        self.backbone, self.decoder = stacks
        self.projection = projection
        self.heads = nn.ModuleList(heads)  # of codebook 0 on the backbone, of the others on the decoder
        self.device = tables.audio.device
        self.dtype = stacks[0].norm.weight.dtype
        self._offsets = torch.arange(config.codebooks, device=self.device) * config.audio_vocab
        self._steps = [Attending.single(i, self.device) for i in range(config.codebooks)]
        self._first_two = Attending.block(torch.arange(2, device=self.device), 2)

    def embed(self, rows: Rows) -> Tensor:
        """Return the embeddings (n, hidden): a text row is its token's, an audio row the sum over its codes."""
        x = torch.empty(len(rows), self.config.backbone.hidden, device=self.device, dtype=self.dtype)
        spoken = rows[:, 0] != NOTHING
        if not spoken.all():
            tokens = torch.from_numpy(rows[~spoken, -1]).to(self.tables.text.device)
            x[torch.from_numpy(~spoken).to(self.device)] = self.tables.text[tokens].to(x)
        if spoken.any():
            codes = torch.from_numpy(rows[spoken, :-1]).to(self.device)
            x[torch.from_numpy(spoken).to(self.device)] = self.embed_codes(codes)
        return x

    def embed_codes(self, codes: Tensor) -> Tensor:
        """Return the embeddings (n, hidden) of frames of codes (n, codebooks)."""
        return self.tables.audio[codes + self._offsets].to(self.dtype).sum(dim=1)

    @torch.inference_mode()
    def prefill(self, rows: Rows, start: int, cache: Cache) -> Tensor:
        """Write rows at positions from `start` on; return the last hidden state (hidden,)."""
        hidden = torch.empty(0)
        for first in range(0, len(rows), BLOCK):
            block = rows[first : first + BLOCK]
            positions = torch.arange(len(block), device=self.device) + (start + first)
            hidden = self.backbone(self.embed(block), cache, Attending.block(positions, start + first + len(block)))[-1]
        return hidden

    def step(self, x: Tensor, position: int, cache: Cache) -> Tensor:
        """Write one embedded row (1, hidden) at `position`; return its hidden state (hidden,)."""
        return self.backbone(x, cache, Attending.single(position, self.device))[0]

    def frame(self, hidden: Tensor, depth: Cache, choose: Choose) -> tuple[Tensor, Tensor]:
        """Return one frame of codes (codebooks,), and whether all logits were finite, from a hidden state (hidden,).

        The first code comes from the backbone's state; the decoder is then given that state and, one after the
        other, the codes. The last code is never fed to it. Its cache starts afresh by starting at position 0.
        """
        seen: list[Tensor] = []
        code = self._choose(self.heads[0](hidden[None]), 0, choose, seen)
        codes = [code]
        x = torch.stack((hidden, self._embed_code(code, 0)[0]))
        for index in range(1, self.config.codebooks):
            at = self._steps[index] if index > 1 else self._first_two
            inner = self.decoder(self.projection(x), depth, at)[-1:]
            code = self._choose(self.heads[index](inner), index, choose, seen)
            codes.append(code)
            x = self._embed_code(code, index)
        return torch.cat(codes), torch.stack(seen).sum().isfinite()

    def _choose(self, logits: Tensor, index: int, choose: Choose, seen: list[Tensor]) -> Tensor:
        """The spare ids past the legal codes are cut off: one of them would be out of the codec's range."""
        legal = logits[0, : self.config.legal_codes].float()
        seen.append(legal)
        return choose(legal, index)

    def _embed_code(self, code: Tensor, index: int) -> Tensor:
        return self.tables.audio[code + index * self.config.audio_vocab].to(self.dtype)
