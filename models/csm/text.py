"""Text as it will be spoken."""

from __future__ import annotations

import re


def wording(text: str) -> str:
    """Return the words of a text; empty if there is nothing to say."""
    return re.sub(r"\s+", " ", text).strip() if re.search(r"\w", text) else ""
