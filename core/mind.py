"""Understands the user and finds the words of a reply: recognition, then the language model, then phrases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from core import memory
from core.captions import Captions
from core.events import Captioned, Event, Heard, Replied, Shown, Worded
from core.languages import Tongue, language_of
from core.phrases import PhraseSplitter
from core.ports import Chat, Transcriber
from core.reflection import ANSWER_CHARS, answered
from core.settings import Settings
from core.stage import Failure, attempt
from core.types import Message, Transcript
from core.work import Glance, MindItem, MouthItem, Recall, Reflect, Rest, Speak, Think, Work

MARGIN_S = 0.04  # by which a caption must be ready before the shortest pause is over
FORGET = 0.9  # of how long a look took, each time that none was taken for it


class Mind:
    """What the mind's thread does; phrases go straight to the mouth, unless it does not speak their language."""

    def __init__(
        self,
        transcriber: Transcriber,
        chat: Chat,
        tell_mouth: Callable[[MouthItem], None],
        settings: Settings,
        speaks: Sequence[str] = (),
    ) -> None:
        self._speaks = tuple(speaks)
        self._transcriber, self._chat, self._tell_mouth, self._set = transcriber, chat, tell_mouth, settings
        self._captions = Captions()
        self._look_s = 0.0  # how long the last looks at unfinished speech took
        self.asked: tuple[Message, ...] = ()  # the prompt of the last reply

    def __call__(self, item: MindItem) -> Iterator[Event]:
        """Yield what was heard and the reply as it comes."""
        if isinstance(item, Reflect):
            return self._reflect(item)
        return self._think(item) if isinstance(item, Think) else self._look(item)

    def _look(self, item: Glance) -> Iterator[Event]:
        """Yield what was said so far; empty if that cannot be found out.

        A caption is given up where it might delay what counts: a look that begins while there is speech must be over
        before a pause can be noticed.
        """
        utterance = item.work.utterance
        if item.purpose == "caption" and self._look_s > self._set.segmenter.pause_ms / 1000 - MARGIN_S:
            self._look_s *= FORGET
            return
        assert utterance is not None, "there is nothing to look at in typed text"
        began = time.monotonic()
        transcript = attempt(lambda: self._transcriber(utterance.narrow))
        self._look_s = max(time.monotonic() - began, self._look_s * FORGET)
        if isinstance(transcript, Failure):
            transcript = Transcript("", confidence=0.0)
        settled, tentative = self._captions.feed(item.onset, transcript.text.strip())
        if item.purpose == "decision":
            settled, tentative = transcript.text.strip(), ""  # they have fallen silent
        yield Captioned(item.onset, utterance.end, settled, tentative, transcript.confidence)

    def _reflect(self, item: Reflect) -> Iterator[Event]:
        """Yield what is worth noting; what goes wrong here will go wrong, and be told, when somebody waits for it."""
        answer = attempt(lambda: self._answer(item))
        if not item.work.cancelled:
            said = "" if isinstance(answer, Failure) else answer
            yield answered(item.question, said)

    def _answer(self, item: Reflect) -> str:
        said: list[str] = []
        for chunk in bounded(self._chat(item.question.messages, item.work.seed_for("notes")), ANSWER_CHARS):
            said.append(chunk)
            if item.work.cancelled or (item.question.kind == "ahead" and chunk):
                break
        return "".join(said)

    def _think(self, item: Think) -> Iterator[Event]:
        work = item.work
        transcript = self._understand(work)
        yield Heard(work.turn, transcript)
        words = transcript.text.strip()
        if words:
            self._tell_mouth(Recall(work, words))
            yield from self._reply(work, words, Tongue(self._speaks, transcript.language))
            yield Worded(work.turn)
        self._tell_mouth(Rest(work))

    def _understand(self, work: Work) -> Transcript:
        if work.utterance is None:
            return Transcript(work.text or "", language_of(work.text or ""))
        return self._transcriber(work.utterance.narrow)

    def _reply(self, work: Work, words: str, tongue: Tongue) -> Iterator[Event]:
        splitter = PhraseSplitter(self._set.phrases)
        system, recall = self._set.persona.system, self._set.memory
        self.asked = tuple(memory.messages(system, work.history, words, recall, work.notes))
        for chunk in bounded(self._chat(self.asked, work.seed_for("chat")), self._set.work.reply_chars):
            yield Replied(work.turn, chunk)
            yield from self._say(work, splitter.feed(chunk), tongue)
        yield from self._say(work, splitter.flush(), tongue)

    def _say(self, work: Work, phrases: Iterable[str], tongue: Tongue) -> Iterator[Event]:
        for phrase in phrases:
            if language := tongue.unspoken(phrase):
                yield Shown(work.turn, phrase, language)
            else:
                self._tell_mouth(Speak(work, phrase))


def bounded(chunks: Iterable[str], limit: int) -> Iterator[str]:
    """Yield chunks up to `limit` characters in all, cut at a word; an empty chunk counts as one."""
    left = limit
    for chunk in chunks:
        if len(chunk) > left:
            head = chunk[:left].rpartition(" ")[0]
            if head:
                yield head
            return
        yield chunk
        left -= max(len(chunk), 1)
        if left <= 0:
            return
