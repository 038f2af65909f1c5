"""What can be done with a turn: three buttons that stand beside the row that is pointed at or chosen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPersistentModelIndex, QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from app.window.caption_view import CaptionView
from app.window.captions import Caption, Captions
from app.window.parts import IconButton
from app.window.theme import Theme


class TurnActions(QWidget):
    """Tells which caption is to be played, copied or deleted; by mouse, keys or the context menu."""

    play = Signal(object)  # Caption
    copy = Signal(object)
    delete = Signal(object)

    def __init__(self, view: CaptionView, captions: Captions, theme: Theme) -> None:
        super().__init__(view.viewport())
        self._view, self._captions = view, captions
        self._index = QPersistentModelIndex()  # a number would name another row once earlier ones came
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.player = IconButton(theme, "play", self.tr("Play this again"))
        self.copier = IconButton(theme, "copy", self.tr("Copy the words"))
        self.deleter = IconButton(theme, "delete", self.tr("Delete this turn"))
        for each, signal in ((self.player, self.play), (self.copier, self.copy), (self.deleter, self.delete)):
            row.addWidget(each)
            each.clicked.connect(lambda _=False, signal=signal: self._tell(signal))
        self.hide()
        view.hovered.connect(self.stand_at)
        scrolled = view.verticalScrollBar().valueChanged
        for moved in (captions.rowsInserted, captions.rowsRemoved, captions.modelReset, scrolled):
            moved.connect(self._stand)
        view.installEventFilter(self)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._menu)

    def stand_at(self, row: int) -> None:
        """Stand beside this row; -1: beside none."""
        self._index = QPersistentModelIndex(self._captions.index(row))
        self._stand()

    def _stand(self) -> None:
        caption = self._caption()
        if caption is None or not self._view.visualRect(self._index).intersects(self._view.viewport().rect()):
            self.hide()
            return
        self.player.setEnabled(caption.row is not None and caption.seconds > 0)
        self.copier.setEnabled(bool(caption.text))
        self.deleter.setEnabled(caption.row is not None)
        self.adjustSize()
        body = self._view.body(self._index.row())
        self.move(body.right() - self.width() - 4, max(0, body.top() + 3))
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys of a chosen row."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        self._index = QPersistentModelIndex(self._view.currentIndex())
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._tell(self.play)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._tell(self.copy)
        elif event.key() == Qt.Key.Key_Delete:
            self._tell(self.delete)
        else:
            return False
        return True

    def _menu(self, at: QPoint) -> None:
        index = self._view.indexAt(at)
        if index.isValid():
            self._view.setCurrentIndex(index)
        self.stand_at(self._view.currentIndex().row())
        if self._caption() is None:
            return
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for each in (self.player, self.copier, self.deleter):
            action = menu.addAction(each.icon(), each.accessibleName(), each.click)
            action.setEnabled(each.isEnabled())
        menu.popup(self._view.viewport().mapToGlobal(at))

    def _caption(self) -> Caption | None:
        return self._captions.at(self._index.row()) if self._index.isValid() else None

    def _tell(self, signal: SignalInstance) -> None:
        caption = self._caption()
        if caption is not None:
            signal.emit(caption)
