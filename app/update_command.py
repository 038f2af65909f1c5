"""`sotto update`: whether there is a newer version; whether Sotto may look for one every day."""

from __future__ import annotations

import argparse
import webbrowser
from importlib import metadata

from app import update
from app.telling import failures, tell


def run(asked: argparse.Namespace) -> int:
    """Turn the daily look on or off, or look now; 0, also if there is a newer version."""
    with failures(asked):
        file = update.path()
        if asked.daily:
            update.choose(file, asked.daily)
            words = (
                "Sotto looks once a day, and tells nobody anything." if asked.daily == "on" else "Sotto never looks."
            )
            tell(asked, "choice", words, daily=asked.daily)
            return 0
        if asked.due:
            if not update.due(file):
                return 0
            update.looked(file)  # whatever comes of it: once a day
        here = metadata.version("sotto")
        where = update.source()
        if where is None:
            tell(asked, "release", f"This is Sotto {here}. Nobody publishes this build, so there is nowhere to look.")
            return 0
        release = update.newer(here, where)
        update.looked(file)
        if release is None:
            tell(asked, "release", f"This is Sotto {here}, the newest.", version=here)
            return 0
        words = f"There is Sotto {release.version} of {release.date}; this is {here}. Get it from {release.page}"
        tell(asked, "release", words, version=release.version, date=release.date, page=release.page)
        if asked.open:
            webbrowser.open(release.page)
        return 0
