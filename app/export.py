"""A kept conversation as a file: for people (Markdown), players (SRT, WAV, FLAC), and for ourselves (JSON)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from app import chapters
from app.chapters import Chapter
from app.checks import OutputFolder, Problem
from app.files import write_json, write_text
from app.keep import SCHEMA, told, transcript
from core.store.archive import Archive, Kept, Sitting
from core.store.entries import Speech
from core.store.sound import packed, packed_codes
from core.types import VOICE_RATE, Samples
from core.whole import whole
from models.audiofile import SYNTHETIC

BLOCK = 60 * VOICE_RATE  # samples of both sides in memory at a time
HELD_WITH = ("sotto", "pack", "voice", "seed", "patience", "pace", "codec")
LARGEST = 1 << 30  # bytes of a file of ours, which is read as a whole
LARGEST_WAV = 0xFFFF_0000  # bytes that its header can tell of
SIDES = ("user", "reply")
REPLIES = f"Replies: {SYNTHETIC}"


def markdown(archive: Archive, number: int, path: Path, _: bool) -> None:
    """Write what was said."""
    archive.sittings(number)
    write_text(path, transcript([turn.record for turn in archive.turns(number)]))


def subtitles(archive: Archive, number: int, path: Path, _: bool) -> None:
    """Write what was said, and when, as SubRip; for the two-sided sound."""
    archive.sittings(number)
    cues: list[str] = []
    last = 0
    for turn in archive.turns(number):
        for who, text, start, end in _said(turn, last):
            if text:
                cues.append(f"{len(cues) + 1}\n{_clock(start)} --> {_clock(end)}\n{who}: {' '.join(text.split())}\n")
            last = end
    write_text(path, "\n".join(cues))


def _said(turn: Kept, last: int) -> Iterator[tuple[str, str, int, int]]:
    record = turn.record
    start, end = record.user_start, record.user_end
    if start is None or end is None:  # typed words take no time; they are shown for a second
        start = last if record.reply_start is None else record.reply_start
        end = start + VOICE_RATE
    yield "You", record.user, start, end
    if record.reply_start is not None:
        yield "Sotto", record.reply, record.reply_start, record.reply_start + record.reply_samples
    elif record.reply:
        yield "Sotto", record.reply, end, end + VOICE_RATE  # nor do shown ones


def _clock(samples: int) -> str:
    ms = samples * 1000 // VOICE_RATE
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d},{ms % 1000:03d}"


def sound(archive: Archive, number: int, path: Path, _: bool) -> None:
    """Write both sides' sound on one time line, the user left, Sotto right."""
    _sound(archive, _audible(archive, number, path), path, path)


def _sound(archive: Archive, turns: list[Kept], file: Path, path: Path) -> None:
    import soundfile

    if path.suffix.lower() == ".wav" and 4 * _length(turns) > LARGEST_WAV:
        raise Problem("it is longer than a WAV file can hold", path, "export it as .flac")
    try:
        with whole(file) as part, soundfile.SoundFile(part, "w", VOICE_RATE, 2, "PCM_16") as track:
            track.comment = f"Right side: {SYNTHETIC}"
            for block in _blocks(archive, turns):
                track.write(block)
    except (soundfile.LibsndfileError, AssertionError) as error:  # the latter for what was written in part
        raise Problem("the sound cannot be written", path, "make room there, or choose another place") from error


def with_chapters(archive: Archive, number: int, path: Path, _: bool) -> None:
    """Write both sides' sound as FLAC, each turn a chapter that is called as it begins."""
    turns = _audible(archive, number, path)
    marks = [mark for turn in turns if (mark := _chapter(turn)) is not None]
    with whole(path) as part:
        plain = part.with_name(f"{part.name}.flac")
        try:
            _sound(archive, turns, plain, path)
            chapters.add(plain, part, marks)
        finally:
            plain.unlink(missing_ok=True)


def _chapter(turn: Kept) -> Chapter | None:
    record = turn.record
    start = record.user_start if record.user_start is not None else record.reply_start
    words = record.user or record.reply or "(not understood)"
    return None if start is None else Chapter(max(start, 0), words)


def _audible(archive: Archive, number: int, path: Path) -> list[Kept]:
    archive.sittings(number)
    turns = archive.turns(number)
    if not _length(turns):
        raise Problem("no sound is kept of this conversation", path, "export it as .md, .srt or .json")
    return turns


def _length(turns: list[Kept]) -> int:
    return max((start + size for turn in turns for start, size, _, _ in _pieces(turn)), default=0)


def _blocks(archive: Archive, turns: list[Kept]) -> Iterator[Samples]:
    pieces, length = [piece for turn in turns for piece in _pieces(turn)], _length(turns)
    for at in range(0, length, BLOCK):
        block = np.zeros((min(BLOCK, length - at), 2), np.float32)
        for start, size, turn, side in pieces:
            if start < at + len(block) and start + size > at:
                _lay(block[:, SIDES.index(side)], archive.sound(turn, side), start - at)
        yield block


def _pieces(turn: Kept) -> Iterator[tuple[int, int, Kept, str]]:
    record = turn.record
    if record.user_start is not None and record.user_end is not None:
        yield record.user_start, record.user_end - record.user_start, turn, "user"
    if record.reply_start is not None:
        yield record.reply_start, record.reply_samples, turn, "reply"


def _lay(track: Samples, piece: Samples, at: int) -> None:
    piece = piece[max(-at, 0) :][: len(track) - max(at, 0)]
    track[max(at, 0) :][: len(piece)] += piece


def ours(archive: Archive, number: int, path: Path, with_sound: bool) -> None:
    """Write all of it, so that it can be taken in again; `docs/conversation-json.md` documents it."""
    sittings = archive.sittings(number)
    turns = archive.turns(number)
    sounds = sum(size for turn in turns for _, size, _, _ in _pieces(turn)) if with_sound else 0
    if sounds * 2 * 4 / 3 > LARGEST * 0.9:  # 16 bits, as base64; and room for all else
        what = "with its sound it would be larger than what can be taken in again"
        raise Problem(what, path, "export it as .flac, or with `sotto history export --no-sound`")
    write_json(
        path,
        {
            "schema": SCHEMA,
            "title": archive.title(number),
            **{key: sittings[0].about.get(key) for key in HELD_WITH},
            "sample_rate": VOICE_RATE,
            "label": REPLIES,
            "recordings": [],
            "sittings": [_sitting(each) for each in sittings],
            "turns": [_turn(place, turn, archive, with_sound) for place, turn in enumerate(turns, 1)],
        },
    )


def _sitting(sitting: Sitting) -> dict[str, Any]:
    return {"began": sitting.began, "start": sitting.start, **sitting.about}


def _turn(place: int, turn: Kept, archive: Archive, with_sound: bool) -> dict[str, Any]:
    value = told(place, turn.record, ())
    value |= {"sitting": turn.sitting, "step": turn.step, "typed": turn.record.typed}
    value["reply"]["file"] = None
    if turn.speech:
        value["user"] |= _codes(turn.speech[0])
        phrases = turn.speech[1:]
        value["reply"]["phrases"] = [{"text": s.text, "wording": s.wording} | _codes(s) for s in phrases]
    if with_sound:
        for side in SIDES:
            value[side]["sound"] = _text(packed(archive.sound(turn, side)))
    return value


def _codes(speech: Speech) -> dict[str, Any]:
    if speech.codes is None:
        return {"codebooks": 0, "codes": None}
    return {"codebooks": speech.codes.shape[1], "codes": _text(packed_codes(speech.codes))}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


Form = Callable[[Archive, int, Path, bool], None]
FORMATS: dict[str, Form] = {
    ".md": markdown,
    ".json": ours,
    ".srt": subtitles,
    ".wav": sound,
    ".flac": with_chapters,
}


def chosen(file: Path, *, replace: bool = False) -> tuple[Form, Path]:
    """Return what writes a file of this ending, and where to; raises Problem for what cannot be, or is there."""
    form = FORMATS.get(file.suffix.lower())
    if form is None:
        raise Problem("the format is not known", file, f"let the name end in {' '.join(FORMATS)}")
    if file.exists() and not replace:
        raise Problem("there is such a file already", file, "choose another name")
    return form, OutputFolder.checked(file.absolute().parent).file(file.name)
