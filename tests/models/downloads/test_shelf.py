"""From the catalogue to a folder of verified models: pinned once, gone on with, taken from what is there already."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import zipfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from models.catalog import Catalog, load_catalog
from models.downloads import DownloadError, Patience, Progress, Web
from models.downloads.intake import opened, recognised
from models.downloads.shelf import Shelf
from models.downloads.tokens import Tokens
from models.library import Library
from tests.models.downloads.naughty import Manner, Server, publish, serving

T = TypeVar("T")
WEIGHTS = np.random.default_rng(3).bytes(200_000)
HASTY = Patience(stall_s=0.5, tries=2, pause_s=0.01)
EAR = """
[models.{name}]
role = "transcriber"
title = "{title}"
format = "whisper-ctranslate2"
licence = "MIT"
languages = ["*"]
speed = "fast"
memory_mb = {{ gpu = 1, cpu = 1 }}
sources = [{{ repository = "lab/{name}" }}, {{ repository = "copy/{name}", folder = "{name}" }}]
files = [{{ name = "model.bin", {weights} }}, {{ name = "config.json", {config} }}]
"""
MOUTH = """
[models.mouth]
role = "voice"
title = "Mouth"
format = "csm-transformers"
licence = "Apache-2.0"
languages = ["en"]
speed = "slow"
memory_mb = { gpu = 1, cpu = 1 }
gated = "https://hub/lab/mouth"
sources = [{ repository = "lab/mouth" }]
pattern = "config\\\\.json|model(-\\\\d{5}-of-\\\\d{5})?\\\\.safetensors(\\\\.index\\\\.json)?"
about = 400_000
"""
CATALOG = EAR.format(name="ear", title="Ear", weights="about = 200_000", config="about = 2") + MOUTH


@pytest.fixture(autouse=True)
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep this machine's own hub cache and token out of it."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    for name in ("HF_TOKEN", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "hf"


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "test.toml").write_text(CATALOG)
    return load_catalog(tmp_path / "catalog")


@pytest.fixture
def ear(tmp_path: Path) -> Path:
    folder = tmp_path / "published" / "ear"
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(WEIGHTS)
    (folder / "config.json").write_bytes(b"{}")
    (folder / "README.md").write_text("not wanted")
    return folder


@pytest.fixture
def server(ear: Path) -> Iterator[Server]:
    with serving() as running:
        publish(running, "lab/ear", ear)
        yield running


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "kept", spare=0)


def run(steps: Iterator[Progress]) -> list[Progress]:
    seen = list(steps)
    assert all(0 <= step.done <= step.total for step in seen)
    return seen


def test_a_model_is_asked_for_pinned_and_fetched(catalog: Catalog, server: Server, shelf: Shelf) -> None:
    assert shelf.missing("ear") == -1
    seen = run(shelf.download([catalog.model("ear")], Web(server.url), HASTY))
    assert seen[-1].share == 1
    assert (shelf.place("ear") / "model.bin").read_bytes() == WEIGHTS
    assert sorted(path.name for path in shelf.place("ear").iterdir()) == ["config.json", "model.bin", "origin.json"]
    assert shelf.has("ear")
    pin = shelf.pin("ear")
    assert pin is not None
    assert (pin.repository, pin.revision) == ("lab/ear", "a" * 40)


def test_a_pinned_model_stays_what_it_was_when_its_repository_changes(
    catalog: Catalog, server: Server, shelf: Shelf, ear: Path
) -> None:
    server.manners[f"/lab/ear/resolve/{'a' * 40}/model.bin"].pause_s = 0.02
    steps = shelf.download([catalog.model("ear")], Web(server.url), HASTY)
    for step in steps:
        if step.done > 50_000:
            break
    steps.close()  # type: ignore[attr-defined]
    assert 0 < shelf.missing("ear") < 200_000
    (ear / "model.bin").write_bytes(WEIGHTS[::-1])
    publish(server, "lab/ear", ear, revision="b" * 40)
    run(shelf.download([catalog.model("ear")], Web(server.url), HASTY))
    assert (shelf.place("ear") / "model.bin").read_bytes() == WEIGHTS


def test_the_next_source_is_asked_where_the_first_has_nothing(
    catalog: Catalog, server: Server, shelf: Shelf, ear: Path
) -> None:
    del server.manners["/api/models/lab/ear/revision/main?blobs=true"]
    publish(server, "copy/ear", ear.parent)
    run(shelf.download([catalog.model("ear")], Web(server.url), HASTY))
    assert (shelf.place("ear") / "model.bin").read_bytes() == WEIGHTS


def test_space_is_checked_before_the_first_byte(catalog: Catalog, server: Server, tmp_path: Path) -> None:
    greedy = Shelf(tmp_path / "kept", spare=1 << 60)
    with pytest.raises(DownloadError, match=r"GB are needed, .* GB are free") as caught:
        run(greedy.download([catalog.model("ear")], Web(server.url), HASTY))
    assert caught.value.kind == "disk"
    assert all("resolve" not in asked.path for asked in server.asked)


def test_what_the_hubs_own_client_has_is_used(catalog: Catalog, server: Server, shelf: Shelf, no_cache: Path) -> None:
    snapshot = no_cache / "hub" / "models--lab--ear" / "snapshots" / ("a" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "model.bin").write_bytes(WEIGHTS)
    run(shelf.download([catalog.model("ear")], Web(server.url), HASTY))
    assert not any(asked.path.endswith("model.bin") for asked in server.asked)
    shelf.remove("ear")
    (snapshot / "model.bin").write_bytes(WEIGHTS[::-1])  # damaged there: fetched all the same
    run(shelf.download([catalog.model("ear")], Web(server.url), HASTY))
    assert (shelf.place("ear") / "model.bin").read_bytes() == WEIGHTS


def test_a_gated_model_takes_the_token_along_and_shards_are_chosen_by_their_index(
    catalog: Catalog, server: Server, shelf: Shelf, tmp_path: Path
) -> None:
    folder = tmp_path / "published" / "mouth"
    folder.mkdir()
    for name in ("model-00001-of-00002", "model-00002-of-00002", "model"):
        (folder / f"{name}.safetensors").write_bytes(WEIGHTS)
    (folder / "model.safetensors.index.json").write_text("{}")
    (folder / "config.json").write_text("{}")
    (folder / "ckpt.pt").write_bytes(b"pickle")
    publish(server, "lab/mouth", folder)
    run(shelf.download([catalog.model("mouth")], Web(server.url, token="hf_x"), HASTY))
    assert {path.name for path in shelf.place("mouth").iterdir()} == {
        "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json",
        "config.json", "origin.json",
    }  # fmt: skip
    assert all(asked.headers.get("authorization") == "Bearer hf_x" for asked in server.asked)
    server.manners["/api/models/lab/mouth/revision/main?blobs=true"] = Manner(b"", 401, {"X-Error-Code": "GatedRepo"})
    shelf.remove("mouth")
    with pytest.raises(DownloadError, match="needs an account") as caught:
        run(shelf.download([catalog.model("mouth")], Web(server.url), HASTY))
    assert (caught.value.kind, caught.value.page) == ("no-token", "https://hub/lab/mouth")


ANSWERS = {
    "no JSON": (b"<html>login", "captive"),
    "a list": (b"[]", "captive"),
    "no commit": (b'{"siblings": []}', "wrong"),
    "commit is a branch": (b'{"sha": "main", "siblings": []}', "wrong"),
    "no files": (b'{"sha": "%s", "siblings": []}' % (b"a" * 40), "missing"),
    "a name that leads out": (
        b'{"sha": "%s", "siblings": [{"rfilename": "../model.bin", "size": 1, "blobId": "%s"}]}'
        % (b"a" * 40, b"b" * 40),
        "missing",
    ),
    "a size that is a text": (
        b'{"sha": "%s", "siblings": [{"rfilename": "model.bin", "size": "1", "blobId": "%s"}]}'
        % (b"a" * 40, b"b" * 40),
        "missing",
    ),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_odd_hub_is_refused(catalog: Catalog, server: Server, shelf: Shelf, case: str) -> None:
    body, kind = ANSWERS[case]
    for repository in ("lab", "copy"):
        server.manners[f"/api/models/{repository}/ear/revision/main?blobs=true"] = Manner(body)
    with pytest.raises(DownloadError) as caught:
        run(shelf.download([catalog.model("ear")], Web(server.url), HASTY))
    assert caught.value.kind == kind
    assert not shelf.place("ear").exists()


def test_a_hub_that_says_other_than_the_catalogue_is_refused(server: Server, shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    text = CATALOG.replace('"model.bin", about = 200_000', '"model.bin", size = 199_999')
    (tmp_path / "other" / "test.toml").write_text(text.replace(', { repository = "copy/ear", folder = "ear" }', ""))
    with pytest.raises(DownloadError, match="is another file there than the catalogue knows"):
        run(shelf.download([load_catalog(tmp_path / "other").model("ear")], Web(server.url), HASTY))


def test_a_damaged_pin_is_asked_for_again(catalog: Catalog, server: Server, shelf: Shelf) -> None:
    shelf.place("ear").mkdir(parents=True)
    for text in ("{", "[]", '{"model": "ear"}', '{"model": "e", "repository": "r", "revision": "x", "files": [{}]}'):
        (shelf.place("ear") / "origin.json").write_text(text)
        assert shelf.pin("ear") is None
    run(shelf.download([catalog.model("ear")], Web(server.url), HASTY))
    assert shelf.has("ear")


def zipped(ear: Path, place: Path) -> None:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in ear.iterdir():
            archive.write(path, f"any folder/{path.name}")


def tarred(ear: Path, place: Path) -> None:
    with tarfile.open(place, "w:gz") as archive:
        archive.add(ear, "models")


@pytest.mark.parametrize("form", ["folder", "zip", "tar"])
def test_a_model_is_taken_from_a_folder_or_an_archive(
    catalog: Catalog, shelf: Shelf, ear: Path, tmp_path: Path, form: str
) -> None:
    source = ear if form == "folder" else tmp_path / f"ear.{form}"
    if form != "folder":
        (zipped if form == "zip" else tarred)(ear, source)
    take(catalog, shelf, source, tmp_path / "work")
    assert (shelf.place("ear") / "model.bin").read_bytes() == WEIGHTS
    assert shelf.has("ear")


def take(catalog: Catalog, shelf: Shelf, source: Path, work: Path) -> None:
    with opened(source, work) as (folders, steps):
        run(steps)
        (files,) = folders.values()
        pin = ended(recognised(catalog.model("ear"), files))
        run(shelf.take(catalog.model("ear"), pin, files))


def ended(steps: Generator[Progress, None, T]) -> T:
    """Go through the steps; return what they come to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def test_models_whose_files_have_the_same_names_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.library.SMALL", 1000)
    (tmp_path / "catalog").mkdir()
    exact = f'size = 200_000, sha256 = "{hashlib.sha256(WEIGHTS).hexdigest()}"'
    like = EAR.format(name="like", title="Like", weights="about = 190_000", config="about = 2")
    sure = EAR.format(name="sure", title="Sure", weights=exact, config="size = 4")
    (tmp_path / "catalog" / "test.toml").write_text(like + sure)
    for name, weights, config in (("like", WEIGHTS[:-9], b"{}"), ("sure", WEIGHTS, b"{  }")):
        (tmp_path / "stick" / name).mkdir(parents=True)
        (tmp_path / "stick" / name / "model.bin").write_bytes(weights)
        (tmp_path / "stick" / name / "config.json").write_bytes(config)

    def library(name: str) -> Library:
        return Library(tmp_path / name, catalog=load_catalog(tmp_path / "catalog"), spare=0)

    assert ended(library("one").take(tmp_path / "stick" / "like")) == ["like"]
    assert ended(library("two").take(tmp_path / "stick" / "sure")) == ["sure"]
    for source in (tmp_path / "stick", Path(shutil.make_archive(str(tmp_path / "both"), "zip", tmp_path / "stick"))):
        both = library(f"from-{source.name}")
        assert sorted(ended(both.take(source))) == ["like", "sure"]
        for name in ("like", "sure"):
            for file in (tmp_path / "stick" / name).iterdir():
                assert (both.shelf.place(name) / file.name).read_bytes() == file.read_bytes()
    (tmp_path / "stick" / "sure" / "model.bin").write_bytes(WEIGHTS[::-1])
    last = library("three")
    with pytest.raises(DownloadError, match="not Sure's own file"):
        ended(last.take(tmp_path / "stick"))
    assert [kept.model for kept in last.kept()] == ["like"], "the others are taken all the same"


def hostile(place: Path) -> None:
    """Write names that lead out, links, devices, a bomb that says it is small, and the real files at the end."""
    with tarfile.open(place, "w") as archive:
        for name in ("../config.json", "/etc/config.json", "a/../../model.bin", "C:\\model.bin"):
            info = tarfile.TarInfo(name)
            info.size = 4
            archive.addfile(info, io.BytesIO(b"evil"))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo("model.bin")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        for name, body in (("x/model.bin", WEIGHTS), ("x/config.json", b"{}")):
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))


def test_names_that_lead_out_and_links_are_passed_over(
    catalog: Catalog, shelf: Shelf, tmp_path: Path, ear: Path
) -> None:
    hostile(tmp_path / "evil.tar")
    take(catalog, shelf, tmp_path / "evil.tar", tmp_path / "work")
    assert (shelf.place("ear") / "model.bin").read_bytes() == WEIGHTS
    copied = [path.name for path in (tmp_path / "work").rglob("*") if path.is_file()]
    assert sorted(copied) == ["config.json", "model.bin"]
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "model.bin").symlink_to("/etc/passwd")
    with opened(linked, tmp_path / "work2") as (found, _):
        assert found == {}
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../../model.bin", b"evil")
        link = zipfile.ZipInfo("config.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with opened(tmp_path / "evil.zip", tmp_path / "work3") as (found, steps):
        run(steps)
        assert found == {}


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_a_damaged_archive_is_told_in_words(catalog: Catalog, ear: Path, tmp_path: Path, form: str) -> None:
    (zipped if form == "zip" else tarred)(ear, tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    random = np.random.default_rng(1)
    told: list[DownloadError] = []
    for i in range(60):
        raw = bytearray(whole)
        for at in random.integers(0, len(raw), 40):
            raw[at] ^= 0xFF
        raw = raw[: int(random.integers(20, len(raw)))] if i % 3 == 0 else raw
        (tmp_path / "damaged").write_bytes(raw)
        try:
            with opened(tmp_path / "damaged", tmp_path / f"work{i}") as (_, steps):
                run(steps)
            shutil.rmtree(tmp_path / f"work{i}", ignore_errors=True)
        except DownloadError as error:
            told.append(error)
    assert {error.kind for error in told} == {"wrong"}
    assert not any("\n" in str(error) for error in told)


def test_wrong_files_are_never_taken(server: Server, shelf: Shelf, ear: Path, tmp_path: Path) -> None:
    (tmp_path / "strict").mkdir()
    text = CATALOG.replace('"model.bin", about = 200_000', f'"model.bin", size = 200_000, sha256 = "{"0" * 64}"')
    (tmp_path / "strict" / "test.toml").write_text(text)
    model = load_catalog(tmp_path / "strict").model("ear")
    with pytest.raises(DownloadError, match="not Ear's own file"):
        list(recognised(model, {path.name: path for path in ear.iterdir()}))


def test_a_token_without_a_keyring_is_a_file_for_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = Tokens(tmp_path / "data")
    assert tokens.read() == ""
    tokens.keep("hf_one")
    tokens.keep("hf_two")
    assert tokens.read() == "hf_two"
    if "only" in tokens.place:
        assert os.stat(tmp_path / "data" / "hub-token").st_mode & 0o777 == 0o600
    monkeypatch.setenv("HF_TOKEN", "hf_env")
    assert tokens.read() == "hf_env"
    monkeypatch.delenv("HF_TOKEN")
    tokens.forget()
    assert tokens.read() == ""


def test_a_pin_is_readable_json(catalog: Catalog, server: Server, shelf: Shelf) -> None:
    run(shelf.download([catalog.model("ear")], Web(server.url), HASTY))
    told = json.loads((shelf.place("ear") / "origin.json").read_text())
    assert told["repository"] == "lab/ear"
    assert {file["name"] for file in told["files"]} == {"model.bin", "config.json"}
