"""Train the pocket Mimi: moshi's own classes at small width, on synthetic speech.

Two stages: `joint` trains everything; `decoder` freezes encoder and codebooks (the codes CSM learns) and only
sharpens the sound. Losses: log-mel at several resolutions on the decoded audio, and two auxiliary heads on the
quantised latent that are thrown away: the mel frames it covers, and, from codebook 0 alone, the phones.
The heads give encoder and codebooks a direct gradient long before the waveform decoder is any good.
"""

from __future__ import annotations

import json
import math
import os
import time
from copy import deepcopy
from pathlib import Path

os.environ.setdefault("NO_TORCH_COMPILE", "1")

import numpy as np
import torch
from moshi.models.loaders import _mimi_config, get_mimi
from moshi.quantization.core_vq import _run_kmeans
from safetensors.torch import load_file, save_file
from speech import COMPANIONS, RATE, Clip, Corpus
from torch import Tensor, nn
from torch.nn import functional as F

from core.whole import whole

FRAME = 1920
CODEBOOKS, BINS = 8, 512
CROP = 12  # frames a training example has
MEL = 80  # bands of the auxiliary head; 8 mel frames to a codec frame
FLOOR = 2e-2  # mel magnitude below which nothing is heard; a lower one spends the model on the noise of silence
FREE_STEPS = 300  # steps without quantiser, then k-means


def config() -> dict:
    """Return the pocket Mimi's configuration, as `moshi.models.loaders.get_mimi` takes it."""
    small = deepcopy(_mimi_config)
    width = 128
    small["seanet"].update(n_filters=16, ratios=[8, 6, 5, 4], dimension=width)
    small["quantizer"].update(dimension=64, n_q=CODEBOOKS, bins=BINS, input_dimension=width, output_dimension=width)
    small["transformer"].update(
        d_model=width,
        num_heads=4,
        num_layers=2,
        dim_feedforward=4 * width,
        input_dimension=width,
        output_dimensions=[width],
    )
    return small


def mel_filter(bins: int, bands: int) -> Tensor:
    """Return triangular mel filters (bins, bands) for 24 kHz."""
    top = 2595 * np.log10(1 + RATE / 2 / 700)  # mel
    edges = 700 * (10 ** (np.linspace(0, top, bands + 2) / 2595) - 1)
    hz = np.linspace(0, RATE / 2, bins)[:, None]
    rise = (hz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - hz) / (edges[2:] - edges[1:-1])
    return torch.from_numpy(np.maximum(0, np.minimum(rise, fall)).astype(np.float32))


class Spectra(nn.Module):
    """Log-mel distance at several resolutions, and the mel frames the auxiliary head predicts."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes = {256: 24, 512: 48, 1024: 80, 2048: 100}
        for size, bands in self.sizes.items():
            self.register_buffer(f"window{size}", torch.hann_window(size), persistent=False)
            self.register_buffer(f"mel{size}", mel_filter(size // 2 + 1, bands), persistent=False)

    def magnitude(self, audio: Tensor, size: int, hop: int) -> Tensor:
        window = getattr(self, f"window{size}")
        spectrum = torch.stft(audio, size, hop, window=window, return_complex=True)
        return (spectrum.real.square() + spectrum.imag.square() + 1e-9).sqrt()

    def log_mel(self, magnitude: Tensor, size: int) -> Tensor:
        return (magnitude.transpose(1, 2) @ getattr(self, f"mel{size}")).clamp(min=FLOOR).log()

    def target(self, audio: Tensor) -> Tensor:
        """Return (batch, frames, 8 * MEL): the log-mel frames of each codec frame."""
        mel = self.log_mel(self.magnitude(audio, 1024, FRAME // 8), 1024)[:, :-1]
        return mel.reshape(len(audio), -1, 8 * MEL)

    def forward(self, made: Tensor, wanted: Tensor, sizes: list[int]) -> Tensor:
        loss = made.new_zeros(())
        for size in sizes:
            a, b = self.magnitude(made, size, size // 4), self.magnitude(wanted, size, size // 4)
            loss = loss + F.l1_loss(self.log_mel(a, size), self.log_mel(b, size))
            loss = loss + 0.3 * (a - b).norm() / b.norm().clamp(min=1e-3)
        return loss * 4 / len(sizes)


class Trainer:
    """Everything a training stage holds; `step()` does one update."""

    def __init__(self, corpus: Corpus, work: Path, batch: int, seed: int = 0) -> None:
        torch.manual_seed(seed)
        self.random = np.random.default_rng(seed)
        self.work, self.batch = work, batch
        self.mimi = get_mimi(None, config(), "cpu", num_codebooks=CODEBOOKS).train().requires_grad_(True)
        self.spectra = Spectra()
        self.phones = phone_names(corpus)
        width = self.mimi.dimension
        self.mel_head = nn.Sequential(nn.Conv1d(width, 256, 3, padding=1), nn.GELU(), nn.Conv1d(256, 8 * MEL, 1))
        self.phone_head = nn.Sequential(nn.Conv1d(width, 128, 1), nn.GELU(), nn.Conv1d(128, 2 * len(self.phones), 1))
        self.corpus = corpus
        usable = [c for c in corpus.clips if not c.held_out and c.length > FRAME]
        self.companions = [c for c in usable if c.speaker in COMPANIONS]
        self.users = [c for c in usable if c.speaker not in COMPANIONS]
        self.steps = 0
        self.average: dict[str, Tensor] = {}
        self.latents: list[Tensor] = []

    def example(self) -> tuple[np.ndarray, np.ndarray]:
        """Draw a crop: samples (CROP * FRAME,) and a phone id for each 40 ms, -100 where unknown."""
        pool = self.companions if self.random.random() < 0.7 else self.users
        clip = pool[self.random.integers(len(pool))]
        whole = self.corpus.samples(clip)
        size = CROP * FRAME
        start = int(self.random.integers(-FRAME, max(1, len(whole) - size + FRAME)))
        cut = np.zeros(size, np.float32)
        low, high = max(0, start), min(len(whole), start + size)
        cut[low - start : high - start] = whole[low:high]
        return cut, phone_ids(clip, self.phones, start / RATE, CROP)

    def step(self, lr: float, decoder_only: bool) -> dict[str, float]:
        drawn = [self.example() for _ in range(self.batch)]
        audio = torch.from_numpy(np.stack([a for a, _ in drawn]))
        phones = torch.from_numpy(np.stack([p for _, p in drawn]))
        m = self.mimi
        with torch.set_grad_enabled(not decoder_only):
            (latent,) = m.encoder_transformer(m.encoder(audio[:, None]))
            latent = m.downsample(latent)
        losses: dict[str, Tensor] = {}
        if self.steps < FREE_STEPS and not decoder_only:
            quantised, first = latent, latent
            if self.steps >= FREE_STEPS - 250:
                self.latents.append(latent.detach())
        else:
            quantised, first = self.quantise(latent, losses, decoder_only)
        if not decoder_only:
            losses["mel"] = 4 * F.l1_loss(self.mel_head(quantised).transpose(1, 2), self.spectra.target(audio))
            logits = self.phone_head(first).unflatten(1, (2, -1)).permute(0, 3, 1, 2).flatten(3)  # (B, T, 2, phones)
            if (phones >= 0).any():
                losses["phone"] = 0.5 * F.cross_entropy(logits.flatten(0, 2), phones.flatten(), ignore_index=-100)
        (up,) = m.decoder_transformer(m.upsample(quantised))
        made = m.decoder(up)[:, 0, : audio.shape[1]]
        sizes = list(self.spectra.sizes)
        if not decoder_only:  # two of the four are as good on average, and cheaper
            sizes = self.random.choice(sizes, 2, replace=False).tolist()
        losses["spec"] = self.spectra(made, audio, sizes)
        total = torch.stack(list(losses.values())).sum()
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_([p for g in self.optimizer.param_groups for p in g["params"]], 5.0)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        self.steps += 1
        if self.steps == FREE_STEPS and not decoder_only:
            self.start_codebooks()
        self.follow()
        return {name: float(value.detach()) for name, value in losses.items()}

    def quantise(self, latent: Tensor, losses: dict[str, Tensor], frozen: bool) -> tuple[Tensor, Tensor]:
        q = self.mimi.quantizer
        if frozen:
            with torch.no_grad():
                codes = q.encode(latent)
                # the decoder must forgive what the voice model gets wrong: now and then a fine code is another one
                wrong = torch.rand(codes.shape) < torch.linspace(0, 0.12, CODEBOOKS)[None, :, None]
                codes = torch.where(wrong, torch.randint(BINS, codes.shape), codes)
                return q.decode(codes), latent
        kept = CODEBOOKS - 1
        q.rvq_rest.n_q = int(self.random.integers(1, kept + 1)) if self.random.random() < 0.2 else kept
        first, rest = q.rvq_first(latent, 12.5), q.rvq_rest(latent, 12.5)
        q.rvq_rest.n_q = kept
        losses["commit"] = 0.25 * (first.penalty + rest.penalty)
        return first.x + rest.x, first.x

    def start_codebooks(self) -> None:
        """Place the codebooks by k-means on the latents of the last steps: one batch has too few for moshi's own."""
        q = self.mimi.quantizer
        latents = torch.cat(self.latents, 0)
        self.latents = []
        with torch.no_grad():
            for rvq in (q.rvq_first, q.rvq_rest):
                rest = rvq.input_proj(latents).transpose(1, 2).flatten(0, 1)
                per_batch = self.batch * CROP / BINS
                for layer in rvq.vq.layers:
                    book = layer._codebook
                    means, _ = _run_kmeans(rest, BINS, 12)
                    book.cluster_usage.fill_(per_batch)
                    book.embedding_sum.copy_(means * per_batch)
                    book._initialized.fill_(1)
                    book.register_buffer("_embedding", None, persistent=False)
                    rest = rest - means[torch.cdist(rest, means).argmin(1)]

    def follow(self) -> None:
        decay = min(0.995, self.steps / (self.steps + 20))
        for name, value in self.mimi.state_dict().items():
            if name.endswith(("_codebook.cluster_usage", "_codebook.embedding_sum", "_initialized")):
                self.average[name] = value.clone()
            elif name in self.average:
                self.average[name].lerp_(value, 1 - decay)
            else:
                self.average[name] = value.clone()

    def train(self, minutes: float, rate: float, decoder_only: bool, steps: int | None = None) -> None:
        modules = (
            [self.mimi.decoder, self.mimi.decoder_transformer, self.mimi.upsample]
            if decoder_only
            else [self.mimi, self.mel_head, self.phone_head]
        )
        if decoder_only:
            self.mimi.eval()
        params = [p for m in modules for p in m.parameters()]
        self.optimizer = torch.optim.AdamW(params, lr=rate, betas=(0.8, 0.99), weight_decay=1e-3)
        spent, first, seen = 0.0, self.steps, {}
        while True:
            done = (self.steps - first) / steps if steps else spent / (60 * minutes)
            if done >= 1:
                break
            warm = min(1.0, (self.steps - first + 1) / 100)
            late = max(0.0, (done - 0.6) / 0.4)  # constant, then cosine
            lr = rate * warm * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * late)))
            before = time.monotonic()
            for name, value in self.step(lr, decoder_only).items():
                seen[name] = 0.98 * seen.get(name, value) + 0.02 * value
            spent += min(5.0, time.monotonic() - before)  # a paused process does not count as training
            if self.steps % 50 == 0:
                line = " ".join(f"{k} {v:.3f}" for k, v in seen.items())
                with (self.work / "codec.log").open("a") as log:
                    print(f"{spent / 60:.1f} min step {self.steps} lr {lr:.2e} {line}", file=log)
            if self.steps % 400 == 0:
                self.save()
        self.save()

    def save(self) -> None:
        """Keep the whole training state, and the averaged weights in moshi's layout."""
        with whole(self.work / "codec.pt") as part:
            torch.save(
                {
                    "mimi": self.mimi.state_dict(),
                    "average": self.average,
                    "steps": self.steps,
                    "mel_head": self.mel_head.state_dict(),
                    "phone_head": self.phone_head.state_dict(),
                },
                part,
            )
        export(self.average, self.work / "mimi")

    def resume(self, averaged: bool) -> None:
        state = torch.load(self.work / "codec.pt", weights_only=True)
        self.mimi.load_state_dict(state["average" if averaged else "mimi"])
        self.mel_head.load_state_dict(state["mel_head"])
        self.phone_head.load_state_dict(state["phone_head"])
        self.steps, self.average = state["steps"], state["average"]
        self.forget_embeddings()

    def start_from(self, folder: Path) -> None:
        """Take over an exported codec; the auxiliary heads, which only the joint stage uses, start anew."""
        weights = {k: v.float() for k, v in load_file(folder / "model.safetensors").items()}
        self.mimi.load_state_dict(weights)
        self.steps, self.average = FREE_STEPS, {k: v.clone() for k, v in self.mimi.state_dict().items()}
        self.forget_embeddings()

    def forget_embeddings(self) -> None:
        for module in self.mimi.modules():
            if hasattr(module, "_embedding"):
                module.register_buffer("_embedding", None, persistent=False)


def phone_names(corpus: Corpus) -> list[str]:
    """Return the phones that the synthesiser names, sorted."""
    return sorted({p for c in corpus.clips[:5000] for p, _ in c.phones} | {"pau"})


def phone_ids(clip: Clip, phones: list[str], start: float, frames: int) -> np.ndarray:
    """Return the phone id at 25 % and 75 % of each frame from `start` seconds on; -100 where none is known."""
    ids = np.full(2 * frames, -100, np.int64)
    if clip.phones:
        ends = np.array([end for _, end in clip.phones])
        names = [phones.index(name) if name in phones else -100 for name, _ in clip.phones]
        at = start + (np.arange(2 * frames) + 0.5) * 0.04
        inside = (at >= 0) & (at < clip.length / RATE)
        ids[inside] = np.array(names)[np.minimum(np.searchsorted(ends, at[inside]), len(names) - 1)]
    return ids


def export(weights: dict[str, Tensor], folder: Path) -> None:
    """Write moshi's layout: model.safetensors (fp16, codebooks fp32) and config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    exact = ("embedding_sum", "cluster_usage", "_initialized")
    tensors = {k: v.contiguous() if k.endswith(exact) else v.half().contiguous() for k, v in weights.items()}
    with whole(folder / "model.safetensors") as part:
        save_file(tensors, part)
    (folder / "config.json").write_text(json.dumps(config(), indent=1))


def train(
    corpus: Corpus, work: Path, minutes: float, *, stage: str, steps: int | None = None, threads: int = 1
) -> None:
    """Run one stage, `joint` or `decoder`, from the last checkpoint in `work` if there is one."""
    torch.set_num_threads(threads)
    work.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(corpus, work, batch=4)
    if (work / "codec.pt").exists():
        trainer.resume(averaged=stage == "decoder")
    elif (work / "mimi").exists():
        trainer.start_from(work / "mimi")
    trainer.train(minutes, 1.2e-3 if stage == "joint" else 5e-4, stage == "decoder", steps)
