"""Weights in 8 bits for the CPU, where a frame costs what its weights weigh.

One frame of the 1B model reads 4.6 billion weights, most of them the decoder's, 31 times over: speed is memory
bandwidth. Why torch's dynamic int8 and none of the other ways: docs/decisions/0010-csm-int8-on-the-cpu.md.
"""

from __future__ import annotations

import warnings

import torch
from torch import Tensor, nn

_ENGINES = ("x86", "fbgemm", "qnnpack")  # the first takes AVX-512 VNNI where there is one, else what fbgemm does


class Int8Linear(nn.Module):
    """A matrix product with int8 weights, scaled by output channel, and inputs quantised as they come."""

    def __init__(self, weight: Tensor) -> None:
        """Quantise a weight (out, in); raises RuntimeError where torch was built without a quantised engine."""
        super().__init__()
        choose_engine()
        scales = weight.abs().amax(dim=1).clamp(min=1e-12).double() / 127
        zeros = torch.zeros(len(scales), dtype=torch.long)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch announces the removal of quantised tensors; the lock pins it
            rounded = torch.quantize_per_channel(weight.float().contiguous(), scales, zeros, 0, torch.qint8)
        self._packed = torch.ops.quantized.linear_prepack(rounded, None)

    def forward(self, x: Tensor) -> Tensor:
        """Map x (n, in) to (n, out)."""
        # The last argument keeps inputs to 7 bits: without VNNI, products of 8 bits would overflow their 16-bit sums.
        product: Tensor = torch.ops.quantized.linear_dynamic(x, self._packed, True)
        return product


def choose_engine() -> str:
    """Select torch's quantised kernels for this process and return their name."""
    have = torch.backends.quantized.supported_engines
    for engine in _ENGINES:
        if engine in have:
            torch.backends.quantized.engine = engine
            return engine
    raise RuntimeError(f"torch has none of the quantised engines {', '.join(_ENGINES)}")
