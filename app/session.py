"""A live session: models, sound, companion and store behind commands; what happens is told as news.

One thread owns it and does what is asked; loading, and whatever concerns only what is kept, has a thread of its own.
The companion is replaced when something changes that it was made with; models, sound and history stay.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Thread

from app import compose
from app.air import Air
from app.cabinet import Cabinet, Question
from app.checks import Problem
from app.diagnosis import diagnosis, looked
from app.heap import give_back
from app.seat import Memory
from app.seating import Seating
from app.settings_file import amended, differences
from app.slumber import Slumber, let_go
from app.stock import MEND, WORKS, Stock, Stocking
from app.tone import tone
from core import commands as ask
from core import news as tell
from core.audio.microphone import Microphone
from core.channel import Channel, Closed
from core.commands import Command, Setup
from core.news import News, Trouble
from core.settings import CAREFUL, ChatSettings, Settings
from core.stage import Failure, attempt
from core.store.home import Store
from core.store.sqlite import StoreError
from models.audiofile import AudioFileError, read_audio
from models.pack import PackError
from models.voices import VoiceError

HANDS_OVER_S = 0.001  # from thread to thread: after five times as long, as by default, frames come late
TIDY_S = 60.0  # from one time to the next that memory is given back
CHECK_S = 1.0  # without anything to do, until it is looked whether the companion is still there
LIVE = ("segmenter", "floor", "audio")  # leaves that are taken amid a turn
STARTING = ("store", "models.threads")  # and what counts from the next start on
MENDABLE = (Problem, PackError, VoiceError, AudioFileError, StoreError)

NEEDS_STOCK = (ask.ChooseVoice, ask.ListVoices, ask.PlayVoice)
NEEDS_MODELS = (ask.Write, ask.Press, ask.OpenConversation, ask.ChoosePack, *NEEDS_STOCK)

Do = Callable[[], None]


def ignore(_: str) -> None:
    """Take no notice."""


def _mendable(do: Do) -> str:
    """Do something; return what the user can mend about it."""
    try:
        do()
    except MENDABLE as error:
        return str(error)
    return ""


def _loaded(settings: Settings) -> tuple[str, ChatSettings]:
    """Return what decides which models are loaded."""
    return settings.models.pack, settings.chat


class Session:
    """Takes commands from any thread; `listener` is called on its threads, must return at once and never call back.

    `broken` is called when an engine hangs: only another process can help then.
    """

    def __init__(self, setup: Setup, listener: Callable[[News], None], broken: Callable[[str], None] = ignore) -> None:
        self._setup, self._tell, self._broken = setup, listener, broken
        self._asked: Channel[Command | Do] = Channel()
        self._thread = Thread(target=self._run, name="session", daemon=True)
        self._air = Air(setup.settings.audio, listener)
        self._seating = Seating(setup, self._air, listener, self._post, broken)
        self._stocking = Stocking(setup.data, listener, lambda stock: self._post(lambda: self._stocked(stock)))
        self._wanted = setup.settings  # whose models are being loaded, or were
        self._good: Settings | None = None  # whose models can be
        self._folder = ""  # of the pack that was loaded last
        self._failed: set[tuple[str, ChatSettings]] = set()  # what could not be loaded since any could
        self._tried_again = False  # all these
        self._store: Store | None = None
        self._cabinet: Cabinet | None = None
        self._standing: tell.Standing | None = None
        self._slumber: Slumber | None = None  # as long as the models are unloaded for want of use
        self._later: list[Command] = []  # asked while they were; to be done once they are there again
        self._tidied = time.monotonic()

    def start(self) -> None:
        """Begin: news come from now on."""
        sys.setswitchinterval(HANDS_OVER_S)
        self._thread.start()

    def take(self, command: Command) -> None:
        """Have a command obeyed; in vain once the session has ended."""
        self._post(command)

    def close(self, timeout: float | None = None) -> bool:
        """End it, with all written; return whether it has ended in time."""
        self.take(ask.Quit())
        if self._cabinet:
            self._cabinet.give_way()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _post(self, what: Command | Do) -> None:
        try:
            self._asked.put(what)
        except Closed:
            pass  # nobody is left to do it

    # The session's thread.

    def _run(self) -> None:
        self._attend(self._open, "")
        while not isinstance(asked := self._next(), ask.Quit):
            name = "" if callable(asked) else type(asked).__name__
            self._attend(asked if callable(asked) else partial(self._obey, asked), name)
            self._stand()
            del asked  # it may be what brought the models, and would hold them
        self._asked.close()
        self._attend(self._end, "Quit")
        self._tell(tell.Ended())

    def _next(self) -> Command | Do:
        while True:
            try:
                return self._asked.get(CHECK_S)
            except TimeoutError:
                self._attend(self._seating.check, "")
                self._attend(self._check_loading, "")
                self._attend(self._doze, "")
                self._tidy()

    def _check_loading(self) -> None:
        if self._stocking.hangs():
            self._tell(Trouble("Loading the models does not get any further.", WORKS, MEND))
            self._broken("loading hangs")

    def _attend(self, do: Do, command: str) -> None:
        failure = attempt(lambda: _mendable(do))
        if isinstance(failure, Failure):
            self._tell(Trouble(f"This did not work ({failure.error}).", command=command))
        elif failure:
            self._tell(Trouble(failure, command=command))

    def _open(self) -> None:
        self._air.start()
        if self._setup.keep:
            self._attend(self._open_store, "")
        self._cabinet = Cabinet(self._setup.data, self._store, self._tell)
        self._cabinet.start()
        self._seating.open(self._store, self._cabinet)
        self._stand()
        self._stocking.load(self._wanted)

    def _open_store(self) -> None:
        try:
            self._store = Store.writing(self._setup.data, self._setup.settings.store)
        except StoreError as error:
            raise Problem(f"{error}; until then what is said is not kept") from error
        if self._store.warning:
            self._tell(Trouble(self._store.warning))

    def _end(self) -> None:
        self._attend(lambda: self._seating.unseat(patience=0), "Quit")
        if self._slumber:
            self._slumber.end()
        if self._cabinet:
            self._cabinet.close()
        self._air.close()
        if self._store:
            self._store.close()

    def _stand(self) -> None:
        seating, stock = self._seating, self._seating.stock
        standing = tell.Standing(
            talking=self._air.talking,
            muted=self._air.muted,
            ready=seating.seat is not None,
            asleep=self._slumber is not None,
            pack=stock.choice.pack.title if stock else "",
            pack_folder=self._folder if stock or self._slumber else self._settings.models.pack or self._folder,
            voice=seating.voice,
            conversation=seating.held,
            keeping=self._store is not None,
            sends=stock.sends if stock else "",
            models=stock.models() if stock else (),
        )
        if standing != self._standing:
            self._standing = standing
            self._tell(standing)

    # What is asked.

    def _obey(self, asked: Command) -> None:
        if isinstance(asked, NEEDS_MODELS) and self._slumber:
            self._wake()
            if isinstance(asked, NEEDS_STOCK):
                self._later.append(asked)
                return
        if isinstance(asked, Question):
            self._kept.answer(asked)
        elif not self._talk(asked):
            self._show(asked)

    def _talk(self, asked: Command) -> bool:
        """Do what concerns the talk; return whether it was such."""
        match asked:
            case ask.Talk() | ask.Rest():
                self._air.talk(talking=isinstance(asked, ask.Talk))
            case ask.Mute() | ask.Unmute():
                self._air.muted = isinstance(asked, ask.Mute)
            case ask.Press() | ask.Release():
                self._seating.press(asked)
            case ask.Hush():
                self._air.hush()
                if seat := self._seating.seat:
                    seat.companion.hush()
            case ask.Write(text):
                self._seating.say(text)
            case ask.UseSettings(settings):
                self._use(settings)
            case ask.ChooseVoice(name):
                self._stock.card(name)  # or it is told that there is none
                self._use_models("voice", name)
            case ask.ChoosePack(folder):
                self._use_models("pack", str(folder or ""))
            case ask.NewConversation():
                self._seating.part(None, Memory())
            case ask.OpenConversation():
                self._seating.go_on(asked)
            case _:
                return False
        return True

    def _show(self, asked: Command) -> None:
        """Do what is no part of the talk."""
        match asked:
            case ask.ListVoices():
                self._tell(tell.VoiceList(self._stock.voices(), self._seating.voice))
            case ask.PlayVoice() | ask.PlaySound() | ask.PlayTone():
                self._play(asked)
            case ask.ReplayTurn(row, side):
                self._kept.ask(lambda shelf: self._air.play(shelf.sound(row, side), row), "ReplayTurn")
            case ask.DeleteTurn(row):
                self._kept.ask(lambda shelf: self._seating.drop(shelf, row), "DeleteTurn")
            case ask.DeleteConversations(numbers):
                self._seating.delete(lambda shelf: shelf.delete(numbers), numbers)
            case ask.DeleteEverything():
                self._seating.delete(lambda shelf: shelf.clear(), None)
            case ask.ShowPrompt():
                seat = self._seating.seat
                self._tell(tell.PromptSeen(seat.companion.prompt if seat else ()))
            case ask.RecordTest(seconds):
                self._air.record(min(max(seconds, 0.1), 30.0))
            case ask.ListDevices():
                audio = self._settings.audio
                Thread(target=lambda: self._tell(looked(audio)), name="looking", daemon=True).start()
            case ask.Diagnose():
                drift = f"voice drift {self._seating.stock.drift()}" if self._seating.stock else "voice not loaded"
                self._tell(tell.Diagnosis(diagnosis(self._standing or tell.Standing(), self._setup.data, (drift,))))

    def _play(self, asked: ask.PlayVoice | ask.PlaySound | ask.PlayTone) -> None:
        match asked:
            case ask.PlayVoice(name):
                self._air.play(read_audio(self._stock.card(name).reference)[0])
            case ask.PlaySound(file):
                self._air.play(read_audio(file)[0])
            case ask.PlayTone():
                self._air.play(tone())

    @property
    def _settings(self) -> Settings:
        return self._seating.settings

    @property
    def _kept(self) -> Cabinet:
        assert self._cabinet, "it is there before anything is asked"
        return self._cabinet

    @property
    def _stock(self) -> Stock:
        if self._seating.stock is None:
            raise Problem("the models are still being loaded", "this session", "ask again when they are")
        return self._seating.stock

    # The models.

    def _stocked(self, stock: Stock | Trouble) -> None:
        if _loaded(self._wanted) != _loaded(self._settings):
            self._restock()  # another was wanted meanwhile
        elif isinstance(stock, Trouble):
            self._tell(stock)
            self._make_do()
        else:
            self._tried_again = False
            self._failed.clear()
            self._good, self._folder = self._wanted, str(stock.choice.pack.folder)
            self._seating.bring(stock)
            self._stand()
            self._tell(tell.Ready(stock.seconds))
            later, self._later = self._later, []
            for asked in later:
                self._post(asked)

    def _make_do(self) -> None:
        """Load what worked before, or the pack in use; else the last one once more, and at last the pocket pack."""
        self._failed.add(_loaded(self._wanted))
        others = [self._good, Settings()] + [CAREFUL] * self._tried_again
        other = next((each for each in others if each and _loaded(each) not in self._failed), None)
        if other:
            self._seating.settings = replace(self._settings, models=other.models, chat=other.chat)
            self._tell(tell.SettingsUsed(self._settings, instead=other is not self._good))
        elif not self._tried_again:  # it may have been for want of memory, which is there again
            self._tried_again = True
            let_go()
        else:
            return
        self._restock()

    def _doze(self) -> None:
        """Unload the models if nothing was said for as long as the user wishes."""
        after = self._settings.models.unload_min * 60
        if not after or self._seating.idle_s < after or self._stocking.busy:
            return
        self._seating.clear()
        let_go()
        self._slumber = Slumber(self._air, compose.load_vad(), lambda ear: self._post(lambda: self._wake(ear)))
        self._stand()

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied >= TIDY_S:
            self._tidied = time.monotonic()
            give_back()

    def _wake(self, ear: Microphone | None = None) -> None:
        if self._slumber is None:
            return
        self._slumber.end()  # else it might take an ear in the place of the one that is kept
        self._seating.keep(ear or self._air.ear())
        self._restock()

    def _restock(self) -> None:
        if self._slumber:
            self._slumber.end()
            self._slumber = None
        held = self._seating.stock is not None
        self._seating.clear()
        if held:
            let_go()  # else both sets of models are in memory while the next ones are loaded
        self._wanted = self._settings
        self._stocking.load(self._wanted)

    def _use_models(self, name: str, value: str) -> None:
        self._use(amended(self._settings, {"models": {name: value}}), (f"models.{name}",))

    def _use(self, settings: Settings, chosen: tuple[str, ...] = ()) -> None:
        old = self._settings
        changed = differences(settings, old)
        names = [f"{leaf}.{name}" for leaf, values in changed.items() for name in values]
        later = tuple(name for name in names if {name, name.split(".")[0]} & {*STARTING})
        anew = tuple(name for name in names if name not in later and name.split(".")[0] not in LIVE)
        soon = () if self._seating.quiet else anew
        now = tuple(name for name in names if name not in (*later, *soon))
        self._tell(tell.SettingsUsed(settings, now, soon, later, chosen=chosen))
        self._air.use(settings.audio)
        loads = _loaded(old) != _loaded(settings)
        self._seating.use(settings, anew=bool(anew) and not loads)
        if loads and not self._stocking.busy:
            self._restock()
