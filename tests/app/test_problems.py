"""What the user can mend is one line that says what, where and what to do; exit code 2, and nothing half-written."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile


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


COMMANDS = {
    "no recording": (["converse", "--out", "x"], "no recording"),
    "no folder": (["converse", "x.wav"], "--out"),
    "both": (["converse", "x.wav", "--demo"], "--demo"),
    "no such pace": (["converse", "x.wav", "--out", "x", "--pace", "slow"], "--pace"),
    "no such command": (["converge"], "converge"),
    "no command": ([], "COMMAND"),
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
