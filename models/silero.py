"""Voice-activity detection: Silero v6, and webrtcvad before it, which saves it work in silence.

Silero hears 512 samples at 16 kHz together with the 64 before them, and carries the state of its LSTM; a wrapper
that forgets either runs on, silently degraded.
"""

from __future__ import annotations

from collections import deque
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.ports import Vad
from core.types import EAR_FRAME, EAR_RATE, Samples
from models.onnx import runtime

CONTEXT = 64  # samples
STATE = (1, 1, 128)
HANG_OVER = round(1.2 * EAR_RATE / EAR_FRAME)  # frames that the gate stays open after speech
LEAD_IN = round(0.3 * EAR_RATE / EAR_FRAME)  # frames that Silero hears afterwards when the gate opens
GATE_FRAME = 480  # samples: webrtcvad takes 10, 20 or 30 ms
PERHAPS = 0.2  # Silero's probability that keeps the gate open


class Silero:
    """Silero v6 frame by frame on one thread, about 0.2 ms each (a core.ports.Vad).

    The weights are those inside faster-whisper. Raises FileNotFoundError where they are missing.
    """

    def __init__(self) -> None:
        onnxruntime = runtime()

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(
            str(_weights()), providers=["CPUExecutionProvider"], sess_options=options
        )
        self.reset()

    def reset(self) -> None:
        """Forget the past."""
        self._h, self._c = np.zeros(STATE, np.float32), np.zeros(STATE, np.float32)
        self._context: Samples = np.zeros(CONTEXT, np.float32)

    def __call__(self, narrow: Samples) -> float:
        """Return the probability of speech in (EAR_FRAME,) samples; ValueError for another shape."""
        if narrow.shape != (EAR_FRAME,):
            raise ValueError(f"a frame has {EAR_FRAME} samples, not {narrow.shape}")
        heard = np.concatenate([self._context, narrow]).astype(np.float32, copy=False)
        probability, self._h, self._c = self._session.run(
            None, {"input": heard[np.newaxis], "h": self._h, "c": self._c}
        )
        self._context = narrow[-CONTEXT:].copy()
        return float(probability.flat[0])


class Gated:
    """A Vad that sleeps in silence, behind webrtcvad at its most sensitive (a core.ports.Vad).

    It wakes at the first sound that webrtcvad takes for speech and then hears the LEAD_IN frames before it, so that
    an onset after silence is heard as one at the beginning of a stream. It sleeps again HANG_OVER frames after the
    last speech that either of them heard.
    """

    def __init__(self, vad: Vad) -> None:
        self._vad = vad
        self.reset()

    def reset(self) -> None:
        """Forget the past."""
        import webrtcvad

        self._vad.reset()
        self._gate = webrtcvad.Vad(0)
        self._unread = np.zeros(0, np.int16)  # what does not fill a frame of the gate yet
        self._missed: deque[Samples] = deque(maxlen=LEAD_IN)
        self._awake = HANG_OVER  # frames left; at first it listens, since the gate needs time to know the noise

    @property
    def asleep(self) -> bool:
        """Tell whether the next frame of silence costs nothing."""
        return self._awake == 0

    def __call__(self, narrow: Samples) -> float:
        """Return the probability of speech in (EAR_FRAME,) samples; 0.0 while asleep."""
        if narrow.shape != (EAR_FRAME,):
            raise ValueError(f"a frame has {EAR_FRAME} samples, not {narrow.shape}")
        if self._sounds_like_speech(narrow):
            self._awake = HANG_OVER
        if not self._awake:
            self._missed.append(narrow.copy())
            return 0.0
        if self._missed:
            self._vad.reset()  # a memory from before the silence would be of another time
        while self._missed:
            self._vad(self._missed.popleft())
        probability = self._vad(narrow)
        self._awake = HANG_OVER if probability >= PERHAPS else self._awake - 1
        return probability

    def _sounds_like_speech(self, narrow: Samples) -> bool:
        pcm = (np.clip(np.nan_to_num(narrow), -1.0, 1.0) * 32_767).astype(np.int16)
        unread = np.concatenate([self._unread, pcm])
        count = len(unread) // GATE_FRAME
        self._unread = unread[count * GATE_FRAME :]
        frames = unread[: count * GATE_FRAME].reshape(count, GATE_FRAME)
        heard = [self._gate.is_speech(frame.tobytes(), EAR_RATE) for frame in frames]  # all: the gate has a memory
        return any(heard)


def _weights() -> Path:
    """Return Silero's file without importing faster-whisper, which loads CTranslate2."""
    spec = find_spec("faster_whisper")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "assets" / "silero_vad_v6.onnx"
        if path.is_file():
            return path
    raise FileNotFoundError("silero_vad_v6.onnx: file is missing in the package faster-whisper; install it again")
