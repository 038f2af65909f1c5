"""`sotto bench voice`: what a frame and a turn cost here, beside transformers and beside what the memory allows."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from models.csm.codec import Decoder, Encoder, published_mimi
from models.csm.config import SIZES, CsmConfig, StackConfig
from models.csm.cuda import Captured
from models.csm.generate import Eager, Luck, Program, Sampling
from models.csm.llama import Cache
from models.csm.load import Linear, build
from models.csm.model import Csm, Rows
from models.csm.pages import use_large_pages
from models.csm.quantize import Int8Linear
from models.csm.timeline import audio_rows, text_rows
from models.csm.weights import RandomWeights, transformers_model

_TEXT = 48  # rows of text before the frames that are timed
_BLOCK = 256_000_000  # float32 numbers: 1 GB, far more than any cache
_ROUNDS = 6  # in which frames are timed, the memory before each
_TURN = 64  # new positions of a turn: what the user said and the text of the answer
_SPEECH = 25  # frames of a turn's answer: two seconds of speech


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    frames: int = 18
    their_frames: int = 4
    histories: tuple[int, ...] = (200, 600, 1000, 1400, 1800)
    codec_frames: int = 25


@dataclass
class Report:
    """The figures; times in ms, sizes in bytes, bandwidth in GB/s."""

    machine: str
    device: str
    size: str
    threads: int
    precision: str
    frame: dict[str, float] = field(default_factory=dict)
    first_frame: float = 0.0
    frame_bytes: int = 0
    bandwidth: float = 0.0
    floor: float = 0.0
    transformers: dict[str, float] = field(default_factory=dict)
    faster: float = 0.0
    over_floor: float = 0.0
    turns: list[dict[str, float]] = field(default_factory=list)
    codec: dict[str, float] = field(default_factory=dict)
    peak_memory: int = 0


def main(args: Sequence[str] | None = None) -> int:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="sotto bench voice", description=__doc__)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--size", choices=tuple(SIZES), default="tiny", help="of the model, with random weights")
    parser.add_argument("--threads", type=int, default=1, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures as well")
    parser.add_argument("--frames", type=int, default=Plan.frames, metavar="N", help="that are timed")
    parser.add_argument(
        "--histories", type=int, nargs="*", default=list(Plan.histories), metavar="N", help="positions before a turn"
    )
    asked = parser.parse_args(args)
    check(parser, asked)
    plan = Plan(frames=asked.frames, histories=tuple(asked.histories))
    run(asked.device, asked.size, asked.threads, asked.json, plan)
    return 0


def check(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> None:
    """End with exit code 2 and what to do, before minutes are spent on what cannot work."""
    cores, most = os.cpu_count() or 1, SIZES[asked.size].backbone.max_positions - _TURN - _SPEECH
    if not 1 <= asked.threads <= cores:
        parser.error(f"--threads {asked.threads}: choose 1 to {cores}")
    if asked.frames < 2:
        parser.error(f"--frames {asked.frames}: choose 2 or more")
    if any(not 1 <= history <= most for history in asked.histories) or sorted(asked.histories) != asked.histories:
        parser.error(f"--histories: choose growing lengths from 1 to {most}")
    if asked.device == "cuda" and not torch.cuda.is_available():
        parser.error("--device cuda: torch finds no such device, choose --device cpu")
    if asked.json is not None and not asked.json.parent.is_dir():
        parser.error(f"--json {asked.json}: make the folder {asked.json.parent} first")


def progress(doing: str) -> None:
    """Say what is done now; it takes minutes."""
    print(f"{doing} ...", file=sys.stderr, flush=True)


def run(device: str, size: str, threads: int, out_json: Path | None, plan: Plan | None = None) -> Report:
    """Measure a model of `size` with random weights, print a table, write JSON when a path is given."""
    report = measure(SIZES[size], device, size, threads, plan or Plan())
    print(table(report))
    if out_json is not None:
        out_json.write_text(json.dumps(asdict(report), indent=1) + "\n", encoding="utf-8")
    return report


def measure(config: CsmConfig, device: str, size: str, threads: int, plan: Plan) -> Report:
    """Measure ours, free it, then measure transformers' model with the same weights."""
    torch.set_num_threads(threads)
    where, on_gpu = torch.device(device), device == "cuda"
    dtype, make_linear, width = (torch.bfloat16, Linear, 2) if on_gpu else (torch.float32, Int8Linear, 1)
    weights = RandomWeights(config)
    report = Report(machine_name(device), device, size, threads, "bf16" if on_gpu else "int8")
    progress("making a model of random weights")
    model = build(weights, where, dtype, make_linear)
    block = torch.ones(_BLOCK, device=where)
    if not on_gpu:
        use_large_pages()  # as `models.csm.voice.load_voice` does: the weights, and the block they are compared with
    report.frame_bytes = weights_read(config) * width
    _measure_ours(model, block, report, plan)
    del block
    report.over_floor = report.frame["median"] / report.floor
    progress("timing the codec")
    report.codec = codec_times(config.codebooks, where, plan.codec_frames)
    report.peak_memory = peak_memory(where)
    del model
    progress("timing transformers")
    report.transformers = their_frames(weights, where, dtype, plan.their_frames)
    report.faster = report.transformers["median"] / report.frame["median"]
    return report


def _measure_ours(model: Csm, block: torch.Tensor, report: Report, plan: Plan) -> None:
    progress("timing frames and the memory")
    sampling = Sampling()
    cache = model.backbone.cache(model.config.backbone.max_positions)
    program: Program = (Captured if model.device.type == "cuda" else Eager)(model, cache, sampling)
    prompt = some_text(model.config, _TEXT)
    model.prefill(prompt[:-1], 0, cache)
    next(frame_times(program, prompt[-1:], _TEXT - 1, model.config, 1))  # warm-up
    started = time.perf_counter()
    model.prefill(prompt[:-1], 0, cache)
    first = next(frame_times(program, prompt[-1:], _TEXT - 1, model.config, 1))
    report.first_frame = (time.perf_counter() - started) * 1e3
    times, readings = [first], []
    # Where a machine is shared its memory is now faster, now slower: both are looked at in turns.
    for at in range(_ROUNDS):
        readings.append(bandwidth(block))
        share = plan.frames * (at + 1) // _ROUNDS - plan.frames * at // _ROUNDS
        times += frame_times(program, prompt[-1:], _TEXT - 1, model.config, share)
    report.frame = {"median": statistics.median(times), "p95": float(np.percentile(times, 95))}
    report.bandwidth = statistics.median(readings)
    report.floor = report.frame_bytes / report.bandwidth / 1e6
    progress("timing turns")
    report.turns = turn_costs(model, cache, program, plan.histories)


def frame_times(program: Program, opening: Rows, position: int, config: CsmConfig, frames: int) -> Iterator[float]:
    """Yield the time of each frame, in ms."""
    luck = Luck(Sampling(), config.codebooks, config.legal_codes, 0)
    started = time.perf_counter()
    for _ in program(opening, position, luck, frames):
        now = time.perf_counter()
        yield (now - started) * 1e3
        started = now


def turn_costs(model: Csm, cache: Cache, program: Program, histories: Sequence[int]) -> list[dict[str, float]]:
    """Return for each length of history what a turn of 64 new positions and 25 frames costs, kept and from afresh."""
    random = np.random.default_rng(0)
    costs, filled, fresh = [], 0, 0.0
    for length in histories:
        fresh += prefill_time(model, _history(model, random, length - filled), filled, cache)
        filled = length
        new = _history(model, random, _TURN)
        prefill = prefill_time(model, new, length, cache)
        frames = sum(frame_times(program, new[-1:], length + _TURN, model.config, _SPEECH))
        ours = prefill + frames
        costs.append({
            "history": length, "ours": ours, "new positions": prefill, "frames": frames,
            "attention": attention_time(cache, model.config.backbone, length), "afresh": ours + fresh,
        })  # fmt: skip
    return costs


def attention_time(cache: Cache, stack: StackConfig, length: int) -> float:
    """Return what attention alone takes of a turn at this length: the only part that grows."""
    group = stack.heads // stack.kv_heads

    def attend() -> None:
        for rows in (_TURN, *[1] * _SPEECH):
            queries = torch.zeros(1, stack.kv_heads, group * rows, stack.head_dim).to(cache.keys)
            for keys, values in zip(cache.keys, cache.values, strict=True):
                nn.functional.scaled_dot_product_attention(queries, keys[None, :, :length], values[None, :, :length])

    return _elapsed(attend, cache.keys.device)


def their_frames(weights: RandomWeights, device: torch.device, dtype: torch.dtype, frames: int) -> dict[str, float]:
    """Return the time per frame of transformers' `generate`, in ms, by when each frame comes to its streamer."""
    model = transformers_model(weights, device, dtype)
    arrivals: list[float] = []

    class Clock:
        def put(self, _: Any) -> None:
            arrivals.append(time.perf_counter())

        def end(self) -> None: ...

    rows = some_text(weights.config, _TEXT)
    ids = torch.from_numpy(rows[:, -1])[None].to(device)
    static = {"cache_implementation": "static", "disable_compile": True} if device.type == "cuda" else {}
    model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=frames + 2, do_sample=True, top_k=50,
        temperature=0.9, output_audio=False, streamer=Clock(), **static,
    )  # fmt: skip
    times = np.diff(arrivals)[1:] * 1e3  # the first is the prompt's
    return {"median": float(np.median(times)), "p95": float(np.percentile(times, 95))}


def codec_times(codebooks: int, device: torch.device, frames: int) -> dict[str, float]:
    """Return the time that Mimi at its published size takes to encode and to decode a frame, in ms."""
    mimi = [published_mimi(codebooks, device) for _ in range(2)]
    encoder, decoder = Encoder(mimi[0], device), Decoder(mimi[1], device)
    sound, codes = np.zeros(int(mimi[0].frame_size), np.float32), np.zeros(codebooks, np.int16)
    return {
        "encode": statistics.median(_elapsed(lambda: encoder(sound), device) for _ in range(frames)),
        "decode": statistics.median(_elapsed(lambda: decoder(codes), device) for _ in range(frames)),
    }


def some_text(config: CsmConfig, rows: int) -> Rows:
    """Return rows of arbitrary text."""
    return text_rows(np.arange(100, 100 + rows).tolist(), config.codebooks)


def _history(model: Csm, random: np.random.Generator, rows: int) -> Rows:
    config = model.config
    return audio_rows(random.integers(0, config.legal_codes, (rows, config.codebooks)), config.codebooks)


def weights_read(config: CsmConfig) -> int:
    """Return how many weights one frame reads: the backbone once, the decoder and its input for each further code."""

    def stack(s: StackConfig) -> int:
        attention = 2 * s.hidden * s.head_dim * (s.heads + s.kv_heads)
        return s.layers * (attention + 3 * s.hidden * s.mlp)

    wide, deep, further = config.backbone.hidden, config.decoder.hidden, config.codebooks - 1
    heads = config.audio_vocab * (wide + further * deep)
    return stack(config.backbone) + further * (stack(config.decoder) + wide * deep) + heads


def bandwidth(block: torch.Tensor) -> float:
    """Return how fast a block of memory can be read by as many threads, in GB/s: the best of a few sums of it."""
    best = min(_elapsed(block.sum, block.device) for _ in range(4))
    return block.numel() * block.element_size() / best / 1e6


def prefill_time(model: Csm, rows: Rows, start: int, cache: Cache) -> float:
    """Return how long it takes to write rows from position `start` on, in ms."""
    return _elapsed(lambda: model.prefill(rows, start, cache), model.device)


def _elapsed(work: Callable[[], object], device: torch.device) -> float:
    started = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return (time.perf_counter() - started) * 1e3


def peak_memory(device: torch.device) -> int:
    """Return the most memory that was taken so far, in bytes: the device's, or the process's."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def machine_name(device: str) -> str:
    """Return what the figures were measured on."""
    if device == "cuda":
        return torch.cuda.get_device_name()
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    features = ", ".join(name for name in ("avx2", "avx512_vnni", "amx_int8") if any(f" {name}" in x for x in lines))
    return f"{names[0] if names else platform.processor()} ({features}), torch {torch.__version__}"


def table(report: Report) -> str:
    """Return the figures for people."""
    theirs, ours = report.transformers, report.frame
    lines = [
        f"{report.machine}; {report.device}, {report.threads} threads, model {report.size}, random weights",
        f"frame of 80 ms, ours {report.precision:10} {ours['median']:9.1f} ms  (p95 {ours['p95']:.1f})",
        f"frame, transformers generate    {theirs['median']:9.1f} ms  (p95 {theirs['p95']:.1f})",
        f"ratio                           {report.faster:9.2f}",
        f"bytes per frame                 {report.frame_bytes / 1e9:9.2f} GB at {report.bandwidth:.1f} GB/s measured",
        f"floor                           {report.floor:9.1f} ms; ours is {report.over_floor:.2f} times that",
        f"text of {_TEXT} rows to first frame   {report.first_frame:9.1f} ms",
        f"Mimi, to encode a frame         {report.codec['encode']:9.1f} ms; to decode {report.codec['decode']:.1f}",
        f"peak memory                     {report.peak_memory / 1e9:9.2f} GB",
        f"a turn of {_TURN} new positions and {_SPEECH} frames, ms:",
        "  history      ours  (of it attention)    afresh",
    ]
    lines += [
        f"  {turn['history']:7.0f} {turn['ours']:9.0f}  {turn['attention']:18.1f} {turn['afresh']:9.0f}"
        for turn in report.turns
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
