"""`sotto packs`: models for this machine: what there is, getting it, and looking after it."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

from app.checks import Problem
from app.compose import POCKET
from app.hardware import look
from app.packs_arguments import ROLES
from app.sitting import data_folder
from models.catalog import Model
from models.downloads import DownloadError, Progress, Web
from models.downloads.web import HUB
from models.library import Library
from models.planner import plan

SHOWN_S = 0.5


def library(data: Path | None) -> Library:
    """Return this user's library; packs that it assembles begin with the voices that Sotto comes with."""
    folder = data_folder(data)
    return Library(folder, voices={path.name: path for path in sorted((POCKET / "voices").iterdir())})


def run(asked: argparse.Namespace) -> int:
    """Do what is asked of the packs."""
    try:
        return ACTS[asked.act](asked, library(asked.data))
    except DownloadError as error:
        if error.page:
            print(f"Open {error.page}", file=sys.stderr)
        raise Problem(error) from error


def _list(_: argparse.Namespace, kept: Library) -> int:
    print(f"{'*' if not kept.used else ' '} {'pocket':12} {'':>8}  Pocket pack, comes with Sotto")
    for pack in kept.installed():
        mark = "*" if pack.name == kept.used else " "
        print(f"{mark} {pack.name:12} {size(pack.size):>8}  {pack.problem or pack.title}")
    for each in kept.kept():
        state = f", {size(each.missing)} still to come" if each.missing else ""
        print(f"  model {each.model} ({size(each.pin.size)}{state}) from {each.pin.repository}@{each.pin.revision[:8]}")
    print(f"All of it is in {kept.folder}.")
    return 0


def _catalog(asked: argparse.Namespace, kept: Library) -> int:
    for profile in kept.catalog.profiles.values():
        parts, need = kept.catalog.parts(profile), profile.memory
        print(f"{profile.name}: {profile.title}; {size(sum(model.size for model in parts.values()))} to download")
        print(f"    needs free: {need.gpu / 1000:.1f} GB on the graphics card, {need.cpu / 1000:.1f} GB in main memory")
        if profile.slow:
            print(f"    {profile.slow}")
    for model in kept.catalog.models.values():
        if not asked.language or model.speaks(asked.language):
            print(_row(model))
    if asked.language and not kept.catalog.voices_for(asked.language):
        print(f"No voice of the catalogue speaks {asked.language!r} yet: replies would be shown as text.")
    return 0


def _row(model: Model) -> str:
    notes = [model.speed, model.licence, *(["account needed"] if model.gated else [])]
    return f"{model.role:12} {model.name:24} {size(model.size):>8}  {model.title} ({', '.join(notes)})"


def _get(asked: argparse.Namespace, kept: Library) -> int:
    profile = _recommended(kept) if asked.profile == "recommended" else asked.profile
    parts = kept.parts(profile, _changed(asked))
    print(f"{size(kept.to_fetch(parts))} to download into {kept.folder}.", flush=True)
    for model in parts.values():
        print(f"  {model.title}: {model.licence}")
    shown(kept.get(profile, web(asked, kept), _changed(asked)))
    kept.use(profile)
    print(f"The pack {profile} is ready, and in use.")
    return 0


def _recommended(kept: Library) -> str:
    verdict = plan(look(kept.folder), kept.catalog)
    print("\n".join(verdict.lines))
    if verdict.profile is None:
        raise Problem("no pack of the catalogue fits this machine", verdict.lines[-1], "use the pocket pack")
    return verdict.profile.name


def _assemble(asked: argparse.Namespace, kept: Library) -> int:
    shown(kept.put_together(asked.profile, kept.parts(asked.profile, _changed(asked))))
    kept.use(asked.profile)
    print(f"The pack {asked.profile} is ready, and in use.")
    return 0


def _import(asked: argparse.Namespace, kept: Library) -> int:
    taken = shown(kept.take(asked.source))
    print(f"Taken: {', '.join(taken or [])}. `sotto packs assemble PROFILE` makes a pack of them.")
    return 0


def _use(asked: argparse.Namespace, kept: Library) -> int:
    kept.use("" if asked.name == "pocket" else asked.name)
    print(f"The pack {asked.name} is in use from now on.")
    return 0


def _remove(asked: argparse.Namespace, kept: Library) -> int:
    kept.remove(asked.name)
    print(f"Deleted {asked.name}.")
    return 0


def _move(asked: argparse.Namespace, kept: Library) -> int:
    shown(kept.move(asked.folder))
    print(f"All models are in {kept.folder} now.")
    return 0


def _token(asked: argparse.Namespace, kept: Library) -> int:
    if asked.forget:
        kept.tokens.forget()
        print("The access token is forgotten.")
        return 0
    token = sys.stdin.readline().strip()
    if not token:
        raise Problem("there is no token", "on standard input", "paste it and press Enter")
    kept.tokens.keep(token)
    print(f"The access token is kept in {kept.tokens.place}.")
    return 0


def web(asked: argparse.Namespace, kept: Library) -> Web:
    """Return how the network is reached, as asked or as the environment has it."""
    endpoint = asked.endpoint or os.environ.get("HF_ENDPOINT") or HUB
    return Web(endpoint, kept.tokens.read(), asked.proxy, asked.ca_file)


def _changed(asked: argparse.Namespace) -> dict[str, str]:
    return {role: name for role in ROLES if (name := getattr(asked, role))}


def shown(steps: Iterator[Progress] | Generator[Progress, None, list[str]]) -> list[str] | None:
    """Take all steps and show them, on one line where there is a terminal; return what they end with."""
    terminal, last, before = sys.stderr.isatty(), 0.0, ("", "")
    try:
        while True:
            step = next(steps)
            now = time.monotonic()
            if terminal and now - last >= SHOWN_S:
                last = now
                print(f"\r\033[K{line(step)}", end="", file=sys.stderr, flush=True)
            elif not terminal and (step.phase, step.name) != before:
                before = (step.phase, step.name)
                print(line(step), file=sys.stderr, flush=True)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    finally:
        if terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def line(step: Progress) -> str:
    """Return a step in words."""
    parts = [f"{step.share:4.0%}", step.phase, step.name]
    if step.phase == "fetching":
        parts.append(f"{size(step.done)} of {size(step.total)}")
        if step.left_s is not None:
            parts.append(f"{size(int(step.speed))}/s, {clock(step.left_s)} left")
    return "  ".join([*parts, *([step.note] if step.note else [])])


def size(count: int) -> str:
    """Return bytes as people say them."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= step:
            return f"{count / step:.1f} {unit}"
    return f"{count} B"


def clock(seconds: float) -> str:
    """Return a time that is left, as people say it."""
    minutes = int(seconds) // 60
    return (
        f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min" if minutes else "under a minute"
    )


ACTS: dict[str, Callable[[argparse.Namespace, Library], int]] = {
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
