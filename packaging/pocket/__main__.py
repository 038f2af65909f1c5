"""Make the pocket pack: `python packaging/pocket [--work DIR] [--out DIR] [--quick] [STAGE ...]`.

Stages, in order: speech, codec, codes, voice, decoder, chat, listener, turner, pack, evaluate. Each continues where it
was interrupted. `--quick` proves every stage in minutes, with models that know nothing. `--improve` goes on from
the pack as it is instead of from nothing: its codec is kept, its voice and its recogniser learn further.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and torch: two pools on two cores slow each other down
os.environ.setdefault("NO_TORCH_COMPILE", "1")
sys.path.insert(0, str(Path(__file__).parents[2]))  # core and models, for the stages that use what they make


@dataclass(frozen=True)
class Recipe:
    """Where to work, where the pack goes, and how much of everything."""

    work: Path
    out: Path
    demo: Path
    threads: int
    quick: bool
    improve: bool

    def minutes(self, full: float) -> float:
        """Return a stage's training time."""
        return 0.3 if self.quick else full

    @property
    def clips(self) -> int:
        """How many sentences are spoken for training."""
        return 800 if self.quick else 27_000


def speech(recipe: Recipe) -> None:
    """Speak the corpus."""
    from speech import make

    make(recipe.work / "speech", recipe.clips, workers=max(2, recipe.threads))


def codec(recipe: Recipe) -> None:
    """Train Mimi, everything together; or take over the pack's."""
    if recipe.improve:
        shutil.copytree(recipe.out / "mimi", recipe.work / "codec" / "mimi", dirs_exist_ok=True)
        return
    from codec import train
    from speech import Corpus

    train(
        Corpus(recipe.work / "speech"), recipe.work / "codec", recipe.minutes(55), stage="joint", threads=recipe.threads
    )


def codes(recipe: Recipe) -> None:
    """Encode the corpus with the codec as it now is; from here on its codes are fixed."""
    from speech import Corpus
    from voice import encode

    (recipe.work / "voice").mkdir(exist_ok=True)
    encode(
        Corpus(recipe.work / "speech"), recipe.work / "voice", recipe.work / "codec" / "mimi", workers=recipe.threads
    )


def voice(recipe: Recipe) -> None:
    """Train CSM on dialogues of codes."""
    from speech import Corpus
    from voice import train

    start, rate = (recipe.out / "csm", 1e-3) if recipe.improve else (None, 1.5e-3)
    work, minutes = recipe.work / "voice", recipe.minutes(85)
    train(Corpus(recipe.work / "speech"), work, minutes, threads=recipe.threads, rate=rate, start=start)


def decoder(recipe: Recipe) -> None:
    """Sharpen Mimi's decoder; the codes stay as they are."""
    from codec import train
    from speech import Corpus

    train(
        Corpus(recipe.work / "speech"),
        recipe.work / "codec",
        recipe.minutes(30),
        stage="decoder",
        threads=recipe.threads,
    )


def chat(recipe: Recipe) -> None:
    """Train the language model on dialogues."""
    from chat import make

    make(recipe.work / "chat", recipe.out / "chat", quick=recipe.quick)


def listener(recipe: Recipe) -> None:
    """Train Whisper on the corpus."""
    from listener import make

    made, mimi = recipe.out / "whisper", recipe.work / "codec" / "mimi"
    make(recipe.work / "speech", recipe.work / "listener", made, mimi, quick=recipe.quick, improve=recipe.improve)


def turner(recipe: Recipe) -> None:
    """Train the turn model, out of the recogniser."""
    from turner import make

    made, heard = recipe.out, recipe.work / "listener"
    make(recipe.work / "speech", recipe.work / "turner", heard, made, quick=recipe.quick)


def pack(recipe: Recipe) -> None:
    """Put the pack together."""
    from assemble import assemble

    assemble(recipe.work, recipe.out, recipe.demo)


def evaluate(recipe: Recipe) -> None:
    """Measure the pack through the program's own code."""
    from evaluate import evaluate as measure

    measure(recipe.out, recipe.work / "figures.json", quick=recipe.quick)


STAGES: dict[str, Callable[[Recipe], None]] = {
    f.__name__: f for f in (speech, codec, codes, voice, decoder, chat, listener, turner, pack, evaluate)
}


def main() -> None:
    """Run the named stages, or all."""
    root = Path(__file__).parents[2]
    parser = argparse.ArgumentParser(prog="python packaging/pocket", description=__doc__.split("\n")[0])
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=f"of {', '.join(STAGES)}; all when none is named")
    parser.add_argument("--work", type=Path, default=root / "build" / "pocket", help="training data and checkpoints")
    parser.add_argument("--out", type=Path, default=root / "assets" / "pocket", help="the pack")
    parser.add_argument("--demo", type=Path, default=root / "assets" / "demo", help="the demo's questions")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="minutes instead of hours")
    parser.add_argument("--improve", action="store_true", help="go on from the pack as it is")
    chosen = parser.parse_args()
    unknown = [stage for stage in chosen.stages if stage not in STAGES]
    if unknown:
        parser.error(f"unknown stage {unknown[0]!r}; there are {', '.join(STAGES)}")
    recipe = Recipe(chosen.work, chosen.out, chosen.demo, chosen.threads, chosen.quick, chosen.improve)
    recipe.work.mkdir(parents=True, exist_ok=True)
    for stage in chosen.stages or STAGES:
        print(f"== {stage}: {(STAGES[stage].__doc__ or '').strip()}", flush=True)
        STAGES[stage](recipe)


if __name__ == "__main__":
    main()
