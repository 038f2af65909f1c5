"""How each model family writes a conversation. Ours, never the file's: a GGUF's own template is a program.

Markers become special tokens; what people and models say between them never does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.types import Message


@dataclass(frozen=True)
class Family:
    """The markers around one message of each role."""

    opens: Mapping[str, str]
    closes: Mapping[str, str]
    begin: str = ""  # before the first message; empty: the beginning-of-text token if the file asks for one
    own_system: bool = True  # False: the system's text goes before the first user message's


@dataclass(frozen=True)
class Part:
    """One message ready to become tokens: marker, text, marker."""

    role: str
    opens: str
    text: str
    closes: str


ROLES = ("system", "user", "assistant")


def _same(opens: str, closes: str) -> tuple[dict[str, str], dict[str, str]]:
    return {role: opens.format(role=role) for role in ROLES}, dict.fromkeys(ROLES, closes)


FAMILIES: dict[str, Family] = {
    "pocket": Family(*_same("<|{role}|>", "<|end|>"), begin="<s>"),
    "llama3": Family(*_same("<|start_header_id|>{role}<|end_header_id|>\n\n", "<|eot_id|>"), begin="<|begin_of_text|>"),
    "chatml": Family(*_same("<|im_start|>{role}\n", "<|im_end|>\n")),
    "phi3": Family(*_same("<|{role}|>\n", "<|end|>\n")),
    "gemma": Family(
        {"user": "<start_of_turn>user\n", "assistant": "<start_of_turn>model\n"},
        dict.fromkeys(("user", "assistant"), "<end_of_turn>\n"),
        begin="<bos>",
        own_system=False,
    ),
    "mistral": Family(
        {"user": "[INST]", "assistant": ""}, {"user": "[/INST]", "assistant": "</s>"}, begin="<s>", own_system=False
    ),
}

# What a model writes, as plain text, when it goes on to play the other side.
SPOKEN_ROLES = ("\nUser:", "\nHuman:", "\nAssistant:", "\nSystem:", "\n### ")


def parts(family: Family, messages: Sequence[Message]) -> list[Part]:
    """Return the messages as parts, in order; a family without a system role gets it in the first user message."""
    system = [message.text.strip() for message in messages if message.role == "system"]
    if family.own_system or not system:
        return [_part(family, message.role, message.text) for message in messages]
    spoken = [message for message in messages if message.role != "system"]
    first = next((i for i, message in enumerate(spoken) if message.role == "user"), None)
    if first is None:
        return [_part(family, "user", "\n\n".join(system)), *(_part(family, m.role, m.text) for m in spoken)]
    return [
        _part(family, m.role, "\n\n".join([*system, m.text.strip()]) if i == first else m.text)
        for i, m in enumerate(spoken)
    ]


def stop_texts(family: Family) -> tuple[str, ...]:
    """Return the texts that end a reply when the model spells them out instead of using its tokens."""
    markers = {text.strip() for text in (*family.opens.values(), *family.closes.values(), family.begin)}
    return (*sorted(marker for marker in markers if marker), *SPOKEN_ROLES)


def _part(family: Family, role: str, text: str) -> Part:
    return Part(role, family.opens[role], text.strip(), family.closes[role])
