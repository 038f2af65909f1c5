"""What a terminal shows of a live talk: what was said, above one line that tells how things stand."""

from __future__ import annotations

import shutil
import sys
from typing import TextIO

from core.audio.wire import Levels
from core.conversation import State
from core.events import Captioned, Replied
from core.news import AudioLost, AudioOpened, Loading, News, Ready, ReplyTimes, Standing, Trouble
from core.records import Notice, TurnRecord

WIDTH = 8  # of a meter
STATES = {
    State.LISTENING: "Listening",
    State.HEARING: "Hearing you",
    State.THINKING: "Thinking",
    State.SPEAKING: "Speaking",
    State.OVERLAP: "Hearing you",
}
ASLEEP = "Asleep, loads when you speak"
NO_DEVICE = "There is no {}: waiting for one."


class Screen:
    """Shows news, one line after the other; the last line is drawn over and over where there is a terminal."""

    def __init__(self, out: TextIO = sys.stdout, keys: str = "") -> None:
        self._out, self._keys = out, keys
        self._live = out.isatty()
        self._state = "Loading"
        self._levels = Levels()
        self._words = ""  # under way, on the last line
        self._drawn = ""
        self._devices: AudioOpened | None = None

    def show(self, news: News) -> None:
        """Take note of news, and show what has changed."""
        if isinstance(news, Notice):
            self._state = STATES[news.state]
            self._note(news.what)
        elif isinstance(news, Levels):
            self._levels = news
        else:
            for text in told(news, self._devices):
                self._say(text)
            if isinstance(news, AudioOpened):
                self._devices = news
            if isinstance(news, Standing) and news.asleep:
                self._state = ASLEEP
            if isinstance(news, Ready):
                self._state = STATES[State.LISTENING]
        self._draw()

    def _note(self, what: object) -> None:
        if isinstance(what, Captioned):
            self._words = f"You: {what.text}"
        elif isinstance(what, Replied):
            before = self._words.removeprefix("Sotto: ") if self._words.startswith("Sotto: ") else ""
            self._words = f"Sotto: {before}{what.chunk}"
        elif isinstance(what, TurnRecord):
            self._words = ""
            for text in spoken(what):
                self._say(text)

    def _say(self, text: str) -> None:
        self._out.write(f"{self._cleared()}{text}\n")
        self._out.flush()

    def _cleared(self) -> str:
        self._drawn = ""
        return "\r\x1b[K" if self._live else ""

    def _draw(self) -> None:
        if not self._live:
            return
        meters = f"{meter(self._levels.microphone)} {meter(self._levels.loudspeaker)}"
        line = f"[{self._state}] {meters} {' '.join(self._words.split()) or self._keys}"
        line = line[: shutil.get_terminal_size().columns - 1]
        if line != self._drawn:
            self._out.write(f"{self._cleared()}{line}")
            self._out.flush()
            self._drawn = line

    def end(self) -> None:
        """Leave the terminal as it was."""
        if self._live:
            self._out.write(self._cleared())
            self._out.flush()


def meter(peak: float) -> str:
    """Return the loudness of a sound as a bar: full at 0 dB, empty below -48."""
    from math import log10

    filled = round(WIDTH * (1 + 20 * log10(max(peak, 1e-6)) / 48))
    return "|" + "#" * max(min(filled, WIDTH), 0) + "." * (WIDTH - max(min(filled, WIDTH), 0)) + "|"


def told(news: News, before: AudioOpened | None) -> list[str]:
    """Return what people are told of news that is no part of the conversation."""
    match news:
        case Loading():
            return []
        case Ready():
            return [f"Ready after {news.seconds:.1f} s. Speak, or press Ctrl-C to end."]
        case AudioOpened():
            return devices(news) if news != before else ["The sound is back."]
        case AudioLost():
            return [f"Nothing can be heard or played for the moment ({news.why}); trying again."]
        case Trouble():
            return [" ".join(part for part in (news.what, news.works, news.mend) if part)]
        case ReplyTimes():
            return [times(news)] if news.total is not None else []
    return []


def devices(opened: AudioOpened) -> list[str]:
    """Return which devices are used, or missing."""
    sides = (("microphone", opened.microphone), ("loudspeaker", opened.loudspeaker))
    return [f"{side.capitalize()}: {name}" if name else NO_DEVICE.format(side) for side, name in sides]


def times(news: ReplyTimes) -> str:
    """Return where the time went before a reply."""
    parts = (("waited", news.waited), ("heard", news.heard), ("thought", news.thought), ("spoke", news.spoke))
    shares = ", ".join(f"{name} {value:.0f}" for name, value in parts if value is not None)
    return f"       (after {(news.total or 0) / 1000:.2f} s; ms: {shares})"


def spoken(turn: TurnRecord) -> list[str]:
    """Return what was said in a turn."""
    if turn.outcome in ("empty", "merged"):
        return []
    lines = [f"You:   {turn.user or '(not understood)'}"]
    how = " (shown, not spoken)" if turn.shown else ""
    lines += [f"Sotto: {turn.reply}{how}{' --' if turn.outcome == 'interrupted' else ''}"] if turn.reply else []
    return lines + ([f"       the {turn.stage} failed: {turn.error}"] if turn.error else [])
