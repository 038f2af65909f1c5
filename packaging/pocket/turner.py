"""The pocket turn model: hears whether somebody who fell silent has finished; of Smart Turn v3's contract.

It begins as the encoder of the pocket recogniser, which knows words and phones, with attention pooling over it, and
learns from the recogniser's scenes: whole sentences are complete; the same cut after a word are not. It hears the last
four of the eight seconds that the contract gives it.
"""

from __future__ import annotations

import json
import random
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import domain
import listener
import numpy as np
import soxr
import speech
import torch
from scenes import FLOOR, MELS, RATE, Stage, features, hear, make_noise
from takeover import take_over
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from core.endings import ending
from core.patience import CONFIDENT, DOUBTFUL

GIVEN, HEARD = 800, 400  # frames of 10 ms: what the contract gives, and the last of them that are listened to
QUIET = (12, 110)  # frames of silence after the last word: a pause is judged again while it lasts
EVEN = 780.0  # mean over frames of the mel power, summed over the bands, of samples whose variance is 1


@dataclass(frozen=True)
class Recipe:
    """Lengths of a training run."""

    steps: int = 1500
    batch: int = 16
    rate: float = 6e-4
    tests: int = 200
    save_every: int = 100


QUICK = Recipe(steps=4, batch=4, tests=4, save_every=2)


class Turner(nn.Module):
    """features (batch, 80, 800) -> (batch, 1): the probability that the turn is complete."""

    def __init__(self, width: int, heads: int, layers: int, mlp: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(MELS, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.place = nn.Parameter(torch.zeros(HEARD // 2, width))
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, heads, mlp, 0.0, functional.gelu, batch_first=True, norm_first=True)
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)
        self.glance = nn.Linear(width, 4)
        self.judge = nn.Sequential(nn.Linear(4 * width, 64), nn.GELU(), nn.Linear(64, 1))

    def states(self, mel: Tensor) -> Tensor:
        """Return the encoder's states (batch, 200, width) for features (batch, 80, 400 or more)."""
        hidden = functional.gelu(self.conv1(mel[:, :, -HEARD:]))
        hidden = functional.gelu(self.conv2(hidden)).transpose(1, 2) + self.place
        for layer in self.layers:
            hidden = layer(hidden)
        return self.norm(hidden)

    def logits(self, mel: Tensor) -> Tensor:
        """Return (batch,) log odds."""
        hidden = self.states(mel)
        weights = self.glance(hidden).softmax(1)  # (batch, time, 4)
        return self.judge((weights.transpose(1, 2) @ hidden).flatten(1))[:, 0]

    def forward(self, mel: Tensor) -> Tensor:
        """Return (batch, 1), as exported."""
        return self.logits(mel).sigmoid()[:, None]


def make(corpus: Path, work: Path, heard: Path, pack: Path, *, quick: bool = False) -> dict[str, float]:
    """Train on what `heard`, the recogniser's work folder, holds; write `pack`/turn; return the figures."""
    recipe = QUICK if quick else Recipe()
    work.mkdir(parents=True, exist_ok=True)
    clips, noises = hear(corpus, heard, limit=300 if quick else None), make_noise(corpus, heard)
    model = beginning(pack / "whisper", listener.QUICK if quick else listener.Recipe())
    train(work, Scenes(Stage(clips, noises, seed=77)), model, recipe)
    export(model, pack / "turn" / "model.onnx")
    figures = evaluate(pack / "turn" / "model.onnx", recipe.tests)
    (work / "figures.json").write_text(json.dumps(figures, indent=1))
    return figures


def beginning(whisper: Path, sizes: listener.Recipe) -> Turner:
    """Return the untaught model, its encoder as the recogniser of these sizes has it."""
    tokenizer = Tokenizer.from_file(str(whisper / "tokenizer.json"))
    known = listener.new_model(tokenizer, sizes)
    take_over(known, whisper)
    encoder, config = known.model.encoder, known.config
    model = Turner(config.d_model, config.encoder_attention_heads, config.encoder_layers, config.encoder_ffn_dim)
    with torch.no_grad():
        for mine, its in ((model.conv1, encoder.conv1), (model.conv2, encoder.conv2), (model.norm, encoder.layer_norm)):
            mine.load_state_dict(its.state_dict())
        model.place.copy_(encoder.embed_positions.weight[: HEARD // 2])
        for mine, its in zip(model.layers, encoder.layers, strict=True):
            _take_layer(mine, its)
    return model


def _take_layer(mine: nn.TransformerEncoderLayer, its: nn.Module) -> None:
    attention = its.self_attn
    projections = (attention.q_proj, attention.k_proj, attention.v_proj)
    mine.self_attn.in_proj_weight.copy_(torch.cat([p.weight for p in projections]))
    biases = [torch.zeros(len(p.weight)) if p.bias is None else p.bias for p in projections]
    mine.self_attn.in_proj_bias.copy_(torch.cat(biases))
    for name, source in (
        ("self_attn.out_proj", attention.out_proj),
        ("linear1", its.fc1),
        ("linear2", its.fc2),
        ("norm1", its.self_attn_layer_norm),
        ("norm2", its.final_layer_norm),
    ):
        mine.get_submodule(name).load_state_dict(source.state_dict())


class Scenes:
    """Draws what the model learns from: (features (80, 400), whether the turn is complete)."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.whole = {domain.plain(text) for _, _, text, _ in stage.heard.index}

    def draw(self) -> tuple[np.ndarray, float]:
        """Draw one turn and the silence after it."""
        random_ = self.stage.random
        power, text, _ = self.stage.clip()
        complete = random_.random() < 0.5
        if not complete:
            cut = self.cut(power, text)
            if cut is None:
                return self.draw()
            power = power[:cut]
        power = self._ended(power, complete)
        before = random_.random()
        if before < 0.15:  # a sentence before it
            power = self._after(self.stage.clip()[0], power)
        elif before < 0.35 and complete:  # a pause inside
            cut = self.cut(power, text)
            power = power if cut is None else self._after(power[:cut], power[cut:])
        quiet = int(random_.integers(*QUIET))
        lead = int(random_.integers(5, 40))
        power = np.pad(power, ((lead, quiet), (0, 0)), constant_values=FLOOR)
        if random_.random() < 0.25:
            power = self.stage.room(power)
        if random_.random() < 0.4:
            power = self.stage.microphone(power)
        power = self.stage.noisy(power)[-GIVEN:]
        power = power * (EVEN * GIVEN / power.sum() * 10 ** random_.uniform(-0.3, 0.3))
        power = np.pad(power, ((GIVEN - len(power), 0), (0, 0)), constant_values=FLOOR)
        return self.stage.blurred(features(power))[-HEARD:].T, float(complete)

    def _ended(self, power: np.ndarray, complete: bool) -> np.ndarray:
        """Let sound end as abruptly, or as softly, whether it is complete or not: the words and their melody tell."""
        random_ = self.stage.random
        if complete and random_.random() < 0.3:
            return power
        loud = np.flatnonzero(power.sum(1) > 10 ** random_.uniform(-4, -2.5) * power.sum(1).max())
        power = power[: loud[-1] + 1]
        if random_.random() < 0.5:
            return power
        fall = 10 ** -np.linspace(0.2, random_.uniform(2, 5), int(random_.integers(3, 14)))
        return np.concatenate([power, power[-3:].mean(0) * fall[:, np.newaxis].astype(np.float32)])

    def _after(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        gap = np.full((int(self.stage.random.integers(15, 110)), MELS), FLOOR, np.float32)
        return np.concatenate([first, gap, second])

    def cut(self, power: np.ndarray, text: str) -> int | None:
        """Return the frame after a word that cannot be the last; None if there is none."""
        ends = boundaries(text)
        whole = [i for i in range(1, len(ends)) if domain.plain(" ".join(text.split()[:i])) not in self.whole]
        if not whole:
            return None
        loud = np.flatnonzero(power.sum(1) > 0.001 * power.sum(1).max())
        first, last = loud[0], loud[-1]
        # Most often after a word that nothing ends with: after others, some would take it for the end.
        chances = np.array([4.0 if ending(" ".join(text.split()[:i])) == "unfinished" else 1.0 for i in whole])
        at = first + ends[int(self.stage.random.choice(whole, p=chances / chances.sum())) - 1] * (last - first)
        near = range(max(2, round(at) - 7), min(len(power) - 2, round(at) + 8))
        return min(near, key=lambda frame: float(power[frame].sum())) if near else None


def boundaries(text: str) -> list[float]:
    """Return for each word the share of the sentence's time at which it ends, by its phones."""
    sizes = np.cumsum([speech.phone_count(word.strip(".,?!;:")) for word in text.split()])
    return [float(size) for size in sizes / sizes[-1]]


def train(work: Path, scenes: Scenes, model: Turner, recipe: Recipe) -> None:
    """Teach the model on one thread, from the last checkpoint in `work`."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    fresh = [p for part in (model.glance, model.judge) for p in part.parameters()]
    known = [p for p in model.parameters() if all(p is not q for q in fresh)]
    groups = [{"params": fresh, "scale": 3.0}, {"params": known, "scale": 1.0}]
    optimiser = torch.optim.AdamW(groups, recipe.rate, betas=(0.9, 0.98), weight_decay=0.02)
    checkpoint, step = work / "turner.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        step = saved["step"]
    scenes.stage.random = np.random.default_rng(4000 + step)
    began, mean, right = time.monotonic(), 0.7, 0.5
    model.train()
    while step < recipe.steps:
        drawn = [scenes.draw() for _ in range(recipe.batch)]
        mel = torch.from_numpy(np.stack([each for each, _ in drawn]))
        wanted = torch.tensor([complete for _, complete in drawn])
        logits = model.logits(mel)
        loss = functional.binary_cross_entropy_with_logits(logits, 0.02 + 0.96 * wanted)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in optimiser.param_groups:
            group["lr"] = group["scale"] * recipe.rate * listener.share_of_rate(step / recipe.steps)
        optimiser.step()
        step, mean = step + 1, 0.97 * mean + 0.03 * loss.item()
        right = 0.97 * right + 0.03 * ((logits > 0) == (wanted > 0.5)).float().mean().item()
        if step % 50 == 0:
            minutes = (time.monotonic() - began) / 60
            print(f"turner: step {step} loss {mean:.3f} right {right:.3f} {minutes:.1f} min", flush=True)
        if step % recipe.save_every == 0 or step == recipe.steps:
            part = checkpoint.with_suffix(".part")
            torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, part)
            part.replace(checkpoint)
    model.eval()


def export(model: Turner, path: Path) -> None:
    """Write the model as ONNX, its large weights as float16."""
    import onnx

    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the newer exporter, which it praises, needs onnxscript and does no better
        torch.onnx.export(
            model,
            (torch.zeros(1, MELS, GIVEN),),
            str(path),
            input_names=["input_features"],
            output_names=["logits"],  # a probability, whatever it is called: so are Smart Turn's
            dynamo=False,
        )
    graph = onnx.load(str(path))
    halve(graph.graph)
    onnx.save(graph, str(path))


def halve(graph: object) -> None:
    """Keep weights of 1,000 numbers and more as float16, each behind a Cast."""
    from onnx import TensorProto, helper, numpy_helper

    casts = []
    for weight in graph.initializer:  # type: ignore[attr-defined]
        if weight.data_type == TensorProto.FLOAT and np.prod(weight.dims) >= 1000:
            name, half = weight.name, f"{weight.name}.half"
            weight.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), half))
            casts.append(helper.make_node("Cast", [half], [name], to=TensorProto.FLOAT))
    for node in reversed(casts):
        graph.node.insert(0, node)  # type: ignore[attr-defined]


# How well it judges.


def evaluate(path: Path, count: int) -> dict[str, float]:
    """Return how often turns of unknown voices and sentences are judged right, through the program's own code."""
    from models.smart_turn import SmartTurn

    judge = SmartTurn(path)
    found: dict[str, list[float]] = {"complete": [], "cut": []}
    for kind, samples in tests(count):
        for quiet in (0.2, 0.4):
            found[kind].append(judge(np.concatenate([samples, np.zeros(int(quiet * RATE), np.float32)])))
    shares: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "confident": lambda p: p >= CONFIDENT,
        "unfinished": lambda p: p < DOUBTFUL,
    }
    return {
        f"{kind} {name}": round(float(share(np.array(given)).mean()), 4)
        for kind, given in found.items()
        for name, share in shares.items()
    }


def tests(count: int) -> list[tuple[str, np.ndarray]]:
    """Return `count` sentences said by strangers, whole, and as many cut after a word that cannot be the last."""
    random_, noise_, out = random.Random(12), np.random.default_rng(12), []
    texts: set[str] = set()
    while len(texts) < count:
        text = random_.choice((domain.ask, domain.ask, domain.free))(random_)
        if domain.is_held_out(text) and text not in speech.closed_set() and len(text.split()) > 2:
            texts.add(text)
    for number, text in enumerate(sorted(texts)):
        speaker = list(speech.STRANGERS.values())[number % len(speech.STRANGERS)]
        said, _ = speech.say(speaker, speech.MANNERS["plain"], text, number)
        narrow = soxr.resample(said, speech.RATE, RATE).astype(np.float32)
        ends = boundaries(text)
        at = int(ends[random_.randrange(len(ends) - 1)] * len(narrow))
        for kind, part in (("complete", narrow), ("cut", narrow[:at])):
            heard = np.concatenate([np.zeros(RATE // 5, np.float32), part])
            out.append((kind, (heard + 1e-4 * noise_.standard_normal(len(heard))).astype(np.float32)))
    return out
