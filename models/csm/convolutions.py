"""Mimi's widest convolutions over its fewest steps, as plain matrix products.

A frame of 80 ms is 2 to 24 steps where Mimi is widest. There torch's convolutions on a CPU spend their time laying
weights out anew, call for call: half of what decoding takes. A product of the same weights reads them once.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn
from torch.nn import functional

_WIDE = 1_500_000  # weights: below, torch's own are as quick (docs/benchmarks.md)


class ShortConv(nn.Conv1d):
    """A convolution by one product."""

    def forward(self, x: Tensor) -> Tensor:
        """Map x (1, in, T) to (1, out, steps)."""
        windows = x[0].unfold(1, self.kernel_size[0], self.stride[0]).transpose(0, 1)  # (steps, in, kernel)
        return functional.linear(windows.flatten(1), self.weight.flatten(1), self.bias).T[None]


class ShortConvTranspose(nn.ConvTranspose1d):
    """A transposed convolution by one product, whose overlapping parts are then added."""

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Map x (1, in, T) to (1, out, (T - 1) * stride + kernel); `output_size` is torch's, and not heeded."""
        parts = (x[0].T @ self.weight.flatten(1)).T[None]  # (1, out * kernel, T)
        kernel, stride = self.kernel_size[0], self.stride[0]
        length = (x.shape[-1] - 1) * stride + kernel
        whole = functional.fold(parts, (1, length), (1, kernel), stride=(1, stride))[:, :, 0]
        return whole if self.bias is None else whole + self.bias[:, None]


def shorten(model: nn.Module, least: int = _WIDE) -> int:
    """Make the convolutions of at least so many weights in a model, which is given a frame a call, products.

    Return how many. The modules and their weights stay the same ones.
    """
    wide = [layer for layer in plain(model) if layer.weight.numel() >= least]
    for layer in wide:
        layer.__class__ = ShortConv if isinstance(layer, nn.Conv1d) else ShortConvTranspose
    return len(wide)


def plain(model: nn.Module) -> Iterator[nn.Conv1d | nn.ConvTranspose1d]:
    """Yield the convolutions of which the products above do all."""
    for layer in model.modules():
        if type(layer) not in (nn.Conv1d, nn.ConvTranspose1d):
            continue
        assert isinstance(layer, nn.Conv1d | nn.ConvTranspose1d)
        if layer.groups == 1 and layer.dilation == (1,) and layer.padding == (0,) and sum(layer.output_padding) == 0:
            yield layer
