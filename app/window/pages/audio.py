"""Audio: which microphone and loudspeaker, whether they work, and what is done about the echo."""

from __future__ import annotations

from app.window.circumstances import Circumstances
from app.window.door import Door
from app.window.meter import Meter
from app.window.pages.page import Choice, Page
from app.window.parts import button
from app.window.plugging import Plugging
from app.window.sayings import said
from app.window.steering import Steering
from app.window.theme import Theme
from core.audio.wire import Levels
from core.commands import ListDevices, PlayTone, RecordTest
from core.news import AudioLost, AudioOpened, DeviceList, Recorded
from core.settings import Settings

TEST_S = 3.0
QUIET_DB, LOUD_PEAK = -45.0, 0.98


class Audio(Page):
    """Shows the devices there are and the ones in use; a choice is tried at once."""

    def __init__(self, theme: Theme, door: Door, steering: Steering) -> None:
        super().__init__(theme, self.tr("Audio"), self.tr("A change holds at once; a reply under way goes on."))
        self._door, self._steering = door, steering
        self._plugging: Plugging | None = None
        self.microphone, self.loudspeaker = Choice(), Choice()
        self.row(self.tr("Microphone"), self.microphone)
        self.meter = Meter(theme, self.tr("Level"))
        self.row(self.tr("Level"), self.meter)
        self.row(self.tr("Loudspeaker"), self.loudspeaker)
        self.used = self.hint()
        self.heading(self.tr("Try it"))
        self._record = button(self.tr("Record three seconds"), self._test)
        self._tone = button(self.tr("Play a tone"), lambda: door.ask(PlayTone()))
        self.buttons(self._record, self._tone)
        self.result = self.hint(self.tr("The recording is played to you and then forgotten."))
        self.heading(self.tr("Echo"))
        self.echo = Choice({"cancel": self.tr("Take it away"), "leave": self.tr("Leave it (headphones)")})
        explanation = self.tr("With loudspeakers, Sotto must not hear itself. With headphones there is no echo.")
        self.row(self.tr("Its own voice in the microphone"), self.echo, explanation)
        self._connect()
        self._offer(DeviceList(()))
        self._show(steering.settings)
        self._used(steering.how)

    def _connect(self) -> None:
        door, choose = self._door, self._steering.set
        self.microphone.currentIndexChanged.connect(lambda: choose("audio", microphone=self.microphone.value()))
        self.loudspeaker.currentIndexChanged.connect(lambda: choose("audio", loudspeaker=self.loudspeaker.value()))
        self.echo.currentIndexChanged.connect(lambda: choose("audio", echo=self.echo.value()))
        self._steering.settled.connect(self._show)
        self._steering.moved.connect(self._used)
        door.hear(DeviceList, self._offer)
        door.hear(Levels, self._level)
        door.hear(Recorded, self._recorded)

    def _level(self, levels: Levels) -> None:
        self.meter.show_peak(levels.microphone)

    def _used(self, how: Circumstances) -> None:
        match how.audio:
            case AudioOpened(microphone=microphone, loudspeaker=loudspeaker):
                text = self.tr("In use: {microphone} and {loudspeaker}.").format(
                    microphone=microphone or self.tr("no microphone"),
                    loudspeaker=loudspeaker or self.tr("no loudspeaker"),
                )
            case AudioLost(why=why):
                text = said(why)
            case _:
                text = self.tr("No device is in use; Talk opens them.")
        self.used.setText(text)

    def refresh(self) -> None:
        """Look for devices, and again whenever one is plugged in or out."""
        self._door.ask(ListDevices())
        if self._plugging is None:
            self._plugging = Plugging(self)
            self._plugging.changed.connect(lambda: self._door.ask(ListDevices()))

    def _offer(self, news: DeviceList) -> None:
        wanted = self._steering.settings.audio
        for choice, side, name in (
            (self.microphone, "microphone", wanted.microphone),
            (self.loudspeaker, "loudspeaker", wanted.loudspeaker),
        ):
            names = {"": self.tr("As the system")}
            names |= {each.name: each.name for each in news.devices if getattr(each, side)}
            if name not in names:
                names[name] = self.tr("{device} (not there now)").format(device=name)
            choice.offer(names)
            choice.show_value(name)

    def _show(self, settings: Settings) -> None:
        self.microphone.show_value(settings.audio.microphone)
        self.loudspeaker.show_value(settings.audio.loudspeaker)
        self.echo.show_value(settings.audio.echo)

    def _test(self) -> None:
        self.result.setText(self.tr("Speak now, for three seconds …"))
        self._door.ask(RecordTest(TEST_S))

    def _recorded(self, news: Recorded) -> None:
        level = self.locale().toString(news.level_db, "f", 0)
        if news.peak >= LOUD_PEAK:
            verdict = self.tr("Too loud, it is distorted: turn the microphone down.")
        elif news.level_db < QUIET_DB:
            verdict = self.tr("Hardly anything was heard: choose another microphone, or turn it up.")
        else:
            verdict = self.tr("That is good.")
        self.result.setText(f"{verdict} ({level} dB)")
