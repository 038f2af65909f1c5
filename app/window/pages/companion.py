"""Companion: its name, who it is to be, and what it keeps in mind of the user."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListWidget, QListWidgetItem, QPlainTextEdit

from app.window.door import Door
from app.window.pages.page import Page
from app.window.parts import button
from app.window.steering import Steering
from app.window.theme import Theme
from core.commands import DeleteFacts, ListFacts, WriteFact
from core.news import FactList
from core.settings import PersonaSettings, Settings

TYPED_MS = 900  # of no typing before a text holds


class Companion(Page):
    """Shows the persona and the facts; both can be read and worded anew."""

    def __init__(self, theme: Theme, door: Door, steering: Steering) -> None:
        super().__init__(theme, self.tr("Companion"), self.tr("Changes hold from the next reply on."))
        self._door, self._steering = door, steering
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.row(self.tr("Name"), self.name)
        self.prompt = QPlainTextEdit()
        self.prompt.setTabChangesFocus(True)
        self.prompt.setFixedHeight(130)
        self.row(self.tr("Who it is"), self.prompt, self.tr("{name} stands for its name."))
        self.buttons(button(self.tr("As it came"), self._reset))
        self.heading(self.tr("What it keeps in mind of you"))
        self.hint(self.tr("It reads these lines before each reply. Edit a line to word it anew."))
        self.facts = QListWidget()
        self.facts.setAccessibleName(self.tr("What it keeps in mind of you"))
        self.facts.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.facts.setObjectName("facts")
        self.facts.setFixedHeight(130)
        self.column.addWidget(self.facts)
        self.fact = QLineEdit()
        self.row(self.tr("Something new"), self.fact)
        self.buttons(
            button(self.tr("Keep in mind"), self._write),
            button(self.tr("Forget the chosen line"), self._forget, "danger"),
        )
        self._pause = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._connect()
        self._show(steering.settings)

    def _connect(self) -> None:
        self._pause.timeout.connect(self._apply)
        self.name.textEdited.connect(lambda: self._pause.start())
        self.prompt.textChanged.connect(self._pause.start)
        self.name.editingFinished.connect(self._apply)
        self.fact.returnPressed.connect(self._write)
        self.facts.itemChanged.connect(self._reword)
        self._steering.settled.connect(self._show)
        self._door.hear(FactList, self._list)

    def refresh(self) -> None:
        """Ask what it keeps in mind."""
        self._door.ask(ListFacts())

    def _show(self, settings: Settings) -> None:
        persona = settings.persona
        if not self.name.hasFocus():
            self.name.setText(persona.name)
        if self.prompt.toPlainText() != persona.prompt and not self.prompt.hasFocus():
            with QSignalBlocker(self.prompt):
                self.prompt.setPlainText(persona.prompt)

    def _apply(self) -> None:
        self._pause.stop()
        name = self.name.text().strip() or PersonaSettings().name
        self._steering.set("persona", name=name, prompt=self.prompt.toPlainText())

    def _reset(self) -> None:
        self.prompt.setPlainText(PersonaSettings().prompt)
        self._apply()

    def _list(self, news: FactList) -> None:
        with QSignalBlocker(self.facts):
            self.facts.clear()
            for each in news.facts:
                item = QListWidgetItem(each.text)
                item.setData(Qt.ItemDataRole.UserRole, each.number)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                self.facts.addItem(item)

    def _write(self) -> None:
        text = self.fact.text().strip()
        if text:
            self.fact.clear()
            self._door.ask(WriteFact(text))
            self.refresh()

    def _reword(self, item: QListWidgetItem) -> None:
        number = int(item.data(Qt.ItemDataRole.UserRole))
        text = item.text().strip()
        self._door.ask(WriteFact(text, number) if text else DeleteFacts((number,)))
        self.refresh()

    def _forget(self) -> None:
        item = self.facts.currentItem()
        if item is not None:
            self._door.ask(DeleteFacts((int(item.data(Qt.ItemDataRole.UserRole)),)))
            self.refresh()
