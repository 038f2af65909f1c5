"""`sotto --selftest`, as a fresh installation runs it."""

from __future__ import annotations

from app import selftest


def test_every_part_says_a_line():
    lines: list[str] = []
    assert selftest.run(lines.append) == 0
    assert [line.split()[0] for line in lines] == ["engine", "talk", "voice", "store", "end"]
