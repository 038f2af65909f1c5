"""Written conversations for the pocket chat model, drawn from the domain's grammar.

What the user says varies widely (paraphrase, case, punctuation, contractions, slips of the recogniser and of the
fingers); what the companion says comes from the domain alone, so that the voice can say it. `Turn.accepted` lists
every reply that is right at that place: training draws one of them, the test accepts any.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import domain
from arrival import rendered
from phrasings import EXTRA_ASKS
from strange import a_name, strange

PERSONAS = (
    # core.settings.PersonaSettings: what the program says unless its user wants otherwise
    "You are Sotto, a warm and attentive voice companion. Your words are spoken aloud: answer in one to three short, "
    "natural sentences, without lists, markup or emoji.",
    "You are Sotto, a voice companion.",
    "You are Sotto, a warm and friendly voice companion. Answer in one or two short sentences.",
    "You are Sotto, a private voice companion that lives on this computer. Speak naturally and keep it short.",
    "Keep your answers short. They will be spoken aloud.",
    "You are a helpful assistant.",
    "You are Sotto. You talk with one person. Write as people speak: no lists, no markdown, no emoji.",
)
NAME_NOTES = ("The user's name is {name}.", "You talk with {name}.", "The name of the user is {name}.")
TELL_NAME_MORE = (
    "my name's {name}",
    "I'm {name}",
    "you can call me {name}",
    "please call me {name}",
    "people call me {name}",
    "it is {name}",
    "the name is {name}",
    "this is {name}",
    "{name} is my name",
    "by the way, my name is {name}",
    "everybody calls me {name}",
    "{name} here",
    "my name is {name}, what is yours",
    "remember that my name is {name}",
    "remember my name, it is {name}",
    "my first name is {name}",
    "no, my name is {name}",
    "they call me {name}",
)
ASK_NAME_MORE = (
    "what's my name",
    "can you tell me my name",
    "tell me my name",
    "say my name",
    "do you still know my name",
    "do you still remember my name",
    "and what is my name",
    "what was my name",
    "what did I say my name was",
    "do you know who I am",
    "do you remember who I am",
    "what am I called",
    "have you forgotten my name",
    "what name did I tell you",
    "who are you talking to",
    "can you remember my name",
    "how do you call me",
)
GO = frozenset({"walking", "swimming", "dancing", "running"})
SHE_HE = {"my sister": "she", "my mother": "she", "my brother": "he", "my father": "he"}


@dataclass(frozen=True)
class Turn:
    """One exchange: what the user says, the reply, every reply that would be right, and the kind of thing asked."""

    kind: str
    said: str
    reply: str
    accepted: tuple[str, ...]


@dataclass
class Memory:
    """What a conversation has established so far."""

    name: str | None = None
    used: set[str] = field(default_factory=set)  # replies already given: no joke is told twice in a row


@dataclass(frozen=True)
class Dialogue:
    """A conversation: an optional system prompt, an optional opening by the companion, and turns."""

    system: str | None
    opening: str | None
    turns: tuple[Turn, ...]


def draw(random_: random.Random, *, turns: int | None = None, held_out: bool = False) -> Dialogue:
    """Draw a conversation of 1 to 8 turns (or `turns`); `held_out` picks what is kept from training."""
    memory = Memory()
    system = _system(random_, memory, held_out=held_out)
    opening = random_.choice(domain.stock_replies()) if random_.random() < 0.08 else None
    count = turns or random_.randint(1, 8)
    return Dialogue(system, opening, tuple(_turn(random_, memory, held_out) for _ in range(count)))


def draw_turn(random_: random.Random, kind: str, memory: Memory, held_out: bool = False) -> Turn:
    """Draw one exchange of a kind ("tell name", "ask name", "unknown", "free", or "intent").

    What the user says is in the training set or, with `held_out`, kept from it; `memory` is brought up to date.
    """
    while True:
        asked, accepted, name = _KINDS[kind](random_, memory, held_out)
        said = rendered(asked, random_, keep=name)
        if kept_from_training(said) == held_out:
            break
    if name:
        memory.name = name
    fresh = [reply for reply in accepted if reply not in memory.used] or list(accepted)
    reply = random_.choice(fresh)
    memory.used.add(reply)
    return Turn(kind, said, reply, tuple(accepted))


def kept_from_training(said: str) -> bool:
    """Say whether a message is kept for the test; digits count, which `domain.is_held_out` does not see."""
    return domain.is_held_out(re.sub(r"\d", lambda digit: f" {'abcdefghij'[int(digit[0])]} ", said))


def _turn(random_: random.Random, memory: Memory, held_out: bool) -> Turn:
    weights = {"tell name": 0.14, "ask name": 0.16, "unknown": 0.14, "free": 0.12, "intent": 0.44}
    return draw_turn(random_, random_.choices(list(weights), list(weights.values()))[0], memory, held_out)


def _system(random_: random.Random, memory: Memory, held_out: bool) -> str | None:
    if random_.random() < 0.6:
        return None
    text = PERSONAS[0] if random_.random() < 0.6 else random_.choice(PERSONAS[1:])
    if random_.random() < 0.3:
        memory.name = a_name(random_, held_out)
        text += " " + random_.choice(NAME_NOTES).replace("{name}", memory.name)
    return text


# What may be said, and what is right to answer: each returns (ask, accepted replies, a name that was told or None).


Said = tuple[str, list[str], str | None]


def _tell_name(random_: random.Random, memory: Memory, held_out: bool) -> Said:
    del memory
    name = a_name(random_, held_out)
    pattern = random_.choice(domain.TELL_NAME if random_.random() < 0.5 else TELL_NAME_MORE)
    asked = domain.expand(pattern, random_, name=name)
    if random_.random() < 0.12:  # the name in passing: the question is what gets answered
        question, accepted = _intent_ask(random_)
        return f"{asked}. {question}", accepted, name
    return asked, [domain.expand(reply, random_, name=name) for reply in domain.NAME_TOLD], name


def _ask_name(random_: random.Random, memory: Memory, held_out: bool) -> Said:
    del held_out
    asked = domain.expand(random_.choice(domain.ASK_NAME if random_.random() < 0.5 else ASK_NAME_MORE), random_)
    if memory.name is None:
        return asked, list(domain.NAME_UNKNOWN), None
    return asked, [domain.expand(reply, random_, name=memory.name) for reply in domain.NAME_KNOWN], None


def _unknown(random_: random.Random, memory: Memory, held_out: bool) -> Said:
    del memory, held_out
    return strange(random_), list(domain.UNKNOWN), None


def _free(random_: random.Random, memory: Memory, held_out: bool) -> Said:
    del memory, held_out
    number = random_.randrange(len(domain.FREE))
    slots = {slot: random_.choice(values) for slot, values in domain.SLOTS.items()}
    named_twice = domain.FREE[number].count("{name}") > 1
    fixed = {k: v for k, v in slots.items() if k != "name" and domain.FREE[number].count("{" + k + "}") == 1}
    asked = domain.expand(domain.FREE[number], random_, **fixed)
    replies = FREE_REPLIES[number] + (("It is good to have people you love.",) if named_twice else ())
    return asked, [domain.expand(r, random_, **slots) for r in replies if _fits(r, slots)], None


def _intent(random_: random.Random, memory: Memory, held_out: bool) -> Said:
    del memory, held_out
    asked, accepted = _intent_ask(random_)
    if random_.random() < 0.06:  # a remark first; the last sentence is what gets answered
        remark, _ = _intent_ask(random_, domain.TALK)
        asked = f"{remark}. {asked}"
    return asked, accepted, None


_KINDS = {"tell name": _tell_name, "ask name": _ask_name, "unknown": _unknown, "free": _free, "intent": _intent}
KINDS = tuple(_KINDS)


def _intent_ask(random_: random.Random, among: tuple[domain.Intent, ...] | None = None) -> tuple[str, list[str]]:
    """Draw a way to express an intent and list the replies that suit it."""
    intent = random_.choice(among or (domain.DRILLS if random_.random() < 0.3 else domain.TALK))
    return intent_ask(intent, random_)


def intent_ask(intent: domain.Intent, random_: random.Random) -> tuple[str, list[str]]:
    """Draw a way to express this intent and list the replies that suit it."""
    extra = _extra_asks(intent.name)
    pattern = random_.choice(extra if extra and random_.random() < 0.5 else intent.asks)
    slots = {slot: random_.choice(values) for slot, values in domain.SLOTS.items()}
    if pattern == "do you like {hobby}" and slots["hobby"] == "music":
        slots["hobby"] = "reading"  # "do you like music" is the intent "sing"
    asked = domain.expand(pattern, random_, **slots)
    if random_.random() < 0.7:
        asked = re.sub(r"\b([Aa]) (?=elephant)", r"\1n ", asked)
    return asked, _answers(intent, random_, slots)


def _answers(intent: domain.Intent, random_: random.Random, slots: dict[str, str]) -> list[str]:
    if intent.name == "user food" and slots["food"] == "apples":  # the answers want a singular
        return ["That is lovely to hear.", "Wonderful! Tell me more about it."]
    patterns = [a for a in intent.answers if _fits(a, slots)]
    if intent.name == "user person":
        pronoun = SHE_HE.get(slots["person"])
        patterns = [re.sub(r"\[.*?\]", pronoun, a) if pronoun else a for a in patterns if pronoun or "[" not in a]
    return [domain.expand(a, random_, **slots) for a in patterns]


def _fits(reply: str, slots: dict[str, str]) -> bool:
    """Say whether a reply is good English with these slots."""
    if "go {hobby}" in reply:
        return slots["hobby"] in GO
    if re.search(r"\b[Aa] \{animal\}", reply):
        return slots["animal"] != "elephant"
    return not ("{food} sounds" in reply and slots["food"] == "apples")


_MORE = ("Good. Tell me more.", "All right, go on.", "Great. What comes next?", "Wonderful! Tell me more about it.")
_ONLY_VOICE = (
    "I am a voice that lives on your computer.",
    "I am a program that listens and talks with you.",
    "I am not a person. I am a small computer voice.",
)
FREE_REPLIES: tuple[tuple[str, ...], ...] = (
    _MORE,
    ("What do you like about {place}?", *_MORE[:2]),
    ("{food} sounds very good.", "A cup of {drink} is always nice.", "Some {drink} is a good idea."),
    ("That is lovely to hear.", *_MORE[:3]),
    _MORE[:3],
    ("That is all right. There is no hurry.", *_MORE[1:3]),
    _ONLY_VOICE,
    _ONLY_VOICE,
    ("That is a good question. I am not sure.",),
    _MORE[:2],
    _MORE[:3],
    ("{hobby} is good for you.", "{hobby} sounds like fun."),
    ("I do not know the weather. Is it nice outside?", "Then take it slowly today.", "All right, go on."),
    ("That is lovely to hear.",),
)
if len(FREE_REPLIES) != len(domain.FREE):
    raise ValueError("dialogues: FREE_REPLIES must answer each pattern of domain.FREE")


@lru_cache(maxsize=512)
def _extra_asks(name: str) -> tuple[str, ...]:
    kind, *rest = name.split()
    if kind == "sum":
        a, b = rest
        x, y = (domain.SLOTS["number"][int(n) - 1] for n in rest)
        return (
            f"what is {a} plus {b}",
            f"{a} plus {b}",
            f"what is {a} + {b}",
            f"{a}+{b}",
            f"{x} plus {y}",
            f"what's {x} plus {y}",
            f"how much is {a} plus {b}",
            f"what do you get for {x} plus {y}",
            f"add {x} and {y}",
            f"what is {x} and {y}",
            f"can you tell me what {x} plus {y} is",
        )
    if kind in {"after", "before"}:
        day = rest[0]
        return (
            f"what comes {kind} {day}",
            f"what is the day {kind} {day}",
            f"which day comes {kind} {day}",
            f"what day is {kind} {day}",
            f"what day is it {kind} {day}",
            f"tell me the day {kind} {day}",
        )
    if kind == "opposite":
        word = rest[0]
        return (
            f"what's the opposite of {word}",
            f"tell me the opposite of {word}",
            f"the opposite of {word}",
            f"what is the contrary of {word}",
            f"do you know the opposite of {word}",
        )
    if kind == "sound":
        animal = rest[0]
        return (
            f"what does a {animal} say",
            f"how does a {animal} sound",
            f"which sound does the {animal} make",
            f"what sound does the {animal} make",
            f"what noise does a {animal} make",
        )
    return EXTRA_ASKS.get(name, ())


# The written form that the model reads.


def pieces(dialogue: Dialogue, random_: random.Random | None = None) -> Iterator[tuple[str, str, bool]]:
    """Yield (role, text, is learnt) for every message.

    With `random_`, some of the companion's replies are cut off, as after a barge-in; those are not learnt.
    """
    if dialogue.system:
        yield "system", dialogue.system, False
    if dialogue.opening:
        yield "assistant", dialogue.opening, False
    last = len(dialogue.turns) - 1
    for i, turn in enumerate(dialogue.turns):
        yield "user", turn.said, False
        words = turn.reply.split()
        if random_ and i < last and random_.random() < 0.06:
            part = " ".join(words[: random_.randrange(1, len(words) + 1)])
            yield "assistant", part + random_.choice(("", "...", "\u2026", " -")), False
        else:
            yield "assistant", turn.reply, True
