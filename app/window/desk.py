"""The main window: past conversations on the left, the one that is held in the middle, the instrument below."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.window.banner import Banner
from app.window.caption_view import CaptionView
from app.window.captions import Captions
from app.window.panel import Panel
from app.window.parts import IconButton, label
from app.window.preferences import KeySettings
from app.window.sidebar import Sidebar
from app.window.theme import Theme
from app.window.turn_actions import TurnActions


class Desk(QMainWindow):
    """Puts the parts together and keeps its place on the screen; what they tell is taken up elsewhere."""

    closing = Signal()
    settings = Signal()

    def __init__(self, theme: Theme, state: Path) -> None:
        super().__init__()
        self.theme, self._state = theme, QSettings(str(state), QSettings.Format.IniFormat)
        self.setWindowTitle("Sotto")
        self.captions = Captions(self)
        self.sidebar, self.panel, self.banner = Sidebar(theme), Panel(theme), Banner(theme)
        self.view = CaptionView(self.captions, theme)
        self.view.setAccessibleName(self.tr("Conversation"))
        self.actions_ = TurnActions(self.view, self.captions, theme)
        self._shortcuts: list[QShortcut] = []
        self._talk_key = QKeySequence()
        self._pressed: int | None = None  # the key that is held to talk
        QShortcut(QKeySequence.StandardKey.Quit, self, self.close)
        self.setCentralWidget(self._split())
        self._order()
        for change in (self.captions.rowsInserted, self.captions.rowsRemoved, self.captions.modelReset):
            change.connect(self._greet)
        self._greet()
        theme.changed.connect(self._space)
        self._space()
        self._restore()

    def _split(self) -> QSplitter:
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.addWidget(self.sidebar)
        self._splitter.addWidget(self._middle())
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        return self._splitter

    def _middle(self) -> QWidget:
        self._toggle = IconButton(self.theme, "sidebar", self.tr("Show or hide past conversations"))
        self._toggle.clicked.connect(self.toggle_sidebar)
        self._gear = IconButton(self.theme, "settings", self.tr("Settings"))
        self._gear.clicked.connect(self.settings)
        self.title = label("", "section")
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._head = QHBoxLayout()
        self._head.addWidget(self._toggle)
        self._head.addWidget(self.title, 1)
        self._head.addWidget(self._gear)
        self.sends = label("", "hint")
        self.sends.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sends.hide()
        self._welcome = label("", "hint")
        self._welcome.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._welcome)
        self._stack.addWidget(self.view)
        self._held = QVBoxLayout()
        self._held.addWidget(self.banner)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head)
        column.addWidget(self.sends)
        column.addWidget(self._stack, 1)
        column.addLayout(self._held)
        column.addWidget(self.panel)
        return middle

    def _order(self) -> None:
        panel = self.panel
        chain = [
            panel.instrument.talk,
            panel.mode,
            panel.muted,
            panel.stopper,
            panel.line,
            panel.sender_,
            self.view,
            self.actions_.player,
            self.actions_.copier,
            self.actions_.deleter,
            self._toggle,
            self._gear,
        ]
        for one, other in pairwise(chain):
            QWidget.setTabOrder(one, other)
        panel.line.setFocus()

    def _space(self) -> None:
        px = self.theme.look.px
        self._head.setContentsMargins(px(12), px(8), px(12), px(6))
        self._held.setContentsMargins(px(20), 0, px(20), px(10))
        self.setMinimumSize(QSize(px(440), px(480)))

    def _greet(self) -> None:
        self._stack.setCurrentIndex(1 if self.captions.rowCount() else 0)
        begin = self.tr("Press Talk and say something, or write.")
        stays = self.sends.text() or self.tr("Nothing leaves this computer.")
        self._welcome.setText(f"{begin}\n{stays}")

    def show_sends(self, text: str) -> None:
        """Show what leaves this computer, as long as anything does."""
        if text != self.sends.text():
            self.sends.setText(text)
            self.sends.setVisible(bool(text))
            self._greet()

    def show_title(self, title: str) -> None:
        """Show what the conversation is called."""
        self.title.setText(title)
        self.setWindowTitle(f"{title} – Sotto" if title else "Sotto")

    def toggle_sidebar(self) -> None:
        """Show or hide the list of conversations."""
        self.sidebar.setVisible(not self.sidebar.isVisible())

    def use_keys(self, keys: KeySettings) -> None:
        """Let these keys do what they are chosen for; empty ones do nothing."""
        for shortcut in self._shortcuts:
            shortcut.deleteLater()
        acts = {
            keys.stop: self.panel.stop.emit,
            keys.mute: self.panel.muted.click,
            keys.write: lambda: self.panel.line.setFocus(Qt.FocusReason.ShortcutFocusReason),
            keys.new: self.sidebar.new.emit,
            keys.search: self._search,
            keys.sidebar: self.toggle_sidebar,
            keys.settings: self.settings.emit,
        }
        self._shortcuts = [QShortcut(QKeySequence(key), self, act) for key, act in acts.items() if key]
        self._talk_key = QKeySequence(keys.talk)

    def _search(self) -> None:
        self.sidebar.show()
        self.sidebar.look_for()

    # The talk key is held, so a shortcut, which knows no release, will not do.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press Talk."""
        if self._is_talk(event):
            if not event.isAutoRepeat():
                self._pressed = event.key()
                self.panel.instrument.talk.setDown(True)
                self.panel.pressed.emit()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Release Talk, whichever of Ctrl, Shift and Alt was let go first."""
        if event.key() == self._pressed:
            if not event.isAutoRepeat():
                self._let_go()
        else:
            super().keyReleaseEvent(event)

    def event(self, event: QEvent) -> bool:
        """Release Talk when another window takes the keys, since it takes the release as well."""
        if event.type() == QEvent.Type.WindowDeactivate:
            self._let_go()
        return super().event(event)

    def _let_go(self) -> None:
        if self._pressed is not None:
            self._pressed = None
            self.panel.instrument.talk.setDown(False)
            self.panel.released.emit()

    def _is_talk(self, event: QKeyEvent) -> bool:
        return not self._talk_key.isEmpty() and self._talk_key == QKeySequence(event.keyCombination())

    # Its place on the screen.

    def _restore(self) -> None:
        px = self.theme.look.px
        self.resize(px(1080), px(760))
        self._splitter.setSizes([px(250), px(830)])
        geometry, split = self._state.value("geometry"), self._state.value("split")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        if isinstance(split, QByteArray):
            self._splitter.restoreState(split)
        self.sidebar.setVisible(self._state.value("sidebar", "true") != "false")

    def keep_state(self) -> None:
        """Remember where the window is."""
        self._state.setValue("geometry", self.saveGeometry())
        self._state.setValue("split", self._splitter.saveState())
        self._state.setValue("sidebar", "true" if self.sidebar.isVisibleTo(self) else "false")
        self._state.sync()  # now, not when Python happens to let go of it

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the user wants to leave."""
        self.keep_state()
        self.closing.emit()
        event.accept()
