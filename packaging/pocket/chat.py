"""The pocket chat model: a Llama of two million parameters, taught to hold the conversations of `dialogues`.

Written form: `<s>`, then for every message `<|role|>` text `<|end|>` without spaces or newlines between them; the
model writes after `<|assistant|>` and stops at `<|end|>`.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import dialogues
import domain
import torch
from gguf_export import write_llama_gguf
from phrasings import OTHER_NAMES, TEST_ASKS, TEST_NAMES
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM

BEGIN, END = "<s>", "<|end|>"
ROLES = {"system": "<|system|>", "user": "<|user|>", "assistant": "<|assistant|>"}
SPECIALS = (BEGIN, END, *ROLES.values())
CONTEXT = 1024  # positions that the exported model allows
LEARN_LIMIT = 640  # tokens of the longest conversation that is learnt


@dataclass(frozen=True)
class Recipe:
    """Sizes and lengths of a training run; a step is `batch_tokens` tokens."""

    vocabulary: int = 1000
    hidden: int = 192
    layers: int = 4
    heads: int = 6
    mlp: int = 512
    steps: int = 1400
    batch_tokens: int = 1600
    rate: float = 2.5e-3
    tests: int = 150  # per kind of turn
    intents: int = 1000  # how many of them, and of the sentences written by hand, are tested
    save_every: int = 100


QUICK = Recipe(hidden=48, layers=2, heads=2, mlp=96, vocabulary=600, steps=4, batch_tokens=600, tests=1, intents=2,
               save_every=2)


def make(work: Path, pack: Path, quick: bool = False) -> dict[str, float]:
    """Train in `work`, write `model.gguf` and `tokenizer.json` into `pack`; return the measured accuracies."""
    recipe = QUICK if quick else Recipe()
    work.mkdir(parents=True, exist_ok=True)
    pack.mkdir(parents=True, exist_ok=True)
    tokenizer = learn_tokenizer(work / "tokenizer.json", recipe)
    model = train(work, tokenizer, recipe)
    figures = evaluate(model, tokenizer, recipe)
    export(model, work / "tokenizer.json", pack)
    figures["gguf_parity"] = parity(model, tokenizer, pack / "model.gguf", count=4 if quick else 60)
    (work / "figures.json").write_text(json.dumps(figures, indent=1))
    return figures


def learn_tokenizer(path: Path, recipe: Recipe) -> Tokenizer:
    """Learn the byte-level BPE from conversations, once; names stay in small pieces, so that any can be copied."""
    if path.exists():
        return Tokenizer.from_file(str(path))
    names = {name.lower() for name in (*domain.SLOTS["name"], *OTHER_NAMES, *TEST_NAMES)}
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=recipe.vocabulary, special_tokens=list(SPECIALS), show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    random_ = random.Random(1)
    texts = []
    for _ in range(400 if recipe is QUICK else 12_000):
        for turn in dialogues.draw(random_).turns:
            if turn.kind not in {"tell name", "unknown"}:
                texts += [" ".join(w for w in text.split() if w.strip(".,?!").lower() not in names)
                          for text in (turn.said, turn.reply)]
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.save(str(path))
    return tokenizer


def encode(tokenizer: Tokenizer, messages: Iterator[tuple[str, str, bool]]) -> tuple[list[int], list[bool]]:
    """Return (token ids, whether each is learnt) of a conversation of (role, text, is learnt)."""
    ids, learnt = [tokenizer.token_to_id(BEGIN)], [False]
    for role, text, is_learnt in messages:
        body = [*tokenizer.encode(text).ids, tokenizer.token_to_id(END)]
        ids += [tokenizer.token_to_id(ROLES[role]), *body]
        learnt += [False, *[is_learnt] * len(body)]
    return ids, learnt


def batches(tokenizer: Tokenizer, recipe: Recipe, seed: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield (ids, learnt) of shape (conversations, tokens) for ever, conversations of like length together."""
    random_ = random.Random(seed)
    while True:
        pool = []
        for _ in range(60 if recipe is QUICK else 400):
            turns = random_.randint(9, 22) if random_.random() < 0.06 else None
            drawn = encode(tokenizer, dialogues.pieces(dialogues.draw(random_, turns=turns), random_))
            pool.append((drawn[0][:LEARN_LIMIT], drawn[1][:LEARN_LIMIT]))
        pool.sort(key=lambda item: len(item[0]))
        packs, part = [], []
        for item in pool:
            if part and len(item[0]) * (len(part) + 1) > recipe.batch_tokens:
                packs.append(part)
                part = []
            part.append(item)
        packs.append(part)
        random_.shuffle(packs)
        yield from (_padded(part) for part in packs)


def _padded(part: list[tuple[list[int], list[bool]]]) -> tuple[torch.Tensor, torch.Tensor]:
    width = max(len(ids) for ids, _ in part)
    ids = torch.tensor([ids + [0] * (width - len(ids)) for ids, _ in part])
    return ids, torch.tensor([learnt + [False] * (width - len(learnt)) for _, learnt in part])


def new_model(tokenizer: Tokenizer, recipe: Recipe) -> LlamaForCausalLM:
    """Return the untrained Llama."""
    torch.manual_seed(0)
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=recipe.hidden, intermediate_size=recipe.mlp,
        num_hidden_layers=recipe.layers, num_attention_heads=recipe.heads, num_key_value_heads=recipe.heads // 2,
        max_position_embeddings=CONTEXT, tie_word_embeddings=True, bos_token_id=tokenizer.token_to_id(BEGIN),
        eos_token_id=tokenizer.token_to_id(END), rms_norm_eps=1e-5, initializer_range=0.04))


def train(work: Path, tokenizer: Tokenizer, recipe: Recipe) -> LlamaForCausalLM:
    """Train on one thread, from the last checkpoint in `work` if there is one; return the model, ready to be used."""
    torch.set_num_threads(1)
    model = new_model(tokenizer, recipe)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim < 2]
    optimiser = torch.optim.AdamW([{"params": decayed}, {"params": plain, "weight_decay": 0.0}], recipe.rate,
                                  betas=(0.9, 0.98), weight_decay=0.05)
    checkpoint, step = work / "chat.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        step = saved["step"]
    stream, began, mean = batches(tokenizer, recipe, seed=100 + step), time.monotonic(), 0.0
    while step < recipe.steps:
        ids, learnt = next(stream)
        hidden = model.model(ids[:, :-1]).last_hidden_state[learnt[:, 1:]]
        loss = functional.cross_entropy(model.lm_head(hidden), ids[:, 1:][learnt[:, 1:]])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * share_of_rate(step / recipe.steps)
        optimiser.step()
        step, mean = step + 1, 0.95 * mean + 0.05 * loss.item()
        if step % 50 == 0:
            print(f"chat: step {step} loss {mean:.3f} {(time.monotonic() - began) / 60:.1f} min", flush=True)
        if step % recipe.save_every == 0 or step == recipe.steps:
            _save(checkpoint, {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step})
    return model.eval()


def share_of_rate(progress: float, warm: float = 0.06) -> float:
    """Return the learning rate's share of its peak: a short rise, then half a cosine down to a thousandth."""
    if progress < warm:
        return max(0.02, progress / warm)
    return 0.001 + 0.999 * (0.5 + 0.5 * math.cos(math.pi * (progress - warm) / (1 - warm)))


def _save(path: Path, state: dict[str, object]) -> None:
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


# How well it does.


def evaluate(model: LlamaForCausalLM, tokenizer: Tokenizer, recipe: Recipe) -> dict[str, float]:
    """Return the share of right greedy replies: by kind of turn, by distance of the name, on unseen phrasings."""
    random_ = random.Random(99)
    right: dict[str, list[bool]] = defaultdict(list)
    worst: dict[str, list[bool]] = defaultdict(list)
    for kind, conversation in test_conversations(random_, recipe.tests):
        turn = conversation.turns[-1]
        reply = answer(model, tokenizer, _open(conversation))
        right[kind].append(reply in turn.accepted)
        if not right[kind][-1] and recipe is not QUICK:
            print(f"chat: [{kind}] {turn.said!r} -> {reply!r}, not {turn.accepted[0]!r}")
    for intent in domain.TALK[: recipe.intents]:
        for _ in range(max(1, recipe.tests // 12)):
            said, accepted = _held_out_ask(intent, random_)
            worst[intent.name].append(answer(model, tokenizer, [("user", said)]) in accepted)
    for said, kind in TEST_ASKS[: recipe.intents]:
        accepted = _accepted(kind)
        reply = answer(model, tokenizer, [("user", said)])
        right["phrased by hand, unknown" if kind == "unknown" else "phrased by hand"].append(reply in accepted)
        if reply not in accepted and recipe is not QUICK:
            print(f"chat: [by hand, {kind}] {said!r} -> {reply!r}")
    figures = {kind: sum(hits) / len(hits) for kind, hits in right.items()}
    shares = {name: sum(hits) / len(hits) for name, hits in worst.items()}
    figures["intents alone, mean"] = sum(shares.values()) / len(shares)
    for name, share in sorted(shares.items(), key=lambda item: item[1])[:6]:
        figures[f"weak intent: {name}"] = share
    return {name: round(share, 4) for name, share in figures.items()}


def test_conversations(random_: random.Random, count: int) -> Iterator[tuple[str, dialogues.Dialogue]]:
    """Yield (what is tested, conversation): only its last turn counts, which is kept from training."""
    for kind in ("tell name", "unknown", "free", "intent"):
        for _ in range(count):
            yield kind, _conversation(random_, random_.choice((0, 0, 1, 3)), kind)
    for distance in (1, 2, 4, 8, 14):  # turns between the telling and the asking
        for _ in range(max(1, count // 3)):
            yield f"name after {distance}", _named(random_, distance)
    for _ in range(max(1, count // 3)):
        memory = dialogues.Memory()
        turns = [dialogues.draw_turn(random_, "intent", memory) for _ in range(random_.randint(0, 4))]
        turns.append(dialogues.draw_turn(random_, "ask name", memory, held_out=True))
        yield "name never told", dialogues.Dialogue(None, None, tuple(turns))


def _conversation(random_: random.Random, before: int, kind: str) -> dialogues.Dialogue:
    memory = dialogues.Memory()
    turns = [dialogues.draw_turn(random_, "intent", memory) for _ in range(before)]
    system = random_.choice((None, *dialogues.PERSONAS))
    return dialogues.Dialogue(system, None, (*turns, dialogues.draw_turn(random_, kind, memory, held_out=True)))


def _named(random_: random.Random, distance: int) -> dialogues.Dialogue:
    memory = dialogues.Memory()
    turns = [dialogues.draw_turn(random_, "tell name", memory, held_out=True)]
    turns += [dialogues.draw_turn(random_, random_.choice(("intent", "intent", "free", "unknown")), memory)
              for _ in range(distance - 1)]
    turns.append(dialogues.draw_turn(random_, "ask name", memory))
    return dialogues.Dialogue(random_.choice((None, *dialogues.PERSONAS)), None, tuple(turns))


def _held_out_ask(intent: domain.Intent, random_: random.Random) -> tuple[str, list[str]]:
    while True:
        asked, accepted = dialogues.intent_ask(intent, random_)
        said = dialogues.rendered(asked, random_)
        if dialogues.kept_from_training(said):
            return said, accepted


def _accepted(kind: str) -> tuple[str, ...]:
    if kind == "unknown":
        return tuple(domain.UNKNOWN)
    answers = next(intent.answers for intent in domain.INTENTS if intent.name == kind)
    return tuple(reply[0].upper() + reply[1:] for reply in answers)


def _open(conversation: dialogues.Dialogue) -> list[tuple[str, str]]:
    return [(role, text) for role, text, _ in dialogues.pieces(conversation)][:-1]


def prompt(tokenizer: Tokenizer, messages: list[tuple[str, str]]) -> list[int]:
    """Return the ids that the model continues with its reply."""
    ids, _ = encode(tokenizer, ((role, text, False) for role, text in messages))
    return [*ids, tokenizer.token_to_id(ROLES["assistant"])]


@torch.inference_mode()
def answer(model: LlamaForCausalLM, tokenizer: Tokenizer, messages: list[tuple[str, str]], limit: int = 60) -> str:
    """Return the greedy reply to (role, text) messages."""
    end, ids, cache, reply = tokenizer.token_to_id(END), torch.tensor([prompt(tokenizer, messages)]), None, []
    for _ in range(limit):
        out = model(ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
        token, cache = int(out.logits[0, -1].argmax()), out.past_key_values
        if token == end:
            break
        reply.append(token)
        ids = torch.tensor([[token]])
    return tokenizer.decode(reply)


def export(model: LlamaForCausalLM, tokenizer_file: Path, pack: Path) -> None:
    """Write `model.gguf` (f16) into `pack`."""
    weights = {name: tensor.float().numpy() for name, tensor in model.state_dict().items()}
    write_llama_gguf(pack / "model.gguf", weights, model.config.to_dict(), tokenizer_file, name="Sotto pocket chat",
                     bos=BEGIN, eos=END)


def parity(model: LlamaForCausalLM, tokenizer: Tokenizer, gguf: Path, count: int) -> float:
    """Return the share of prompts that llama.cpp tokenizes and answers exactly as the trained model does."""
    from llama_cpp import Llama

    llama = Llama(str(gguf), n_ctx=CONTEXT, n_threads=1, verbose=False)
    random_, same = random.Random(5), 0
    for _ in range(count):
        messages = _open(dialogues.draw(random_, held_out=True))
        text = BEGIN + "".join(f"{ROLES[role]}{said}{END}" for role, said in messages) + ROLES["assistant"]
        ids = llama.tokenize(text.encode(), add_bos=False, special=True)
        out = llama.create_completion(ids, max_tokens=60, temperature=0.0, stop=[])["choices"][0]["text"]
        same += ids == prompt(tokenizer, messages) and out.strip() == answer(model, tokenizer, messages).strip()
    llama.close()
    return round(same / count, 4)


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("build/pocket/chat"))
    parser.add_argument("--pack", type=Path, default=Path("assets/pocket/chat"))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    print(json.dumps({"recipe": asdict(QUICK if options.quick else Recipe()),
                      "figures": make(options.work, options.pack, options.quick)}, indent=1))
