"""What may be asked of a live session, by a window or a terminal: a closed union of frozen data.

Each command is answered by what the session tells (`core.news`): a new `Standing`, what was asked for, or `Trouble`
that names the command. Commands that come before all is loaded are answered at once where that is possible, else
they wait. Nothing here carries sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.settings import Settings

Side = Literal["user", "reply"]

# Talk.


@dataclass(frozen=True)
class Talk:
    """Open the microphone and listen, in the mode that the settings name."""


@dataclass(frozen=True)
class Rest:
    """Close the microphone; what was said so far is answered."""


@dataclass(frozen=True)
class Mute:
    """Hear silence instead of the microphone from this moment on."""


@dataclass(frozen=True)
class Unmute:
    """Hear the microphone again."""


@dataclass(frozen=True)
class Press:
    """The talk key went down."""


@dataclass(frozen=True)
class Release:
    """The talk key went up."""


@dataclass(frozen=True)
class Write:
    """Take this text as if it had been spoken."""

    text: str


@dataclass(frozen=True)
class Hush:
    """Stop: no more of this reply, or of the recording that is played."""


# What it speaks with. A change of voice is heard from the next reply on, and loads no model again.


@dataclass(frozen=True)
class ChooseVoice:
    """Speak with this voice of the pack, or of the user's own."""

    name: str


@dataclass(frozen=True)
class ChoosePack:
    """Load the models of this folder in place of those that are loaded; no folder is the pocket pack."""

    folder: Path | None = None


@dataclass(frozen=True)
class UseSettings:
    """Let these settings hold; answered by `SettingsUsed`, which says of each change when it does."""

    settings: Settings


@dataclass(frozen=True)
class ListVoices:
    """Tell which voices there are; answered by `VoiceList`."""


@dataclass(frozen=True)
class PlayVoice:
    """Play a voice's reference recording."""

    name: str


# Conversations that are kept, by their number in the store. Turns are named by their row in the store.


@dataclass(frozen=True)
class NewConversation:
    """Part from the conversation that is held, and begin another with the next words."""


@dataclass(frozen=True)
class OpenConversation:
    """Go on with a conversation: the companion remembers it, and what is said now is kept in it.

    A turn that a crash left without an answer is answered if `replay` says so, and nothing was written since.
    """

    number: int
    replay: bool = False


@dataclass(frozen=True)
class ListConversations:
    """Tell which conversations there are, or which hold all these words; answered by `ConversationList`."""

    words: str = ""


@dataclass(frozen=True)
class ReadTurns:
    """Tell the turns of a conversation before this row, or its newest; answered by `TurnPage`."""

    conversation: int
    before: int | None = None
    count: int = 50


@dataclass(frozen=True)
class RenameConversation:
    """Give a conversation a title; an empty one is its first words again."""

    number: int
    title: str


@dataclass(frozen=True)
class DeleteConversations:
    """Delete conversations without a trace; the one that is held is parted from first."""

    numbers: tuple[int, ...]


@dataclass(frozen=True)
class DeleteEverything:
    """Delete every conversation, fact and copy without a trace."""


@dataclass(frozen=True)
class ExportConversation:
    """Write a conversation to a file, in place of an old one only if `replace` says so.

    Its ending says the format: .md .json .srt .wav .flac.
    """

    number: int
    file: Path
    replace: bool = False


@dataclass(frozen=True)
class DeleteTurn:
    """Delete one turn, its words and its sound, without a trace."""

    row: int


@dataclass(frozen=True)
class ReplayTurn:
    """Play what is kept of one side of a turn."""

    row: int
    side: Side


# Memory: facts that go into every prompt.


@dataclass(frozen=True)
class ListFacts:
    """Tell what the companion knows of the user; answered by `FactList`."""


@dataclass(frozen=True)
class WriteFact:
    """Keep a fact, or word the one of this number anew."""

    text: str
    number: int | None = None


@dataclass(frozen=True)
class DeleteFacts:
    """Forget these facts without a trace."""

    numbers: tuple[int, ...]


@dataclass(frozen=True)
class ListSummaries:
    """Tell what was summed up of a conversation; answered by `SummaryList`."""

    conversation: int


@dataclass(frozen=True)
class WriteSummary:
    """Word a summary of a conversation anew."""

    conversation: int
    text: str
    number: int


@dataclass(frozen=True)
class DeleteSummaries:
    """Forget these summaries of a conversation without a trace."""

    conversation: int
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class ShowPrompt:
    """Tell what the chat model was given for the last reply; answered by `PromptSeen`."""


# The computer.


@dataclass(frozen=True)
class ListDevices:
    """Look for microphones and loudspeakers now; answered by `DeviceList`."""


@dataclass(frozen=True)
class PlayTone:
    """Play a second's tone, so that the user knows which loudspeaker it is."""


@dataclass(frozen=True)
class PlaySound:
    """Play a recording in a file, of any format."""

    file: Path


@dataclass(frozen=True)
class RecordTest:
    """Record so many seconds of the microphone, play them back, and tell how loud they were; nothing is kept."""

    seconds: float = 3.0


@dataclass(frozen=True)
class Diagnose:
    """Tell versions, packs, devices and paths for a bug report, without a word of any conversation."""


@dataclass(frozen=True)
class Quit:
    """End the session; answered by `Ended` when all that was said is written."""


Command = (
    Talk
    | Rest
    | Mute
    | Unmute
    | Press
    | Release
    | Write
    | Hush
    | ChooseVoice
    | ChoosePack
    | UseSettings
    | ListVoices
    | PlayVoice
    | NewConversation
    | OpenConversation
    | ListConversations
    | ReadTurns
    | RenameConversation
    | DeleteConversations
    | DeleteEverything
    | ExportConversation
    | DeleteTurn
    | ReplayTurn
    | ListFacts
    | WriteFact
    | DeleteFacts
    | ListSummaries
    | WriteSummary
    | DeleteSummaries
    | ShowPrompt
    | ListDevices
    | PlayTone
    | PlaySound
    | RecordTest
    | Diagnose
    | Quit
)


@dataclass(frozen=True)
class Setup:
    """What a live session begins with."""

    settings: Settings
    data: Path  # folder where conversations are kept
    keep: bool = True
    seed: int = 0
    graphics: Literal["use", "leave"] = "use"  # the graphics processor, where there is one
