"""The first steps: short, to be left out at any time, and to be had again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.window.pages.page import Choice, Page
from app.window.parts import button, label, rule
from app.window.preferences import Kept
from app.window.theme import Theme


class Welcome(Page):
    """What stays on the computer; language, colours and text size."""

    def __init__(self, theme: Theme, kept: Kept) -> None:
        super().__init__(theme, self.tr("Welcome"))
        self._kept = kept
        self.column.addWidget(
            label(self.tr("You talk, and Sotto talks back, in a voice that you choose. All of it happens here:"))
        )
        for line in (
            self.tr("What you say, and what it answers, never leaves this computer."),
            self.tr("There is no account, and nothing is counted or sent."),
            self.tr("What is kept you can read, take out and delete."),
        ):
            self.item("•", line)
        self.heading(self.tr("How it should look"))
        self.scheme = Choice({"system": self.tr("As the system"), "light": self.tr("Light"), "dark": self.tr("Dark")})
        self.row(self.tr("Colours"), self.scheme)
        self.letters = Choice({str(percent): f"{percent} %" for percent in range(100, 201, 25)})
        self.row(self.tr("Text size"), self.letters)
        self.still = self.check(self.tr("Reduce motion"))
        self.language = Choice({"system": self.tr("As the system"), "en": "English", "de": "Deutsch"})
        self.row(self.tr("Language of the window"), self.language, self.tr("Holds when Sotto is started again."))
        self.refresh()
        self.scheme.currentIndexChanged.connect(lambda: kept.set("look", theme=self.scheme.value()))
        self.letters.currentIndexChanged.connect(lambda: kept.set("look", text_percent=int(self.letters.value())))
        self.still.toggled.connect(lambda on: kept.set("look", still="on" if on else "off"))
        self.language.currentIndexChanged.connect(lambda: kept.set("look", language=self.language.value()))

    def refresh(self) -> None:
        """Show what holds now."""
        look = self._kept.now.look
        self.scheme.show_value(look.theme)
        self.letters.show_value(str(look.text_percent))
        self.language.show_value(look.language)
        with QSignalBlocker(self.still):
            self.still.setChecked(look.still == "on")


class Try(Page):
    """The last step: say something."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, self.tr("Try it"))
        steps = (
            self.tr("Press the round button: the microphone opens."),
            self.tr("Say “Hello, how are you today?”"),
            self.tr("Your words appear, and then the answer; you hear it."),
        )
        for number, step in enumerate(steps, 1):
            self.item(f"{number}.", step)
        self.column.addWidget(label(self.tr("Speak at any time to interrupt it. Writing works, too, always.")))


class FirstRun(QDialog):
    """Walks through the steps; `over` tells when the user has seen enough."""

    over = Signal()

    def __init__(self, theme: Theme, steps: Sequence[Page], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._steps = theme, steps
        self.setWindowTitle(self.tr("First steps"))
        self.stack = QStackedWidget()
        for step in steps:
            self.stack.addWidget(step)
        self.where = label("", "hint")
        self.where.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.skip = button(self.tr("Skip"), self.reject, "quiet")
        self.back = button(self.tr("Back"), lambda: self.go(-1))
        self.next = button(self.tr("Next"), lambda: self.go(1), "main")
        self._foot = QHBoxLayout()
        for each in (self.skip, self.where, self.back, self.next):
            self._foot.addWidget(each, 1 if each is self.where else 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stack, 1)
        column.addWidget(rule())
        column.addLayout(self._foot)
        theme.changed.connect(self._space)
        self._space()
        self.resize(theme.look.px(680), theme.look.px(600))
        self.go(0)

    def _space(self) -> None:
        px = self._theme.look.px
        self._foot.setContentsMargins(px(13), px(12), px(28), px(14))  # so that words stand below those of the page
        self._foot.setSpacing(px(8))

    def go(self, steps: int) -> None:
        """Go on by so many steps; after the last it is over."""
        at = self.stack.currentIndex() + steps
        if at == len(self._steps):
            self.accept()
            return
        self.stack.setCurrentIndex(at)
        self.back.setEnabled(at > 0)
        self.next.setText(self.tr("Begin") if at == len(self._steps) - 1 else self.tr("Next"))
        self.where.setText(self.tr("{step} of {steps}").format(step=at + 1, steps=len(self._steps)))

    def done(self, result: int) -> None:
        """It is over, however it was closed."""
        super().done(result)
        self.over.emit()
