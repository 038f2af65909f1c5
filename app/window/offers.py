"""What packs there are to get and on this computer, put together from what `sotto packs` and `sotto hardware` told."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.settings import POCKET

ROLES = ("transcriber", "chat", "voice")  # that people care for, in the order of the data


@dataclass(frozen=True)
class Listed:
    """A model of the catalogue; `gated` is the page where its terms are accepted, `languages` ("*",) are all."""

    name: str
    role: str
    title: str
    licence: str
    languages: tuple[str, ...]
    size: int
    gated: str = ""


@dataclass(frozen=True)
class Offer:
    """A pack that can be had; sizes in bytes, needs in MB. `reason` says why it does not fit this computer."""

    name: str
    title: str
    size: int = 0
    to_fetch: int = 0
    gpu_mb: int = 0
    cpu_mb: int = 0
    slow: str = ""
    models: tuple[Listed, ...] = ()
    folder: str = ""  # empty: it is not on this computer
    used: bool = False
    recommended: bool = False
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Verdict:
    """What this computer can do: sentences, the recommended profile (empty: the pocket pack), reasons by profile."""

    rating: str
    profile: str
    lines: tuple[str, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)


def verdict(event: Mapping[str, Any]) -> Verdict:
    """Return the verdict that `sotto hardware` told."""
    reasons = {fit["profile"]: fit["reason"] for fit in event["fits"]}
    return Verdict(event["rating"], event["profile"], tuple(event["lines"]), reasons)


def voices(catalogue: Sequence[Mapping[str, Any]]) -> tuple[Listed, ...]:
    """Return the voice models of the catalogue."""
    return tuple(each for each in _models(catalogue).values() if each.role == "voice")


def offers(
    catalogue: Sequence[Mapping[str, Any]],
    there: Sequence[Mapping[str, Any]],
    found: Verdict | None,
    used: str,
    voice: str = "",
) -> tuple[Offer, ...]:
    """Return the recommended pack first, then the others; `used` is the folder of the pack that is loaded.

    What is still to be downloaded has this `voice` model, if one is named, in place of its profile's.
    """
    models = _models(catalogue)
    packs = {event["name"]: event for event in there if event["event"] == "pack" and event["name"] != POCKET}
    profiles = [event for event in catalogue if event["event"] == "profile" and _for_here(event["system"])]
    listed = [_offer(event, models) for event in profiles]
    listed += [Offer(name, event["title"]) for name, event in packs.items() if name not in {o.name for o in listed}]
    made = []
    for offer in listed:
        pack = packs.get(offer.name, {})
        folder = str(pack.get("folder", ""))
        offer = offer if folder or voice not in models else _with_voice(offer, models[voice])
        offer = replace(
            offer, folder=folder, used=bool(folder) and folder == used, problem=str(pack.get("problem", ""))
        )
        if found is not None:
            reason = found.reasons.get(offer.name, "")
            offer = replace(offer, recommended=offer.name == found.profile, reason="" if folder else reason)
        made.append(offer)
    return tuple(sorted(made, key=lambda offer: (not offer.recommended, not offer.folder, bool(offer.reason))))


def _models(catalogue: Sequence[Mapping[str, Any]]) -> dict[str, Listed]:
    rows = [event for event in catalogue if event["event"] == "model"]
    names = ("name", "role", "title", "licence", "size", "gated")
    return {
        row["name"]: Listed(languages=tuple(row["languages"]), **{name: row[name] for name in names}) for row in rows
    }


def _offer(event: Mapping[str, Any], models: Mapping[str, Listed]) -> Offer:
    memory, parts = event["memory"], event["models"]
    inside = tuple(models[parts[role]] for role in ROLES if role in parts and parts[role] in models)
    sizes = (event["size"], event["to_fetch"], memory["gpu"], memory["cpu"])
    return Offer(event["name"], event["title"], *sizes, event["slow"], inside)


def _with_voice(offer: Offer, voice: Listed) -> Offer:
    inside = tuple(voice if each.role == voice.role else each for each in offer.models)
    more = sum(each.size for each in inside) - sum(each.size for each in offer.models)
    fetch = offer.to_fetch + more if offer.to_fetch == offer.size else offer.to_fetch
    return replace(offer, models=inside, size=offer.size + more, to_fetch=fetch)


def _for_here(system: str) -> bool:
    return system in ("", "apple" if sys.platform == "darwin" else "")
