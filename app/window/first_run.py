"""The first steps: short, to be left out at any time, and to be had again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.window.pages.page import Choice, Page
from app.window.parts import button, label, rule
from app.window.preferences import Kept
from app.window.theme import Theme

GIB = 1 << 30


class Welcome(Page):
    """What stays on the computer; language, colours and text size."""

    def __init__(self, theme: Theme, kept: Kept) -> None:
        super().__init__(theme, self.tr("Welcome"))
        self.column.addWidget(
            label(self.tr("You talk, and Sotto talks back, in a voice that you choose. All of it happens here:"))
        )
        for line in (
            self.tr("What you say, and what it answers, never leaves this computer."),
            self.tr("There is no account, and nothing is counted or sent."),
            self.tr("What is kept you can read, take out and delete."),
        ):
            self.column.addWidget(label(f"•  {line}"))
        self.heading(self.tr("How it should look"))
        self.scheme = Choice({"system": self.tr("As the system"), "light": self.tr("Light"), "dark": self.tr("Dark")})
        self.scheme.show_value(kept.now.look.theme)
        self.row(self.tr("Colours"), self.scheme)
        self.letters = Choice({str(percent): f"{percent} %" for percent in range(100, 201, 25)})
        self.letters.show_value(str(kept.now.look.text_percent))
        self.row(self.tr("Text size"), self.letters)
        self.still = self.check(self.tr("Reduce motion"))
        self.still.setChecked(kept.now.look.still == "on")
        self.language = Choice({"system": self.tr("As the system"), "en": "English", "de": "Deutsch"})
        self.language.show_value(kept.now.look.language)
        self.row(self.tr("Language of the window"), self.language, self.tr("Holds when Sotto is started again."))
        self.scheme.currentIndexChanged.connect(lambda: kept.set("look", theme=self.scheme.value()))
        self.letters.currentIndexChanged.connect(lambda: kept.set("look", text_percent=int(self.letters.value())))
        self.still.toggled.connect(lambda on: kept.set("look", still="on" if on else "off"))
        self.language.currentIndexChanged.connect(lambda: kept.set("look", language=self.language.value()))


class Computer(Page):
    """What this computer can do; never in the way."""

    def __init__(self, theme: Theme, data: Path) -> None:
        super().__init__(theme, self.tr("Your computer"))
        for line in self._facts(data):
            self.column.addWidget(label(line))
        self.heading(self.tr("What to begin with"))
        self.column.addWidget(
            label(
                self.tr(
                    "The pocket pack comes with Sotto and runs on any computer, so that you can begin now. It is tiny: "
                    "it understands and says little, in a tinny voice. Larger models can be added at any time in "
                    "Settings, under Models."
                )
            )
        )

    def _facts(self, data: Path) -> list[str]:
        lines = [self.tr("Processor: {count} cores.").format(count=os.cpu_count() or 1)]
        if hasattr(os, "sysconf"):
            memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIB
            lines.append(self.tr("Memory: {size} GB.").format(size=self.locale().toString(memory, "f", 1)))
        standing = next((each for each in (data, *data.parents) if each.exists()), Path("/"))
        free = shutil.disk_usage(standing).free / GIB
        lines.append(self.tr("Free on the disk: {size} GB.").format(size=self.locale().toString(free, "f", 0)))
        graphics = shutil.which("nvidia-smi") is not None
        found = self.tr("a graphics card by NVIDIA was found; large models may run on it.")
        none = self.tr("no graphics card for models was found; they run on the processor, which suits small ones.")
        lines.append(self.tr("Graphics: {verdict}").format(verdict=found if graphics else none))
        return lines


class Try(Page):
    """The last step: say something."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, self.tr("Try it"))
        for line in (
            self.tr("1.  Press the round button: the microphone opens."),
            self.tr("2.  Say “Hello, how are you today?”"),
            self.tr("3.  Your words appear, and then the answer; you hear it."),
            self.tr("Speak at any time to interrupt it. Writing works, too, always."),
        ):
            self.column.addWidget(label(line))


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
        self.skip = button(self.tr("Leave out"), self.reject, "quiet")
        self.back = button(self.tr("Back"), lambda: self.go(-1))
        self.next = button(self.tr("Next"), lambda: self.go(1), "main")
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 12, 20, 14)
        foot.setSpacing(8)
        foot.addWidget(self.skip)
        foot.addWidget(self.where, 1)
        foot.addWidget(self.back)
        foot.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stack, 1)
        column.addWidget(rule())
        column.addLayout(foot)
        self.resize(theme.look.px(680), theme.look.px(600))
        self.go(0)

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
