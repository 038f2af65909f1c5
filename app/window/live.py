"""Follows the live talk and keeps its captions: what is being said, what of a reply has sounded, what was cut off."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from itertools import accumulate

from PySide6.QtCore import QCoreApplication

from app.window.captions import Caption, Captions, Side
from core.events import (
    Begin,
    Captioned,
    Commit,
    Heard,
    Phrased,
    Played,
    Pressed,
    Reopen,
    Replied,
    SpeechStarted,
    Stilled,
)
from core.news import TurnKept, TurnSeen
from core.records import Notice, TurnRecord
from core.types import NO_TURN, VOICE_RATE, Turn

translate = QCoreApplication.translate

SPEAKING_NOW = Turn(-1)  # the user's words before they belong to a turn
TRACELESS = ("empty", "merged")  # outcomes of turns in which nothing was said, or that went on in the next
PACE = 0.06  # seconds that a letter takes, about: no sound comes here, by which it could be told


@dataclass
class _Reply:
    """A reply under way: its words as they come, and its phrases as they are given a sound."""

    written: str = ""
    phrases: list[str] = field(default_factory=list)
    played: int = 0
    committed: bool = False

    def heard(self) -> int:
        """Return how many words that have sounded, about: the voice does not tell where a word ends."""
        letters = self.played / VOICE_RATE / PACE
        words = " ".join(self.phrases).split()
        return sum(end <= letters for end in accumulate(len(word) + 1 for word in words))


class Live:
    """Turns what happens into captions; holds nothing of a turn that is over."""

    def __init__(self, captions: Captions) -> None:
        self._captions = captions
        self._replies: dict[int, _Reply] = {}
        self._kept: dict[int, TurnSeen] = {}  # that became durable before they were over
        self._since = 0.0  # when a conversation was left: a companion that began before tells of that one

    def take(self, notice: Notice) -> None:
        """Show what this changes, unless it is of a conversation that was left."""
        if self.left(notice):
            return
        match notice.what:
            case SpeechStarted() | Pressed():
                self._captions.put(Caption("user", SPEAKING_NOW))
            case Stilled():
                self._captions.drop(turn=SPEAKING_NOW)
            case Captioned(settled=settled, tentative=tentative):
                self._captions.put(Caption("user", SPEAKING_NOW, settled=settled, tentative=tentative))
            case Begin(turn=turn, text=text) if text is not None:
                self._replies[turn.id] = _Reply()
                self._captions.put(Caption("user", turn, settled=text))
            case Begin(turn=turn):
                self._replies[turn.id] = _Reply()
            case Heard(turn=turn, transcript=transcript):
                self._heard(turn, transcript.text.strip())
            case Reopen(turn=turn):
                self._reopened(turn)
            case Commit(turn=turn):
                self._committed(turn)
            case Replied() | Phrased() | Played():
                self._replying(notice.what)
            case TurnRecord():
                self._over(notice.what)
            case _:
                pass

    def _heard(self, turn: Turn, text: str) -> None:
        self._captions.drop(turn=SPEAKING_NOW)
        if text:
            final = self._reply(turn).committed
            said = Caption("user", turn)
            self._captions.put(replace(said, settled=text) if final else replace(said, tentative=text))

    def _reopened(self, turn: Turn) -> None:
        said = self._captions.live("user", turn)
        self._captions.drop(turn=turn)
        self._replies.pop(turn.id, None)
        self._captions.put(Caption("user", SPEAKING_NOW, tentative=said.text))

    def _committed(self, turn: Turn) -> None:
        reply = self._reply(turn)
        reply.committed = True
        said = self._captions.live("user", turn)
        if said.tentative:
            self._captions.put(replace(said, settled=said.text, tentative=""))
        self._show(turn, reply)

    def _replying(self, what: Replied | Phrased | Played) -> None:
        reply = self._reply(what.turn)
        match what:
            case Replied(chunk=chunk):
                reply.written += chunk
            case Phrased(text=text):
                reply.phrases.append(text)
            case Played(samples=samples):
                reply.played = samples
        if reply.committed:
            self._show(what.turn, reply)

    def _show(self, turn: Turn, reply: _Reply) -> None:
        written = reply.written.split()
        if written:
            count = min(reply.heard(), len(written))
            settled, rest = " ".join(written[:count]), " ".join(written[count:])
            self._captions.put(Caption("reply", turn, settled=settled, tentative=rest))

    def _reply(self, turn: Turn) -> _Reply:
        return self._replies.setdefault(turn.id, _Reply())

    def _over(self, record: TurnRecord) -> None:
        self._replies.pop(record.turn.id, None)
        self._captions.drop(turn=record.turn)
        if record.outcome in TRACELESS:
            return
        for caption in both_sides(_seen(record), record.written, record.turn):
            self._captions.put(caption)
        if kept := self._kept.pop(record.turn.id, None):
            self._name(kept)

    def left(self, notice: Notice) -> bool:
        """Return whether a notice is of a conversation that was left."""
        return time.monotonic() - notice.ms / 1000 < self._since

    def leave(self) -> None:
        """Forget what was under way, and hear no companion but one that begins from now on."""
        self._replies.clear()
        self._kept.clear()
        self._since = time.monotonic()

    def stay(self) -> None:
        """Hear the companion that there is: the conversation was not left after all."""
        self._since = 0.0

    def broken_off(self) -> None:
        """Forget what was under way: whoever told of it is gone, and counts turns anew."""
        self._replies.clear()
        self._kept.clear()
        self._captions.drop(turn=SPEAKING_NOW)
        self._captions.settle()

    def kept(self, news: TurnKept) -> None:
        """Name the captions of a turn as the store does, so that it can be played again and deleted."""
        if news.seen.turn.id in self._replies:
            self._kept[news.seen.turn.id] = news.seen  # its captions still change
        else:
            self._name(news.seen)

    def _name(self, seen: TurnSeen) -> None:
        sides: tuple[Side, Side] = ("user", "reply")
        for side in sides:
            caption = self._captions.live(side, seen.turn)
            if caption.text or caption.note:
                seconds = seen.user_seconds if side == "user" else seen.reply_seconds
                self._captions.put(replace(caption, row=seen.row, seconds=seconds))


def both_sides(seen: TurnSeen, written: str = "", turn: Turn = NO_TURN) -> list[Caption]:
    """Return the captions of a turn that is over; `turn` names them until the store does."""
    row = seen.row or None
    user = Caption("user", turn, row, seen.user, note="" if seen.user else translate("Live", "not understood"))
    captions = [replace(user, seconds=seen.user_seconds)]
    note = ""
    if seen.error:
        note = translate("Live", "No answer: {stage} failed. You can say it again.").format(
            stage=stage_name(seen.stage)
        )
    elif not seen.done:
        note = translate("Live", "broken off when Sotto ended")
    elif seen.outcome in ("interrupted", "hushed"):
        note = "" if written else translate("Live", "cut off here")
    unheard = " ".join(written.split()[len(seen.reply.split()) :]) if seen.outcome != "answered" else ""
    if seen.reply or note or unheard:
        caption = Caption("reply", turn, row, seen.reply, unheard=unheard, note=note, seconds=seen.reply_seconds)
        captions.append(caption)
    return captions


def stage_name(stage: str) -> str:
    """Return what a stage is called for people."""
    return {"mind": translate("Live", "understanding or thinking"), "mouth": translate("Live", "the voice")}.get(
        stage, stage
    )


def _seen(record: TurnRecord) -> TurnSeen:
    return TurnSeen(
        0,
        record.turn,
        record.user,
        record.reply,
        record.outcome,
        record.typed,
        done=True,
        stage=record.stage,
        error=record.error,
    )
