"""PyTorch for the graphics card: fetched whole, tried in a child, used only on the cards that it was tried on."""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "models" / "downloads"))
from naughty import Manner, Server, serving

from app import hardware, runtime, runtime_command
from app.checks import Problem
from app.main import main
from models.downloads import DownloadError, Patience, Wanted, Web
from models.planner import Gpu

LOCK = Path(__file__).parents[2] / "packaging" / "requirements.lock"
CARDS = ["NVIDIA RTX 4070, 570.86"]
HASTY = Patience(stall_s=1, tries=2, pause_s=0.01)


def wheel(**files: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_py", ".py"), text)
    return raw.getvalue()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def small(server: Server) -> runtime.Runtime:
    """Return a runtime of two wheels, whose module is no PyTorch."""
    wheels = []
    for name, raw in {"a.whl": wheel(cardtorch_py="where = 1"), "b.whl": wheel(nvidia__lib__b="x" * 100_000)}.items():
        server.manners[f"/{name}"] = Manner(raw)
        wheels.append(Wanted(name, (f"{server.url}/{name}",), len(raw), hashlib.sha256(raw).hexdigest()))
    return replace(runtime.listed(), wheels=tuple(wheels))


def test_the_list_goes_with_the_lock_and_names_every_file_by_its_hash() -> None:
    listed = runtime.listed()
    assert f"torch=={listed.torch}\n" in LOCK.read_text()
    assert len(listed.wheels) > 10
    for each in listed.wheels:
        assert len(each.sha256) == 64
        assert each.size > 0
        assert each.urls[0].startswith("https://")
        assert each.urls[0].endswith(".whl")
    assert any(each.name.startswith(f"torch-{listed.torch}-{listed.python}-") for each in listed.wheels)


def test_it_is_fetched_unpacked_and_removed(small: runtime.Runtime, tmp_path: Path) -> None:
    assert not runtime.installed(small, tmp_path)
    phases = {step.phase for step in runtime.install(small, tmp_path, Web(), HASTY)}
    assert phases >= {"fetching", "verifying", "importing"}
    assert runtime.installed(small, tmp_path)
    assert sorted(path.name for path in runtime.home(tmp_path).iterdir()) == [small.name]
    assert runtime.remove(tmp_path) > 100_000
    assert not runtime.home(tmp_path).exists()


def test_a_file_that_is_not_the_promised_one_is_never_unpacked(
    server: Server, small: runtime.Runtime, tmp_path: Path
) -> None:
    body = server.manners["/b.whl"].body
    server.manners["/b.whl"] = Manner(body[:-1] + b"!")
    with pytest.raises(DownloadError, match="not the file that was promised"):
        list(runtime.install(small, tmp_path, Web(), HASTY))
    assert not runtime.installed(small, tmp_path)
    server.manners["/b.whl"] = Manner(body)
    before = len(server.asked)
    list(runtime.install(small, tmp_path, Web(), HASTY))
    assert [asked.path for asked in server.asked[before:]] == ["/b.whl"]  # the other was there already
    assert runtime.installed(small, tmp_path)


def test_a_wheel_that_leads_out_of_its_folder_is_refused(
    server: Server, small: runtime.Runtime, tmp_path: Path
) -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("../../evil", "x")
    body = raw.getvalue()
    server.manners["/c.whl"] = Manner(body)
    evil = Wanted("c.whl", (f"{server.url}/c.whl",), len(body), hashlib.sha256(body).hexdigest())
    with pytest.raises(Problem, match="leads out of its folder"):
        list(runtime.install(replace(small, wheels=(evil,)), tmp_path, Web(), HASTY))
    assert not (tmp_path / "evil").exists()


def test_a_full_disk_is_said_before_anything_is_fetched(server: Server, small: runtime.Runtime, tmp_path: Path) -> None:
    huge = replace(small, wheels=(replace(small.wheels[0], size=1 << 60),))
    with pytest.raises(Problem, match="GB of disk are missing"):
        list(runtime.install(huge, tmp_path, Web(), HASTY))
    assert not server.asked


def test_it_is_used_on_the_cards_that_it_was_proved_on_only(small: runtime.Runtime, tmp_path: Path) -> None:
    list(runtime.install(small, tmp_path, Web(), HASTY))
    said: list[str] = []
    assert runtime.used(tmp_path, CARDS, small) is None
    assert not runtime.proved(small, tmp_path, CARDS, said.append, lambda _: "driver too old")
    assert "does not work here and is not used: driver too old" in said[-1]
    assert runtime.used(tmp_path, CARDS, small) is None
    assert runtime.proved(small, tmp_path, CARDS, said.append, lambda _: "")
    assert runtime.used(tmp_path, CARDS, small) == runtime.home(tmp_path) / small.name
    assert runtime.used(tmp_path, ["NVIDIA RTX 4070, 580.01"], small) is None
    assert runtime.used(tmp_path, [], small) is None
    assert not runtime.proved(small, tmp_path, CARDS, said.append, lambda _: "it crashed (exit code -11)")
    assert runtime.used(tmp_path, CARDS, small) is None  # what stopped working is not used again
    (runtime.home(tmp_path) / "use.json").write_text("[1")
    assert runtime.used(tmp_path, CARDS, small) is None


def imported(folder: str, name: str, device: str) -> None:
    sys.path.insert(0, folder)
    import cardtorch

    if name != "torch" or device != "cuda":
        raise RuntimeError("something else was tried")
    raise RuntimeError(f"found in {cardtorch.__file__}")


def test_a_child_really_finds_what_was_unpacked_and_this_process_does_not(
    small: runtime.Runtime, tmp_path: Path
) -> None:
    list(runtime.install(small, tmp_path, Web(), HASTY))
    folder = runtime.home(tmp_path) / small.name
    assert hardware.trial("torch", "cuda", 60, partial(imported, str(folder))) == f"found in {folder / 'cardtorch.py'}"
    assert "cardtorch" not in sys.modules
    assert str(folder) not in sys.path


def test_what_is_proved_goes_before_sotto_s_own_and_nothing_else_does(
    small: runtime.Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(runtime.install(small, tmp_path, Web(), HASTY))
    fitting = replace(small, system=runtime.here(), python=f"cp{sys.version_info.major}{sys.version_info.minor}")
    monkeypatch.setattr(runtime, "listed", lambda: fitting)
    monkeypatch.setattr("app.graphics.names", lambda: CARDS)
    monkeypatch.setattr(sys, "path", ["rest"])
    runtime.activate(tmp_path)
    assert sys.path == ["rest"]
    tried: list[Path] = []
    for _ in range(2):  # what is proved is not tried again
        runtime.looked_after(tmp_path, CARDS, lambda _: None, lambda folder: tried.append(folder) or "")
    assert len(tried) == 1
    (runtime.home(tmp_path) / "use.json").unlink()
    for _ in range(2):  # nor is what does not work, on the same cards
        runtime.looked_after(tmp_path, CARDS, lambda _: None, lambda folder: tried.append(folder) or "driver too old")
    assert len(tried) == 2
    runtime.activate(tmp_path)
    assert sys.path == ["rest"]
    assert runtime.proved(fitting, tmp_path, CARDS, lambda _: None, lambda folder: ""), "the user tries it again"
    runtime.activate(tmp_path)
    assert sys.path == [str(runtime.home(tmp_path) / small.name), "rest"]


def test_the_command_refuses_without_a_card_and_says_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    where = ["--data", str(tmp_path)]
    assert main(["graphics", "show", *where]) == 0
    assert "can be fetched: 2.5 GB. Cards: none found." in capsys.readouterr().out
    if runtime.listed().fits:
        assert main(["graphics", "get", *where]) == 2
        assert "no NVIDIA card here" in capsys.readouterr().err
    assert main(["graphics", "remove", *where]) == 0


@pytest.mark.skipif(not runtime.listed().fits, reason="the runtime is for another system")
def test_the_hardware_check_offers_it_where_it_helps(tmp_path: Path) -> None:
    broken = Gpu("RTX 4070", 12_000, 11_000, "570", {"torch": "this build of torch does not know the card"})
    assert (
        runtime_command.offer([broken], tmp_path) == "`sotto graphics get` fetches what computes on the card: 2.5 GB."
    )
    assert runtime_command.offer([replace(broken, faults={})], tmp_path) == ""
    assert runtime_command.offer([], tmp_path) == ""
    (runtime.home(tmp_path) / runtime.listed().name).mkdir(parents=True)
    assert runtime_command.offer([broken], tmp_path) == ""
