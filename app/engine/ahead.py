"""What any engine process will import, imported ahead of time: it takes longer than loading a small pack."""

from __future__ import annotations

from importlib import import_module

# By name: the window's process, which imports this package, must never come to import them.
MODULES = ("app.session", "ctranslate2", "faster_whisper", "llama_cpp", "models.csm.voice", "onnxruntime", "torch")


def runtimes() -> None:
    """Import them; what is missing is said when it is needed."""
    for name in MODULES:
        try:
            import_module(name)
        except ImportError:
            continue
