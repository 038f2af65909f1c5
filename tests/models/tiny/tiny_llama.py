"""A tiny random Llama for tests: its transformers model, its tokenizer and its GGUF, made in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

TEXT = (
    "Hello there, how are you today? I am fine, thank you. What colour is the sky? The sky is blue. "
    "Grüße aus Köln, naïve café, 你好 😀. One two three four five six seven eight nine ten. "
) * 4
SPECIALS = ["<pad>", "<s>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]


@dataclass(frozen=True)
class TinyLlama:
    """A model in both forms, with the tokenizer that both read."""

    gguf: Path
    tokenizer: Any  # tokenizers.Tokenizer
    model: Any  # transformers.LlamaForCausalLM


def train_tokenizer(path: Path) -> Any:
    """Write a byte-level BPE tokenizer.json as the pocket chat model's must be, and return it."""
    from tokenizers import Tokenizer
    from tokenizers.decoders import ByteLevel as ByteLevelDecoder
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel
    from tokenizers.trainers import BpeTrainer

    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = ByteLevelDecoder()
    trainer = BpeTrainer(
        vocab_size=360, special_tokens=SPECIALS, initial_alphabet=ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    tokenizer.save(str(path))
    return tokenizer


def make(folder: Path, *, weight_type: Any = "f32", tied: bool = False) -> TinyLlama:
    """Make a two-layer Llama with grouped-query attention from seed 0 and export it."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = train_tokenizer(folder / "tokenizer.json")
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size() + 4,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=96,
        head_dim=16,
        max_position_embeddings=256,
        tie_word_embeddings=tied,
        initializer_range=0.3,
    )
    model = LlamaForCausalLM(config).eval()
    return TinyLlama(export(model, folder, weight_type), tokenizer, model)


def export(model: Any, folder: Path, weight_type: Any = "f32") -> Path:
    """Write the model beside its tokenizer.json and return the GGUF's path."""
    import gguf_export

    weights = {name: tensor.detach().float().numpy() for name, tensor in model.state_dict().items()}
    gguf_export.write_llama_gguf(
        folder / "tiny.gguf",
        weights,
        model.config.to_dict(),
        folder / "tokenizer.json",
        name="tiny",
        weight_type=weight_type,
    )
    return folder / "tiny.gguf"
