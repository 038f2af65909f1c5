"""How good speech sounds to people, as DNSMOS P.835 guesses it (Reddy et al. 2022), through onnxruntime.

The contract (microsoft/DNS-Challenge, sig_bak_ovr.onnx): windows of 9.01 s at 16 kHz in "input_1" (n, 144160), one for
each second; the one output (n, 3) is speech, background, overall, which polynomials bring onto the scale of the raters,
1 to 5. What is shorter than a window is said again until it fills one.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.types import EAR_RATE, Samples
from models.onnx import runtime

WINDOW = 144_160  # samples at EAR_RATE
NEEDED = f"input_1 (n, {WINDOW}) and an output (n, 3)"
FILE = "sig_bak_ovr.onnx"
# From the model's numbers to the raters' scale: of x², x and 1, for speech, background and overall.
SCALE = np.array(
    [
        [-0.08397278, 1.22083953, 0.0052439],
        [-0.13166888, 1.60915514, -0.39604546],
        [-0.06766283, 1.11546468, 0.04602535],
    ]
)


@dataclass(frozen=True)
class Quality:
    """Mean opinion scores, 1 (bad) to 5 (excellent)."""

    speech: float  # free of distortion
    background: float  # free of noise
    overall: float


def packaged() -> Path | None:
    """Return the model of the package `speechmos`, if that is installed; nothing of it is imported."""
    found = importlib.util.find_spec("speechmos")
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / "dnsmos_models" / FILE
    return path if path.is_file() else None


class Dnsmos:
    """Scores speech; about 60 ms for each second beyond the first nine. ValueError for a file that is no such model."""

    name = "DNSMOS P.835"

    def __init__(self, path: Path, threads: int = 1) -> None:
        onnxruntime = runtime()
        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads, options.intra_op_num_threads = 1, threads
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), providers=["CPUExecutionProvider"], sess_options=options
            )
        except Exception as error:  # onnxruntime's own errors have no common class of their own
            raise ValueError(f"{path}: cannot be read as an ONNX model ({str(error).splitlines()[0]})") from error
        takes, gives = self._session.get_inputs(), self._session.get_outputs()
        fits = len(takes) == len(gives) == 1 and takes[0].name == "input_1"
        if not (fits and takes[0].shape[1:] == [WINDOW] and gives[0].shape[1:] == [3]):
            raise ValueError(f"{path}: is no DNSMOS P.835, which has {NEEDED}; download it again")

    def __call__(self, narrow: Samples) -> Quality | None:
        """Return the scores of samples at EAR_RATE, None for no samples; raises ValueError for what is not finite."""
        if not len(narrow):
            return None
        if not np.isfinite(narrow).all():
            raise ValueError("samples to judge hold values that are not finite")
        raw = np.concatenate([self._session.run(None, {"input_1": part[None]})[0] for part in windows(narrow)])
        scaled = SCALE[:, 0] * raw**2 + SCALE[:, 1] * raw + SCALE[:, 2]
        return Quality(*map(float, scaled.mean(0)))


def windows(narrow: Samples) -> list[NDArray[np.float32]]:
    """Return windows that begin a second apart; what is shorter than one is doubled until it is not.

    The published script leaves some out, whose ends its rounding makes a sample short.
    """
    sound = np.asarray(narrow, np.float32)
    while len(sound) < WINDOW:
        sound = np.concatenate([sound, sound])
    count = int(len(sound) // EAR_RATE - WINDOW / EAR_RATE) + 1
    starts = [at * EAR_RATE for at in range(count) if at * EAR_RATE + WINDOW <= len(sound)]
    return [sound[start : start + WINDOW] for start in starts or [0]]
