"""The language of the window: English is in the code, others come as Qt's own message files."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from app.window.theme import ASSETS

FOLDER = ASSETS / "translations"


def translate(application: QApplication, language: str) -> str:
    """Let the window speak a language, "system", "en" or "de"; return the one that it speaks now."""
    wanted = QLocale.system().name()[:2] if language == "system" else language
    spoken = wanted if (FOLDER / f"sotto_{wanted}.qm").exists() else "en"
    locale = QLocale.system()
    if locale.name()[:2] != spoken:
        locale = QLocale(spoken)  # else dates and numbers would be in another language than the words
    QLocale.setDefault(locale)
    if spoken != "en":
        for name, folder in (
            (f"sotto_{spoken}", str(FOLDER)),
            (f"qtbase_{spoken}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        ):
            translator = QTranslator(application)
            if translator.load(name, folder):
                application.installTranslator(translator)
    return spoken
