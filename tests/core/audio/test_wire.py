"""Packets over the pipe."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audio.wire import Kind, Levels, Packet, frame, frame_bytes, sound, sound_bytes
from core.types import EAR_FRAME, MIC_FRAME, Turn

NUMBERS = st.integers(-(2**63), 2**63 - 1)
IDS = st.integers(0, 2**32 - 1)


@given(st.sampled_from(Kind), IDS, IDS, NUMBERS, NUMBERS, st.binary(max_size=50))
def test_packets_come_back_as_they_were(kind, number, revision, first, second, body):
    packet = Packet(kind, Turn(number, revision), first, second, body)
    assert Packet.unpack(packet.pack()) == packet


def test_sound_comes_back_as_it_was():
    samples = np.linspace(-1, 1, 77, dtype=np.float32)
    np.testing.assert_array_equal(sound(sound_bytes(samples)), samples)
    wide, narrow = np.ones(MIC_FRAME, np.float32), np.zeros(EAR_FRAME, np.float32)
    for was, came in zip((wide, narrow), frame(frame_bytes(wide, narrow)), strict=True):
        np.testing.assert_array_equal(came, was)


def test_levels_come_back_as_they_were():
    levels = Levels(0.5, 0.25, 1, 2, 3, 4, 5)
    assert Levels.unpack(levels.pack()) == levels


@pytest.mark.parametrize("raw", [b"", b"short", b"\xff" * 40])
def test_what_is_no_packet_is_refused(raw):
    with pytest.raises(ValueError, match=r"packet|Kind"):
        Packet.unpack(raw)


def test_what_is_no_frame_is_refused():
    with pytest.raises(ValueError, match="no microphone frame"):
        frame(sound_bytes(np.zeros(5, np.float32)))
