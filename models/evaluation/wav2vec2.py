"""Phones by a wav2vec 2.0 with a CTC head over espeak's IPA, as Sesame uses it (wav2vec2-lv-60-espeak-cv-ft).

A folder with config.json, vocab.json and model.safetensors; nothing is unpickled and nothing fetched.
"""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

import numpy as np

from core.evaluation.phones import from_ipa
from core.types import Samples

NEEDED = ("lm_head.", "wav2vec2.encoder.layers.", "wav2vec2.feature_extractor.")
FILES = ("config.json", "vocab.json", "model.safetensors")


class Wav2Vec2Phones:
    """Phones in ARPAbet, by the likeliest symbol of every 20 ms."""

    name = "wav2vec2 phones"

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Load the model; ValueError says which file is missing or cannot be used."""
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise ValueError(f"{folder / missing[0]}: file is missing; a phone recogniser needs {', '.join(FILES)}")
        import torch
        from transformers import Wav2Vec2ForCTC

        try:
            words = json.loads((folder / "vocab.json").read_text("utf-8"))
            self._symbols = {int(number): symbol for symbol, number in words.items()}
            torch.set_num_threads(threads)
            self._model, told = Wav2Vec2ForCTC.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, output_loading_info=True
            )
        except Exception as error:  # safetensors' own errors share no base with the others
            raise ValueError(f"{folder}: is no wav2vec2 with phones ({error}); download it again") from None
        lacking = [name for name in told["missing_keys"] if name.startswith(NEEDED)]
        if lacking:  # which the library would fill with random numbers
            raise ValueError(f"{folder}: is no wav2vec2 with phones (it lacks {lacking[0]}); download it again")
        self._model.eval()
        self._blank = int(self._model.config.pad_token_id)

    def __call__(self, narrow: Samples) -> list[str]:
        """Return the phones of samples at EAR_RATE."""
        import torch

        sound = np.asarray(narrow, np.float32)
        if len(sound) < 400:  # one frame of its convolutions
            return []
        sound = (sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)
        with torch.inference_mode():
            best = self._model(torch.from_numpy(sound)[None]).logits[0].argmax(-1).tolist()
        ids = [number for number, _ in groupby(best) if number != self._blank]
        symbols = [self._symbols.get(number, "") for number in ids]
        return [phone for symbol in symbols if not symbol.startswith("<") for phone in from_ipa(symbol)]
