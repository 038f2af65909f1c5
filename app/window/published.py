"""Voices that others publish as recordings: whose they are, as far as that is said, and taking one."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from app.window.aside import Aside
from app.window.errand import Errands, Event, Fault
from app.window.parts import button, label
from app.window.sayings import said
from app.window.theme import Theme
from app.window.under_way import UnderWay


class Published(Aside):
    """Lists them, fetches the one that is chosen, and keeps it as a voice of one's own."""

    def __init__(self, theme: Theme, errands: Errands, parent: QWidget) -> None:
        explanation = self.tr(
            "Some of these are given to whoever has an account and accepts the authors' terms. The access token is "
            "entered in the settings, under Models."
        )
        super().__init__(theme, self.tr("Published voices"), explanation, parent)
        self._errands, self._page = errands, ""
        self._group = QButtonGroup(self)
        self._shelf = QVBoxLayout()
        self._shelf.setSpacing(theme.look.px(6))
        self.rights = label("", "hint")
        self.work = UnderWay()
        self.work.stop.connect(self._stop)
        self.column.addLayout(self._shelf)
        self.column.addWidget(self.rights)
        self.column.addWidget(self.work)
        self.page_button = button("", self._open_page)
        self.page_button.hide()
        self.get = button(self.tr("Get this voice"), self._get, "main")
        self.acts(self.page_button, self.get)
        self._group.buttonClicked.connect(self._show_rights)
        self._run()

    @property
    def choosers(self) -> list[QRadioButton]:
        """The voices that there are."""
        return [each for each in self._group.buttons() if isinstance(each, QRadioButton)]

    @property
    def _chosen(self) -> QRadioButton | None:
        return next((each for each in self.choosers if each.isChecked()), None)

    def _get(self) -> None:
        if chosen := self._chosen:
            self.say("")
            self.work.begin(self.tr("Download: {pack}").format(pack=chosen.text()))
            self._run(chosen.property("voice"))

    def _run(self, *name: object) -> None:
        self.page_button.hide()
        self.errand = self._errands.run("voices", "get", *name, told=self._told, ended=self._ended)
        self.get.setEnabled(False)

    def _stop(self) -> None:
        if self.errand is not None:
            self.work.stopping()
            self.errand.cancel()

    def _told(self, event: Event) -> None:
        if event["event"] == "published":
            self._add(event)
        elif event["event"] == "progress":
            self.work.show_step(event)
        else:
            self.heed(event)

    def _add(self, event: Event) -> None:
        chooser = QRadioButton(f"{event['title']} ({said(str(event['description']))})")
        chooser.setProperty("voice", event["name"])
        chooser.setProperty("rights", f"{event['licence']} · {said(str(event['consent']))}")
        chooser.setAccessibleDescription(str(chooser.property("rights")))
        chooser.setChecked(not self._group.buttons())
        self._group.addButton(chooser)
        self._shelf.addWidget(chooser)
        self._show_rights()

    def _show_rights(self) -> None:
        self.rights.setText(str(self._chosen.property("rights")) if self._chosen else "")
        self.fit()

    def _ended(self, fault: Fault | None) -> None:
        self.work.hide()
        self.over(fault)
        self._page = fault.page if fault is not None else ""
        self.page_button.setText(self.tr("Open {page}").format(page=self._page))
        self.page_button.setVisible(bool(self._page))
        self.get.setEnabled(self._chosen is not None)
        self.fit()

    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl(self._page))
