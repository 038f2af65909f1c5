"""How the companion is, in one word: what is shown, drawn and read out is derived from this alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from PySide6.QtCore import QCoreApplication

from core.conversation import State
from core.news import EngineState, Standing

translate = QCoreApplication.translate


class Mood(Enum):
    """What one look should tell."""

    WAKING = "waking"
    RECOVERING = "recovering"
    PAUSED = "paused"
    MUTED = "muted"
    LISTENING = "listening"
    HEARING = "hearing"
    THINKING = "thinking"
    SPEAKING = "speaking"
    STOPPED = "stopped"


STATES = {
    State.LISTENING: Mood.LISTENING,
    State.HEARING: Mood.HEARING,
    State.THINKING: Mood.THINKING,
    State.SPEAKING: Mood.SPEAKING,
    State.OVERLAP: Mood.HEARING,  # whose turn it is is being decided; the user should see that they are heard
}


@dataclass(frozen=True)
class Circumstances:
    """All that the word depends on."""

    engine: EngineState = EngineState("starting")  # noqa: RUF009 - frozen
    standing: Standing = Standing()  # noqa: RUF009 - frozen
    state: State = State.LISTENING

    def after(self, news: EngineState | Standing | State) -> Circumstances:
        """Return what holds after this was told."""
        match news:
            case EngineState():
                fresh = news.phase in ("starting", "restarting")
                state = State.LISTENING if fresh else self.state
                standing = replace(self.standing, ready=False) if fresh else self.standing
                return Circumstances(news, standing, state)
            case Standing():
                return replace(self, standing=news)
            case _:
                return replace(self, state=news)

    @property
    def mood(self) -> Mood:
        """What matters most of it."""
        if self.engine.phase in ("restarting", "stopped", "slow"):
            return Mood.STOPPED if self.engine.phase == "stopped" else Mood.RECOVERING
        if self.state in (State.THINKING, State.SPEAKING, State.OVERLAP):
            return STATES[self.state]  # a typed line is answered whatever the microphone does
        if not self.standing.ready:
            return Mood.WAKING
        if not self.standing.talking:
            return Mood.PAUSED
        return Mood.MUTED if self.standing.muted else STATES[self.state]


def word(mood: Mood) -> str:
    """Return the one word."""
    return {
        Mood.WAKING: translate("Mood", "Waking up"),
        Mood.RECOVERING: translate("Mood", "Recovering"),
        Mood.PAUSED: translate("Mood", "Paused"),
        Mood.MUTED: translate("Mood", "Muted"),
        Mood.LISTENING: translate("Mood", "Listening"),
        Mood.HEARING: translate("Mood", "Hearing you"),
        Mood.THINKING: translate("Mood", "Thinking"),
        Mood.SPEAKING: translate("Mood", "Speaking"),
        Mood.STOPPED: translate("Mood", "Stopped"),
    }[mood]


def hint(mood: Mood, mode: str) -> str:
    """Return what the user can do now, in one short sentence."""
    if mood is Mood.LISTENING and mode == "push":
        return translate("Mood", "Hold Talk while you speak.")
    if mood is Mood.LISTENING and mode == "tap":
        return translate("Mood", "Tap Talk, speak, and tap it again.")
    return {
        Mood.WAKING: translate("Mood", "The models are being loaded. You can type already."),
        Mood.RECOVERING: translate(
            "Mood", "Something stopped and is being started again. Nothing that was said is lost."
        ),
        Mood.PAUSED: translate("Mood", "The microphone is closed. Press Talk, or type."),
        Mood.MUTED: translate("Mood", "Nothing is heard until you unmute."),
        Mood.LISTENING: translate("Mood", "Just speak."),
        Mood.SPEAKING: translate("Mood", "Speak, or press Stop, to interrupt."),
        Mood.STOPPED: translate("Mood", "It would not stay up. Past conversations can be read."),
    }.get(mood, "")
