"""Puts companions to work in a live session, one after the other: with what is to be remembered, in which sitting.

A companion is replaced when something changes that it was made with, or another conversation is opened; models and
sound stay. All is done on the session's thread, unless it is said otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata

from app.air import Air
from app.cabinet import Cabinet
from app.languages import Unspoken
from app.seat import Memory, Seat, ending_soon
from app.sitting import REMEMBERED, codec
from app.stock import Stock
from core.audio.microphone import Microphone
from core.commands import OpenConversation, Press, Release, Setup
from core.companion import Companion
from core.conversation import State
from core.events import Begin, Failed, Pressed, SpeechStarted
from core.memory import unvoiced
from core.news import ConversationList, FactList, FactSeen, News, ReplyTimes, Trouble, TurnKept, TurnsDeleted
from core.records import Notice, TurnRecord
from core.settings import Settings
from core.store.entries import Entry, Heading, Jotted
from core.store.home import Store
from core.store.scribe import Scribe
from core.store.shelf import Shelf, Unanswered
from core.store.sqlite import StoreError

LEAVING_S = 15.0  # that an engine may take to notice that it is to stop
TALK = SpeechStarted | Pressed | Begin | TurnRecord  # what shows that somebody talks
HUNG = "no sign of life"  # as the conductor says it


def _nothing() -> None:
    pass


def _turn(companion: Companion, key: Press | Release, at: int = 0) -> None:
    (companion.press if isinstance(key, Press) else companion.release)(at)


class Seating:
    """Owns the companion at work; `post` has something done on the session's thread, which then tells how it stands."""

    def __init__(
        self,
        setup: Setup,
        air: Air,
        tell: Callable[[News], None],
        post: Callable[[Callable[[], None]], None],
        broken: Callable[[str], None],
    ) -> None:
        self.settings = setup.settings
        self.stock: Stock | None = None
        self.seat: Seat | None = None
        self._setup, self._air, self._tell, self._post, self._broken = setup, air, tell, post, broken
        self._store: Store | None = None
        self._memory = Memory()
        self._spoken_by = ""  # whose voice its replies have, as far as that is known
        self._conversation: int | None = None  # to go on with; None is a new one
        self._facts: tuple[str, ...] = ()
        self._waiting: list[str] = []  # typed before there was a companion
        self._outdated = False  # the companion was made with what no longer holds
        self._ear: Microphone | None = None  # that keeps what is said while there is no companion to hear it
        self._keys: list[tuple[int, Press | Release]] = []  # and when the talk key was used meanwhile, on its clock
        self._answering: Unanswered | None = None  # a turn that is answered once more
        self._opening: OpenConversation | None = None  # that is under way, or waits for models
        self._forgetting = False  # a turn of what is held was deleted
        self._active = time.monotonic()  # when something was last said
        self._unspoken = Unspoken()

    def open(self, store: Store | None, cabinet: Cabinet) -> None:
        """Keep what is said in this store."""
        self._store, self._cabinet = store, cabinet
        cabinet.learn = self._learn
        cabinet.revised = lambda conversation: self._post(lambda: self._forget_in(conversation))
        if store:
            cabinet.ask(cabinet.tell_facts)

    @property
    def held(self) -> int | None:
        """The conversation that is held; None as long as nothing of it is kept."""
        return (self.seat.conversation if self.seat else None) or self._conversation

    @property
    def voice(self) -> str:
        """The voice that speaks from the next reply on."""
        name = self.settings.models.voice
        return name if self.stock is None or self.stock.knows(name) else self.stock.choice.voice

    @property
    def quiet(self) -> bool:
        """Whether no turn is under way."""
        return self.seat is None or self.seat.state is State.LISTENING

    @property
    def idle_s(self) -> float:
        """For how long nothing was said to a companion that listens."""
        return time.monotonic() - self._active if self.seat and self.quiet else 0.0

    def keep(self, ear: Microphone) -> None:
        """Keep what this ear hears for the next companion."""
        self._ear, self._keys = ear, []

    def bring(self, stock: Stock) -> None:
        """Put the first companion to work with these models."""
        self.stock = stock
        if self._opening:
            self.go_on(replace(self._opening))  # anew: what was read so far was for other models
        elif self._forgetting and self.held is not None:
            self.go_on(OpenConversation(self.held))
        else:
            self._seat_anew()

    def check(self) -> None:
        """Tell if the companion has died of a fault of ours; nothing but another process can be trusted then."""
        if self.seat and (thread := self.seat.broken):
            seat, self.seat = self.seat, None
            self._tell(Trouble(f"A part of Sotto has failed (the {thread}).", "What was said is kept."))
            self._broken(f"the {thread} has ended or hangs")
            seat.leave(0)  # raises what it died of

    def clear(self) -> None:
        """Let go of models and companion."""
        self.unseat()
        self.stock = None

    def use(self, settings: Settings, *, anew: bool) -> None:
        """Let settings hold: at once as far as a companion can, and for all else, if so asked, with the next one."""
        self.settings = settings
        if self.seat:
            self.seat.companion.use(ending_soon(settings))
        if anew:
            self._outdated = True
            self.renew()

    def say(self, text: str) -> None:
        if self.seat:
            self.seat.companion.say(text)
        else:
            self._waiting.append(text)

    def press(self, key: Press | Release) -> None:
        """Take note of the talk key: for the companion that will hear what is being said."""
        if self._ear:
            self._keys.append((self._ear.at, key))
        elif self.seat:
            _turn(self.seat.companion, key)

    def renew(self) -> None:
        """Replace a companion that was made with what no longer holds, as soon as no turn is under way."""
        if self.seat is None and self._outdated and not self._opening:
            self._seat_anew()  # none could be made with what held before
        if not self.seat or self.seat.state is not State.LISTENING:
            return
        if self._forgetting or self._outdated:
            self._ear = self._ear or self._air.ear()  # one may be keeping already
        if self._forgetting and self.held is not None:
            self._forgetting = False
            self.go_on(OpenConversation(self.held))
        elif self._outdated:
            self.unseat()
            self._seat_anew()

    def unseat(self, patience: float = LEAVING_S) -> None:
        seat, self.seat = self.seat, None
        if seat is None:
            return
        try:
            hung = seat.leave(patience)
        except StoreError as error:
            hung = ()
            self._tell(Trouble(str(error), "You can go on talking; what was said last is remembered, but not kept."))
        self._memory, self._conversation = seat.memory, seat.conversation or self._conversation
        if hung and patience:
            self._broken(f"{' and '.join(hung)} did not end")

    def _seat_anew(self) -> None:
        if self.stock is None:
            return
        self._outdated, self._active = False, time.monotonic()
        engines = self.stock.speaking(self.voice)
        scribe = self._scribe(self.stock) if self._store else None
        if self._spoken_by not in ("", self.voice):
            self._memory = replace(self._memory, history=unvoiced(self._memory.history))
        self._spoken_by = self.voice
        memory = replace(self._memory, notes=replace(self._memory.notes, facts=self._facts))
        settings = ending_soon(self.settings)
        (ear, self._ear) = self._ear or self._air.ear(), None
        air = ear, self._air.speaker(ear)
        seat = Seat(engines, settings, air, scribe, self._setup.seed, memory, self._notice)
        keys, self._keys = self._keys, []
        for at, key in keys:
            _turn(seat.companion, key, at)
        seat.start()
        self.seat, waiting, self._waiting = seat, self._waiting, []
        for text in waiting:
            seat.companion.say(text)

    def _scribe(self, stock: Stock) -> Scribe:
        assert self._store
        pack = stock.choice.pack
        about = {
            "sotto": metadata.version("sotto"),
            "pack": pack.name,
            "voice": self.voice,
            "codec": codec(pack),
            "seed": self._setup.seed,
            "patience": self.settings.segmenter.patience,
            "pace": "real",
        }
        heading = Heading(about, self._conversation)
        scribe = Scribe(
            self._store, heading, self.settings.store, lambda entry: self._kept(scribe, entry), self._not_kept
        )
        return scribe

    def _notice(self, what: Notice | ReplyTimes) -> None:
        self._tell(what)
        if isinstance(what, Notice) and isinstance(what.what, TALK):
            self._active = time.monotonic()
        if isinstance(what, Notice) and isinstance(what.what, TurnRecord):
            self._post(self.renew)
            if trouble := self._unspoken.note(what.what):
                self._tell(trouble)
        if isinstance(what, Notice) and isinstance(what.what, Failed) and what.what.error.startswith(HUNG):
            self._broken(f"the {what.what.stage} shows {what.what.error}")

    # What is kept. On the scribe's thread.

    def _kept(self, scribe: Scribe, entry: object) -> None:
        conversation = scribe.conversation
        if isinstance(entry, Jotted):  # the companion knows: it was its own thought
            self._cabinet.ask(lambda shelf: self._tell(FactList(shelf.facts())))
        if not isinstance(entry, Entry) or entry.step == "replying" or conversation is None:
            return
        number, old = entry.record.turn.id, None
        if self._answering and self._answering.text == (entry.record.user if entry.record.typed else ""):
            old, self._answering = self._answering.row, None
        self._cabinet.ask(lambda shelf: self._tell_kept(shelf, conversation, number, old))
        self._post(_nothing)  # the conversation has a number now

    def _not_kept(self, trouble: StoreError) -> None:
        self._tell(Trouble(str(trouble), "You can go on talking; it is tried again."))

    # On the cabinet's thread.

    def _tell_kept(self, shelf: Shelf, conversation: int, number: int, old: int | None) -> None:
        if old is not None:
            shelf.replace(old)
            self._tell(TurnsDeleted(conversation, (old,)))
        if seen := shelf.newest(conversation, number):
            self._tell(TurnKept(conversation, seen))

    def _learn(self, seen: tuple[FactSeen, ...]) -> None:
        facts = tuple(fact.text for fact in seen)

        def learn() -> None:
            if facts != self._facts:
                self._facts, self._outdated = facts, True
                self.renew()

        self._post(learn)

    def drop(self, shelf: Shelf, row: int) -> None:
        conversation = shelf.whose(row)

        def tell() -> None:
            if not shelf.holds(row):
                self._tell(TurnsDeleted(conversation, (row,)))
                self._cabinet.tell_facts(shelf)
                self._post(lambda: self._forget_in(conversation))

        self._cabinet.change(lambda: shelf.drop(row), tell)

    # Back on the session's thread.

    def _forget_in(self, conversation: int) -> None:
        if self.held == conversation:
            self._forgetting = True
            self.renew()

    def part(self, conversation: int | None, memory: Memory) -> None:
        self._opening, self._forgetting = None, False
        self.unseat()
        self._conversation, self._unspoken = conversation, Unspoken()
        self._memory, self._spoken_by = replace(memory, habit=self._memory.habit), ""
        self._seat_anew()

    def go_on(self, asked: OpenConversation) -> None:
        self._opening = asked
        if self.stock is None:  # which codes are of use, its codec tells
            return
        number, spoken = asked.number, codec(self.stock.choice.pack)
        settle = self.seat.settle if self.seat else None

        def read(shelf: Shelf) -> None:
            if settle:
                settle()
            try:
                history = shelf.archive.history(number, spoken, REMEMBERED)
                notes = shelf.archive.notes(number, REMEMBERED)
                waits = shelf.unanswered(number) if asked.replay else None
            except Exception:  # whatever it is, one can still talk
                self._post(lambda: self._stay(asked))
                raise
            self._post(lambda: self._resume(asked, Memory(history, notes=notes), waits))

        self._cabinet.ask(read, "OpenConversation")

    def _stay(self, asked: OpenConversation) -> None:
        """Go on without a conversation that cannot be read."""
        if self._opening is asked:
            self._opening = None
        if self.seat is None or self._ear:  # that has taken the place of the companion's own
            self.unseat()
            self._seat_anew()

    def _resume(self, asked: OpenConversation, memory: Memory, waits: Unanswered | None) -> None:
        if self._opening is not asked or self.stock is None:
            return  # it was left since, deleted perhaps; or it is read again once there are models
        writes = [text.strip() for text in self._waiting]
        self._answering = waits if waits and (not writes or waits.text in writes) else None
        self.part(asked.number, memory)
        if waits and self.seat and not writes:  # else what was written meanwhile would cut it off at once
            if waits.text:
                self.seat.companion.say(waits.text)
            else:
                self.seat.hear_again(waits.sound)

    def delete(self, do: Callable[[Shelf], None], numbers: tuple[int, ...] | None) -> None:
        open_ones = {self.held, self._opening.number if self._opening else None}
        if numbers is None or open_ones & {*numbers}:
            self.part(None, Memory())

        def tell(shelf: Shelf) -> None:
            self._tell(ConversationList("", shelf.listed()))
            self._cabinet.tell_facts(shelf)

        command = "DeleteConversations" if numbers else "DeleteEverything"
        self._cabinet.ask(lambda shelf: self._cabinet.change(lambda: do(shelf), lambda: tell(shelf)), command)
