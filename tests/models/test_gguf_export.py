"""The exported GGUF is the same model and the same tokenizer, as llama.cpp itself sees them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_llama
from tiny_llama import TinyLlama


def engine_of(path: Path) -> Any:
    from llama_cpp import Llama

    return Llama(
        str(path), n_ctx=256, n_threads=1, n_threads_batch=1, verbose=False, logits_all=True, type_k=0, type_v=0
    )  # an f32 KV cache, so that only the export can differ


@pytest.mark.parametrize(("weight_type", "tied", "tolerance"), [("f32", False, 1e-3), ("f16", True, 0.05)])
def test_logits_equal_those_of_transformers(tmp_path: Path, weight_type: str, tied: bool, tolerance: float) -> None:
    import torch

    tiny = tiny_llama.make(tmp_path, weight_type=weight_type, tied=tied)
    ids = tiny.tokenizer.encode("<s><|user|>Hello there, naïve café 你好 😀!<|end|><|assistant|>").ids
    engine = engine_of(tiny.gguf)
    engine.eval(ids)
    with torch.no_grad():
        expected = tiny.model(torch.tensor([ids])).logits[0].numpy()
    difference = np.abs(engine.scores[: len(ids)] - expected)
    assert difference.max() < tolerance * expected.std()


@pytest.mark.parametrize("text", ["one  two\n\nthree", "it's x9, 42!", " a\tb ", "Grüße 你好 😀", "\x00\x7f", "…—"])
def test_text_gets_the_same_tokens(llama: TinyLlama, text: str) -> None:
    ids = engine_of(llama.gguf).tokenize(text.encode(), add_bos=False, special=False)
    assert ids == llama.tokenizer.encode(text).ids


def test_markers_are_tokens_only_where_asked(llama: TinyLlama) -> None:
    engine = engine_of(llama.gguf)
    marker = llama.tokenizer.token_to_id("<|user|>")
    assert engine.tokenize(b"<|user|>", add_bos=False, special=True) == [marker]
    assert marker not in engine.tokenize(b"<|user|>", add_bos=False, special=False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t["pre_tokenizer"].update(add_prefix_space=True), "add_prefix_space=False"),
        (lambda t: t["model"]["vocab"].pop("Ġ"), "1 of 256 bytes"),
        (lambda t: t.update(added_tokens=[]), "'<s>' is not among added_tokens"),
        (lambda t: t["model"]["vocab"].update(far=10**6), "does not fit"),
    ],
)
def test_a_tokenizer_that_llama_cpp_would_read_otherwise_is_refused(tmp_path: Path, change: Any, message: str) -> None:
    tiny = tiny_llama.make(tmp_path)
    path = tmp_path / "tokenizer.json"
    tokenizer = json.loads(path.read_text("utf-8"))
    change(tokenizer)
    path.write_text(json.dumps(tokenizer), "utf-8")
    with pytest.raises(ValueError, match=message):
        tiny_llama.export(tiny.model, tmp_path)


def test_weights_that_are_not_finite_are_refused_and_the_old_file_is_kept(tmp_path: Path) -> None:
    import torch

    tiny = tiny_llama.make(tmp_path)
    before = tiny.gguf.read_bytes()
    with torch.no_grad():
        tiny.model.model.norm.weight[0] = float("nan")
    with pytest.raises(ValueError, match=r"model\.norm\.weight has values that are not finite"):
        tiny_llama.export(tiny.model, tmp_path)
    assert tiny.gguf.read_bytes() == before
    assert not list(tmp_path.glob("*.part"))
