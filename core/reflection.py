"""What the chat model is asked while nobody speaks, and what is taken from its answers. Pure.

It is asked in the very prompt of the next reply, with a question at its end: so all it has read for the question is
read already when the user speaks. It looks for facts in what is new, sums up what will soon leave its window, and
otherwise reads ahead. An answer that has not the form that was asked for, or speaks of what was never said, is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.events import Close, Effect, Event, Noted
from core.memory import Exchange, Notes, Summary, gone, messages, spoken_chars, window_chars
from core.settings import Settings
from core.types import Message, Turn

FACTS = (
    "(This is not from the user.) Look at what the user said about themselves since your last answer but {back}. Write "
    "each lasting fact on a line of its own that begins with '- The user': names, people, places, work, likes, health, "
    "plans. At most three lines, at most fifteen words each. No guesses, nothing that you said, no small talk. If "
    "there is no such fact, write only: none"
)
SUMMARY = (
    "(This is not from the user.) Sum up this conversation from its beginning in two or three short plain sentences, "
    "so that you can go on with it later: what it was about, what was decided or promised, what is open. Write only "
    "them."
)
MOST_FACTS = 3
FACT_WORDS = (3, 24)
FACT_CHARS = 160
SUMMARY_WORDS = 5
SUMMARY_CHARS = 480
ANSWER_CHARS = 900  # more is no answer
GROUNDED = 3  # of so many telling words, one must have been said
_FACT = re.compile(r"[-*•] +(the user\b.*)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
PLAIN = (  # words that say nothing of what a text is about
    "the user users their they them this that with from have has had was were are for and not but his her about who "
    "what when where which would could should also been being into than then there very called named name"
)
_MARKUP = re.compile(r"[<>{}|`#*_\[\]\\]")


@dataclass(frozen=True, eq=False)
class Question:
    """What the chat model is asked, and of which turns."""

    kind: Literal["facts", "summary", "ahead"]
    messages: tuple[Message, ...]
    spoken: tuple[tuple[Turn, Exchange], ...] = ()  # in which facts are looked for
    through: Turn | None = None  # the last turn that is summed up
    ground: str = ""  # all words that a summary may come from
    known: tuple[str, ...] = ()  # facts that need not be told again


class Reflection:
    """Follows a conversation and says what is to be asked next; `notes` is None where nothing is kept."""

    def __init__(self, settings: Settings, history: Sequence[Exchange], notes: Notes | None) -> None:
        self._system, self._set = settings.persona.system, settings.memory
        self._on = notes is not None and settings.memory.notes == "on"
        self.notes = notes or Notes()
        self._turns: list[Turn | None] = [None] * len(history)  # of the history's exchanges; None if of another sitting
        self._known = self.notes.facts
        self._looked = len(history)  # exchanges in which facts were looked for
        self._behind = bool(history)  # the chat model has not read what it will be asked
        self._window = gone(self._system, history, self._set)

    def note(self, what: Event | Effect, history: Sequence[Exchange]) -> None:
        """Take note of what happened; `history` is that after it."""
        if isinstance(what, Close) and what.exchange is not None:
            self._turns.append(what.turn)
            window = gone(self._system, history, self._set)
            self._behind, self._window = self._behind or window != self._window, window
        elif isinstance(what, Noted):
            self._learn(what)

    def _learn(self, noted: Noted) -> None:
        self._behind = False  # whatever was asked, it was asked at the end of the next prompt
        self._known += tuple(text for _, text in noted.facts)
        if noted.kind == "facts" and noted.through in self._turns:
            self._looked = self._turns.index(noted.through) + 1
        if noted.kind == "summary" and noted.through in self._turns:
            covers = self._turns.index(noted.through) + 1
            # Without an answer the one before goes on: else it would be asked for again and again.
            text = noted.summary or (self.notes.summaries[-1].text if self.notes.summaries else "")
            self.notes = replace(self.notes, summaries=(*self.notes.summaries, Summary(text, covers)))

    def due(self, history: Sequence[Exchange]) -> Question | None:
        """Return what is to be asked if nobody speaks for a while; None if there is nothing."""
        if not history or len(history) != len(self._turns):
            return None
        new = [(turn, each) for turn, each in list(zip(self._turns, history, strict=True))[self._looked :] if turn]
        if self._on and self._full(history) and self._turns[-1]:
            ground = " ".join([*(f"{each.user} {each.reply}" for each in history), self._summed])
            asked = self._asked(history, SUMMARY)
            return Question("summary", asked, through=self._turns[-1], ground=ground)
        if self._on and new:
            asked = self._asked(history, FACTS.format(back=len(new)))
            return Question("facts", asked, tuple(new), through=new[-1][0], known=self._known)
        return Question("ahead", self._asked(history, "Go on.")) if self._behind else None

    @property
    def _summed(self) -> str:
        return self.notes.summaries[-1].text if self.notes.summaries else ""

    def _full(self, history: Sequence[Exchange]) -> bool:
        """Whether the window is more than half full, and what no summary covers would leave it next."""
        high, low = window_chars(self._system, self._set)
        window, lengths = gone(self._system, history, self._set), [spoken_chars(each) for each in history]
        stays = len(history)
        while stays > window and sum(lengths[stays - 1 :]) <= low:
            stays -= 1
        covered = self.notes.summaries[-1].covers if self.notes.summaries else 0
        return sum(lengths[window:]) > low + (high - low) // 3 and stays > covered

    def _asked(self, history: Sequence[Exchange], question: str) -> tuple[Message, ...]:
        # However long the question is, it must not move the window.
        *past, last = messages(self._system, history, "?", self._set, self.notes)
        return (*past, replace(last, text=last.text[:-1] + question))


def answered(question: Question, answer: str) -> Noted:
    """Return what an answer says, which may be nothing."""
    through = question.through or Turn(0)
    if question.kind == "summary":
        return Noted("summary", through, summary=summary_in(answer, question.ground))
    facts = facts_in(answer, question.spoken, question.known) if question.kind == "facts" else ()
    return Noted(question.kind, through, facts)


def facts_in(
    answer: str, spoken: Sequence[tuple[Turn, Exchange]], known: Sequence[str] = ()
) -> tuple[tuple[Turn, str], ...]:
    """Return the facts in an answer, each with the turn that says most of it."""
    found: list[tuple[Turn, str]] = []
    seen = {telling(fact) for fact in known}
    for line in answer[:ANSWER_CHARS].splitlines():
        matched = _FACT.fullmatch(line.strip())
        text = " ".join(matched[1].split()) if matched else ""
        if not _well_formed(text) or telling(text) in seen:
            continue
        turn = _source(text, spoken)
        if turn is not None and len(found) < MOST_FACTS:
            found.append((turn, text))
            seen.add(telling(text))
    return tuple(found)


def summary_in(answer: str, ground: str) -> str:
    """Return the summary in an answer, whole sentences only; empty if it is none."""
    text = " ".join(answer.split()).strip('"“”')
    text = re.sub(r"^(?:here is |this is )?(?:a |the )?(?:short )?summary[^:]{0,40}: *", "", text, flags=re.IGNORECASE)
    if len(text) > SUMMARY_CHARS:
        text = text[: text.rfind(". ", 0, SUMMARY_CHARS) + 1]
    if len(text.split()) < SUMMARY_WORDS or _MARKUP.search(text) or not text.endswith((".", "!", "?")):
        return ""
    return text if _grounded(text, _stems(ground)) else ""


def telling(text: str) -> frozenset[str]:
    """Return the words of a text that say what it is about, shortened so that other forms of them match."""
    return _stems(text) - _stems(PLAIN)


def _well_formed(text: str) -> bool:
    low, high = FACT_WORDS
    words = len(text.split())
    return low <= words <= high and len(text) <= FACT_CHARS and not _MARKUP.search(text) and not text.endswith("?")


def _source(text: str, spoken: Sequence[tuple[Turn, Exchange]]) -> Turn | None:
    if not _grounded(text, _stems(" ".join(exchange.user for _, exchange in spoken))):
        return None
    wanted = telling(text)
    return max(spoken, key=lambda each: len(wanted & _stems(each[1].user)))[0]


def _grounded(text: str, said: frozenset[str]) -> bool:
    """Whether enough of a text was said; its names and numbers must have been, all of them."""
    wanted = telling(text)
    names = _stems(" ".join(_names(text)))
    return bool(wanted & said) and len(wanted & said) * GROUNDED >= len(wanted) and names <= said


def _names(text: str) -> Iterable[str]:
    for sentence in re.split(r"(?<=[.!?]) ", text):
        words = _WORD.findall(sentence)
        yield from (word for word in words[1:] if word[0].isupper() and word not in ("I", "User"))
        yield from (word for word in words if word.isdigit())


def _stems(text: str) -> frozenset[str]:
    words = (word.lower().replace("’", "'").removesuffix("'s") for word in _WORD.findall(text))
    return frozenset(word[:5] for word in words if len(word) > 2 or word.isdigit())
