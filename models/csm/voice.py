"""The voice: CSM and Mimi behind the core's port."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from core.types import COMPANION, VOICE_FRAME, Segment, SpeechFrame, VoiceHistory
from models.csm.codec import Codec, load_codec
from models.csm.cuda import Captured
from models.csm.generate import Eager, Luck, Program, Sampling, frame_cap, published_sampling, speak_codes, until_quiet
from models.csm.load import Linear, load_model
from models.csm.model import Csm
from models.csm.pages import use_large_pages
from models.csm.quantize import Int8Linear
from models.csm.text import wording
from models.csm.timeline import Timeline
from models.csm.tokenizer import TextTokenizer

# How weights are kept, and what is computed in: int8 weights leave everything else in float32.
PRECISIONS = {
    "fp32": (torch.float32, Linear),
    "bf16": (torch.bfloat16, Linear),
    "fp16": (torch.float16, Linear),
    "int8": (torch.float32, Int8Linear),
}


class CsmVoice:
    """Speaks as the companion, in the voice and manner of the conversation so far (`core.ports.Voice`)."""

    def __init__(self, model: Csm, tokenizer: TextTokenizer, codec: Codec, sampling: Sampling) -> None:
        """Raises ValueError when the parts do not fit together."""
        _check_fit(model, tokenizer, codec)
        self.encoder = codec.encoder
        self._model, self._decoder, self._sampling = model, codec.decoder, sampling
        self._timeline = Timeline(model, tokenizer)
        on_gpu = model.device.type == "cuda"
        self._program: Program = (Captured if on_gpu else Eager)(model, self._timeline.cache, sampling)

    def wording(self, text: str) -> str:
        """Return the text as it will be spoken; empty if there is nothing to say."""
        return wording(text)

    def prepare(self, context: Sequence[Segment], *, idle: bool = False) -> VoiceHistory:
        """Bring the model's memory to this context ahead of time; when `idle`, with room for the turn to come."""
        self._timeline.hear(context, idle=idle)
        return self._timeline.history

    def speak(self, context: Sequence[Segment], text: str, seed: int) -> Iterator[SpeechFrame]:
        """Yield the speech for `text`, already in `wording`, as it is generated.

        Raises ValueError for an empty text, or for a reference that leaves no room, and RuntimeError when the model
        yields non-finite values.
        """
        if not text.strip():
            raise ValueError("there is nothing to say")
        return self._speak(context, text, seed)

    @property
    def history(self) -> VoiceHistory:
        """What the context held at the last `prepare` or `speak`."""
        return self._timeline.history

    def warm_up(self) -> None:
        """Run every part once, so that the first turn is as quick as the next; leaves no trace."""
        for frame in self._speak((), "a", 0):
            self.encoder(frame.samples)
            break
        self.encoder.restart()
        self._timeline.clear()

    def _speak(self, context: Sequence[Segment], text: str, seed: int) -> Iterator[SpeechFrame]:
        most = frame_cap(text)
        opening = self._timeline.open(context, COMPANION, text, most)
        luck = Luck(self._sampling, self._model.config.codebooks, self._model.config.legal_codes, seed)
        codes = speak_codes(self._program, self._timeline, opening, luck, most)
        self._decoder.restart()
        yield from until_quiet(SpeechFrame(self._decoder(frame), frame) for frame in codes)


def load_voice(
    checkpoint: Path,
    codec: Path,
    *,
    device: str = "cpu",
    threads: int = 1,
    precision: str = "fp32",
    sampling: Sampling | None = None,
) -> CsmVoice:
    """Return a voice from a folder with CSM (config.json, weights, tokenizer.json) and one with Mimi, warmed up.

    `threads` sets torch's pool for the whole process; the checkpoint says how it is sampled unless the caller does.
    Raises ValueError with what is wrong with the files.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"precision {precision!r} is none of {', '.join(PRECISIONS)}")
    if precision == "int8" and device != "cpu":
        raise ValueError("int8 weights are for the CPU")
    torch.set_num_threads(threads)
    where = torch.device(device)
    dtype, make_linear = PRECISIONS[precision]
    model = load_model(checkpoint, where, dtype, make_linear)
    if device == "cpu":
        use_large_pages()
    tokenizer = TextTokenizer(checkpoint / "tokenizer.json")
    parts = load_codec(codec, model.config.codebooks, where)
    voice = CsmVoice(model, tokenizer, parts, sampling or published_sampling(checkpoint))
    voice.warm_up()
    return voice


def _check_fit(model: Csm, tokenizer: TextTokenizer, codec: Codec) -> None:
    config = model.config
    if tokenizer.size > config.text_vocab:
        raise ValueError(f"the tokenizer has {tokenizer.size} ids, the model's text table {config.text_vocab}")
    if codec.cardinality != config.legal_codes:
        raise ValueError(f"the codec has {codec.cardinality} codes a codebook, the model {config.legal_codes}")
    if codec.frame_size != VOICE_FRAME:
        raise ValueError(f"the codec's frames have {codec.frame_size} samples, not {VOICE_FRAME}")
