"""The composition root: from a pack's folder to engines that a companion can use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import app
from app.checks import Problem
from core.companion import Engines
from core.settings import MemorySettings
from core.types import Samples

ASSETS = Path(app.__file__).parents[1] / "assets"
POCKET = ASSETS / "pocket"
STOP_S = 0.2  # for each of four threads when a command is stopped: all within a second


@dataclass(frozen=True, eq=False)
class Loaded:
    """Engines, ready, and where they came from."""

    engines: Engines
    pack: str
    voice: str
    memory: MemorySettings
