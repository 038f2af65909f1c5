"""What is packed comes out as it went in, and no bytes whatever raise anything but a WireError."""

from __future__ import annotations

import json
import random
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.engine.wire import WireError, pack, unpack
from core.commands import Command
from core.conversation import State
from core.events import Close, Encoded, Heard, Voiced
from core.memory import Exchange, Said
from core.news import News, Standing
from core.records import Notice
from core.settings import Settings, StoreSettings
from core.types import AudioFrame, Codes, SpeechFrame, Transcript, Turn

codes = arrays.arrays(np.int16, arrays.array_shapes(min_dims=2, max_dims=2, max_side=5), elements=st.integers(0, 2050))
sound = arrays.arrays(np.float32, st.integers(0, 50), elements=st.floats(-1, 1, width=32))
st.register_type_strategy(np.ndarray, lambda kind: codes if kind == Codes else sound)
st.register_type_strategy(Path, st.text("/ab ü.", min_size=1).map(Path))
st.register_type_strategy(Settings, st.integers(0, 99).map(lambda days: Settings(store=StoreSettings(keep_days=days))))

MESSAGES = [*get_args(Command), *get_args(News)]


def same(one: object, other: object) -> bool:
    """Compare field by field: what holds arrays compares by identity."""
    if isinstance(one, np.ndarray):
        alike = isinstance(other, np.ndarray) and one.dtype == other.dtype and one.shape == other.shape
        return alike and one.tobytes() == other.tobytes()  # not by value: no NaN equals itself
    if is_dataclass(one) and not isinstance(one, type):
        return type(one) is type(other) and all(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    if isinstance(one, tuple):
        return isinstance(other, tuple) and len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and (one == other or one != one)


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_every_message_comes_out_as_it_went_in(kind, data):
    message = data.draw(st.builds(kind))
    union = Command if kind in get_args(Command) else News
    assert same(unpack(pack(message), union), message)


def test_sound_and_codes_come_through_to_the_bit():
    frame = SpeechFrame(np.linspace(-1, 1, 1920, dtype=np.float32), np.arange(32, dtype=np.int16))
    notices = [Notice(Voiced(Turn(3, 1), 0, frame), state, 12.5) for state in State]
    notices.append(Notice(Encoded(Turn(1), np.ones((7, 32), np.int16)), State.HEARING, 0.0))
    said = Said("Hello.", "hello", np.zeros((0, 4), np.int16), whole=True)
    notices.append(Notice(Close(Turn(1), "answered", Exchange("hi", None, (said, said))), State.LISTENING, 1.0))
    for notice in notices:
        assert same(unpack(pack(notice), News), notice)


def test_odd_texts_come_through():
    for text in ("", "\ud800", "\x00\n\u2028", "é" * 1000, '{"of": 1}'):
        notice = Notice(Heard(Turn(1), Transcript(text)), State.SPEAKING, 0.0)
        assert unpack(pack(notice), News).what.transcript.text == text


def test_what_has_no_place_on_the_wire_is_refused():
    for thing in (object(), {"a": 1}, [1], b"raw", AudioFrame, Standing(pack=object())):
        with pytest.raises(WireError):
            pack(thing)


def test_a_message_of_the_other_direction_is_refused():
    with pytest.raises(WireError, match="none of"):
        unpack(pack(Standing()), Command)


@pytest.mark.parametrize("change", [{"talking": 1}, {"conversation": True}, {"pack": None}, {"extra": 1}])
def test_a_field_of_another_type_is_refused(change):
    raw = pack(Standing())
    head = json.loads(raw[4:])
    head["is"] |= change
    body = json.dumps(head).encode()
    with pytest.raises(WireError):
        unpack(len(body).to_bytes(4, "little") + body, News)


@settings(max_examples=1000, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_an_error(raw):
    for union in (Command, News):
        with pytest.raises(WireError):
            unpack(raw, union)


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_message_is_a_message_or_an_error(seed):
    chance = random.Random(seed)
    frame = SpeechFrame(np.zeros(30, np.float32), np.arange(8))
    whole = [
        pack(Notice(Voiced(Turn(3), 0, frame), State.SPEAKING, 1.0)),
        *(pack(kind()) for kind in MESSAGES if not any(f.default is f.default_factory for f in fields(kind))),
    ]
    for _ in range(250):
        raw = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(raw) or 1)
            if chance.random() < 0.3:
                del raw[at:]
            elif chance.random() < 0.5 and raw:
                raw[at] = chance.randrange(256)
            else:
                raw[at:at] = chance.choice([b"[[", b"{", b"1e999", b"-", b"null", b"\xff", bytes(8)])
        for union in (Command, News):
            try:
                unpack(bytes(raw), union)
            except WireError:
                pass
