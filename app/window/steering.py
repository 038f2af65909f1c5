"""Talk: what the engine tells is shown, what the user does becomes commands. Settings pass through here, too."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from app.settings_file import amended
from app.window.banner import announce
from app.window.circumstances import Circumstances
from app.window.desk import Desk
from app.window.door import Door
from app.window.live import Live
from app.window.sayings import in_words, said
from app.window.words import Mood, word
from core.audio.wire import Levels
from core.commands import Hush, Mute, Press, Release, Rest, Talk, Unmute, UseSettings, Write
from core.news import AudioClosed, AudioLost, AudioOpened, EngineState, ReplyTimes, SettingsUsed, Standing, Trouble
from core.records import Notice, TurnRecord
from core.settings import Settings

translate = QCoreApplication.translate

TOLD = (Mood.SPEAKING, Mood.LISTENING, Mood.PAUSED, Mood.MUTED, Mood.DEAF)  # to a screen reader


class Steering(QObject):
    """Connects the door with the desk; holds how things stand and the settings in use."""

    moved = Signal(object)  # Circumstances, after every change of them
    settled = Signal(object)  # Settings that hold now
    asked = Signal(object)  # Settings that the user wants
    replied = Signal(str)  # once a reply is over

    def __init__(self, door: Door, desk: Desk, settings: Settings) -> None:
        super().__init__(desk)
        self.how, self.settings = Circumstances(), settings
        self._door, self._desk, self._live = door, desk, Live(desk.captions)
        door.hear(Notice, self._notice)
        door.hear(EngineState, self._engine)
        door.hear(Standing, self._show)
        door.hear(Levels, desk.panel.show_levels)
        door.hear(ReplyTimes, desk.panel.show_times)
        door.hear(Trouble, lambda trouble: desk.banner.show_trouble(in_words(trouble)))
        door.hear(AudioLost, self._audio_lost)
        door.hear(AudioOpened, self._audio_opened)
        door.hear(AudioClosed, self._show)
        door.hear(SettingsUsed, self._used)
        panel = desk.panel
        panel.pressed.connect(self._press)
        panel.released.connect(self._release)
        panel.mute.connect(lambda muted: door.ask(Mute() if muted else Unmute()))
        panel.stop.connect(lambda: door.ask(Hush()))
        panel.said.connect(lambda text: door.ask(Write(text)))
        panel.mode_chosen.connect(lambda mode: self.set("segmenter", mode=mode))
        self._hold(settings)

    @property
    def live(self) -> Live:
        """What follows the talk that is held."""
        return self._live

    # Up.

    def _notice(self, notice: Notice) -> None:
        self._live.take(notice)
        if isinstance(notice.what, TurnRecord) and notice.what.reply and not self._live.left(notice):
            announce(self._desk.view, notice.what.reply)
            self.replied.emit(notice.what.reply)
        if notice.state != self.how.state:
            self._show(notice.state)

    def _engine(self, state: EngineState) -> None:
        if state.phase in ("restarting", "safe", "stopped"):
            self._live.broken_off()
        if state.why and state.phase in ("restarting", "safe", "stopped"):
            self._desk.banner.show_trouble(_spoken(state))
        self._show(state)

    def _show(self, news: Any) -> None:
        before, self.how = self.how.mood, self.how.after(news)
        self._desk.panel.show_circumstances(self.how)
        self._desk.show_sends(said(self.how.standing.sends))
        if self.how.mood is not before and self.how.mood in TOLD:
            announce(self._desk.panel.state, word(self.how.mood))
        self.moved.emit(self.how)

    def _audio_lost(self, lost: AudioLost) -> None:
        what = self.tr("Nothing can be heard or played for the moment ({why}).").format(why=said(lost.why))
        works = self.tr("You can type; it is tried again by itself.")
        self._desk.banner.show_trouble(Trouble(what, works, ""))
        self._show(lost)

    def _audio_opened(self, opened: AudioOpened) -> None:
        missing = []
        if opened.microphone is None:
            missing.append(self.tr("No microphone was found."))
        if opened.loudspeaker is None:
            missing.append(self.tr("No loudspeaker was found."))
        if missing:
            works = self.tr("You can type, and read the answers.")
            mend = self.tr("Plug one in; it is taken by itself.")
            self._desk.banner.show_trouble(Trouble(" ".join(missing), works, mend))
        self._show(opened)

    def _used(self, used: SettingsUsed) -> None:
        self._hold(used.settings)

    def _hold(self, settings: Settings) -> None:
        self.settings = settings
        self._desk.panel.show_mode(settings.segmenter.mode)
        self._desk.captions.name("reply", settings.persona.name)
        self.settled.emit(settings)

    # Down.

    def set(self, leaf: str, **values: object) -> None:
        """Ask for other settings: fields of a leaf, as "segmenter"; raises ValueError for what no engine would take."""
        changed = amended(self.settings, {leaf: values})
        if changed != self.settings:
            self._hold(changed)
            self._door.ask(UseSettings(changed))

    def _press(self) -> None:
        standing, mode = self.how.standing, self.settings.segmenter.mode
        if mode == "open":
            self._door.ask(Rest() if standing.talking else Talk())
            return
        if not standing.talking:
            self._door.ask(Talk())
        self._door.ask(Press())

    def _release(self) -> None:
        if self.settings.segmenter.mode != "open":
            self._door.ask(Release())


def _spoken(state: EngineState) -> Trouble:
    why = f"({said(state.why)})" if state.why else ""
    if state.phase == "restarting":
        works = translate("Steering", "Nothing that was said is lost, and you can read and write.")
        return Trouble(
            translate("Steering", "The engine stopped {why}.").format(why=why),
            works,
            translate("Steering", "It is being started again."),
        )
    if state.phase == "safe":
        works = translate("Steering", "It runs on the pocket pack, with ordinary settings.")
        mend = translate("Steering", "Choose other models in Settings, under Models.")
        return Trouble(translate("Steering", "The engine would not stay up {why}.").format(why=why), works, mend)
    works = translate("Steering", "Past conversations are safe on the disk.")
    return Trouble(
        translate("Steering", "The engine cannot be started {why}.").format(why=why),
        works,
        translate("Steering", "Start Sotto again."),
    )
