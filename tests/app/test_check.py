"""`sotto check`: a page that says what is wrong and what to do, and a report without anything private."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.check import Line, page, report
from app.main import main
from core.store.home import DATABASE, Store
from tests.core.store.kept import write


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    """Give it folders of its own, and no sound server."""
    for name in ("SOTTO_CONFIG", "SOTTO_LOGS", "SOTTO_DATA"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    return tmp_path


def lines(folder: Path) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in page(folder, "leave"):
        found.setdefault(line.part, []).append(line)
    return found


def test_a_new_installation_has_its_runtimes_and_the_pocket_pack(tmp_path):
    found = lines(tmp_path / "data")
    assert all(line.state == "ok" for line in [*found["runtime"], *found["pack"], *found["store"]])
    assert "in use" in found["pack"][0].seen
    assert not (tmp_path / "data").exists(), "it changes nothing"


def test_a_damaged_store_is_said_with_what_to_do(tmp_path):
    with Store.writing(tmp_path):
        pass
    path = tmp_path / DATABASE
    raw = bytearray(path.read_bytes())
    raw[100:3000] = bytes(2900)
    path.write_bytes(raw)
    (line, *_) = lines(tmp_path)["store"]
    assert line.state == "problem"
    assert "history repair" in line.mend


def test_a_turn_that_cannot_be_understood_and_a_copy_that_is_none_are_said(tmp_path):
    with Store.writing(tmp_path) as store:
        write(store, ["hello", "how are you"])
    assert [line.state for line in lines(tmp_path)["store"]] == ["ok"]
    with Store.writing(tmp_path) as store:
        store.db.execute("UPDATE turn SET facts = '[' WHERE number = 2")
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "daily-2026-01-01.db").write_bytes(b"no database" * 100)
    found = lines(tmp_path)
    assert "damaged" in found["store"][0].seen
    assert "history repair" in found["store"][0].mend
    assert "damaged" in found["backup"][0].mend


def test_what_is_wrong_in_the_settings_is_said(tmp_path):
    (tmp_path / "sotto_config").mkdir()
    (tmp_path / "sotto_config" / "settings.toml").write_text("[floor]\nduck = 7\n")
    assert [line.state for line in lines(tmp_path)["settings"]] == ["ok", "problem"]


def test_the_report_holds_no_device_and_no_home(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/home/zanzibar"))
    (tmp_path / "engine.log").write_text('{"what": "Ready"}\n')
    found = report(
        [Line("microphone", "Zanzibar's AirPods", private=True), Line("store", "/home/zanzibar/x")], tmp_path
    )
    assert "anzibar" not in found
    assert "~/x" in found
    assert "Ready" in found


def test_as_json_with_times_that_the_next_check_compares(tmp_path, capsys):
    data = ["--data", str(tmp_path / "data"), "--json"]
    main(["check", *data])
    first = json.loads(capsys.readouterr().out)
    speed = [line["seen"] for line in first if line["part"] == "speed"]
    assert len(speed) == 3
    assert not any("last time" in seen for seen in speed)
    main(["check", *data, "--report", str(tmp_path / "report.txt")])
    again = [line["seen"] for line in json.loads(capsys.readouterr().out) if line["part"] == "speed"]
    assert all("last time" in seen for seen in again)
    assert "runtime" in (tmp_path / "report.txt").read_text()
