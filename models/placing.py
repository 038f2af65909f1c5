"""What computes where; when there is no room, what is tried next: smaller, then the processor, each step said aloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from models.pack import Pack

T = TypeVar("T")
ALL = -1  # of the chat's layers
LEAST_CONTEXT = 1024
LARGE = 500_000_000  # bytes of a voice checkpoint, from which on a processor computes with int8 weights
WORDS = ("out of memory", "cannot make room", "failed to allocate", "alloc_failed", "unable to allocate", "bad_alloc")


@dataclass(frozen=True)
class Placement:
    """Where each model computes; the usual one is the processor."""

    voice: str = "cpu"  # a torch device
    precision: str = "fp32"
    chat_layers: int = 0  # on the card; ALL is all
    context: int = 4096
    transcriber: str = "cpu"
    compute_type: str = "default"


def places(placed: Placement) -> dict[str, str]:
    """Return for each role what computes it: "processor", "card", or "both"."""
    some = "both" if placed.chat_layers else "processor"
    return {
        "transcriber": "processor" if placed.transcriber == "cpu" else "card",
        "chat": "card" if placed.chat_layers == ALL else some,
        "voice": "processor" if placed.voice == "cpu" else "card",
    }


class NoRoom(Exception):
    """A model that fits nowhere, however small; one line."""


def is_large(pack: Pack) -> bool:
    """Tell whether a pack's voice is one that a graphics card is for."""
    return sum(file.size for file in pack.voice.files) > LARGE


def usual(pack: Pack, *, card: bool = False, works: frozenset[str] = frozenset()) -> Placement:
    """Return where a pack's models go: on the card what `works` there, the rest on the processor."""
    large = is_large(pack)
    placement = Placement(precision="int8" if large else "fp32")
    if card and large:
        if "torch" in works:
            placement = replace(placement, voice="cuda", precision="bf16")
        if "llama.cpp" in works:
            placement = replace(placement, chat_layers=ALL)
        if "CTranslate2" in works:
            placement = replace(placement, transcriber="cuda", compute_type="float16")
    return placement


def without(role: str, placement: Placement) -> Placement:
    """Return the placement with a role on the processor."""
    match role:
        case "voice":
            return replace(placement, voice="cpu", precision="int8")
        case "chat":
            return replace(placement, chat_layers=0)
        case _:
            return replace(placement, transcriber="cpu", compute_type="default")


def no_room(error: BaseException) -> bool:
    """Tell whether a runtime failed for want of memory: each has its own way to say so."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(words in text for words in WORDS)


def smaller(role: str, placement: Placement) -> Iterator[tuple[Placement, str]]:
    """Yield what to try after `placement` when a role has no room, and how to say it."""
    if role == "voice" and placement.voice != "cpu":
        yield replace(placement, voice="cpu", precision="int8"), "the voice computes on the processor now and may wait"
    elif role == "voice" and placement.precision != "int8":
        yield replace(placement, voice="cpu", precision="int8"), "the voice is kept in eight bits now"
    if role == "transcriber":
        if placement.transcriber != "cpu" and placement.compute_type != "int8_float16":
            yield replace(placement, compute_type="int8_float16"), "recognition is kept in eight bits now"
        if placement.transcriber != "cpu":
            yield (
                replace(placement, transcriber="cpu", compute_type="int8"),
                "recognition computes on the processor now",
            )
        elif placement.compute_type != "int8":
            yield replace(placement, compute_type="int8"), "recognition is kept in eight bits now"
    if role == "chat":
        yield from _smaller_chat(placement)


def _smaller_chat(placement: Placement) -> Iterator[tuple[Placement, str]]:
    if placement.chat_layers:
        if placement.context > LEAST_CONTEXT:
            placement = replace(placement, context=max(LEAST_CONTEXT, placement.context // 2))
            yield placement, f"the chat model remembers {placement.context} tokens at a time now"
        layers = 16 if placement.chat_layers == ALL else placement.chat_layers // 2
        while layers >= 4:
            yield replace(placement, chat_layers=layers), f"{layers} layers of the chat model are on the card now"
            layers //= 2
        yield replace(placement, chat_layers=0), "the chat model computes on the processor now"
    while placement.context > LEAST_CONTEXT:
        placement = replace(placement, chat_layers=0, context=max(LEAST_CONTEXT, placement.context // 2))
        yield placement, f"the chat model remembers {placement.context} tokens at a time now"


def loaded(
    role: str, placement: Placement, load: Callable[[Placement], T], say: Callable[[str], None]
) -> tuple[T, Placement]:
    """Load a model where it was placed, or smaller, or on the processor; return it and where it ended up.

    Raises NoRoom when nothing is left to try; whatever else `load` raises is not about memory and passes.
    """
    steps = iter([(placement, ""), *smaller(role, placement)])
    for tried, words in steps:
        try:
            model = load(tried)
        except Exception as error:
            if not no_room(error):
                raise
            continue
        if words:
            say(f"There was not enough memory: {words}.")
        return model, tried
    raise NoRoom(
        f"the {role} model does not fit into this machine's memory; close other programs or choose a smaller pack"
    )
