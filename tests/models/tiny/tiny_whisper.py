"""A tiny Whisper for tests, from its tokenizer to the converted folder: also the recipe for training a real one.

What `models.whisper.Transcriber` needs of a pack's folder:

`model.bin, config.json, vocabulary.json`   as ctranslate2's TransformersConverter writes them
`tokenizer.json`             byte-level BPE; all text tokens first, then the specials below, in this order, without gaps
`preprocessor_config.json`   `feature_size` (mel bands) and `chunk_length` (seconds, whole): the model's own window;
                             max_source_positions must be 50 * chunk_length
`generation_config.json`     `max_length` = max_target_positions (where the file is missing: 448)

CTranslate2 takes a model for multilingual when its vocabulary has the empty token "", as OpenAI's multilingual ones
do, whatever its size; without it the model is English-only. Its prompt, in training too, is then
`<|startoftranscript|> <|notimestamps|>`, the target is " text" (leading space, as in Whisper) and `<|endoftext|>`.
For silence the first token after `<|startoftranscript|>` should be trained to be `<|nospeech|>`.
Features are those of transformers.WhisperFeatureExtractor(feature_size, chunk_length=...): audio padded with zeros
to the whole window, *then* the log-mel.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

SPECIALS = [
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
]
TEXT = "hello there how are you today i am fine thank you what colour is the sky the sky is blue " * 4
LANGUAGES = ["<|en|>", "<|de|>", "<|fr|>"]
CHUNK_SECONDS = 8
MAX_TOKENS = 64
MEL_BANDS = 80


def train_tokenizer(path: Path, specials: list[str] = SPECIALS) -> Any:
    """Write the tokenizer.json: the byte alphabet and merges first, the specials after them."""
    from tokenizers import AddedToken, Tokenizer
    from tokenizers.decoders import ByteLevel as ByteLevelDecoder
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel
    from tokenizers.trainers import BpeTrainer

    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = ByteLevelDecoder()
    trainer = BpeTrainer(vocab_size=300, initial_alphabet=ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator([TEXT], trainer)
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in specials])
    tokenizer.save(str(path))
    return tokenizer


def random_model(tokenizer: Any, spare: int = 0) -> Any:
    """Return an untrained WhisperForConditionalGeneration for the tokenizer and `spare` tokens more."""
    import torch
    from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration

    eot, sot = tokenizer.token_to_id("<|endoftext|>"), tokenizer.token_to_id("<|startoftranscript|>")
    torch.manual_seed(0)
    model = WhisperForConditionalGeneration(
        WhisperConfig(
            vocab_size=tokenizer.get_vocab_size() + spare,
            num_mel_bins=MEL_BANDS,
            d_model=64,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=128,
            decoder_ffn_dim=128,
            max_source_positions=50 * CHUNK_SECONDS,
            max_target_positions=MAX_TOKENS,
            pad_token_id=eot,
            bos_token_id=eot,
            eos_token_id=eot,
            decoder_start_token_id=sot,
            init_std=0.1,
            suppress_tokens=None,
            begin_suppress_tokens=None,
        )
    ).eval()
    # CTranslate2 reads both lists from here; an empty beginning would let the first token be <|endoftext|>,
    # which is what a model should say about silence.
    model.generation_config = GenerationConfig(
        suppress_tokens=[],
        begin_suppress_tokens=[],
        max_length=MAX_TOKENS,
        eos_token_id=eot,
        decoder_start_token_id=sot,
    )
    return model


def convert(model: Any, tokenizer_path: Path, folder: Path, *, quantization: str = "int8") -> Path:
    """Write the folder that the transcriber opens; returns it."""
    from ctranslate2.converters import TransformersConverter
    from transformers import PreTrainedTokenizerFast

    source = folder.with_name(folder.name + "-transformers")
    model.save_pretrained(source)
    PreTrainedTokenizerFast(tokenizer_file=str(tokenizer_path)).save_pretrained(source)
    TransformersConverter(str(source)).convert(str(folder), quantization=quantization, force=True)
    shutil.copy(tokenizer_path, folder / "tokenizer.json")
    shutil.copy(source / "generation_config.json", folder)
    (folder / "preprocessor_config.json").write_text(
        json.dumps(
            {
                "feature_size": MEL_BANDS,
                "sampling_rate": 16_000,
                "hop_length": 160,
                "n_fft": 400,
                "chunk_length": CHUNK_SECONDS,
            }
        ),
        "utf-8",
    )
    return folder


def learn(model: Any, tokenizer: Any, lessons: list[tuple[Any, str]], *, steps: int) -> None:
    """Overfit the decoder to a few (window of samples, text); empty text teaches `<|nospeech|>`.

    The encoder stays random, with weights large enough to tell a few windows apart, and is computed only once.
    """
    import torch
    from transformers import WhisperFeatureExtractor

    torch.set_num_threads(1)  # ten times faster than two threads on a busy two-core machine
    extract = WhisperFeatureExtractor(feature_size=MEL_BANDS, chunk_length=CHUNK_SECONDS)
    features = torch.tensor(extract([samples for samples, _ in lessons], sampling_rate=16_000).input_features)
    ids = {text: tokenizer.token_to_id(text) for text in SPECIALS}
    rows = []
    for _, text in lessons:
        words = tokenizer.encode(" " + text).ids if text else []
        first = ids["<|notimestamps|>"] if text else ids["<|nospeech|>"]
        rows.append(
            ([ids["<|startoftranscript|>"], ids["<|notimestamps|>"], *words], [first, *words, ids["<|endoftext|>"]])
        )
    longest = max(len(given) for given, _ in rows)
    given = torch.tensor([row + [ids["<|endoftext|>"]] * (longest - len(row)) for row, _ in rows])
    wanted = torch.tensor([row + [-100] * (longest - len(row)) for _, row in rows])
    with torch.no_grad():
        heard = model.model.encoder(features)
    optimizer = torch.optim.AdamW(model.model.decoder.parameters(), lr=3e-3)
    model.train()
    for _ in range(steps):
        logits = model(encoder_outputs=heard, decoder_input_ids=given).logits
        torch.nn.functional.cross_entropy(logits.flatten(0, 1), wanted.flatten()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    model.eval()


def make(folder: Path, lessons: list[tuple[Any, str]] | None = None) -> Path:
    """Make a tiny Whisper with an eight-second window, converted to int8; random unless it gets lessons."""
    tokenizer = train_tokenizer(folder / "tokenizer.json")
    model = random_model(tokenizer)
    if lessons:
        learn(model, tokenizer, lessons, steps=120)
    return convert(model, folder / "tokenizer.json", folder / "whisper")


def make_multilingual(folder: Path) -> Path:
    """Make a random tiny Whisper that can tell languages apart, or at least guess them."""
    specials = [*SPECIALS[:2], *LANGUAGES, *SPECIALS[3:]]
    tokenizer = train_tokenizer(folder / "tokenizer.json", specials)
    model = random_model(tokenizer, spare=2)
    model.generation_config.lang_to_id = {text: tokenizer.token_to_id(text) for text in LANGUAGES}
    converted = convert(model, folder / "tokenizer.json", folder / "whisper")
    vocabulary = json.loads((converted / "vocabulary.json").read_text("utf-8"))
    (converted / "vocabulary.json").write_text(json.dumps([*vocabulary[:-1], ""]), "utf-8")
    return converted
