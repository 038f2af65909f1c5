"""The catalogue: what ships is sound, and what is not sound is refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.catalog import CatalogError, load_catalog
from models.llama import FAMILIES

MODEL = """
[models.ear]
role = "transcriber"
title = "Ear"
format = "whisper-ctranslate2"
licence = "MIT"
languages = ["*"]
speed = "fast"
memory_mb = { gpu = 1, cpu = 1 }
sources = [{ repository = "a/b" }]
files = [{ name = "model.bin", about = 10 }]
"""


def test_the_shipped_catalogue_has_everything_that_a_companion_needs() -> None:
    catalog = load_catalog()
    roles = {model.role for model in catalog.models.values()}
    assert roles == {"transcriber", "chat", "voice", "codec", "turn", "tokenizer", "recordings", "phones", "quality"}
    assert {model.format for model in catalog.models.values() if model.role == "voice"} == {
        "csm-original",
        "csm-transformers",
    }
    chats = [model for model in catalog.models.values() if model.role == "chat"]
    assert {model.template for model in chats} <= set(FAMILIES)
    assert min(model.parameters_b for model in chats) < 1
    assert max(model.parameters_b for model in chats) >= 14
    assert {model.licence for model in chats} <= {"Apache-2.0", "MIT"}
    assert {"gpu-4", "gpu-8", "gpu-12", "gpu-16", "gpu-24", "apple", "cpu"} == set(catalog.profiles)
    assert catalog.voices_for("en")
    assert not catalog.voices_for("de")


def test_every_profile_leaves_a_tenth_of_the_memory_free() -> None:
    catalog = load_catalog()
    for profile in catalog.profiles.values():
        taken = catalog.memory(profile)
        assert taken.gpu <= 0.9 * profile.memory.gpu
        assert taken.cpu <= 0.9 * profile.memory.cpu
        assert catalog.parts(profile)["tokenizer"].role == "tokenizer"


def test_nothing_that_is_unpickled_can_be_listed() -> None:
    for model in load_catalog().models.values():
        assert not any(file.name.endswith((".pt", ".pth", ".ckpt", ".pkl")) for file in model.files)


FAULTS = {
    "not TOML": ("[models", "cannot be read"),
    "unknown key": ('speed = "fast"\ncolour = 1', "models.ear.colour: is unknown"),
    "unknown role": ('role = "singer"', "models.ear.role: 'singer' is none of"),
    "format of another role": ('format = "gguf"', "models.ear.format: 'gguf' is none of whisper"),
    "no licence": ("", "models.ear.licence: is missing"),
    "bool for a number": ("memory_mb = { gpu = true, cpu = 1 }", "memory_mb.gpu: is no int"),
    "negative memory": ("memory_mb = { gpu = -1, cpu = 1 }", "memory_mb.gpu: is negative"),
    "pickle": ('files = [{ name = "model.pt", about = 10 }]', "is not of the form"),
    "file above": ('files = [{ name = "../model.bin", about = 10 }]', "is not of the form"),
    "hash in capitals": (f'files = [{{ name = "m.bin", size = 1, sha256 = "{"A" * 64}" }}]', "is not of the form"),
    "no size": ('files = [{ name = "m.bin" }]', r"files\[0\].size: give either"),
    "no source": ("sources = []", "sources: is empty"),
    "odd repository": ('sources = [{ repository = "http://x" }]', "repository: 'http://x' is not of the form"),
    "branch as revision": ('sources = [{ repository = "a/b", revision = "main" }]', "revision: 'main' is not"),
    "sources are texts": ('sources = ["a/b"]', r"sources\[0\]: is no table"),
}
LINES = {"unknown key": "speed", "no licence": "licence", "not TOML": "[models.ear]"}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_one_line_that_says_where(tmp_path: Path, fault: str) -> None:
    new, message = FAULTS[fault]
    key = LINES.get(fault, new.split(" ", 1)[0])
    lines = [new if line.startswith(key) else line for line in MODEL.splitlines()]
    (tmp_path / "odd.toml").write_text("\n".join(lines))
    with pytest.raises(CatalogError, match=message) as caught:
        load_catalog(tmp_path)
    assert "odd.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_profile_that_does_not_fit_its_own_machine_is_refused(tmp_path: Path) -> None:
    for path in Path(load_catalog.__code__.co_filename).parent.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text().replace("gpu = 7_300", "gpu = 6_000"))
    with pytest.raises(CatalogError, match=r"profiles.gpu-8.memory_mb.gpu: its models take 5917 MB"):
        load_catalog(tmp_path)


def test_unknown_names_are_told_with_the_known_ones() -> None:
    with pytest.raises(CatalogError, match=r"'x' is not in the catalogue; known are .*cpu"):
        load_catalog().profile("x")
    with pytest.raises(CatalogError, match=r"'x' is not in the catalogue; known are .*csm-1b"):
        load_catalog().model("x")
