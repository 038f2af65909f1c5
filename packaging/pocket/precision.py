"""What int8 weights do to the pocket voice: `python packaging/pocket/precision.py [--sentences N] [--json FILE]`.

The same sentences with the same seeds, by the voice in float32 and in int8: the independent recogniser's word error of
each (`judge`), their difference with a bootstrapped 95 % interval, and how often the likeliest code stays the same when
both are given the same codes before it.
"""

# ruff: noqa: E402 - the pools are bounded, and the repository found, before the first import that needs it

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NO_TORCH_COMPILE", "1")
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import domain
import judge
import numpy as np
import torch
from evaluate import held_out_sentences, references, sound, speak

from core.types import COMPANION, Segment
from models.csm import CsmVoice, load_voice
from models.csm.timeline import audio_rows

PRECISIONS = ("fp32", "int8")
DRAWS = 2000  # of the bootstrap


def sentences(count: int) -> list[str]:
    """Return texts, half of them stock replies and half held out of all training."""
    stock = domain.stock_replies()
    return [*random.Random(3).sample(stock, min(count - count // 2, len(stock))), *held_out_sentences(count // 2)]


@torch.inference_mode()
def likeliest(voice: CsmVoice, context: Sequence[Segment], text: str, codes: np.ndarray) -> np.ndarray:
    """Return the likeliest code at each place (frames, codebooks), given the text and all `codes` before the place."""
    model, timeline = voice._model, voice._timeline
    row = timeline.open(context, COMPANION, voice.wording(text))
    depth = model.decoder.cache(model.config.codebooks)
    best = np.empty_like(codes)
    for at, frame in enumerate(codes):
        hidden = model.step(model.embed(row), timeline.append(row), timeline.cache)

        def choose(logits: torch.Tensor, book: int, at: int = at, frame: np.ndarray = frame) -> torch.Tensor:
            best[at, book] = int(logits.argmax())
            return torch.tensor([frame[book]])

        model.frame(hidden, depth, choose)
        row = audio_rows(frame[None], len(frame))
    return best


def measure(pack: Path, count: int) -> dict[str, object]:
    """Return the figures of both precisions."""
    voices = {name: load_voice(pack / "csm", pack / "mimi", precision=name, threads=1) for name in PRECISIONS}
    context = {name: [*references(voice, pack / "voices").values()][:1] for name, voice in voices.items()}
    edits: dict[str, list[tuple[int, int]]] = {name: [] for name in PRECISIONS}
    seconds, frames = dict.fromkeys(PRECISIONS, 0.0), dict.fromkeys(PRECISIONS, 0)
    same: list[np.ndarray] = []
    for seed, text in enumerate(sentences(count)):
        for name, voice in voices.items():
            began = time.process_time()
            said = speak(voice, context[name], text, seed)
            seconds[name] += time.process_time() - began
            frames[name] += len(said)
            edits[name].append(judge.errors(text, judge.recognise(sound(said))))
            if name == "fp32" and said:
                codes = np.stack([frame.codes for frame in said])
                best = [likeliest(voices[each], context[each], text, codes) for each in PRECISIONS]
                same.append(best[0] == best[1])
        print(f"\r{seed + 1} of {count} sentences", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    agreeing = np.concatenate(same)
    return {
        "sentences": count,
        "word_error": {name: rate(pairs) for name, pairs in edits.items()},
        "difference_95": interval(edits["fp32"], edits["int8"]),
        "same_greedy_code": float(agreeing.mean()),
        "same_by_codebook": agreeing.mean(axis=0).round(4).tolist(),
        "codes": int(agreeing.size),
        "frames": frames,
        "processor_ms_per_frame": {name: 1e3 * seconds[name] / max(1, frames[name]) for name in PRECISIONS},
    }


def rate(pairs: Sequence[tuple[int, int]]) -> float:
    """Return the word error of (edits, words) pairs."""
    return sum(edits for edits, _ in pairs) / max(1, sum(words for _, words in pairs))


def interval(before: Sequence[tuple[int, int]], after: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Return the 95 % interval of `after`'s word error less `before`'s, sentences drawn again with replacement."""
    random_ = np.random.default_rng(0)
    drawn = random_.integers(0, len(before), (DRAWS, len(before)))
    rates = [rate([after[i] for i in row]) - rate([before[i] for i in row]) for row in drawn]
    low, high = np.quantile(rates, (0.025, 0.975))
    return float(low), float(high)


def main() -> None:
    """Measure and print; write JSON when a file is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, default=ROOT / "assets" / "pocket")
    parser.add_argument("--sentences", type=int, default=100)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    figures = json.dumps(measure(asked.pack, asked.sentences), indent=1)
    print(figures)
    if asked.json:
        asked.json.write_text(figures + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
