"""Where models compute: found out once for each card and each version, and every step back to the processor said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app import compose, graphics
from models.pack import PackFile, open_pack
from models.placing import ALL, Placement

TOOL = "#!/bin/sh\necho 'NVIDIA RTX 4070, 12282, 11000, {driver}'\n"


class Trials:
    """What a hardware check would find; counts how often it is asked."""

    def __init__(self, **faults: str) -> None:
        self.faults, self.asked = faults, 0

    def __call__(self, device: str, limit_s: float, say: object) -> Iterator[tuple[str, str]]:
        assert device == "cuda"
        self.asked += 1
        for name in ("torch", "llama.cpp", "CTranslate2"):
            yield name, self.faults.get(name[:5], "")


@pytest.fixture
def large():
    """Return the pocket pack as if its voice had a gigabyte."""
    pack = open_pack(compose.POCKET)
    voice = replace(pack.voice, files=(PackFile("model.safetensors", 1 << 30, "0" * 64),))
    return replace(pack, name="gpu-12", voice=voice)


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    (tmp_path / "bin").mkdir()
    tool = tmp_path / "bin" / "nvidia-smi"
    tool.write_text(TOOL.format(driver="570.86"))
    tool.chmod(0o755)
    return tool


def test_what_works_goes_onto_the_card_and_is_tried_once(large, card: Path, tmp_path: Path) -> None:
    trials, said = Trials(), list[str]()
    place = graphics.placement(large, tmp_path / "data", said.append, trials)
    assert place == Placement("cuda", "bf16", ALL, 4096, "cuda", "float16")
    assert len(said) == 1
    assert graphics.placement(large, tmp_path / "data", said.append, trials) == place
    assert trials.asked == 1
    card.write_text(TOOL.format(driver="580.01"))
    graphics.placement(large, tmp_path / "data", said.append, trials)
    assert trials.asked == 2
    (tmp_path / "data" / graphics.FILE).write_text("[]")
    assert graphics.placement(large, tmp_path / "data", said.append, trials) == place
    assert trials.asked == 3


def test_a_profile_s_context_and_its_share_of_the_card_hold(large, card: Path, tmp_path: Path) -> None:
    small = graphics.placement(replace(large, name="gpu-4"), tmp_path, print, Trials())
    assert (small.voice, small.precision, small.chat_layers, small.transcriber) == ("cpu", "int8", ALL, "cpu")
    assert graphics.placement(replace(large, name="gpu-16"), tmp_path, print, Trials()).context == 8192


def test_every_step_back_is_said_at_every_start(large, card: Path, tmp_path: Path) -> None:
    for _ in range(2):
        said: list[str] = []
        place = graphics.placement(large, tmp_path, said.append, Trials(torch="driver too old"))
        assert (place.voice, place.precision, place.chat_layers) == ("cpu", "int8", ALL)
        assert said[-1] == "torch does not work on the graphics card and computes on the processor: driver too old."
    card.unlink()
    said = []
    assert graphics.placement(large, tmp_path, said.append, Trials()).voice == "cpu"
    assert "everything computes on the processor" in said[0]


def test_a_card_that_is_to_be_left_alone_is_not_looked_at(large, card, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    trials = Trials()
    assert graphics.placement(large, tmp_path, print, trials).voice == "cpu"
    assert graphics.placement(open_pack(compose.POCKET), tmp_path, print, trials) == Placement()
    assert trials.asked == 0


def test_the_real_trials_on_a_card_that_no_runtime_here_knows(large, card: Path, tmp_path: Path) -> None:
    said: list[str] = []
    place = graphics.placement(large, tmp_path, said.append)
    told = [line for line in said if "does not work on the graphics card" in line]
    assert (place.voice, place.chat_layers, place.transcriber).count("cpu") + (place.chat_layers == 0) == len(told)
