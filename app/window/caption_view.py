"""The conversation on screen: sets only the rows that are seen, guesses the others, and stays where the reader is.

Qt's list view asks every row for its height; with tens of thousands of them that takes seconds. Here a height is
guessed until its row is first seen; what then turns out otherwise above the reader moves the scroll bar, not the text.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from app.window.caption_text import Measures, Setting
from app.window.captions import Caption, Captions, Index
from app.window.theme import Theme

KEPT = 400  # settings at most: some ten screens


class CaptionView(QListView):
    """Shows captions; `hovered` tells the row under the pointer, or the current one; `wanted` asks for earlier ones.

    It is a list view for screen readers' sake, since Qt describes no other view of rows to them; what a list view does
    about its rows' places is done here instead.
    """

    hovered = Signal(int)  # a row, -1 for none
    wanted = Signal()

    def __init__(self, captions: Captions, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._captions, self._theme = captions, theme
        self._measures = Measures(theme.look, 0)
        self._heights: list[int] = []
        self._tops: list[int] = [0]
        self._set: dict[Caption, Setting] = {}
        self._following = True  # the end, as it grows
        self._settling = False
        self.setModel(captions)
        self.setFrameShape(QAbstractItemView.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().actionTriggered.connect(self._scrolled_by_hand)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.changed.connect(self._remeasure)

    # Heights.

    def _remeasure(self) -> None:
        top, within = self._anchor()
        self._measures = Measures(self._theme.look, self.viewport().width())
        self._set.clear()
        guess, at = self._measures.guess, self._captions.at
        self._heights = [guess(at(row)) for row in range(self._captions.rowCount())]
        self._total()
        self._hold(top, within)

    def _total(self, first: int = 0) -> None:
        """Add the heights up, from the first that may have changed."""
        start = self._tops[first] if first else self._theme.look.px(8)
        self._tops[first:] = accumulate(self._heights[first:], initial=start)
        bar, page = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(page)
        bar.setSingleStep(self._measures.line)
        bar.setRange(0, max(0, self._tops[-1] + self._theme.look.px(16) - page))
        self.viewport().update()

    def _anchor(self) -> tuple[int, int]:
        """Return the first row that is seen and how far it is scrolled out."""
        row = self._row_at(self.verticalOffset())
        return row, self.verticalOffset() - self._tops[row] if row < len(self._tops) else 0

    def _hold(self, row: int, within: int) -> None:
        bar = self.verticalScrollBar()
        at = bar.maximum() if self._following else self._tops[min(row, len(self._tops) - 1)] + within
        bar.setValue(at)
        self._settle()

    def _settle(self) -> None:
        """Set what is seen; where a guess was wrong, move so that the reader does not notice."""
        if self._settling or not self._heights:
            return  # moving the scroll bar tells us that it was moved
        self._settling = True
        self._try_to_settle()
        self._settling = False

    def _try_to_settle(self) -> None:
        for _ in range(3):  # what comes into view by the correction may itself have been guessed
            row, within = self._anchor()
            if not self._correct():
                return
            self._total(row)
            bar = self.verticalScrollBar()
            bar.setValue(bar.maximum() if self._following else self._tops[min(row, len(self._tops) - 1)] + within)

    def _correct(self) -> bool:
        changed = False
        for row in self._seen():
            height = self._setting(row).height
            changed |= height != self._heights[row]
            self._heights[row] = height
        return changed

    def _seen(self) -> range:
        first = self._row_at(self.verticalOffset())
        last = self._row_at(self.verticalOffset() + self.viewport().height())
        return range(first, min(last + 1, len(self._heights)))

    def _row_at(self, y: int) -> int:
        return max(0, bisect_right(self._tops, y) - 1)

    def _setting(self, row: int) -> Setting:
        caption = self._captions.at(row)
        if caption not in self._set:
            if len(self._set) >= KEPT:
                self._set.clear()
            self._set[caption] = Setting(caption, self._captions.names[caption.side], self._measures)
        return self._set[caption]

    # What the model tells.

    def reset(self) -> None:
        """Show another conversation, from its end."""
        QAbstractItemView.reset(self)
        self._following = True
        self._remeasure()

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        """Make room; earlier rows do not move what is read."""
        row, within = self._anchor()
        count = end + 1 - start
        self._heights[start:start] = [self._measures.guess(self._captions.at(at)) for at in range(start, end + 1)]
        QAbstractItemView.rowsInserted(self, parent, start, end)
        self._total(start)
        self._hold(row + count if start <= row and len(self._heights) > count else row, within)

    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        """Close the gap."""
        QAbstractItemView.rowsAboutToBeRemoved(self, parent, start, end)
        del self._heights[start : end + 1]
        self._total()

    def dataChanged(self, first: Index, last: Index, roles: object = ()) -> None:
        """Set rows anew: a caption grows while it is spoken."""
        if last.row() - first.row() > 1:
            self._remeasure()
            return
        anchor = self._anchor()
        for row in range(first.row(), last.row() + 1):
            self._heights[row] = self._setting(row).height
        self._total(first.row())
        self._hold(*anchor)

    def body(self, row: int) -> QRect:
        """Return where the words of a row are in the viewport."""
        return self._setting(row).body(self._tops[row] - self.verticalOffset()).toRect()

    # What Qt asks of a view.

    def doItemsLayout(self) -> None:
        """Leave the list view's own layout undone: it would ask every row."""
        QAbstractItemView.doItemsLayout(self)

    def updateGeometries(self) -> None:
        """The scroll bar is ours."""

    def visualRect(self, index: Index) -> QRect:
        """Return where a row is in the viewport."""
        row = index.row()
        if not 0 <= row < len(self._heights):
            return QRect()
        return QRect(0, self._tops[row] - self.verticalOffset(), self.viewport().width(), self._heights[row])

    def indexAt(self, point: QPoint) -> QModelIndex:
        """Return the row at a point of the viewport."""
        y = point.y() + self.verticalOffset()
        row = self._row_at(y)
        return self._captions.index(row) if self._tops[0] <= y < self._tops[-1] else QModelIndex()

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """Bring a row into view."""
        self._following = False
        place, page = self.visualRect(index), self.viewport().height()
        if place.top() < 0 or place.height() > page:
            self.verticalScrollBar().setValue(self.verticalOffset() + place.top())
        elif place.bottom() > page:
            self.verticalScrollBar().setValue(self.verticalOffset() + place.bottom() - page)
        self._scrolled_by_hand()

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Return the row that a key leads to."""
        last, row = len(self._heights) - 1, self.currentIndex().row()
        if row < 0:
            return self._captions.index(last)
        to, page = QAbstractItemView.CursorAction, self.viewport().height()
        steps = {to.MoveUp: row - 1, to.MovePrevious: row - 1, to.MoveDown: row + 1, to.MoveNext: row + 1}
        far = {
            to.MoveHome: 0,
            to.MoveEnd: last,
            to.MovePageUp: min(row - 1, self._row_at(self._tops[row] - page)),
            to.MovePageDown: max(row + 1, self._row_at(self._tops[row] + page)),
        }
        return self._captions.index(max(0, min(last, (steps | far).get(action, row))))

    def horizontalOffset(self) -> int:
        """Nothing lies to the right."""
        return 0

    def verticalOffset(self) -> int:
        """Return how far it is scrolled."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        """Every row can be seen."""
        return False

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Choose the row at a place."""
        index = self.indexAt(rect.center())
        self.selectionModel().select(QItemSelection(index, index), command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Return what is to be drawn anew when the choice changes."""
        return QRegion(self.viewport().rect())

    # Events.

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set everything for the new width; of another height only the scroll bar hears."""
        QAbstractItemView.resizeEvent(self, event)
        if self._measures.view != self.viewport().width():
            self._remeasure()
        else:
            anchor = self._anchor()
            self._total(len(self._heights))
            self._hold(*anchor)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows that are seen."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row in self._seen():
            y = self._tops[row] - self.verticalOffset()
            setting = self._setting(row)
            if row == self.currentIndex().row() and self.hasFocus():
                painter.setPen(QPen(self._theme.look.ink("accent"), 2))
                painter.setBrush(self._theme.look.ink("surface"))
                painter.drawRoundedRect(setting.body(y), 8, 8)
            setting.draw(painter, y)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Tab to the window: the rows are walked by arrows."""
        if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which row is pointed at."""
        QAbstractItemView.mouseMoveEvent(self, event)
        self.hovered.emit(self.indexAt(event.position().toPoint()).row())

    def viewportEvent(self, event: QEvent) -> bool:
        """Forget the row that was pointed at."""
        if event.type() == QEvent.Type.Leave:
            self.hovered.emit(self.currentIndex().row() if self.hasFocus() else -1)
        return super().viewportEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which row is chosen."""
        QAbstractItemView.currentChanged(self, current, previous)
        self.viewport().update()
        self.hovered.emit(current.row())

    def sizeHint(self) -> QSize:
        """Return a readable size."""
        return QSize(self._theme.look.px(560), self._theme.look.px(360))

    def _scrolled(self, value: int) -> None:
        self._settle()
        if value < 2 * self.viewport().height():
            self.wanted.emit()

    def _scrolled_by_hand(self) -> None:
        bar = self.verticalScrollBar()
        self._following = max(bar.value(), bar.sliderPosition()) >= bar.maximum() - self._measures.line

    def wheelEvent(self, event: object) -> None:
        """Scroll, and stop to follow the end if it is left."""
        self._following = False
        QAbstractItemView.wheelEvent(self, event)  # type: ignore[arg-type]
        self._scrolled_by_hand()
