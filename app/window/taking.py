"""A recording of a voice in a file, with its words and its owner's consent, made a voice."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFormLayout, QLineEdit, QPlainTextEdit, QWidget

from app.window.aside import Aside
from app.window.errand import Errands, Fault
from app.window.parts import button, label
from app.window.theme import Theme


class Taking(Aside):
    """Asks for what a recording lacks to be a voice."""

    def __init__(self, theme: Theme, errands: Errands, file: Path, pack: str, parent: QWidget) -> None:
        explanation = self.tr("Three to forty seconds of one person, without music or other sounds.")
        super().__init__(theme, self.tr("A voice from a recording"), explanation, parent)
        self._errands, self._file, self._pack = errands, file, pack
        self.name, self.words, self.consent = QLineEdit(file.stem[:40]), QPlainTextEdit(), QLineEdit()
        self.words.setTabChangesFocus(True)
        self.words.setFixedHeight(theme.look.px(90))
        form = QFormLayout()
        form.setSpacing(theme.look.px(10))
        form.addRow(label(self.tr("File"), "name"), label(file.name))
        for text, control in (
            (self.tr("Name of the voice"), self.name),
            (self.tr("What is said in it, word for word"), self.words),
            (self.tr("Whose voice it is, and how they agreed"), self.consent),
        ):
            control.setAccessibleName(text)
            form.addRow(label(text, "", control), control)
        self.column.addLayout(form)
        self.take = button(self.tr("Take in"), self._take, "main")
        self.acts(self.take)
        for signal in (self.name.textChanged, self.consent.textChanged, self.words.textChanged):
            signal.connect(self._allow)
        self.name.setFocus()
        self._allow()

    def _take(self) -> None:
        words, consent = self.words.toPlainText().strip(), self.consent.text().strip()
        asked: list[object] = ["voices", "import", self._file, f"--name={self.name.text().strip()}"]
        asked += [f"--text={' '.join(words.split())}", f"--consent={consent}"]
        if self._pack:
            asked += ["--pack", self._pack]
        self.errand = self._errands.run(*asked, told=self.heed, ended=self._ended)
        self.say(self.tr("It is being listened to…"))
        self._allow()

    def _ended(self, fault: Fault | None) -> None:
        self.over(fault)
        self._allow()

    def _allow(self) -> None:
        given = (self.name.text(), self.words.toPlainText(), self.consent.text())
        self.take.setEnabled(not self.busy and all(text.strip() for text in given))
