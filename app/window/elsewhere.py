"""What writes the replies: the pack's own chat model, or a chat server, here or on another computer."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QLineEdit, QVBoxLayout, QWidget

from app.window.aside import worded
from app.window.banner import announce
from app.window.errand import Errands, Event, Fault
from app.window.flow import Flow
from app.window.parts import button, label
from app.window.sayings import said
from app.window.steering import Steering
from core.settings import ChatSettings, Settings


class Elsewhere(QWidget):
    """Tries the server that is named before it is used; says for as long as it is so that text leaves this computer."""

    def __init__(self, steering: Steering, errands: Errands) -> None:
        super().__init__()
        self._steering, self._errands, self._busy = steering, errands, False
        self._shown: ChatSettings | None = None
        self.address, self.model, self.key = QLineEdit(), QLineEdit(), QLineEdit()
        self.address.setPlaceholderText("http://localhost:11434/v1")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        form = QFormLayout()
        for text, control in (
            (self.tr("Address of the server"), self.address),
            (self.tr("Its model (empty: its own choice)"), self.model),
            (self.tr("Access key, if it wants one"), self.key),
        ):
            control.setAccessibleName(text)
            control.textChanged.connect(self._allow)
            form.addRow(label(text, "", control), control)
        self.use = button(self.tr("Use this server"), self._use)
        self.own = button(self.tr("Use the pack's own"), lambda: self._run("--none"))
        line = Flow((self.use, self.own))
        self.state = label("", "section")
        self.sends = label("", "hint")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (form, line):
            column.addLayout(part)
        for each in (self.state, self.sends):
            column.addWidget(each)
        steering.settled.connect(self._show)
        steering.moved.connect(lambda how: self._warn(how.standing.sends))
        self._show(steering.settings)
        self._warn(steering.how.standing.sends)

    def _show(self, settings: Settings) -> None:
        if settings.chat != self._shown:  # else what is being typed stays
            self._shown = settings.chat
            self.address.setText(settings.chat.address)
            self.model.setText(settings.chat.model)
        self._allow()

    def _warn(self, sends: str) -> None:
        self.sends.setText(said(sends))
        self.sends.setVisible(bool(sends))

    def _use(self) -> None:
        key = self.key.text().strip()
        self._run(
            self.address.text().strip(), f"--model={self.model.text().strip()}", *["--key"] * bool(key), given=key
        )
        self.key.clear()

    def _run(self, *asked: str, given: str = "") -> None:
        self._busy = True
        self._say(self.tr("The server is being asked…") if asked != ("--none",) else "")
        self._allow()
        self._errands.run("packs", "server", *asked, given=f"{given}\n", told=self._told, ended=self._ended)

    def _told(self, event: Event) -> None:
        if event["event"] != "server":
            return
        self._steering.set("chat", address=str(event["address"]), model=str(event["model"]))
        here = self.tr("Replies come from {server}.").format(server=event["address"])
        self._say(here if event["address"] else self.tr("Replies come from the pack's own chat model."))

    def _ended(self, fault: Fault | None) -> None:
        self._busy = False
        if fault is not None:
            self._say(worded(fault))
        self._allow()

    def _allow(self) -> None:
        self.use.setEnabled(not self._busy and bool(self.address.text().strip()))
        self.own.setEnabled(not self._busy and bool(self._steering.settings.chat.address))

    def _say(self, text: str) -> None:
        self.state.setText(text)
        announce(self.state, text)
