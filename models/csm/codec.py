"""Mimi, the speech codec, by moshi: 24 kHz in 80 ms frames, streaming both ways.

Défossez et al. 2024, "Moshi" (arXiv 2410.00037). Encoder and decoder are two instances over the same weights:
each has its own streaming state, and a stream of one can never disturb the other.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from core.types import Codes, Samples
from models.csm.codec_names import from_transformers, is_transformers
from models.csm.convolutions import shorten

# Read by moshi as it is imported: there is no compiler on the users' machines, and its graphs are not thread-safe.
os.environ.setdefault("NO_TORCH_COMPILE", "1")
os.environ.setdefault("NO_CUDA_GRAPH", "1")

from moshi.models import loaders
from moshi.models.compression import MimiModel
from moshi.modules.transformer import RingKVCache, StreamingMultiheadAttention

MOST_CODES = 1 << 15  # in a codebook


@dataclass(frozen=True, eq=False)
class Codec:
    """Both directions of one Mimi."""

    encoder: Encoder
    decoder: Decoder
    frame_size: int  # samples
    cardinality: int  # legal codes are [0, cardinality)


def load_codec(folder: Path, codebooks: int, device: torch.device) -> Codec:
    """Return the codec of a folder with one safetensors file in moshi's or transformers' layout.

    A config.json beside it gives non-standard sizes, keyed as moshi's loader takes them; transformers' own
    config.json is passed over. Raises ValueError for files that are missing, broken or of other sizes.
    """
    sizes = _read_sizes(folder / "config.json")
    weights = _read_weights(folder, sizes)
    encoding, decoding = (_assemble(folder, sizes, weights, codebooks, device) for _ in range(2))
    return Codec(
        Encoder(encoding, device), Decoder(decoding, device), int(encoding.frame_size), int(encoding.cardinality)
    )


class Encoder:
    """What is heard, as codes: samples of any number in, whole frames out."""

    def __init__(self, mimi: MimiModel, device: torch.device) -> None:
        self._mimi, self._device = mimi, device
        self._pending: Samples = np.empty(0, np.float32)
        _stream(mimi, device)

    @torch.inference_mode()
    def restart(self) -> None:
        """Begin a new utterance."""
        self._mimi.reset_streaming()
        self._pending = np.empty(0, np.float32)

    def __call__(self, wide: Samples) -> Codes:
        """Take more samples at 24 kHz; return the codes (frames, codebooks) that became whole."""
        heard = np.concatenate((self._pending, wide))
        size = int(self._mimi.frame_size)
        whole = len(heard) // size * size
        self._pending = heard[whole:].copy()
        frames = [self._encode(heard[at : at + size]) for at in range(0, whole, size)]
        return np.stack(frames) if frames else np.empty((0, int(self._mimi.num_codebooks)), np.int16)

    def whole(self, wide: Samples) -> Codes:
        """Return the codes of a whole clip, the last frame filled up with silence; begins and ends an utterance."""
        self.restart()
        codes = self(np.concatenate((wide, np.zeros(-len(wide) % int(self._mimi.frame_size), np.float32))))
        self.restart()
        return codes

    @torch.inference_mode()
    def _encode(self, frame: Samples) -> Codes:
        # Always one frame a call: that is the only size at which a stream equals the whole (see _stream).
        codes: Tensor = self._mimi.encode(torch.from_numpy(frame).to(self._device)[None, None])
        return codes[0, :, 0].to("cpu", torch.int16).numpy()


class Decoder:
    """Codes as sound, one frame at a time."""

    def __init__(self, mimi: MimiModel, device: torch.device) -> None:
        self._mimi, self._device = mimi, device
        _stream(mimi, device)

    @torch.inference_mode()
    def restart(self) -> None:
        """Begin a new utterance, out of silence."""
        self._mimi.reset_streaming()

    @torch.inference_mode()
    def __call__(self, codes: Codes) -> Samples:
        """Return the samples (frame_size,) of the next frame of codes (codebooks,)."""
        frame = torch.from_numpy(np.ascontiguousarray(codes, np.int64)).to(self._device)[None, :, None]
        sound: Tensor = self._mimi.decode(frame)
        return sound[0, 0].float().cpu().numpy()


def published_mimi(codebooks: int, device: torch.device) -> MimiModel:
    """Return a Mimi of the published size that has learnt nothing, to be timed."""
    return loaders.get_mimi(None, None, device, codebooks).eval()


def _stream(mimi: MimiModel, device: torch.device) -> None:
    """Make the model keep state from call to call, and quick at a frame a call.

    moshi's attention ring holds exactly the attention's context, so a call of two steps (one frame) overwrites a key
    that its first step should still see, and after 10 s a stream differs from the whole. One frame's room cures it.
    """
    mimi.streaming_forever(1)
    if device.type == "cpu":
        shorten(mimi)
    steps = max(1, round(mimi.encoder_frame_rate / mimi.frame_rate))
    for module in mimi.modules():
        if not isinstance(module, StreamingMultiheadAttention):
            continue
        state = module._streaming_state
        if state is None or state.kv_cache is None:
            raise ValueError("this moshi does not stream Mimi's attention as expected")
        _, batch, heads, capacity, size = state.kv_cache.cache.shape
        cache = state.kv_cache.cache
        state.kv_cache = RingKVCache(
            batch, heads, size, capacity + steps, state.kv_cache.respect_exec_mask, cache.device, cache.dtype
        )


def _read_sizes(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    sizes: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return sizes if "seanet" in sizes else None


def _read_weights(folder: Path, sizes: dict[str, Any] | None) -> dict[str, Tensor]:
    files = sorted(folder.glob("*.safetensors"))
    if len(files) != 1:
        raise ValueError(f"{folder} has {len(files)} safetensors files where the codec is exactly one")
    try:
        weights = load_file(files[0])
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{files[0]} is not a whole safetensors file: {error}") from error
    heads = int((sizes or loaders._mimi_config)["transformer"]["num_heads"])
    weights = from_transformers(weights, heads) if is_transformers(weights) else weights
    return {name: weight.float() for name, weight in weights.items()}


def _assemble(
    folder: Path, sizes: dict[str, Any] | None, weights: dict[str, Tensor], codebooks: int, device: torch.device
) -> MimiModel:
    quantizer = (sizes or loaders._mimi_config)["quantizer"]
    have, codes = int(quantizer["n_q"]), int(quantizer["bins"])
    if have < codebooks:
        raise ValueError(f"{folder} is a codec with {have} codebooks, the voice model has {codebooks}")
    if codes > MOST_CODES:
        raise ValueError(f"{folder} is a codec of {codes} codes a codebook, and at most {MOST_CODES} can be kept")
    mimi = loaders.get_mimi(None, sizes, device, codebooks)
    own = mimi.state_dict()
    faults = [f"missing {name}" for name in own if name not in weights]
    faults += [f"unexpected {name}" for name in weights if name not in own]
    faults += [
        f"{name} is {tuple(weight.shape)}, not {tuple(own[name].shape)}"
        for name, weight in weights.items()
        if name in own and own[name].shape != weight.shape
    ]
    if faults:
        more = f" and {len(faults) - 8} more" if len(faults) > 8 else ""
        raise ValueError(f"{folder} is not this codec: {'; '.join(faults[:8])}{more}")
    mimi.load_state_dict({name: weight.to(device) for name, weight in weights.items()}, assign=True)
    return mimi.eval().requires_grad_(False)
