"""The independent listener: a recogniser that was not trained here says how well the pocket voice is understood.

pocketsphinx with its bundled English model, either choosing one of the stock replies ("stock", a JSGF grammar: the
identification rate) or writing words of the domain in any order ("domain", a bigram model: the word error). It knows
the domain's sentences, so its figures are a regression gate and no opinion score.
"""

from __future__ import annotations

import math
import random
import subprocess
import tempfile
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import domain
import numpy as np
import pocketsphinx
import soxr

RATE_IN, RATE = 24_000, 16_000
LOUDNESS = 0.08  # RMS given to every clip before it is heard
F0_LOW, F0_HIGH = 65.0, 350.0  # Hz
F0_BORDER = 135.0  # Hz, between the companions tom (102) and ada (173)
DRAWS = 40_000  # sentences that the bigram model is counted from, per kind


def recognise(samples: np.ndarray, kind: str = "domain") -> str:
    """Return the words of one clip (24 kHz mono in [-1, 1]) as plain text; `kind` is "domain" or "stock"."""
    decoder = _decoder(kind)
    decoder.start_utt()
    decoder.process_raw(_pcm(samples), full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return domain.plain(hypothesis.hypstr) if hypothesis else ""


def errors(reference: str, hypothesis: str) -> tuple[int, int]:
    """Return (word edits, reference words) between two texts, compared in plain form."""
    want, got = domain.plain(reference).split(), domain.plain(hypothesis).split()
    row = list(range(len(got) + 1))
    for i, word in enumerate(want, 1):
        corner, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (word != other))
    return row[-1], len(want)


def word_error(reference: str, hypothesis: str) -> float:
    """Return one sentence's word error rate (1.0 = as many edits as reference words)."""
    edits, words = errors(reference, hypothesis)
    return edits / max(1, words)


def corpus_error(pairs: list[tuple[str, str]]) -> float:
    """Return the word error rate over (reference, hypothesis) pairs, each word weighing the same."""
    counts = [errors(reference, hypothesis) for reference, hypothesis in pairs]
    return sum(e for e, _ in counts) / max(1, sum(n for _, n in counts))


def identified(samples: np.ndarray, text: str) -> bool:
    """Say whether a spoken stock reply is picked out of all of them."""
    return recognise(samples, "stock") == domain.plain(text)


def f0_median(samples: np.ndarray, rate: int = RATE_IN) -> float:
    """Return the median fundamental frequency of the voiced frames in Hz; 0.0 where nothing is voiced."""
    size, hop = int(0.04 * rate), int(0.01 * rate)
    if len(samples) < size:
        return 0.0
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop].astype(np.float64)
    level = np.sqrt((frames**2).mean(1))
    frames = frames[level > max(1e-4, 0.3 * np.quantile(level, 0.9))]
    frames = (frames - frames.mean(1, keepdims=True)) * np.hanning(size)
    spectrum = np.abs(np.fft.rfft(frames, 2 * size)) ** 2
    lags = np.fft.irfft(spectrum)[:, :size] / _window_correlation(size)
    lags = lags / np.maximum(lags[:, :1], 1e-12)
    low, high = int(rate / F0_HIGH), min(size - 1, int(rate / F0_LOW))
    peaks = [_first_peak(row, low, high) for row in lags]
    pitches = [rate / lag for lag, strength in peaks if strength > 0.5]
    return float(np.median(pitches)) if pitches else 0.0


def companion_of(samples: np.ndarray) -> str:
    """Name the companion voice that a clip's pitch belongs to: "ada" or "tom"."""
    return "ada" if f0_median(samples) > F0_BORDER else "tom"


def _first_peak(row: np.ndarray, low: int, high: int) -> tuple[int, float]:
    """Return (lag, strength) of the shortest lag that is nearly as good as the best: avoids octave errors."""
    part = row[low : high + 1]
    best = part.max()
    inner = part[1:-1]
    tops = np.flatnonzero((inner >= part[:-2]) & (inner >= part[2:]) & (inner > 0.87 * best)) + 1
    lag = int(tops[0]) if len(tops) else int(part.argmax())
    return low + lag, float(part[lag])


@lru_cache(maxsize=4)
def _window_correlation(size: int) -> np.ndarray:
    spectrum = np.abs(np.fft.rfft(np.hanning(size), 2 * size)) ** 2
    lags = np.fft.irfft(spectrum)[:size]
    return np.maximum(lags / lags[0], 0.05)


def _pcm(samples: np.ndarray) -> bytes:
    samples = soxr.resample(np.asarray(samples, np.float32), RATE_IN, RATE)
    samples = samples * (LOUDNESS / max(1e-5, float(np.sqrt(np.mean(samples**2)))))
    samples = np.pad(samples, int(0.15 * RATE))
    samples = samples + np.random.default_rng(0).normal(0, 1e-4, len(samples))
    return np.round(np.clip(samples, -0.99, 0.99) * 32767).astype(np.int16).tobytes()


@lru_cache(maxsize=2)
def _decoder(kind: str) -> pocketsphinx.Decoder:
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "words.dict"
        words.write_text(pronunciations(frozenset(_words())))
        rules = Path(folder) / kind
        rules.write_text(grammar() if kind == "stock" else bigrams(_sentences()))
        source = {"jsgf": str(rules)} if kind == "stock" else {"lm": str(rules)}
        return pocketsphinx.Decoder(
            hmm=pocketsphinx.get_model_path("en-us/en-us"),
            dict=str(words),
            samprate=float(RATE),
            loglevel="FATAL",
            **source,
        )


@lru_cache(maxsize=1)
def _sentences() -> tuple[str, ...]:
    random_ = random.Random(7)
    drawn = [make(random_) for make in (domain.ask, domain.answer, domain.free) for _ in range(DRAWS)]
    return tuple(domain.plain(text) for text in (*drawn, *(domain.stock_replies() * 40)))


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    return tuple(sorted({word for text in _sentences() for word in text.split()} | set(domain.vocabulary())))


def grammar() -> str:
    """Return a JSGF grammar that accepts exactly the stock replies."""
    lines = " |\n ".join(sorted({domain.plain(reply) for reply in domain.stock_replies()}))
    return f"#JSGF V1.0;\ngrammar stock;\npublic <reply> =\n {lines} ;\n"


@lru_cache(maxsize=1)
def pronunciations(words: frozenset[str]) -> str:
    """Return a pocketsphinx dictionary of `words`: the bundled entries, and flite's phones for words not in it."""
    known = defaultdict(list)
    for line in Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")).read_text().splitlines():
        word, _, phones = line.partition(" ")
        known[word.split("(")[0]].append(phones.strip())
    entries = {word: known.get(word) or [_spoken(word)] for word in sorted(words)}
    return "".join(
        f"{word}{f'({i})' if i > 1 else ''} {phones}\n"
        for word, many in entries.items()
        for i, phones in enumerate(many, 1)
    )


def _spoken(word: str) -> str:
    """Ask flite how it says a word that the dictionary lacks."""
    out = subprocess.run(
        ["flite", "-voice", "slt", "-ps", "-t", word, "-o", "none"], check=True, capture_output=True, text=True
    ).stdout
    return " ".join({"ax": "AH", "axr": "ER"}.get(p, p.upper()) for p in out.split() if p != "pau")


def bigrams(sentences: tuple[str, ...], discount: float = 0.5) -> str:
    """Return an ARPA bigram model of plain sentences, with absolute discounting (log10 probabilities)."""
    ones: Counter[str] = Counter()
    twos: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        words = ["<s>", *sentence.split(), "</s>"]
        ones.update(words[1:])
        for first, second in pairwise(words):
            twos[first][second] += 1
    total = sum(ones.values())
    chance = {word: count / total for word, count in ones.items()}
    one_lines, two_lines = [], []
    for word in ["<s>", *sorted(ones)]:
        after = twos.get(word, Counter())
        count = sum(after.values())
        spare = discount * len(after) / count if count else 1.0
        back_off = math.log10(spare)
        weight = math.log10(chance[word]) if word in chance else -99.0
        one_lines.append(f"{weight:.4f}\t{word}\t{back_off:.4f}")
        for next_, times in sorted(after.items()):
            part = (times - discount) / count + spare * chance[next_]  # interpolated, so that rare pairs stay smooth
            two_lines.append(f"{math.log10(part):.4f}\t{word}\t{next_}")
    return "\n".join(
        [
            "\\data\\",
            f"ngram 1={len(one_lines)}",
            f"ngram 2={len(two_lines)}",
            "",
            "\\1-grams:",
            *one_lines,
            "",
            "\\2-grams:",
            *two_lines,
            "",
            "\\end\\",
            "",
        ]
    )
