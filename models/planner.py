"""Which profile fits a machine, and why the others do not: said before anything is downloaded. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from models.catalog import Catalog, Memory, Profile

RUNTIME = {"voice": "torch", "chat": "llama.cpp", "transcriber": "CTranslate2"}  # which computes a role
HEADROOM = 0.9  # of what is free may be taken
DISK_SPARE_MB = 1000
PATIENCE_B = 4.5  # billions of parameters that a processor still writes faster than one listens
Rating = Literal["good", "slow", "pocket only"]


@dataclass(frozen=True)
class Gpu:
    """A graphics card; `faults` says of each runtime that does not work on it, why."""

    name: str
    total_mb: int
    free_mb: int
    driver: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Machine:
    """What the hardware check found; `faults` says of each runtime that does not even work on the processor, why."""

    system: str  # "linux", "windows" or "apple"
    cores: int
    ram_mb: int
    free_ram_mb: int
    disk_mb: int  # free where models go
    avx2: bool = True
    gpus: tuple[Gpu, ...] = ()
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fit:
    """How a profile fares on a machine: what computes on the card, what it takes; `reason` if it does not fit."""

    profile: Profile
    memory: Memory
    gpu: Gpu | None
    moved: tuple[str, ...] = ()  # roles that the profile has on the card and this machine on its processor
    reason: str = ""

    @property
    def slow(self) -> bool:
        """Tell whether speech will have to wait."""
        return bool(self.profile.slow) or "voice" in self.moved


@dataclass(frozen=True)
class Verdict:
    """One rating, one recommended profile (None: the pocket pack), everything else, and all of it in words."""

    rating: Rating
    profile: Profile | None
    fits: tuple[Fit, ...]
    lines: tuple[str, ...]


def plan(machine: Machine, catalog: Catalog, to_fetch_mb: Mapping[str, int] | None = None) -> Verdict:
    """Return the verdict on a machine; `to_fetch_mb` says by profile what is still to download, where it is known."""
    known = to_fetch_mb or {}
    fits = tuple(_fit(machine, catalog, profile, known.get(profile.name)) for profile in catalog.profiles.values())
    chosen = next((fit for fit in fits if not fit.reason and not fit.slow), None)
    chosen = chosen or next((fit for fit in fits if not fit.reason), None)
    lines = [*_facts(machine), *_choice(chosen)]
    lines += [f"Does not fit: {fit.profile.title}: {fit.reason}." for fit in fits if fit.reason and _near(fit, machine)]
    rating: Rating = "pocket only" if chosen is None else "slow" if chosen.slow else "good"
    return Verdict(rating, chosen.profile if chosen else None, fits, tuple(lines))


def _fit(machine: Machine, catalog: Catalog, profile: Profile, to_fetch_mb: int | None) -> Fit:
    gpu = max(machine.gpus, key=lambda card: card.free_mb, default=None)
    moved = tuple(role for role in profile.on_gpu if gpu is not None and RUNTIME[role] in gpu.faults)
    kept = tuple(role for role in profile.on_gpu if role not in moved)
    memory = catalog.memory(replace(profile, on_gpu=kept))
    fit = Fit(profile, memory, gpu if kept else None, moved)
    size_mb = sum(model.size for model in catalog.parts(profile).values()) // 1_000_000
    fetch = size_mb if to_fetch_mb is None else to_fetch_mb
    return replace(fit, reason=_obstacle(machine, catalog, fit, gpu, fetch + fetch // 10 + DISK_SPARE_MB * bool(fetch)))


def _obstacle(machine: Machine, catalog: Catalog, fit: Fit, gpu: Gpu | None, disk_mb: int) -> str:
    profile, need = fit.profile, fit.memory
    if bool(profile.system) != (machine.system == "apple") or profile.system not in ("", machine.system):
        return "it is for another kind of machine"
    broken = [runtime for role, runtime in RUNTIME.items() if role in profile.models and runtime in machine.faults]
    if broken:
        return f"{broken[0]} does not work here ({machine.faults[broken[0]]})"
    if profile.on_gpu and not profile.system and gpu is None:
        return "there is no graphics card that can be used"
    if profile.on_gpu and not profile.system and not any(role not in fit.moved for role in profile.on_gpu):
        return "nothing of it works on the graphics card"
    if "chat" in fit.moved and catalog.model(profile.models["chat"]).parameters_b > PATIENCE_B:
        return "its chat model is too large for the processor"
    if gpu is not None and need.gpu > HEADROOM * gpu.free_mb:
        return f"it takes {_gb(need.gpu)} of the graphics card, {_gb(gpu.free_mb)} are free"
    if need.cpu > HEADROOM * machine.free_ram_mb:
        return f"it takes {_gb(need.cpu)} of main memory, {_gb(machine.free_ram_mb)} are free"
    if disk_mb > machine.disk_mb:
        return f"it needs {_gb(disk_mb)} on the disk, {_gb(machine.disk_mb)} are free"
    return ""


def _facts(machine: Machine) -> list[str]:
    vectors = "" if machine.avx2 or machine.system == "apple" else ", without AVX2: everything is several times slower"
    lines = [
        f"{machine.cores} processor cores, {_gb(machine.ram_mb)} of memory ({_gb(machine.free_ram_mb)} free){vectors}."
    ]
    for gpu in machine.gpus:
        used = gpu.total_mb - gpu.free_mb
        busy = f", of which other programs use {_gb(used)}" if used > 0.15 * gpu.total_mb else ""
        lines.append(f"{gpu.name} with {_gb(gpu.total_mb)}{busy}.")
        lines += [
            f"{runtime} does not work on it and computes on the processor: {why}."
            for runtime, why in gpu.faults.items()
        ]
    if not machine.gpus and machine.system != "apple":
        lines.append("No graphics card that can be used: everything is computed on the processor.")
    lines += [f"{runtime} does not work on this machine: {why}." for runtime, why in machine.faults.items()]
    return lines


def _choice(fit: Fit | None) -> list[str]:
    if fit is None:
        return ["No downloaded pack fits this machine; the pocket pack works."]
    lines = [f"Recommended: {fit.profile.title}."]
    if fit.slow:
        lines.append(f"It will be slow: {fit.profile.slow or 'the voice is computed on the processor'}.")
    moved = [role for role in fit.moved if role != "voice"]
    if moved:
        lines.append(f"On the processor instead of the graphics card: {', '.join(moved)}.")
    return lines


def _near(fit: Fit, machine: Machine) -> bool:
    """Tell whether somebody with this machine would wonder why not."""
    if bool(fit.profile.system) != (machine.system == "apple"):
        return False
    return not fit.profile.on_gpu or bool(machine.gpus) or machine.system == "apple"


def _gb(mb: int) -> str:
    return f"{mb / 1000:.1f} GB"
