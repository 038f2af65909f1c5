"""What may be set, its defaults and its ranges. Each part gets its own leaf of the tree; nothing here does I/O."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Literal, TypeVar, cast

Patience = Literal["eager", "normal", "patient"]
Mode = Literal["open", "push", "tap"]

Number = TypeVar("Number", int, float)


def ranged(default: Number, low: Number, high: Number) -> Number:
    """Declare a numeric field with its allowed range, ends included."""
    declared: Number = field(default=default, metadata={"range": (low, high)})
    return declared


PATIENCES = {"choices": ("eager", "normal", "patient")}
ECHOES = {"choices": ("cancel", "leave")}
BEGINS = {"choices": ("pause", "commit")}
MODES = {"choices": ("open", "push", "tap")}
CLOCKS = {"choices": ("runs", "waits")}
SWITCH = {"choices": ("on", "off")}


class Checked:
    """A settings leaf that refuses values outside their declared range."""

    def __post_init__(self) -> None:
        for leaf in fields(self):  # type: ignore[arg-type]
            value = getattr(self, leaf.name)
            where = f"{type(self).__name__}.{leaf.name}"
            if "range" in leaf.metadata:
                _check_range(where, value, *leaf.metadata["range"], whole=isinstance(leaf.default, int))
            if "choices" in leaf.metadata and value not in leaf.metadata["choices"]:
                raise ValueError(f"{where} is {value!r}; allowed: {', '.join(leaf.metadata['choices'])}")


def _check_range(where: str, value: object, low: float, high: float, *, whole: bool) -> None:
    number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not number or not math.isfinite(cast(float, value)) or not low <= cast(float, value) <= high:
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{where} is {value!r}; allowed: {kind} from {low} to {high}")


@dataclass(frozen=True)
class SegmenterSettings(Checked):
    """When speech begins, pauses and ends."""

    # Open: whoever speaks is heard. Push: only while the key is down. Tap: from one press to the next.
    mode: Mode = field(default="open", metadata=MODES)
    on: float = ranged(0.5, 0.05, 0.99)  # probability at which a frame counts as speech
    off: float = ranged(0.35, 0.01, 0.99)  # and below which it no longer does, once speech is under way
    stir: float = ranged(0.3, 0.01, 0.99)  # probability at which a reply is ducked
    stir_ms: int = ranged(32, 32, 1000)  # and for how long, speech or not
    min_speech_ms: int = ranged(128, 32, 1000)  # anything shorter is a click
    beat_ms: int = ranged(160, 32, 1000)  # how often it is told that speech goes on
    pause_ms: int = ranged(200, 64, 1000)  # silence at which work may begin
    patience: Patience = field(default="normal", metadata=PATIENCES)  # how long a pause may be: core/patience.py
    pre_roll_ms: int = ranged(500, 0, 2000)
    tail_ms: int = ranged(100, 0, 1000)  # silence kept after the last sound
    offset_lag_ms: int = ranged(80, 0, 300)  # how long the detector goes on saying "speech" (Silero: median 96)
    max_utterance_ms: int = ranged(30_000, 1000, 120_000)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.off > self.on:
            raise ValueError(f"SegmenterSettings.off is {self.off}; allowed: at most `on`, which is {self.on}")


@dataclass(frozen=True)
class FloorSettings(Checked):
    """Who gives way when both speak, and what the user sees and hears meanwhile."""

    duck: float = ranged(0.25, 0.0, 1.0)  # gain of a reply while it is not clear what the user wants
    hold_ms: int = ranged(96, 64, 2000)  # of speech after which the reply is silent
    yield_ms: int = ranged(880, 64, 5000)  # and after which it is over, whatever is said
    rejoin_ms: int = ranged(2000, 0, 10_000)  # who goes on sooner, before any word of the reply, is still at it
    captions: Literal["on", "off"] = field(default="on", metadata=SWITCH)
    caption_ms: int = ranged(480, 160, 5000)  # between two looks at what is being said
    murmurs: Literal["on", "off"] = field(default="off", metadata=SWITCH)  # "mm-hm" and "hmm" of its own

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.hold_ms > self.yield_ms:
            raise ValueError(
                f"FloorSettings.hold_ms is {self.hold_ms}; allowed: at most `yield_ms`, which is {self.yield_ms}"
            )


@dataclass(frozen=True)
class PhraseSettings(Checked):
    """How a reply is cut into breaths, in characters."""

    first_chars: int = ranged(12, 1, 200)  # the least for the first phrase: it should sound early
    later_chars: int = ranged(40, 1, 400)  # the least for the others: longer phrases have better melody
    comma_chars: int = ranged(60, 10, 400)  # from here on a comma will do
    max_chars: int = ranged(200, 20, 1000)


@dataclass(frozen=True)
class MemorySettings(Checked):
    """How much of the conversation each model is given: above `high` the oldest leaves until `low` is reached."""

    chat_chars_high: int = ranged(6000, 200, 1_000_000)
    chat_chars_low: int = ranged(4000, 100, 1_000_000)
    voice_positions_high: int = ranged(1600, 100, 100_000)  # of 2048: the rest is for the phrase being spoken
    voice_positions_low: int = ranged(1100, 50, 100_000)
    # Facts about the user and summaries of what left the window: kept, and told to the chat model.
    notes: Literal["on", "off"] = field(default="on", metadata=SWITCH)
    notes_chars: int = ranged(1000, 0, 100_000)  # the most of a prompt that they take, but no more than a quarter
    idle_s: float = ranged(3.0, 0.0, 3600.0)  # without a sound or a word, until the chat model thinks about the talk

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("chat_chars", "voice_positions"):
            low, high = getattr(self, f"{name}_low"), getattr(self, f"{name}_high")
            if low > high:
                raise ValueError(f"MemorySettings.{name}_low is {low}; allowed: at most `{name}_high`, which is {high}")


@dataclass(frozen=True)
class PersonaSettings:
    """Who answers."""

    name: str = "Sotto"
    prompt: str = (
        "You are {name}, a warm and attentive voice companion. Your words are spoken aloud: answer in one to three "
        "short, natural sentences, without lists, markup or emoji."
    )

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError(f"PersonaSettings.name is {self.name!r}; allowed: any text that is not blank")

    @property
    def system(self) -> str:
        """The system message."""
        return self.prompt.replace("{name}", self.name)


@dataclass(frozen=True)
class WorkSettings(Checked):
    """When work on a reply begins, and the bounds that no engine can pass."""

    # At the pause is faster; at the commit nothing is done in vain.
    begin: Literal["pause", "commit"] = field(default="pause", metadata=BEGINS)
    # For recordings that are heard as fast as can be: no frame is heard before all that came before it was understood.
    clock: Literal["runs", "waits"] = field(default="runs", metadata=CLOCKS)
    reserve_s: float = ranged(12.0, 0.2, 60.0)  # the most that is held back of a voice slower than speech
    mind_s: float = ranged(30.0, 0.01, 3600.0)  # longest wait for a sign of life from recognition or chat
    mouth_s: float = ranged(30.0, 0.01, 3600.0)  # and from the voice; most steps have less: core/deadlines.py
    stop_s: float = ranged(2.0, 0.01, 60.0)  # longest wait for a thread to end
    reply_chars: int = ranged(1200, 20, 20_000)
    phrase_s: float = ranged(20.0, 1.0, 60.0)  # longest phrase, whatever its text
    phrase_base_s: float = ranged(1.5, 0.1, 20.0)
    phrase_char_s: float = ranged(0.12, 0.01, 2.0)


OLDEST = 36_500  # days


@dataclass(frozen=True)
class StoreSettings(Checked):
    """How long what is kept of conversations stays, and its copies."""

    keep_days: int = ranged(0, 0, OLDEST)  # since a conversation was last continued; 0 is for good
    backups: int = ranged(3, 0, 60)  # daily copies, the oldest leaves
    backlog_s: float = ranged(300.0, 0.0, 3600.0)  # of sound held in memory while the disk is full


NO_DEVICE = "none"  # in a device's place: leave that side alone


@dataclass(frozen=True)
class AudioSettings(Checked):
    """Which devices, by name, and what is done about the echo; an empty name is the system's own choice."""

    microphone: str = ""
    loudspeaker: str = ""
    # With headphones, or where the system cancels it, there is no echo.
    echo: Literal["cancel", "leave"] = field(default="cancel", metadata=ECHOES)
    latency_ms: int = ranged(40, 20, 500)  # that is asked of the sound card; below 40 it loses blocks


POCKET = "pocket"  # the pack that Sotto brings along


@dataclass(frozen=True)
class ModelSettings(Checked):
    """Which models, which voice, and what they may take of the machine."""

    pack: str = ""  # its folder, or its name; empty is the one that `sotto packs use` says
    voice: str = ""  # its name; empty is the pack's first
    threads: int = ranged(0, 0, 256)  # of the processor; 0 is Sotto's own choice
    unload_min: float = ranged(0.0, 0.0, 1440.0)  # without a turn, until the models are unloaded; 0 is never


@dataclass(frozen=True)
class ChatSettings(Checked):
    """A language model elsewhere, in place of the pack's; its key is kept in the system's keyring, never here."""

    address: str = ""  # of a server with the OpenAI API, as http://localhost:11434/v1; empty is the pack's own model
    model: str = ""  # by its name there; empty is the server's choice

    def __post_init__(self) -> None:
        if self.address and not self.address.startswith(("http://", "https://")):
            raise ValueError(
                f"ChatSettings.address is {self.address!r}; allowed: http://... or https://..., or nothing"
            )


@dataclass(frozen=True)
class Settings:
    """The whole tree."""

    segmenter: SegmenterSettings = SegmenterSettings()
    floor: FloorSettings = FloorSettings()
    phrases: PhraseSettings = PhraseSettings()
    memory: MemorySettings = MemorySettings()
    persona: PersonaSettings = PersonaSettings()
    work: WorkSettings = WorkSettings()
    audio: AudioSettings = AudioSettings()
    store: StoreSettings = StoreSettings()
    models: ModelSettings = ModelSettings()
    chat: ChatSettings = ChatSettings()


CAREFUL = Settings(models=ModelSettings(pack=POCKET))  # on these anything runs
