"""Voices: one card for each; the one that is chosen speaks from the next reply on."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QGridLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from app.window.door import Door
from app.window.pages.page import Card, Page
from app.window.parts import button, label, restyle
from app.window.theme import Theme
from core.commands import ChooseVoice, Hush, ListVoices, PlayVoice
from core.news import Playback, Standing, VoiceList, VoiceSeen


class Voices(Page):
    """Shows the voices of the pack and the user's own."""

    def __init__(self, theme: Theme, door: Door) -> None:
        super().__init__(theme, self.tr("Voices"), self.tr("The voice that you choose speaks from the next reply on."))
        self._door, self._playing = door, False
        self._shelf = QWidget()
        self._column = QVBoxLayout(self._shelf)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(self._shelf)
        self._group = QButtonGroup(self)
        self._cards: dict[str, Card] = {}
        self.choosers: dict[str, QRadioButton] = {}
        self._players: list[QPushButton] = []
        self.none = self.hint(self.tr("The voices are shown as soon as the models are loaded."))
        self._group.buttonClicked.connect(self._choose)
        door.hear(VoiceList, self._list)
        door.hear(Standing, lambda standing: self._mark(standing.voice))
        door.hear(Playback, self._played)

    def refresh(self) -> None:
        """Ask which there are."""
        self._door.ask(ListVoices())

    def _list(self, news: VoiceList) -> None:
        if [*self._cards] != [each.name for each in news.voices]:
            for card in self._cards.values():
                card.deleteLater()
            self._cards, self.choosers, self._players = {}, {}, []
            for each in news.voices:
                self._add(each)
        self.none.setVisible(not news.voices)
        self._mark(news.chosen)

    def _add(self, voice: VoiceSeen) -> None:
        grid = QGridLayout()
        chooser = QRadioButton(voice.title)
        chooser.setProperty("voice", voice.name)
        chooser.setAccessibleDescription(voice.description)
        play = button(self.tr("Play"), lambda: self._play(voice.name))
        play.setAccessibleName(self.tr("Play {voice}").format(voice=voice.title))
        own = self.tr("your own") if voice.own else voice.origin
        rights = label(f"{own} · {voice.licence} · {voice.consent}", "hint")
        grid.addWidget(chooser, 0, 0)
        grid.addWidget(play, 0, 1)
        grid.addWidget(label(voice.description), 1, 0, 1, 2)
        grid.addWidget(rights, 2, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        card = Card(grid)
        self._group.addButton(chooser)
        self._column.addWidget(card)
        self._players.append(play)
        self._cards[voice.name], self.choosers[voice.name] = card, chooser

    def _mark(self, name: str) -> None:
        for voice, chooser in self.choosers.items():
            chooser.setChecked(voice == name)
            restyle(self._cards[voice], "chosen", "true" if voice == name else "false")

    def _choose(self, chooser: QWidget) -> None:
        name = str(chooser.property("voice"))
        self._mark(name)
        self._door.ask(ChooseVoice(name))

    def _play(self, name: str) -> None:
        self._door.ask(Hush() if self._playing else PlayVoice(name))

    def _played(self, news: Playback) -> None:
        self._playing = news.playing
        for play in self._players:
            play.setText(self.tr("Stop") if news.playing else self.tr("Play"))
