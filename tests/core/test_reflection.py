"""What is thought about while nobody speaks: when, what is taken from the answer, and that no turn waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.companion import Companion, Engines
from core.events import Close, Noted
from core.memory import Exchange, Notes, Said, Summary, gone, messages
from core.records import Notice, TurnRecord
from core.reflection import Question, Reflection, answered, facts_in, summary_in
from core.rehearsal import Stillness, Tape
from core.settings import MemorySettings, Settings
from core.types import Message, Segment, Turn
from tests.fakes import Transcriber, Vad, Voice

TIGHT = replace(Settings(), memory=MemorySettings(chat_chars_high=2400, chat_chars_low=1600, notes_chars=400, idle_s=0))
SPOKEN = (
    (Turn(1), Exchange("My name is Ada and I work as a nurse.", None, (Said("Nice.", "Nice."),))),
    (Turn(2), Exchange("I like strong coffee.", None, (Said("Me too.", "Me too."),))),
)


@pytest.mark.parametrize(
    ("answer", "facts"),
    [
        (
            "- The user is called Ada.\n- The user likes coffee.",
            [(1, "The user is called Ada."), (2, "The user likes coffee.")],
        ),
        ("* the user works as a nurse", [(1, "the user works as a nurse")]),
        ("none", []),
        ("", []),
        ("The user is called Ada.", []),  # not in the form that was asked for
        ("- Ada is a nurse", []),
        ("- The user is called Bea.", []),  # a name that nobody said
        ("- The user is 40 and a nurse", []),  # a number that nobody said
        ("- The user plays the violin every evening", []),  # invented
        ("- The user likes coffee?", []),
        ("- The user likes <|end|> coffee", []),
        ("- The user " + "likes coffee " * 20, []),
        ("Sure! Here they are:\n- The user likes coffee.\nAnything else?", [(2, "The user likes coffee.")]),
        ("- The user likes coffee\n- The user is a nurse\n- The user is called Ada\n- The user works", 3),
    ],
)
def test_only_facts_in_the_form_that_were_said_are_taken(answer, facts):
    found = facts_in(answer, SPOKEN)
    assert len(found) == facts if isinstance(facts, int) else [(turn.id, text) for turn, text in found] == facts


def test_what_is_known_is_not_noted_again():
    assert facts_in("- The user is called Ada!", SPOKEN, ["The user is called Ada."]) == ()
    assert len(facts_in("- The user is called Ada.\n- The user is called Ada!", SPOKEN)) == 1


@given(st.text(max_size=400))
def test_whatever_comes_back_is_no_fact_that_breaks_a_prompt(answer):
    for line in (answer, f"- The user {answer}"):
        for _, text in facts_in(line, SPOKEN):
            assert len(text) <= 160
            assert "\n" not in text
            assert not set(text) & set("<>{}|")


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("Ada likes coffee. She works as a nurse.", "Ada likes coffee. She works as a nurse."),
        ("Summary: Ada likes coffee and is a nurse.", "Ada likes coffee and is a nurse."),
        ("Ada likes coffee", ""),  # cut off
        ("- Ada\n- coffee and more of it.", "- Ada - coffee and more of it."),
        ("* Ada * coffee and more of it.", ""),
        ("Bob went to Paris with a violin.", ""),
        ("Ok.", ""),
        ("", ""),
    ],
)
def test_a_summary_is_whole_sentences_about_what_was_said(answer, kept):
    assert summary_in(answer, "My name is Ada and I work as a nurse. I like coffee.") == kept


def test_a_long_summary_ends_with_a_sentence():
    text = "Ada likes coffee very much indeed. " * 40
    kept = summary_in(text, "Ada likes coffee")
    assert kept.endswith("indeed.")
    assert len(kept) <= 480


def exchange(number: int) -> Exchange:
    said = f"This is the answer of turn {number}, which goes on for a while."
    return Exchange(f"I tell you about turn {number}, at some length.", None, (Said(said, said),))


def follow(reflection: Reflection, count: int, answer: Callable[[Question], str]) -> list[Question]:
    """Let turns come and go, with time to think after each."""
    history, asked = (), []
    for number in range(1, count + 1):
        history += (exchange(number),)
        reflection.note(Close(Turn(number), "answered", history[-1]), history)
        while question := reflection.due(history):
            asked.append(question)
            reflection.note(answered(question, answer(question)), history)
    return asked


def test_each_turn_is_looked_at_once_and_what_leaves_is_summed_up_before():
    reflection = Reflection(TIGHT, (), Notes())
    asked = follow(reflection, 60, lambda question: f"They told me about turn {len(question.messages)}.")
    facts = [turn.id for question in asked if question.kind == "facts" for turn, _ in question.spoken]
    assert facts == [*range(1, 61)]
    history = [exchange(number) for number in range(1, 61)]
    for count in range(1, 61):
        left = gone(TIGHT.persona.system, history[:count], TIGHT.memory)
        noted = Notes(summaries=tuple(each for each in reflection.notes.summaries if each.covers <= count))
        summary = noted.summary(left)
        assert not left or (summary and summary.covers >= left), "nothing leaves without being summed up"
    assert len(reflection.notes.summaries) < 12


def test_a_question_shares_all_but_its_end_with_the_next_prompt():
    """So the model has read the next prompt when the user speaks, and no turn waits for what was thought between."""
    reflection = Reflection(TIGHT, (), Notes())
    for question in follow(reflection, 40, lambda _: "They told me about a turn."):
        count = next(i for i in range(1, 41) if exchange(i).reply == question.messages[-2].text)
        history = [exchange(number) for number in range(1, count + 1)]
        covers = [each for each in reflection.notes.summaries if each.covers < count]
        prompt = messages(TIGHT.persona.system, history, "and now?", TIGHT.memory, Notes(summaries=tuple(covers)))
        assert list(question.messages[1:-1]) == prompt[1:-1]
        assert question.messages[0] == prompt[0]


def test_where_nothing_is_noted_it_only_reads_ahead():
    off = replace(TIGHT, memory=replace(TIGHT.memory, notes="off"))
    for settings, notes in ((off, Notes(("The user is Ada.",))), (TIGHT, None)):
        asked = follow(Reflection(settings, (), notes), 60, lambda _: "They told me about turn 3.")
        assert {question.kind for question in asked} == {"ahead"}  # each time that the window moved
        assert 0 < len(asked) < 10
    text = messages("Be kind.", [], "hello", off.memory, Notes(("The user is Ada.",)))[0].text
    assert text == "Be kind."


def test_a_conversation_that_goes_on_is_read_ahead_once():
    history = tuple(exchange(number) for number in range(20))
    reflection = Reflection(TIGHT, history, Notes((), (Summary("They told me.", 20),)))
    question = reflection.due(history)
    assert question is not None
    assert question.kind == "ahead"
    assert "They told me." in question.messages[0].text
    reflection.note(answered(question, ""), history)
    assert reflection.due(history) is None


def test_an_answer_that_is_none_is_not_asked_for_again():
    asked = follow(Reflection(TIGHT, (), Notes()), 60, lambda _: "")
    assert len([question for question in asked if question.kind == "summary"]) < 12


def test_facts_and_summary_stand_in_the_prompt_and_the_newest_facts_win():
    notes = Notes(
        tuple(f"The user likes number {n}." for n in range(99)), (Summary("They talked.", 9), Summary("On.", 99))
    )
    history = [exchange(number) for number in range(60)]
    text = messages("Be kind.", history, "hello", TIGHT.memory, notes)[0].text
    assert text.startswith("Be kind.\n\nWhat you know of the user:\n- ")
    assert "number 98." in text
    assert "number 1." not in text
    assert text.endswith("Earlier in this conversation: On.")
    assert len(text) <= len("Be kind.") + 400
    assert "Earlier" not in messages("Be kind.", history[:3], "hello", TIGHT.memory, notes)[0].text


class Scripted:
    """A chat model that answers questions about the talk as it was told to, and everything else with one word."""

    def __init__(self, facts: str, before: Callable[[], None] = lambda: None) -> None:
        self.facts, self.before, self.asked = facts, before, SimpleQueue[str]()

    def __call__(self, prompt: Sequence[Message], seed: int) -> Iterator[str]:
        text = prompt[-1].text
        if not text.startswith("(This is not"):
            yield "Right."
            return
        self.asked.put(text)
        self.before()
        yield from self.facts.splitlines(keepends=True)


def converse(chat: Scripted, texts: Sequence[str], notices: SimpleQueue[Notice], notes: Notes | None) -> Companion:
    tape = Tape()
    reference = (Segment(0, "Me.", np.ones((20, 4), np.int64), pinned=True),)
    engines = Engines(Vad(), Transcriber(), chat, Voice(), reference)
    companion = Companion(engines, Stillness(tape), tape, notices.put, TIGHT, notes=notes)
    companion.start()
    for text in texts:
        companion.say(text)
        while not isinstance(notices.get(timeout=30).what, TurnRecord):
            pass
    return companion


def noted(notices: SimpleQueue[Notice], seconds: float = 30) -> Noted | None:
    until = time.monotonic() + seconds
    while True:
        try:
            what = notices.get(timeout=max(until - time.monotonic(), 0.01)).what
        except Empty:
            return None
        if isinstance(what, Noted):
            return what


def test_a_companion_notes_what_it_was_told_when_it_is_quiet():
    notices: SimpleQueue[Notice] = SimpleQueue()
    companion = converse(Scripted("- The user is called Ada\n- The user likes tea\n"), ["I am Ada"], notices, Notes())
    found = noted(notices)
    assert found is not None
    assert found.facts == ((Turn(1), "The user is called Ada"),)
    assert companion.prompt[-1] == Message("user", "I am Ada")
    companion.stop()


def test_who_speaks_is_answered_while_the_companion_thinks():
    """A model that would think for ever is left off at its next word."""
    notices: SimpleQueue[Notice] = SimpleQueue()
    chat = Scripted("- The user is called Ada\n" * 1_000_000)
    companion = converse(chat, ["I am Ada"], notices, Notes())
    assert "what the user said" in chat.asked.get(timeout=30)
    companion.say("and who are you")
    turn = next(what for what in iter(lambda: notices.get(timeout=30).what, None) if isinstance(what, TurnRecord))
    assert (turn.user, turn.reply, turn.outcome) == ("and who are you", "Right.", "answered")
    companion.stop()


def test_a_model_that_fails_at_thinking_still_answers():
    def fail() -> None:
        raise RuntimeError("out of memory")

    notices: SimpleQueue[Notice] = SimpleQueue()
    companion = converse(Scripted("", fail), ["I am Ada"], notices, Notes())
    found = noted(notices)
    assert found is not None
    assert found.facts == ()
    companion.say("hello")
    turn = next(what for what in iter(lambda: notices.get(timeout=30).what, None) if isinstance(what, TurnRecord))
    assert turn.outcome == "answered"
    companion.stop()


def test_without_notes_nothing_is_asked():
    notices: SimpleQueue[Notice] = SimpleQueue()
    companion = converse(chat := Scripted("- The user is called Ada\n"), ["I am Ada", "hello"], notices, None)
    assert noted(notices, 0.3) is None
    assert chat.asked.empty()
    companion.stop()
