"""llama.cpp as we use it: one model, one sequence, tokens in, logits out.

The C interface rather than llama-cpp-python's `Llama` class, which compiles the file's chat template when it loads.
"""

from __future__ import annotations

import ctypes
import weakref
from collections import deque
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ERROR = 3  # GGML_LOG_LEVEL_ERROR
BATCH = 256  # tokens that go through the model at once


class _Log:
    """What llama.cpp complained about last; it prints everything to stderr where nobody listens."""

    def __init__(self) -> None:
        import llama_cpp

        self._kept: deque[str] = deque(maxlen=4)
        self._listener = llama_cpp.llama_log_callback(self._listen)  # C does not keep it alive
        llama_cpp.llama_log_set(self._listener, ctypes.c_void_p(0))
        _find_processors(llama_cpp)
        llama_cpp.llama_backend_init()

    def _listen(self, level: int, text: bytes, _: object) -> None:
        if level == ERROR:
            self._kept.append(text.decode("utf-8", "replace").strip())

    def take(self) -> str:
        """Return the last complaints as one line and forget them."""
        complaints = "; ".join(self._kept) or "no reason given"
        self._kept.clear()
        return complaints


def _find_processors(llama_cpp: Any) -> None:
    """Have a build for any processor load its variant for this one: it looks beside the program, not beside itself."""
    library = llama_cpp.llama_cpp._lib
    library.ggml_backend_reg_count.restype = ctypes.c_size_t
    if library.ggml_backend_reg_count() == 0:  # else the one it was built for is in it
        folder = Path(llama_cpp.__file__).parent / "lib"
        library.ggml_backend_load_all_from_path(str(folder).encode())


@cache
def _log() -> _Log:
    """Take the log over, once a process."""
    return _Log()


class Engine:
    """A GGUF model with a cache for one sequence of tokens.

    Raises FileNotFoundError or ValueError, with llama.cpp's own complaint, for a file that it cannot load, and
    RuntimeError when a computation fails.
    """

    def __init__(self, path: Path, *, context: int, threads: int, gpu_layers: int) -> None:
        import llama_cpp

        if not path.is_file():
            raise FileNotFoundError(f"{path}: file is missing")
        self._api: Any = llama_cpp
        self._log, self._path = _log(), path
        wanted = llama_cpp.llama_model_default_params()
        wanted.n_gpu_layers = gpu_layers
        model = llama_cpp.llama_model_load_from_file(str(path).encode(), wanted)
        if not model:
            raise ValueError(f"{path}: llama.cpp cannot load this model: {self._log.take()}")
        trained = int(llama_cpp.llama_model_n_ctx_train(model))
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx = self.context = min(context, trained) if trained > 0 else context
        settings.n_batch = settings.n_ubatch = min(BATCH, self.context)
        settings.n_threads = settings.n_threads_batch = threads
        settings.swa_full = True  # a sliding-window cache could not be cut back
        self._context: Any = llama_cpp.llama_init_from_model(model, settings)
        self.close = weakref.finalize(self, _free, llama_cpp, self._context, model)
        if not self._context:
            raise ValueError(f"{path}: llama.cpp cannot make room for {self.context} tokens: {self._log.take()}")
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._vocab = llama_cpp.llama_model_get_vocab(model)
        self.vocabulary = int(llama_cpp.llama_vocab_n_tokens(self._vocab))
        self.length = 0  # tokens in the cache

    @property
    def closed(self) -> bool:
        """Tell whether the memory was given back; nothing may be asked then."""
        return not self.close.alive

    def tokens(self, text: str, *, markers: bool = False) -> list[int]:
        """Return the tokens of a text; special tokens come out of it only where `markers` says so."""
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 8
        found = (self._api.llama_token * room)()
        count = self._api.llama_tokenize(self._vocab, raw, len(raw), found, room, False, markers)
        if count < 0:
            raise RuntimeError(f"{self._path.name}: text of {len(raw)} bytes gives {-count} tokens")
        return list(found[:count])

    def spelling(self, token: int) -> bytes:
        """Return a token's bytes, which may end inside a character; nothing for special tokens."""
        letters = ctypes.create_string_buffer(256)
        count = self._api.llama_token_to_piece(self._vocab, token, letters, 256, 0, False)
        return letters.raw[: max(count, 0)]

    def is_special(self, token: int) -> bool:
        """Tell whether a token is an end or another control token, never text."""
        return bool(
            self._api.llama_vocab_is_eog(self._vocab, token) or self._api.llama_vocab_is_control(self._vocab, token)
        )

    def begin(self) -> list[int]:
        """Return the beginning-of-text token if the file asks for one."""
        if not self._api.llama_vocab_get_add_bos(self._vocab):
            return []
        return [int(self._api.llama_vocab_bos(self._vocab))]

    def cut(self, length: int) -> None:
        """Keep only the first `length` tokens of the cache; all are dropped where the model cannot cut."""
        if not self._api.llama_memory_seq_rm(self._memory, 0, length, -1):
            self._api.llama_memory_clear(self._memory, True)
            length = 0
        self.length = length

    def push(self, tokens: Sequence[int]) -> None:
        """Run at most BATCH tokens through the model, after those in the cache."""
        row = (self._api.llama_token * len(tokens))(*tokens)
        status = self._api.llama_decode(self._context, self._api.llama_batch_get_one(row, len(tokens)))
        if status != 0:
            raise RuntimeError(
                f"{self._path.name}: llama.cpp failed ({status}) at token {self.length}: {self._log.take()}"
            )
        self.length += len(tokens)

    def logits(self) -> NDArray[np.float32]:
        """Return the scores (vocabulary,) of what comes after the last token; RuntimeError unless finite."""
        row = np.ctypeslib.as_array(self._api.llama_get_logits_ith(self._context, -1), shape=(self.vocabulary,)).copy()
        if not np.isfinite(row).all():
            raise RuntimeError(f"{self._path.name}: the chat model yields values that are not finite")
        return row


def _free(api: Any, context: Any, model: Any) -> None:
    if context:
        api.llama_free(context)
    api.llama_model_free(model)
