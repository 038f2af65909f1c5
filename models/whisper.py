"""Speech recognition: Whisper through faster-whisper and CTranslate2, with guards against invented text.

One path for every size, from a pocket model with a window of a few seconds to large-v3 with 30 seconds:
cut at quiet points, pad each part to the model's own window, decode, doubt.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.types import EAR_RATE, Samples, Transcript

FILES = ("model.bin", "config.json", "tokenizer.json")
STANDARD_WINDOW = 30  # seconds, of all published Whispers
ANY = "*"
SURE, ENOUGH_S = 0.7, 0.6  # probability of a language that nobody expects, and seconds of speech that it is told from
SPECIALS = ("<|endoftext|>", "<|startoftranscript|>", "<|notimestamps|>")

# CTranslate2 seeds its sampler once a thread, so a sampled second try would not be reproducible. The ladder that
# Whisper climbs by temperature is therefore climbed by search here: wider, then with repetition forbidden.
LADDER: tuple[dict[str, Any], ...] = (
    {"beam_size": 1},
    {"beam_size": 5},
    {"beam_size": 5, "repetition_penalty": 1.2, "no_repeat_ngram_size": 3},
)

# What Whisper writes over silence, breath and music (it learnt from subtitles), without punctuation.
PHANTOMS = frozenset(
    {
        "bye",
        "bye bye",
        "im sorry",
        "ill see you next time",
        "ill see you in the next video",
        "okay",
        "oh",
        "please subscribe",
        "please subscribe to my channel",
        "see you next time",
        "see you in the next video",
        "so",
        "thank you",
        "thank you for watching",
        "thank you so much",
        "thank you so much for watching",
        "thank you very much",
        "thanks",
        "thanks for watching",
        "the end",
        "uh",
        "well be right back",
        "yeah",
        "you",
    }
)
CREDITS = re.compile(
    r"amara\.org|castingwords|[♪♫]|"
    r"\A\W*(?:(?:closed|english) )?(?:subtitles? (?:by|created)|captions? by|transcri(?:bed|ption|pt) by)",
    re.IGNORECASE,
)
NOTICES = re.compile(r"copyright|like and subscribe|www\.\w+", re.IGNORECASE)  # people say these, too
LOOP = re.compile(r"\b(\S.{0,80}?)(?:[\s,.!?;]+\1\b){5,}", re.IGNORECASE)
ANNOTATION = re.compile(r"[\[(*][^\])*]*[\])*]")  # [Music], (laughs), *sighs*


@dataclass(frozen=True)
class Guards:
    """From when on a decoded text is doubted. Log-probabilities are means per token; levels are RMS over 32 ms."""

    level: float = 1e-3  # quieter than this throughout: nothing was said
    speech: float = 0.064  # seconds of speech, as Silero hears it, under which nothing was said
    voiced: float = 0.3  # Silero's probability that counts as speech: low, since it only has to rule out
    no_speech: float = 0.6
    log_prob: float = -1.0  # worse: try again, and with no_speech: nothing was said
    hopeless: float = -1.6  # worse after all tries: not a text
    compression: float = 2.4
    letters: float = 40.0  # in a second of speech; more cannot be spoken
    weak_log_prob: float = -0.7  # a phantom phrase needs better evidence than these
    weak_no_speech: float = 0.3
    weak_speech: float = 0.25
    weak_level: float = 5e-3


@dataclass(frozen=True)
class Decoded:
    """One window's text and what speaks against it."""

    text: str
    log_prob: float
    no_speech: float
    tokens: int

    @property
    def compression(self) -> float:
        """How repetitive the text is: its bytes per byte of zlib."""
        raw = self.text.encode()
        return len(raw) / len(zlib.compress(raw))


@dataclass(frozen=True)
class Evidence:
    """What the sound itself tells about a window, before any decoding."""

    speech: float  # seconds
    level: float  # of the loudest 32 ms


class Transcriber:
    """Words of an utterance, by a Whisper in CTranslate2's format (a core.ports.Transcriber).

    Of the `languages` that may be spoken ("*" is any) the `usual` ones are heard unless another is certain.
    Raises FileNotFoundError or ValueError, with the file's name, for a folder that does not hold such a model.
    Calls are deterministic and independent of each other.
    """

    def __init__(
        self,
        folder: Path,
        *,
        languages: Sequence[str] = ("en",),
        usual: Sequence[str] = (),
        device: str = "cpu",
        compute_type: str = "default",
        threads: int = 1,
        guards: Guards = Guards(),
    ) -> None:
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:  # faster-whisper would ask the network for them
            raise FileNotFoundError(f"{folder / missing[0]}: file is missing; a transcriber needs {', '.join(FILES)}")
        from faster_whisper import WhisperModel
        from faster_whisper.vad import SileroVADModel, get_assets_path

        self._guards = guards
        self._languages = tuple(languages)
        named = tuple(each for each in languages if each != ANY)
        self._usual = tuple(each for each in usual if ANY in languages or each in named) or named or ("en",)
        self._whisper = WhisperModel(
            str(folder), device=device, compute_type=compute_type, cpu_threads=threads, local_files_only=True
        )
        self._silero = SileroVADModel(str(Path(get_assets_path()) / "silero_vad_v6.onnx"))
        self._features = self._whisper.feature_extractor
        self._length = _max_length(folder)
        tokenizer = self._whisper.hf_tokenizer
        self._ids: dict[str, int] = tokenizer.get_vocab(with_added_tokens=True)
        absent = [text for text in SPECIALS if text not in self._ids]
        if absent:
            raise ValueError(f"{folder / 'tokenizer.json'}: token {absent[0]} is missing; this is no Whisper tokenizer")
        self._end = self._ids["<|endoftext|>"]
        # Nothing but text and its end may be sampled; -1 adds the list in the model's own config.json.
        self._suppressed = [-1, *sorted(i for text, i in self._ids.items() if i > self._end)]
        self._check_window(folder)

    @property
    def window(self) -> int:
        """Samples at EAR_RATE that the model hears at once."""
        return int(self._features.n_samples)

    def __call__(self, narrow: Samples) -> Transcript:
        """Return the words of mono samples at EAR_RATE; empty text when nothing was said. ValueError for NaN."""
        if not np.isfinite(narrow).all():
            raise ValueError("samples to transcribe hold values that are not finite")
        language = self._usual[0]
        kept: list[Decoded] = []
        for part in windows(narrow, self.window):
            evidence = self._listen(part)
            if evidence.level < self._guards.level or evidence.speech < self._guards.speech:
                continue
            encoded = self._encode(part)
            if not kept:
                language = self._language(encoded, evidence.speech)
            decoded = believable(self._decode(encoded, language, len(part)), evidence, self._guards)
            if decoded is not None:
                kept.append(decoded)
        if not kept:
            return Transcript("", language, 0.0)
        weight = sum(decoded.tokens + 1 for decoded in kept)
        mean = sum(decoded.log_prob * (decoded.tokens + 1) for decoded in kept) / weight
        return Transcript(" ".join(decoded.text for decoded in kept), language, min(1.0, math.exp(mean)))

    def _listen(self, part: Samples) -> Evidence:
        frames = np.pad(part, (0, -len(part) % 512))  # a copy: Silero's wrapper writes into its input
        level = float(np.sqrt(np.square(frames.reshape(-1, 512), dtype=np.float64).mean(axis=1).max()))
        voiced = np.count_nonzero(self._silero(frames) >= self._guards.voiced)
        return Evidence(float(voiced) * 512 / EAR_RATE, level)

    def _encode(self, part: Samples) -> Any:
        """Return the encoder's output for at most one window; the *sound* is padded, as in Whisper's training."""
        padded = np.pad(part.astype(np.float32), (0, self.window - len(part)))
        return self._whisper.encode(self._features(padded, padding=0))

    def _language(self, encoded: Any, speech: float) -> str:
        if self._languages == self._usual[:1] or not self._whisper.model.is_multilingual:
            return self._usual[0]
        ranked = [(token[2:-2], share) for token, share in self._whisper.model.detect_language(encoded)[0]]
        known = [each for each in ranked if ANY in self._languages or each[0] in self._languages]
        return spoken_language(known, self._usual, speech)

    def _prompt(self, language: str) -> list[int]:
        spoken = (f"<|{language}|>", "<|transcribe|>") if self._whisper.model.is_multilingual else ()
        return [self._ids[text] for text in ("<|startoftranscript|>", *spoken, "<|notimestamps|>")]

    def _decode(self, encoded: Any, language: str, samples: int) -> Decoded:
        """Climb the ladder until a text is neither repetitive nor improbable; else take the most probable."""
        tries: list[Decoded] = []
        for search in LADDER:
            decoded = self._search(encoded, self._prompt(language), samples, search)
            tries.append(decoded)
            unsure = decoded.log_prob < self._guards.log_prob
            if (unsure and decoded.no_speech > self._guards.no_speech) or not (
                unsure or decoded.compression > self._guards.compression
            ):
                return decoded
        plain = [decoded for decoded in tries if decoded.compression <= self._guards.compression]
        return max(plain or tries, key=lambda decoded: decoded.log_prob)

    def _search(self, encoded: Any, prompt: list[int], samples: int, search: dict[str, Any]) -> Decoded:
        # Nobody says more than 12 tokens in a second: a decoder that loops ends there, not at its last position.
        tokens = min(self._length - len(prompt), 16 + 12 * samples // EAR_RATE)
        result = self._whisper.model.generate(
            encoded,
            [prompt],
            max_length=tokens + max(tokens, len(prompt)),  # CTranslate2 gives new tokens half of it
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
            **search,
        )[0]
        ids = [token for token in result.sequences_ids[0] if token < self._end]
        mean = result.scores[0] * len(ids) / (len(ids) + 1) if ids else 0.0  # the score of nothing is NaN
        return Decoded(self._whisper.hf_tokenizer.decode(ids).strip(), mean, result.no_speech_prob, len(ids))

    def _check_window(self, folder: Path) -> None:
        seconds = self._features.chunk_length
        if seconds == STANDARD_WINDOW:
            return
        try:
            self._encode(np.zeros(0, np.float32))
        except ValueError as error:
            raise ValueError(
                f"{folder / 'preprocessor_config.json'}: chunk_length is {seconds} seconds, but the "
                f"model's own window differs: {error}"
            ) from None


def spoken_language(ranked: Sequence[tuple[str, float]], usual: Sequence[str], speech: float) -> str:
    """Return the language of so many seconds of speech, given languages with their probabilities, the best first.

    A language that is not usual here must be probable, and told from more than a word: Whisper takes a cough for Welsh.
    """
    home = next((code for code, _ in ranked if code in usual), usual[0])
    best, share = ranked[0] if ranked else (home, 1.0)
    return best if best in usual or (share >= SURE and speech >= ENOUGH_S) else home


def windows(narrow: Samples, size: int) -> Iterator[Samples]:
    """Yield the samples in parts of at most `size`, cut in the quietest 100 ms of each window's second half."""
    hop = EAR_RATE // 100
    while len(narrow) > size:
        half = size // 2
        power = np.square(narrow[half:size], dtype=np.float64)
        power = power[: len(power) // hop * hop].reshape(-1, hop).sum(axis=1)
        smooth = np.convolve(power, np.ones(10), "valid")
        # The last of equals, so that sound without any pause is cut at the window.
        quietest = len(smooth) - 1 - int(np.argmin(smooth[::-1]))
        end = size if smooth.min() > 0.5 * smooth.mean() else half + (quietest + 5) * hop
        yield narrow[:end]
        narrow = narrow[end:]
    if len(narrow):
        yield narrow


def believable(decoded: Decoded, evidence: Evidence, guards: Guards) -> Decoded | None:
    """Return what may be believed of a window's text, without loops and annotations; None for nothing."""
    silent = decoded.no_speech > guards.no_speech and decoded.log_prob < guards.log_prob
    if silent or decoded.log_prob < guards.hopeless or CREDITS.search(decoded.text):
        return None
    text = LOOP.sub(r"\1", ANNOTATION.sub(" ", decoded.text))
    text = " ".join(text.split())
    plain = Decoded(text, decoded.log_prob, decoded.no_speech, decoded.tokens)
    if not any(letter.isalnum() for letter in text) or plain.compression > guards.compression:
        return None
    if len(text) > 20 + guards.letters * evidence.speech:
        return None
    weak = (
        decoded.log_prob < guards.weak_log_prob
        or decoded.no_speech > guards.weak_no_speech
        or evidence.speech < guards.weak_speech
        or evidence.level < guards.weak_level
    )
    bare = " ".join(re.sub(r"[^\w\s]", "", text.casefold()).split())
    return None if weak and (bare in PHANTOMS or NOTICES.search(text)) else plain


def _max_length(folder: Path) -> int:
    """Return how many positions the decoder has: Whisper's 448 where the folder does not tell."""
    path = folder / "generation_config.json"
    if not path.is_file():
        return 448
    try:
        return int(json.loads(path.read_text("utf-8"))["max_length"])
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path}: max_length is missing or not a number; write max_target_positions there") from None
