"""Which memory goes to large pages, and that moving it changes nothing."""

from __future__ import annotations

from pathlib import Path

import torch

from models.csm.pages import filled_regions, use_large_pages

SMAPS = """\
7f0000000000-7f0001000000 rw-p 00000000 00:00 0
Size:              16384 kB
Rss:               16384 kB
7f0002000000-7f0003000000 rw-p 00000000 00:00 0
Size:              16384 kB
Rss:                 100 kB
7f0004000000-7f0005000000 r--p 00000000 fe:00 4711                       /a/model.safetensors
Size:              16384 kB
Rss:               16384 kB
7f0006000000-7f0006001000 rw-p 00000000 00:00 0
Rss:                   4 kB
560000000000-560001000000 rw-p 00000000 00:00 0                          [heap]
Rss:               16384 kB
7ffc00000000-7ffc01000000 rw-p 00000000 00:00 0                          [stack]
Rss:               16384 kB
"""


def test_only_large_filled_memory_of_no_file_is_moved():
    assert list(filled_regions(SMAPS)) == [(0x7F0000000000, 16 << 20), (0x560000000000, 16 << 20)]


def test_what_is_moved_stays_as_it_was():
    weights = torch.arange(8_000_000, dtype=torch.int32)
    at = weights.data_ptr()
    assert use_large_pages() >= 0
    assert weights.data_ptr() == at
    assert torch.equal(weights, torch.arange(8_000_000, dtype=torch.int32))


def test_a_system_without_smaps_is_left_alone(tmp_path: Path):
    assert use_large_pages(tmp_path / "smaps") == 0
