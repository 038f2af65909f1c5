"""Past conversations: found, opened, renamed, exported and deleted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.window.captions import Index
from app.window.conversations import SEEN, Conversations
from app.window.parts import IconButton, button, label
from app.window.theme import Theme

if TYPE_CHECKING:
    from core.news import ConversationList, ConversationSeen

SEARCH_MS = 180  # of no typing before it is looked for
FORMATS = {".md": "Markdown", ".json": "JSON", ".srt": "SRT", ".wav": "WAV"}


class _Rows(QStyledItemDelegate):
    """Two lines for each conversation, cut at the edge: what it is called, and when it was."""

    def __init__(self, conversations: Conversations, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._conversations, self._theme = conversations, theme

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        """Return the same for every row."""
        return QSize(80, self._theme.look.px(58))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row over what the style sheet draws of it."""
        self.initStyleOption(option, index)
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        look, seen = self._theme.look, index.data(SEEN)
        place = option.rect.adjusted(look.px(12), look.px(9), -look.px(12), -look.px(9))
        lines = (
            (self._conversations.title(seen), look.font(), "ink", Qt.AlignmentFlag.AlignTop),
            (self._conversations.below(seen), look.font(0.87), "muted", Qt.AlignmentFlag.AlignBottom),
        )
        for text, font, colour, align in lines:
            painter.setFont(font)
            painter.setPen(look.ink(colour))
            cut = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, align, cut)


class Sidebar(QWidget):
    """Shows the list and tells what the user wants done with a conversation."""

    searched = Signal(str)
    opened = Signal(int)
    new = Signal()
    rename = Signal(object)  # ConversationSeen
    delete = Signal(object)
    export = Signal(object, str)  # and the file's ending

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme, self._conversations = theme, Conversations(self)
        self._search = QLineEdit()
        self._search.setPlaceholderText(self.tr("Search all conversations"))
        self._search.setAccessibleName(self.tr("Search all conversations"))
        self._search.setClearButtonEnabled(True)
        self._pause = QTimer(self, singleShot=True, interval=SEARCH_MS)
        self._search.textChanged.connect(lambda: self._pause.start())
        self._pause.timeout.connect(lambda: self.searched.emit(self.words))
        self._new = button(self.tr("New talk"), self.new.emit)
        self._empty = label("", "hint")
        self._more = IconButton(theme, "more", self.tr("Do something with the chosen conversation"))
        self._more.clicked.connect(self._menu_of_current)
        self._make_list()
        self._lay()

    @property
    def words(self) -> str:
        """What is being looked for."""
        return self._search.text().strip()

    def _make_list(self) -> None:
        self.list = QListView()
        self.list.setObjectName("conversations")
        self.list.setAccessibleName(self.tr("Conversations"))
        self.list.setModel(self._conversations)
        self.list.setItemDelegate(_Rows(self._conversations, self._theme, self.list))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setUniformItemSizes(True)
        self.list.clicked.connect(self._open)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu_at)
        self.list.keyPressEvent = self._key  # type: ignore[method-assign]

    def _lay(self) -> None:
        self._column = QVBoxLayout(self)
        head = QHBoxLayout()
        head.addWidget(self._new, 1)
        head.addWidget(self._more)
        self._column.addLayout(head)
        self._column.addWidget(self._search)
        self._column.addWidget(self._empty)
        self._column.addWidget(self.list, 1)
        self._theme.changed.connect(self._space)
        self._space()

    def _space(self) -> None:
        px = self._theme.look.px
        self._column.setContentsMargins(px(12), px(12), px(12), px(12))
        self._column.setSpacing(px(10))
        self.setMinimumWidth(px(230))
        self.list.doItemsLayout()

    def show_list(self, news: ConversationList) -> None:
        """Show what was found."""
        current = self.current()
        self._conversations.show(news.conversations)
        if current is not None:
            self.mark(current.number)
        none = self.tr("No conversation holds these words.") if news.words else self.tr("Nothing is kept yet.")
        self._empty.setText(none)
        self._empty.setVisible(not news.conversations)

    def mark(self, number: int | None) -> None:
        """Choose the conversation that is held."""
        row = self._conversations.row_of(number)
        index = self._conversations.index(row) if row >= 0 else QModelIndex()
        if index != self.list.currentIndex():
            self.list.setCurrentIndex(index)

    def current(self) -> ConversationSeen | None:
        """Return the conversation that is chosen."""
        seen: ConversationSeen | None = self.list.currentIndex().data(SEEN)
        return seen

    def look_for(self) -> None:
        """Let the user type what to look for."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def _open(self, index: QModelIndex) -> None:
        seen: ConversationSeen | None = index.data(SEEN)
        if seen is not None:
            self.opened.emit(seen.number)

    def _key(self, event: QKeyEvent) -> None:
        seen, key = self.current(), event.key()
        if seen and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(seen.number)
        elif seen and key == Qt.Key.Key_F2:
            self.rename.emit(seen)
        elif seen and key == Qt.Key.Key_Delete:
            self.delete.emit(seen)
        else:
            QListView.keyPressEvent(self.list, event)

    def _menu_of_current(self) -> None:
        seen = self.current()
        if seen is not None:
            self.menu(seen).popup(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _menu_at(self, at: QPoint) -> None:
        seen: ConversationSeen | None = self.list.indexAt(at).data(SEEN)
        if seen is not None:
            self.menu(seen).popup(self.list.viewport().mapToGlobal(at))

    def menu(self, seen: ConversationSeen) -> QMenu:
        """Return what can be done with a conversation."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Continue"), lambda: self.opened.emit(seen.number))
        menu.addAction(self.tr("Rename…"), lambda: self.rename.emit(seen))
        formats = menu.addMenu(self.tr("Export"))
        for ending, name in FORMATS.items():
            action = QAction(name, formats)
            action.triggered.connect(lambda _=False, ending=ending: self.export.emit(seen, ending))
            formats.addAction(action)
        menu.addSeparator()
        menu.addAction(self.tr("Delete…"), lambda: self.delete.emit(seen))
        return menu


def file_name(title: str, ending: str) -> str:
    """Return a name for an exported conversation that any file system takes."""
    kept = "".join(letter if letter.isalnum() or letter in " -_" else " " for letter in title)
    return str(Path(" ".join(kept.split())[:60].strip() or "conversation").with_suffix(ending))
