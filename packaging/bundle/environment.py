"""The environment that the bundle is made in: the lock without what is for developers, llama.cpp for any processor."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "packaging" / "requirements.lock"
TOOLS = ROOT / "packaging" / "bundle" / "tools.lock"
BUILD = ROOT / "build"
VENV = BUILD / "venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

# Never this machine's own instructions. Each variant is a library of its own; llama.cpp takes the best that runs here.
# Without OpenMP, whose library would be the build machine's.
CMAKE = "-DLLAVA_BUILD=OFF -DGGML_NATIVE=OFF -DGGML_OPENMP=OFF"
VARIANTS = "-DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON"  # only x86 has so many processors

# In the lock for developers only.
DEVELOPERS = re.compile(
    r"^(ast-serialize|coverage|fastapi|gguf|grimp|hypothesis|import-linter|iniconfig|librt|mypy|mypy-extensions|networkx"
    r"|pluggy|pocketsphinx|pytest|pytest-qt|ruff|sortedcontainers|sse-starlette|starlette|starlette-context|transformers"
    r"|uvicorn|pydantic-settings|python-dotenv|regex)=="
)

# What something asks for on ways that Sotto never goes.
UNUSED = re.compile(
    r"^(av"  # FFmpeg with x264 and x265, which are under the GPL: `standin/av.py` is there instead
    r"|hf-xet"  # a second way to the hub of models: Sotto has its own
    r")=="
)


class BuildError(Exception):
    """The build cannot go on; the message says what failed and what to do."""


def run(command: Sequence[str | Path], **extra: str) -> None:
    """Run a command with additions to the environment; raises BuildError if it fails."""
    parts = [str(part) for part in command]
    if subprocess.run(parts, cwd=ROOT, env={**os.environ, **extra}, check=False).returncode:
        raise BuildError(f"failed: {' '.join(parts)}")


def locked(name: str) -> str:
    """Return a package's line of the lock."""
    return next(line for line in LOCK.read_text().splitlines() if line.startswith(f"{name}=="))


def wanted() -> list[str]:
    """Return the lock's lines that the bundle is made of."""
    lines = [line for line in LOCK.read_text().splitlines() if line and not line.startswith("#")]
    return [line for line in lines if not DEVELOPERS.match(line) and not UNUSED.match(line)]


def cmake_arguments() -> str:
    """Return how llama.cpp is built on this system."""
    if sys.platform == "darwin":
        return f"{CMAKE} -DGGML_METAL=ON -DGGML_METAL_EMBED_LIBRARY=ON"
    return f"{CMAKE} {VARIANTS}"


def prepare(torch_index: str | None, llama_wheel: Path | None, source: Path) -> None:
    """Make `build/venv`, or keep it if it was made of the same versions; install Sotto from `source` into it."""
    stamp = VENV / "build.stamp"
    parts = [*wanted(), *TOOLS.read_text().splitlines(), cmake_arguments(), sys.version, str(llama_wheel)]
    print_ = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == print_):
        run([sys.executable, "-m", "venv", "--clear", VENV])
        pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", "--no-deps"]
        index = ["--extra-index-url", torch_index] if torch_index else []
        run([*pip, *index, locked("torch")])
        run([*pip, llama_wheel or built_llama()])
        run([*pip, *(line for line in wanted() if not line.startswith(("torch==", "llama-cpp-python==")))])
        run([*pip, "--requirement", TOOLS])
        stamp.write_text(print_)
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
    run([*pip, "--quiet", "--force-reinstall", source])
    cuda = "import sys, torch; sys.exit(torch.version.cuda is not None)"
    if subprocess.run([PYTHON, "-c", cuda], check=False).returncode:
        raise BuildError("this torch brings CUDA, the bundle must not: give --torch-index of PyTorch's CPU builds")


def built_llama() -> Path:
    """Return llama-cpp-python's wheel, built for any processor of this kind; some 20 minutes on two cores, once."""
    folder = (
        BUILD / "wheels" / hashlib.sha256((locked("llama-cpp-python") + cmake_arguments()).encode()).hexdigest()[:12]
    )
    if not list(folder.glob("*.whl")):
        pip = [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--no-deps",
            "--no-binary",
            "llama-cpp-python",
            "--wheel-dir",
            folder,
        ]
        run([*pip, locked("llama-cpp-python")], CMAKE_ARGS=cmake_arguments())
    return next(folder.glob("*.whl"))
