"""Chapters in a FLAC file: read by a player's library, the sound as it was."""

from __future__ import annotations

import av
import numpy as np
import pytest
import soundfile

from app.chapters import Chapter, add
from core.types import VOICE_RATE


@pytest.fixture
def plain(tmp_path):
    """Give a FLAC file with a comment of its own, and its sound."""
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, (3 * VOICE_RATE, 2))
    with soundfile.SoundFile(tmp_path / "plain.flac", "w", VOICE_RATE, 2, "PCM_16") as file:
        file.comment = "mine"
        file.write(sound)
    return tmp_path / "plain.flac"


def marks(path):
    with av.open(path) as file:
        return [(float(mark["start"] * mark["time_base"]), mark["metadata"]["title"]) for mark in file.chapters()]


def test_players_find_them_and_the_sound_stays(plain, tmp_path):
    names = ["Grüße an alle", "two\n lines", "x" * 500]
    add(plain, tmp_path / "new.flac", [Chapter(at * VOICE_RATE, name) for at, name in enumerate(names)])
    assert marks(tmp_path / "new.flac") == [(0.0, "Grüße an alle"), (1.0, "two lines"), (2.0, "x" * 120 + "…")]
    assert soundfile.SoundFile(tmp_path / "new.flac").comment == "mine"
    assert np.array_equal(soundfile.read(tmp_path / "new.flac")[0], soundfile.read(plain)[0])


def test_a_player_that_counts_to_999_gets_no_more(plain, tmp_path):
    add(plain, tmp_path / "new.flac", [Chapter(at, str(at)) for at in range(2_500)])
    names = [name for _, name in marks(tmp_path / "new.flac")]
    assert names == [str(at) for at in range(0, 2_500, 3)]


def test_no_chapters_leave_it_as_it_is(plain, tmp_path):
    add(plain, tmp_path / "new.flac", [])
    assert marks(tmp_path / "new.flac") == []


def test_another_file_is_refused(tmp_path):
    (tmp_path / "other").write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(ValueError, match="no FLAC"):
        add(tmp_path / "other", tmp_path / "new.flac", [])
