"""How things stand behind the window, as the engine tells it; the one word of state follows from this alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.window.words import Mood
from core.conversation import State
from core.news import AudioClosed, AudioLost, AudioOpened, EngineState, Standing

STATES = {
    State.LISTENING: Mood.LISTENING,
    State.HEARING: Mood.HEARING,
    State.THINKING: Mood.THINKING,
    State.SPEAKING: Mood.SPEAKING,
    State.OVERLAP: Mood.HEARING,  # whose turn it is is being decided; the user should see that they are heard
}

Told = EngineState | Standing | State | AudioOpened | AudioLost | AudioClosed


@dataclass(frozen=True)
class Circumstances:
    """All that the word depends on."""

    engine: EngineState = EngineState("starting")  # noqa: RUF009 - frozen
    standing: Standing = Standing()  # noqa: RUF009 - frozen
    state: State = State.LISTENING
    audio: AudioOpened | AudioLost | AudioClosed = AudioClosed()  # noqa: RUF009 - frozen

    def after(self, news: Told) -> Circumstances:
        """Return what holds after this was told."""
        match news:
            case EngineState():
                fresh = news.phase in ("starting", "restarting")
                state = State.LISTENING if fresh else self.state
                standing = replace(self.standing, ready=False) if fresh else self.standing
                audio = AudioClosed() if fresh else self.audio  # the engine that had it open is gone
                return Circumstances(news, standing, state, audio)
            case Standing():
                return replace(self, standing=news)
            case AudioOpened() | AudioLost() | AudioClosed():
                return replace(self, audio=news)
            case _:
                return replace(self, state=news)

    @property
    def answering(self) -> bool:
        """Whether there is a reply to be stopped."""
        return self.state in (State.SPEAKING, State.THINKING, State.OVERLAP)

    @property
    def mood(self) -> Mood:
        """What matters most of it."""
        if self.engine.phase in ("restarting", "stopped", "slow"):
            return Mood.STOPPED if self.engine.phase == "stopped" else Mood.RECOVERING
        if self.answering:
            return STATES[self.state]  # a typed line is answered whatever the microphone does
        if not self.standing.ready:
            return Mood.WAKING
        if not self.standing.talking:
            return Mood.PAUSED
        if self.standing.muted:
            return Mood.MUTED
        deaf = isinstance(self.audio, AudioOpened) and self.audio.microphone is None
        return Mood.DEAF if deaf else STATES[self.state]
