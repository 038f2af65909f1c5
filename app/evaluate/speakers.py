"""The voices that can be evaluated: a pack's, any command that writes a WAV, and espeak-ng as the floor.

A command is called with the path of a JSON file as its last argument and must write mono or stereo sound to `out`:

    {"schema": 1, "text": "...", "seed": 7, "out": "/.../said.wav",
     "reference": {"wav": "/.../reference.wav", "text": "..."} or null,
     "history": [{"speaker": "user" or "companion", "text": "...", "wav": "/.../0.wav" or null}, ...]}

The history is in order, the oldest first; `wav` is null where only the text may be known. Exit code 0 is success.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from app import compose
from app.checks import Problem
from core.settings import MemorySettings
from core.types import COMPANION, USER, VOICE_FRAME, VOICE_RATE, Codes, Samples, Segment
from models.audiofile import AudioFileError, read_audio, write_wav

LIMIT_S = 300.0  # for one text


@dataclass(frozen=True, eq=False)
class Line:
    """Something that was said before; `sound` at VOICE_RATE, None where only the words are given."""

    who: Literal["user", "companion"]
    text: str
    sound: Samples | None = None


@dataclass(frozen=True, eq=False)
class Spoken:
    """A text as it was spoken, at VOICE_RATE, and what it took."""

    sound: Samples
    first_s: float  # until the first 80 ms were there; all of it where it does not come in pieces
    took_s: float
    history: int = 0  # positions of context, where the voice tells


class Speaker(Protocol):
    """A voice under evaluation."""

    name: str
    reference: Samples | None  # how it should sound, at VOICE_RATE

    def say(self, text: str, history: Sequence[Line], seed: int) -> Spoken:
        """Speak a text after what was said before; the same arguments give the same sound. Problem if it fails."""
        ...

    def about(self) -> dict[str, object]:
        """Return what a reader must know to repeat it."""
        ...


class PackSpeaker:
    """The voice of a pack, as the companion speaks with it."""

    def __init__(self, choice: compose.Choice, threads: int, data: Path | None = None) -> None:
        self._choice, self._voice = choice, compose.load_voice(choice.pack, threads, data)
        self._reference = compose.reference(choice.card, self._voice)
        self._known: dict[str, Codes] = {}
        self._room = MemorySettings().voice_positions_low
        self.reference: Samples | None = read_audio(choice.card.reference)[0]
        self.name = f"{choice.pack.name}/{choice.voice}"

    def say(self, text: str, history: Sequence[Line], seed: int) -> Spoken:
        """Speak; the model's memory is emptied first, so that nothing depends on what was spoken before."""
        context = [self._reference, *self._fitting([self._segment(line) for line in history])]
        self._voice.prepare(())
        began = time.perf_counter()
        sound: list[Samples] = []
        first = 0.0
        for frame in self._voice.speak(context, self._voice.wording(text), seed):
            first = first or time.perf_counter() - began
            sound.append(frame.samples)
        took = time.perf_counter() - began
        whole = np.concatenate(sound) if sound else np.zeros(VOICE_FRAME, np.float32)
        return Spoken(whole, first, took, self._voice.history.positions)

    def about(self) -> dict[str, object]:
        """Return the pack and the SHA-256 of all its files."""
        pack = self._choice.pack
        parts = {"voice": pack.voice, "codec": pack.codec, "transcriber": pack.transcriber}
        files = {f"{role}/{file.name}": file.sha256 for role, part in parts.items() for file in part.files}
        card = self._choice.card.reference
        files[f"reference/{card.name}"] = hashlib.sha256(card.read_bytes()).hexdigest()
        return {"kind": "pack", "pack": pack.name, "voice": self._choice.voice, "files": files}

    def _segment(self, line: Line) -> Segment:
        who = USER if line.who == "user" else COMPANION
        codes = self._reference.codes[:0] if line.sound is None else self._codes(line.sound)
        return Segment(who, self._voice.wording(line.text), codes)

    def _codes(self, sound: Samples) -> Codes:
        mark = hashlib.sha256(sound.tobytes()).hexdigest()
        if mark not in self._known:
            self._voice.encoder.restart()
            self._known[mark] = self._voice.encoder(np.pad(sound, (0, -len(sound) % VOICE_FRAME)))
        return self._known[mark]

    def _fitting(self, segments: Sequence[Segment]) -> list[Segment]:
        """Return the newest segments that the model's context has room for, each whole."""
        kept: list[Segment] = []
        left = self._room - len(self._reference.codes)
        for segment in reversed(segments):
            left -= len(segment.codes) + len(segment.text) + 5
            if left < 0:
                break
            kept.insert(0, segment)
        return kept


class CommandSpeaker:
    """Any command that is told what to say in a JSON file."""

    def __init__(self, command: str, reference: Path | None = None, transcript: str = "") -> None:
        """Take the command as a shell would split it; raises Problem where there is no such program."""
        self._command = shlex.split(command)
        if not self._command or shutil.which(self._command[0]) is None:
            raise Problem("there is no such program", command, "name one that is on the PATH, or its whole path")
        self._path, self._transcript = reference, transcript
        self.reference = read_audio(reference)[0] if reference else None
        self.name = Path(self._command[0]).name

    def say(self, text: str, history: Sequence[Line], seed: int) -> Spoken:
        """Call the command; Problem with the end of what it said if it fails."""
        with tempfile.TemporaryDirectory(prefix="sotto-evaluate-") as name:
            folder = Path(name)
            request, out = folder / "request.json", folder / "said.wav"
            request.write_text(json.dumps(self._request(folder, text, history, seed)), "utf-8")
            began = time.perf_counter()
            self._call(request)
            took = time.perf_counter() - began
            try:
                return Spoken(read_audio(out)[0], took, took)
            except AudioFileError as error:
                raise Problem(f"the voice command wrote no sound ({error})", shlex.join(self._command)) from error

    def _request(self, folder: Path, text: str, history: Sequence[Line], seed: int) -> dict[str, object]:
        lines = []
        for at, line in enumerate(history):
            wav = None if line.sound is None else folder / f"{at}.wav"
            if wav is not None and line.sound is not None:
                write_wav(wav, line.sound, VOICE_RATE)
            lines.append({"speaker": line.who, "text": line.text, "wav": None if wav is None else str(wav)})
        known = {"wav": str(self._path.absolute()), "text": self._transcript} if self._path else None
        out = str(folder / "said.wav")
        return {"schema": 1, "text": text, "seed": seed, "out": out, "reference": known, "history": lines}

    def _call(self, request: Path) -> None:
        shown = shlex.join(self._command)
        try:
            done = subprocess.run(
                [*self._command, str(request)], capture_output=True, text=True, timeout=LIMIT_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise Problem(
                f"the voice command did not end within {LIMIT_S:g} s", shown, "see whether it waits"
            ) from None
        except OSError as error:
            raise Problem(f"the voice command cannot be started ({error.strerror})", shown, "check it") from None
        if done.returncode != 0:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise Problem(f"the voice command failed with code {done.returncode}", shown, *last)

    def about(self) -> dict[str, object]:
        """Return the command."""
        return {"kind": "command", "command": self._command}


class EspeakSpeaker:
    """espeak-ng, which knows no context: what every voice should be better than."""

    name = "espeak-ng"

    def __init__(self, voice: str = "en-us") -> None:
        if shutil.which("espeak-ng") is None:
            raise Problem("espeak-ng is missing", "on this computer", "apt-get install espeak-ng")
        self._voice = voice
        self.reference: Samples | None = None
        self.reference = self.say("I am here, and I am listening to you. What would you like to know?", (), 0).sound

    def say(self, text: str, history: Sequence[Line], seed: int) -> Spoken:
        """Speak; neither history nor seed change anything."""
        began = time.perf_counter()
        sound = synthesised(text, self._voice)
        took = time.perf_counter() - began
        return Spoken(sound, took, took)

    def about(self) -> dict[str, object]:
        """Return its version."""
        told = subprocess.run(["espeak-ng", "--version"], capture_output=True, text=True, check=False).stdout
        return {"kind": "espeak-ng", "voice": self._voice, "version": told.split("Data at")[0].strip()}


def synthesised(text: str, voice: str = "en-us") -> Samples:
    """Return a text as espeak-ng says it, at VOICE_RATE; phones in [[double brackets]] are taken as they stand."""
    with tempfile.TemporaryDirectory(prefix="sotto-evaluate-") as folder:
        file = Path(folder) / "said.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", file, text], check=True, capture_output=True)
        return read_audio(file)[0]
