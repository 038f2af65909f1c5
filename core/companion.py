"""The companion: owns the threads ears, mind, mouth and conductor; starts them in order, stops them in reverse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Thread
from types import TracebackType

from core.conductor import Conductor, Inbox
from core.ears import Ears
from core.events import Event, Hushed, Typed
from core.memory import Exchange, Notes, fitting
from core.mind import Mind
from core.mouth import Mouth
from core.patience import Habit
from core.ports import Chat, Loudspeaker, Microphone, Transcriber, TurnModel, Vad, Voice
from core.records import Listener
from core.segmenter import Segmenter
from core.settings import Settings
from core.stage import Stage
from core.types import Message, Segment


@dataclass(frozen=True, eq=False)
class Engines:
    """The models, each used by one thread only, and the segments that say how the voice sounds."""

    vad: Vad
    transcriber: Transcriber
    chat: Chat
    voice: Voice
    reference: Sequence[Segment] = ()
    turn: TurnModel | None = None
    chat_tokens: int = 0  # the longest prompt that the chat model reads; 0 is not known
    speaks: Sequence[str] = ()  # the voice's languages, by two letters; none named: any
    places: Mapping[str, str] = field(default_factory=dict)  # what computes each role: `core.news.ModelSeen.place`


class Companion:
    """Talks with one user; the same input and seed give the same replies, however its threads are scheduled.

    `listener` is called on the conductor's thread with everything that happens, and must return at once. `notes` is
    what it keeps in mind of the user and of this conversation; without any, it takes none down.
    """

    def __init__(
        self,
        engines: Engines,
        microphone: Microphone,
        loudspeaker: Loudspeaker,
        listener: Listener,
        settings: Settings = Settings(),  # noqa: B008 - frozen
        seed: int = 0,
        history: Sequence[Exchange] = (),
        habit: Habit = Habit(),  # noqa: B008 - frozen
        notes: Notes | None = None,
    ) -> None:
        settings = replace(settings, memory=fitting(settings.memory, engines.chat_tokens))
        self._microphone, self._stop_s = microphone, settings.work.stop_s
        self._clock = settings.work.clock
        self._inbox = Inbox()
        mouth = Mouth(engines.voice, engines.reference, loudspeaker, settings.memory, settings.work)
        self._mouth = Stage("mouth", mouth, self._inbox.post)
        self._thinking = Mind(engines.transcriber, engines.chat, self._mouth.ask, settings, engines.speaks)
        self._mind = Stage("mind", self._thinking, self._inbox.post)
        self._conductor = Conductor(
            self._inbox, self._mind, self._mouth, loudspeaker, listener, settings, seed, history, habit, notes
        )
        self._conductor.sounds = mouth.sounds
        self._conducting = Thread(target=self._conductor.run, name="conductor", daemon=True)
        segmenter = Segmenter(settings.segmenter)
        self._ears = Ears(microphone, engines.vad, segmenter, self._tell, self._inbox.post, self._waits, engines.turn)
        self._conductor.waits = self._ears.wait
        self._hearing = Thread(target=self._ears.run, name="ears", daemon=True)
        loudspeaker.listen(self._inbox.post)

    def start(self) -> None:
        """Begin to listen."""
        self._mouth.start()
        self._mind.start()
        self._conducting.start()
        self._hearing.start()

    def finish(self) -> None:
        """Wait until the microphone has ended and everything before that was acted upon; raises our own faults."""
        self._hearing.join()
        self._inbox.tell(None)
        self._raise_fault()

    def stop(self) -> tuple[str, ...]:
        """Fall silent and end all threads; return the names of those that hang."""
        self._microphone.close()
        self._hearing.join(self._stop_s)
        self._inbox.tell(Hushed())
        self._inbox.close()
        self._conducting.join(self._stop_s)
        ended = {
            "ears": not self._hearing.is_alive(),
            "conductor": not self._conducting.is_alive(),
            "mind": self._mind.stop(self._stop_s),
            "mouth": self._mouth.stop(self._stop_s),
        }
        self._raise_fault()
        return tuple(name for name, gone in ended.items() if not gone)

    def say(self, text: str) -> None:
        """Take typed words from the user."""
        if text.strip():
            self._inbox.post(Typed(text.strip()))

    def hush(self) -> None:
        """Be quiet."""
        self._inbox.post(Hushed())

    def press(self, at: int = 0) -> None:
        """Take note that the talk key went down, there or just now; where one taps, every second time ends the turn."""
        self._ears.ask(Segmenter.press, at)

    def release(self, at: int = 0) -> None:
        """Take note that the talk key went up, there or just now; of no account where one taps."""
        self._ears.ask(Segmenter.release, at)

    def use(self, settings: Settings) -> None:
        """Let the leaves `segmenter` and `floor` of these settings hold from now on; others need a new companion."""
        self._ears.ask(lambda segmenter: segmenter.use(settings.segmenter))
        self._conductor.use(settings)

    @property
    def habit(self) -> Habit:
        """What is known of this user's pauses, to be given to the next companion."""
        return self._conductor.endpointer.habit

    @property
    def history(self) -> tuple[Exchange, ...]:
        """What was heard so far, in closed turns."""
        return self._conductor.conversation.history

    @property
    def notes(self) -> Notes:
        """What it keeps in mind, to be given to the next companion."""
        return self._conductor.notes

    @property
    def prompt(self) -> tuple[Message, ...]:
        """What the chat model was given for the last reply."""
        return self._thinking.asked

    def _tell(self, event: Event) -> None:
        self._inbox.tell(event)
        if self._clock == "waits":
            self._conductor.decided.wait()
            self._inbox.tell(None)

    def _waits(self) -> int:
        self._inbox.tell(None)  # what came before this frame counts
        return self._conductor.endpointer.waiting.milliseconds

    @property
    def hearing(self) -> int:
        """The number of the ears' call into an engine that is under way, 0 if none is; none takes long."""
        return self._ears.asking

    @property
    def ended(self) -> str:
        """Which thread no longer does anything, before its start, after its end, or after a fault of ours; or none."""
        return next((thread.name for thread in (self._conducting, self._hearing) if not thread.is_alive()), "")

    def _raise_fault(self) -> None:
        fault, self._conductor.fault = self._conductor.fault, None
        if fault is not None:
            raise fault

    def __enter__(self) -> Companion:
        """Start."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop."""
        self.stop()
