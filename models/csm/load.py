"""Builds the model from a checkpoint, one layer at a time, so that no second copy of the weights ever exists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from models.csm.checkpoint import Checkpoint
from models.csm.config import CsmConfig, StackConfig
from models.csm.llama import Layer, Llama
from models.csm.model import Csm, Tables

MakeLinear = Callable[[Tensor], nn.Module]
"""Turns a weight (out, in) into a module that maps (n, in) to (n, out)."""


class Tensors(Protocol):
    """Weights by the original's names, with q and k in rotary pairs."""

    config: CsmConfig

    def __getitem__(self, name: str) -> Tensor: ...


class Linear(nn.Module):
    """A matrix product without bias."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.register_buffer("weight", weight, persistent=False)

    weight: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """Map x (n, in) to (n, out)."""
        return nn.functional.linear(x, self.weight)


def load_model(folder: Path, device: torch.device, dtype: torch.dtype, make_linear: MakeLinear = Linear) -> Csm:
    """Return the model of a checkpoint folder; raises ValueError with what is wrong with its files."""
    return build(Checkpoint(folder), device, dtype, make_linear)


@torch.no_grad()
def build(tensors: Tensors, device: torch.device, dtype: torch.dtype, make_linear: MakeLinear = Linear) -> Csm:
    """Return the model of these tensors, its products made by `make_linear`."""

    def placed(name: str) -> Tensor:
        return tensors[name].to(device, dtype)

    def linear(*names: str) -> nn.Module:
        parts = [placed(name) for name in names]
        return make_linear(torch.cat(parts) if len(parts) > 1 else parts[0])

    config = tensors.config
    # Only looked up, a few rows at a time: the tables stay memory-mapped, in their own type. A captured frame looks
    # codes up on the device, so there the audio table goes along.
    audio = tensors["audio_embeddings.weight"]
    tables = Tables(tensors["text_embeddings.weight"], audio if device.type == "cpu" else audio.to(device, dtype))
    stacks = (_stack("backbone", config.backbone, placed, linear), _stack("decoder", config.decoder, placed, linear))
    inner_heads = [make_linear(head.to(device, dtype).T) for head in tensors["audio_head"]]
    heads = [linear("codebook0_head.weight"), *inner_heads]
    return Csm(config, tables, stacks, linear("projection.weight"), heads).eval()


def _stack(name: str, config: StackConfig, placed: Callable[[str], Tensor], linear: Callable[..., nn.Module]) -> Llama:
    def layer(index: int) -> Layer:
        at = f"{name}.layers.{index}"
        linears = (
            linear(f"{at}.attn.q_proj.weight", f"{at}.attn.k_proj.weight", f"{at}.attn.v_proj.weight"),
            linear(f"{at}.attn.output_proj.weight"),
            linear(f"{at}.mlp.w1.weight", f"{at}.mlp.w3.weight"),
            linear(f"{at}.mlp.w2.weight"),
        )
        return Layer(config, (placed(f"{at}.sa_norm.scale"), placed(f"{at}.mlp_norm.scale")), linears)

    return Llama(config, [layer(i) for i in range(config.layers)], placed(f"{name}.norm.scale"))
