"""Where Sotto's own files are: as the environment says, which tests use, or the system's place for such."""

from __future__ import annotations

import os
from pathlib import Path


def settings_file() -> Path:
    """Return the file of settings: `settings.toml` in SOTTO_CONFIG or the user's configuration folder."""
    import platformdirs

    folder = os.environ.get("SOTTO_CONFIG") or platformdirs.user_config_dir("sotto", appauthor=False)
    return Path(folder) / "settings.toml"


def log_folder() -> Path:
    """Return where logs and crash reports go: SOTTO_LOGS or the user's log folder."""
    import platformdirs

    return Path(os.environ.get("SOTTO_LOGS") or platformdirs.user_log_dir("sotto", appauthor=False))


def data_folder(asked: Path | None = None) -> Path:
    """Return where conversations are kept: as asked, or SOTTO_DATA, or the system's place for such."""
    import platformdirs

    named = asked or os.environ.get("SOTTO_DATA")
    return Path(named or platformdirs.user_data_dir("sotto", appauthor=False))
