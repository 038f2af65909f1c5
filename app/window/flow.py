"""Sets buttons side by side, and goes on below where they do not fit: large text and German need the room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

SPACING = 10  # pixels


class Flow(QLayout):
    """Rows, as many as the width asks for; each thing has the size that it likes."""

    def __init__(self, widgets: Sequence[QWidget] = ()) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setSpacing(SPACING)
        for each in widgets:
            self.addWidget(each)

    def addItem(self, item: QLayoutItem) -> None:
        """Take one more."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many there are."""
        return len(self._items)

    def itemAt(self, at: int) -> QLayoutItem | None:
        """Return one of them."""
        return self._items[at] if 0 <= at < len(self._items) else None

    def takeAt(self, at: int) -> QLayoutItem | None:
        """Give one of them away."""
        return self._items.pop(at) if 0 <= at < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Take no more room than is needed."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Say that the height depends on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return how high all rows are."""
        margins = self.contentsMargins()
        places = self._places(width - margins.left() - margins.right())
        return max((place.bottom() + 1 for place in places), default=0) + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        """Return the size of a single row."""
        sizes = [item.sizeHint() for item in self._shown()]
        wide = sum(each.width() + self.spacing() for each in sizes) - self.spacing()
        return QSize(max(0, wide), max((each.height() for each in sizes), default=0)).grownBy(self.contentsMargins())

    def minimumSize(self) -> QSize:
        """Return the room of the widest."""
        found = QSize(0, 0)
        for item in self._shown():
            found = found.expandedTo(item.sizeHint())
        return found.grownBy(self.contentsMargins())

    def setGeometry(self, rect: QRect) -> None:
        """Put each in its place."""
        super().setGeometry(rect)
        inner = rect.marginsRemoved(self.contentsMargins())
        for item, place in zip(self._shown(), self._places(inner.width()), strict=True):
            item.setGeometry(place.translated(inner.topLeft()))

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _places(self, width: int) -> list[QRect]:
        found: list[QRect] = []
        x = y = deep = 0
        for item in self._shown():
            size = item.sizeHint()
            if x and x + size.width() > width:
                x, y, deep = 0, y + deep + self.spacing(), 0
            found.append(QRect(QPoint(x, y), size))
            x, deep = x + size.width() + self.spacing(), max(deep, size.height())
        return found
