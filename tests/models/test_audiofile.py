"""Reading any recording and writing WAV: what comes out, and one line for all that cannot."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.types import EAR_RATE, VOICE_RATE, Samples
from models import audiofile
from models.audiofile import AudioFileError, read_audio, write_wav

JFK = Path(__file__).parents[1] / "data" / "jfk.flac"


def tone(rate: int, seconds: float = 1.0, channels: int = 1) -> Samples:
    sound = 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(rate * seconds)) / rate)
    return np.repeat(sound[:, np.newaxis], channels, axis=1).astype(np.float32)


def encode_m4a(path: Path, rate: int) -> None:
    import av

    with av.open(str(path), "w") as file:
        stream = file.add_stream("aac", rate=rate, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(tone(rate, 1.0, 2).T), format="fltp", layout="stereo")
        frame.rate = rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_channel_count(tmp_path: Path, rate: int, channels: int) -> None:
    soundfile.write(tmp_path / "a.wav", tone(rate, 1.0, channels), rate)
    wide, narrow = read_audio(tmp_path / "a.wav")
    assert (wide.dtype, narrow.dtype) == (np.float32, np.float32)
    assert (len(wide), len(narrow)) == (VOICE_RATE, EAR_RATE)
    for sound, at in ((wide, VOICE_RATE), (narrow, EAR_RATE)):
        expected = tone(at)[:, 0]
        np.testing.assert_allclose(sound[at // 10 : -at // 10], expected[at // 10 : -at // 10], atol=2e-3)


@pytest.mark.parametrize(
    ("name", "subtype"),
    [
        ("a.wav", "PCM_16"),
        ("a.wav", "PCM_U8"),
        ("a.wav", "PCM_24"),
        ("a.wav", "FLOAT"),
        ("a.wav", "DOUBLE"),
        ("a.flac", "PCM_16"),
        ("a.ogg", "VORBIS"),
        ("a.mp3", "MPEG_LAYER_III"),
        ("a.aiff", "PCM_16"),
    ],
)
def test_any_format(tmp_path: Path, name: str, subtype: str) -> None:
    soundfile.write(tmp_path / name, tone(44_100), 44_100, subtype=subtype)
    wide, narrow = read_audio(tmp_path / name)
    assert abs(len(wide) - VOICE_RATE) < 2_500  # codecs add a little
    assert len(narrow) == len(wide) * 2 // 3
    assert 0.4 < np.abs(narrow).max() < 0.6


def test_what_libsndfile_does_not_know_is_read_by_ffmpeg(tmp_path: Path) -> None:
    encode_m4a(tmp_path / "a.m4a", 44_100)
    wide, narrow = read_audio(tmp_path / "a.m4a")
    assert abs(len(wide) - VOICE_RATE) < 2_500
    assert len(narrow) == len(wide) * 2 // 3
    assert 0.4 < np.abs(wide[5_000:-5_000]).max() < 0.6


STANDIN = Path(__file__).parents[2] / "packaging" / "bundle" / "standin"


@pytest.fixture
def bundled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let PyAV be missing as in the packaged application, which has the system's program."""
    monkeypatch.syspath_prepend(str(STANDIN))
    monkeypatch.delitem(sys.modules, "av", raising=False)
    import av

    assert av.__file__ == str(STANDIN / "av.py")


@pytest.mark.skipif(not (shutil.which("ffmpeg") and shutil.which("ffprobe")), reason="needs ffmpeg")
def test_the_program_reads_what_the_library_reads(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    encode_m4a(tmp_path / "-a ä.m4a", 44_100)
    (tmp_path / "broken.m4a").write_bytes((tmp_path / "-a ä.m4a").read_bytes()[:2000])
    (tmp_path / "words.m4a").write_text("no sound")
    library = read_audio(tmp_path / "-a ä.m4a")
    request.getfixturevalue("bundled")
    program = read_audio(tmp_path / "-a ä.m4a")
    for one, other in zip(library, program, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    for name in ("broken.m4a", "words.m4a"):
        with pytest.raises(AudioFileError, match="is not a recording that can be read"):
            read_audio(tmp_path / name)


def test_without_any_ffmpeg_it_says_what_is_missing(
    tmp_path: Path, bundled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.m4a").write_bytes(b"\0\0\0\x18ftypM4A ")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AudioFileError, match="without the program ffmpeg; install it"):
        read_audio(tmp_path / "a.m4a")


def test_real_speech() -> None:
    wide, narrow = read_audio(JFK)
    assert (len(wide), len(narrow)) == (11 * VOICE_RATE, 11 * EAR_RATE)


def test_too_loud_is_scaled_as_a_whole(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", 6 * tone(24_000), 24_000, subtype="FLOAT")
    wide, _ = read_audio(tmp_path / "a.wav")
    assert 0.98 < np.abs(wide).max() <= 1
    assert np.count_nonzero(np.abs(wide) > 0.99) < len(wide) // 8  # not clipped to a square


@pytest.mark.parametrize("size", [0, 4])
def test_a_wav_that_was_streamed_into_a_pipe_is_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(16_000), 16_000)
    raw = bytearray(path.read_bytes())
    at = raw.index(b"data") + 4
    raw[at : at + 4] = b"\xff\xff\xff\xff"
    raw[4:8] = b"\xff\xff\xff\xff"
    path.write_bytes(raw)
    assert len(read_audio(path)[1]) == EAR_RATE


def broken(folder: Path, what: str) -> Path:
    path = folder / "a.wav"
    match what:
        case "empty":
            path.touch()
        case "text":
            path.write_text("This is no sound at all.\n" * 100)
        case "truncated":
            soundfile.write(path, tone(16_000), 16_000)
            path.write_bytes(path.read_bytes()[:10_000])
        case "header only":
            soundfile.write(path, tone(16_000), 16_000)
            path.write_bytes(path.read_bytes()[:30])
        case "no samples":
            soundfile.write(path, tone(16_000, 0), 16_000)
        case "nan" | "inf":
            sound = tone(16_000)
            sound[8_000] = float(what)
            soundfile.write(path, sound, 16_000, subtype="FLOAT")
        case "odd rate":
            soundfile.write(path, tone(16_000), 10)
        case "folder":
            path.mkdir()
        case "flac cut":
            path = folder / "a.flac"
            path.write_bytes(JFK.read_bytes()[:400_000])
        case "picture":
            path = folder / "a.bmp"
            path.write_bytes(b"BM" + bytes(200))
    return path


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("missing", "file is missing"),
        ("empty", "0 bytes"),
        ("text", "not a recording"),
        ("truncated", "truncated"),
        ("header only", "truncated"),
        ("no samples", "holds no sound"),
        ("nan", "not finite, the first at second 0.50"),
        ("inf", "not finite, the first at second 0.50"),
        ("odd rate", "10 Hz is out of range"),
        ("folder", "is a folder"),
        ("flac cut", "truncated"),
        ("picture", "holds no sound"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], what: str, message: str
) -> None:
    path = broken(tmp_path, what)
    with pytest.raises(AudioFileError, match=message) as caught:
        read_audio(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    assert "; " in line or "(" in line  # what to do
    assert capfd.readouterr().err == ""


def test_hours_of_silence_in_a_small_file_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiofile, "LONGEST", 0.5)
    soundfile.write(tmp_path / "a.flac", tone(16_000), 16_000)
    encode_m4a(tmp_path / "a.m4a", 44_100)
    for name in ("a.flac", "a.m4a"):
        with pytest.raises(AudioFileError, match="longer than"):
            read_audio(tmp_path / name)


@pytest.mark.parametrize("shape", [(2_400,), (2_400, 2), (0,)])
def test_what_is_written_is_read_back(tmp_path: Path, shape: tuple[int, ...]) -> None:
    sound = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    write_wav(tmp_path / "a.wav", sound, VOICE_RATE)
    again, rate = soundfile.read(tmp_path / "a.wav", dtype="int16")
    assert rate == VOICE_RATE
    np.testing.assert_array_equal(again, np.rint(sound * 32_767))
    assert [file.name for file in tmp_path.iterdir()] == ["a.wav"]


def test_writing_clips_and_never_writes_nan(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.array([2, -2], np.float32), 24_000)
    assert soundfile.read(tmp_path / "a.wav", dtype="int16")[0].tolist() == [32_767, -32_767]
    with pytest.raises(ValueError, match="not finite"):
        write_wav(tmp_path / "b.wav", np.array([np.nan], np.float32), 24_000)
    assert not (tmp_path / "b.wav").exists()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_wav(tmp_path / "a.wav", np.zeros(10, np.float32), 24_000)
    before = (tmp_path / "a.wav").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AudioFileError, match="No space left"):
        write_wav(tmp_path / "a.wav", np.ones(10, np.float32), 24_000)
    assert (tmp_path / "a.wav").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_an_unwritable_place_is_said(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="cannot be written"):
        write_wav(tmp_path / "none" / "a.wav", np.zeros(1, np.float32), 24_000)
    (tmp_path / "file").touch()
    with pytest.raises(AudioFileError, match="cannot be written"):
        write_wav(tmp_path / "file" / "a.wav", np.zeros(1, np.float32), 24_000)


def test_a_label_is_where_players_look_for_a_comment_and_the_sound_is_the_same(tmp_path):
    sound = (0.3 * np.sin(np.arange(2400) * 0.1)).astype(np.float32)
    write_wav(tmp_path / "plain.wav", sound, VOICE_RATE)
    for label in ("AI-generated speech.", "odd"):
        write_wav(tmp_path / "said.wav", sound, VOICE_RATE, label=label)
        with soundfile.SoundFile(tmp_path / "said.wav") as file:
            assert (file.comment, file.software, file.frames) == (label, "Sotto", 2400)
        np.testing.assert_array_equal(read_audio(tmp_path / "said.wav")[0], read_audio(tmp_path / "plain.wav")[0])
        raw = (tmp_path / "said.wav").read_bytes()
        assert len(raw) == 8 + int.from_bytes(raw[4:8], "little")
