"""Writes ONNX files by hand, so that a test can make a model without the library that writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

FLOAT, OPSET = 1, 13
Node = tuple[str, Sequence[str], str, Mapping[str, Sequence[int]]]  # operator, inputs, output, lists of whole numbers


def _number(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def _field(tag: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _number(tag << 3) + _number(value)
    raw = value.encode() if isinstance(value, str) else value
    return _number(tag << 3 | 2) + _number(len(raw)) + raw


def _tensor(name: str, values: np.ndarray) -> bytes:
    sizes = b"".join(_field(1, size) for size in values.shape)
    return sizes + _field(2, FLOAT) + _field(8, name) + _field(9, values.astype("<f4").tobytes())


def _value(name: str, shape: Sequence[int]) -> bytes:
    sizes = b"".join(_field(1, _field(1, size)) for size in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, FLOAT) + _field(2, sizes)))


def _node(operator: str, inputs: Sequence[str], output: str, lists: Mapping[str, Sequence[int]]) -> bytes:
    wired = b"".join(_field(1, each) for each in inputs) + _field(2, output) + _field(4, operator)
    for name, numbers in lists.items():
        wired += _field(5, _field(1, name) + b"".join(_field(8, each) for each in numbers) + _field(20, 7))
    return wired


def write(
    path: Path,
    nodes: Sequence[Node],
    weights: Mapping[str, np.ndarray],
    takes: tuple[str, Sequence[int]],
    gives: tuple[str, Sequence[int]],
) -> Path:
    """Write a model of float32 tensors with one input and one output, each a name and a shape; return its path."""
    graph = b"".join(_field(1, _node(*node)) for node in nodes) + _field(2, "made")
    graph += b"".join(_field(5, _tensor(name, values)) for name, values in weights.items())
    graph += _field(11, _value(*takes)) + _field(12, _value(*gives))
    path.write_bytes(_field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, OPSET)))
    return path
