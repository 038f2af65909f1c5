"""An event as one line of JSON, for `--json`."""

from __future__ import annotations

import dataclasses
import enum
import json
from pathlib import Path
from typing import Any

import numpy as np

from core.news import News
from core.records import Notice


def line(notice: Notice) -> str:
    """Return a notice as one line of JSON: when, the state after it, the event and its fields; sound by its shape."""
    told = {"ms": round(notice.ms, 1), "state": notice.state.value, "event": type(notice.what).__name__}
    return json.dumps(told | _fields(notice.what), ensure_ascii=False, allow_nan=False)


def news_line(news: News) -> str:
    """Return news of a live session as one line of JSON: a notice as `line` does, all else by its name and fields."""
    if isinstance(news, Notice):
        return line(news)
    return json.dumps({"event": type(news).__name__} | _fields(news), ensure_ascii=False, allow_nan=False)


def _fields(value: Any) -> dict[str, Any]:
    return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value) if not f.name.startswith("_")}


def plain(value: Any) -> Any:
    """Return a value as JSON knows it."""
    match value:
        case None | bool() | int() | str():
            return value
        case float() if not np.isfinite(value):
            return None
        case float():
            return round(value, 6)
        case np.ndarray():
            return {"shape": list(value.shape)}
        case np.generic():
            return plain(value.item())
        case enum.Enum():
            return value.name.lower()
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case Path() | BaseException():
            return str(value)
    return _fields(value) if dataclasses.is_dataclass(value) else str(value)
