"""The conductor's thread: takes every event to the conversation, and does what the conversation says."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event as Flag
from typing import Any

from core.channel import Channel, Closed
from core.conversation import Conversation, State
from core.deadlines import patience
from core.events import (
    Begin,
    Cancel,
    Captioned,
    Close,
    Commit,
    Effect,
    Event,
    Failed,
    Hold,
    Hushed,
    Noted,
    Overhear,
    Reopen,
    Restore,
    Soften,
    Sound,
)
from core.memory import Exchange, Notes
from core.murmurs import GAIN, Murmurs
from core.patience import Endpointer, Habit
from core.ports import Loudspeaker
from core.records import Chronicle, Listener, Notice, TurnRecord
from core.reflection import Question, Reflection
from core.settings import Settings
from core.stage import Sign, Stage
from core.types import NO_TURN, VOICE_RATE, SpeechFrame, Turn
from core.work import Attend, Glance, Listen, MindItem, MouthItem, Reflect, Rehearse, Remember, Think, Work, aside

WATCH_S = 0.25  # between two looks at the engines


@dataclass(frozen=True, eq=False)
class Letter:
    """An event on its way to the conductor; None only asks whether all before it was read."""

    event: Event | None
    at: float = field(default_factory=time.monotonic)
    read: Flag = field(default_factory=Flag)


class Inbox:
    """Where all threads send their events; in vain after its closing."""

    def __init__(self) -> None:
        self.letters: Channel[Letter] = Channel()

    def post(self, event: Event) -> None:
        """Send an event and go on."""
        self._put(Letter(event))

    def tell(self, event: Event | None) -> None:
        """Send an event and return when it has been acted upon."""
        letter = Letter(event)
        if self._put(letter):
            letter.read.wait()

    def _put(self, letter: Letter) -> bool:
        try:
            self.letters.put(letter)
        except Closed:
            return False
        return True

    def close(self) -> None:
        """Take no more letters."""
        self.letters.close()


class Conductor:
    """Owns the conversation; alone begins, commits and cancels work."""

    def __init__(
        self,
        inbox: Inbox,
        mind: Stage[MindItem],
        mouth: Stage[MouthItem],
        loudspeaker: Loudspeaker,
        listener: Listener,
        settings: Settings,
        seed: int,
        history: Sequence[Exchange] = (),
        habit: Habit = Habit(),  # noqa: B008 - frozen
        notes: Notes | None = None,
    ) -> None:
        self._inbox, self._mind, self._mouth, self._loudspeaker = inbox, mind, mouth, loudspeaker
        self._listener, self._set, self._seed = listener, settings.work, seed
        self.conversation = Conversation(history, settings.floor)
        self.endpointer = Endpointer(settings.segmenter, habit, reads=settings.work.begin == "pause")
        self.sounds: Mapping[Sound, Sequence[SpeechFrame]] = {}  # of its own, that are ready to be made
        self.waits: Callable[[int], None] = lambda _: None  # is told how many milliseconds the pause may last
        self._murmurs, self._murmured = Murmurs(), 0
        self._rehearsing: Work | None = None
        self._remembering: Work | None = None
        self.decided = Flag()  # unless it is being found out what somebody says who speaks over a reply
        self.decided.set()
        self._glance: Glance | None = None
        self._looked = 0  # where the last look at unfinished speech ended
        self.fault: BaseException | None = None  # a mistake of ours or of the listener's
        self._chronicle = Chronicle()
        self._started = time.monotonic()
        self._work: Work | None = None
        self._awake = self._work_began = self._watched = 0.0  # seconds that were watched; the second as counted by them
        self._signs: dict[str, tuple[Sign[Any] | None, float]] = {}  # of each stage, and when it was seen first
        self._look_every = min(WATCH_S, self._set.mind_s / 4, self._set.mouth_s / 4)
        self._reflection = Reflection(settings, history, notes)
        self._question: Question | None = self._reflection.due(history)  # once nobody has spoken for a while
        self._reflecting: Work | None = None
        self._idle_s, self._calm = settings.memory.idle_s, time.monotonic()

    def use(self, settings: Settings) -> None:
        """Let other settings hold for who gives way, and for how long is waited; any thread may ask."""
        self.conversation.settings, self.endpointer.settings = settings.floor, settings.segmenter

    @property
    def notes(self) -> Notes:
        """What is kept in mind of the user and of the conversation."""
        return self._reflection.notes

    def run(self) -> None:
        """Read letters until the inbox is closed and empty."""
        self._rehearse()
        if self.conversation.history:
            self._remember()
        try:
            self._read_all()
            self._take(Hushed(), time.monotonic())
        except BaseException as fault:  # told to whoever waits for the companion, never lost with the thread
            self.fault = fault
        finally:
            self._inbox.close()
            self.decided.set()
            for letter in self._inbox.letters:
                letter.read.set()

    def _read_all(self) -> None:
        while True:
            try:
                letter = self._inbox.letters.get(self._wait())
            except TimeoutError:
                self._watch()
                self._reflect()
                continue
            except Closed:
                return
            try:
                if letter.event is not None:
                    self._take(letter.event, letter.at)
            finally:
                letter.read.set()
            self._watch()

    def _take(self, event: Event, at: float) -> None:
        self._wake(event)
        effects = self.conversation.on(event)
        if effects or not isinstance(event, Hushed):  # to be quiet when one is quiet is no news
            self._tell(event, at)
        for effect in effects:
            self._do(effect)
            self._tell(effect, time.monotonic())
        if self.conversation.state is not State.OVERLAP or isinstance(event, Captioned):
            self.decided.set()

    def _tell(self, what: Event | Effect, at: float) -> None:
        self._reflection.note(what, self.conversation.history)
        if isinstance(what, Close | Noted):
            self._question = self._reflection.due(self.conversation.history)
        record, waiting = self._chronicle.note(what, at), self.endpointer.note(what)
        self._announce(what, at)
        if waiting is not None:
            self._announce(waiting, at)
            self.waits(waiting.milliseconds)
            self._murmur(waiting, at)
        self._murmur(what, at)
        if record is not None:
            self._announce(record, at)
            self._rehearse()
        if isinstance(what, Close) and not self._work:
            self._remember()  # now, while the user thinks and speaks: the voice may have to make room

    def _announce(self, what: Event | Effect | TurnRecord, at: float) -> None:
        self._listener(Notice(what, self.conversation.state, (at - self._started) * 1000))

    # What the conversation wants done.

    def _do(self, effect: Effect) -> None:
        if isinstance(effect, Begin):
            self._forget_glance()
            for spare in (self._rehearsing, self._remembering):
                if spare:
                    spare.cancel()
            self._work = self._new_work(effect)
            if self._set.begin == "pause":
                self._ask(self._work)
        elif isinstance(effect, Commit):
            if self._set.begin == "commit" and self._work:
                self._ask(self._work)
            self._loudspeaker.commit(effect.turn)
        elif isinstance(effect, Cancel | Reopen):
            self._drop()
            self._loudspeaker.stop(effect.turn)
        elif isinstance(effect, Soften | Hold | Restore):
            self._loudspeaker.soften(effect.turn, self._gain(effect))
        elif isinstance(effect, Overhear):
            self._overhear(effect)
        elif isinstance(effect, Close) and self._work and self._work.turn == effect.turn:
            self._work = None

    def _ask(self, work: Work) -> None:
        self._work_began, self._watched = self._awake, time.monotonic()
        self._loudspeaker.hold(work.turn)
        self._mouth.ask(Listen(work))
        self._mind.ask(Think(work))

    def _drop(self) -> None:
        if self._work:
            self._work.cancel()
        self._work = None

    def _gain(self, effect: Soften | Hold | Restore) -> float:
        if isinstance(effect, Soften):
            return self.conversation.settings.duck
        return 0.0 if isinstance(effect, Hold) else 1.0

    # Small sounds of its own.

    def _murmur(self, what: Event | Effect, at: float) -> None:
        murmur = self._murmurs.note(what, at)
        if murmur is None or self.conversation.settings.murmurs == "off" or murmur.kind not in self.sounds:
            return
        self._murmured += 1
        turn = Turn(NO_TURN.id, self._murmured)  # nobody's: what is told of it changes nothing
        self._loudspeaker.hold(turn)
        self._loudspeaker.soften(turn, GAIN[murmur.kind])
        for frame in self.sounds[murmur.kind]:
            self._loudspeaker.write(turn, frame)
        self._loudspeaker.end(turn)
        self._loudspeaker.commit(turn)
        self._announce(murmur, at)

    def _rehearse(self) -> None:
        """Have the small sounds made while there is nothing else to do."""
        if self.conversation.settings.murmurs == "off" or len(self.sounds) == len(GAIN) or self._work:
            return
        self._rehearsing = Work(NO_TURN, None, "", (), self._seed)
        self._mouth.ask(Rehearse(self._rehearsing))

    # What is being said.

    def _overhear(self, effect: Overhear) -> None:
        if effect.purpose == "decision":
            self._forget_glance()
            self.decided.clear()
            self._look(effect)
            return
        since = effect.utterance.end - max(self._looked, effect.utterance.start)
        if since * 1000 < self.conversation.settings.caption_ms * VOICE_RATE:
            return
        self._looked = effect.utterance.end
        self._mouth.ask(Attend(aside(effect.utterance)))
        if self.conversation.settings.captions == "on" and (self._glance is None or self._glance.work.cancelled):
            self._look(effect)

    def _look(self, effect: Overhear) -> None:
        self._glance = Glance(aside(effect.utterance), effect.onset, effect.purpose)
        self._mind.aside(self._glance)

    def _forget_glance(self) -> None:
        if self._glance:
            self._glance.work.cancel()

    # Thinking, while nobody speaks.

    def _new_work(self, begin: Begin) -> Work:
        history, notes = self.conversation.history, self._reflection.notes
        return Work(begin.turn, begin.utterance, begin.text, history, self._seed, notes)

    def _wake(self, event: Event) -> None:
        self._calm = time.monotonic()
        if self._reflecting:
            self._reflecting.cancel()
        self._reflecting = None

    def _reflect(self) -> None:
        if self._calm_for() is None or time.monotonic() - self._calm < self._idle_s:
            return
        assert self._question is not None
        self._reflecting = Work(NO_TURN, None, "", (), self._seed, self._reflection.notes)
        self._mind.ask(Reflect(self._reflecting, self._question))

    def _remember(self) -> None:
        self._remembering = Work(NO_TURN, None, "", self.conversation.history, self._seed)
        self._mouth.ask(Remember(self._remembering))

    def _calm_for(self) -> float | None:
        """Return how long it must stay calm until there is something to think about; None if there is nothing."""
        busy = self._work or self._reflecting or self.conversation.state is not State.LISTENING
        return None if busy or not self._question else max(self._calm + self._idle_s - time.monotonic(), 0.0)

    # Engines that hang.

    def _wait(self) -> float | None:
        return self._look_every if self._work else self._calm_for()

    def _watch(self) -> None:
        now = time.monotonic()
        if self._work is None or now - self._watched < self._look_every:
            return
        # A computer that slept, or had no time for us, has hung nobody: only what is between two looks in order counts.
        self._awake += min(now - self._watched, 2 * self._look_every)
        self._watched = now
        for stage, longest in ((self._mind, self._set.mind_s), (self._mouth, self._set.mouth_s)):
            if self._work and (late := self._silent(stage, longest)):
                turn = self._work.turn
                self._work.cancel()
                self._take(Failed(turn, stage.name, f"no sign of life for {late:g} s"), now)

    def _silent(self, stage: Stage[Any], longest: float) -> float:
        """Return for how long an engine was waited for in vain; 0 if it may still answer."""
        sign = stage.sign()
        seen, since = self._signs.get(stage.name, (None, 0.0))
        if sign is not seen:
            since = self._awake
            self._signs[stage.name] = sign, since
        if sign is None:
            return 0.0
        patient = patience(sign.item, sign.said, longest)
        since = max(since, self._work_began)  # a turn that waits behind a hung one has its own time
        return patient if self._awake - since > patient else 0.0
