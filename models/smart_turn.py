"""End of turn by its sound: Smart Turn v3, or any model of its contract, through onnxruntime.

The contract (pipecat-ai/smart-turn): the last 8 s at 16 kHz, zeros before what is shorter, brought to zero mean and
unit variance as a whole, as Whisper's log-mel features (1, 80, 800) in "input_features"; the one output is already a
probability.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.types import EAR_RATE, Samples
from models.onnx import runtime

SECONDS = 8
BANDS, FRAMES = 80, 100 * SECONDS
NEEDED = "input_features (1, 80, 800)"
EPSILON = 1e-7


class SmartTurn:
    """Tells whether somebody who fell silent has finished (a core.ports.TurnModel); one thread, about 20 ms a call.

    Raises ValueError, with the file's name, for a file that is no such model.
    """

    def __init__(self, path: Path) -> None:
        from faster_whisper.feature_extractor import FeatureExtractor

        onnxruntime = runtime()
        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), providers=["CPUExecutionProvider"], sess_options=options
            )
        except Exception as error:  # onnxruntime's own errors have no common class of their own
            raise ValueError(f"{path}: cannot be read as an ONNX model ({str(error).splitlines()[0]})") from error
        self._features = FeatureExtractor(chunk_length=SECONDS)
        self._check(path)

    def __call__(self, narrow: Samples) -> float:
        """Return the probability that a turn is complete, given all of it at EAR_RATE and the silence after it.

        Raises ValueError for samples that are not finite, and RuntimeError if the model gives no probability.
        """
        if not np.isfinite(narrow).all():
            raise ValueError("samples to judge hold values that are not finite")
        complete = self._run(features(narrow, self._features))
        if not 0 <= complete <= 1:  # NaN, too
            raise RuntimeError(f"the turn model gave {complete}, which is no probability")
        return complete

    def _run(self, heard: Samples) -> float:
        return float(self._session.run(None, {"input_features": heard[np.newaxis]})[0].item())

    def _check(self, path: Path) -> None:
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if [each.name for each in inputs] != ["input_features"] or len(outputs) != 1:
            names = ", ".join(each.name for each in inputs)
            raise ValueError(f"{path}: takes {names}, where a turn model takes {NEEDED} and gives one probability")
        try:
            self(np.zeros(EAR_RATE, np.float32))
        except Exception as error:
            reason = str(error).splitlines()[0]
            raise ValueError(f"{path}: does not take {NEEDED} to one probability ({reason})") from error


def features(narrow: Samples, extract: object) -> Samples:
    """Return (80, 800) log-mel features of the last 8 s of samples at EAR_RATE, by a Whisper feature extractor."""
    size = SECONDS * EAR_RATE
    last = narrow[-size:].astype(np.float32)
    padded = np.pad(last, (size - len(last), 0))
    even = (padded - padded.mean()) / np.sqrt(padded.var() + EPSILON)
    assert callable(extract)
    heard = np.asarray(extract(even, padding=0), np.float32)
    assert heard.shape == (BANDS, FRAMES)
    return heard
