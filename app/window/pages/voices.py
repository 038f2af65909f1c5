"""Voices: one card for each; the one that is chosen speaks from the next reply on; the user's own can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QGridLayout,
    QInputDialog,
    QMessageBox,
    QPushButton,
    QRadioButton,
    QWidget,
)

from app.window.aside import Aside, worded
from app.window.auditions import Auditions
from app.window.banner import announce
from app.window.door import Door
from app.window.errand import Errands, Event, Fault
from app.window.flow import Flow
from app.window.pages.page import Card, Page, Shelf
from app.window.parts import button, label, restyle
from app.window.published import Published
from app.window.reading import Reading
from app.window.sayings import said
from app.window.steering import Steering
from app.window.taking import Taking
from app.window.theme import Theme
from core.commands import ChooseVoice, Hush, ListVoices, PlayVoice
from core.news import Playback, Ready, Standing, Trouble, VoiceList, VoiceSeen


class Voices(Page):
    """Shows the voices of the pack and the user's own."""

    def __init__(self, theme: Theme, door: Door, steering: Steering) -> None:
        super().__init__(theme, self.tr("Voices"), self.tr("The voice that you choose speaks from the next reply on."))
        self._door, self._steering, self._playing = door, steering, False
        self._shelf = Shelf()
        self.column.addWidget(self._shelf)
        self._group = QButtonGroup(self)
        self._cards: dict[str, Card] = {}
        self._shown: tuple[VoiceSeen, ...] = ()
        self.choosers: dict[str, QRadioButton] = {}
        self._players: list[QPushButton] = []
        self.none = self.hint(self.tr("The voices are shown as soon as the models are loaded."))
        self._group.buttonClicked.connect(self._choose)
        door.hear(VoiceList, self._list)
        door.hear(Standing, self._stand)
        door.hear(Playback, self._played)
        door.hear(Ready, self._loaded)
        door.hear(Trouble, self._troubled)

    def refresh(self) -> None:
        """Ask which there are, unless the models are being loaded: then nobody knows."""
        standing = self._steering.how.standing
        if standing.ready or standing.asleep:  # which wakes it
            self._door.ask(ListVoices())

    def _loaded(self, _: Ready) -> None:
        if self.isVisible():
            self.refresh()

    def _troubled(self, trouble: Trouble) -> None:
        if trouble.command == "ChooseVoice":
            self._mark(self._steering.how.standing.voice)

    def _list(self, news: VoiceList) -> None:
        if self._shown != news.voices:
            self._shown = news.voices
            self.choosers, self._players = {}, []
            self._cards = {each.name: self._card(each) for each in news.voices}
            self._shelf.show_cards([*self._cards.values()])
        self.none.setVisible(not news.voices)
        self._mark(news.chosen)

    def _card(self, voice: VoiceSeen) -> Card:
        grid = QGridLayout()
        chooser = QRadioButton(voice.title)
        chooser.setProperty("voice", voice.name)
        chooser.setAccessibleDescription(voice.description)
        play = button(self.tr("Play"), lambda: self._play(voice.name))
        play.setAccessibleName(self.tr("Play {voice}").format(voice=voice.title))
        own = self.tr("your own") if voice.own else said(voice.origin)
        rights = label(f"{own} · {said(voice.licence)} · {said(voice.consent)}", "hint")
        grid.addWidget(chooser, 0, 0)
        grid.addWidget(play, 0, 1)
        grid.addWidget(label(said(voice.description)), 1, 0, 1, 2)
        grid.addWidget(rights, 2, 0, 1, 2)
        if acts := self._acts(voice):
            grid.addLayout(Flow(acts), 3, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        self._group.addButton(chooser)
        self._players.append(play)
        self.choosers[voice.name] = chooser
        return Card(grid)

    def _acts(self, voice: VoiceSeen) -> Sequence[QPushButton]:
        """Return what else can be done with a voice."""
        return ()

    def _stand(self, standing: Standing) -> None:
        self._mark(standing.voice)

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


class AllVoices(Voices):
    """The same, where own voices can be made, renamed, written to a file and deleted."""

    def __init__(self, theme: Theme, door: Door, steering: Steering, errands: Errands) -> None:
        super().__init__(theme, door, steering)
        self._errands = errands
        self.aside: Aside | None = None
        self._again = ""  # the voice that is renamed, if it was the chosen one
        self.heading(self.tr("Voices of your own"))
        self.hint(
            self.tr(
                "Find one among speakers that the voice model invents, record one who agrees to it, get one that "
                "somebody published, or take one in from a file. They stay on this computer."
            )
        )
        self.invent = button(self.tr("Find a voice…"), self._find)
        self.record = button(self.tr("Record a voice…"), self._record)
        self.take = button(self.tr("From a file…"), self._take)
        self.publish = button(self.tr("Published voices…"), self._publish)
        self.buttons(self.invent, self.record)
        self.buttons(self.publish, self.take)
        self.state = self.hint()

    def _acts(self, voice: VoiceSeen) -> Sequence[QPushButton]:
        if not voice.own:
            return ()
        found = []
        for text, spoken, act, role in (
            (self.tr("Rename…"), self.tr("Rename {voice}"), self._rename, ""),
            (self.tr("Write to a file…"), self.tr("Write {voice} to a file"), self._export, ""),
            (self.tr("Delete…"), self.tr("Delete {voice}"), self._delete, "danger"),
        ):
            made = button(text, lambda act=act: act(voice), role)  # type: ignore[misc]
            made.setAccessibleName(spoken.format(voice=voice.title))
            found.append(made)
        return found

    @property
    def _pack(self) -> str:
        return self._steering.how.standing.pack_folder

    def _find(self) -> None:
        self._open(Auditions(self.theme, self._door, self._errands, self._pack, self))

    def _record(self) -> None:
        self._open(Reading(self.theme, self._door, self._steering, self._errands, self))

    def _publish(self) -> None:
        self._open(Published(self.theme, self._errands, self))

    def _take(self) -> None:
        kinds = self.tr("Voices and recordings (*.sottovoice *.wav *.flac *.ogg *.mp3)")
        name, _ = QFileDialog.getOpenFileName(self, self.tr("A voice from a file"), "", kinds)
        if name.endswith(".sottovoice"):
            self._run("voices", "import", name)
        elif name:
            self._open(Taking(self.theme, self._errands, Path(name), self._pack, self))

    def _open(self, aside: Aside) -> None:
        self.aside = aside
        aside.kept.connect(self._kept)
        aside.finished.connect(self._closed)
        aside.open()

    def _closed(self) -> None:
        self.aside = None

    def _rename(self, voice: VoiceSeen) -> None:
        title, given = QInputDialog.getText(
            self, self.tr("Rename {voice}").format(voice=voice.title), self.tr("New name:"), text=voice.title
        )
        if given and title.strip() and title.strip() != voice.title:
            self._again = self._leave(voice)
            self._run("voices", "rename", voice.name, title.strip())

    def _export(self, voice: VoiceSeen) -> None:
        title = self.tr("Write {voice} to a file").format(voice=voice.title)
        name, _ = QFileDialog.getSaveFileName(self, title, f"{voice.name}.sottovoice", "*.sottovoice")
        if name:
            asked = ["--replace"] * name.endswith(".sottovoice")  # the dialog has asked
            self._run("voices", "export", voice.name, name, *asked)

    def _delete(self, voice: VoiceSeen) -> None:
        title = self.tr("Delete {voice}").format(voice=voice.title)
        question = self.tr("The recording is deleted for good. Replies that were spoken with it stay.")
        if QMessageBox.question(self, title, question) == QMessageBox.StandardButton.Yes:
            self._leave(voice)
            self._run("voices", "delete", voice.name)

    def _leave(self, voice: VoiceSeen) -> str:
        """Choose another voice than one that will not be there any more; return its name if that was needed."""
        other = next((each.name for each in self._shown if not each.own), "")
        chosen = self.choosers[voice.name].isChecked() and bool(other)
        if chosen:
            self._door.ask(ChooseVoice(other))
        return voice.name if chosen else ""

    def _run(self, *asked: object) -> None:
        self.state.setText("")
        self._errands.run(*asked, told=self._told, ended=self._ended)

    def _told(self, event: Event) -> None:
        match event["event"]:
            case "kept":
                self._kept(str(event["voice"]))
            case "exported":
                self._say(self.tr("It is in {file}.").format(file=event["file"]))
            case "renamed":
                self._choose_again(str(event["voice"]))
                self._say(self.tr("It is called {title} now.").format(title=event["title"]))
            case "deleted":
                self._say(self.tr("It is deleted."))
        self.refresh()

    def _kept(self, name: str) -> None:
        self._say(self.tr("It is kept. Choose it to have it speak."))
        self.refresh()

    def _ended(self, fault: Fault | None) -> None:
        if fault is not None:
            self._choose_again(self._again)
            self._say(worded(fault))
        self.refresh()

    def _choose_again(self, name: str) -> None:
        if self._again:
            self._again = ""
            self._door.ask(ChooseVoice(name))

    def _say(self, text: str) -> None:
        self.state.setText(text)
        announce(self.state, text)
