"""One whole frame as a captured CUDA graph: backbone step, all decoder steps, sampling, the next input.

An eager frame of the 1B model is some thousand kernel launches; a replayed one is a single call. Nothing is compiled
on the user's machine. After andimarafioti/faster-qwen3-tts (static caches and torch.cuda.CUDAGraph alone). On the
CPU the very same program runs uncaptured: that is how it is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from core.types import Codes
from models.csm.generate import Luck, Sampling, checked, choosing
from models.csm.llama import Attending, Cache
from models.csm.model import Csm, Rows

_SPANS = 4  # attention is captured over this many lengths of history, so that a short one costs little
_WARM = 3  # runs before a capture, in which libraries allocate their workspaces


@dataclass(frozen=True, eq=False)
class Desk:
    """Where a frame finds its inputs and leaves its outputs: tensors that never move."""

    row: Tensor  # (1, hidden): the embedded row to read
    position: Tensor  # (1,): where it is written
    gumbel: Tensor  # (codebooks, top_k)
    codes: Tensor  # (codebooks,)
    finite: Tensor  # ()

    @classmethod
    def of(cls, model: Csm, sampling: Sampling) -> Desk:
        """Return an empty desk beside the model's weights."""
        config, device = model.config, model.device
        return cls(
            row=torch.zeros(1, config.backbone.hidden, device=device, dtype=model.dtype),
            position=torch.zeros(1, dtype=torch.long, device=device),
            gumbel=torch.zeros(config.codebooks, min(sampling.top_k, config.legal_codes), device=device),
            codes=torch.zeros(config.codebooks, dtype=torch.long, device=device),
            finite=torch.zeros((), dtype=torch.bool, device=device),
        )


def frame_on(desk: Desk, model: Csm, cache: Cache, depth: Cache, span: int, temperature: float) -> None:
    """Compute the frame after the row on the desk, attending over `span` positions, and lay the next row ready."""
    hidden = model.backbone(desk.row, cache, Attending.block(desk.position, span))[0]
    codes, finite = model.frame(hidden, depth, choosing(desk.gumbel, temperature))
    desk.codes.copy_(codes)
    desk.finite.copy_(finite)
    desk.row.copy_(model.embed_codes(codes[None]))
    desk.position.add_(1)


class Captured:
    """The frame program over fixed tensors, replayed on a GPU and run as it is elsewhere.

    Build it in the thread that will speak. The capture itself takes no notice of other threads' CUDA work.
    """

    def __init__(self, model: Csm, cache: Cache, sampling: Sampling) -> None:
        self._model, self._cache, self._temperature = model, cache, sampling.temperature
        self._depth = model.decoder.cache(model.config.codebooks)
        self._desk = Desk.of(model, sampling)
        positions = model.config.backbone.max_positions
        self._spans = [positions * (i + 1) // _SPANS for i in range(_SPANS)]
        self._runs = [self._prepare(span) for span in self._spans]
        self._landing = [_Landing(self._desk) for _ in range(2)]

    def __call__(self, opening: Rows, position: int, luck: Luck, most: int) -> Iterator[Codes]:
        """Yield the frames of codes (codebooks,) after the opening row; the device is always one frame ahead."""
        self._lay(opening, position)
        self._launch(position, luck)
        for index in range(most):
            landing = self._landing[index % 2]
            landing.receive(self._desk)
            if index + 1 < most:
                self._launch(position + index + 1, luck)
            yield landing.codes()

    @torch.inference_mode()
    def _lay(self, opening: Rows, position: int) -> None:
        self._desk.row.copy_(self._model.embed(opening))
        self._desk.position.fill_(position)

    @torch.inference_mode()
    def _launch(self, position: int, luck: Luck) -> None:
        self._desk.gumbel.copy_(luck(), non_blocking=True)
        next(run for span, run in zip(self._spans, self._runs, strict=True) if position < span)()

    def _prepare(self, span: int) -> Callable[[], None]:
        def run() -> None:
            frame_on(self._desk, self._model, self._cache, self._depth, span, self._temperature)

        return run if self._model.device.type != "cuda" else _capture(run)


@torch.inference_mode()
def _capture(run: Callable[[], None]) -> Callable[[], None]:
    """Record what `run` launches, after a few runs on a stream of its own."""
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(_WARM):
            run()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    # By default a capture fails when any other thread allocates, as speech recognition may at that moment.
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):
        run()
    return graph.replay


class _Landing:
    """A frame's results on the host, fetched while the device goes on."""

    def __init__(self, desk: Desk) -> None:
        self._on_gpu = desk.codes.device.type == "cuda"
        self._codes = torch.empty(desk.codes.shape, dtype=torch.long, pin_memory=self._on_gpu)
        self._finite = torch.empty((), dtype=torch.bool, pin_memory=self._on_gpu)
        self._event = torch.cuda.Event() if self._on_gpu else None

    @torch.inference_mode()
    def receive(self, desk: Desk) -> None:
        """Order the copy; the desk may be written again at once."""
        self._codes.copy_(desk.codes, non_blocking=True)
        self._finite.copy_(desk.finite, non_blocking=True)
        if self._event is not None:
            self._event.record()

    def codes(self) -> Codes:
        """Wait for the copy alone, and return the codes (codebooks,)."""
        if self._event is not None:
            self._event.synchronize()
        return checked(self._codes, self._finite)  # a copy, as it is narrower
