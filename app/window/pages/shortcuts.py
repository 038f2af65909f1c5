"""Shortcuts: which keys do what; a key that is taken is refused, and says by what."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QKeySequenceEdit

from app.window.pages.page import Page
from app.window.parts import button
from app.window.preferences import Kept, KeySettings
from app.window.theme import Theme


class Shortcuts(Page):
    """Shows the keys and changes them at once."""

    def __init__(self, theme: Theme, kept: Kept) -> None:
        super().__init__(
            theme, self.tr("Shortcuts"), self.tr("Click a field and press the keys. Changes hold at once.")
        )
        self._kept = kept
        self._names = {
            "talk": self.tr("Talk (also held)"),
            "stop": self.tr("Stop the reply"),
            "mute": self.tr("Mute, and unmute"),
            "write": self.tr("Write"),
            "new": self.tr("New conversation"),
            "search": self.tr("Search conversations"),
            "sidebar": self.tr("Show or hide conversations"),
            "settings": self.tr("Settings"),
        }
        self.edits: dict[str, QKeySequenceEdit] = {}
        for key, name in self._names.items():
            edit = QKeySequenceEdit()
            edit.setMaximumSequenceLength(1)
            edit.setClearButtonEnabled(True)
            edit.editingFinished.connect(partial(self._choose, key))
            self.edits[key] = edit
            self.row(name, edit)
        self.said = self.hint()
        self.buttons(button(self.tr("As they came"), lambda: kept.set("keys", **asdict(KeySettings()))))
        self.hint(
            self.tr(
                "In a conversation: arrows walk the turns, Enter plays one again, Ctrl+C copies it, Delete deletes it. "
                "In the list: Enter goes on with a conversation, F2 renames it, Delete deletes it."
            )
        )
        kept.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        for key, edit in self.edits.items():
            with QSignalBlocker(edit):
                edit.setKeySequence(QKeySequence(getattr(self._kept.now.keys, key)))

    def _choose(self, key: str) -> None:
        wanted = self.edits[key].keySequence().toString()
        taken = [other for other, has in asdict(self._kept.now.keys).items() if has == wanted and other != key]
        if wanted and taken:
            self.said.setText(self.tr("{key} is taken already: {what}.").format(key=wanted, what=self._names[taken[0]]))
            self._show()
            return
        self.said.clear()
        self._kept.set("keys", **{key: wanted})
