"""Packs: what opens, and that every fault is one line before any parser sees a byte."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.pack import MANIFEST, Pack, PackError, RoleSource, open_pack, write_manifest

FILES = {
    "whisper/model.bin": b"whisper weights",
    "whisper/tokenizer.json": b"{}",
    "llm/chat.gguf": b"GGUF weights",
    "csm/model.safetensors": b"voice weights",
    "mimi/model.safetensors": b"codec weights",
    "voices/ada/voice.toml": b"name = 'ada'",
    "voices/ada/reference.wav": b"RIFF",
}
ROLES = {
    "transcriber": RoleSource("whisper-ctranslate2", "Apache-2.0", "whisper"),
    "chat": RoleSource("gguf", "Apache-2.0", "llm", template="pocket"),
    "voice": RoleSource("csm-transformers", "Apache-2.0", "csm"),
    "codec": RoleSource("mimi-moshi", "CC-BY-4.0", "mimi"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / "pocket" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    written(tmp_path / "pocket")
    return tmp_path / "pocket"


def written(folder: Path) -> Pack:
    return write_manifest(
        folder,
        name="pocket",
        title="Pocket pack",
        languages=("en",),
        roles=ROLES,
        voices={"ada": "voices/ada"},
        default_voice="ada",
    )


def test_a_pack_says_where_everything_is(folder: Path) -> None:
    pack = open_pack(folder)
    assert (pack.name, pack.title, pack.languages, pack.default_voice) == ("pocket", "Pocket pack", ("en",), "ada")
    assert pack.chat.only(".gguf") == folder / "llm" / "chat.gguf"
    assert (pack.chat.template, pack.chat.format) == ("pocket", "gguf")
    assert pack.transcriber.folder == folder / "whisper"
    assert pack.codec.licence == "CC-BY-4.0"
    assert pack.voices["ada"].folder == folder / "voices" / "ada"
    assert pack.turn is None
    assert pack.understands == ("en",)


def test_a_transcriber_may_understand_more_than_the_voice_speaks(folder: Path) -> None:
    manifest = folder / "pack.toml"
    more = '[roles.transcriber]\nlanguages = ["*"]'
    manifest.write_text(manifest.read_text().replace("[roles.transcriber]", more))
    pack = open_pack(folder)
    assert (pack.languages, pack.understands) == (("en",), ("*",))


def test_writing_the_same_files_again_changes_nothing(folder: Path) -> None:
    before = (folder / MANIFEST).read_bytes()
    written(folder)
    assert (folder / MANIFEST).read_bytes() == before


def test_a_file_must_be_the_only_one_of_its_kind(folder: Path) -> None:
    with pytest.raises(PackError, match=r"has 0 files \.onnx, but one is needed"):
        open_pack(folder).chat.only(".onnx")


def test_a_hidden_file_of_the_file_manager_is_no_fault(folder: Path) -> None:
    (folder / "whisper" / ".DS_Store").write_bytes(b"x")
    open_pack(folder)


def replacing(old: str, new: str, count: int = 1) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / MANIFEST).read_text("utf-8")
        changed = re.sub(old, lambda _: new, text, count=count, flags=re.MULTILINE)
        assert changed != text
        (folder / MANIFEST).write_text(changed, "utf-8")

    return change


def flip(folder: Path) -> None:
    raw = bytearray(FILES["llm/chat.gguf"])
    raw[3] ^= 1
    (folder / "llm" / "chat.gguf").write_bytes(raw)


def escape_by_link(folder: Path) -> None:
    shutil.move(folder / "llm" / "chat.gguf", folder.parent / "chat.gguf")
    (folder / "llm" / "chat.gguf").symlink_to(folder.parent / "chat.gguf")


def file_becomes_folder(folder: Path) -> None:
    (folder / "llm" / "chat.gguf").unlink()
    (folder / "llm" / "chat.gguf").mkdir()


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (shutil.rmtree, "pocket: pack is missing"),
    "no manifest": (lambda f: (f / MANIFEST).unlink(), "this folder is no pack"),
    "not TOML": (lambda f: (f / MANIFEST).write_text("name = "), "cannot be read"),
    "not text": (lambda f: (f / MANIFEST).write_bytes(b"\xff\xfe\x00"), "cannot be read"),
    "empty manifest": (lambda f: (f / MANIFEST).write_text(""), "schema: is missing"),
    "newer schema": (replacing("^schema = 1", "schema = 2"), "schema: is not 1"),
    "schema is a bool": (replacing("^schema = 1", "schema = true"), "schema: is not a whole number"),
    "bad name": (replacing('^name = "pocket"', 'name = "../x"'), "name: '../x' is no name"),
    "empty title": (replacing("^title = .*", 'title = " "'), "title: is empty"),
    "languages are no list": (replacing(r"^languages = \[\s*\"en\",?\s*\]", 'languages = "en"'), "is not a list"),
    "languages are numbers": (replacing(r'"en"', "1"), "languages: is not a list of texts"),
    "unknown key": (replacing("^schema = 1", "schema = 1\ncolour = 1"), "colour: unknown key; remove it"),
    "unknown role": (replacing("^", "roles.singer.format = 'x'\n"), "roles.singer: unknown role; known are"),
    "missing role": (replacing(r"roles\.codec", "roles.turn", 0), "roles.codec: is missing"),
    "unknown key in a role": (
        replacing('^format = "gguf"', 'format = "gguf"\nquant = "q8"'),
        "roles.chat.quant: unknown key",
    ),
    "unknown format": (replacing('"gguf"', '"pickle"'), "roles.chat.format: unknown format 'pickle'; known are gguf"),
    "no licence": (replacing('^licence = "CC-BY-4.0"\n', ""), "roles.codec.licence: is missing"),
    "no template": (replacing("^template = .*\n", ""), "roles.chat.template: is missing"),
    "a template elsewhere": (
        replacing('^format = "mimi-moshi"', 'format = "mimi-moshi"\ntemplate = "x"'),
        "roles.codec.template: unknown key",
    ),
    "size is a text": (replacing("size = 12", 'size = "12"'), "size: is not a whole number"),
    "negative size": (replacing("size = 12", "size = -1"), "size: is negative"),
    "short hash": (replacing('sha256 = "..', 'sha256 = "'), "sha256: is not 64 hexadecimal digits"),
    "unknown key of a file": (replacing("size = 12", "mode = 7\nsize = 12"), "mode: unknown key"),
    "unknown default voice": (
        replacing('^default_voice = "ada"', 'default_voice = "bob"'),
        "default_voice: 'bob' is not among the voices ada",
    ),
    "no default voice": (replacing("^default_voice = .*\n", ""), "default_voice: is missing"),
    "folder above": (replacing('^folder = "llm"', 'folder = "../llm"'), "roles.chat.folder: '../llm' leads out"),
    "absolute folder": (replacing('^folder = "llm"', 'folder = "/etc"'), "roles.chat.folder: '/etc' leads out"),
    "drive": (replacing('^folder = "llm"', "folder = 'c:llm'"), "leads out"),
    "file above": (replacing(r'"chat\.gguf"', '"../../chat.gguf"'), "leads out of its folder"),
    "link outside": (escape_by_link, "leads out of its folder"),
    "missing file": (lambda f: (f / "llm" / "chat.gguf").unlink(), "chat.gguf: .* the file is missing; download"),
    "flipped byte": (flip, "chat.gguf: .*SHA-256 differs"),
    "truncated file": (lambda f: (f / "llm" / "chat.gguf").write_bytes(b"GG"), "has 2 bytes instead of 12"),
    "folder for a file": (file_becomes_folder, "it is not a file"),
    "unlisted file": (lambda f: (f / "whisper" / "preprocessor_config.json").touch(), "file is not listed"),
    "voice file missing": (lambda f: (f / "voices/ada/reference.wav").unlink(), "reference.wav: .* file is missing"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_one_line_that_says_what_where_and_what_to_do(folder: Path, fault: str) -> None:
    open_pack(folder)  # verified once in this process: that must not hide what changes afterwards
    change, message = FAULTS[fault]
    change(folder)
    with pytest.raises(PackError, match=message) as caught:
        open_pack(folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_to_the_manifest_is_anything_but_a_pack_error(folder: Path, data: st.DataObject) -> None:
    whole = (folder / MANIFEST).read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.integers(0, 30))
    put = data.draw(st.binary(max_size=8) | st.sampled_from([b"[", b"]", b"=1\n", b'"', b"{}", b"nan", b"../"]))
    (folder / MANIFEST).write_bytes(whole[:at] + put + whole[at + cut :])
    with suppress(PackError):
        open_pack(folder)
    (folder / MANIFEST).write_bytes(whole)
