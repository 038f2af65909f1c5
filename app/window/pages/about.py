"""About: versions, licences, and what helps when something fails."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl, qVersion
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from app.window.door import Door
from app.window.pages.page import Page
from app.window.parts import button, label
from app.window.theme import Theme
from core.commands import Diagnose
from core.news import Diagnosis

PARTS = (
    ("Whisper, CTranslate2, faster-whisper", "MIT"),
    ("llama.cpp, llama-cpp-python", "MIT"),
    ("CSM (Sesame), PyTorch, moshi", "Apache-2.0, BSD-3-Clause, MIT"),
    ("Silero VAD", "MIT"),
    ("Qt, PySide6", "LGPL-3.0"),
    ("Inter", "OFL-1.1"),
)


class About(Page):
    """Shows who made what, and gives facts for a report that hold no word of any conversation."""

    def __init__(self, theme: Theme, door: Door, version: str, logs: Path) -> None:
        super().__init__(theme, f"Sotto {version}", self.tr("A voice companion that lives on your own computer."))
        self.title = self.tr("About")
        self._door = door
        self.heading(self.tr("Licences"))
        self.column.addWidget(label("Sotto: Apache-2.0"))
        for name, licence in PARTS:
            self.column.addWidget(label(f"{name}: {licence}", "hint"))
        self.heading(self.tr("If something fails"))
        self.hint(self.tr("These facts hold no word of any conversation. They stay here unless you send them."))
        self.facts = QPlainTextEdit(f"Sotto {version}, Qt {qVersion()}")
        self.facts.setReadOnly(True)
        self.facts.setTabChangesFocus(True)
        self.facts.setAccessibleName(self.tr("Facts for a report"))
        self.tall(self.facts, 200)
        self.column.addWidget(self.facts)
        url = QUrl.fromLocalFile(str(logs))
        self.buttons(
            button(self.tr("Copy"), lambda: QGuiApplication.clipboard().setText(self.facts.toPlainText())),
            button(self.tr("Open the logs"), lambda: QDesktopServices.openUrl(url)),
        )
        self._head = self.facts.toPlainText()
        door.hear(Diagnosis, lambda news: self.facts.setPlainText(f"{self._head}\n{news.text}"))

    def refresh(self) -> None:
        """Ask the engine for its part."""
        self._door.ask(Diagnose())
