"""Recordings that libsndfile cannot read, as M4A, by FFmpeg: PyAV's where it is installed, else the system's program.

The packaged application lacks PyAV (docs/packaging.md says why), so that it asks for the program `ffmpeg`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from core.types import Samples

PIECE = 1 << 20  # bytes that are taken from the program at once
PATIENCE_S = 30.0  # for it to say what a file is
PROTOCOLS = "file,pipe,crypto,data"  # a file of names must not reach into the network


class Undecodable(Exception):
    """The file is no recording that FFmpeg reads."""


class Absent(Exception):
    """There is no FFmpeg on this computer."""


class Silent(Exception):
    """The file is one that FFmpeg reads, and holds no sound."""


def decode(path: Path) -> tuple[int, Iterator[Samples]]:
    """Return a recording's rate and its pieces as (channels, n) float32; raises Undecodable, Absent or Silent.

    The pieces are decoded as they are asked for, and may raise Undecodable as well.
    """
    try:
        import av

        if not hasattr(av, "open"):  # the bundle's stand-in
            return _by_program(path)
    except ImportError:
        return _by_program(path)
    return _by_library(path)


def _by_library(path: Path) -> tuple[int, Iterator[Samples]]:
    import av

    try:
        with av.open(str(path)) as file:
            if not file.streams.audio:
                raise Silent
            rate = int(getattr(file.streams.audio[0], "rate", 0) or 0)  # a coding that FFmpeg does not know has none
    except (av.FFmpegError, ValueError, OSError) as error:
        raise Undecodable from error
    if not rate:
        raise Undecodable
    return rate, _decoded(path, rate)


def _decoded(path: Path, rate: int) -> Iterator[Samples]:
    import av

    plain = av.AudioResampler(format="fltp", rate=rate)  # channels stay: FFmpeg's own mix to mono is louder
    try:
        with av.open(str(path)) as file:
            for frame in chain(file.decode(audio=0), [None]):
                for piece in plain.resample(frame):
                    yield piece.to_ndarray()
    except (av.FFmpegError, ValueError, OSError) as error:
        raise Undecodable from error


def _by_program(path: Path) -> tuple[int, Iterator[Samples]]:
    reader, asker = shutil.which("ffmpeg"), shutil.which("ffprobe")
    if not reader or not asker:
        raise Absent
    ask = [asker, "-v", "error", "-protocol_whitelist", PROTOCOLS, "-show_streams", "-of", "json", _name(path)]
    try:
        told = subprocess.run(ask, capture_output=True, timeout=PATIENCE_S, check=True, stdin=subprocess.DEVNULL).stdout
        streams: list[dict[str, Any]] = json.loads(told).get("streams", [])
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise Undecodable from error
    sounds = [stream for stream in streams if stream.get("codec_type") == "audio"]
    if not sounds:
        raise Silent
    rate, channels = int(sounds[0].get("sample_rate") or 0), int(sounds[0].get("channels") or 0)
    if not rate or not channels:
        raise Undecodable
    return rate, _piped(reader, path, channels)


def _piped(reader: str, path: Path, channels: int) -> Iterator[Samples]:
    command = [reader, "-v", "error", "-nostdin", "-protocol_whitelist", PROTOCOLS, "-i", _name(path)]
    command += ["-map", "0:a:0", "-f", "f32le", "-c:a", "pcm_f32le", "pipe:1"]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, stdin=subprocess.DEVNULL)
        assert process.stdout is not None
        try:
            with process.stdout:
                while raw := process.stdout.read(PIECE // (4 * channels) * 4 * channels):
                    yield np.frombuffer(raw[: len(raw) // (4 * channels) * 4 * channels], "<f4").reshape(-1, channels).T
            if process.wait() or complaints.tell():
                raise Undecodable
        finally:
            process.kill()
            process.wait()


def _name(path: Path) -> str:
    return f"file:{path.absolute()}"  # never an option, never an address
