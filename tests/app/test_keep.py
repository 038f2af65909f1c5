"""The files of a conversation."""

from __future__ import annotations

import json

import pytest

from app import keep
from app.checks import OutputFolder, Problem
from app.keep import Circumstances, Placed
from core.records import StageTimes, TurnRecord
from core.types import Turn, VoiceHistory

HOW = Circumstances("0.1.0", "pocket", "ada", 7, "normal", "fast")
PLACED = [Placed("one.wav", 0, 24_000), Placed("two.wav", 60_000, 90_000)]
FIRST = TurnRecord(
    Turn(1),
    "answered",
    user="Hello.",
    language="en",
    confidence=0.91234567,
    user_start=0,
    user_end=20_000,
    onset=2_400,
    offset=18_000,
    reply="Hi there.",
    written="Hi there.",
    reply_start=30_000,
    reply_samples=19_200,
    times=StageTimes(transcribe=12.345),
    history=VoiceHistory(2, 80, 30, (0, 1)),
)
CUT = TurnRecord(
    Turn(3, 1),
    "interrupted",
    user="Go on.",
    user_start=60_000,
    user_end=80_000,
    onset=62_000,
    reply="One",
    written="One two.",
)
FAILED = TurnRecord(
    Turn(4), "failed", user="And?", onset=63_000, stage="mind", error="RuntimeError: the device is gone"
)


def test_the_transcript_is_for_people():
    text = keep.transcript([FIRST, CUT, FAILED])
    assert text.splitlines()[2::2] == [
        "**You** (0:00.0): Hello.",
        "**Sotto** (0:01.2): Hi there.",
        "**You** (0:02.5): Go on.",
        "**Sotto**: One (stopped here)",
        "**You**: And?",
        "*The mind failed: RuntimeError: the device is gone*",
    ]


def test_the_json_has_what_its_document_says():
    told = keep.conversation(HOW, PLACED, [FIRST, CUT, FAILED])
    assert json.loads(json.dumps(told, allow_nan=False))
    first, cut, failed = told["turns"]
    assert first["user"]["file"] == "one.wav"
    assert first["user"]["confidence"] == 0.9123
    assert first["reply"] == {
        "text": "Hi there.",
        "written": "Hi there.",
        "shown": None,
        "file": "reply-1.wav",
        "start": 30_000,
        "end": 49_200,
    }
    assert first["milliseconds"]["transcribe"] == 12.3
    assert first["voice_history"] == {"segments": 2, "positions": 80, "new_positions": 30, "speakers": (0, 1)}
    assert (cut["turn"], cut["id"], cut["revision"], cut["outcome"]) == (2, 3, 1, "interrupted")
    assert cut["user"]["file"] == "two.wav"
    assert cut["reply"]["file"] is None
    assert failed["failure"] == {"stage": "mind", "error": "RuntimeError: the device is gone"}


def test_every_field_is_documented():
    document = (keep.Path(__file__).parents[2] / "docs" / "conversation-json.md").read_text()
    told = keep.conversation(HOW, PLACED, [FIRST])
    turn = told.pop("turns")[0]
    names = {
        *told,
        *turn,
        *turn["user"],
        *turn["reply"],
        *turn["milliseconds"],
        *turn["voice_history"],
        "stage",
        "error",
    }
    assert [
        name for name in sorted(names) if f"`{name}`" not in document.replace("user.", "").replace("reply.", "")
    ] == []


def test_leftovers_go_and_other_files_stay(tmp_path):
    for name in ("reply-1.wav", "reply-12.wav", "reply-final.wav", "notes.txt"):
        (tmp_path / name).touch()
    folder = OutputFolder(tmp_path)
    keep.remove_leftovers(folder)
    assert len(list(tmp_path.iterdir())) == 4, "nothing says that these are ours"
    (tmp_path / "conversation.json").touch()
    keep.remove_leftovers(folder)
    assert {path.name for path in tmp_path.iterdir()} == {"reply-final.wav", "notes.txt"}


def test_a_recording_is_not_overwritten(tmp_path):
    with pytest.raises(Problem, match="overwritten"):
        keep.check_apart([tmp_path / "reply-1.wav"], OutputFolder(tmp_path))
    keep.check_apart([tmp_path / "question.wav", tmp_path / "other" / "reply-1.wav"], OutputFolder(tmp_path))
