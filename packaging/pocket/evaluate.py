"""What the pocket pack can do, measured through the code that loads every pack.

Each stage prints its figures and returns them; `report` writes them all beside the training logs. Texts marked held
out never appeared in training. The independent recogniser is pocketsphinx (`judge`).
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import domain
import judge
import numpy as np
import soxr
from speech import COMPANIONS, MANNERS, SPEAKERS, USERS, say

from app import compose, converse
from core.companion import Companion
from core.records import Notice, TurnRecord
from core.rehearsal import Recording, Take, Tape
from core.settings import Settings, WorkSettings
from core.types import COMPANION, EAR_RATE, USER, VOICE_FRAME, VOICE_RATE, Segment, SpeechFrame
from models.csm import CsmVoice, load_voice
from models.voices import load_voice_card

Figures = dict[str, object]


def held_out_sentences(count: int, seed: int = 5) -> list[str]:
    """Draw templated answers and free recombinations that no training set holds."""
    random_, stock = random.Random(seed), set(domain.stock_replies())
    found: dict[str, None] = {}
    while len(found) < count:
        text = domain.answer(random_) if len(found) % 2 else domain.free(random_)
        if domain.is_held_out(text) and text not in stock:
            found[text] = None
    return list(found)


def segment(voice: CsmVoice, speaker: int, samples: np.ndarray, text: str) -> Segment:
    """Return a recording as a segment of the voice's history."""
    return Segment(speaker, voice.wording(text), voice.encoder.whole(samples))


def speak(voice: CsmVoice, context: list[Segment], text: str, seed: int) -> list[SpeechFrame]:
    """Return all frames of one sentence."""
    return list(voice.speak(context, voice.wording(text), seed))


def sound(frames: list[SpeechFrame]) -> np.ndarray:
    """Return the samples of frames."""
    return np.concatenate([f.samples for f in frames]) if frames else np.zeros(VOICE_FRAME, np.float32)


def reconstruction(voice: CsmVoice, count: int) -> Figures:
    """Compare the recogniser's word error on synthetic speech and on the same speech through the codec."""
    figures: Figures = {}
    for name in COMPANIONS:
        original, decoded = [], []
        for i, text in enumerate(held_out_sentences(count)):
            samples, _ = say(SPEAKERS[name], MANNERS["plain"], text, 9000 + i)
            codes = segment(voice, COMPANION, samples, text).codes
            original.append((text, judge.recognise(samples)))
            decoded.append((text, judge.recognise(decode(voice, codes))))
        figures[name] = {"original": judge.corpus_error(original), "decoded": judge.corpus_error(decoded), "n": count}
    return figures


def decode(voice: CsmVoice, codes: np.ndarray) -> np.ndarray:
    """Return codes (frames, codebooks) as samples, by the streaming decoder."""
    decoder = voice._decoder
    decoder.restart()
    return np.concatenate([decoder(frame) for frame in codes])


def speaking(voice: CsmVoice, references: dict[str, Segment], count: int) -> Figures:
    """Score free-running speech: word error on stock and held-out texts, voice match, length."""
    figures: Figures = {}
    stock = random.Random(3).sample(domain.stock_replies(), count)
    for name, reference in references.items():
        row: Figures = {}
        right, ends = [], []
        for kind, texts in (("stock", stock), ("held_out", held_out_sentences(count, 6))):
            heard, known = [], 0
            for i, text in enumerate(texts):
                samples = sound(speak(voice, [reference], text, i))
                heard.append((text, judge.recognise(samples)))
                known += judge.identified(samples, text)
                right.append(judge.companion_of(samples) == name)
                ends.append(len(samples) / expected(name, text, i))
            row[kind] = {
                "word_error": judge.corpus_error(heard),
                "identified": known / count,
                "n": count,
                "examples": heard[:5],
            }
        row["right_voice"] = float(np.mean(right))
        row["ended_in_time"] = float(np.mean(np.array(ends) <= 1.4))
        row["median_length"] = float(np.median(ends))
        figures[name] = row
    return figures


def expected(name: str, text: str, seed: int) -> int:
    """Return how many samples the synthesiser takes for a text in the plain manner."""
    return len(say(SPEAKERS[name], MANNERS["plain"], text, seed)[0])


def history(
    voice: CsmVoice,
    references: dict[str, Segment],
    pairs: int,
    manners: tuple[str, str] = ("fast", "slow"),
    measure: Callable[[np.ndarray], float] = len,
) -> Figures:
    """Say the same texts after two manners of history; count how often the measure differs as the histories do.

    `none` and `shuffled` are the controls: no history, and histories whose manner is drawn by lot.
    """
    random_ = random.Random(8)
    signs: dict[str, list[float]] = {"real": [], "none": [], "shuffled": []}
    names = list(references)
    for i in range(pairs):
        name, text = names[i % len(names)], random_.choice(domain.stock_replies())
        talk = {m: conversation(voice, name, m, i) for m in manners}
        lot = random_.sample(list(manners), 2) if random_.random() < 0.5 else [random_.choice(manners)] * 2
        contexts = {"real": [talk[m] for m in manners], "none": [[], []], "shuffled": [talk[m] for m in lot]}
        for kind, both in contexts.items():
            made = [speak(voice, [references[name], *c], text, 2 * i + k) for k, c in enumerate(both)]
            first, second = (measure(sound(frames)) for frames in made)
            signs[kind].append(float(first - second))
    return {kind: {"first_smaller": _smaller(v), "mean": float(np.mean(v)), "n": pairs} for kind, v in signs.items()}


def _smaller(differences: list[float]) -> float:
    values = np.array(differences)
    return float((values < 0).mean() + 0.5 * (values == 0).mean())


def conversation(voice: CsmVoice, companion: str, manner: str, seed: int) -> list[Segment]:
    """Return two turns of both speakers in one manner, made by the synthesiser."""
    random_ = random.Random(seed)
    user = random_.choice(["u-awb", "u-kal", "u-f2", "u-m3"])
    made = []
    for i in range(2):
        for speaker, name, text in ((USER, user, domain.ask(random_)), (COMPANION, companion, domain.answer(random_))):
            made.append(segment(voice, speaker, say(SPEAKERS[name], MANNERS[manner], text, seed + i)[0], text))
    return made


def round_trip(pack: Path, turns: int) -> Figures:
    """Hold the demo conversation and `turns` more through the program's own code, and hear the replies with the pack.

    Questions come from all users' voices; the word error is that of the transcript of each spoken reply.
    """
    choice = compose.choose(pack, None)
    engines, random_ = compose.load(choice, threads=1), random.Random(13)
    takes = [compose.heard(file) for file in sorted(converse.QUESTIONS.glob("*.wav"))]
    for i in range(turns):
        who = SPEAKERS[random_.choice(list(USERS))]
        wide = say(who, MANNERS["plain"], domain.ask(random_), 700 + i)[0]
        takes.append(Take(wide, soxr.resample(wide, VOICE_RATE, EAR_RATE)))
    tape, said = Tape(), []
    settings = Settings(work=WorkSettings(begin="commit"))

    def listen(notice: Notice) -> None:
        if isinstance(notice.what, TurnRecord):
            said.append(notice.what)

    with Companion(engines, Recording(takes, tape, settings.segmenter), tape, listen, settings) as companion:
        companion.finish()
    heard = []
    for turn in said:
        if turn.reply:
            narrow = soxr.resample(tape.heard(turn.turn), VOICE_RATE, EAR_RATE)
            heard.append((turn.reply, engines.transcriber(np.pad(narrow, EAR_RATE // 4)).text))
    return {"word_error": judge.corpus_error(heard), "n": len(heard), "turns": len(said), "examples": heard[:10]}


def references(voice: CsmVoice, folder: Path) -> dict[str, Segment]:
    """Return the pack's voices as pinned segments."""
    return {name: compose.reference(load_voice_card(folder / name), voice) for name in COMPANIONS}


def evaluate(pack: Path, file: Path, *, quick: bool = False) -> Figures:
    """Measure the voice and the codec of a pack; write the figures to `file` and return them."""
    voice = load_voice(pack / "csm", pack / "mimi", threads=1)
    known = references(voice, pack / "voices")
    figures: Figures = {"reconstruction": reconstruction(voice, 2 if quick else 30)}
    figures["speaking"] = speaking(voice, known, 2 if quick else 50)
    for name, (manners, measure) in CONTRASTS.items():
        figures[f"history_{name}"] = history(voice, known, 2 if quick else 100, manners, measure)
        file.write_text(json.dumps(figures, indent=1) + "\n")
    figures["round_trip"] = round_trip(pack, 1 if quick else 50)
    file.write_text(json.dumps(figures, indent=1) + "\n")
    return figures


CONTRASTS: dict[str, tuple[tuple[str, str], Callable[[np.ndarray], float]]] = {
    "pace": (("fast", "slow"), len),
    "pitch": (("low", "high"), judge.f0_median),
    "level": (("soft", "loud"), lambda samples: float(np.sqrt(np.mean(samples**2)))),
}
