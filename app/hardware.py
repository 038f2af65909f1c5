"""The hardware check: what this machine has, and whether each runtime really works on it.

Drivers hang and libraries abort, so nothing is tried in this process: each trial is a child with a time limit, and the
trial is the real thing, the pocket pack's model loaded and run.
"""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from models.planner import Gpu, Machine

LIMIT_S = 60.0  # for one trial; importing torch from a cold disk alone may take twenty
RUNTIMES = ("torch", "llama.cpp", "CTranslate2")


def look(folder: Path = Path(), *, limit_s: float = LIMIT_S, say: Callable[[str], None] = lambda _: None) -> Machine:
    """Return what this machine can do; `folder` is where models would go, `say` is told what is being tried."""
    gpus = cards()
    say("processor, memory, disk")
    total, free = memory_mb()
    faults = {name: fault for name, fault in trials("cpu", limit_s, say) if fault}
    if gpus:
        broken = {name: fault for name, fault in trials("cuda", limit_s, say) if fault}
        gpus = tuple(Gpu(card.name, card.total_mb, card.free_mb, card.driver, broken) for card in gpus)
    return Machine(system(), os.cpu_count() or 1, total, free, disk_mb(folder), avx2(), gpus, faults)


def trials(device: str, limit_s: float, say: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    """Yield each runtime's name with what is wrong with it on this device, nothing if it works."""
    for name in RUNTIMES:
        say(f"{name} on the {'processor' if device == 'cpu' else 'graphics card'}")
        yield name, trial(name, device, limit_s)


def trial(name: str, device: str, limit_s: float, do: Callable[[str, str], None] | None = None) -> str:
    """Try a runtime in a child; return what went wrong in a few words, or nothing."""
    ours, theirs = get_context("spawn").Pipe(duplex=False)
    child = get_context("spawn").Process(target=_attempt, args=(theirs, do or run, name, device), daemon=True)
    child.start()
    theirs.close()
    try:
        answer = str(ours.recv()) if ours.poll(limit_s) else f"no answer within {limit_s:g} s"
    except EOFError:  # it died without a word
        child.join(5)
        answer = f"it crashed (exit code {child.exitcode})"
    finally:
        ours.close()
        child.kill()
        child.join()
    return answer


def _attempt(answer: Connection, do: Callable[[str, str], None], name: str, device: str) -> None:
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 2)  # what drivers print is for nobody
    for pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[pool] = "1"
    os.environ["NO_TORCH_COMPILE"] = "1"
    try:
        do(name, device)
    except BaseException as error:
        answer.send(" ".join(f"{error or type(error).__name__}".split())[:200] or type(error).__name__)
    else:
        answer.send("")


def run(name: str, device: str) -> None:
    """Load the pocket pack's model of a runtime on a device and use it once."""
    from app.compose import POCKET

    match name:
        case "torch":
            _speak(POCKET, device)
        case "llama.cpp":
            _chat(POCKET, device)
        case _:
            _transcribe(POCKET, device)


def _speak(pocket: Path, device: str) -> None:
    import torch

    if device == "cuda" and not torch.cuda.is_available():
        raise RuntimeError("this build of torch does not know the card")
    from models.csm import load_voice

    voice = load_voice(pocket / "csm", pocket / "mimi", device=device, precision="bf16" if device == "cuda" else "fp32")
    next(iter(voice.speak((), "hello", 0)))


def _chat(pocket: Path, device: str) -> None:
    import llama_cpp

    if device == "cuda" and not llama_cpp.llama_supports_gpu_offload():
        raise RuntimeError("this build of llama.cpp is for processors only")
    from core.types import Message
    from models.llama import Chat

    layers = 99 if device == "cuda" else 0
    chat = Chat(pocket / "chat" / "model.gguf", template="pocket", gpu_layers=layers)
    next(piece for piece in chat([Message("user", "Hello")], 0) if piece)
    chat.close()


def _transcribe(pocket: Path, device: str) -> None:
    import ctranslate2
    import numpy as np

    if device == "cuda" and not ctranslate2.get_cuda_device_count():
        raise RuntimeError("this build of CTranslate2 does not know the card")
    from models.whisper import Transcriber

    noise = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    Transcriber(pocket / "whisper", device=device)(noise)


def cards() -> tuple[Gpu, ...]:
    """Return NVIDIA's cards as its own tool lists them; none where it is missing or hangs."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    ask = [tool, "--query-gpu=name,memory.total,memory.free,driver_version", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(ask, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    found = []
    for row in told.splitlines():
        fields = [field.strip() for field in row.split(",")]
        if len(fields) == 4 and fields[1].isdigit() and fields[2].isdigit():
            mb = [int(field) * 1_048_576 // 1_000_000 for field in fields[1:3]]
            found.append(Gpu(fields[0], mb[0], mb[1], fields[3]))
    return tuple(found)


def system() -> str:
    """Return what kind of machine this is, as profiles have it."""
    kind = platform.system()
    if kind == "Darwin":
        return "apple" if platform.machine() == "arm64" else "mac"
    return "windows" if kind == "Windows" else "linux"


def memory_mb() -> tuple[int, int]:
    """Return main memory and how much of it is free, counting what the system would give up at once."""
    if system() == "linux":
        rows = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        kb = [int(rows[name].split()[0]) for name in ("MemTotal", "MemAvailable")]
        return kb[0] * 1024 // 1_000_000, min(kb[1], _allowed_kb()) * 1024 // 1_000_000
    if system() == "windows":
        return _windows_memory_mb()
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000
    return total, total * 3 // 4  # macOS gives up caches and compresses; what it calls free tells nothing


def _allowed_kb() -> int:
    """Return what a container may use, where this is one."""
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text().strip() if limit.exists() else "max"
    return int(text) // 1024 if text.isdigit() else 1 << 60


def _windows_memory_mb() -> tuple[int, int]:
    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((f"field{i}", ctypes.c_ulonglong) for i in range(7)),
        )

    status = Status()
    status.length = ctypes.sizeof(Status)
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined,unused-ignore]
    return status.field0 // 1_000_000, status.field1 // 1_000_000


def disk_mb(folder: Path) -> int:
    """Return what is free where a folder is, or would be."""
    standing = folder.absolute()
    while not standing.exists():
        standing = standing.parent
    return shutil.disk_usage(standing).free // 1_000_000


def avx2() -> bool:
    """Tell whether the processor has AVX2; where that cannot be asked, the trials tell."""
    if system() != "linux" or platform.machine() != "x86_64":
        return True
    return " avx2 " in Path("/proc/cpuinfo").read_text()
