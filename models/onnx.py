"""ONNX Runtime, which since 1.29 tells its makers of every use, over the network, unless it is forbidden beforehand."""

from __future__ import annotations

import os
from types import ModuleType

FORBIDDEN = ("ORT_DISABLE_TELEMETRY", "1")  # environment variable that is read once, when the library is loaded


def runtime() -> ModuleType:
    """Return the module; whoever imports it must do so here."""
    os.environ.update([FORBIDDEN])
    import onnxruntime

    return onnxruntime
