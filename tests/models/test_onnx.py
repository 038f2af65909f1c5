"""ONNX Runtime is told to be silent before it is loaded, wherever that is."""

from __future__ import annotations

import os
import re
from pathlib import Path

from models.onnx import FORBIDDEN, runtime

ROOT = Path(__file__).parents[2]


def test_it_is_forbidden_before_the_import(monkeypatch):
    monkeypatch.delenv(FORBIDDEN[0], raising=False)
    assert runtime().InferenceSession
    assert os.environ[FORBIDDEN[0]] == FORBIDDEN[1]


def test_nobody_else_imports_it():
    files = [path for part in ("app", "core", "models") for path in (ROOT / part).rglob("*.py")]
    importing = [path.name for path in files if re.search(r"^\s*(import|from) onnxruntime", path.read_text(), re.M)]
    assert importing == ["onnx.py"]
