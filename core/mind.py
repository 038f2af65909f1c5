"""Understands the user and finds the words of a reply: recognition, then the language model, then phrases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from core import memory
from core.events import Event, Heard, Replied, Worded
from core.phrases import PhraseSplitter
from core.ports import Chat, Transcriber
from core.settings import Settings
from core.types import Transcript
from core.work import MouthItem, Recall, Rest, Speak, Think, Work


class Mind:
    """What the mind's thread does; phrases go straight to the mouth."""

    def __init__(
        self, transcriber: Transcriber, chat: Chat, tell_mouth: Callable[[MouthItem], None], settings: Settings
    ) -> None:
        self._transcriber, self._chat, self._tell_mouth, self._set = transcriber, chat, tell_mouth, settings

    def __call__(self, item: Think) -> Iterator[Event]:
        """Yield what was heard and the reply as it comes."""
        work = item.work
        transcript = self._understand(work)
        yield Heard(work.turn, transcript)
        words = transcript.text.strip()
        if words:
            self._tell_mouth(Recall(work, words))
            yield from self._reply(work, words)
            yield Worded(work.turn)
        self._tell_mouth(Rest(work))

    def _understand(self, work: Work) -> Transcript:
        if work.utterance is None:
            return Transcript(work.text or "")
        return self._transcriber(work.utterance.narrow)

    def _reply(self, work: Work, words: str) -> Iterator[Event]:
        splitter = PhraseSplitter(self._set.phrases)
        asked = memory.messages(self._set.persona.system, work.history, words, self._set.memory)
        for chunk in bounded(self._chat(asked, work.seed_for("chat")), self._set.work.reply_chars):
            yield Replied(work.turn, chunk)
            self._say(work, splitter.feed(chunk))
        self._say(work, splitter.flush())

    def _say(self, work: Work, phrases: Iterable[str]) -> None:
        for phrase in phrases:
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
