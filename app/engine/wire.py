"""Frozen dataclasses as bytes: a JSON head, then raw arrays. Nothing is pickled, and only what is expected is read.

A message is one of a union's members. Every value is checked against the type that its field declares, so whatever
comes over the pipe is either one of ours or a WireError.

    head length (4 bytes, little-endian), head, array bytes ...
    head: {"of": member's name, "is": {field: value ...}, "arrays": [[dtype, shape], ...]}
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

_LENGTH = struct.Struct("<I")
DTYPES = ("<f4", "<i2")
LARGEST = 1 << 26  # bytes of a message
DEEPEST = 20


class WireError(Exception):
    """These bytes are no message that was expected."""


def pack(message: object) -> bytes:
    """Return a frozen dataclass as bytes; raises WireError for what has no place on the wire."""
    arrays: list[np.ndarray] = []
    content = _plain(message, arrays)
    head = {**content, "arrays": [[array.dtype.str, array.shape] for array in arrays]}
    raw = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return b"".join([_LENGTH.pack(len(raw)), raw, *(array.tobytes() for array in arrays)])


def unpack(raw: bytes, union: Any) -> Any:
    """Return the member of `union` that is in these bytes; raises WireError."""
    try:
        head, arrays = _split(raw)
        return _value({"of": head.get("of"), "is": head.get("is")}, union, arrays, 0)
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError, struct.error) as error:
        raise WireError(f"{len(raw)} bytes are no message: {type(error).__name__}") from error


def _split(raw: bytes) -> tuple[dict[str, Any], list[np.ndarray]]:
    if len(raw) > LARGEST:
        raise WireError(f"a message of {len(raw)} bytes is too large")
    (length,) = _LENGTH.unpack_from(raw)
    at = _LENGTH.size + length
    head = json.loads(raw[_LENGTH.size : at].decode("utf-8", "surrogatepass"))
    if not isinstance(head, dict):
        raise WireError("the head is no object")
    arrays = []
    for dtype, shape in head["arrays"]:
        if dtype not in DTYPES or any(type(each) is not int or each < 0 for each in shape):
            raise WireError("an array is of no kind that is sent")
        count = math.prod(shape)
        if count > LARGEST:
            raise WireError("an array is too large")
        arrays.append(np.frombuffer(raw, dtype, count, at).reshape(shape).copy())
        at += arrays[-1].nbytes
    if at != len(raw):
        raise WireError(f"{len(raw) - at} bytes are left over")
    return head, arrays


# Out.


def _plain(value: object, arrays: list[np.ndarray]) -> Any:
    if value is None or (isinstance(value, bool | int | float | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(each, arrays) for each in value]
    if isinstance(value, np.ndarray):
        arrays.append(np.ascontiguousarray(value, "<f4" if value.dtype.kind == "f" else "<i2"))
        return {"array": len(arrays) - 1}
    if is_dataclass(value) and not isinstance(value, type):
        content = {each.name: _plain(getattr(value, each.name), arrays) for each in fields(value) if each.init}
        return {"of": type(value).__name__, "is": content}
    raise WireError(f"a {type(value).__name__} has no place on the wire")


# In.


def _value(value: Any, hint: Any, arrays: list[np.ndarray], depth: int) -> Any:
    if depth > DEEPEST:
        raise WireError("it is too deep")
    read = _READERS.get(get_origin(hint) or hint)
    if read is not None:
        return read(value, hint, arrays, depth + 1)
    if isinstance(hint, type) and is_dataclass(hint):
        return _member(value, {hint.__name__: hint}, arrays, depth + 1)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if type(value) is not hint:
        raise WireError(f"a {type(value).__name__} stands where {hint} is due")
    return value


def _union(value: Any, hint: Any, arrays: list[np.ndarray], depth: int) -> Any:
    members = get_args(hint)
    if isinstance(value, dict) and "of" in value:
        return _member(value, _named(hint), arrays, depth)
    if value is None and NoneType in members:
        return None
    for member in members:
        if member is not NoneType and not is_dataclass(member):
            return _value(value, member, arrays, depth)  # a union has one plain member at most
    raise WireError(f"a {type(value).__name__} is none of {hint}")


@cache
def _named(union: Any) -> dict[str, type]:
    members = [member for member in get_args(union) if isinstance(member, type) and is_dataclass(member)]
    return {member.__name__: member for member in members}


def _member(value: Any, members: dict[str, type], arrays: list[np.ndarray], depth: int) -> Any:
    if not isinstance(value, dict) or not isinstance(value.get("is"), dict) or value.get("of") not in members:
        raise WireError(f"it is none of {', '.join(members)}")
    kind, content = members[value["of"]], value["is"]
    hints = _hints(kind)
    if content.keys() != hints.keys():
        raise WireError(f"{kind.__name__} has other fields")
    return kind(**{name: _value(content[name], hint, arrays, depth) for name, hint in hints.items()})


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind) if each.init}


def _tuple(value: Any, hint: Any, arrays: list[np.ndarray], depth: int) -> tuple[Any, ...]:
    kinds = get_args(hint)
    if not isinstance(value, list):
        raise WireError(f"a {type(value).__name__} is no list")
    if kinds[-1] is Ellipsis:
        return tuple(_value(each, kinds[0], arrays, depth) for each in value)
    return tuple(_value(each, kind, arrays, depth) for each, kind in zip(value, kinds, strict=True))


def _literal(value: Any, hint: Any, arrays: list[np.ndarray], depth: int) -> Any:
    if not isinstance(value, str) or value not in get_args(hint):
        raise WireError(f"it is none of {get_args(hint)}")
    return value


def _float(value: Any, hint: Any, arrays: list[np.ndarray], depth: int) -> float:
    if type(value) not in (int, float):
        raise WireError(f"a {type(value).__name__} is no number")
    return value if type(value) is int and abs(value) < 1 << 53 else float(value)


def _array(value: Any, hint: Any, arrays: list[np.ndarray], depth: int) -> np.ndarray:
    if not isinstance(value, dict) or type(value.get("array")) is not int or value["array"] < 0:
        raise WireError("there is no array")
    array = arrays[value["array"]]
    ((kind,),) = [get_args(each) for each in get_args(hint)[1:]]
    if array.dtype != np.dtype(kind):
        raise WireError("the array is of another kind")
    return array


def _path(value: Any, hint: Any, arrays: list[np.ndarray], depth: int) -> Path:
    if not isinstance(value, str):
        raise WireError(f"a {type(value).__name__} is no path")
    return Path(value)


_READERS: dict[Any, Callable[[Any, Any, list[np.ndarray], int], Any]] = {
    Union: _union,
    UnionType: _union,
    tuple: _tuple,
    Literal: _literal,
    float: _float,
    np.ndarray: _array,
    Path: _path,
}
