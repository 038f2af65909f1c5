"""What a live session tells, besides the companion's own notices: a closed union of frozen data without sound."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from core.audio.wire import Levels
from core.records import Notice
from core.settings import Settings
from core.types import Message, Turn

# The engine: the process that holds the models and the conversation.

Phase = Literal["starting", "loading", "ready", "slow", "restarting", "safe", "stopped"]


@dataclass(frozen=True)
class EngineState:
    """How the engine process is, and why; told by whoever watches it.

    `slow`: it has not been heard of for a moment. `restarting`: it was ended, or ended itself, and comes again.
    `safe`: it runs on the pocket pack with the default settings, because it would not stay up otherwise.
    """

    phase: Phase
    why: str = ""


@dataclass(frozen=True)
class Loading:
    """Models are being loaded: this part is, after `done` of `of` parts."""

    part: str
    done: int
    of: int


@dataclass(frozen=True)
class Ready:
    """All is loaded, within so many seconds: what is said is answered from now on."""

    seconds: float


@dataclass(frozen=True)
class ModelSeen:
    """A model that is loaded: what it does, how large it is on the disk, and what computes it."""

    role: Literal["transcriber", "chat", "voice"]
    size: int  # bytes; 0 where it is somebody else's
    licence: str
    place: Literal["processor", "card", "both", "server"]


@dataclass(frozen=True)
class Standing:
    """How things stand; told at the start and after every change of any of it."""

    talking: bool = False  # the microphone is open, or would be if there were one
    muted: bool = False
    ready: bool = False
    asleep: bool = False  # the models are unloaded: they are loaded again when something is said or written
    pack: str = ""  # its title
    pack_folder: str = ""
    voice: str = ""  # that speaks from the next reply on
    conversation: int | None = None  # that is held; None until something of it is kept
    keeping: bool = True  # what is said is kept
    sends: str = ""  # what leaves this machine, in a sentence; empty: nothing does
    models: tuple[ModelSeen, ...] = ()


@dataclass(frozen=True)
class Trouble:
    """Something did not work: what happened, what still works, what to do; `command` names what was asked, if it was.

    The first three are plain sentences for people; they never hold what anybody said.
    """

    what: str
    works: str = ""
    mend: str = ""
    command: str = ""


@dataclass(frozen=True)
class Ended:
    """The session is over and everything is written."""


# Sound.


@dataclass(frozen=True)
class AudioOpened:
    """The audio process listens and plays on these devices; None where there is none."""

    microphone: str | None
    loudspeaker: str | None


@dataclass(frozen=True)
class AudioLost:
    """Nothing can be heard or played for the moment."""

    why: str


@dataclass(frozen=True)
class AudioClosed:
    """The audio process has been ended: nothing is heard or played, and no device is in use."""


@dataclass(frozen=True)
class DeviceSeen:
    """A microphone, a loudspeaker, or both."""

    name: str
    microphone: bool
    loudspeaker: bool
    default: bool  # the system takes it for one


@dataclass(frozen=True)
class DeviceList:
    """The sound devices of this moment."""

    devices: tuple[DeviceSeen, ...]


@dataclass(frozen=True)
class Playback:
    """A recording that was asked for is being played, or no longer is; a row's if it is a turn's."""

    playing: bool
    row: int | None = None


@dataclass(frozen=True)
class Recorded:
    """What a test recording was like: its length in seconds, largest sample, and loudness in dB of full scale."""

    seconds: float
    peak: float
    level_db: float


# The talk.


@dataclass(frozen=True)
class ReplyTimes:
    """Where the time went between the user's last sound and the reply's first, in milliseconds; None: not known.

    The deliberate wait and the work overlap, so that the parts may add up to more than `total`.
    """

    turn: Turn
    total: float | None = None  # from the last sound of the user to the first of the reply
    waited: float | None = None  # for the user to go on
    heard: float | None = None  # recognition
    thought: float | None = None  # until the reply's first words
    spoke: float | None = None  # until the first sound of those


@dataclass(frozen=True)
class SettingsUsed:
    """These settings hold; what was changed, as "segmenter.patience", and when it takes effect.

    With `instead` they hold only because what the user wants cannot be used now. What was `chosen` is wished for even
    if it held already.
    """

    settings: Settings
    at_once: tuple[str, ...] = ()
    next_reply: tuple[str, ...] = ()
    next_start: tuple[str, ...] = ()
    instead: bool = False
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True)
class VoiceSeen:
    """A voice that can be chosen; `own` if it is the user's and no pack's."""

    name: str
    title: str
    description: str
    origin: str
    licence: str
    consent: str
    own: bool


@dataclass(frozen=True)
class VoiceList:
    """The voices that can be chosen, and the one that is."""

    voices: tuple[VoiceSeen, ...]
    chosen: str


# What is kept.


@dataclass(frozen=True)
class ConversationSeen:
    """A conversation in the list; `title` is the user's own, or else its first words."""

    number: int
    began: str  # UTC, ISO 8601
    continued: str  # when it last went on
    turns: int
    title: str
    found: str = ""  # the first place of the words that were looked for


@dataclass(frozen=True)
class ConversationList:
    """The conversations that hold all of `words`, the newest first; of no words, all."""

    words: str
    conversations: tuple[ConversationSeen, ...]


@dataclass(frozen=True)
class TurnSeen:
    """A turn as it is kept; `row` names it, `turn` is its number while it was live."""

    row: int
    turn: Turn
    user: str
    reply: str  # what was heard of it
    outcome: str
    typed: bool
    done: bool  # not broken off by a crash
    user_seconds: float = 0.0  # of sound that is kept
    reply_seconds: float = 0.0
    stage: str = ""  # that failed
    error: str = ""


@dataclass(frozen=True)
class TurnPage:
    """Turns of a conversation in order; `earlier` of them come before."""

    conversation: int
    before: int | None  # as it was asked
    turns: tuple[TurnSeen, ...]
    earlier: int


@dataclass(frozen=True)
class TurnKept:
    """A turn of the conversation that is held has become durable."""

    conversation: int
    seen: TurnSeen


@dataclass(frozen=True)
class TurnsDeleted:
    """These turns are gone."""

    conversation: int
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Exported:
    """The conversation is in this file."""

    number: int
    file: str


@dataclass(frozen=True)
class FactSeen:
    """Something that the companion keeps in mind; `row` is the turn that it came from, None if the user wrote it."""

    number: int
    text: str
    row: int | None = None


@dataclass(frozen=True)
class FactList:
    """All that the companion keeps in mind of the user."""

    facts: tuple[FactSeen, ...] = field(default=())


@dataclass(frozen=True)
class SummarySeen:
    """What was said in a conversation from its beginning up to the turn in `row`, in few words."""

    number: int
    text: str
    row: int


@dataclass(frozen=True)
class SummaryList:
    """All that was summed up of a conversation, the oldest first."""

    conversation: int
    summaries: tuple[SummarySeen, ...] = ()


@dataclass(frozen=True)
class PromptSeen:
    """What the chat model was given for the last reply: facts and summary stand in the system message."""

    messages: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """Facts for a bug report, without a word of any conversation."""

    text: str


News = (
    EngineState
    | Loading
    | Ready
    | Standing
    | Trouble
    | Ended
    | AudioOpened
    | AudioLost
    | AudioClosed
    | Levels
    | DeviceList
    | Playback
    | Recorded
    | Notice
    | ReplyTimes
    | SettingsUsed
    | VoiceList
    | ConversationList
    | TurnPage
    | TurnKept
    | TurnsDeleted
    | Exported
    | FactList
    | SummaryList
    | PromptSeen
    | Diagnosis
)
