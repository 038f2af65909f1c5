"""The pocket recogniser's recipe: features equal to faster-whisper's, honest scenes, a few steps to a folder."""

import json
import random
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "packaging" / "pocket"))
pytest.importorskip("pocketsphinx")
import listener
import scenes
import speech
import takeover
import torch


def tones(seconds: float, seed: int) -> np.ndarray:
    time = np.arange(int(seconds * scenes.RATE)) / scenes.RATE
    pitch = 120 + 60 * np.random.default_rng(seed).random()
    return (0.1 * sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 9))).astype(np.float32)


@pytest.fixture
def corpus(tmp_path) -> Path:
    """A corpus of buzzes instead of speech: one shard in the format of `speech.make`."""
    folder = tmp_path / "speech"
    folder.mkdir()
    clips, audio, at = [], [], 0
    random_ = random.Random(0)
    for i in range(24):
        samples = scenes.soxr.resample(tones(0.8 + i / 12, i), scenes.RATE, speech.RATE)
        speaker = random_.choice(list(speech.SPEAKERS))
        clips.append(
            asdict(
                speech.Clip(speaker, "plain", f"How are you number {i}", i % 6 == 5, "0000.raw", at, len(samples), [])
            )
        )
        audio.append(np.round(samples * 32767).astype(np.int16))
        at += len(samples)
    np.concatenate(audio).tofile(folder / "0000.raw")
    (folder / "0000.json").write_text(json.dumps(clips))
    return folder


def test_features_equal_faster_whispers_for_assembled_sound():
    sound = np.pad(tones(2.0, 1), 400)
    whole = np.pad(sound, (3200, 8 * scenes.RATE - 3200 - len(sound)))
    theirs = scenes.FeatureExtractor(chunk_length=8)(whole, padding=0).T
    power = np.pad(scenes.power(sound), ((20, 0), (0, 0)), constant_values=scenes.FLOOR)
    ours = np.pad(scenes.features(power), ((0, 800 - len(power)), (0, 0)), mode="minimum")
    np.testing.assert_allclose(ours[:-1], theirs[:-1], atol=0.02)
    np.testing.assert_allclose(scenes.features(scenes.power(whole)), theirs, atol=1e-5)


def test_held_out_sentences_and_strangers_are_not_learnt(corpus, tmp_path):
    heard = scenes.hear(corpus, tmp_path)
    clips = speech.Corpus(corpus).clips
    kept = [clip.text for clip in clips if not clip.held_out and clip.speaker not in speech.STRANGERS]
    assert [text for _, _, text, _ in heard.index] == kept
    assert len(kept) < len(clips)
    assert heard.frames.shape == (sum(length for _, length, _, _ in heard.index), scenes.MELS)


def test_scenes_fit_the_window_and_some_are_empty(corpus, tmp_path):
    stage = scenes.Stage(scenes.hear(corpus, tmp_path), scenes.make_noise(corpus, tmp_path), seed=1)
    drawn = [stage.draw() for _ in range(300)]
    assert all(2 <= len(scene.features) <= scenes.FRAMES for scene in drawn)
    assert all(np.isfinite(scene.features).all() for scene in drawn)
    assert 3 < sum(not scene.text for scene in drawn) < 45
    assert any(scene.text.count("How") == 2 for scene in drawn)


def test_silence_teaches_no_speech(tmp_path):
    tokenizer = listener.learn_tokenizer(tmp_path / "tokenizer.json", listener.QUICK)
    given, wanted = listener.targets(tokenizer, ["", "How are you?"])
    names = [[tokenizer.id_to_token(i) for i in row if i >= 0] for row in wanted.tolist()]
    assert names[0] == ["<|nospeech|>", "<|endoftext|>"]
    assert (names[1][0], names[1][-1]) == ("<|notimestamps|>", "<|endoftext|>")
    assert tokenizer.decode(wanted[1][wanted[1] >= 0].tolist()) == " How are you?"
    assert given[:, 0].tolist() == [tokenizer.token_to_id("<|startoftranscript|>")] * 2


def test_noise_is_mixed_at_its_level():
    noise = scenes.noise("white", 16_000, np.random.default_rng(0), [])
    assert np.sqrt(np.mean(noise**2)) == pytest.approx(1.0, abs=0.01)
    sound = tones(1.0, 2)
    added = listener.mixed(sound, noise, 10.0) - sound
    assert 10 * np.log10(np.mean(sound**2) / np.mean(added**2)) == pytest.approx(10.0, abs=0.5)


def test_a_few_steps_end_in_a_folder_that_the_program_hears_with(corpus, tmp_path):
    if not (shutil.which("flite") and shutil.which("espeak-ng")):
        pytest.skip("the test voices need flite and espeak-ng")
    from models.whisper import Transcriber

    figures = listener.make(corpus, tmp_path / "work", tmp_path / "pack", quick=True)
    assert figures["WER clean"] >= 0.0
    assert figures["text from silence or noise"] == 0.0
    assert Transcriber(tmp_path / "pack").window == 8 * scenes.RATE
    done = (tmp_path / "work" / "whisper.pt").stat().st_mtime_ns
    listener.make(corpus, tmp_path / "work", tmp_path / "pack", quick=True)  # resumes: nothing is left to learn
    assert (tmp_path / "work" / "whisper.pt").stat().st_mtime_ns == done


def test_an_exported_recogniser_can_be_taken_over(tmp_path):
    tokenizer = listener.learn_tokenizer(tmp_path / "tokenizer.json", listener.QUICK)
    taught, other = (listener.new_model(tokenizer, listener.QUICK) for _ in range(2))
    with torch.no_grad():
        for weight in taught.parameters():
            weight.add_(torch.randn_like(weight), alpha=0.02)
    listener.export(taught, tmp_path / "tokenizer.json", tmp_path / "scratch", tmp_path / "pack")
    takeover.take_over(other, tmp_path / "pack")
    known = dict(taught.named_parameters())
    for name, weight in other.named_parameters():
        step = known[name].abs().max() / 127  # int8, one scale a row
        assert (weight - known[name]).abs().max() <= 0.51 * step, name


def test_the_closed_set_is_learnt_whatever_its_hash_and_the_rest_is_tested(tmp_path):
    asks = set(speech.domain.stock_asks())
    assert {"What is my name", "Thank you", "What is two plus three"} <= asks
    assert not any(mark in ask for ask in asks for mark in "{}[]|")
    random_ = random.Random(3)
    drawn = [speech.domain.ask(random_) for _ in range(3000)]
    assert 300 < sum(text in asks for text in drawn) < 3000
    if not (shutil.which("flite") and shutil.which("espeak-ng")):
        pytest.skip("the test voices need flite and espeak-ng")
    texts = [text for _, text, _ in listener.test_clips(tmp_path, 12)]
    assert len(set(texts[:12])) == 12
    assert not set(texts[:12]) & speech.closed_set()
    assert set(texts[12:]) <= asks
