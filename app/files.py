"""Texts that are either whole or not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.whole import whole


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write JSON that people can read and that holds no NaN."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
