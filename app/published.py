"""`sotto voices get`: voices that others published as recordings, by the catalogue: which there are, and taking one."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from app.checks import Problem
from app.packs import library, web
from app.telling import shown, tell
from core.types import Samples
from models.audiofile import read_audio
from models.catalog import Model, Recording
from models.recording import Take, loudness_set, trimmed
from models.voices import VoiceCard


def published(asked: argparse.Namespace) -> tuple[VoiceCard, Samples] | None:
    """Fetch and verify the recording that is asked for; return its card and sound. Without a name, tell of them all."""
    kept = library(asked.data)
    if asked.name is None:
        for each in kept.catalog.recordings.values():
            _offered(asked, each, kept.catalog.model(each.model), here=kept.shelf.has(each.model))
        return None
    recording = kept.catalog.recording(asked.name)
    model = kept.catalog.model(recording.model)
    shown(asked, kept.fetch(model.name, web(asked, kept)))
    file = kept.shelf.place(model.name) / recording.file
    take = trimmed(Take(*read_audio(file)))
    if not take.seconds:
        raise Problem("nobody is heard in this recording", file, "choose another voice")
    return _card(recording, model, asked.title or recording.title), loudness_set(take.wide)


def _offered(asked: argparse.Namespace, one: Recording, model: Model, *, here: bool) -> None:
    account = f" (account needed: {model.gated})" if model.gated and not here else ""
    words = f"{one.name:24} {one.title}: {one.description}{account}\n    {model.licence}; {one.consent}"
    values = asdict(one) | {"licence": model.licence, "page": model.gated, "here": here}
    tell(asked, "published", words, **values)


def _card(one: Recording, model: Model, title: str) -> VoiceCard:
    return VoiceCard(title, title, one.transcript, "published", model.licence, one.consent, one.description, Path())
