"""`sotto voices`: voices of the pack and of one's own: found by chance, recorded, taken in, sent, renamed, deleted."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np

from app import compose
from app.checks import OutputFolder, Problem
from app.published import published
from app.telling import failures, tell
from core.types import VOICE_RATE, Samples
from models.audiofile import SYNTHETIC, read_audio, write_wav
from models.own_voices import SUFFIX
from models.pack import Pack, open_pack
from models.recording import Audition, Script, Take, auditions, examine, listen, script_for
from models.recording.audition import POCKET_TEXT, TEXT
from models.recording.script import POCKET
from models.recording.take import stretches
from models.voices import VoiceCard, load_voice_card

OWN = "the speaker's own: for use with Sotto by those whom they allow it"
QUIET_S = 3.0  # after the last word
DEAF_S = 15.0  # without any sound, after which nothing will come
LEVEL_FRAMES = 3  # of 32 ms between two levels that a program is told


def run(asked: argparse.Namespace) -> int:
    """Do what is asked of the voices."""
    with failures(asked):
        return ACTS[asked.act](asked)


def _list(asked: argparse.Namespace) -> int:
    pack, own = the_pack(asked), compose.own_voices(asked.data)
    cards = {name: load_voice_card(part.folder) for name, part in pack.voices.items()}
    for name, card in (cards | {name: own.card(name) for name in own.names()}).items():
        words = f"{name:16} {card.title} ({card.origin}): {card.description}; {card.consent}"
        tell(asked, "voice", words, **asdict(card) | {"name": name}, own=name not in cards)
    return 0


def _audition(asked: argparse.Namespace) -> int:
    if asked.count < 1:
        raise Problem("so many speakers cannot be invented", f"--count {asked.count}", "give 1 or more")
    pack, out = the_pack(asked), OutputFolder.checked(asked.out) if asked.out else None
    voice = compose.load_inventor(pack, asked.threads, asked.data)
    text = asked.text or (POCKET_TEXT if pack.name == POCKET else TEXT)
    seeds = [asked.seed] if asked.keep else range(asked.seed, asked.seed + asked.count)
    found = False
    try:
        for step in auditions(voice, text, iter(seeds)):
            if isinstance(step, Audition):
                found = True
                _heard(asked, step, out, pack.voice.licence)
            else:
                tell(asked, "speaking", seconds=round(step, 2))
    except ValueError as error:
        raise Problem("there is nothing to say in this text", text, "give words with --text") from error
    if found and not asked.keep and not asked.json:
        print("Keep one with `sotto voices audition --seed N --keep NAME`.")
    return 0


def _heard(asked: argparse.Namespace, one: Audition, out: OutputFolder | None, licence: str) -> None:
    if asked.keep:
        _kept(asked, compose.own_voices(asked.data).keep(one.card(asked.keep, licence), one.sound))
    elif out:
        write_wav(out.file(f"seed-{one.seed}.wav"), one.sound, VOICE_RATE, label=SYNTHETIC)
        file = out.path / f"seed-{one.seed}.wav"
        tell(asked, "audition", f"seed {one.seed}: {file}", seed=one.seed, text=one.text, file=file)
    else:
        tell(asked, "audition", f"seed {one.seed}", seed=one.seed, text=one.text)
        play(one.sound)


def _kept(asked: argparse.Namespace, card: VoiceCard) -> None:
    words = f"Kept as {card.name}. `sotto say --voice {card.name}` speaks with it."
    tell(asked, "kept", words, voice=card.name, title=card.title, file=card.reference)


def _record(asked: argparse.Namespace) -> int:
    pack, own = the_pack(asked), compose.own_voices(asked.data)
    own.free(asked.name)  # or it is refused before anybody has read aloud
    script = script_for(pack.name, pack.languages[0])
    take = from_file(asked.source) if asked.source else from_microphone(asked, script)
    report = examine(take, script, compose.load_transcriber(pack, asked.threads, asked.data))
    if report.reference is None:
        tell(asked, "refused", faults=report.faults, heard=report.heard)
        raise Problem("this take cannot be used", "; ".join(report.faults), "record it again")
    consent = f"spoken on {date.today():%Y-%m-%d}: {script.consent}"
    card = VoiceCard(asked.name, asked.name, report.transcript, "recorded", OWN, consent, "recorded here", Path())
    _kept(asked, own.keep(card, report.reference))
    return 0


def _script(asked: argparse.Namespace) -> int:
    pack = the_pack(asked)
    _shown(asked, script_for(pack.name, pack.languages[0]))
    return 0


def _shown(asked: argparse.Namespace, script: Script) -> None:
    lines = "\n".join(f"    {line}" for line in (*script.lines, script.consent))
    words = f"Read this aloud, with a short pause after each line:\n\n{lines}\n"
    tell(asked, "script", words, lines=script.lines, consent=script.consent, least_s=script.least_s)


def _import(asked: argparse.Namespace) -> int:
    own = compose.own_voices(asked.data)
    if asked.file.suffix == SUFFIX:
        _kept(asked, own.take(asked.file))
        return 0
    lacking = [f"--{name}" for name in ("name", "text", "consent") if not (getattr(asked, name) or "").strip()]
    if lacking:
        what = "a recording needs a name, its words, and its owner's consent"
        raise Problem(what, asked.file, f"add {' '.join(lacking)}")
    pack = the_pack(asked)
    script = replace(script_for(pack.name), lines=(asked.text,), least_s=3.0, most_s=40.0)
    transcriber = compose.load_transcriber(pack, asked.threads, asked.data)
    report = examine(from_file(asked.file), script, transcriber, consent=False)
    if report.reference is None:
        tell(asked, "refused", faults=report.faults, heard=report.heard)
        raise Problem("this recording cannot be used", "; ".join(report.faults), asked.file)
    consent = f"declared on {date.today():%Y-%m-%d}: {asked.consent.strip()}"
    card = VoiceCard(asked.name, asked.name, asked.text, "recorded", OWN, consent, "taken in from a file", Path())
    _kept(asked, own.keep(card, report.reference))
    return 0


def _get(asked: argparse.Namespace) -> int:
    if (found := published(asked)) is not None:
        _kept(asked, compose.own_voices(asked.data).keep(*found))
    elif not asked.json:
        print("Take one with `sotto voices get NAME`.")
    return 0


def _export(asked: argparse.Namespace) -> int:
    path = asked.file if asked.file.suffix == SUFFIX else asked.file.with_name(asked.file.name + SUFFIX)
    compose.own_voices(asked.data).export(asked.name, path, replace=asked.replace)
    tell(asked, "exported", f"Written to {path}.", voice=asked.name, file=path)
    return 0


def _rename(asked: argparse.Namespace) -> int:
    card = compose.own_voices(asked.data).rename(asked.name, asked.title)
    tell(asked, "renamed", f"It is {card.name} now.", voice=card.name, title=card.title)
    return 0


def _delete(asked: argparse.Namespace) -> int:
    compose.own_voices(asked.data).delete(asked.name)
    tell(asked, "deleted", f"Deleted {asked.name}.", voice=asked.name)
    return 0


def _play(asked: argparse.Namespace) -> int:
    card = compose.choose(asked.pack, asked.name, asked.data).card
    wide, _ = read_audio(card.reference)
    if asked.out:
        out = OutputFolder.checked(asked.out.absolute().parent).file(asked.out.name)
        write_wav(out, wide, VOICE_RATE, label=card.label)
    else:
        play(wide)
    return 0


def the_pack(asked: argparse.Namespace) -> Pack:
    """Return the pack that is asked for, or the one in use."""
    return open_pack(compose.pack_folder(asked.pack, asked.data))


def play(sound: Samples) -> None:
    """Play a sound on the loudspeaker; raises Problem where there is none."""
    from core.audio.trial import TrialError, tried
    from core.settings import AudioSettings

    try:
        tried(sound, AudioSettings())
    except TrialError as error:
        raise Problem(error, "on this computer", "see `sotto devices`, or write to files with --out") from error


def from_file(path: Path) -> Take:
    """Return a recording as a take."""
    return Take(*read_audio(path))


def from_microphone(asked: argparse.Namespace, script: Script) -> Take:
    """Let the user read the script, line by line, until they have been quiet for a while after it."""
    from core.audio.link import AudioLink
    from core.settings import AudioSettings

    _shown(asked, script)
    link = AudioLink(AudioSettings(microphone=asked.microphone, echo="leave"), lambda _: None)
    link.start()
    take = Take(np.zeros(0, np.float32), np.zeros(0, np.float32))
    try:
        for frame, (level, take) in enumerate(listen(link.microphone, script.most_s)):
            if asked.json and frame % LEVEL_FRAMES == 0:
                tell(asked, "level", seconds=round(take.seconds, 1), level_db=round(level, 1))
            elif not asked.json:
                print(f"\r{take.seconds:4.0f} s  {'#' * max(0, int(level + 60) // 2):30}", end="", file=sys.stderr)
            if enough(take, script):
                break
    finally:
        link.close()
        if not asked.json:
            print(file=sys.stderr)
    return take


def enough(take: Take, script: Script) -> bool:
    """Tell whether somebody has read for long enough and fallen silent, or nobody is heard at all."""
    if len(take.wide) % (VOICE_RATE // 2) > 768:  # looked at twice a second
        return False
    speech = stretches(take.wide)
    if not speech:
        return take.seconds > DEAF_S
    spoken = sum(end - start for start, end in speech)
    return spoken >= script.least_s and take.seconds - speech[-1][1] > QUIET_S


ACTS: dict[str, Callable[[argparse.Namespace], int]] = {
    "list": _list,
    "audition": _audition,
    "script": _script,
    "record": _record,
    "import": _import,
    "get": _get,
    "export": _export,
    "rename": _rename,
    "delete": _delete,
    "play": _play,
}
