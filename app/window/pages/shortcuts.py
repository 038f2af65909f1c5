"""Shortcuts: which keys do what; a key that is taken is refused, and says by what."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit

from app.window.pages.page import Page
from app.window.parts import button
from app.window.preferences import Kept, KeySettings
from app.window.theme import Theme

MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


class KeyField(QLineEdit):
    """Takes the keys that are pressed in it; `chosen` tells them as Qt writes them, empty for none."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)

    def event(self, event: QEvent) -> bool:
        """Keep keys from being taken for what they are set to do."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take a key with its modifiers; Tab goes on, Backspace alone means none."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) or key in MODIFIERS:
            event.ignore()
        elif key == Qt.Key.Key_Backspace:
            self.chosen.emit("")
        else:
            self.chosen.emit(QKeySequence(event.keyCombination()).toString())


class Shortcuts(Page):
    """Shows the keys and changes them at once."""

    def __init__(self, theme: Theme, kept: Kept) -> None:
        super().__init__(
            theme,
            self.tr("Shortcuts"),
            self.tr("Choose a field and press the keys, or Backspace for none. Changes hold at once."),
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
        self.edits: dict[str, KeyField] = {}
        for key, name in self._names.items():
            edit = KeyField()
            edit.chosen.connect(partial(self._choose, key))
            self.edits[key] = edit
            self.row(name, edit)
        self.said = self.hint()
        self.buttons(button(self.tr("Restore the original keys"), lambda: kept.set("keys", **asdict(KeySettings()))))
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
            edit.setText(getattr(self._kept.now.keys, key) or self.tr("none"))

    def _choose(self, key: str, wanted: str) -> None:
        taken = [other for other, has in asdict(self._kept.now.keys).items() if has == wanted and other != key]
        if wanted and taken:
            self.said.setText(self.tr("{key} is taken already: {what}.").format(key=wanted, what=self._names[taken[0]]))
            return
        self.said.setText("")
        self._kept.set("keys", **{key: wanted})
