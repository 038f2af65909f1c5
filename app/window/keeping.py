"""Past conversations: the list, the turns on screen, and what the user wants done with them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from app.window.captions import Caption
from app.window.desk import Desk
from app.window.door import Door
from app.window.live import Live, both_sides
from app.window.sidebar import FORMATS, file_name
from core.commands import (
    DeleteConversations,
    DeleteTurn,
    ExportConversation,
    ListConversations,
    NewConversation,
    OpenConversation,
    ReadTurns,
    RenameConversation,
    ReplayTurn,
)
from core.news import (
    ConversationList,
    ConversationSeen,
    Exported,
    Standing,
    Trouble,
    TurnKept,
    TurnPage,
    TurnsDeleted,
)

FIRST, MORE = 100, 500  # turns that are read at a time
LOOK_MS = 400  # of nothing new before the list is read again


class Keeping(QObject):
    """Connects the door with the list and the captions of what is kept."""

    def __init__(self, door: Door, desk: Desk, live: Live) -> None:
        super().__init__(desk)
        self._door, self._desk, self._live = door, desk, live
        self._held: int | None = None  # the conversation on screen; a new one has no number until it is kept
        self._left: set[int | None] = set()  # those before it, of which the engine may still tell
        self._titles: dict[int, str] = {}
        self._oldest: int | None = None  # row of the first turn on screen, if others come before it
        self._reading = False
        self._look = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._look.timeout.connect(self._list)
        door.hear(Standing, self._standing)
        door.hear(ConversationList, self._listed)
        door.hear(TurnPage, self._page)
        door.hear(TurnKept, self._kept)
        door.hear(TurnsDeleted, self._deleted)
        door.hear(Exported, self._exported)
        door.hear(Trouble, self._troubled)
        side = desk.sidebar
        side.searched.connect(lambda words: door.ask(ListConversations(words)))
        side.opened.connect(self.open)
        side.new.connect(self._new)
        side.rename.connect(self._rename)
        side.delete.connect(self._delete)
        side.export.connect(self._export)
        desk.view.wanted.connect(self._read_more)
        desk.actions_.play.connect(self._play)
        desk.actions_.copy.connect(lambda caption: QGuiApplication.clipboard().setText(caption.text))
        desk.actions_.delete.connect(self._delete_turn)
        door.ask(ListConversations())

    # Up.

    def _standing(self, standing: Standing) -> None:
        if standing.conversation in self._left:
            return  # it was told before the engine heard that another is wanted
        if standing.conversation is not None:
            self._left.clear()
        if standing.conversation != self._held:
            self._held = standing.conversation
            self._look.start()
            self._mark()

    def _listed(self, news: ConversationList) -> None:
        if news.words == self._desk.sidebar.words:
            self._titles |= {each.number: each.title for each in news.conversations}
            self._desk.sidebar.show_list(news)
            self._mark()

    def _mark(self) -> None:
        self._desk.sidebar.mark(self._held)
        self._desk.show_title(self._titles.get(self._held or 0, ""))

    def _page(self, page: TurnPage) -> None:
        self._reading = False
        if not self._is_held(page.conversation):
            return
        captions = [each for seen in page.turns for each in both_sides(seen)]
        self._oldest = page.turns[0].row if page.turns and page.earlier else None
        if page.before is None:
            self._desk.captions.show(captions)
        else:
            self._desk.captions.prepend(captions)

    def _kept(self, news: TurnKept) -> None:
        if self._is_held(news.conversation):
            self._live.kept(news)
        self._look.start()

    def _deleted(self, news: TurnsDeleted) -> None:
        self._desk.captions.drop(rows=news.rows)
        self._look.start()

    def _is_held(self, number: int) -> bool:
        return number not in self._left and self._held in (None, number)

    def _troubled(self, trouble: Trouble) -> None:
        if trouble.command == "OpenConversation":  # the engine goes on with what it has
            self._left.clear()
            self._held = None  # whichever that is
            self._live.stay()

    def _exported(self, news: Exported) -> None:
        folder = QUrl.fromLocalFile(str(Path(news.file).parent))
        said = self.tr("Exported to {file}").format(file=news.file)
        self._desk.banner.show_word(said, self.tr("Open folder"), lambda: QDesktopServices.openUrl(folder))

    # Down.

    def open(self, number: int) -> None:
        """Go on with a conversation, and show how it went so far."""
        shown = number == self._held and self._desk.captions.rowCount()  # as far as the turn under way
        if number != self._held:
            self._door.ask(OpenConversation(number))
            self._leave(number)
        self._mark()
        if shown:
            return
        self._door.ask(ReadTurns(number, None, FIRST))

    def clear(self) -> None:
        """Show an empty conversation: the one that was held is left, or deleted."""
        self._leave(None)
        self._desk.captions.show([])
        self._mark()
        self._look.start()

    def _read_more(self) -> None:
        if self._oldest is not None and self._held is not None and not self._reading:
            self._reading = True
            self._door.ask(ReadTurns(self._held, self._oldest, MORE))

    def _new(self) -> None:
        self._door.ask(NewConversation())
        self.clear()
        self._desk.panel.line.setFocus()

    def _leave(self, other: int | None) -> None:
        self._left = (self._left | {self._held}) - {other}
        self._held, self._oldest = other, None
        self._live.leave()

    def _rename(self, seen: ConversationSeen) -> None:
        title, chosen = QInputDialog.getText(
            self._desk, self.tr("Rename"), self.tr("Title (empty: its first words)"), text=seen.title
        )
        if chosen:
            self._door.ask(RenameConversation(seen.number, title.strip()))
            self._look.start()

    def _delete(self, seen: ConversationSeen) -> None:
        what = self.tr("Delete “{title}” with its sound, without a trace?").format(title=seen.title)
        if self._sure(what):
            self._door.ask(DeleteConversations((seen.number,)))
            if seen.number == self._held:
                self._new()
            self._look.start()

    def _export(self, seen: ConversationSeen, ending: str) -> None:
        place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        path, _ = QFileDialog.getSaveFileName(
            self._desk,
            self.tr("Export as {format}").format(format=FORMATS[ending]),
            str(Path(place) / file_name(seen.title, ending)),
            f"{FORMATS[ending]} (*{ending})",
        )
        if path:
            whole = path.endswith(ending)  # then the dialog has asked whether a file that is there is to be replaced
            self._door.ask(ExportConversation(seen.number, Path(path if whole else path + ending), whole))

    def _play(self, caption: Caption) -> None:
        if caption.row is not None:
            self._door.ask(ReplayTurn(caption.row, caption.side))

    def _delete_turn(self, caption: Caption) -> None:
        if caption.row is not None and self._sure(self.tr("Delete this turn, both sides of it, without a trace?")):
            self._door.ask(DeleteTurn(caption.row))

    def _sure(self, what: str) -> bool:
        box = QMessageBox(self._desk)
        box.setWindowTitle("Sotto")
        box.setText(what)
        box.setInformativeText(self.tr("This cannot be undone."))
        delete = box.addButton(self.tr("Delete"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(self.tr("Keep"), QMessageBox.ButtonRole.RejectRole))
        box.exec()
        return box.clickedButton() is delete

    def _list(self) -> None:
        self._door.ask(ListConversations(self._desk.sidebar.words))
