"""A small window beside the settings, in which one thing is done with the help of an errand."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.window.banner import announce
from app.window.errand import CANCELLED, TIMEOUT, Errand, Event, Fault
from app.window.parts import button, label, rule
from app.window.sayings import said
from app.window.theme import Theme

translate = QCoreApplication.translate
WIDTH = 600  # pixels at 100 % text


class Aside(QDialog):
    """Has a title, a column for what subclasses show, a line that says how it goes, and a button that closes it.

    `kept` tells the name of a voice that came of it; then it is over.
    """

    kept = Signal(str)

    def __init__(self, theme: Theme, title: str, explanation: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.errand: Errand | None = None
        self._voice, self._refused = "", False
        self.setWindowTitle(title)
        px = theme.look.px
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._inside = QWidget()
        self._inside.setObjectName("page")
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._inside)
        scroll.setAccessibleName(title)
        self.column = QVBoxLayout(self._inside)
        self.column.setContentsMargins(px(24), px(20), px(24), px(16))
        self.column.setSpacing(px(12))
        self.column.addWidget(label(title, "title"))
        self.column.addWidget(label(explanation, "hint"))
        self.state = label("", "section")
        self.close_button = button(translate("Aside", "Close"), self.reject)
        foot = QWidget()
        self._foot = QHBoxLayout(foot)
        self._foot.setContentsMargins(px(24), px(12), px(24), px(14))
        self._foot.setSpacing(px(8))
        self._foot.addWidget(self.close_button)
        self._foot.addStretch(1)
        outer.addWidget(scroll, 1)
        outer.addWidget(rule())
        outer.addWidget(foot)
        self.setMinimumWidth(px(WIDTH))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def acts(self, *buttons: QPushButton) -> None:
        """Add what can be done, at the right of the foot; the state's line comes last above it."""
        for each in buttons:
            self._foot.addWidget(each)
        self.column.addWidget(self.state)

    def say(self, text: str) -> None:
        """Say how it goes, to the screen reader, too."""
        if text != self.state.text():
            self.state.setText(text)
            self.fit()
            announce(self.state, text)

    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as what is shown."""
        super().showEvent(event)
        self.fit()

    def fit(self) -> None:
        """Grow until all is seen, as far as the screen goes; further it scrolls."""
        width = max(self.width(), self.minimumWidth())
        needed = self.column.totalHeightForWidth(width) + self._foot.totalSizeHint().height() + 1
        most = self.screen().availableGeometry().height() * 9 // 10
        self.resize(width, max(self.height() if self.isVisible() else 0, min(needed, most)))

    @property
    def busy(self) -> bool:
        """Whether an errand is under way."""
        return self.errand is not None

    def heed(self, event: Event) -> None:
        """Take what any errand may tell: that a voice was kept, or why not."""
        if event["event"] == "kept":
            self._voice = str(event["voice"])
        elif event["event"] == "refused":
            self._refused = True
            faults = event["faults"]
            why = "; ".join(said(str(each)) for each in faults) if isinstance(faults, list) else ""
            self.say(translate("Aside", "This recording cannot be used: {why}.").format(why=why))

    def over(self, fault: Fault | None) -> bool:
        """Take the end of the errand; return whether it went well and more is to be done, else it is said why not."""
        self.errand = None
        refused, self._refused = self._refused, False
        if fault is not None and not refused:
            self.say(worded(fault))
        elif self._voice:
            self.kept.emit(self._voice)
            self.accept()
            return False
        return fault is None

    def done(self, result: int) -> None:
        """It is closed, however: what is under way is left."""
        if self.errand is not None:
            self.errand.cancel()
        super().done(result)


def worded(fault: Fault) -> str:
    """Return a fault in words; nothing for what the user stopped."""
    if fault.kind == CANCELLED:
        return ""
    if fault.kind == TIMEOUT:
        return translate("Aside", "It took too long and was ended.")
    kinds = _kinds()
    return f"{kinds[fault.kind]} ({said(fault.what)})" if fault.kind in kinds else said(fault.what)


def _kinds() -> dict[str, str]:
    """Return what the kinds of docs/packs.md say that are worth a sentence of their own."""
    return {
        "no-token": translate(
            "Aside", "This model needs an account: open its page, accept the terms, enter an access token."
        ),
        "wrong-token": translate("Aside", "The access token is not valid: enter another."),
        "token-scope": translate("Aside", "The access token may not read this model: allow it to."),
        "terms": translate("Aside", "The terms of this model are not accepted yet: accept them on its page."),
        "waiting": translate("Aside", "Its authors have yet to allow you this model: try again later."),
        "denied": translate("Aside", "This model is refused to you: choose another."),
        "server": translate("Aside", "The server does not answer as it should: try again later."),
        "offline": translate("Aside", "The network cannot be reached: it goes on from here when you try again."),
        "captive": translate("Aside", "The network answers in place of the server: sign in to it first."),
        "disk": translate("Aside", "There is not enough room: make some, or choose another folder."),
        "wrong": translate("Aside", "What came is not what was promised, and is not used."),
        "certificate": translate("Aside", "The server's certificate is not trusted."),
        "setting": translate("Aside", "This cannot be done with what is set."),
    }
