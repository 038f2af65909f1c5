#!/usr/bin/env python3
"""Sets Sotto up in this checkout and starts it, or its tests: `python3 packaging/bootstrap.py run|test [-- ARGUMENTS]`.

Standard library only. Everything lands in `.venv/` beside this checkout's files; once it stands, a further run starts
at once. Only the system packages that are missing are installed, and only when this user may.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "packaging" / "requirements.lock"
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOG = ROOT / "bootstrap.log"
STAMP = VENV / "bootstrap.stamp"

OLDEST, NEWEST = (3, 11), (3, 13)  # as `requires-python` in pyproject.toml
TAIL = 20  # lines of the log shown when a step fails
BEAT = 20  # seconds between signs of life of a long step

# Shared library that Python packages load -> Debian package that has it. The compiler is for llama.cpp, once.
LIBRARIES = {
    "libportaudio.so.2": "libportaudio2",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}

PROGRAMS = {  # and Debian packages, for tests: spoken sentences, a certificate, a sound server without a sound card,
    # a screen without a monitor, hands at it, and what is asked of the system
    "flite": ("flite",),
    "espeak-ng": ("espeak-ng",),
    "ffmpeg": ("ffmpeg",),
    "openssl": ("openssl",),
    "pulseaudio": ("pulseaudio", "libasound2-plugins"),
    "pactl": ("pulseaudio-utils",),
    "strace": ("strace",),
    "Xvfb": ("xvfb",),
    "xdotool": ("xdotool",),
    "desktop-file-validate": ("desktop-file-utils",),
    "dbus-run-session": ("dbus-daemon",),
    "/usr/libexec/at-spi-bus-launcher": ("at-spi2-core", "python3-dbus"),
}

CHECKS = {
    "ruff check": ["ruff", "check"],
    "ruff format": ["ruff", "format", "--check", "--quiet"],
    "lint-imports": ["lint-imports", "--no-cache"],
    "mypy": ["mypy"],
}


class SetupError(Exception):
    """Setting up cannot go on; the message says what failed and what to do."""


def say(text: str) -> None:
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


def missing_packages() -> list[str]:
    """Return the Debian packages that this machine lacks."""
    packages = []
    if importlib.util.find_spec("ensurepip") is None and not PYTHON.exists():
        packages.append(f"python3.{sys.version_info.minor}-venv")
    if shutil.which("c++") is None and not STAMP.exists():
        packages.append("build-essential")
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            packages.append(package)
    return packages


def as_root() -> list[str] | None:
    """Return what to put before a command to run it as root; None if that is not allowed without a password."""
    quietly = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if os.geteuid() == 0:
        return quietly
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    return ["sudo", "-n", *quietly] if allowed else None


def install_system_packages(packages: Sequence[str]) -> None:
    """Install what is missing, or print the one line that does."""
    if not sys.platform.startswith("linux"):
        return
    if not packages:
        return
    line = "apt-get install -y --no-install-recommends " + " ".join(packages)
    if shutil.which("apt-get") is None:
        raise SetupError(f"this system lacks what Debian calls {' '.join(packages)}: install them, then try again")
    root = as_root()
    if root is None:
        raise SetupError(f"system packages are missing. Run this line, then try again:\n  sudo {line}")
    step("reading the system's package lists", [*root, "apt-get", "update"])
    step(f"installing system packages: {' '.join(packages)}", [*root, *line.split()])


def step(name: str, command: Sequence[str | Path], environment: dict[str, str] | None = None) -> None:
    """Run one command, its output in the log, with a sign of life on the terminal; raise SetupError if it fails."""
    say(f"  {name} ...")
    begun = last = time.monotonic()
    with LOG.open("ab") as log:
        log.write(f"\n== {name}\n".encode())
        log.flush()
        parts = [str(part) for part in command]
        process = subprocess.Popen(parts, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=ROOT)
        try:
            while process.poll() is None:
                time.sleep(0.1)
                if time.monotonic() - last > BEAT:
                    last = time.monotonic()
                    say(f"    {elapsed(begun)}  {last_line()[:100]}")
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
    if process.returncode != 0:
        tail = "\n".join("    " + line for line in log_lines()[-TAIL:])
        raise SetupError(f"{name}: failed after {elapsed(begun)}. The end of the log:\n{tail}\n  The whole log: {LOG}")
    say(f"    done in {elapsed(begun)}")


def log_lines() -> list[str]:
    """Return the log's lines that say something."""
    return [line.rstrip() for line in LOG.read_text(errors="replace").splitlines() if line.strip()]


def last_line() -> str:
    """Return what the running step said last."""
    lines = log_lines()
    return lines[-1].strip() if lines else ""


def elapsed(begun: float) -> str:
    """Return the time since `begun` for people."""
    seconds = round(time.monotonic() - begun)
    return f"{seconds // 60} min {seconds % 60:02d} s" if seconds >= 60 else f"{seconds} s"


def fingerprint() -> str:
    """Return a hash of everything that the environment is made from."""
    parts = [LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), Path(__file__).read_bytes()]
    parts.append(f"{sys.version_info[:2]} {ROOT}".encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_set_up() -> bool:
    """Return whether `.venv/` was finished from just these files."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == fingerprint()


def pinned(name: str) -> str:
    """Return a package's line of the lock file."""
    return next(line for line in LOCK.read_text().splitlines() if line.startswith(f"{name}=="))


def set_up(torch_index: str | None) -> None:
    """Create `.venv/` and install the locked packages and this checkout into it."""
    begun = time.monotonic()
    say(f"Setting up Sotto in {VENV} (once)")
    LOG.unlink(missing_ok=True)
    install_system_packages(missing_packages())
    if not PYTHON.exists():
        step("creating the environment", [sys.executable, "-m", "venv", "--clear", VENV])
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    # torch comes first and with what it depends on: on Linux that may be the CUDA libraries, which no lock can know.
    index = ["--extra-index-url", torch_index] if torch_index else []
    step("installing torch", [*pip, *index, "--constraint", LOCK, pinned("torch")])
    environment = {**os.environ, "CMAKE_ARGS": os.environ.get("CMAKE_ARGS", "-DLLAVA_BUILD=OFF")}
    note = "building llama.cpp (once, about 7 minutes on two cores)"
    step(note, [*pip, "--no-deps", pinned("llama-cpp-python")], environment)
    step("installing everything else", [*pip, "--no-deps", "--requirement", LOCK])
    step("installing Sotto itself", [*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT])
    STAMP.write_text(fingerprint())
    say(f"Set up in {elapsed(begun)}")


def run_sotto(arguments: list[str]) -> NoReturn:
    """Become Sotto, so that Ctrl-C is its own; with no arguments it holds the demo conversation."""
    program = str(BIN / "sotto")
    os.execv(program, [program, *(arguments or ["converse", "--demo"])])


def run_tests(arguments: list[str]) -> int:
    """Run the checks and the tests; return 0 if all pass."""
    lacking = [name for program, names in PROGRAMS.items() if shutil.which(program) is None for name in names]
    if lacking and as_root() is not None:  # else the tests that need them are skipped, and say so
        install_system_packages(lacking)
    failed = []
    for name, (program, *options) in CHECKS.items():
        begun = time.monotonic()
        check = subprocess.run([str(BIN / program), *options], cwd=ROOT, capture_output=True, text=True, check=False)
        say(f"{name}: {'FAILS' if check.returncode else 'passes'} ({elapsed(begun)})")
        if check.returncode:
            say(check.stdout + check.stderr)
            failed.append(name)
    if subprocess.call([str(PYTHON), "-m", "pytest", *arguments], cwd=ROOT):
        failed.append("pytest")
    if failed:
        say(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Read the command line; what follows `--` belongs to sotto or to pytest."""
    parser = argparse.ArgumentParser(
        description="Set Sotto up in this checkout, then start it or its tests.",
        usage="%(prog)s [-h] [--torch-index URL] {run,test} [-- ARGUMENTS FOR sotto OR pytest]",
    )
    parser.add_argument("what", choices=["run", "test"])
    parser.add_argument(
        "--torch-index",
        metavar="URL",
        help="a further package index for torch: PyTorch's CPU index saves gigabytes where there is no GPU",
    )
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    return parser.parse_args(arguments[:cut]), arguments[cut + 1 :]


def main() -> int:
    """Set up what is missing, then run what was asked for."""
    asked, rest = parse(sys.argv[1:])
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        say(f"Sotto needs Python 3.{OLDEST[1]} to 3.{NEWEST[1]}; this is {sys.version.split()[0]}")
        return 1
    try:
        if not is_set_up():
            set_up(asked.torch_index)
        if asked.what == "run":
            run_sotto(rest)
        return run_tests(rest)
    except SetupError as error:
        say(f"Setting up stopped: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
