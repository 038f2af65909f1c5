"""The models of a live session: loaded in the background, part by part, and kept until others are wanted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from app import chat_server, compose
from app.checks import Problem
from app.compose import Choice
from core.companion import Engines
from core.news import Loading, ModelSeen, News, Trouble, VoiceSeen
from core.settings import Settings
from core.stage import Failure, attempt
from models.own_voices import OwnVoices
from models.pack import PackError, Role
from models.recording import Anchored, Drift
from models.voices import VoiceCard, VoiceError, load_voice_card

PARTS = ("pack", *compose.PARTS)
USUAL_THREADS = min(2, os.cpu_count() or 1)
MENDABLE = (Problem, PackError, VoiceError)
WORKS = "What is kept can be read; nobody answers."
MEND = "Choose another pack, or the pocket pack."
PART_S = 600.0  # that loading one part may take, from a slow disk as well; then it hangs


@dataclass(eq=False)
class Stock:
    """A pack that is loaded, and with each of its voices, once it was asked for."""

    choice: Choice
    engines: Engines
    own: OwnVoices
    voiced: dict[str, Engines] = field(default_factory=dict)  # by their recordings
    seconds: float = 0.0  # that it took to load
    sends: str = ""  # what leaves this machine, in a sentence
    spoken: str = ""  # which of `voiced` speaks

    def knows(self, name: str) -> bool:
        """Whether there is a voice of this name."""
        return name in self.choice.pack.voices or name in self.own

    def voices(self) -> tuple[VoiceSeen, ...]:
        """Return the voices that can be chosen: the pack's, then the user's own."""
        return (
            *(seen(load_voice_card(part.folder), own=False) for part in self.choice.pack.voices.values()),
            *(seen(self.own.card(name), own=True) for name in self.own.names()),
        )

    def models(self) -> tuple[ModelSeen, ...]:
        """Return the models that are loaded, and what computes each."""
        found = []
        for name, place in self.engines.places.items():
            role: Role = getattr(self.choice.pack, name)
            whose = (0, "") if place == "server" else (sum(file.size for file in role.files), role.licence)
            found.append(ModelSeen(name, *whose, place))  # type: ignore[arg-type]
        return tuple(found)

    def card(self, name: str) -> VoiceCard:
        """Return a voice's card; raises VoiceError."""
        if part := self.choice.pack.voices.get(name):
            return load_voice_card(part.folder)
        return self.own.card(name)

    def speaking(self, name: str) -> Engines:
        """Return the engines with this voice; must not be called while a companion uses them."""
        card = self.card(name)
        key = _key(card)
        if key not in self.voiced:
            self.voiced[key] = compose.voiced(self.engines, card)
        self.spoken = key
        return self.voiced[key]

    def drift(self) -> str:
        """Return how far the voice has drifted from its reference, for a bug report."""
        voice = self.voiced[self.spoken].voice if self.spoken else None
        found = voice.drift if isinstance(voice, Anchored) else Drift((), 0)
        if not (found.last or found.anchored):
            return "has not been compared yet"
        scores = ", ".join(f"{each.score:.2f}" for each in found.last) or "none"
        return f"likeness of the last replies {scores}, anchored anew {found.anchored} times"


def _key(card: VoiceCard) -> str:
    """Return what tells a recording from another that had its place before it."""
    return f"{card.reference} {card.reference.stat().st_mtime_ns}"


def seen(of: VoiceCard, *, own: bool) -> VoiceSeen:
    """Return a card as a window shows it."""
    return VoiceSeen(of.name, of.title, of.description, of.origin, of.licence, of.consent, own)


class Stocking:
    """Loads packs on a thread, the last one asked for in the end; `done` is called there with what came of it."""

    def __init__(self, data: Path, tell: Callable[[News], None], done: Callable[[Stock | Trouble], None]) -> None:
        self._data, self._tell, self._done = data, tell, done
        self._thread: Thread | None = None
        self._moved = 0.0  # when the part that is being loaded was begun

    def load(self, settings: Settings) -> None:
        """Load the models of these settings; must not be asked for twice at a time."""
        self._moved = time.monotonic()
        self._thread = Thread(target=self._load, args=(settings,), name="loading", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether a pack is being loaded."""
        return self._thread is not None and self._thread.is_alive()

    def hangs(self) -> bool:
        """Tell whether a part takes far too long; once for each time that it does."""
        if not self.busy or time.monotonic() - self._moved < PART_S:
            return False
        self._moved = time.monotonic()
        return True

    def _load(self, settings: Settings) -> None:
        began = time.monotonic()
        loaded = attempt(lambda: self._loaded(settings))
        if isinstance(loaded, Failure):
            loaded = Trouble(f"The models could not be loaded ({loaded.error}).", WORKS, MEND)
        if isinstance(loaded, Stock):
            loaded.seconds = time.monotonic() - began
        self._done(loaded)

    def _loaded(self, settings: Settings) -> Stock | Trouble:
        models, chat = settings.models, settings.chat
        try:
            self._tell(Loading(PARTS[0], 0, len(PARTS)))
            choice = compose.choose(Path(models.pack) if models.pack else None, None, self._data)
            threads = models.threads or USUAL_THREADS
            sends = chat_server.server(chat, self._data).warning if chat.address else ""
            engines = compose.load(
                choice,
                threads,
                self._progress,
                chat_server=chat,
                data=self._data,
                say=lambda words: self._tell(Trouble(words)),
            )
        except MENDABLE as error:
            return Trouble(str(error), WORKS, MEND)
        stock = Stock(choice, engines, compose.own_voices(self._data), sends=sends)
        stock.voiced[_key(choice.card)] = engines
        return stock

    def _progress(self, part: str) -> None:
        self._moved = time.monotonic()
        self._tell(Loading(part, PARTS.index(part), len(PARTS)))
