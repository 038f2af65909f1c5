"""Takes the companion's own voice out of what the microphone hears: a linear filter, WebRTC's AEC3, and their pairing.

AEC3 finds the delay between reference and echo by itself, as long as that delay is positive, below about
0.4 s and steady. So both streams are matched sample by sample from the first block on, zeros included, and the match
is given up only when one of them has fallen behind for good.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pywebrtc_audio import AudioProcessor

from core.audio.double_talk import DoubleTalk
from core.audio.linear import LinearEcho
from core.types import Samples

RATE = 48_000  # Hz: at which echo is cancelled
BLOCK = RATE // 100
PATIENCE = 6 * BLOCK  # how long the microphone waits for a late reference
LOST = RATE // 5  # a reference that was late throughout so long will not come: the loudspeaker itself has lost time
SURPLUS = 4 * BLOCK  # reference that is left over for WINDOW blocks was left out of the match by a slip
WINDOW = 300
CERTAIN = np.zeros(BLOCK + 1)  # that nothing of the echo is expected
OPENS = np.linspace(0, 1, BLOCK, dtype=np.float32)  # within 10 ms, and
CLOSES = np.linspace(0, 1 / 30, BLOCK, dtype=np.float32)  # within 0.3 s

# Near and far in, BLOCK samples each; near without echo out, and whether something sounds beside the far side.
Cancel = Callable[[Samples, Samples], tuple[Samples, bool]]


def canceller() -> Cancel:
    """Return a new canceller: the linear filter, and AEC3 for what that leaves, unless somebody speaks over it.

    AEC3 takes the first moments of who does for echo; what is well above all echo does not need it.
    """
    linear, rest, double_talk = LinearEcho(BLOCK), _aec3(), DoubleTalk(BLOCK, RATE)
    open_ = np.zeros(BLOCK, np.float32)  # share of what is heard without AEC3

    def cancel(near: Samples, far: Samples) -> tuple[Samples, bool]:
        nonlocal open_
        left = linear(near, far)
        both, cleaned = double_talk(left, far, linear.doubt), rest(left, far)
        open_ = np.clip(open_[-1] + (OPENS if both else -CLOSES), 0, 1)
        return cleaned + open_ * (left - cleaned), both

    return cancel


def aec3() -> Cancel:
    """Return WebRTC's canceller alone."""
    rest, double_talk = _aec3(), DoubleTalk(BLOCK, RATE)

    def cancel(near: Samples, far: Samples) -> tuple[Samples, bool]:
        left = rest(near, far)
        return left, double_talk(left, far, CERTAIN)

    return cancel


def no_echo() -> Cancel:
    """Return what stands in for a canceller where no echo comes, or the system cancels it."""
    double_talk = DoubleTalk(BLOCK, RATE)
    return lambda near, far: (near, double_talk(near, far, CERTAIN))


def _aec3() -> Callable[[Samples, Samples], Samples]:
    processor = AudioProcessor(sample_rate=RATE, echo_cancellation=True, high_pass_filter=True)
    return lambda near, far: np.asarray(processor.process(near, far), np.float32)


class Least:
    """The least of what is noted, window after window."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._least, self._passed = RATE, 0

    def note(self, value: int, passed: int) -> int:
        """Note a value after so many samples; return the least at the end of a window, else 0."""
        least, self._passed = min(self._least, value), self._passed + passed
        over = self._passed >= self._window
        self._least, self._passed = (RATE, 0) if over else (least, self._passed)
        return least if over else 0


class EchoCanceller:
    """Pairs what is heard with what was handed to the loudspeaker."""

    def __init__(self, cancel: Cancel) -> None:
        self.slips = 0
        self._cancel = cancel
        self._both = False  # whether both sides have sounded since that was last asked
        self._near = self._far = np.zeros(0, np.float32)
        self._begun = False
        self._surplus, self._lack = Least(WINDOW * BLOCK), Least(LOST)  # reference left over; microphone that waits

    def far(self, samples: Samples) -> None:
        """Take what was handed to the loudspeaker, in order, silence included."""
        self._far = np.concatenate([self._far, samples])
        if not self._begun:
            self._far = self._far[-BLOCK:]  # older reference has had its echo already, and perhaps nothing ever listens

    def near(self, samples: Samples) -> Samples:
        """Take what the microphone heard; return what is ready of it, without echo."""
        self._near = np.concatenate([self._near, samples])
        self._begun = True
        cleaned = []
        while len(self._near) >= BLOCK and (len(self._far) >= BLOCK or len(self._near) > PATIENCE):
            cleaned.append(self._block())
        self._make_up(len(samples))
        return np.concatenate([np.zeros(0, np.float32), *cleaned])

    def double_talk(self) -> bool:
        """Tell whether something sounded beside the loudspeaker since this was last asked."""
        both, self._both = self._both, False
        return both

    def _block(self) -> Samples:
        near, self._near = self._near[:BLOCK], self._near[BLOCK:]
        far, self._far = self._far[:BLOCK], self._far[BLOCK:]
        if len(far) < BLOCK:
            self.slips += 1
            far = np.pad(far, (0, BLOCK - len(far)))
        self._drop_surplus()
        cleaned, both = self._cancel(near, far)
        self._both |= both
        return cleaned

    def _make_up(self, heard: int) -> None:
        """Put silence for the time that the loudspeaker has lost, else the microphone would be late from then on."""
        lack = self._lack.note(len(self._near), heard)
        if lack >= BLOCK:
            self.slips += 1
            self._far = np.concatenate([self._far, np.zeros(lack, np.float32)])

    def _drop_surplus(self) -> None:
        surplus = self._surplus.note(len(self._far), BLOCK)
        if surplus > SURPLUS:
            self.slips += 1
            self._far = self._far[surplus:]
