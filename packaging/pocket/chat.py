"""The pocket chat model: a Llama of two million parameters, taught to hold the conversations of `dialogues`.

Written form: `<s>`, then for every message `<|role|>` text `<|end|>` without spaces or newlines between them; the
model writes after `<|assistant|>` and stops at `<|end|>`.
"""

from __future__ import annotations

import json
import math
import random
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from pathlib import Path

import dialogues
import domain
import torch
from gguf_export import write_llama_gguf
from phrasings import OTHER_NAMES, TEST_ASKS, TEST_NAMES
from strange import a_name
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

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
    steps: int = 6000
    drills: float = 0.45  # share of the exercises in copying
    batch_tokens: int = 1600
    rate: float = 2e-3
    tests: int = 150  # per kind of turn
    intents: int = 1000  # how many of them, and of the sentences written by hand, are tested
    save_every: int = 100


QUICK = Recipe(
    hidden=48, layers=2, heads=2, mlp=96, vocabulary=600, steps=4, batch_tokens=600, tests=1, intents=2, save_every=2
)


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
    trainer = trainers.BpeTrainer(
        vocab_size=recipe.vocabulary,
        special_tokens=list(SPECIALS),
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    random_ = random.Random(1)
    texts = []
    for _ in range(400 if recipe is QUICK else 12_000):
        for turn in dialogues.draw(random_).turns:
            if turn.kind not in {"tell name", "unknown"}:
                texts += [
                    " ".join(w for w in text.split() if w.strip(".,?!").lower() not in names)
                    for text in (turn.said, turn.reply)
                ]
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.save(str(path))
    return tokenizer


@dataclass
class Lesson:
    """A conversation as tokens: which of them are learnt, and where a token that repeats a word was read (or -1)."""

    ids: list[int]
    learnt: list[bool]
    source: list[int]


def encode(tokenizer: Tokenizer, messages: Iterable[tuple[str, str, bool]]) -> Lesson:
    """Return the tokens of a conversation of (role, text, is learnt)."""
    lesson = Lesson([tokenizer.token_to_id(BEGIN)], [False], [-1])
    read: list[tuple[str, int, list[tuple[int, int]]]] = []  # text, its first position, its tokens' letters
    for role, text, is_learnt in messages:
        body = tokenizer.encode(text)
        at = len(lesson.ids) + 1
        source = [-1] * (len(body.ids) + 2)
        if is_learnt:
            for letter, place in repeated(text, read):
                source[1 + _covering(body.offsets, letter)] = place
        lesson.ids += [tokenizer.token_to_id(ROLES[role]), *body.ids, tokenizer.token_to_id(END)]
        lesson.learnt += [False, *[is_learnt] * (len(body.ids) + 1)]
        lesson.source += source
        if role != "assistant":
            read.append((text.lower(), at, body.offsets))
    return lesson


def repeated(reply: str, read: list[tuple[str, int, list[tuple[int, int]]]]) -> Iterator[tuple[int, int]]:
    """Yield (letter of the reply, position where it was read) for names and other fillers that the reply repeats."""
    for word in re.finditer(r"\w{3,}", reply):
        if word[0].lower() in _common():
            continue
        for text, at, offsets in reversed(read):
            found = text.rfind(word[0].lower())
            if found >= 0:
                yield from ((word.start() + i, at + _covering(offsets, found + i)) for i in range(len(word[0])))
                break


def _covering(offsets: list[tuple[int, int]], letter: int) -> int:
    return next((i for i, (_, end) in enumerate(offsets) if end > letter), len(offsets) - 1)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """Words of the replies' fixed text: those are known by heart, not copied."""
    texts = [a for i in domain.INTENTS for a in i.answers if i not in domain.DRILLS]
    texts += [*domain.UNKNOWN, *domain.NAME_TOLD, *domain.NAME_KNOWN, *domain.NAME_UNKNOWN]
    return frozenset(word.lower() for text in texts for word in re.findall(r"\w+", re.sub(r"\{\w+\}", " ", text)))


def batches(tokenizer: Tokenizer, recipe: Recipe, seed: int) -> Iterator[tuple[torch.Tensor, ...]]:
    """Yield (ids, learnt, source) of shape (conversations, tokens) for ever, those of like length together."""
    random_ = random.Random(seed)
    while True:
        pool = []
        for _ in range(60 if recipe is QUICK else 400):
            if random_.random() < recipe.drills:
                drawn = drill(tokenizer, random_)
            else:
                turns = random_.randint(9, 22) if random_.random() < 0.06 else None
                drawn = encode(tokenizer, dialogues.pieces(dialogues.draw(random_, turns=turns), random_))
            pool.append(drawn)
        pool.sort(key=lambda lesson: len(lesson.ids))
        packs, part = [], []
        for lesson in pool:
            if part and min(LEARN_LIMIT, len(lesson.ids)) * (len(part) + 1) > recipe.batch_tokens:
                packs.append(part)
                part = []
            part.append(lesson)
        packs.append(part)
        random_.shuffle(packs)
        yield from (_padded(part) for part in packs)


def drill(tokenizer: Tokenizer, random_: random.Random) -> Lesson:
    """Return one exercise in copying, without which so small a model never learns to repeat a name it has not met.

    A third repeat arbitrary tokens, a third repeat lists of names, a third are conversations about names.
    """
    kind = random_.random()
    if kind < 0.33:
        some = [random_.randrange(len(SPECIALS), tokenizer.get_vocab_size()) for _ in range(random_.randint(4, 30))]
        name = tokenizer.token_to_id
        ids = [name(BEGIN), name(ROLES["user"]), *some, name(END), name(ROLES["assistant"]), *some, name(END)]
        source = [-1] * (len(some) + 4) + [2 + i for i in range(len(some))] + [-1]
        return Lesson(ids, [False] * (len(some) + 4) + [True] * (len(some) + 1), source)
    if kind < 0.67:
        names = [a_name(random_) for _ in range(random_.randint(2, 9))]
        said = ", ".join(names)
        said = said.lower() if random_.random() < 0.4 else said
        return encode(tokenizer, [("user", said, False), ("assistant", ", ".join(names), True)])
    memory = dialogues.Memory()
    others = random_.choice(([], ["intent"], ["intent", "intent", "unknown", "free"]))  # near names and far ones
    turns = [
        dialogues.draw_turn(random_, random_.choice(["tell name", "ask name", *others]), memory)
        for _ in range(random_.randint(2, 14 if others else 6))
    ]
    return encode(tokenizer, dialogues.pieces(dialogues.Dialogue(None, None, tuple(turns))))


def _padded(part: list[Lesson]) -> tuple[torch.Tensor, ...]:
    width = min(LEARN_LIMIT, max(len(lesson.ids) for lesson in part))
    rows = [
        [(row + [fill] * width)[:width] for lesson in part for row in (getattr(lesson, name),)]
        for name, fill in (("ids", 0), ("learnt", False), ("source", -1))
    ]
    return tuple(torch.tensor(row) for row in rows)


class Guide:
    """Shows two attention heads where to look, so that copying is learnt in minutes and not in hours.

    The first head of the first layer is shown the previous token; that of a later layer, wherever the next token
    repeats something, the place where that was read: the two parts of an induction head (Olsson et al. 2022).
    """

    def __init__(self, model: LlamaForCausalLM) -> None:
        self.size = model.config.hidden_size // model.config.num_attention_heads
        self.pairs = [(model.model.layers[0].self_attn, {}), (model.model.layers[-2].self_attn, {})]
        for attention, seen in self.pairs:
            attention.register_forward_pre_hook(partial(self._note, seen), with_kwargs=True)

    @staticmethod
    def _note(seen: dict[str, torch.Tensor], _module: object, _args: tuple, given: dict) -> None:
        seen["hidden"], seen["turns"] = given["hidden_states"], given["position_embeddings"]

    def loss(self, source: torch.Tensor) -> torch.Tensor:
        """Return how far both heads look from where they should; `source` (conversations, tokens) as read, or -1."""
        before = torch.arange(source.shape[1]).expand_as(source) - 1  # -1 for the first: not shown
        return self._misses(0, before) + self._misses(1, source)

    def _misses(self, which: int, wanted: torch.Tensor) -> torch.Tensor:
        attention, seen = self.pairs[which]
        query = functional.linear(seen["hidden"], attention.q_proj.weight[: self.size])[:, None]
        key = functional.linear(seen["hidden"], attention.k_proj.weight[: self.size])[:, None]
        query, key = apply_rotary_pos_emb(query, key, *seen["turns"])
        scores = (query @ key.transpose(-1, -2))[:, 0] / math.sqrt(self.size)
        later = torch.ones(scores.shape[1:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(later, -1e4)[wanted >= 0]
        return functional.cross_entropy(scores, wanted[wanted >= 0]) if len(scores) else scores.sum()


def new_model(tokenizer: Tokenizer, recipe: Recipe) -> LlamaForCausalLM:
    """Return the untrained Llama."""
    torch.manual_seed(0)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=recipe.hidden,
            intermediate_size=recipe.mlp,
            num_hidden_layers=recipe.layers,
            num_attention_heads=recipe.heads,
            num_key_value_heads=recipe.heads // 2,
            max_position_embeddings=CONTEXT,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.token_to_id(BEGIN),
            eos_token_id=tokenizer.token_to_id(END),
            rms_norm_eps=1e-5,
            initializer_range=0.04,
        )
    )


def train(work: Path, tokenizer: Tokenizer, recipe: Recipe) -> LlamaForCausalLM:
    """Train on one thread, from the last checkpoint in `work` if there is one; return the model, ready to be used."""
    torch.set_num_threads(1)
    model = new_model(tokenizer, recipe)
    guide = Guide(model)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim < 2]
    optimiser = torch.optim.AdamW(
        [{"params": decayed}, {"params": plain, "weight_decay": 0.0}], recipe.rate, betas=(0.9, 0.98), weight_decay=0.05
    )
    checkpoint, step = work / "chat.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        step = saved["step"]
    stream, began, means = batches(tokenizer, recipe, seed=100 + step), time.monotonic(), torch.zeros(2)
    while step < recipe.steps:
        ids, learnt, source = next(stream)
        hidden = model.model(ids[:, :-1]).last_hidden_state[learnt[:, 1:]]
        loss = functional.cross_entropy(model.lm_head(hidden), ids[:, 1:][learnt[:, 1:]])
        optimiser.zero_grad(set_to_none=True)
        looks = guide.loss(source[:, 1:])
        (loss + 0.3 * looks).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * share_of_rate(step / recipe.steps)
        optimiser.step()
        step, means = step + 1, 0.95 * means + 0.05 * torch.tensor([loss.item(), looks.item()])
        if step % 50 == 0:
            print(
                f"chat: step {step} loss {means[0]:.3f} looks {means[1]:.3f} {(time.monotonic() - began) / 60:.1f} min",
                flush=True,
            )
        if step % recipe.save_every == 0 or step == recipe.steps:
            _save(checkpoint, {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step})
    return model.eval()


def share_of_rate(progress: float, warm: float = 0.04, decay: float = 0.3) -> float:
    """Return the learning rate's share of its peak: a short rise, a plateau, at last a straight way down."""
    return max(1e-3, min(1.0, progress / warm, (1.0 - progress) / decay))


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
    turns += [
        dialogues.draw_turn(random_, random_.choice(("intent", "intent", "free", "unknown")), memory)
        for _ in range(distance - 1)
    ]
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
    lesson = encode(tokenizer, ((role, text, False) for role, text in messages))
    return [*lesson.ids, tokenizer.token_to_id(ROLES["assistant"])]


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
    write_llama_gguf(
        pack / "model.gguf",
        weights,
        model.config.to_dict(),
        tokenizer_file,
        name="Sotto pocket chat",
        bos=BEGIN,
        eos=END,
    )


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
    print(
        json.dumps(
            {
                "recipe": asdict(QUICK if options.quick else Recipe()),
                "figures": make(options.work, options.pack, options.quick),
            },
            indent=1,
        )
    )
