"""What a turn is called; free of numpy, so that a window can name turns before anything heavy is loaded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Turn:
    """One go of the user and the reply to it; speech that resumes before the commit raises the revision."""

    id: int
    revision: int = 0


NO_TURN = Turn(0)  # real turns count from 1
