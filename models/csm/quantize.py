"""Weights in 8 bits for the CPU, where a frame costs what its weights weigh.

One frame of the 1B model reads 4.6 billion weights, most of them the decoder's, 31 times over: speed is memory
bandwidth. Why torch's dynamic int8 and none of the other ways: docs/decisions/0010-csm-int8-on-the-cpu.md.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

_ENGINES = ("x86", "fbgemm", "qnnpack")  # the first takes AVX-512 VNNI where there is one, else what fbgemm does


class Int8Linear(nn.Module):
    """A matrix product with int8 weights, scaled by output channel, and inputs quantised as they come."""

    def __init__(self, weight: Tensor) -> None:
        """Quantise a weight (out, in); raises RuntimeError where torch was built without a quantised engine."""
        super().__init__()
        choose_engine()
        self._packed = _packed(weight)
        self._spare_bit = products_overflow()

    def forward(self, x: Tensor) -> Tensor:
        """Map x (n, in) to (n, out)."""
        product: Tensor = torch.ops.quantized.linear_dynamic(x, self._packed, self._spare_bit)
        return product


def choose_engine() -> str:
    """Select torch's quantised kernels for this process and return their name."""
    have = torch.backends.quantized.supported_engines
    for engine in _ENGINES:
        if engine in have:
            torch.backends.quantized.engine = engine
            return engine
    raise RuntimeError(f"torch has none of the quantised engines {', '.join(_ENGINES)}")


@cache
def products_overflow() -> bool:
    """Tell whether inputs must be kept to 7 bits here.

    Without VNNI (or its like on other processors) pairs of products of 8 bits are summed in 16 bits, which saturate;
    the largest possible product shows it.
    """
    widest = torch.full((1, 64), 1.0)
    product = torch.ops.quantized.linear_dynamic(widest, _packed(torch.full((1, 64), 1.0)), False)
    return abs(float(product) - 64.0) > 1.0


def _packed(weight: Tensor) -> Any:
    scales = weight.abs().amax(dim=1).clamp(min=1e-12).double() / 127
    zeros = torch.zeros(len(scales), dtype=torch.long)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch announces the removal of quantised tensors; the lock pins it
        rounded = torch.quantize_per_channel(weight.float().contiguous(), scales, zeros, 0, torch.qint8)
    return torch.ops.quantized.linear_prepack(rounded, None)
