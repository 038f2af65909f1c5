"""A listening test after Sesame's comparative opinion score: a page with blind pairs, and what its ratings say.

The page holds everything and sends nothing: at the end it gives each rater a JSON file. Which clip is whose stands in
the key beside it, not in the page.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.checks import Problem
from app.evaluate.basics import asked as questions
from app.evaluate.conclusion import read_run
from app.evaluate.listening_page import listening_page
from app.evaluate.page import data_address
from app.evaluate.work import samples_of
from app.files import write_json, write_text
from core.evaluation.ratings import Rating, verdict
from core.evaluation.words import plain_words
from core.types import VOICE_RATE, Samples
from models.audiofile import read_audio

BEFORE_S = 90.0  # of the conversation that may be played before a pair
CATCHES = 5  # pairs for each pair of a catch
SPOILT = 0.02  # level of the noise in a clip that nobody can prefer
FORMATS = (".wav", ".flac", ".ogg", ".mp3", ".m4a")


@dataclass(frozen=True, eq=False)
class Clip:
    """A text as somebody said it."""

    text: str
    sound: Samples


@dataclass(frozen=True, eq=False)
class Pair:
    """Two ways to say the same; `catch` is "same" or "spoilt" for pairs whose answer is known."""

    text: str
    one: Samples
    other: Samples
    before: Samples | None = None
    catch: str = ""


def run(asked: argparse.Namespace) -> int:
    """Make a test, or score its ratings; 0."""
    return make(asked) if asked.step == "make" else score(asked)


def make(asked: argparse.Namespace) -> int:
    """Write the page and its key."""
    chance = random.Random(asked.seed)
    pairs = list(_in_context(asked.one, asked.other) if asked.context else _alone(asked.one, asked.other))
    if not pairs:
        raise Problem(
            "the two have nothing in common", f"{asked.one} and {asked.other}", "choose runs of the same texts"
        )
    pairs = chance.sample(pairs, min(asked.pairs, len(pairs)))
    pairs += list(_catches(pairs, chance))
    names = _names(asked.one, asked.other)
    rows, key = [], {}
    for at, pair in enumerate(pairs):
        number = hashlib.sha256(f"{asked.seed}/{at}/{pair.text}".encode()).hexdigest()[:12]
        swapped = chance.random() < 0.5
        sounds = [pair.other, pair.one] if swapped else [pair.one, pair.other]
        x, y = (data_address(sound) for sound in sounds)
        before = None if pair.before is None else data_address(pair.before)
        rows.append({"id": number, "x": x, "y": y, "text": pair.text, "before": before})
        key[number] = {"x": 1 if swapped else 0, "catch": pair.catch, "text": pair.text}
    chance.shuffle(rows)  # catches come anywhere
    test = hashlib.sha256("".join(f"{row['id']}{row['x']}{row['y']}" for row in rows).encode()).hexdigest()[:16]
    write_text(asked.out, listening_page(test, rows, context=asked.context))
    write_json(_key_path(asked.out), {"schema": 1, "test": test, "names": names, "pairs": key})
    print(
        f"{asked.out}: {len(rows)} pairs, {len(key) - len([1 for each in key.values() if each['catch']])} to be rated"
    )
    print(f"{_key_path(asked.out)}: the key, not for raters")
    return 0


def _key_path(out: Path) -> Path:
    return out.with_name(f"{out.stem}.key.json")


def _names(one: Path, other: Path) -> list[str]:
    names = [str(read_run(each)["plan"]["speaker"]) if _is_run(each) else each.name for each in (one, other)]
    same = names[0] == names[1] and one.resolve() != other.resolve()
    return [f"{name} ({each.name})" for name, each in zip(names, (one, other), strict=True)] if same else names


def _is_run(folder: Path) -> bool:
    return (folder / "results.json").is_file()


def _rows(run: Path, suite: str) -> list[dict[str, Any]]:
    """Return those results of a run that left a clip."""
    return [each for each in read_run(run)["suites"].get(suite, {"results": []})["results"] if "" in each["clips"]]


def _clips(folder: Path, suite: str) -> dict[str, Clip]:
    """Return clips of a run, or a folder's recordings, by their words."""
    if _is_run(folder):
        return {_words(each["facts"]["text"]): _spoken(folder, each) for each in _rows(folder, suite)}
    if not folder.is_dir():
        raise Problem("there is no such folder", folder, "name a run or a folder of recordings")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in FORMATS)
    clips = [Clip(_told(path), read_audio(path)[0]) for path in files]
    return {_words(clip.text): clip for clip in clips}


def _spoken(folder: Path, each: dict[str, Any]) -> Clip:
    return Clip(each["facts"]["text"], samples_of(folder, each["clips"][""]))


def _told(recording: Path) -> str:
    """Return what is said in a recording: as the text file beside it has it, or else as it is named."""
    beside = recording.with_suffix(".txt")
    return beside.read_text("utf-8").strip() if beside.is_file() else recording.stem


def _words(text: str) -> str:
    return " ".join(plain_words(text))


def _alone(one: Path, other: Path) -> Iterator[Pair]:
    ours, theirs = _clips(one, "sentences"), _clips(other, "sentences")
    for words, clip in ours.items():
        if words in theirs:
            yield Pair(clip.text, clip.sound, theirs[words].sound)


def _in_context(one: Path, other: Path) -> Iterator[Pair]:
    """Yield replies of the long conversation, with what came before, and the same words of the other.

    Of another run it is the same turn, since each text comes twice in so long a conversation.
    """
    if not _is_run(one):
        raise Problem("what came before is known of runs only", one, "leave out --context, or name a run")
    rows = sorted(_rows(one, "drift"), key=lambda each: each["unit"])
    turns = _is_run(other) and one.resolve() != other.resolve()
    theirs = (
        {each["unit"]: _spoken(other, each) for each in _rows(other, "drift")} if turns else _clips(other, "sentences")
    )
    said: list[Samples] = []
    asked = questions()
    for at, row in enumerate(rows):
        question = asked[int(row["unit"]) % len(asked)].sound
        said += [question] if question is not None else []
        clip = _spoken(one, row)
        words = _words(clip.text)
        known = theirs.get(row["unit"] if turns else words)
        if at and known is not None and _words(known.text) == words:
            yield Pair(clip.text, clip.sound, known.sound, _last(said))
        said.append(clip.sound)


def _last(said: Sequence[Samples]) -> Samples:
    gap = np.zeros(VOICE_RATE // 3, np.float32)
    whole = np.concatenate([part for sound in said for part in (sound, gap)])
    return whole[-round(BEFORE_S * VOICE_RATE) :]


def _catches(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    for at in range(max(2, len(pairs) // CATCHES)):
        pair = pairs[at % len(pairs)]
        if at % 2:
            yield Pair(pair.text, pair.one, pair.one, pair.before, "same")
            continue
        noise = np.random.default_rng(chance.randrange(1 << 30)).normal(0, SPOILT * 5, len(pair.one))
        yield Pair(pair.text, pair.one, np.clip(pair.one + noise, -1, 1).astype(np.float32), pair.before, "spoilt")


def score(asked: argparse.Namespace) -> int:
    """Print what the ratings say."""
    ratings: list[Rating] = []
    names: list[str] = []
    test = ""
    for path in asked.ratings:
        told = _read(path, "ratings")
        if told["test"] != test and test:
            raise Problem("these are ratings of different tests", path, "score each test's by itself")
        test = told["test"]
        key = _read(_find_key(path, told["test"]), "pairs")
        names = key["names"]
        ratings += [_rating(path, told, row, key["pairs"]) for row in told["ratings"]]
    found = verdict(ratings)
    print(found.told(names))
    if asked.json:
        write_json(asked.json, {"schema": 1, "names": names, **found.plain()})
    return 0


def _read(path: Path, wanted: str) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
        if not isinstance(value, dict) or not isinstance(value["test"], str) or not value[wanted]:
            raise ValueError("not what the page wrote")
    except (OSError, ValueError, KeyError) as error:
        raise Problem(f"the {wanted} cannot be read ({error})", path, "name files that the test's page gave") from error
    return value


def _find_key(path: Path, test: str) -> Path:
    for key in sorted(path.parent.glob("*.key.json")):
        if _read(key, "pairs")["test"] == test:
            return key
    raise Problem("the test's key is not beside the ratings", path, "put its .key.json into the same folder")


def _rating(path: Path, told: dict[str, Any], row: Any, pairs: dict[str, Any]) -> Rating:
    try:
        key, value = pairs[row["id"]], float(row["x_over_y"])
        if not -3 <= value <= 3:
            raise ValueError(f"{value} is no rating")
    except (KeyError, TypeError, ValueError) as error:
        raise Problem(f"a rating cannot be used ({error})", path, "leave the file as the page wrote it") from error
    return Rating(str(told.get("rater", path.stem)), row["id"], -value if key["x"] else value, key["catch"])
