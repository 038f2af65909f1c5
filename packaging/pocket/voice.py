"""Train the pocket CSM on spoken dialogues: reference, then turns of both speakers in one manner.

The manner (fast, slow, high, low, loud, soft) of a dialogue's history is the manner of the reply, the voice is
the reference's: that is what the model can only learn from context. Besides the codes, two auxiliary tasks are
taught from the first step: which phone a frame holds, and (two heads of one layer) which letter it has reached.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import codec
import numpy as np
import torch
from safetensors.torch import load_file, save_file
from speech import COMPANIONS, MANNERS, RATE, Clip, Corpus, phone_count
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from torch import Tensor, nn
from torch.nn import functional as F
from voice_model import ALIGNED_LAYER, BACKBONE, DECODER, Csm, Teacher

from core.whole import whole

TELLING = 8  # frames of a reply in which its manner is asked for
BOS, EOS = "<|begin_of_text|>", "<|end_of_text|>"
ROWS = 1500  # rows in a batch
ALIGN_STEPS = 3000  # in which the alignment is pressed for; later it holds by itself
SPARE = 3  # ids beyond the codes, as in CSM
SAMPLING = {"do_sample": True, "temperature": 0.3, "top_k": 20}  # cooler than CSM's 0.9 and 50: a small model errs


def tokenizer() -> Tokenizer:
    """Return the pocket's text tokenizer: lower-case bytes, BOS and EOS around, so that any text has tokens."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {token: i for i, token in enumerate([BOS, EOS, *letters])}
    made = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([BOS, EOS])
    made.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A {EOS}", special_tokens=[(BOS, vocab[BOS]), (EOS, vocab[EOS])]
    )
    return made


@dataclass
class Spoken:
    """A clip as the model sees it: codes (T, K), the letter each frame has reached, two phone ids a frame."""

    clip: Clip
    codes: np.ndarray
    letters: np.ndarray
    phones: np.ndarray


def letter_at(clip: Clip, frames: int) -> np.ndarray:
    """Return, for the middle of each frame, the index of the letter being spoken.

    A word takes as many of flite's phones as flite gives it alone; letters share their word's time evenly.
    Without phones (espeak) letters share the clip's time.
    """
    middle = (np.arange(frames) + 0.5) * codec.FRAME / RATE
    words = [(m.start(), m.end()) for m in re.finditer(r"[A-Za-z']+", clip.text)]
    spoken, start = [], 0.0
    for name, end in clip.phones:
        if name != "pau":
            spoken.append((start, end))
        start = end
    counts = [phone_count(clip.text[a:b]) for a, b in words]
    if not spoken or sum(counts) == 0:
        return np.minimum(middle / (clip.length / RATE) * len(clip.text), len(clip.text) - 1).astype(np.int64)
    edges = np.round(np.cumsum([0, *counts]) * len(spoken) / sum(counts)).astype(int)  # forgives a few linking phones
    times, letters = [], []
    for (a, b), low, high in zip(words, edges[:-1], np.maximum(edges[1:], edges[:-1] + 1), strict=True):
        begin, finish = spoken[min(low, len(spoken) - 1)][0], spoken[min(high, len(spoken)) - 1][1]
        times += np.linspace(begin, finish, b - a, endpoint=False).tolist()
        letters += range(a, b)
    reached = np.searchsorted(np.array(times), middle, side="right") - 1
    letters_ = np.array(letters)[np.maximum(reached, 0)]
    return np.where(middle > spoken[-1][1], len(clip.text) - 1, letters_)


class Encoded:
    """The corpus as codes, by (speaker, manner)."""

    def __init__(self, corpus: Corpus, work: Path, phones: list[str]) -> None:
        stored = [np.load(f) for f in sorted(work.glob("codes-???.npz"))]
        self.by: dict[tuple[str, str], list[Spoken]] = defaultdict(list)
        self.held_out: list[Spoken] = []
        for shard in stored:
            at = 0
            for index, length in zip(shard["index"], shard["length"], strict=True):
                clip = corpus.clips[index]
                codes = shard["codes"][at : at + length].astype(np.int64)
                at += length
                pairs = codec.phone_ids(clip, phones, 0.0, length).reshape(-1, 2)
                spoken = Spoken(clip, codes, letter_at(clip, length), pairs)
                if clip.held_out:
                    self.held_out.append(spoken)
                else:
                    self.by[clip.speaker, clip.manner].append(spoken)
        self.users = sorted({s for s, _ in self.by if s not in COMPANIONS})


def encode(corpus: Corpus, work: Path, mimi_folder: Path, every_user: int = 3, workers: int = 1) -> None:
    """Write the codes of all companion clips and of every third user clip; finished parts are kept."""
    chosen = [i for i, c in enumerate(corpus.clips) if c.speaker in COMPANIONS or i % every_user == 0]
    chosen.sort(key=lambda i: corpus.clips[i].length)  # batches of like lengths
    batches = [chosen[i : i + 4] for i in range(0, len(chosen), 4)]
    order = np.random.default_rng(7).permutation(len(batches))
    parts = [[batches[b] for b in order[i : i + 96]] for i in range(0, len(order), 96)]
    todo = [(corpus, mimi_folder, work / f"codes-{n:03}.npz", part) for n, part in enumerate(parts)]
    with ProcessPoolExecutor(workers) as pool:
        for name in pool.map(_encode_part, [job for job in todo if not job[2].exists()]):
            print(f"codes: {name} of {len(parts)}", flush=True)


def _encode_part(job: tuple[Corpus, Path, Path, list[list[int]]]) -> str:
    corpus, mimi_folder, file, batches = job
    torch.set_num_threads(1)
    mimi = codec.get_mimi(mimi_folder / "model.safetensors", codec.config(), "cpu", codec.CODEBOOKS)
    index, length, codes = [], [], []
    for ids in batches:
        waves = [corpus.samples(corpus.clips[i]) for i in ids]
        frames = [math.ceil(len(w) / codec.FRAME) for w in waves]
        filled = np.stack([np.pad(w, (0, max(frames) * codec.FRAME - len(w))) for w in waves])
        with torch.inference_mode():
            made = mimi.encode(torch.from_numpy(filled)[:, None]).transpose(1, 2).numpy()
        index += ids
        length += frames
        codes += [m[:n] for m, n in zip(made, frames, strict=True)]
    with whole(file) as part:
        np.savez(part, index=index, length=length, codes=np.concatenate(codes).astype(np.int16))
    return file.name


@dataclass
class Rows:
    """One dialogue as rows; `letter` is the row of the letter the next frame speaks, -1 where nothing is taught."""

    text: list[int]
    codes: list[np.ndarray]
    is_audio: list[bool]
    taught: list[bool]  # the row is an audio frame (or EOS row) that the row before must predict
    letter: list[int]
    phones: list[np.ndarray]
    manner: list[int]  # of a reply's first frames, -100 elsewhere


class Dialogues:
    """Draws training examples."""

    def __init__(self, encoded: Encoded, seed: int) -> None:
        self.encoded, self.random, self.tok = encoded, np.random.default_rng(seed), tokenizer()
        known = {m for _, m in encoded.by} - {"plain"}
        # pace is what a listener notices first, and what is hardest to learn: it shows in the whole reply only
        self.manners = [m for m in MANNERS if m in known for _ in range(2 if MANNERS[m].stretch != 1.0 else 1)]
        self.ids: dict[str, list[int]] = {}

    def draw(self, speaker: str, manner: str) -> Spoken:
        pool = self.encoded.by.get((speaker, manner))
        if not pool:  # a quick corpus has gaps
            pool = [spoken for (who, _), some in self.encoded.by.items() if who == speaker for spoken in some]
        return pool[self.random.integers(len(pool))]

    def segments(self, count: int) -> list[tuple[int, list[Spoken]]]:
        """Return (speaker id, what is said in a row) for a reference and `count` further segments."""
        companion = list(COMPANIONS)[self.random.integers(len(COMPANIONS))]
        user = self.encoded.users[self.random.integers(len(self.encoded.users))]
        manner = "plain" if self.random.random() < 0.2 else self.manners[self.random.integers(len(self.manners))]
        made: list[tuple[int, list[Spoken]]] = []
        if self.random.random() < 0.92:
            made.append((0, [self.draw(companion, "plain") for _ in range(2)]))
        alone = self.random.random() < 0.15  # no turn of the user's: the manner is then plain as the reference
        manner = "plain" if alone or count == 1 else manner
        speaker = 0 if alone else 1
        for _ in range(count):
            made.append((speaker, [self.draw(companion if speaker == 0 else user, manner)]))
            speaker = 0 if speaker == 1 or (alone or self.random.random() < 0.35) else 1
        return made

    def rows(self, count: int) -> Rows:
        made = Rows([], [], [], [], [], [], [])
        for speaker, parts in self.segments(count):
            self.append(made, speaker, parts)
        return made

    def append(self, made: Rows, speaker: int, parts: list[Spoken]) -> None:
        silent = np.zeros(codec.CODEBOOKS, np.int64)
        none = np.full(2, -100, np.int64)
        text = " ".join(p.clip.text for p in parts)
        ids = self.ids.setdefault(text, self.tok.encode(f"[{speaker}]{text}").ids)
        first_letter = len(made.text) + 4  # after BOS [ s ]
        for id_ in ids:
            self.row(made, id_, silent, False, False, -1, none, -100)
        before, manner = 0, list(MANNERS).index(parts[0].clip.manner)
        for part in parts:
            for i, (codes, letter, phones) in enumerate(zip(part.codes, part.letters, part.phones, strict=True)):
                told = manner if speaker == 0 and i < TELLING and part is parts[0] else -100
                self.row(made, 0, codes, True, speaker == 0, first_letter + before + int(letter), phones, told)
            before += len(part.clip.text) + 1
        self.row(made, 0, silent, True, speaker == 0, first_letter + len(text) - 1, none, -100)

    @staticmethod
    def row(
        made: Rows,
        text: int,
        codes: np.ndarray,
        is_audio: bool,
        taught: bool,
        letter: int,
        phones: np.ndarray,
        manner: int,
    ) -> None:
        made.text.append(text)
        made.codes.append(codes)
        made.is_audio.append(is_audio)
        made.taught.append(taught)
        made.letter.append(letter)
        made.phones.append(phones)
        made.manner.append(manner)

    def batch(self) -> dict[str, Tensor]:
        """Return padded rows of dialogues of one length class, about ROWS rows in all."""
        count = int(self.random.choice([1, 2, 3, 4, 6, 10, 18], p=[0.16, 0.24, 0.22, 0.18, 0.12, 0.06, 0.02]))
        drawn = [self.rows(count) for _ in range(max(1, ROWS // (75 * (count + 2))))]
        longest = min(BACKBONE.max_positions, max(len(d.text) for d in drawn))
        fills = {"text": 0, "codes": 0, "is_audio": False, "taught": False, "letter": -1}
        fills |= {"phones": -100, "manner": -100}
        return {
            name: torch.from_numpy(np.stack([padded(getattr(d, name), longest, fill) for d in drawn]))
            for name, fill in fills.items()
        }


def padded(values: list, length: int, fill: int) -> np.ndarray:
    """Return the first `length` values, filled up with `fill`."""
    known = np.array(values[:length])
    return np.concatenate([known, np.full((length - len(known), *known.shape[1:]), fill, known.dtype)])


class Trainer:
    """The training state; the moving average of the weights is what gets exported."""

    def __init__(self, encoded: Encoded, work: Path, phones: list[str], seed: int = 1) -> None:
        torch.manual_seed(seed)
        self.work, self.dialogues = work, Dialogues(encoded, seed)
        self.model = Csm(self.dialogues.tok.get_vocab_size(), codec.BINS + SPARE, codec.CODEBOOKS)
        self.teacher = Teacher(len(phones), len(MANNERS))
        self.params = [*self.model.parameters(), *self.teacher.parameters()]
        self.optimizer = torch.optim.AdamW(self.params, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.02)
        self.steps, self.average = 0, {k: v.clone() for k, v in self.model.state_dict().items()}

    def losses(self, b: dict[str, Tensor], fine_share: float = 0.25) -> dict[str, Tensor]:
        codes = b["codes"]
        if self.model.training:  # exposure: the model must go on after a wrong code of its own
            wrong = (torch.rand(codes.shape) < 0.04) & b["taught"][..., None] & (codes.sum(-1, keepdim=True) > 0)
            codes = torch.where(wrong, torch.randint(codec.BINS, codes.shape), codes)
        x, aligned = self.model.backbone(self.model.embed(b["text"], codes, b["is_audio"]), ALIGNED_LAYER)
        told = b["taught"][:, 1:]
        state, wanted = x[:, :-1][told], b["codes"][:, 1:][told]
        made = {"coarse": F.cross_entropy(self.model.codebook0_head(state), wanted[:, 0])}
        some = (torch.rand(len(state)) < fine_share) | (wanted.sum(1) == 0)
        fine = self.model.fine_logits(state[some], wanted[some])
        made["fine"] = F.cross_entropy(fine.flatten(0, 1), wanted[some][:, 1:].flatten())
        phones = self.teacher.phones(state).unflatten(-1, (2, -1)).flatten(0, 1)
        made["phone"] = F.cross_entropy(phones, b["phones"][:, 1:][told].flatten(), ignore_index=-100)
        manner = b["manner"][:, 1:][told]
        if (manner >= 0).any():
            made["manner"] = F.cross_entropy(self.teacher.manner(state), manner, ignore_index=-100)
        made["align"] = self.alignment(aligned, b)
        return made

    def alignment(self, aligned: tuple[Tensor, Tensor] | None, b: dict[str, Tensor]) -> Tensor:
        """Return the cross entropy of two heads' attention with the letter of the next frame, and the one after it."""
        assert aligned is not None
        (q, k), length = aligned, b["text"].shape[1]
        past = torch.ones(length, length, dtype=torch.bool).tril()
        scores = (q @ k.transpose(2, 3) * q.shape[-1] ** -0.5).masked_fill(~past, -torch.inf)
        logs = scores.log_softmax(-1)[:, :, :-1]
        letter = b["letter"][:, 1:]
        told = b["taught"][:, 1:] & (letter >= 0) & (letter < length)
        loss = logs.new_zeros(())
        for head, ahead in ((0, 0), (1, 2)):
            row = (letter + ahead).clamp(max=length - 1)
            row = torch.minimum(row, torch.arange(length - 1)[None])  # never beyond what the row may see
            picked = logs[:, head].gather(2, row.clamp(min=0)[..., None])[..., 0]
            loss = loss - picked[told].mean()
        return loss

    def step(self, lr: float, align: float) -> dict[str, float]:
        with torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
            losses = self.losses(self.dialogues.batch())
        weights = {"phone": 0.3, "manner": 0.3, "align": align}
        total = torch.stack([weights.get(name, 1.0) * loss for name, loss in losses.items()]).sum()
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(self.params, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        self.steps += 1
        decay = min(0.997, self.steps / (self.steps + 20))
        for name, value in self.model.state_dict().items():
            self.average[name].lerp_(value, 1 - decay)
        return {name: float(value.detach()) for name, value in losses.items()}

    def train(self, minutes: float, rate: float, steps: int | None = None) -> None:
        self.model.train()
        spent, first, seen = 0.0, self.steps, {}
        while True:
            done = (self.steps - first) / steps if steps else spent / (60 * minutes)
            if done >= 1:
                break
            warm = min(1.0, (self.steps - first + 1) / 150)
            lr = rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * max(0.0, (done - 0.3) / 0.7))))
            before = time.monotonic()
            for name, value in self.step(lr, 0.3 if self.steps < ALIGN_STEPS else 0.1).items():
                seen[name] = 0.97 * seen.get(name, value) + 0.03 * value
            spent += min(5.0, time.monotonic() - before)  # a paused process does not count as training
            if self.steps % 25 == 0:
                line = " ".join(f"{k} {v:.3f}" for k, v in seen.items())
                with (self.work / "voice.log").open("a") as log:
                    print(f"{spent / 60:.1f} min step {self.steps} lr {lr:.2e} {line}", file=log)
            if self.steps % 250 == 0:
                self.save()
        self.save()

    def save(self) -> None:
        """Keep the training state and the export."""
        with whole(self.work / "voice.pt") as part:
            torch.save(
                {
                    "model": self.model.state_dict(),
                    "teacher": self.teacher.state_dict(),
                    "average": self.average,
                    "optimizer": self.optimizer.state_dict(),
                    "steps": self.steps,
                },
                part,
            )
        export(self.average, self.dialogues.tok, self.work / "csm")

    def resume(self) -> None:
        state = torch.load(self.work / "voice.pt", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.teacher.load_state_dict(state["teacher"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.steps, self.average = state["steps"], state["average"]

    def start_from(self, folder: Path) -> None:
        """Take over an exported voice; the auxiliary heads and the optimiser start anew."""
        weights = {k: v.float() for k, v in load_file(folder / "model.safetensors").items()}
        self.model.load_state_dict(weights)
        self.average = {k: v.clone() for k, v in weights.items()}
        self.steps = ALIGN_STEPS


def export(weights: dict[str, Tensor], tok: Tokenizer, folder: Path) -> None:
    """Write the original layout: model.safetensors (fp16), config.json with the stacks' sizes, tokenizer.json."""
    folder.mkdir(parents=True, exist_ok=True)
    with whole(folder / "model.safetensors") as part:
        save_file({k: v.half().contiguous() for k, v in weights.items()}, part)
    config = {
        "audio_num_codebooks": codec.CODEBOOKS,
        "audio_vocab_size": codec.BINS + SPARE,
        "text_vocab_size": tok.get_vocab_size(),
        "backbone": asdict(BACKBONE),
        "decoder": asdict(DECODER),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    (folder / "generation_config.json").write_text(json.dumps(SAMPLING))
    tok.save(str(folder / "tokenizer.json"))


def train(
    corpus: Corpus,
    work: Path,
    minutes: float,
    *,
    steps: int | None = None,
    threads: int = 1,
    rate: float = 1.5e-3,
    start: Path | None = None,
) -> None:
    """Train on the codes in `work`, from the last checkpoint there, else from the exported voice `start` if given."""
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    phones = codec.phone_names(corpus)
    trainer = Trainer(Encoded(corpus, work, phones), work, phones)
    if (work / "voice.pt").exists():
        trainer.resume()
    elif start:
        trainer.start_from(start)
    trainer.train(minutes, rate, steps)
