"""What is written is whole or not there."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile

from app.checks import OutputFolder, Problem
from app.files import whole, write_json, write_wav


def test_a_wav_is_24_khz_16_bit(tmp_path):
    write_wav(tmp_path / "a.wav", np.linspace(-2, 2, 480, dtype=np.float32))
    info = soundfile.info(tmp_path / "a.wav")
    assert (info.samplerate, info.channels, info.frames, info.subtype) == (24_000, 1, 480, "PCM_16")
    assert np.abs(soundfile.read(tmp_path / "a.wav")[0]).max() <= 1.0


def test_two_columns_are_two_channels(tmp_path):
    write_wav(tmp_path / "a.wav", np.zeros((480, 2), np.float32))
    assert soundfile.info(tmp_path / "a.wav").channels == 2


def test_the_same_samples_are_the_same_bytes(tmp_path):
    for name in ("a.wav", "b.wav"):
        write_wav(tmp_path / name, np.sin(np.arange(4800, dtype=np.float32)))
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_sound_is_not_written(tmp_path, bad):
    with pytest.raises(ValueError, match=r"a\.wav"):
        write_wav(tmp_path / "a.wav", np.float32([0, bad]))
    assert not list(tmp_path.iterdir())


def test_a_failure_keeps_the_old_file_and_leaves_nothing_beside_it(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(TypeError), whole(tmp_path / "a.txt") as part:
        part.write_text(None)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_nan_is_no_json(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"x": float("nan")})
    write_json(tmp_path / "a.json", {"x": "ä"})
    assert json.loads((tmp_path / "a.json").read_text()) == {"x": "ä"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_folder_is_made_only_when_a_file_comes(tmp_path):
    folder = OutputFolder.checked(tmp_path / "new" / "deep")
    assert not (tmp_path / "new").exists()
    assert folder.file("x").parent.is_dir()


def test_a_folder_under_a_file_is_a_problem(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match="is a file"):
        OutputFolder.checked(tmp_path / "file" / "out")
