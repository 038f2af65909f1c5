"""`sotto history`, and what `chat` and `converse` leave in it."""

from __future__ import annotations

import errno
import io
import json
import re
import sqlite3

import av
import numpy as np
import pytest
import soundfile

from core.store.archive import Archive
from core.store.home import Store
from core.store.shelf import Shelf
from tests.fakes import Voice


@pytest.fixture
def typed(toys, sotto, monkeypatch):
    """Chat, with these lines typed."""

    def chat(lines, *options, **engines):
        toys(**engines)
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
        return sotto("chat", *options)

    return chat


@pytest.fixture
def held(toys, question, sotto, tmp_path):
    """Hold and keep a spoken conversation of two turns; return the folder of its files."""
    toys()
    code, said, _ = sotto("converse", question("a.wav"), question("b.wav", 2.0), "--out", tmp_path / "out", "--keep")
    assert code == 0
    assert "Kept as conversation 1" in said
    return tmp_path / "out"


def test_chat_is_kept_and_goes_on(typed, sotto, data):
    code, _, told = typed(["hello", "are you well"])
    assert (code, told) == (0, "Kept as conversation 1; see `sotto history`.\n")
    voice = Voice()
    code, said, _ = typed(["what did I say"], "--continue", voice=voice)
    assert code == 0
    assert "I have heard 5 messages" in said
    assert [segment.speaker for segment in voice.contexts[0][0]] == [0] * 5, "the voice remembers its own four phrases"
    _, listed, _ = sotto("history", "list")
    assert re.fullmatch(r"   1  \d{4}-\d\d-\d\d \d\d:\d\d    3 turns  hello\n", listed)
    _, shown, _ = sotto("history", "show", 1)
    assert shown.count("**You**") == shown.count("**Sotto**") == 3


def test_chat_is_not_kept_if_so_asked(typed, data):
    assert typed(["hello"], "--no-keep")[2] == ""
    assert not data.exists()
    assert typed([])[0] == 0
    assert typed([], "--continue", 7)[2].endswith("see `sotto history list`\n")


def test_converse_is_kept_only_if_asked(held, toys, question, sotto, tmp_path, data):
    toys()
    sotto("converse", question("a.wav"), "--out", tmp_path / "other")
    assert len(sotto("history", "list")[1].splitlines()) == 1
    assert "turn   2  I [spoke]" in sotto("history", "search", "spoke", "frames")[1]
    assert sotto("history", "search", "unsaid")[:2] == (0, "")


def test_export_is_what_converse_wrote(held, sotto, tmp_path):
    for name in ("talk.md", "talk.srt", "talk.wav", "talk.flac", "talk.json"):
        assert sotto("history", "export", 1, tmp_path / name) == (0, "", "")
    assert (tmp_path / "talk.md").read_text() == (held / "transcript.md").read_text()
    both, rate = soundfile.read(held / "conversation.wav")
    turns = json.loads((held / "conversation.json").read_text())["turns"]
    assert json.loads((tmp_path / "talk.json").read_text())["label"] == "Replies: AI-generated speech."
    for name in ("talk.wav", "talk.flac"):
        sound, own = soundfile.read(tmp_path / name)
        assert own == rate
        assert soundfile.SoundFile(tmp_path / name).comment == "Right side: AI-generated speech."
        for turn in turns:
            for side, part in enumerate(("user", "reply")):
                lies = slice(turn[part]["start"], turn[part]["end"])
                assert np.abs(sound[lies, side] - both[lies, side]).max() <= 2 / 32_767
    with av.open(tmp_path / "talk.flac") as file:
        marks = [(mark["start"] * mark["time_base"], mark["metadata"]["title"]) for mark in file.chapters()]
    assert [name for _, name in marks] == [turn["user"]["text"] for turn in turns]
    for (start, _), turn in zip(marks, turns, strict=True):
        assert float(start) == pytest.approx(turn["user"]["start"] / rate, abs=0.001)
    told = json.loads((tmp_path / "talk.json").read_text())
    for ours, theirs in zip(told["turns"], turns, strict=True):
        assert {key: ours[key] for key in ("outcome", "milliseconds", "voice_history")} == {
            key: theirs[key] for key in ("outcome", "milliseconds", "voice_history")
        }
    cues = (tmp_path / "talk.srt").read_text().split("\n\n")
    assert len(cues) == 4
    assert re.match(r"1\n00:00:00,\d{3} --> 00:00:01,\d{3}\nYou: I spoke \d+ frames\.", cues[0])


def test_what_was_exported_can_be_taken_in_again(held, sotto, tmp_path):
    sotto("history", "export", 1, tmp_path / "one.json")
    assert sotto("history", "import", tmp_path / "one.json")[1] == "Kept as conversation 2.\n"
    sotto("history", "export", 2, tmp_path / "two.json")
    one, two = (json.loads((tmp_path / name).read_text()) for name in ("one.json", "two.json"))
    for told in (one, two):
        for sitting in told["sittings"]:
            del sitting["began"]
    for turn in one["turns"]:
        turn["voice_history"] = None  # says what a cache did, not what was said
    assert one == two


def test_what_went_on_in_several_sittings_is_taken_in_with_its_past_and_its_title(typed, sotto, tmp_path, data):
    typed(["hello there"])
    typed(["how are you"], "--continue")
    with Store.writing(data) as store:
        Shelf(store.db, data).rename(1, "Greetings")
    sotto("history", "export", 1, tmp_path / "one.json")
    assert sotto("history", "import", tmp_path / "one.json")[0] == 0
    voice = Voice()
    typed(["and now"], "--continue", voice=voice)
    assert len(voice.contexts[0][0]) == 5, "the reference, and the two phrases of each reply that was spoken"
    with Store.reading(data) as store:
        assert Archive(store.db).title(2) == "Greetings"


def test_an_export_that_cannot_be_made_says_why(typed, sotto, tmp_path, data, monkeypatch):
    typed(["hello there"])
    with monkeypatch.context() as patched:
        patched.setattr("app.export.LARGEST", 1000)
        assert "larger than what can be taken in" in sotto("history", "export", 1, tmp_path / "a.json")[2]
        assert sotto("history", "export", 1, tmp_path / "a.json", "--no-sound")[0] == 0
        patched.setattr("app.export.LARGEST_WAV", 1000)
        assert "longer than a WAV" in sotto("history", "export", 1, tmp_path / "a.wav")[2]

        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        patched.setattr("app.export.write_text", full)
        code, _, error = sotto("history", "export", 1, tmp_path / "a.md")
        assert (code, "no space left" in error, str(tmp_path / "a.md") in error) == (2, True, True)

        def short(*_: object) -> None:
            raise AssertionError

        patched.setattr(soundfile.SoundFile, "write", short)
        assert "sound cannot be written" in sotto("history", "export", 1, tmp_path / "b.flac")[2]
    with Store.writing(data) as store:
        store.db.execute("UPDATE turn SET facts = json_remove(facts, '$.reply_start')")
    for name in ("c.flac", "c.wav"):
        code, _, error = sotto("history", "export", 1, tmp_path / name)
        assert (code, "no sound is kept" in error) == (2, True)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["a.json"]


def test_the_files_of_converse_can_be_taken_in(held, sotto):
    assert sotto("history", "import", held / "conversation.json")[0] == 0
    assert sotto("history", "show", 2)[1] == sotto("history", "show", 1)[1]


def test_delete_leaves_nothing(typed, sotto, data):
    typed(["hello"])
    typed(["my canary sings"])
    sotto("history", "backup")
    assert sotto("history", "delete", 2)[:2] == (0, "Deleted 2.\n")
    kept = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert b"canary" not in kept
    assert b"hello" in kept
    assert sotto("history", "delete", "--older-than", 1)[1] == "Deleted nothing.\n"


def test_backup_and_repair(typed, sotto, data, tmp_path):
    typed(["hello"])
    assert sotto("history", "backup", "--out", tmp_path / "copy.db")[0] == 0
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT user FROM turn").fetchone() == ("hello",)
    assert sotto("history", "repair")[1] == "Nothing is damaged.\n"
    sotto("history", "backup")
    (data / "sotto.db").write_bytes(b"rubbish" * 999)
    code, _, told = sotto("history", "list")
    assert (code, told.count("\n")) == (2, 1)
    assert "run `sotto history repair`" in told
    assert "In its place is the copy" in sotto("history", "repair")[1]
    assert "hello" in sotto("history", "list")[1]


HUGE = "99999999999999999999"  # more than SQLite can count
FORMATS = ("md", "json", "srt", "wav", "flac")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "9"], "there is no conversation 9"),
        (["export", "9", "x.md"], "there is no conversation 9"),
        (["export", "1", "x.doc"], "let the name end in .md .json"),
        (["export", "1", "there.md"], "there is such a file already"),
        (["delete"], "give numbers, or --older-than"),
        (["delete", "1", "--older-than", "3"], "give numbers, or --older-than"),
        (["delete", "--older-than", "0"], "give 1 to 36500"),
        (["delete", "--older-than", "1000000"], "--older-than 1000000, give 1 to 36500"),
        (["delete", "1", "9"], "there is no conversation 9"),
        (["delete", "1", HUGE], f"there is no conversation {HUGE}"),
        (["show", HUGE], f"there is no conversation {HUGE}"),
        (["show", HUGE, "--prompt"], f"there is no conversation {HUGE}"),
        (["show", f"-{HUGE}"], f"there is no conversation -{HUGE}"),
        *((["export", HUGE, f"x.{form}"], f"there is no conversation {HUGE}") for form in FORMATS),
        (["summaries", HUGE], f"there is no conversation {HUGE}"),
        (["summaries", HUGE, "--forget", "1"], f"there is no conversation {HUGE}"),
        (["facts", "--forget", HUGE], f"there is no fact {HUGE}"),
        (["search", '"'], "give words"),
        (["import", "nowhere.json"], "the file cannot be read"),
        (["import", "there.md"], "this is not JSON"),
        (["backup", "--out", "there.md"], "there is such a file already"),
        (["list", "--data", "nowhere"], "no conversation is kept yet"),
        (["list", "--data", "there.md"], "no conversation is kept yet"),
        (["show", "x"], "invalid int value"),
        ([], "required: ACT"),
    ],
)
def test_a_problem_is_one_line(typed, sotto, tmp_path, monkeypatch, arguments, said):
    typed(["hello"])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.md").write_text("hello")
    code, _, told = sotto("history", *arguments)
    assert (code, told.count("\n")) == (2, 1)
    assert said in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there.md"]


GOOD = {"schema": "sotto.conversation/1", "turns": [{"outcome": "answered", "user": {"text": "hello"}}]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "other"}, "the schema is not sotto.conversation/1"),
        ({"turns": []}, "there is no turn"),
        ({"turns": {}}, "turns is not a list of objects"),
        ({"turns": [{}]}, "turns[0].outcome is not one of answered"),
        ({"turns": [{"outcome": "answered", "user": 3}]}, "turns[0].user is not an object"),
        ({"turns": [{"outcome": "answered", "user": {"text": 3}}]}, "turns[0].user.text is not a text"),
        ({"turns": [{"outcome": "answered", "user": {"text": "\ud800"}}]}, "turns[0].user.text is not a text"),
        ({"turns": [{"outcome": "answered", "user": {"start": -1}}]}, "turns[0].user.start is not a whole number"),
        ({"turns": [{"outcome": "answered", "user": {"sound": "!"}}]}, "turns[0].user.sound is not base64"),
        ({"turns": [{"outcome": "answered", "user": {"sound": "AAAA"}}]}, "turns[0].user.sound ends amid a sample"),
        ({"turns": [{"outcome": "answered", "user": {"codebooks": 3, "codes": "AAAA"}}]}, "user.codes are not whole"),
        ({"turns": [{"outcome": "answered", "user": {"confidence": 10**400}}]}, "user.confidence is not a number"),
        ({"turns": [{"outcome": "answered", "user": {"confidence": float("nan")}}]}, "user.confidence is not a number"),
        ({"turns": [{"outcome": "answered", "milliseconds": {"reply": float("inf")}}]}, "reply is not a number"),
        ({"turns": [{"outcome": "answered", "step": "x"}]}, "turns[0].step is not one of captured"),
    ],
)
def test_a_conversation_that_is_not_right_is_not_taken_in(sotto, tmp_path, data, change, said):
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(GOOD | change))
    code, _, told = sotto("history", "import", path)
    assert (code, told.count("\n")) == (2, 1)
    assert said in told
    assert str(path) in told
    assert not data.exists()


def test_two_at_once_is_told(typed, sotto, data):
    typed(["hello"])
    from core.store.home import Store

    with Store.writing(data):
        code, _, told = typed(["hello"])
    assert (code, told.count("\n")) == (2, 1)
    assert "another Sotto is writing" in told


def test_nothing_heavy_is_needed_to_know_what_was_asked():
    import subprocess
    import sys

    asked = "import sys; from app.main import parser; parser(); print('numpy' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_facts_and_summaries_are_listed_changed_forgotten_and_seen_in_the_prompt(typed, sotto, data):
    assert typed(["my name is Ada", "I like tea"])[0] == 0
    with sqlite3.connect(data / "sotto.db") as db:
        rows = [row[0] for row in db.execute("SELECT id FROM turn ORDER BY id")]
        db.execute("INSERT INTO known (text, turn) VALUES ('The user is Ada', ?)", (rows[0],))
        db.execute("INSERT INTO summary (conversation, turn, text) VALUES (1, ?, 'They spoke of tea.')", (rows[1],))
    db.close()
    assert sotto("history", "facts", "--write", "The user has a  cat")[0] == 0
    _, facts, _ = sotto("history", "facts")
    assert facts == "   1  The user is Ada  (conversation 1, turn 1)\n   2  The user has a cat  (you wrote this)\n"
    _, said, _ = sotto("history", "summaries", 1)
    assert said == "   1  up to turn 2: They spoke of tea.\n"
    _, prompt, _ = sotto("history", "show", 1, "--prompt")
    assert "- The user is Ada\n- The user has a cat\n" in prompt
    assert prompt.endswith("[user]\n(your next words)\n\n")
    assert "[user]\nmy name is Ada\n" in prompt
    assert sotto("history", "facts", "--number", 2, "--write", "The user has a dog")[0] == 0
    assert sotto("history", "facts", "--forget", 1)[1] == "   2  The user has a dog  (you wrote this)\n"
    assert sotto("history", "summaries", 1, "--number", 1, "--write", "Tea.")[1] == "   1  up to turn 2: Tea.\n"
    assert sotto("history", "summaries", 1, "--forget", 1)[1] == ""
    assert b"The user is Ada" not in (data / "sotto.db").read_bytes()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("facts", "--forget", 9), "there is no fact 9"),
        (("facts", "--number", 1), "give --write TEXT"),
        (("summaries", 1, "--forget", 9), "there is no summary 9"),
        (("summaries", 1, "--write", "x"), "give its --number"),
        (("summaries", 7), "there is no conversation 7"),
        (("show", 7, "--prompt"), "there is no conversation 7"),
    ],
)
def test_what_cannot_be_done_with_notes_is_told(typed, sotto, data, asked, says):
    assert typed(["hello"])[0] == 0
    code, _, told = sotto("history", *asked)
    assert code == 2
    assert says in told
