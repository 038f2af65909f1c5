"""Sound in files: any recording in, as the ear and the voice hear it; plain WAV out, whole or not at all."""

from __future__ import annotations

import os
import struct
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from core.types import EAR_RATE, VOICE_RATE, Samples
from core.whole import whole
from models import ffmpeg

LONGEST = 30 * 60  # seconds; ten minutes of silence are 87 kB of FLAC, so that a file's size tells nothing
SYNTHETIC = "AI-generated speech."
RATES = range(4_000, 384_001)
UNKNOWN_SIZES = (0, 0xFFFFFFFF, 0x7FFFFFFF, 0xFFFFFFDB)  # what programs write that stream a WAV into a pipe


class AudioFileError(Exception):
    """A recording that cannot be read or written; the message is one line: which file, what, what to do."""


def read_audio(path: Path) -> tuple[Samples, Samples]:
    """Return a recording as (wide, narrow): float32 mono at VOICE_RATE and at EAR_RATE, of the same duration.

    Any format that libsndfile or FFmpeg reads, any rate and channel count, at most LONGEST seconds. Louder than full
    scale is scaled down as a whole. Raises AudioFileError.
    """
    import soxr

    path = Path(path)
    _check_file(path)
    _check_wav_length(path)
    sound, rate = _read(path)
    if rate not in RATES:
        raise AudioFileError(f"{path}: a sample rate of {rate} Hz is out of range; convert it to 16 to 48 kHz")
    if not len(sound):
        raise AudioFileError(f"{path}: holds no sound; record it again")
    broken = np.flatnonzero(~np.isfinite(sound))
    if len(broken):
        raise AudioFileError(
            f"{path}: {len(broken)} samples are not finite, the first at second "
            f"{broken[0] / rate:.2f}; export it again as 16-bit WAV"
        )
    sound = sound / max(1.0, float(np.abs(sound).max()))
    wide = soxr.resample(sound, rate, VOICE_RATE, quality="HQ")
    narrow = soxr.resample(sound, rate, EAR_RATE, quality="HQ")
    size = len(wide) * EAR_RATE // VOICE_RATE  # rounding may differ by a sample; the clocks must not
    narrow = np.pad(narrow, (0, max(0, size - len(narrow))))[:size]
    return _clipped(wide), _clipped(narrow)


def write_wav(path: Path, samples: Samples, rate: int, *, label: str = "") -> None:
    """Write samples, (n,) or (n, channels) in [-1, 1], as 16-bit WAV; `path` appears whole or stays as it was.

    A `label`, as SYNTHETIC, is written into the file's own information, where players show a comment. Louder samples
    are clipped. Raises ValueError for values that are not finite and AudioFileError where the file cannot be written.
    """
    with wav_writer(path, rate, samples.shape[1] if samples.ndim == 2 else 1, label=label) as write:
        write(samples)


@contextmanager
def wav_writer(path: Path, rate: int, channels: int = 1, *, label: str = "") -> Iterator[Callable[[Samples], None]]:
    """Give what appends samples to a 16-bit WAV at once; like `write_wav`, it appears whole or not at all."""
    path = Path(path)
    try:
        with whole(path) as part, part.open("wb") as file:
            with wave.open(file, "wb") as out:
                out.setnchannels(channels)
                out.setsampwidth(2)
                out.setframerate(rate)

                def write(samples: Samples) -> None:
                    if not np.isfinite(samples).all():
                        raise ValueError(f"{path}: samples to write hold values that are not finite")
                    out.writeframes(np.rint(np.clip(samples, -1.0, 1.0) * 32_767).astype("<i2").tobytes())
                    file.flush()

                yield write
            if label:
                _write_label(file, label)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise AudioFileError(f"{path}: cannot be written ({error.strerror or error}); choose another folder") from None


def _write_label(file: BinaryIO, label: str) -> None:
    """Append RIFF's INFO list with a comment and the program's name, and count it in the file's length."""
    text, maker = (part.encode() + b"\0" * (2 - len(part.encode()) % 2) for part in (label, "Sotto"))
    body = b"INFOICMT" + struct.pack("<I", len(text)) + text + b"ISFT" + struct.pack("<I", len(maker)) + maker
    file.seek(0, os.SEEK_END)
    file.write(b"LIST" + struct.pack("<I", len(body)) + body)
    length = file.tell() - 8
    file.seek(4)
    file.write(struct.pack("<I", length))


def _check_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise AudioFileError(f"{path}: is a folder; name a recording in it")
        if not path.exists():
            raise AudioFileError(f"{path}: file is missing; check its name")
        if path.stat().st_size == 0:
            raise AudioFileError(f"{path}: file is empty (0 bytes); record or copy it again")
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise AudioFileError(f"{path}: cannot be opened ({error}); check its name and permissions") from None


def _check_wav_length(path: Path) -> None:
    """Refuse a WAV whose header promises more than there is: libsndfile would read the rest and say nothing."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return
        while len(chunk := file.read(8)) == 8:
            length = int.from_bytes(chunk[4:], "little")
            if chunk[:4] == b"data":
                there = size - file.tell()
                if length not in UNKNOWN_SIZES and length > there:
                    raise AudioFileError(
                        f"{path}: file is truncated: its header promises {length} bytes of sound, "
                        f"{there} are there; copy or record it again"
                    )
                return
            file.seek(length + length % 2, os.SEEK_CUR)
        raise AudioFileError(f"{path}: file is truncated: there is a WAV header but no sound; copy or record it again")


def _read(path: Path) -> tuple[Samples, int]:
    """Return (mono samples, rate) by libsndfile, or else by FFmpeg, which knows more formats."""
    import soundfile

    try:
        file = soundfile.SoundFile(path)
    except soundfile.LibsndfileError:
        return _read_by_ffmpeg(path)
    with file:
        _check_duration(path, file.frames / file.samplerate)
        try:
            sound = _joined([block.mean(axis=1) for block in file.blocks(1 << 18, dtype="float32", always_2d=True)])
        except soundfile.LibsndfileError:
            raise AudioFileError(f"{path}: file is truncated or damaged; copy or record it again") from None
        if len(sound) < file.frames:
            raise AudioFileError(
                f"{path}: file is truncated: its header promises {file.frames} samples, {len(sound)} "
                "are there; copy or record it again"
            )
        return sound, int(file.samplerate)


def _read_by_ffmpeg(path: Path) -> tuple[Samples, int]:
    try:
        rate, pieces = ffmpeg.decode(path)
        return _joined(list(_mixed(path, rate, pieces))), rate
    except ffmpeg.Silent:
        raise AudioFileError(f"{path}: holds no sound; name a recording") from None
    except ffmpeg.Absent:
        raise AudioFileError(
            f"{path}: cannot be read without the program ffmpeg; install it, or use WAV, FLAC, Ogg or MP3"
        ) from None
    except ffmpeg.Undecodable:
        raise AudioFileError(f"{path}: is not a recording that can be read; use WAV, FLAC, Ogg, MP3 or M4A") from None


def _mixed(path: Path, rate: int, pieces: Iterator[Samples]) -> Iterator[Samples]:
    heard = 0
    for piece in pieces:
        heard += piece.shape[1]
        _check_duration(path, heard / rate)
        yield piece.mean(axis=0)


def _check_duration(path: Path, seconds: float) -> None:
    if seconds > LONGEST:
        raise AudioFileError(f"{path}: is longer than {LONGEST // 60} minutes; cut it into parts")


def _joined(blocks: list[Samples]) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *blocks])


def _clipped(samples: Samples) -> Samples:
    return np.clip(samples, -1.0, 1.0).astype(np.float32, copy=False)  # resampling overshoots a little
