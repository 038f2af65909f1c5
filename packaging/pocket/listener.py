"""The pocket recogniser: a small Whisper with a window of eight seconds, taught on the synthetic voices.

It learns from the scenes of `scenes`, helped by two heads on the encoder that are dropped afterwards: one names the
phone of every frame where the synthesiser tells it, one spells the text (CTC). It leaves as the int8 folder that
`models.whisper.Transcriber` opens.
"""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import domain
import judge
import numpy as np
import soxr
import speech
import torch
from scenes import FRAMES, HOP, MELS, NOISES, RATE, SIZE, WINDOW, Heard, Stage, hear, make_noise, noise
from takeover import take_over
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn import functional
from transformers import GenerationConfig, PreTrainedTokenizerFast, WhisperConfig, WhisperForConditionalGeneration

MAX_TOKENS = 64
SPECIALS = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
LETTERS = " abcdefghijklmnopqrstuvwxyz"  # what the auxiliary CTC head spells; 0 is its blank


@dataclass(frozen=True)
class Recipe:
    """Sizes and lengths of a training run; a step hears `batch_frames` frames of 10 ms."""

    vocabulary: int = 700
    width: int = 128
    heads: int = 4
    mlp: int = 448
    encoder: int = 4
    decoder: int = 3
    steps: int = 6400
    full_share: float = 0.08  # of the steps, the last: whole windows of eight seconds
    batch_frames: int = 5600
    rate: float = 1.7e-3
    tests: int = 200
    save_every: int = 100


QUICK = Recipe(
    width=48,
    heads=2,
    mlp=96,
    encoder=2,
    decoder=2,
    vocabulary=400,
    steps=5,
    full_share=0.4,
    batch_frames=1600,
    tests=4,
    save_every=2,
)


IMPROVE = Recipe(steps=3600, rate=1.2e-3)  # from weights that know the domain


def make(
    corpus: Path, work: Path, pack: Path, mimi: Path | None = None, *, quick: bool = False, improve: bool = False
) -> dict[str, float]:
    """Train on the clips of `corpus` in `work` and write the CTranslate2 folder into `pack`; return the figures.

    `mimi` is the folder of a codec whose sound is learnt too; with `improve` the training goes on from what `pack` has.
    """
    recipe = QUICK if quick else IMPROVE if improve else Recipe()
    work.mkdir(parents=True, exist_ok=True)
    clips = hear(corpus, work, limit=300 if quick else None, mimi=mimi)
    noises = make_noise(corpus, work)
    if improve and not (work / "tokenizer.json").exists():
        shutil.copy(pack / "tokenizer.json", work)
    tokenizer = learn_tokenizer(work / "tokenizer.json", recipe)
    model = train(work, clips, noises, tokenizer, recipe, start=pack if improve else None)
    export(model, work / "tokenizer.json", work / "converted", pack)
    figures = evaluate(pack, test_clips(work, recipe.tests), corpus, quick)
    (work / "figures.json").write_text(json.dumps(figures, indent=1))
    return figures


# The model.


def learn_tokenizer(path: Path, recipe: Recipe) -> Tokenizer:
    """Learn the byte-level BPE of the domain's sentences, once: text tokens first, Whisper's specials after them."""
    if path.exists():
        return Tokenizer.from_file(str(path))
    random_ = random.Random(2)
    kinds = (domain.ask, domain.answer, domain.free)
    texts = [" " + kind(random_) for kind in kinds for _ in range(300 if recipe is QUICK else 8000)]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=recipe.vocabulary, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in SPECIALS])
    tokenizer.save(str(path))
    return tokenizer


def new_model(tokenizer: Tokenizer, recipe: Recipe) -> WhisperForConditionalGeneration:
    """Return the untrained Whisper."""
    end, start = tokenizer.token_to_id("<|endoftext|>"), tokenizer.token_to_id("<|startoftranscript|>")
    torch.manual_seed(0)
    model = WhisperForConditionalGeneration(
        WhisperConfig(
            vocab_size=tokenizer.get_vocab_size(),
            num_mel_bins=MELS,
            d_model=recipe.width,
            encoder_layers=recipe.encoder,
            decoder_layers=recipe.decoder,
            encoder_attention_heads=recipe.heads,
            decoder_attention_heads=recipe.heads,
            encoder_ffn_dim=recipe.mlp,
            decoder_ffn_dim=recipe.mlp,
            max_source_positions=FRAMES // 2,
            max_target_positions=MAX_TOKENS,
            pad_token_id=end,
            bos_token_id=end,
            eos_token_id=end,
            dropout=0.05,
            decoder_start_token_id=start,
            suppress_tokens=None,
            begin_suppress_tokens=None,
            init_std=0.03,
        )
    )
    model.generation_config = GenerationConfig(
        suppress_tokens=[],
        begin_suppress_tokens=[],
        max_length=MAX_TOKENS,
        eos_token_id=end,
        decoder_start_token_id=start,
    )
    return model


def encoded(model: WhisperForConditionalGeneration, mel: torch.Tensor) -> torch.Tensor:
    """Return the encoder's states (batch, frames / 2, width) for features (batch, 80, frames) of any even length."""
    encoder = model.model.encoder
    hidden = functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(mel)))).transpose(1, 2)
    hidden = hidden + encoder.embed_positions.weight[: hidden.shape[1]]
    for layer in encoder.layers:
        hidden = layer(hidden, None)
    return encoder.layer_norm(hidden)


def targets(tokenizer: Tokenizer, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (decoder input, wanted tokens), -100 where nothing is wanted: `<|nospeech|>` comes first for silence."""
    name = tokenizer.token_to_id
    rows = []
    for text in texts:
        words = tokenizer.encode(" " + text).ids[: MAX_TOKENS - 3] if text else []
        first = name("<|notimestamps|>") if text else name("<|nospeech|>")
        rows.append(
            ([name("<|startoftranscript|>"), name("<|notimestamps|>"), *words], [first, *words, name("<|endoftext|>")])
        )
    width = max(len(given) for given, _ in rows)
    given = torch.tensor([row + [name("<|endoftext|>")] * (width - len(row)) for row, _ in rows])
    return given, torch.tensor([row + [-100] * (width - len(row)) for _, row in rows])


def batches(stage: Stage, recipe: Recipe, full: bool) -> Iterator[tuple[torch.Tensor, torch.Tensor, list[str]]]:
    """Yield (features (batch, 80, frames), phones (batch, frames / 2), texts) for ever, those of like length together.

    With `full`, all are whole windows.
    """
    while True:
        pool = sorted((stage.draw() for _ in range(recipe.batch_frames // 28)), key=lambda s: len(s.features))
        packs, part = [], []
        for scene in pool:
            frames = FRAMES if full else len(scene.features)
            if part and frames * (len(part) + 1) > recipe.batch_frames:
                packs.append(part)
                part = []
            part.append(scene)
        packs.append(part)
        stage.random.shuffle(packs)
        for part in packs:
            width = FRAMES
            if not full:
                extra = int(stage.random.integers(2, 60))
                width = min(FRAMES, len(part[-1].features) + extra)
                width += width % 2
            mel = np.stack(
                [
                    np.pad(s.features, ((0, width - len(s.features)), (0, 0)), constant_values=s.features.min())
                    for s in part
                ]
            )
            phones = np.stack([np.pad(s.phones, (0, width - len(s.phones))) for s in part])[:, ::2].astype(np.int64)
            yield torch.from_numpy(mel).transpose(1, 2).contiguous(), torch.from_numpy(phones), [s.text for s in part]


def train(
    work: Path,
    heard: Heard,
    noises: dict[str, np.ndarray],
    tokenizer: Tokenizer,
    recipe: Recipe,
    start: Path | None = None,
) -> WhisperForConditionalGeneration:
    """Train on one thread, from the last checkpoint in `work`, else from the exported `start`; return the model."""
    torch.set_num_threads(1)
    model = new_model(tokenizer, recipe)
    speller = torch.nn.Linear(recipe.width, len(LETTERS) + 1)
    namer = torch.nn.Linear(recipe.width, len(heard.alphabet) + 1)
    learnt = [p for part in (model, speller, namer) for p in part.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learnt, recipe.rate, betas=(0.9, 0.98), weight_decay=0.02)
    parts = {"model": model, "speller": speller, "namer": namer, "optimiser": optimiser}
    checkpoint, step = work / "whisper.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        for name, part in parts.items():
            part.load_state_dict(saved[name])
        step = saved["step"]
    elif start:
        take_over(model, start)
    whole_from = round(recipe.steps * (1 - recipe.full_share))
    stage = Stage(heard, noises, seed=1000 + step)
    stream, full = batches(stage, recipe, step >= whole_from), step >= whole_from
    began, means = time.monotonic(), np.zeros(3)
    model.train()
    while step < recipe.steps:
        if not full and step >= whole_from:
            stream, full = batches(stage, recipe, full=True), True
        mel, phones, texts = next(stream)
        words, letters, sounds = losses(model, speller, namer, tokenizer, mel, phones, texts)
        optimiser.zero_grad(set_to_none=True)
        (words + 0.3 * letters + 0.5 * sounds).backward()
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * share_of_rate(step / recipe.steps)
        optimiser.step()
        step, means = step + 1, 0.95 * means + 0.05 * np.array([words.item(), letters.item(), sounds.item()])
        if step % 50 == 0:
            print(
                f"listener: step {step} words {means[0]:.3f} letters {means[1]:.3f} phones {means[2]:.3f} "
                f"{(time.monotonic() - began) / 60:.1f} min",
                flush=True,
            )
        if step % recipe.save_every == 0 or step == recipe.steps:
            torch.save(
                {name: part.state_dict() for name, part in parts.items()} | {"step": step},
                checkpoint.with_suffix(".part"),
            )
            checkpoint.with_suffix(".part").replace(checkpoint)
    return model.eval()


def share_of_rate(progress: float, warm: float = 0.04, decay: float = 0.4) -> float:
    """Return the learning rate's share of its peak: a short rise, a plateau, at last a straight way down."""
    return max(2e-3, min(1.0, progress / warm, (1.0 - progress) / decay))


def losses(
    model: WhisperForConditionalGeneration,
    speller: torch.nn.Linear,
    namer: torch.nn.Linear,
    tokenizer: Tokenizer,
    mel: torch.Tensor,
    phones: torch.Tensor,
    texts: list[str],
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the losses of the decoder's words, of the letters that the encoder spells (CTC) and of its phones."""
    states = encoded(model, mel)
    given, wanted = targets(tokenizer, texts)
    out = model.model.decoder(input_ids=given, encoder_hidden_states=states, use_cache=False).last_hidden_state
    words = functional.cross_entropy(model.proj_out(out[wanted >= 0]), wanted[wanted >= 0], label_smoothing=0.1)
    spelt = [[LETTERS.index(c) + 1 for c in domain.plain(text) if c in LETTERS] for text in texts]
    chances = speller(states).log_softmax(-1).transpose(0, 1)
    sizes = torch.tensor([len(s) for s in spelt])
    letters = functional.ctc_loss(
        chances,
        torch.tensor([c for s in spelt for c in s]),
        torch.full((len(texts),), states.shape[1]),
        sizes,
        reduction="none",
        zero_infinity=True,
    )
    told = phones >= 0
    sounds = functional.cross_entropy(namer(states[told]), phones[told]) if told.any() else states.new_zeros(())
    return words, letters.sum() / sizes.sum().clamp(min=1), sounds


def export(model: WhisperForConditionalGeneration, tokenizer_file: Path, scratch: Path, pack: Path) -> None:
    """Write the CTranslate2 folder `pack` (int8), by way of the transformers folder `scratch`."""
    from ctranslate2.converters import TransformersConverter

    model.save_pretrained(scratch)
    PreTrainedTokenizerFast(tokenizer_file=str(tokenizer_file)).save_pretrained(scratch)
    pack.parent.mkdir(parents=True, exist_ok=True)
    TransformersConverter(str(scratch)).convert(str(pack), quantization="int8", force=True)
    shutil.copy(tokenizer_file, pack / "tokenizer.json")
    shutil.copy(scratch / "generation_config.json", pack)
    (pack / "preprocessor_config.json").write_text(
        json.dumps(
            {"feature_size": MELS, "sampling_rate": RATE, "hop_length": HOP, "n_fft": SIZE, "chunk_length": WINDOW}
        )
    )


# How well it hears.


def test_clips(work: Path, count: int) -> list[tuple[str, str, np.ndarray]]:
    """Return (speaker, text, samples at 16 kHz) by voices that were not learnt, made once.

    The first `count` are different sentences that were not learnt either; a quarter as many of the closed set follow.
    """
    path = work / f"test-{count}.npz"
    if not path.exists():
        random_, said, texts = random.Random(11), [], {}
        while len(texts) < count:
            text = random_.choice((domain.ask, domain.ask, domain.free, domain.answer))(random_)
            if domain.is_held_out(text) and text not in speech.closed_set():
                texts[text] = None
        for text in (*texts, *random_.sample(domain.stock_asks(), count // 4)):
            speaker = list(speech.STRANGERS)[len(said) % len(speech.STRANGERS)]
            samples, _ = speech.say(speech.STRANGERS[speaker], speech.MANNERS["plain"], text, len(said))
            said.append((speaker, text, soxr.resample(np.pad(samples, 4800), speech.RATE, RATE)))
        np.savez(
            path,
            speakers=[s for s, _, _ in said],
            texts=[t for _, t, _ in said],
            lengths=[len(x) for _, _, x in said],
            samples=np.concatenate([x for _, _, x in said]),
        )
    with np.load(path) as file:
        parts = np.split(file["samples"], np.cumsum(file["lengths"])[:-1])
        return list(zip(map(str, file["speakers"]), map(str, file["texts"]), parts, strict=True))


def evaluate(pack: Path, tests: list[tuple[str, str, np.ndarray]], corpus: Path, quick: bool) -> dict[str, float]:
    """Return word error rates through the program's own transcriber, and how often silence and noise gave text."""
    from models.whisper import Transcriber

    hear_ = Transcriber(pack)
    random_, clips = np.random.default_rng(21), speech.Corpus(corpus)
    voices = [soxr.resample(clips.samples(c), speech.RATE, RATE) for c in clips.clips[:40]]
    found: dict[str, list[tuple[str, str]]] = {}
    for number, (speaker, text, samples) in enumerate(tests):
        clean = hear_(samples.astype(np.float32)).text
        kind = NOISES[number % len(NOISES)]
        noisy = hear_(mixed(samples, noise(kind, len(samples), random_, voices), 10.0)).text
        closed = " closed" if text in speech.closed_set() else ""
        names = (f"clean{closed}", f"clean{closed} {speaker}", f"10 dB{closed}", f"10 dB{closed} {kind}")
        for name, got in zip(names, (clean, clean, noisy, noisy), strict=True):
            found.setdefault(name, []).append((text, got))
        if not quick and domain.plain(clean) != domain.plain(text):
            print(f"listener: {speaker}: {text!r} heard as {clean!r}")
    for name in speech.COMPANIONS:
        own = [c for c in clips.clips if c.speaker == name and c.held_out][: 3 if quick else 60]
        found[f"companion {name}"] = [
            (c.text, hear_(soxr.resample(clips.samples(c), speech.RATE, RATE)).text) for c in own
        ]
    figures = {f"WER {name}": round(judge.corpus_error(pairs), 4) for name, pairs in found.items()}
    figures["exact text clean"] = round(sum(a == b for a, b in found["clean"]) / len(tests), 4)
    quiet = [
        level * noise(kind, int(seconds * RATE), random_, voices)
        for kind in NOISES[:4]
        for level in (0.0, 0.002, 0.02, 0.2)
        for seconds in (0.6, 2.0, 7.0)
    ]
    heard_text = [bool(hear_(q.astype(np.float32)).text) for q in quiet]
    figures["text from silence or noise"] = round(sum(heard_text) / len(quiet), 4)
    return figures


def mixed(samples: np.ndarray, noise_: np.ndarray, decibels: float) -> np.ndarray:
    """Return samples with noise (RMS 1) `decibels` below the speech's level."""
    level = np.sqrt(np.mean(samples[np.abs(samples) > 0.01 * np.abs(samples).max()] ** 2))
    return (samples + noise_ * level * 10 ** (-decibels / 20)).astype(np.float32)
