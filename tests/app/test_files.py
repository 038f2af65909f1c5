"""What is written is whole or not there."""

from __future__ import annotations

import json

import pytest

from app.checks import OutputFolder, Problem
from app.files import write_json
from core.whole import whole


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
