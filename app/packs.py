"""`sotto packs`: models for this machine: what there is, getting it, and looking after it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from app import chat_server
from app.checks import Problem
from app.compose import POCKET
from app.hardware import look
from app.packs_arguments import ROLES
from app.sitting import data_folder
from app.telling import failures, shown, size, tell
from models.catalog import Model, Profile
from models.downloads import Web
from models.downloads.web import HUB
from models.library import Library
from models.planner import plan


def library(data: Path | None) -> Library:
    """Return this user's library; packs that it assembles begin with the voices that Sotto comes with."""
    folder = data_folder(data)
    return Library(folder, voices={path.name: path for path in sorted((POCKET / "voices").iterdir())})


def run(asked: argparse.Namespace) -> int:
    """Do what is asked of the packs."""
    with failures(asked):
        return ACTS[asked.act](asked, library(asked.data))


def _list(asked: argparse.Namespace, kept: Library) -> int:
    words = f"{'*' if not kept.used else ' '} {'pocket':12} {'':>8}  Pocket pack, comes with Sotto"
    tell(asked, "pack", words, name="pocket", title="Pocket pack", folder=POCKET, used=not kept.used)
    for pack in kept.installed():
        used = pack.name == kept.used
        words = f"{'*' if used else ' '} {pack.name:12} {size(pack.size):>8}  {pack.problem or pack.title}"
        tell(asked, "pack", words, **asdict(pack), used=used)
    for each in kept.kept():
        pin, state = each.pin, f", {size(each.missing)} still to come" if each.missing else ""
        words = f"  model {each.model} ({size(pin.size)}{state}) from {pin.repository}@{pin.revision[:8]}"
        origin = {"repository": pin.repository, "revision": pin.revision}
        tell(asked, "model", words, name=each.model, size=pin.size, missing=each.missing, **origin)
    tell(asked, "folder", f"All of it is in {kept.folder}.", folder=kept.folder, token=kept.tokens.place)
    return 0


def _catalog(asked: argparse.Namespace, kept: Library) -> int:
    for profile in kept.catalog.profiles.values():
        parts = kept.catalog.parts(profile)
        total = sum(model.size for model in parts.values())
        tell(asked, "profile", _need(profile, total), **asdict(profile), size=total, to_fetch=kept.to_fetch(parts))
    for model in kept.catalog.models.values():
        if not asked.language or model.speaks(asked.language):
            tell(asked, "model", _row(model), **asdict(model) | {"size": model.size})
    if asked.language and not kept.catalog.voices_for(asked.language):
        words = f"No voice of the catalogue speaks {asked.language!r} yet: replies would be shown as text."
        tell(asked, "voiceless", words, language=asked.language)
    return 0


def _need(profile: Profile, total: int) -> str:
    need, slow = profile.memory, f"\n    {profile.slow}" if profile.slow else ""
    return (
        f"{profile.name}: {profile.title}; {size(total)} to download\n"
        f"    needs free: {need.gpu / 1000:.1f} GB on the graphics card, {need.cpu / 1000:.1f} GB in main memory{slow}"
    )


def _row(model: Model) -> str:
    notes = [model.speed, model.licence, *(["account needed"] if model.gated else [])]
    return f"{model.role:12} {model.name:24} {size(model.size):>8}  {model.title} ({', '.join(notes)})"


def _get(asked: argparse.Namespace, kept: Library) -> int:
    if asked.profile in kept.catalog.models:
        return _get_model(asked, kept)
    profile = _recommended(asked, kept) if asked.profile == "recommended" else asked.profile
    parts = kept.parts(profile, _changed(asked))
    fetch = kept.to_fetch(parts)
    titles = "".join(f"\n  {model.title}: {model.licence}" for model in parts.values())
    words = f"{size(fetch)} to download into {kept.folder}.{titles}"
    tell(asked, "begin", words, pack=profile, to_fetch=fetch, models=[model.name for model in parts.values()])
    shown(asked, kept.get(profile, web(asked, kept), _changed(asked)))
    return _ready(asked, kept, profile)


def _get_model(asked: argparse.Namespace, kept: Library) -> int:
    model = kept.catalog.model(asked.profile)
    fetch = kept.to_fetch({model.role: model})
    words = f"{size(fetch)} to download into {kept.folder}.\n  {model.title}: {model.licence}"
    tell(asked, "begin", words, pack="", to_fetch=fetch, models=[model.name])
    shown(asked, kept.fetch(model.name, web(asked, kept)))
    place = kept.shelf.place(model.name)
    tell(asked, "ready", f"{model.title} is in {place}.", pack="", folder=place)
    return 0


def _ready(asked: argparse.Namespace, kept: Library, pack: str) -> int:
    kept.use(pack)
    tell(asked, "ready", f"The pack {pack} is ready, and in use.", pack=pack, folder=kept.pack(pack))
    return 0


def _recommended(asked: argparse.Namespace, kept: Library) -> str:
    verdict = plan(look(kept.folder, say=lambda what: tell(asked, "trying", what=what)), kept.catalog)
    profile = verdict.profile.name if verdict.profile else ""
    tell(asked, "verdict", "\n".join(verdict.lines), rating=verdict.rating, profile=profile, lines=verdict.lines)
    if not profile:
        raise Problem("no pack of the catalogue fits this machine", verdict.lines[-1], "use the pocket pack")
    return profile


def _assemble(asked: argparse.Namespace, kept: Library) -> int:
    shown(asked, kept.put_together(asked.profile, kept.parts(asked.profile, _changed(asked))))
    return _ready(asked, kept, asked.profile)


def _import(asked: argparse.Namespace, kept: Library) -> int:
    taken = shown(asked, kept.take(asked.source)) or []
    words = f"Taken: {', '.join(taken)}. `sotto packs assemble PROFILE` makes a pack of them."
    tell(asked, "taken", words, models=taken)
    return 0


def _use(asked: argparse.Namespace, kept: Library) -> int:
    kept.use("" if asked.name == "pocket" else asked.name)
    tell(asked, "used", f"The pack {asked.name} is in use from now on.", pack=asked.name)
    return 0


def _remove(asked: argparse.Namespace, kept: Library) -> int:
    kept.remove(asked.name)
    tell(asked, "removed", f"Deleted {asked.name}.", pack=asked.name)
    return 0


def _move(asked: argparse.Namespace, kept: Library) -> int:
    shown(asked, kept.move(asked.folder))
    tell(asked, "moved", f"All models are in {kept.folder} now.", folder=kept.folder)
    return 0


def _token(asked: argparse.Namespace, kept: Library) -> int:
    if asked.forget:
        kept.tokens.forget()
        tell(asked, "forgotten", "The access token is forgotten.")
        return 0
    token = sys.stdin.readline().strip()
    if not token:
        raise Problem("there is no token", "on standard input", "paste it and press Enter")
    kept.tokens.keep(token)
    tell(asked, "kept", f"The access token is kept in {kept.tokens.place}.", place=kept.tokens.place)
    return 0


def web(asked: argparse.Namespace, kept: Library) -> Web:
    """Return how the network is reached, as asked or as the environment has it."""
    endpoint = asked.endpoint or os.environ.get("HF_ENDPOINT") or HUB
    return Web(endpoint, kept.tokens.read(), asked.proxy, asked.ca_file)


def _changed(asked: argparse.Namespace) -> dict[str, str]:
    return {role: name for role in ROLES if (name := getattr(asked, role))}


ACTS: dict[str, Callable[[argparse.Namespace, Library], int]] = {
    "server": lambda asked, _: chat_server.run(asked),
    "list": _list,
    "catalog": _catalog,
    "get": _get,
    "assemble": _assemble,
    "import": _import,
    "use": _use,
    "remove": _remove,
    "move": _move,
    "token": _token,
}
