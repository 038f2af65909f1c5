"""The command line with toy engines: everything but the models is real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from app import compose
from app.main import main
from core.companion import Engines
from core.types import EAR_FRAME, VOICE_RATE, Samples, Segment, Transcript
from tests.fakes import Chat, Vad, Voice

REFERENCE = Segment(0, "This is my voice.", np.ones((20, 4), np.int64), pinned=True)


class Transcriber:
    """Hears how long it was."""

    def __call__(self, narrow: Samples) -> Transcript:
        return Transcript(f"I spoke {len(narrow) // EAR_FRAME} frames.", "en", 0.9)


def engines(**others: object) -> Engines:
    parts = {"vad": Vad(), "transcriber": Transcriber(), "chat": Chat(), "voice": Voice(), "reference": [REFERENCE]}
    return Engines(**(parts | others))


@pytest.fixture(autouse=True)
def data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep conversations apart from the user's own, and from other tests'."""
    folder = tmp_path_factory.mktemp("kept") / "data"
    monkeypatch.setenv("SOTTO_DATA", str(folder))
    return folder


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put toy engines in the place of the pack's; each may be given."""

    def put(**others: object) -> None:
        pack = SimpleNamespace(name="toys", title="the toys", codec=SimpleNamespace(files=()))
        monkeypatch.setattr(compose, "choose", lambda *_: SimpleNamespace(pack=pack, voice="hum"))
        monkeypatch.setattr(compose, "load", lambda *_, **__: engines(**others))
        monkeypatch.setattr(compose, "load_transcriber", lambda *_: Transcriber())

    return put


@pytest.fixture
def question(tmp_path: Path) -> Callable[[str, float], Path]:
    """Record a question of so many seconds, with silence around it."""

    def record(name: str, seconds: float = 1.0) -> Path:
        quiet, sound = np.zeros(VOICE_RATE // 4), np.full(int(seconds * VOICE_RATE), 0.1)
        soundfile.write(tmp_path / name, np.concatenate([quiet, sound, quiet]), VOICE_RATE)
        return tmp_path / name

    return record


@pytest.fixture
def sotto(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command; return its exit code and what it printed."""

    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capfd.readouterr()

    return run
