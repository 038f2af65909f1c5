"""What commands tell programs: one JSON line for each event, progress and faults included."""

from __future__ import annotations

import hashlib
import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from app.telling import shown
from models.catalog import load_catalog
from models.downloads import Progress
from tests.models.downloads.naughty import publish, serving


def events(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_progress_is_sparse_and_never_misses_a_begin_or_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    steps = [Progress("fetching", "a.bin", done, 500, speed=10.0) for done in range(501)]
    steps += [Progress("verifying", "a.bin", 500, 500)]

    def all_of_them() -> Any:
        yield from steps
        return ["a"]

    assert shown(Namespace(json=True), all_of_them()) == ["a"]
    told = events(capsys.readouterr().out)
    assert [(each["phase"], each["done"]) for each in (told[0], *told[-2:])] == [
        ("fetching", 0), ("fetching", 500), ("verifying", 500),
    ]  # fmt: skip
    assert len(told) < 100
    assert all(each["event"] == "progress" and 0 <= each["share"] <= 1 for each in told)
    assert told[0]["left_s"] == 50


def test_what_is_on_the_machine_and_in_the_catalogue(sotto: Any) -> None:
    listed = events(sotto("packs", "list", "--json")[1])
    assert listed[0] | {"folder": ""} == {
        "event": "pack", "name": "pocket", "title": "Pocket pack", "folder": "", "used": True,
    }  # fmt: skip
    catalog = events(sotto("packs", "catalog", "--json")[1])
    profiles = {each["name"]: each for each in catalog if each["event"] == "profile"}
    assert profiles["cpu"]["to_fetch"] == profiles["cpu"]["size"] > 1e9
    assert {each["role"] for each in catalog if each["event"] == "model"} > {"voice", "chat", "transcriber"}
    voices = events(sotto("voices", "list", "--json")[1])
    assert {each["name"]: each["own"] for each in voices} == {"ada": False, "tom": False}
    assert all(Path(each["reference"]).is_file() for each in voices)


def test_a_fault_of_a_download_is_told_with_its_kind(sotto: Any) -> None:
    with serving() as server:
        asked = ("packs", "get", "cpu", "--voice", "csm-1b", "--endpoint", server.url, "--json")
        code, out, error = sotto(*asked)
    assert code == 2
    begin, *_, fault = events(out)
    assert begin["event"] == "begin"
    assert "csm-1b" in begin["models"]
    assert (fault["event"], fault["kind"]) == ("error", "missing")
    assert fault["what"] in error


def test_one_model_is_fetched_for_no_pack(sotto: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = JUDGE.replace("SIZE", "5").replace("HASH", hashlib.sha256(b"score").hexdigest())
    (tmp_path / "judges.toml").write_text(text)
    monkeypatch.setattr("models.library.load_catalog", lambda: load_catalog(tmp_path))
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "score.onnx").write_bytes(b"score")
    with serving() as server:
        publish(server, "lab/score", tmp_path / "lab", branch="refs%2Fpr%2F7")
        code, out, error = sotto("packs", "get", "score", "--endpoint", server.url, "--json")
    assert (code, error) == (0, "")
    ready = events(out)[-1]
    assert (Path(ready["folder"]) / "score.onnx").read_bytes() == b"score"


JUDGE = """
[models.score]
role = "quality"
title = "Score"
format = "dnsmos-p835"
licence = "MIT"
languages = ["*"]
speed = "fast"
memory_mb = { gpu = 0, cpu = 1 }
sources = [{ repository = "lab/score", revision = "refs/pr/7" }]
files = [{ name = "score.onnx", size = SIZE, sha256 = "HASH" }]
"""


def test_auditions_are_told_as_they_come(sotto: Any, tmp_path: Path) -> None:
    code, out, _ = sotto("voices", "audition", "--count", 1, "--text", "Hi.", "--out", tmp_path, "--json")
    assert code == 0
    *speaking, found = events(out)
    assert {each["event"] for each in speaking} == {"speaking"}
    assert Path(found["file"]).is_file()
    assert found["seed"] == 1
    code, out, _ = sotto("voices", "delete", "nobody", "--json")
    assert (code, events(out)[-1]["event"]) == (2, "error")
