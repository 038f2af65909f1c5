"""What the user can mend is one line that says what, where and what to do; exit code 2, and nothing half-written."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from models.pack import write_manifest
from tests.app import tiny_pack


def problem(sotto, tmp_path, *arguments, says: tuple[str, ...]) -> None:
    before = sorted(tmp_path.rglob("*"))
    code, out, said = sotto(*arguments)
    assert code == 2
    assert out == ""
    assert said.startswith("sotto: ")
    assert said.count("\n") == 1
    assert "Traceback" not in said
    for words in says:
        assert words in said
    assert sorted(tmp_path.rglob("*")) == before


def _text(path):
    path.write_text("This is no sound.\n" * 100)


def _truncated(path):
    soundfile.write(path, np.zeros(24_000), 24_000)
    path.write_bytes(path.read_bytes()[:20_000])


def _cut_in_header(path):
    soundfile.write(path, np.zeros(24_000), 24_000)
    path.write_bytes(path.read_bytes()[:30])


def _nan(path):
    soundfile.write(path, np.float32([0, np.nan, 0] * 1000), 24_000, subtype="FLOAT")


RECORDINGS = {
    "missing": (lambda path: None, "missing"),
    "empty": (lambda path: path.touch(), "empty"),
    "a folder": (lambda path: path.mkdir(), "folder"),
    "text": (_text, "not a recording"),
    "truncated": (_truncated, "truncated"),
    "cut in its header": (_cut_in_header, "truncated"),
    "NaN": (_nan, "not finite"),
    "no samples": (lambda path: soundfile.write(path, np.zeros(0), 24_000), "holds no sound"),
}


@pytest.mark.parametrize("kind", RECORDINGS)
@pytest.mark.parametrize("command", ["converse", "transcribe"])
def test_a_recording_that_cannot_be_heard(toys, sotto, question, tmp_path, command, kind):
    make, what = RECORDINGS[kind]
    path, good = tmp_path / "bad.wav", question("good.wav")
    make(path)
    toys()
    more = [good, "--out", tmp_path / "out"] if command == "converse" else []
    problem(sotto, tmp_path, command, path, *more, says=("bad.wav", what, ";"))


FOLDERS = {"a file": "out", "under a file": "out/deeper", "where nobody can write": "/proc/sotto"}


@pytest.mark.parametrize("where", FOLDERS)
def test_an_output_folder_that_cannot_be_written(toys, sotto, question, tmp_path, where):
    (tmp_path / "out").write_text("a file")
    toys()
    asked = question("good.wav")
    problem(sotto, tmp_path, "converse", asked, "--out", tmp_path / FOLDERS[where], says=("output folder", "--out"))
    problem(
        sotto, tmp_path, "say", "Hi.", "--out", tmp_path / FOLDERS[where] / "a.wav", says=("output folder", "--out")
    )


def _change(name, old, new):
    def change(pack):
        before = (pack / name).read_bytes()
        (pack / name).write_bytes(before.replace(old, new, 1))
        assert (pack / name).read_bytes() != before

    return change


PACKS = {
    "no pack": (lambda pack: (pack / "pack.toml").unlink(), "pack.toml: file is missing"),
    "a missing file": (lambda pack: (pack / "csm" / "model.safetensors").unlink(), "csm/model.safetensors"),
    "a flipped byte": (_change("csm/model.safetensors", b"w", b"v"), "csm/model.safetensors"),
    "an unknown role": (_change("pack.toml", b"[roles.chat", b"[roles.cat"), "roles."),
    "an unknown key": (_change("pack.toml", b'title = "Toys"', b'title = "Toys"\ncolour = "red"'), "colour"),
    "an unknown format": (_change("pack.toml", b'"gguf"', b'"pickle"'), "roles.chat.format"),
    "no TOML": (_change("pack.toml", b"[", b"[["), "pack.toml"),
    "a voice without consent": (_change("voices/ada/voice.toml", b"consent", b"concent"), "voice.toml"),
}


@pytest.fixture
def pack(tmp_path):
    folder = tmp_path / "pack"
    names = ("whisper/model.bin", "chat/chat.gguf", "csm/model.safetensors", "mimi/mimi.safetensors")
    for name in names:
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(b"weights")
    tiny_pack.voice(folder / "voices" / "ada")
    _relist(folder)
    return folder


def _relist(folder):
    write_manifest(
        folder, name="toys", title="Toys", languages=("en",), roles=tiny_pack.ROLES,
        voices={"ada": "voices/ada"}, default_voice="ada",
    )  # fmt: skip


@pytest.mark.parametrize("kind", PACKS)
def test_a_pack_that_is_not_what_it_should_be(sotto, question, tmp_path, pack, kind):
    spoil, what = PACKS[kind]
    spoil(pack)
    if "voice" in kind:
        _relist(pack)
    asked = question("good.wav")
    problem(sotto, tmp_path, "converse", asked, "--out", tmp_path / "out", "--pack", pack, says=(what,))
    problem(sotto, tmp_path, "say", "Hi.", "--out", tmp_path / "a.wav", "--pack", pack, says=(what,))


def test_an_unknown_voice(sotto, tmp_path, pack):
    arguments = ("say", "Hi.", "--out", tmp_path / "a.wav", "--pack", pack, "--voice", "eve")
    problem(sotto, tmp_path, *arguments, says=("'eve'", "--voice", "ada"))


def test_a_model_that_no_runtime_can_read(sotto, tmp_path, pack):
    arguments = ("say", "Hi.", "--out", tmp_path / "a.wav", "--pack", pack)
    problem(sotto, tmp_path, *arguments, says=("voice model cannot be used", str(pack)))


COMMANDS = {
    "no recording": (["converse", "--out", "x"], "no recording"),
    "no folder": (["converse", "x.wav"], "--out"),
    "both": (["converse", "x.wav", "--demo"], "--demo"),
    "no such pace": (["converse", "x.wav", "--out", "x", "--pace", "slow"], "--pace"),
    "no such command": (["converge"], "converge"),
    "no number": (["converse", "--demo", "--seed", "x"], "--seed"),
    "threads": (["converse", "--demo", "--threads", "0"], "--threads"),
    "no words": (["say", "  ", "--out", "x.wav"], "nothing to say"),
    "too many words": (["say", "word " * 5000, "--out", "x.wav"], "too long"),
}


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_command_line_that_makes_no_sense(toys, sotto, tmp_path, monkeypatch, kind):
    arguments, what = COMMANDS[kind]
    monkeypatch.chdir(tmp_path)
    toys()
    problem(sotto, tmp_path, *arguments, says=(what,))


def test_a_disk_that_fills_up(toys, sotto, question, tmp_path, monkeypatch):
    toys()

    def full(*_):
        raise OSError(28, "No space left on device", str(tmp_path / "out" / "transcript.md"))

    monkeypatch.setattr("app.keep.write_text", full)
    code, _, said = sotto("converse", question("a.wav"), "--out", tmp_path / "out")
    assert code == 2
    assert said == f"sotto: No space left on device, {tmp_path}/out/transcript.md, check the disk and try again\n"
