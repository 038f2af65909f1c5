"""Models: the pack in use, what others there are, getting, importing, moving and deleting them."""

from __future__ import annotations

import math
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMessageBox, QProgressBar

from app.window.amounts import size
from app.window.aside import worded
from app.window.banner import announce
from app.window.door import Door
from app.window.elsewhere import Elsewhere
from app.window.errand import CANCELLED, Errand, Errands, Event, Fault
from app.window.hardware import Hardware
from app.window.offer_card import OfferCard
from app.window.offers import Offer, offers, voices
from app.window.pages.page import Choice, Number, Page, Shelf
from app.window.parts import button, label
from app.window.sayings import said
from app.window.steering import Steering
from app.window.theme import Theme
from app.window.under_way import UnderWay
from core.commands import ChoosePack
from core.news import EngineState, Loading, ModelSeen, Ready, Standing
from core.settings import POCKET, Settings

BESIDE = "sotto-models"  # folder made in one that holds other things already


class Models(Page):
    """Shows the pack in use and lets another be chosen; the conversation goes on with it."""

    def __init__(self, theme: Theme, door: Door, steering: Steering) -> None:
        explanation = self.tr("A pack holds all models. Another is loaded at once; the conversation goes on with it.")
        super().__init__(theme, self.tr("Models"), explanation)
        self._door, self._steering = door, steering
        self.pack = label("", "section")
        self.folder = label("", "hint")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Loading"))
        self.state = self.hint()
        self.loaded = label("", "hint")
        for each in (self.pack, self.folder, self.loaded, self.progress):
            self.column.addWidget(each)
        self.column.addWidget(self.state)
        self.buttons(
            button(self.tr("Choose a pack's folder…"), self._choose),
            button(self.tr("Use the pocket pack"), self._use_pocket),
        )
        self.hint(self.tr("The pocket pack comes with Sotto. It is tiny: it shows that everything works."))
        self._between()
        self.heading(self.tr("What they may take"))
        self.threads = Number(0, 256, self.tr("Sotto's own choice"))
        self.row(self.tr("Threads of the processor"), self.threads, self.tr("Holds when Sotto is started again."))
        self.threads.valueChanged.connect(lambda count: steering.set("models", threads=count))
        self.rest = Number(0, 1440, self.tr("Never"))
        self.rest.setSuffix(self.tr(" min"))
        rest = self.tr("When nothing was said for so long. What is said then has them loaded again.")
        self.row(self.tr("Unload the models"), self.rest, rest)
        self.rest.valueChanged.connect(lambda minutes: steering.set("models", unload_min=float(minutes)))
        steering.settled.connect(self._show)
        door.hear(Standing, self._standing)
        door.hear(Loading, self._loading)
        door.hear(Ready, self._ready)
        door.hear(EngineState, lambda state: self.progress.setVisible(state.phase in ("starting", "loading")))
        self._show(steering.settings)
        self._standing(steering.how.standing)

    def _between(self) -> None:
        """Add what stands between the pack in use and what it may take."""

    def _show(self, settings: Settings) -> None:
        with QSignalBlocker(self.threads), QSignalBlocker(self.rest):
            self.threads.setValue(settings.models.threads)
            self.rest.setValue(math.ceil(settings.models.unload_min))

    def _standing(self, standing: Standing) -> None:
        self.pack.setText(standing.pack or self.tr("None is loaded yet."))
        self.folder.setText(standing.pack_folder)
        self.loaded.setText("\n".join(self._model(model) for model in standing.models))
        self.loaded.setVisible(bool(standing.models))
        self.progress.setVisible(not standing.ready)

    def _model(self, model: ModelSeen) -> str:
        role = {"transcriber": self.tr("Understands"), "chat": self.tr("Thinks"), "voice": self.tr("Speaks")}[
            model.role
        ]
        place = {
            "processor": self.tr("computed by the processor"),
            "card": self.tr("computed by the graphics card"),
            "both": self.tr("computed by graphics card and processor"),
            "server": self.tr("computed by a server"),
        }[model.place]
        return f"{role}: " + " · ".join([*([size(model.size), model.licence] if model.size else []), place])

    def _loading(self, news: Loading) -> None:
        self.progress.setRange(0, news.of)
        self.progress.setValue(news.done)
        self.state.setText(self.tr("Loading: {part}").format(part=news.part))

    def _ready(self, news: Ready) -> None:
        self.progress.hide()
        seconds = self.locale().toString(news.seconds, "f", 1)
        self.state.setText(self.tr("Loaded within {seconds} s.").format(seconds=seconds))

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a pack's folder"))
        if folder:
            self._door.ask(ChoosePack(Path(folder)))

    def _use_pocket(self) -> None:
        self._door.ask(ChoosePack())


class AllModels(Models):
    """The same with the catalogue: packs are downloaded, imported, moved and deleted by errands, one at a time."""

    def __init__(self, theme: Theme, door: Door, steering: Steering, errands: Errands, hardware: Hardware) -> None:
        self._errands, self._hardware, self._steering = errands, hardware, steering
        self._errand: Errand | None = None
        self._moving = False
        self._catalogue: list[Event] = []
        self._there: list[Event] = []
        self._place = self._page = ""
        self._reading = self._again = False
        self._offers: tuple[Offer, ...] = ()
        self.cards: list[OfferCard] = []
        super().__init__(theme, door, steering)
        hardware.trying.connect(self._trying)
        hardware.came.connect(self._lay_out)
        hardware.failed.connect(self._say)

    def _between(self) -> None:
        self.work = UnderWay()
        self.work.stop.connect(self._stop)
        self.column.addWidget(self.work)
        self.told = label("", "section")
        self.told.hide()
        self.column.addWidget(self.told)
        self.page_button = button("", self._open_page)
        self.page_button.hide()
        self.column.addWidget(self.page_button)
        self.heading(self.tr("Packs to get"))
        self.verdict = self.hint(self.tr("Sotto can try out which pack suits this computer. It takes half a minute."))
        self.look = button(self.tr("Try out this computer"), self._hardware.look)
        self.buttons(self.look)
        self.voice = Choice()
        account = self.tr("The official one needs an account. The copies are the same model, published by others.")
        self.voice.setAccessibleName(self.tr("Model of the voice"))
        self.voice.setAccessibleDescription(account)
        self.voice.currentIndexChanged.connect(self._lay_out)
        for each in (label(self.tr("Model of the voice"), "", self.voice), self.voice, label(account, "hint")):
            self.column.addWidget(each)
        self.looking = self.hint(self.tr("Sotto looks which packs there are…"))
        self._shelf = Shelf()
        self.column.addWidget(self._shelf)
        self._without_network()
        self._access()
        self.heading(self.tr("Chat from elsewhere"))
        self.hint(
            self.tr(
                "Any server with the OpenAI API can write the replies: Ollama, LM Studio, vLLM, llama.cpp. Recognition "
                "and voice stay here."
            )
        )
        self.elsewhere = Elsewhere(self._steering, self._errands)
        self.column.addWidget(self.elsewhere)

    def _without_network(self) -> None:
        self.heading(self.tr("Without a network"))
        self.hint(self.tr("Models that another computer has fetched, in a folder or a .zip or .tar archive."))
        self.buttons(
            button(self.tr("Import a folder…"), self._import_folder),
            button(self.tr("Import an archive…"), self._import_archive),
        )
        self.heading(self.tr("Where the models are"))
        self.place = label("")
        self.column.addWidget(self.place)
        self.buttons(button(self.tr("Move to another folder…"), self._move))

    def _access(self) -> None:
        self.heading(self.tr("Models that need an account"))
        self.hint(
            self.tr(
                "Some authors give their model to whoever has an account at Hugging Face and accepts their terms. "
                "Paste an access token of that account here; it is kept on this computer."
            )
        )
        self.token = QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.row(self.tr("Access token"), self.token)
        self.buttons(
            button(self.tr("Keep the token"), self._keep_token),
            button(self.tr("Forget it"), lambda: self._quick("packs", "token", "--forget")),
        )

    # What there is.

    def refresh(self) -> None:
        """Ask what there is to get, and what is here."""
        if self._reading:
            self._again = True
            return
        self._reading, self._again = True, False
        self._fresh: tuple[list[Event], list[Event]] = ([], [])
        self._errands.run("packs", "catalog", told=self._fresh[0].append, ended=self._catalogued)

    def _catalogued(self, fault: Fault | None) -> None:
        if fault is None:
            self._errands.run("packs", "list", told=self._fresh[1].append, ended=self._listed)
        else:
            self._listed(fault)

    def _listed(self, fault: Fault | None) -> None:
        self._reading = False
        self.looking.setText("")
        if fault is not None:
            self._say(worded(fault))
            return
        self._catalogue, self._there = self._fresh
        self._place = next((str(each["folder"]) for each in self._there if each["event"] == "folder"), "")
        self.place.setText(self._place)
        listed = sorted(voices(self._catalogue), key=lambda voice: bool(voice.gated))
        self.voice.offer({each.name: said(each.title) for each in listed})
        self._lay_out()
        if self._again:
            self.refresh()

    def _standing(self, standing: Standing) -> None:
        super()._standing(standing)
        self._lay_out()

    def _lay_out(self) -> None:
        found = self._hardware.verdict
        if found is not None:
            self.verdict.setText("\n".join(said(line) for line in found.lines))
        made = offers(self._catalogue, self._there, found, self._steering.how.standing.pack_folder, self.voice.value())
        if made == self._offers or not self._there:
            return
        self._offers = made
        self.cards = [OfferCard(offer) for offer in made]
        for card in self.cards:
            card.asked.connect(lambda act, offer=card.offer: self._do(act, offer))
            card.allow(possible=self._errand is None)
        self._shelf.show_cards(self.cards)

    # What is done.

    def _do(self, act: str, offer: Offer) -> None:
        title = said(offer.title)
        match act:
            case "get":
                voice = [f"--voice={self.voice.value()}"] if self.voice.value() else []
                self._begin(self.tr("Download: {pack}").format(pack=title), "packs", "get", offer.name, *voice)
            case "assemble":
                self._begin(self.tr("Put together: {pack}").format(pack=title), "packs", "assemble", offer.name)
            case "use":
                self._quick("packs", "use", offer.name)
            case _:
                self._remove(offer)

    def _remove(self, offer: Offer) -> None:
        question = self.tr("The models that only this pack has are deleted, too. They can be downloaded again.")
        title = self.tr("Delete {pack}").format(pack=said(offer.title))
        if QMessageBox.question(self, title, question) == QMessageBox.StandardButton.Yes:
            if offer.used:  # nothing may be loaded of it any more
                self._errands.run(
                    *("packs", "use", POCKET), told=self._told, ended=lambda fault: self._left(offer.name, fault)
                )
            else:
                self._quick("packs", "remove", offer.name)

    def _left(self, name: str, fault: Fault | None) -> None:
        if fault is None:
            self._quick("packs", "remove", name)
        else:
            self._ended(fault)

    def _use_pocket(self) -> None:
        self._quick("packs", "use", POCKET)

    def _import_folder(self) -> None:
        self._import(QFileDialog.getExistingDirectory(self, self.tr("Import a folder")))

    def _import_archive(self) -> None:
        kinds = self.tr("Archives (*.zip *.tar *.tar.gz *.tgz)")
        self._import(QFileDialog.getOpenFileName(self, self.tr("Import an archive"), "", kinds)[0])

    def _import(self, source: str) -> None:
        if source:
            self._begin(self.tr("Import"), "packs", "import", source)

    def _move(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Move to another folder"))
        if chosen:
            folder = Path(chosen)
            folder = folder / BESIDE if any(folder.iterdir()) else folder
            self._begin(self.tr("Move the models"), "packs", "move", folder)

    def _keep_token(self) -> None:
        if token := self.token.text().strip():
            self.token.clear()
            self._quick("packs", "token", given=token)

    def _quick(self, *asked: object, given: str = "") -> None:
        self._say("")
        self._errands.run(*asked, told=self._told, ended=self._ended, given=f"{given}\n")

    def _begin(self, title: str, *asked: object) -> None:
        if self._errand is not None:
            self._say(self.tr("Something else is under way; stop it first."))
            return
        self._say("")
        self.work.begin(title)
        self.ensureWidgetVisible(self.work)
        self._moving = "move" in asked
        self._errand = self._errands.run(*asked, told=self._told, ended=self._over)
        for card in self.cards:
            card.allow(possible=False)

    def _stop(self) -> None:
        if self._errand is not None:
            self.work.stopping()
            self._errand.cancel()

    def _told(self, event: Event) -> None:
        match event["event"]:
            case "progress":
                self.work.show_step(event)
            case "ready":
                self._say(self.tr("All is there. It is being loaded."))
                self._door.ask(ChoosePack(Path(str(event["folder"]))))
            case "used":
                offer = next((each for each in self._offers if each.name == event["pack"]), None)
                self._door.ask(ChoosePack(Path(offer.folder) if offer else None))
            case "taken":
                names = event["models"]
                self._say(
                    self.tr("Taken in: {models}.").format(models=", ".join(names if isinstance(names, list) else ()))
                )
            case "moved":
                self._moved(Path(str(event["folder"])))
            case "removed":
                self._say(self.tr("It is deleted."))
            case "kept":
                self._say(self.tr("The token is kept: {place}.").format(place=event["place"]))
            case "forgotten":
                self._say(self.tr("The token is forgotten."))

    def _moved(self, folder: Path) -> None:
        self._say(self.tr("All models are in {folder} now.").format(folder=folder))
        used = Path(self._steering.how.standing.pack_folder or ".")
        if self._place and used.is_relative_to(self._place):
            self._door.ask(ChoosePack(folder / used.relative_to(self._place)))

    def _over(self, fault: Fault | None) -> None:
        self._errand = None
        self.work.hide()
        for card in self.cards:
            card.allow(possible=True)
        self._ended(fault)

    def _ended(self, fault: Fault | None) -> None:
        self._page = fault.page if fault is not None else ""
        if fault is not None and fault.kind == CANCELLED and self._moving:
            self._say(self.tr("It was stopped. The models are where they were."))
        elif fault is not None and fault.kind == CANCELLED:
            self._say(self.tr("It was stopped. What is there already is kept, and it goes on from there."))
        elif fault is not None:
            self._say(worded(fault))
            self.page_button.setText(self.tr("Open {page}").format(page=fault.page))
        self.page_button.setVisible(bool(self._page))
        self.refresh()

    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl(self._page))

    def _trying(self, what: str) -> None:
        self.verdict.setText(self.tr("Being tried: {what}").format(what=said(what)))

    def _say(self, text: str) -> None:
        self.told.setText(text)
        self.told.setVisible(bool(text))
        announce(self.told, text)
