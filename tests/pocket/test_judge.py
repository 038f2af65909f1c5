"""The independent recogniser: counting of errors, its language model, pitch, and real speech where flite exists."""

import math
import shutil
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "packaging" / "pocket"))
pytest.importorskip("pocketsphinx")
import judge

needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")


def test_errors_count_substitutions_insertions_and_deletions():
    assert judge.errors("How are you?", "how are you") == (0, 3)
    assert judge.errors("one two three", "one three") == (1, 3)
    assert judge.errors("one two", "one two two") == (1, 2)
    assert judge.errors("one two", "one too") == (1, 2)
    assert judge.word_error("", "noise") == 1.0
    assert judge.corpus_error([("a b c", "a b c"), ("a", "b")]) == 0.25


def test_bigram_model_sums_to_one_after_every_word():
    lines = judge.bigrams(("how are you", "how are they", "who are you", "you are they")).splitlines()
    one = {
        w: (float(p), float(b))
        for p, w, b in (
            line.split("\t") for line in lines if line.count("\t") == 2 and len(line.split("\t")[2].split(".")) == 2
        )
    }
    pairs = defaultdict(dict)
    for line in lines[lines.index("\\2-grams:") + 1 :]:
        if line.count("\t") == 2:
            chance, first, second = line.split("\t")
            pairs[first][second] = 10 ** float(chance)
    for first, seen in pairs.items():
        unseen = sum(10**p for word, (p, _) in one.items() if word not in seen and word != "<s>")
        assert math.isclose(sum(seen.values()) + 10 ** one[first][1] * unseen, 1.0, abs_tol=2e-3)


@pytest.mark.parametrize("hz", [90.0, 102.0, 173.0, 240.0])
def test_pitch_of_a_buzz(hz):
    time = np.arange(24_000) / 24_000
    buzz = sum(np.sin(2 * np.pi * hz * k * time) / k for k in range(1, 12)) * 0.1
    assert judge.f0_median(buzz) == pytest.approx(hz, rel=0.02)


def test_pitch_of_silence_is_none():
    assert judge.f0_median(np.zeros(24_000)) == 0.0
    assert judge.f0_median(np.zeros(10)) == 0.0


@needs_flite
def test_hears_flite_in_both_grammars():
    import speech

    text = "Good night, and sleep well."
    samples, _ = speech.say(speech.COMPANIONS["tom"], speech.MANNERS["plain"], text, seed=1)
    assert judge.identified(samples, text)
    assert judge.word_error(text, judge.recognise(samples)) <= 0.2
    assert judge.companion_of(samples) == "tom"
    assert not judge.identified(samples, "You are welcome.")
