"""Follows what happens in a conversation and says what is to be written, step by step. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from core.events import (
    Backchannel,
    Begin,
    Close,
    Commit,
    Encoded,
    Heard,
    Hushed,
    Noted,
    Phrased,
    Played,
    Pressed,
    Reopen,
    Shown,
    SpeechEnded,
    SpeechResumed,
    SpeechStarted,
    Spoken,
    Typed,
    Voiced,
)
from core.memory import Said, is_loud
from core.records import TurnRecord
from core.store.entries import SILENCE, Entry, Erased, Jotted, Overheard, Written, speech_of
from core.store.page import Page
from core.types import AudioFrame, Transcript, Turn

PRE_ROLL = 16  # frames before speech is noticed that belong to it: half a second
LIVE = 16  # frames that are written at a time while the user speaks: with all that takes, a crash loses no second
FOREVER = 1 << 62


class Minutes:
    """Takes notice after notice, and frame after frame of the microphone."""

    def __init__(self) -> None:
        self._pages: dict[Turn, Page] = {}
        self._merged: list[int] = []  # turns that the next one will contain
        self._frames: deque[AudioFrame] = deque(maxlen=PRE_ROLL)
        self._speaking = self._murmured = False
        self._at = 0  # of the newest frame
        self._over = 0  # up to here the live sound is of speech that has ended

    def note(self, what: object) -> list[Written]:
        """Return what is to be written now, one transaction each."""
        if isinstance(what, AudioFrame):
            return [*self._overhear(what)]
        act = _ACTS.get(type(what))
        return act(self, what) if act else []

    def last(self) -> list[Written]:
        """Return what is to be written when there is no more to come: live sound that became no turn goes."""
        return [Erased((), FOREVER)]

    # The microphone.

    def _overhear(self, frame: AudioFrame) -> list[Overheard]:
        self._frames.append(frame)
        self._at = frame.at
        return self._overheard() if self._speaking and len(self._frames) >= LIVE else []

    def _overheard(self) -> list[Overheard]:
        frames = list(self._frames)
        self._frames.clear()
        return [Overheard(frames[0].at, np.concatenate([frame.wide for frame in frames]))] if frames else []

    def _start(self, _: SpeechStarted | SpeechResumed | Pressed) -> list[Written]:
        self._speaking, self._murmured = True, False
        self._frames = deque(self._frames)
        return [*self._overheard()]

    def _end(self, _: SpeechEnded) -> list[Written]:
        self._speaking = False  # the utterance itself is written with its turn
        self._over = self._at + 1  # with the silence in which it was awaited whether there is more
        self._frames = deque(maxlen=PRE_ROLL)
        return self._forget_murmur() if self._murmured else []

    def _murmur(self, _: Backchannel) -> list[Written]:
        self._murmured = True
        return [] if self._speaking else self._forget_murmur()

    def _forget_murmur(self) -> list[Written]:
        return [Erased((), self._over)]  # it is no turn, and no crash must make it one

    # The turn.

    def _begin(self, begin: Begin) -> list[Written]:
        page = self._pages[begin.turn] = Page(begin.turn, begin.utterance, begin.text or "")
        page.transcript = None if begin.text is None else Transcript(begin.text, "")
        return []

    def _reopen(self, reopen: Reopen) -> list[Written]:
        self._pages.pop(reopen.turn, None)
        return []

    def _commit(self, commit: Commit) -> list[Written]:
        page = self._pages.get(commit.turn)
        return [self._capture(page)] if page else []

    def _capture(self, page: Page) -> Entry:
        page.captured = True
        merged, self._merged = tuple(self._merged), []
        sound = page.utterance.wide if page.utterance else SILENCE
        return Entry(
            "understood" if page.transcript else "captured",
            page.record(),
            page.speech(),
            user_sound=sound,
            instead_of=merged if page.utterance else (),
            live_until=max(page.end, self._over),
        )

    def _hear(self, what: Heard | Encoded) -> list[Written]:
        page = self._pages.get(what.turn)
        if page is None:
            return []
        if isinstance(what, Heard):
            page.transcript = what.transcript
        else:
            page.codes = what.codes
        known = page.captured and page.transcript
        return [Entry("understood", page.record(), page.speech(), goes_on=True)] if known else []

    def _phrase(self, what: Phrased | Voiced | Spoken) -> list[Written]:
        page = self._pages.get(what.turn)
        if page is None:
            return []
        if isinstance(what, Phrased):
            page.phrases.append(Said(what.text, what.wording))
            page.frames.append([])
        elif isinstance(what, Voiced):
            page.frames[-1].append(what.frame.codes)
            page.phrases[-1] = replace(page.phrases[-1], loud=(*page.phrases[-1].loud, is_loud(what.frame)))
            page.sound.append(what.frame.samples)
        else:
            page.phrases[-1] = replace(page.phrases[-1], whole=what.whole)
        return []

    def _show(self, what: Shown) -> list[Written]:
        if page := self._pages.get(what.turn):
            page.phrases.append(Said(what.text, "", shown=True))
            page.frames.append([])
            page.shown = what.language or page.shown
        return []

    def _play(self, what: Played) -> list[Written]:
        page = self._pages.get(what.turn)
        if page is None:
            return []
        page.played, page.began = what.samples, what.began
        if not page.captured or not page.due:
            return []
        sound, first = page.new_sound(whole_seconds=True)
        return [Entry("replying", page.record(), page.speech(), reply_sound=sound, reply_seq=first, goes_on=True)]

    # The end.

    def _close(self, close: Close) -> list[Written]:
        if close.turn in self._pages:
            self._pages[close.turn].close = close
        return []

    def _finish(self, record: TurnRecord) -> list[Written]:
        page = self._pages.pop(record.turn, None)
        if page is None:
            return []
        if record.outcome == "empty":
            return [self._erase(page)]
        if record.outcome == "merged":
            return self._merge(page)
        captured = [] if page.captured else [self._capture(page)]
        page.played, page.began = record.reply_samples, record.reply_start
        sound, first = page.new_sound(whole_seconds=False)
        exchange = page.close.exchange if page.close else None
        speech = speech_of(exchange) if exchange else page.speech()[:1]
        return [*captured, Entry("done", record, speech, reply_sound=sound, reply_seq=first, goes_on=True)]

    def _erase(self, page: Page) -> Erased:
        merged, self._merged = tuple(self._merged), []
        return Erased((*merged, page.turn.id), max(page.end, self._over))

    def _merge(self, page: Page) -> list[Written]:
        # Kept until the turn that contains it is captured; if none ever is, it stands as not understood.
        captured = [] if page.captured else [self._capture(page)]
        self._merged.append(page.turn.id)
        return [*captured, Entry("done", page.record(), page.speech(), goes_on=True)]

    def _jot(self, noted: Noted) -> list[Written]:
        return [Jotted(noted)] if noted.facts or noted.summary else []

    def _hush(self, _: Hushed | Typed) -> list[Written]:
        self._merged = []
        return []


_ACTS: dict[type, Callable[[Minutes, Any], list[Written]]] = {
    SpeechStarted: Minutes._start,
    SpeechResumed: Minutes._start,
    Pressed: Minutes._start,
    SpeechEnded: Minutes._end,
    Begin: Minutes._begin,
    Reopen: Minutes._reopen,
    Commit: Minutes._commit,
    Heard: Minutes._hear,
    Encoded: Minutes._hear,
    Shown: Minutes._show,
    Phrased: Minutes._phrase,
    Voiced: Minutes._phrase,
    Spoken: Minutes._phrase,
    Played: Minutes._play,
    Close: Minutes._close,
    TurnRecord: Minutes._finish,
    Backchannel: Minutes._murmur,
    Noted: Minutes._jot,
    Hushed: Minutes._hush,
    Typed: Minutes._hush,
}
