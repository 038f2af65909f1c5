"""The verdicts for thirty described machines, and what is tried when there is no room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from models.catalog import load_catalog
from models.placing import ALL, NoRoom, Placement, loaded, no_room
from models.planner import Gpu, Machine, plan

CATALOG = load_catalog()


def machine(
    vram: int = 0, free: int | None = None, *, ram: int = 16, disk: int = 200, system: str = "linux", **more: object
) -> Machine:
    """Describe one, in GB of what is built in; a fifth of the memory is in use, and half a GB of the card's."""
    faults = more.pop("card_faults", {})
    gpus = (Gpu("Card", vram * 1074, (free if free is not None else vram) * 1074 - 500, "570", faults),) if vram else ()
    return replace(Machine(system, 8, ram * 1074, int(ram * 1074 * 0.8), disk * 1000, True, gpus), **more)  # type: ignore[arg-type]


def two_cards() -> Machine:
    small, large = (machine(vram).gpus[0] for vram in (4, 12))
    return replace(machine(4), gpus=(small, large))


TORCH, LLAMA, WHISPER = "torch", "llama.cpp", "CTranslate2"
FAULT = "this build does not know the card"
# name: machine, rating, profile, words that must be said
MACHINES: dict[str, tuple[Machine, str, str | None, str]] = {
    "no card, 4 GB": (machine(ram=4), "pocket only", None, "the pocket pack works"),
    "no card, 8 GB": (machine(ram=8), "pocket only", None, "takes 6.3 GB of main memory, 6.9 GB are free"),
    "no card, 16 GB": (machine(ram=16), "slow", "cpu", "everything is computed on the processor"),
    "no card, 64 GB": (machine(ram=64), "slow", "cpu", "the voice waits between sentences"),
    "no card, without AVX2": (machine(avx2=False), "slow", "cpu", "without AVX2"),
    "no card, full disk": (machine(disk=5), "pocket only", None, "needs 10.0 GB on the disk, 5.0 GB are free"),
    "no card, busy memory": (machine(free_ram_mb=3000), "pocket only", None, "3.0 GB are free"),
    "2 GB card": (machine(2), "slow", "cpu", "it takes 1.6 GB of the graphics card, 1.6 GB are free"),
    "4 GB card": (machine(4), "slow", "gpu-4", "the voice does not fit the card"),
    "4 GB card, 8 GB memory": (machine(4, ram=8), "slow", "gpu-4", "Recommended: Graphics card with 4 GB"),
    "6 GB card": (machine(6), "slow", "gpu-4", "it takes 5.9 GB of the graphics card, 5.9 GB are free"),
    "8 GB card": (machine(8), "good", "gpu-8", "Recommended: Graphics card with 8 GB"),
    "8 GB card, a game runs": (machine(8, 4), "slow", "gpu-4", "other programs use 4.8 GB"),
    "8 GB card, 8 GB memory": (machine(8, ram=8), "good", "gpu-8", "Recommended"),
    "8 GB card, 2 GB memory": (machine(8, ram=2), "pocket only", None, "of main memory"),
    "10 GB card": (machine(10), "good", "gpu-8", "it takes 10.1 GB of the graphics card"),
    "12 GB card": (machine(12), "good", "gpu-12", "Recommended: Graphics card with 12 GB"),
    "12 GB card, browser open": (machine(12, 11), "good", "gpu-12", "Recommended"),
    "12 GB card, half in use": (machine(12, 7), "good", "gpu-8", "other programs use"),
    "16 GB card": (machine(16), "good", "gpu-16", "Recommended"),
    "24 GB card": (machine(24), "good", "gpu-24", "Recommended"),
    "24 GB card, small disk": (machine(24, disk=13), "good", "gpu-12", "on the disk, 13.0 GB are free"),
    "80 GB card": (machine(80), "good", "gpu-24", "Recommended"),
    "two cards": (two_cards(), "good", "gpu-12", "Recommended: Graphics card with 12 GB"),
    "card unknown to llama.cpp": (
        machine(12, card_faults={LLAMA: FAULT}), "good", "gpu-12",
        "On the processor instead of the graphics card: chat",
    ),
    "card unknown to torch": (machine(12, card_faults={TORCH: FAULT}), "slow", "gpu-16", "torch does not work on it"),
    "card known to nobody": (
        machine(24, card_faults=dict.fromkeys((TORCH, LLAMA, WHISPER), FAULT)), "slow", "cpu",
        "CTranslate2 does not work on it and computes on the processor",
    ),
    "llama.cpp crashes": (machine(24, faults={LLAMA: "it crashed"}), "pocket only", None, "does not work here"),
    "Apple, 8 GB": (machine(ram=8, system="apple"), "pocket only", None, "Does not fit: Apple silicon"),
    "Apple, 16 GB": (machine(ram=16, system="apple"), "slow", "apple", "Recommended: Apple silicon"),
    "Windows, 8 GB card": (machine(8, system="windows"), "good", "gpu-8", "Recommended"),
}  # fmt: skip


@pytest.mark.parametrize("name", MACHINES)
def test_the_verdict_on(name: str) -> None:
    described, rating, profile, words = MACHINES[name]
    verdict = plan(described, CATALOG)
    found = verdict.profile.name if verdict.profile else None
    assert (verdict.rating, found) == (rating, profile), verdict.lines
    assert words in " ".join(verdict.lines)
    chosen = next((fit for fit in verdict.fits if fit.profile is verdict.profile), None)
    if chosen is not None:  # what is recommended fits, with a tenth to spare
        assert chosen.memory.cpu <= 0.9 * described.free_ram_mb
        assert chosen.gpu is None or chosen.memory.gpu <= 0.9 * chosen.gpu.free_mb


def test_what_is_there_already_needs_no_room_on_the_disk() -> None:
    assert plan(machine(disk=2), CATALOG).profile is None
    verdict = plan(machine(disk=2), CATALOG, {"cpu": 0})
    assert verdict.profile is not None
    assert verdict.profile.name == "cpu"


ON_CARD = Placement("cuda", "bf16", ALL, 8192, "cuda", "float16")
FAILURES: dict[str, Callable[[], Exception]] = {
    "torch": lambda: RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB"),
    "torch on the CPU": lambda: RuntimeError("DefaultCPUAllocator: can't allocate memory: unable to allocate 9 bytes"),
    "llama": lambda: ValueError("model.gguf: llama.cpp cannot make room for 8192 tokens: failed to allocate buffer"),
    "ctranslate2": lambda: RuntimeError("CUDA failed with error out of memory"),
    "python": lambda: MemoryError(),
}
ROLES = ("voice", "transcriber", "chat")


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("role", ROLES)
def test_without_room_at_every_step_something_smaller_works_or_is_refused(role: str, failure: str) -> None:
    """Let the first n tries fail, for every n: a working, smaller placement, or one clear refusal."""
    ends: list[Placement | None] = []
    for failing in range(20):
        tried: list[Placement] = []

        def load(placed: Placement, tried: list[Placement] = tried, failing: int = failing) -> str:
            tried.append(placed)
            if len(tried) <= failing:
                raise FAILURES[failure]()
            return "model"

        said: list[str] = []
        try:
            model, placed = loaded(role, ON_CARD, load, said.append)
        except NoRoom:
            ends.append(None)
            break
        assert model == "model"
        assert placed == tried[-1]
        assert len(said) == (failing > 0)
        assert len(set(tried)) == len(tried)
        ends.append(placed)
    assert ends[0] == ON_CARD
    assert ends[-1] is None
    last = ends[-2]
    assert last is not None
    assert {"voice": last.voice, "transcriber": last.transcriber, "chat": str(last.chat_layers)}[role] in ("cpu", "0")


def test_a_fault_that_is_not_about_memory_passes() -> None:
    def load(_: Placement) -> None:
        raise ValueError("config.json is missing")

    with pytest.raises(ValueError, match="config"):
        loaded("voice", ON_CARD, load, print)
    assert not no_room(ValueError("no such file"))
