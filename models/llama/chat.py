"""The chat model as the core sees it: messages in, the reply's text out, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.types import Message
from models.llama.engine import BATCH, Engine
from models.llama.stops import Spelling, loops
from models.llama.templates import FAMILIES, Part, parts, stop_texts

BLOCK = 4  # messages that leave a full context at once, so that the cache survives most turns


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen; temperature 0 takes the most probable."""

    temperature: float = 0.0
    top_p: float = 0.95
    max_tokens: int = 256


@dataclass(frozen=True)
class Block:
    """One message's tokens: what leads to it, what it says, what closes it."""

    role: str
    opens: tuple[int, ...]
    body: tuple[int, ...]
    closes: tuple[int, ...]

    @property
    def tokens(self) -> tuple[int, ...]:
        """Return all of them, as the model reads them."""
        return self.opens + self.body + self.closes


class Chat:
    """A language model in GGUF (a core.ports.Chat). One call at a time; closing the iterator stops the work.

    `template` names one of FAMILIES; the file's own template is never read. Raises FileNotFoundError or ValueError
    for a file or template that cannot be used. A call raises RuntimeError when the model fails or yields NaN.
    """

    def __init__(
        self,
        path: Path,
        *,
        template: str,
        sampling: Sampling | None = None,
        context: int = 4096,
        threads: int = 1,
        gpu_layers: int = 0,
    ) -> None:
        if template not in FAMILIES:
            raise ValueError(f"template {template!r} is unknown; known are {', '.join(sorted(FAMILIES))}")
        self._family = FAMILIES[template]
        self._sampling = sampling or Sampling()
        self._engine = Engine(path, context=context, threads=threads, gpu_layers=gpu_layers)
        self._held: list[tuple[int, ...]] = []  # the messages in the cache, computed as prompt
        self._known: dict[Part, Block] = {}  # the messages of the last prompt, as tokens
        self._begin = self._engine.tokens(self._family.begin, markers=True) or self._engine.begin()
        self._reply = self._engine.tokens(self._family.opens["assistant"], markers=True)
        self._markers = {
            token
            for text in (*self._family.opens.values(), *self._family.closes.values())
            for token in self._engine.tokens(text, markers=True)
            if self._engine.is_special(token)
        }
        if not self._begin + self._reply or not self._markers:
            raise ValueError(f"{path}: the vocabulary has no tokens for the template {template!r}")
        self.kept = 0  # tokens that the last call found in the cache
        self.computed = 0  # tokens of its prompt that it computed

    def __call__(self, messages: Sequence[Message], seed: int) -> Iterator[str]:
        """Yield the reply to the last message; the empty pieces before its first one only offer to stop.

        Messages that do not fit the context are left out, oldest first, the system's never.
        """
        if self._engine.closed:
            raise RuntimeError("the chat model is closed")
        blocks = self._fitting(self._blocks(parts(self._family, messages)))
        yield from self._read([block.tokens for block in blocks])
        yield from self._write(np.random.default_rng(seed))

    @property
    def room(self) -> int:
        """How many tokens of prompt it reads at most, with its reply still to come."""
        return self._engine.context - len(self._begin) - len(self._reply) - self._reserve

    def close(self) -> None:
        """Free the model's memory; calls after this are errors."""
        self._engine.close()

    def _blocks(self, wanted: Sequence[Part]) -> list[Block]:
        """Return these messages' tokens; those that the last prompt had as well are not read again."""
        self._known = {part: self._known.get(part) or self._block(part) for part in wanted}
        return [self._known[part] for part in wanted]

    def _block(self, part: Part) -> Block:
        read = self._engine.tokens
        # A file may declare markers as ordinary words, which llama.cpp then finds in any text: never in ours.
        body = tuple(token for token in read(part.text) if token not in self._markers)
        return Block(part.role, tuple(read(part.opens, markers=True)), body, tuple(read(part.closes, markers=True)))

    def _fitting(self, blocks: list[Block]) -> list[Block]:
        """Drop the oldest messages until prompt and reply fit; a last message that alone is too long keeps its end."""
        room = self._engine.context - len(self._begin) - len(self._reply) - self._reserve
        system = [block for block in blocks if block.role == "system"]
        system = [_shortened(block, room // 2 // len(system), keep_end=False) for block in system]
        room -= sum(len(block.tokens) for block in system)
        talk = [block for block in blocks if block.role != "system"]
        sizes = [len(block.tokens) for block in talk]
        drop = next((n for n in range(len(talk)) if sum(sizes[n:]) <= room), max(len(talk) - 1, 0))
        if drop and len(talk) - -(-drop // BLOCK) * BLOCK >= BLOCK:
            drop = -(-drop // BLOCK) * BLOCK
        while drop and drop < len(talk) - 1 and talk[drop].role == "assistant":  # no answer without its question
            drop += 1
        return system + [_shortened(block, room, keep_end=True) for block in talk[drop:]]

    @property
    def _reserve(self) -> int:
        return min(self._sampling.max_tokens, self._engine.context // 4)

    def _read(self, prompt: list[tuple[int, ...]]) -> Iterator[str]:
        """Bring the cache to the prompt, computing only the messages that are new since the last turn.

        The last bits of a number in the cache depend on how its token was computed: alone, as when a reply is
        written, or in a batch of some size. So that a reply depends on its messages and never on what happened
        before, only whole messages computed as prompt are kept, each in batches of its own; a written reply is
        computed again as a message of the next prompt.
        """
        prompt = [(*self._begin, *prompt[0]), *prompt[1:]] if prompt else [tuple(self._begin)]
        same = next(
            (i for i, (old, new) in enumerate(zip(self._held, prompt, strict=False)) if old != new),
            min(len(self._held), len(prompt)),
        )
        if not self._reply:  # nothing comes after the last message, so its scores must be computed again
            same = min(same, len(prompt) - 1)
        del self._held[same:]
        self._engine.cut(sum(map(len, self._held)))
        if self._engine.length == 0:
            self._held.clear()
        self.kept, self.computed = self._engine.length, 0
        for message in prompt[len(self._held) :]:
            for start in range(0, len(message), BATCH):
                self._push(message[start : start + BATCH])
                yield ""
            self._held.append(message)
        if self._reply:
            self._push(self._reply)

    def _push(self, tokens: Sequence[int]) -> None:
        try:
            self._engine.push(tokens)
        except RuntimeError:
            self._held.clear()  # nobody knows what the cache holds now
            raise
        self.computed += len(tokens)

    def _write(self, dice: np.random.Generator) -> Iterator[str]:
        spelling = Spelling(stop_texts(self._family))
        written: list[int] = []
        begun = False
        limit = min(self._sampling.max_tokens, self._engine.context - self._engine.length)
        while len(written) < limit:
            token = choose(self._engine.logits(), self._sampling, dice)
            if self._engine.is_special(token):
                break
            written.append(token)
            piece = spelling.add(self._engine.spelling(token))
            piece = piece if begun else piece.lstrip()
            if piece:
                begun = True
                yield piece
            if spelling.stopped or loops(written):
                return
            if len(written) < limit:
                self._engine.push([token])
        rest = spelling.rest()
        rest = rest if begun else rest.strip()
        if rest:
            yield rest


def choose(logits: NDArray[np.float32], sampling: Sampling, dice: np.random.Generator) -> int:
    """Return the next token: the most probable, or one drawn from the smallest set that holds `top_p`."""
    if sampling.temperature <= 0:
        return int(np.argmax(logits))
    order = np.argsort(-logits, kind="stable")
    scaled = (logits[order].astype(np.float64) - float(logits[order[0]])) / sampling.temperature
    weights = np.exp(scaled)
    weights /= weights.sum()
    count = int(np.searchsorted(np.cumsum(weights), sampling.top_p)) + 1
    weights = weights[:count] / weights[:count].sum()
    return int(order[min(int(np.searchsorted(np.cumsum(weights), dice.random(), side="right")), count - 1)])


def _shortened(block: Block, room: int, *, keep_end: bool) -> Block:
    surplus = len(block.tokens) - room
    if surplus <= 0:
        return block
    body = block.body[surplus:] if keep_end else block.body[: max(len(block.body) - surplus, 0)]
    return Block(block.role, block.opens, body, block.closes)
