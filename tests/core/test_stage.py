"""Channels, stages, and work that nobody wants any more."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event as Flag
from threading import Thread

import pytest

from core.channel import Channel, Closed
from core.events import Event, Failed, Worded
from core.stage import Stage
from core.types import Turn
from core.work import Think, Work


def work(number: int = 1) -> Work:
    return Work(Turn(number), None, "hi", (), seed=1)


def test_a_channel_keeps_order_and_can_be_closed() -> None:
    channel = Channel[int]()
    channel.put(1)
    channel.put(2)
    channel.close()
    assert list(channel) == [1, 2]
    with pytest.raises(Closed):
        channel.put(3)
    with pytest.raises(Closed):
        channel.get()


def test_an_empty_channel_waits_no_longer_than_asked() -> None:
    with pytest.raises(TimeoutError):
        Channel[int]().get(0.001)


def test_closing_wakes_who_waits() -> None:
    channel, got = Channel[int](), list[int]()
    reader = Thread(target=lambda: got.extend(channel))
    reader.start()
    channel.put(1)
    channel.close()
    reader.join(10)
    assert got == [1]


def test_cancelled_work_is_skipped_where_it_is_read() -> None:
    posted: list[Event] = []
    first, second, third = work(1), work(2), work(3)

    def do(item: Think) -> Iterator[Event]:
        yield Worded(item.work.turn)
        second.cancel()
        first.cancel()
        yield Worded(item.work.turn)

    stage = Stage("mind", do, posted.append)
    for item in (first, second, third):
        stage.ask(Think(item))
    stage.start()
    assert stage.stop(10)
    assert posted == [Worded(Turn(1)), Worded(Turn(3)), Worded(Turn(3))]


def test_a_failing_stage_cancels_before_it_reports() -> None:
    wrong = work()
    seen: list[tuple[Event, bool]] = []

    def do(item: Think) -> Iterator[Event]:
        raise LookupError("lost")
        yield

    stage = Stage("mind", do, lambda event: seen.append((event, wrong.cancelled)))
    stage.start()
    stage.ask(Think(wrong))
    stage.ask(Think(wrong))
    assert stage.stop(10)
    assert seen == [(Failed(Turn(1), "mind", "LookupError: lost"), True)]


def test_a_failure_that_nobody_waits_for_is_not_reported() -> None:
    wrong, posted = work(), list[Event]()

    def do(item: Think) -> Iterator[Event]:
        wrong.cancel()
        raise LookupError("lost")
        yield

    stage = Stage("mind", do, posted.append)
    stage.ask(Think(wrong))
    stage.start()
    assert stage.stop(10)
    assert posted == []


def test_a_stopped_stage_takes_nothing() -> None:
    stage = Stage[Think]("mind", lambda item: iter(()), lambda event: None)
    stage.start()
    assert stage.stop(10)
    late = work()
    stage.ask(Think(late))
    assert late.cancelled


def test_a_hung_stage_is_told_from_an_idle_one() -> None:
    begun, release = Flag(), Flag()

    def do(item: Think) -> Iterator[Event]:
        begun.set()
        release.wait(30)
        yield from ()

    stage = Stage("mind", do, lambda event: None)
    assert stage.sign() is None
    stage.start()
    stage.ask(Think(work()))
    assert begun.wait(10)
    assert stage.sign() is not None
    assert not stage.stop(0.01)
    release.set()
    assert stage.stop(10)
    assert stage.sign() is None


def test_seeds_depend_on_turn_and_part_only() -> None:
    one = Work(Turn(3, 0), None, "a", (), seed=7)
    other = Work(Turn(3, 2), None, "b", (), seed=7)
    assert one.seed_for("chat") == other.seed_for("chat")
    parts = {
        Work(Turn(turn), None, "", (), seed=seed).seed_for(part) for turn in (1, 2) for seed in (1, 2) for part in "ab"
    }
    assert len(parts) == 8
    assert all(0 <= seed < 2**31 for seed in parts)
