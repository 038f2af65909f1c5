"""Companion: its name, who it is to be, what it keeps in mind, what it summed up, and what it is given to read."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtWidgets import QLineEdit, QListWidgetItem, QPlainTextEdit

from app.window.door import Door
from app.window.pages.lines import Lines
from app.window.pages.page import Page
from app.window.parts import button
from app.window.steering import Steering
from app.window.theme import Theme
from core.commands import (
    DeleteFacts,
    DeleteSummaries,
    ListFacts,
    ListSummaries,
    ShowPrompt,
    WriteFact,
    WriteSummary,
)
from core.news import FactList, PromptSeen, Standing, SummaryList
from core.settings import PersonaSettings, Settings

TYPED_MS = 900  # of no typing before a text holds


class Companion(Page):
    """Shows the persona and the facts; both can be read and worded anew."""

    def __init__(self, theme: Theme, door: Door, steering: Steering) -> None:
        super().__init__(theme, self.tr("Companion"), self.tr("Changes hold from the next reply on."))
        self._door, self._steering = door, steering
        self._conversation: int | None = None
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.row(self.tr("Name"), self.name)
        self.prompt = QPlainTextEdit()
        self.prompt.setTabChangesFocus(True)
        self.tall(self.prompt, 130)
        self.row(self.tr("Who it is"), self.prompt, self.tr("{name} stands for its name."))
        self.buttons(button(self.tr("Restore the original"), self._reset))
        self.heading(self.tr("What it keeps in mind of you"))
        without = self.tr(
            "What is new of you, and what was said long ago. Without, it knows only what it can still read."
        )
        self.notes = self.check(self.tr("Let it take notes"), without)
        self.hint(self.tr("It reads these lines before each reply. Edit a line to word it anew."))
        self.facts = Lines(self.tr("What it keeps in mind of you"))
        self.tall(self.facts, 130)
        self.column.addWidget(self.facts)
        self.fact = QLineEdit()
        self.row(self.tr("Something new"), self.fact)
        self.buttons(
            button(self.tr("Keep in mind"), self._write),
            button(self.tr("Forget the chosen line"), self._forget, "danger"),
        )
        self._summed_up()
        self._read()
        self._pause = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._connect()
        self._show(steering.settings)

    def _summed_up(self) -> None:
        self.heading(self.tr("What it summed up of this conversation"))
        self.hint(self.tr("What is too long ago to be read word for word. Edit a line to word it anew."))
        self.summaries = Lines(self.tr("What it summed up of this conversation"))
        self.tall(self.summaries, 130)
        self.column.addWidget(self.summaries)
        self.buttons(button(self.tr("Forget the chosen summary"), self._forget_summary, "danger"))

    def _read(self) -> None:
        self.heading(self.tr("What it is given to read"))
        self.hint(self.tr("Every word that the language model was given for the last reply."))
        self.prompt_seen = QPlainTextEdit()
        self.prompt_seen.setReadOnly(True)
        self.prompt_seen.setTabChangesFocus(True)
        self.prompt_seen.setAccessibleName(self.tr("What it is given to read"))
        self.tall(self.prompt_seen, 220)
        self.column.addWidget(self.prompt_seen)
        self.buttons(button(self.tr("Show the last one"), lambda: self._door.ask(ShowPrompt())))

    def _connect(self) -> None:
        self._pause.timeout.connect(self._apply)
        self.name.textEdited.connect(lambda: self._pause.start())
        self.prompt.textChanged.connect(self._pause.start)
        self.name.editingFinished.connect(self._apply)
        self.fact.returnPressed.connect(self._write)
        self.notes.toggled.connect(lambda on: self._steering.set("memory", notes="on" if on else "off"))
        self.facts.itemChanged.connect(self._reword)
        self._steering.settled.connect(self._show)
        self.summaries.itemChanged.connect(self._reword_summary)
        self._door.hear(FactList, self._list)
        self._door.hear(SummaryList, self._list_summaries)
        self._door.hear(PromptSeen, self._show_prompt)
        self._door.hear(Standing, self._standing)

    def refresh(self) -> None:
        """Ask what it keeps in mind, and what it summed up."""
        self._door.ask(ListFacts())
        self._conversation = self._steering.how.standing.conversation
        if self._conversation is not None:
            self._door.ask(ListSummaries(self._conversation))

    def _standing(self, standing: Standing) -> None:
        if standing.conversation == self._conversation:
            return
        if self._conversation is not None:  # it was left, or deleted
            self.summaries.show_lines(())
            self.prompt_seen.clear()
        if self.isVisible():
            self.refresh()

    def _show(self, settings: Settings) -> None:
        with QSignalBlocker(self.notes):
            self.notes.setChecked(settings.memory.notes == "on")
        if self._pause.isActive():
            return  # what was typed holds in a moment
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
        self.facts.show_lines([(each.number, each.text) for each in news.facts])

    def _list_summaries(self, news: SummaryList) -> None:
        if news.conversation == self._conversation:
            self.summaries.show_lines([(each.number, each.text) for each in news.summaries])

    def _show_prompt(self, news: PromptSeen) -> None:
        names = {"system": self.tr("Instructions"), "user": self.tr("You"), "assistant": self.tr("Companion")}
        parts = [f"{names.get(each.role, each.role)}:\n{each.text}" for each in news.messages]
        self.prompt_seen.setPlainText("\n\n".join(parts) or self.tr("Nothing has been answered yet."))

    def _write(self) -> None:
        text = self.fact.text().strip()
        if text:
            self.fact.clear()
            self._door.ask(WriteFact(text))
            self.refresh()

    def _reword(self, item: QListWidgetItem) -> None:
        number, text = self.facts.number(item), item.text().strip()
        self._door.ask(WriteFact(text, number) if text else DeleteFacts((number,)))
        self.refresh()

    def _forget(self) -> None:
        item = self.facts.currentItem()
        if item is not None:
            self._door.ask(DeleteFacts((self.facts.number(item),)))
            self.refresh()

    def _reword_summary(self, item: QListWidgetItem) -> None:
        number, text = self.summaries.number(item), item.text().strip()
        if self._conversation is not None:
            again = WriteSummary(self._conversation, text, number)
            self._door.ask(again if text else DeleteSummaries(self._conversation, (number,)))

    def _forget_summary(self) -> None:
        item = self.summaries.currentItem()
        if item is not None and self._conversation is not None:
            self._door.ask(DeleteSummaries(self._conversation, (self.summaries.number(item),)))
