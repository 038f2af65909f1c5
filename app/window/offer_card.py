"""A card for each pack: what is in it, what it needs, whether it suits this computer, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from app.window.amounts import size
from app.window.flow import Flow
from app.window.offers import Offer
from app.window.pages.page import Card
from app.window.parts import button, label, restyle
from app.window.sayings import said

translate = QCoreApplication.translate
MOST = 3  # languages that are named


class OfferCard(Card):
    """Shows one offer; `asked` tells what is to be done with it: get, assemble, use or remove."""

    asked = Signal(str)

    def __init__(self, offer: Offer) -> None:
        self._column = QVBoxLayout()
        super().__init__(self._column)
        self.offer = offer
        self.buttons: list[QPushButton] = []
        self._column.setSpacing(4)
        if badge := self._badge():
            head = QHBoxLayout()
            head.addWidget(badge)
            head.addStretch(1)
            self._column.addLayout(head)
        self._column.addWidget(label(said(offer.title), "section"))
        for line in self._lines():
            self._column.addWidget(label(line, "hint"))
        self._column.addLayout(self._models())
        self._column.addLayout(self._acts())
        restyle(self, "chosen", "true" if offer.used else "false")

    def allow(self, *, possible: bool) -> None:
        """Let it be asked for something, unless something else is under way."""
        for each in self.buttons:
            each.setEnabled(possible)

    def _badge(self) -> QLabel | None:
        offer = self.offer
        text = (
            self.tr("In use") if offer.used else self.tr("Recommended for this computer") if offer.recommended else ""
        )
        if not text:
            return None
        made = label(text, "badge")
        made.setWordWrap(False)
        return made

    def _lines(self) -> list[str]:
        offer, lines = self.offer, []
        if offer.problem:
            lines.append(offer.problem)
        if offer.reason:
            lines.append(self.tr("Does not fit this computer: {reason}.").format(reason=said(offer.reason)))
        if offer.gpu_mb:
            lines.append(
                self.tr("Needs {card} free on the graphics card and {memory} of memory.").format(
                    card=size(offer.gpu_mb * 1e6), memory=size(offer.cpu_mb * 1e6)
                )
            )
        elif offer.cpu_mb:
            lines.append(self.tr("Needs {memory} of free memory.").format(memory=size(offer.cpu_mb * 1e6)))
        if offer.slow:
            lines.append(self.tr("Slow: {why}.").format(why=said(offer.slow)))
        return lines

    def _models(self) -> QGridLayout:
        roles = {"transcriber": self.tr("Understands"), "chat": self.tr("Thinks"), "voice": self.tr("Speaks")}
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for row, model in enumerate(self.offer.models):
            parts = (said(model.title), size(model.size), model.licence, spoken(model.languages))
            grid.addWidget(label(roles[model.role], "name"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(" · ".join(parts), "hint"), row, 1)
        return grid

    def _acts(self) -> Flow:
        offer, line = self.offer, Flow()
        line.setContentsMargins(0, 6, 0, 0)
        if offer.folder and not offer.used and not offer.problem:
            self._add(line, self.tr("Use"), "use", "main")
        if offer.folder:
            self._add(line, self.tr("Delete…"), "remove", "danger")
        elif not offer.reason:
            self._add(line, *self._getting(), "main" if offer.recommended else "")
        return line

    def _getting(self) -> tuple[str, str]:
        offer = self.offer
        if not offer.to_fetch:
            return self.tr("Put together"), "assemble"
        if offer.to_fetch < offer.size:
            return self.tr("Go on, {size} to come").format(size=size(offer.to_fetch)), "get"
        return self.tr("Download {size}").format(size=size(offer.size)), "get"

    def _add(self, line: Flow, text: str, act: str, role: str) -> None:
        made = button(text, lambda: self.asked.emit(act), role)
        made.setAccessibleName(f"{text}: {said(self.offer.title)}")
        self.buttons.append(made)
        line.addWidget(made)


def spoken(languages: tuple[str, ...]) -> str:
    """Return languages by name, as many as can be read at a glance, the window's own first."""
    if languages == ("*",):
        return translate("OfferCard", "many languages")
    own = QLocale().name()[:2]
    listed = sorted(languages, key=lambda code: code != own)[:MOST]
    names = _names()
    more = len(languages) - len(listed)
    text = ", ".join(names.get(code, code) for code in listed)
    return f"{text}, …" if more else text


def _names() -> dict[str, str]:
    return {
        "en": translate("OfferCard", "English"),
        "de": translate("OfferCard", "German"),
        "fr": translate("OfferCard", "French"),
        "es": translate("OfferCard", "Spanish"),
        "it": translate("OfferCard", "Italian"),
        "pt": translate("OfferCard", "Portuguese"),
        "zh": translate("OfferCard", "Chinese"),
        "ja": translate("OfferCard", "Japanese"),
        "ko": translate("OfferCard", "Korean"),
        "ru": translate("OfferCard", "Russian"),
    }
