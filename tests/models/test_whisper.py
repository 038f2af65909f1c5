"""The transcriber on a tiny Whisper with an eight-second window that has learnt one recording by heart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny_whisper
from hypothesis import given
from hypothesis import strategies as st

from core.types import EAR_RATE, Samples
from models.whisper import PHANTOMS, Decoded, Evidence, Guards, Transcriber, believable, spoken_language, windows

FIRST = "And so my fellow Americans: ask not what your country can do for you,"
SECOND = "ask what you can do for your country."
WINDOW = tiny_whisper.CHUNK_SECONDS * EAR_RATE
SURE = Evidence(speech=3.0, level=0.1)
NOISE = np.random.default_rng(0)
SOUNDS: dict[str, Callable[[], Samples]] = {
    "nothing": lambda: np.zeros(0, np.float32),
    "one sample": lambda: np.ones(1, np.float32),
    "digital silence": lambda: np.zeros(5 * EAR_RATE, np.float32),
    "faint noise": lambda: (1e-4 * NOISE.standard_normal(5 * EAR_RATE)).astype(np.float32),
    "loud noise": lambda: (0.1 * NOISE.standard_normal(20 * EAR_RATE)).astype(np.float32),
    "a tone": lambda: (0.3 * np.sin(np.arange(5 * EAR_RATE) * 440 * 2 * np.pi / EAR_RATE)).astype(np.float32),
}


@pytest.fixture(scope="module")
def folder(jfk: Samples, tmp_path_factory: pytest.TempPathFactory) -> Path:
    first, second = windows(jfk, WINDOW)
    silence = np.zeros(EAR_RATE, np.float32)
    return tiny_whisper.make(tmp_path_factory.mktemp("whisper"), [(first, FIRST), (second, SECOND), (silence, "")])


@pytest.fixture(scope="module")
def transcriber(folder: Path) -> Transcriber:
    return Transcriber(folder)


def test_long_speech_is_heard_window_by_window(transcriber: Transcriber, jfk: Samples) -> None:
    heard = transcriber(jfk)
    assert heard.text == f"{FIRST} {SECOND}"
    assert heard.language == "en"
    assert 0.8 < heard.confidence <= 1


def test_the_same_sound_gives_the_same_words_whatever_came_before(transcriber: Transcriber, jfk: Samples) -> None:
    first = transcriber(jfk[: 4 * EAR_RATE])
    transcriber(jfk[::-1].copy())
    assert transcriber(jfk[: 4 * EAR_RATE]) == first


def test_features_are_those_of_training(transcriber: Transcriber, jfk: Samples) -> None:
    from transformers import WhisperFeatureExtractor

    part = jfk[: 3 * EAR_RATE]
    trained = WhisperFeatureExtractor(feature_size=80, chunk_length=8)(part, sampling_rate=EAR_RATE)
    heard = transcriber._features(np.pad(part, (0, WINDOW - len(part))), padding=0)
    np.testing.assert_allclose(heard, trained.input_features[0], atol=1e-4)


@pytest.mark.parametrize("sound", SOUNDS)
def test_no_speech_gives_no_text(transcriber: Transcriber, sound: str) -> None:
    assert transcriber(SOUNDS[sound]()).text == ""


def test_babbling_of_an_untrained_model_is_not_believed(tmp_path: Path, jfk: Samples) -> None:
    transcriber = Transcriber(tiny_whisper.make(tmp_path))
    assert transcriber(jfk).text == ""


def test_a_multilingual_model_chooses_among_the_packs_languages(tmp_path: Path, jfk: Samples) -> None:
    folder = tiny_whisper.make_multilingual(tmp_path)
    credulous = Guards(hopeless=-99, log_prob=-99, compression=99, letters=1e6, weak_log_prob=-99)
    for languages in (("de",), ("de", "fr"), ("fr", "de", "en")):
        transcriber = Transcriber(folder, languages=languages, guards=credulous)
        assert transcriber._whisper.model.is_multilingual
        heard = transcriber(jfk)
        assert heard.language in languages
        names = ["<|startoftranscript|>", f"<|{heard.language}|>", "<|transcribe|>", "<|notimestamps|>"]
        tokenizer = transcriber._whisper.hf_tokenizer
        assert transcriber._prompt(heard.language) == [tokenizer.token_to_id(name) for name in names]


def test_a_language_that_nobody_expects_must_be_probable_and_told_from_more_than_a_word() -> None:
    english = [("en", 0.9), ("cy", 0.1)]
    german, guess = [("de", 0.95), ("en", 0.04)], [("cy", 0.5), ("la", 0.3), ("en", 0.1)]
    assert spoken_language(english, ("en",), 0.3) == "en"
    assert spoken_language(german, ("en",), 2.0) == "de"
    assert spoken_language(german, ("en",), 0.3) == "en"
    assert spoken_language(guess, ("en",), 2.0) == "en"
    assert spoken_language(guess, ("la", "en"), 2.0) == "la"
    assert spoken_language([], ("en",), 2.0) == "en"


def test_a_recogniser_of_any_language_hears_the_usual_one_in_babble(tmp_path: Path, jfk: Samples) -> None:
    folder = tiny_whisper.make_multilingual(tmp_path)
    credulous = Guards(hopeless=-99, log_prob=-99, compression=99, letters=1e6, weak_log_prob=-99)
    assert Transcriber(folder, languages=("*",), usual=("fr",), guards=credulous)(jfk).language == "fr"


def test_samples_that_are_not_finite_are_refused(transcriber: Transcriber) -> None:
    with pytest.raises(ValueError, match="not finite"):
        transcriber(np.full(EAR_RATE, np.nan, np.float32))


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json"])
def test_a_missing_file_is_named_and_never_fetched(folder: Path, tmp_path: Path, name: str) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{name}: file is missing"):
        Transcriber(copy)


def test_a_window_that_is_not_the_models_own_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "preprocessor_config.json").write_text(json.dumps({"feature_size": 80, "chunk_length": 10}))
    with pytest.raises(ValueError, match="chunk_length is 10 seconds"):
        Transcriber(copy)


def test_a_tokenizer_without_whispers_tokens_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    text = (copy / "tokenizer.json").read_text("utf-8").replace("<|notimestamps|>", "<|other|>")
    (copy / "tokenizer.json").write_text(text, "utf-8")
    with pytest.raises(ValueError, match=r"<\|notimestamps\|> is missing"):
        Transcriber(copy)


@given(length=st.integers(0, 70_000), seed=st.integers(0, 9))
def test_windows_lose_nothing_and_are_never_too_long(length: int, seed: int) -> None:
    sound = np.random.default_rng(seed).standard_normal(length).astype(np.float32)
    parts = list(windows(sound, 16_000))
    assert all(8_000 <= len(part) <= 16_000 for part in parts[:-1])
    np.testing.assert_array_equal(np.concatenate([*parts, np.zeros(0, np.float32)]), sound)


def test_windows_are_cut_in_pauses() -> None:
    sound = np.random.default_rng(0).standard_normal(32_000).astype(np.float32)
    sound[11_200:13_600] = 0
    first = next(windows(sound, 16_000))
    assert 11_200 <= len(first) <= 13_600
    assert len(next(windows(np.ones(32_000, np.float32), 16_000))) == 16_000


def text_of(text: str, evidence: Evidence = SURE, *, log_prob: float = -0.2, no_speech: float = 0.01) -> str | None:
    kept = believable(Decoded(text, log_prob, no_speech, 10), evidence, Guards())
    return kept and kept.text


def test_plain_words_are_believed() -> None:
    assert text_of("What is the weather like today?") == "What is the weather like today?"
    assert text_of("no, no, no!") == "no, no, no!"


@pytest.mark.parametrize("phantom", sorted(PHANTOMS))
def test_phantoms_need_good_evidence(phantom: str) -> None:
    said = phantom.capitalize() + "!"
    assert text_of(said) == said
    assert text_of(said, replace(SURE, level=2e-3)) is None
    assert text_of(said, replace(SURE, speech=0.1)) is None
    assert text_of(said, no_speech=0.5) is None
    assert text_of(said, log_prob=-0.9) is None


@pytest.mark.parametrize(
    "text", ["Is a song still under copyright?", "Go to www.example.com.", "Please like and subscribe!"]
)
def test_notices_need_good_evidence(text: str) -> None:
    assert text_of(text) == text
    assert text_of(text, no_speech=0.5) is None
    assert text_of(text, log_prob=-0.9) is None


def test_words_of_credits_amid_a_sentence_are_believed() -> None:
    for said in ("Are subtitles by fans any good?", "It was transcribed by hand.", "Who makes captions by hand today?"):
        assert text_of(said) == said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "♪♪",
        "[Music]",
        "(laughs)",
        "Subtitles by the Amara.org community",
        "Transcription by CastingWords",
        "Subtitles by John Smith",
        "- Transcribed by https://otter.ai",
        "ha" * 100,
    ],
)
def test_what_nobody_says_is_never_believed(text: str) -> None:
    assert text_of(text) is None


def test_silence_and_hopeless_guesses_are_not_believed() -> None:
    assert text_of("It is raining.", no_speech=0.8, log_prob=-1.2) is None
    assert text_of("It is raining.", log_prob=-2.0) is None
    assert text_of("a long story that does not fit into so little speech at all", replace(SURE, speech=0.2)) is None


def test_loops_are_cut_and_annotations_removed() -> None:
    assert text_of("I think so. " + "I do not know. " * 12) == "I think so. I do not know."
    assert text_of("[door] Come in (laughs), please.") == "Come in , please."
