"""Speech as a generator of frames: sampling, the loop, and when it ends."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from core.types import Codes, SpeechFrame
from models.csm.llama import Cache
from models.csm.model import Choose, Csm, Rows
from models.csm.timeline import LONGEST, Timeline, audio_rows

FRAMES_PER_SECOND = 12.5
SILENCE = 10 ** (-50 / 20)  # rms of full scale: -50 dBFS
QUIET_SHOWN, QUIET_END, QUIET_START = 3, 8, 25  # frames: 0.24 s still heard, 0.64 s ends a clip, 2 s before it began
STUCK = 8  # equal frames in a row


@dataclass(frozen=True)
class Sampling:
    """How codes are drawn: temperature 0 takes the likeliest, which needs no luck."""

    temperature: float = 0.9
    top_k: int = 50

    def __post_init__(self) -> None:
        if self.temperature < 0 or self.top_k < 1:
            raise ValueError(f"cannot sample at temperature {self.temperature} among {self.top_k}")


def published_sampling(folder: Path) -> Sampling:
    """Return how a checkpoint is to be sampled: as its generation_config.json says, else as CSM was published.

    Raises ValueError for a file that cannot be read.
    """
    file = folder / "generation_config.json"
    if not file.exists():
        return Sampling()
    try:
        told = json.loads(file.read_text("utf-8"))
        return Sampling(float(told.get("temperature", 0.9)), int(told.get("top_k", 50)))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{file.name} cannot be read ({error})") from error


class Luck:
    """The noise of a whole clip, from its seed alone, the same on every device.

    argmax(logits / temperature - log(noise)) with exponential noise draws from the softmax without a
    synchronisation, and can be captured into a graph.
    """

    def __init__(self, sampling: Sampling, codebooks: int, codes: int, seed: int) -> None:
        self._shape = (codebooks, min(sampling.top_k, codes))
        self._greedy = sampling.temperature == 0
        self._random = torch.Generator().manual_seed(seed)

    def __call__(self) -> Tensor:
        """Return the gumbel noise (codebooks, top_k) of the next frame."""
        if self._greedy:
            return torch.zeros(self._shape)
        return -torch.empty(self._shape).exponential_(generator=self._random).log()


def choosing(gumbel: Tensor, temperature: float) -> Choose:
    """Return the choice among the top_k of each codebook's logits that the noise (codebooks, top_k) makes."""
    warmth = temperature or 1.0

    def choose(logits: Tensor, codebook: int) -> Tensor:
        best, ids = logits.topk(gumbel.shape[1])
        # Without `keepdim` the host would fetch the index, which no capture into a graph allows.
        return ids[(best / warmth + gumbel[codebook]).argmax(0, keepdim=True)]

    return choose


class Program(Protocol):
    """Computes frame after frame: each reads the row before it."""

    def __call__(self, opening: Rows, position: int, luck: Luck, most: int) -> Iterator[Codes]:
        """Yield at most `most` frames of codes (codebooks,) after the opening row (1, codebooks + 1) at `position`.

        Raises RuntimeError for non-finite logits.
        """
        ...


class Eager:
    """Frames computed operation by operation, the next one only when it is asked for."""

    def __init__(self, model: Csm, cache: Cache, sampling: Sampling) -> None:
        self._model, self._cache, self._temperature = model, cache, sampling.temperature
        self._depth = model.decoder.cache(model.config.codebooks)

    def __call__(self, opening: Rows, position: int, luck: Luck, most: int) -> Iterator[Codes]:
        """Yield the frames of codes (codebooks,) after the opening row."""
        row = opening
        for index in range(most):
            codes = self._frame(row, position + index, luck())
            yield codes
            row = audio_rows(codes[None], len(codes))

    @torch.inference_mode()
    def _frame(self, row: Rows, position: int, gumbel: Tensor) -> Codes:
        hidden = self._model.step(self._model.embed(row), position, self._cache)
        choose = choosing(gumbel.to(self._model.device), self._temperature)
        return checked(*self._model.frame(hidden, self._depth, choose))


def checked(codes: Tensor, finite: Tensor) -> Codes:
    """Return the codes; raises RuntimeError if a logit behind them was not finite."""
    if not bool(finite):
        raise RuntimeError("the voice model yielded non-finite values")
    return codes.to("cpu", torch.int16).numpy()


def speak_codes(program: Program, timeline: Timeline, opening: Rows, luck: Luck, most: int) -> Iterator[Codes]:
    """Yield frames of codes (codebooks,) after the opening row until speech ends, at most `most`.

    A frame enters the timeline only with the next one, and the end frame never: the next context brings it.
    """
    row = opening
    for codes in program(opening, timeline.length, luck, min(most, timeline.free)):
        timeline.append(row)
        if is_end(codes):
            return
        yield codes
        row = audio_rows(codes[None], len(codes))


def is_end(codes: Codes) -> bool:
    """Tell the end of speech: a frame of zeros, or one that nearly is.

    Zero is a legal code, so a few zeros say nothing; the first and three quarters of all by chance would be a wonder.
    """
    return bool(codes[0] == 0 and (codes == 0).sum() * 4 >= 3 * len(codes))


def frame_cap(text: str) -> int:
    """Return the longest that a text may take, in frames: 1.5 s and 0.12 s for each character, at most 20 s."""
    return min(LONGEST, int((1.5 + 0.12 * len(text)) * FRAMES_PER_SECOND))


def until_quiet(frames: Iterable[SpeechFrame]) -> Iterator[SpeechFrame]:
    """Pass frames on, but end at a long silence or a stuck one, and keep the tail of a silence back.

    The first frames of a pause are passed at once; the others only when speech goes on. Raises RuntimeError when the
    codec yields non-finite samples.
    """
    pause: list[SpeechFrame] = []
    begun = False
    last: deque[bytes] = deque(maxlen=STUCK)
    for frame in frames:
        if not np.isfinite(frame.samples).all():
            raise RuntimeError("the codec yielded non-finite samples")
        last.append(frame.codes.tobytes())
        if len(last) == STUCK and len(set(last)) == 1:
            return
        if float(np.sqrt(np.mean(frame.samples**2))) >= SILENCE:
            yield from pause[QUIET_SHOWN:]
            pause, begun = [], True
            yield frame
            continue
        pause.append(frame)
        if len(pause) <= QUIET_SHOWN:
            yield frame
        if len(pause) >= (QUIET_END if begun else QUIET_START):
            return
