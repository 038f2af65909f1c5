"""How one caption is set: who speaks, then the words; what may yet change is lighter, what was cut off struck out."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetrics, QPainter, QTextCharFormat, QTextLayout, QTextOption

from app.window.captions import Caption
from app.window.theme import Look

COLUMN = 700  # widest text at 100 %: some 80 letters, which is as far as the eye likes to travel
WORDS = 1.1  # the words' size to ordinary text
NAME = 0.87
SPACING = 1.4  # between lines, to the letters' size


class Measures:
    """The lengths that captions are set with, in pixels, for one look and width of the view."""

    def __init__(self, look: Look, view: int) -> None:
        self.look, self.view = look, view
        self.pad = look.px(14)  # between a row's edge and its text
        self.width = max(look.px(160), min(look.px(COLUMN), view - 2 * look.px(28)))  # of the text
        self.left = max(look.px(28), (view - self.width) // 2)
        self.line = round(look.text * WORDS * SPACING)
        self.head = round(look.text * NAME * 1.5)  # height of the name
        # A new turn stands apart, an answer stands with its question.
        self.gap = {"user": look.px(14), "reply": look.px(2)}
        self._foot = look.px(12)
        self._letters = self.width / (look.text * WORDS * 0.5)  # in a line, about

    def guess(self, caption: Caption) -> int:
        """Return about how high a row is, without setting it: thousands are guessed in a moment."""
        letters = len(caption.settled) + len(caption.tentative) + len(caption.unheard) + len(caption.note)
        return self.height(caption, 1 + int(letters / self._letters))

    def height(self, caption: Caption, lines: int) -> int:
        """Return how high a row of so many lines is."""
        return self.gap[caption.side] + self.head + lines * self.line + self._foot


class Setting:
    """A caption, set in a width, ready to be drawn again and again."""

    def __init__(self, caption: Caption, name: str, measures: Measures) -> None:
        self.caption, self._name, self._measures = caption, name, measures
        self._layout = QTextLayout(_words(caption), measures.look.font(WORDS))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        self._layout.setFormats(_formats(caption, measures.look))
        self.height = measures.height(caption, self._set())

    def _set(self) -> int:
        lines, drop = 0, (self._measures.line - QFontMetrics(self._layout.font()).height()) / 2
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(self._measures.width)
            line.setPosition(QPointF(0, lines * self._measures.line + drop))
            lines += 1
        self._layout.endLayout()
        return lines

    def body(self, y: int) -> QRectF:
        """Return what is marked when the row at `y` is chosen."""
        gap, pad = self._measures.gap[self.caption.side], self._measures.pad
        left, width = self._measures.left - pad, self._measures.width + 2 * pad
        return QRectF(left, y + gap, width, self.height - gap)

    def draw(self, painter: QPainter, y: int) -> None:
        """Draw the row whose top is at `y`."""
        look, left = self._measures.look, self._measures.left
        top = y + self._measures.gap[self.caption.side] + look.px(4)
        painter.setFont(look.font(NAME, strong=True))
        painter.setPen(look.ink("yours" if self.caption.side == "user" else "its"))
        painter.drawText(QRectF(left, top, self._measures.width, self._measures.head), self._name)
        painter.setPen(look.ink("ink"))
        self._layout.draw(painter, QPointF(left, top + self._measures.head))


def _words(caption: Caption) -> str:
    parts = (caption.settled, caption.tentative, caption.unheard, caption.note)
    return " ".join(part for part in parts if part) or "…"


def _formats(caption: Caption, look: Look) -> list[QTextLayout.FormatRange]:
    ranges, at = [], len(caption.settled) + bool(caption.settled)
    for kind, part in (("tentative", caption.tentative), ("unheard", caption.unheard), ("note", caption.note)):
        if part:
            ranges.append(_range(at, len(part), kind, look))
            at += len(part) + 1
    return ranges


def _range(start: int, length: int, kind: str, look: Look) -> QTextLayout.FormatRange:
    format_ = QTextCharFormat()
    format_.setForeground(look.ink("muted"))
    format_.setFontStrikeOut(kind == "unheard")
    if kind == "note":
        format_.setFont(look.font(NAME))
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, length, format_
    return made
