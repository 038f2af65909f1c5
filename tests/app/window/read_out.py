"""Inside a private D-Bus session: shows every window and page, and has a screen reader's walk over each printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.app.window.around import READY, Outside, build, conversation, seen, told, wait
from tests.harness.screen import Screen

WALK = Path(__file__).with_name("walk.py")
SYSTEM_PYTHON = "/usr/bin/python3"


def walked() -> list[dict[str, object]]:
    """Walk while the window goes on."""
    walk = subprocess.Popen([SYSTEM_PYTHON, str(WALK)], stdout=subprocess.PIPE, text=True)
    wait(lambda: walk.poll() is not None, 60)
    assert walk.stdout is not None
    return json.loads(walk.stdout.read() or "[]")


def closed() -> list[dict[str, object]]:
    """Walk while a question is asked, and then say no to it."""
    from PySide6.QtWidgets import QApplication

    nodes = walked()
    QApplication.activeModalWidget().close()
    return nodes


def main() -> None:
    """Print for each page what there is."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from app.window.pages.models import AllModels
    from app.window.pages.voices import AllVoices
    from app.window.theme import Theme
    from core.news import TurnPage, VoiceList, VoiceSeen
    from core.settings import Settings

    application = QApplication([])
    theme = Theme(application)
    theme.show("light", 100, still=True)
    house = build(application, theme, Path(sys.argv[1]), Settings())
    house.door.connect_to(Outside())
    house.desk.show()
    voice = VoiceSeen("ada", "Ada", "clear", "pocket", "CC0", "synthetic", own=False)
    told(house, *READY, TurnPage(1, None, (seen(1, "Hello.", "Good morning."),), 0))
    while len(walked()) <= 1:  # until Qt has found the bus
        pass
    found = {"": walked()}
    house.open_settings()
    told(house, VoiceList((voice,), "ada"))
    for row, page in enumerate(house.settings._pages):
        house.settings.list.setCurrentRow(row)
        if isinstance(page, AllModels):
            wait(lambda page=page: page.cards)
        found[page.title] = walked()
    voices = next(each for each in house.settings._pages if isinstance(each, AllVoices))
    for act in (voices.invent, voices.record, voices.publish):
        act.click()
        if act is voices.publish:
            wait(lambda: voices.aside.choosers)
        found[voices.aside.windowTitle()] = walked()
        voices.aside.close()
    house.settings.close()
    for title, ask in (("rename", house.desk.sidebar.rename), ("delete", house.desk.sidebar.delete)):
        QTimer.singleShot(500, lambda title=title: found.update({title: closed()}))
        ask.emit(conversation(1, "Mountains"))
    house.show_first_run()
    for step in range(5):
        found[f"first steps {step + 1}"] = walked()
        house.first_run.go(1)
    print(json.dumps(found))


if __name__ == "__main__":
    screen = Screen()
    os.environ |= {"DISPLAY": screen.name, "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
    try:
        main()
    finally:
        screen.close()
