"""The hardware check on this machine: every trial is a child that may hang, crash or fail, and is heard of in words."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from app import hardware


def hang(name: str, device: str) -> None:
    time.sleep(600)


def crash(name: str, device: str) -> None:
    os.abort()


def fail(name: str, device: str) -> None:
    raise RuntimeError("driver too old\nsee the manual")


def work(name: str, device: str) -> None:
    pass


@pytest.mark.parametrize(
    ("do", "words"),
    [(hang, "no answer within 3 s"), (crash, "it crashed"), (fail, "driver too old see the manual"), (work, "")],
)
def test_whatever_a_trial_does_it_is_told_in_words(do, words: str) -> None:
    found = hardware.trial("torch", "cpu", 3 if do is hang else 60, do)
    assert found.startswith(words) if words else found == ""


def test_each_runtime_really_works_on_this_machine() -> None:
    assert dict(hardware.trials("cpu", 120, lambda _: None)) == dict.fromkeys(hardware.RUNTIMES, "")


def test_a_card_that_no_runtime_knows_is_no_crash() -> None:
    found = hardware.trial("llama.cpp", "cuda", 60)
    assert found == "" or "processors only" in found or "card" in found


def test_what_the_driver_lists_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA RTX 4070, 12282, 11000, 570.86'\necho 'Odd, [N/A], [N/A], 1'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (card,) = hardware.cards()
    assert (card.name, card.total_mb, card.free_mb, card.driver) == ("NVIDIA RTX 4070", 12878, 11534, "570.86")
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert hardware.cards() == ()


def test_memory_and_disk_are_known(tmp_path: Path) -> None:
    total, free = hardware.memory_mb()
    assert 0 < free <= total
    assert hardware.disk_mb(tmp_path / "not" / "there") > 0


def test_the_command_says_one_verdict(sotto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "RUNTIMES", ())  # they were tried above
    code, out, _ = sotto("hardware", "--json")
    assert code == 0
    *tried, told = map(json.loads, out.splitlines())
    assert {each["event"] for each in tried} == {"trying"}
    assert told["rating"] in ("good", "slow", "pocket only")
    assert {fit["profile"] for fit in told["fits"]} > {"cpu", "gpu-8"}
    code, out, _ = sotto("hardware")
    assert code == 0
    assert "processor cores" in out
