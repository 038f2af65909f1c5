"""Which language words are in, and a reply that the voice cannot speak: shown whole, without sound, and remembered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pytest

from core.companion import Companion, Engines
from core.events import Phrased, Shown
from core.languages import Tongue, language_of
from core.records import Notice, TurnRecord
from core.rehearsal import Recording, Stillness, Tape
from core.settings import Settings
from core.store.archive import Archive
from core.store.entries import Heading
from core.store.home import Store
from core.store.scribe import Scribe
from core.types import COMPANION, USER, Message, Samples, Segment, Transcript
from tests.fakes import Chat, Transcriber, Vad, Voice, spoken

REFERENCE = Segment(COMPANION, "This is my voice.", np.ones((20, 4), np.int64), pinned=True)
TEXTS = Path(__file__).parents[2] / "assets" / "evaluation"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Guten Morgen, wie geht es dir?", "de"),
        ("Bonjour, je suis content de vous voir.", "fr"),
        ("Hola, ¿cómo estás? Yo estoy muy bien.", "es"),
        ("Ciao, come stai? Io sono molto contento.", "it"),
        ("Ik ben heel blij dat je er bent.", "nl"),
        ("Eu estou muito bem, e você?", "pt"),
        ("Cześć, jak się masz? Ja jestem zmęczony.", "pl"),
        ("Привет, как дела?", "ru"),
        ("こんにちは、元気ですか", "ja"),
        ("你好，今天天气很好", "zh"),
        ("안녕하세요", "ko"),
        ("I am fine, and happy to talk with you.", "en"),
        ("Die Hard is the film.", "en"),
        ("In German that is: Guten Morgen.", "en"),
        ("Okay.", ""),
        ("42!", ""),
        ("", ""),
    ],
)
def test_small_words_and_letters_tell_a_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_no_english_sentence_is_taken_for_another_language() -> None:
    pieces = [text for path in TEXTS.glob("*.json") for text in strings(json.loads(path.read_text("utf-8"))["items"])]
    sentences = [text for text in pieces if re.match(r"[A-Z].*\s.*[.?!]$", text)]
    assert len(sentences) > 500
    assert {language_of(text) for text in sentences} <= {"en", ""}


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


@pytest.mark.parametrize(
    ("speaks", "user", "phrases", "unspoken"),
    [
        (("en",), "de", ["Guten Morgen, wie geht es dir?", "Okay."], ["de", "de"]),
        (("en",), "de", ["Ja."], ["de"]),  # its own words do not tell: it is the user's
        (("en",), "de", ["I am sorry, this is all that I have."], [""]),  # it answered in English
        (("en",), "en", ["Okay.", "Das ist nicht von mir."], ["", ""]),  # the first one decides for all
        (("en",), "", ["Okay."], [""]),
        (("en", "de"), "de", ["Ja."], [""]),
        (("*",), "de", ["Ja."], [""]),
        ((), "de", ["Ja."], [""]),
    ],
)
def test_the_first_phrase_decides_for_the_reply(speaks, user, phrases, unspoken) -> None:
    tongue = Tongue(speaks, user)
    assert [tongue.unspoken(phrase) for phrase in phrases] == unspoken


class German(Chat):
    """Answers in German to whoever speaks it, else in English."""

    def __call__(self, messages: Sequence[Message], seed: int) -> Iterator[str]:
        english = "".join(super().__call__(messages, seed))
        yield from ("Das ist gut. ", "Ich habe es gehört.") if "there" in messages[-1].text else (english,)


class Linguist(Transcriber):
    """Hears German in whatever has the word "there" in it."""

    def __call__(self, narrow: Samples) -> Transcript:
        text = super().__call__(narrow).text
        return Transcript(text, "de" if "there" in text else "en")


def test_a_reply_that_is_not_spoken_is_history_memory_and_store_all_the_same(tmp_path: Path) -> None:
    tape, notices, voice, mind = Tape(), list[Notice](), Voice(), German()
    engines = Engines(Vad(), Linguist(), mind, voice, (REFERENCE,), speaks=("en",))
    takes = [spoken("how are you"), spoken("hello there"), spoken("tell me a story")]
    with Store.writing(tmp_path) as store:
        scribe = Scribe(store, Heading({"codec": "toy"}))

        def listen(notice: Notice) -> None:
            notices.append(notice)
            scribe.listen(notice)

        microphone = Recording(takes, tape, Settings().segmenter)
        with scribe, Companion(engines, scribe.overhearing(microphone), tape, listen, Settings(), 1) as companion:
            companion.finish()
        archive = Archive(store.db)
        kept, back = archive.turns(1), archive.history(1, "toy")
        sound = archive.sound(kept[1], "reply")
    before, shown, after = [notice.what for notice in notices if isinstance(notice.what, TurnRecord)]
    whole = "Das ist gut. Ich habe es gehört."
    assert (shown.outcome, shown.reply, shown.written, shown.shown) == ("answered", whole, whole, "de")
    assert (shown.reply_start, shown.reply_samples, len(tape.heard(shown.turn))) == (None, 0, 0)
    assert [what.text for n in notices if isinstance(what := n.what, Shown)] == ["Das ist gut.", "Ich habe es gehört."]
    assert not [what for n in notices if isinstance(what := n.what, Phrased) and what.turn == shown.turn]
    assert all(each.reply_samples > 0 and not each.shown for each in (before, after))
    # The chat model has said it; the voice has heard the user say what it answers, and no reply.
    assert Message("assistant", whole) in mind.asked[-1]
    assert companion.history[1].reply == whole
    context, _ = voice.contexts[-1]
    heard = [segment.text for segment in context if segment.speaker == USER]
    assert heard[:2] == ["how are you", "hello there"]
    assert not [segment for segment in context if "gehört" in segment.text]
    # And it comes back.
    assert (kept[1].record.reply, kept[1].record.shown, len(sound)) == (whole, "de", 0)
    assert [exchange.reply for exchange in back] == [exchange.reply for exchange in companion.history]
    assert all(said.codes is None for said in back[1].phrases)


def test_typed_words_are_answered_in_their_language() -> None:
    tape, records = Tape(), SimpleQueue[TurnRecord]()

    def listen(notice: Notice) -> None:
        if isinstance(notice.what, TurnRecord):
            records.put(notice.what)

    engines = Engines(Vad(), Transcriber(), German(), Voice(), (REFERENCE,), speaks=("en",))
    with Companion(engines, Stillness(tape), tape, listen) as companion:
        companion.say("Ich bin nicht there")
        first = records.get(timeout=20)
        companion.say("and how are you?")
        second = records.get(timeout=20)
    assert (first.language, first.shown, first.reply_samples) == ("de", "de", 0)
    assert (second.language, second.shown) == ("en", "")
    assert second.reply_samples > 0
