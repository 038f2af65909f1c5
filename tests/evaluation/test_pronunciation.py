"""Pronunciations on espeak-ng's speech, which says either variant as it is told."""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.evaluation.phones import distance, from_ipa, judge, unlike
from models.evaluation import sets, sphinx
from models.evaluation.sets import SetError
from tests.evaluation.speech import espeak, narrow

SETS = Path(__file__).resolve().parents[2] / "assets" / "evaluation"
speaks = pytest.mark.skipif(
    shutil.which("espeak-ng") is None or not sphinx.available(), reason="needs espeak-ng and pocketsphinx"
)


def said(item, which):
    """Let espeak-ng say an item's text with its word so (0) or the other way (1)."""
    text = re.sub(rf"\b{item.word}\b", lambda _: f"[[{item.espeak[which]}]]", item.text, flags=re.IGNORECASE)
    return narrow(espeak(text, speed=140))


@speaks
@pytest.mark.parametrize(
    ("count", "least"),
    [pytest.param(6, 0.7, id="few"), pytest.param(100, 0.85, id="many", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("read", [sets.homographs, sets.consistency])
def test_either_variant_is_told_from_the_other(read, count, least):
    items = random.Random(3).sample(read(SETS), count)
    judged = sphinx.SphinxPronunciation()
    right = [
        judged(said(item, which), [item.expected, item.other]).variant == which for item in items for which in (0, 1)
    ]
    assert np.mean(right) >= least
    for which in (0, 1):  # it does not just prefer one of them
        assert np.mean(right[which::2]) > 0.5


def test_phones_of_the_right_variant_win_however_many_others_are_wrong():
    chance = random.Random(0)
    items = [*sets.homographs(SETS)[::7], *sets.consistency(SETS)[::7]]
    inventory = sorted(sets.PHONES)
    for item in items:
        for which, spoken in enumerate((item.expected, item.other)):
            assert judge(spoken, [item.expected, item.other]).variant == which
            differs = [at for at, pair in enumerate(zip(item.expected, item.other, strict=False)) if pair[0] != pair[1]]
            heard = [
                chance.choice(inventory) if at < differs[0] - 1 and chance.random() < 0.2 else phone
                for at, phone in enumerate(spoken)
            ]
            assert judge(heard, [item.expected, item.other]).variant == which


def test_phones_from_ipa_are_what_espeak_means():
    assert from_ipa("lˈɛd") == ["L", "EH", "D"]
    assert from_ipa("tʃˈeɪndʒ") == ["CH", "EY", "N", "JH"]
    assert from_ipa("ðə") == ["DH", "AH"]


def test_distances_are_a_metric_of_phones():
    phones = sorted(sets.PHONES)
    for one in phones:
        assert unlike(one, one) == 0
        assert all(unlike(one, other) == unlike(other, one) > 0 for other in phones if other != one)
    assert unlike("IY", "IH") < unlike("IY", "AA")
    assert unlike("T", "D") < unlike("T", "N") <= unlike("T", "M")
    assert distance([], ["T", "UW"]) == distance(["T", "UW"], []) > 0


def test_the_sets_are_as_large_and_as_even_as_they_should_be():
    items = sets.homographs(SETS)
    assert len(items) >= 200
    senses = {(item.word, item.sense) for item in items}
    assert all(sum((item.word, item.sense) == each for item in items) == 8 for each in senses)
    pairs = sets.consistency(SETS)
    assert len(pairs) >= 200
    for word in {pair.word for pair in pairs}:
        variants = {pair.variant for pair in pairs if pair.word == word}
        assert len(variants) == 2
        assert len({sum(p.word == word and p.variant == v for p in pairs) for v in variants}) == 1
    assert len(sets.sentences(SETS, "pocket")) == len(sets.sentences(SETS, "another pack")) == 60


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.update(schema=2), "schema"),
        (lambda d: d.update(items=[]), "items"),
        (lambda d: d["items"][0].pop("word"), "items[0]"),
        (lambda d: d["items"][1].update(expected="L EH Q"), "items[1]"),
        (lambda d: d["items"][1].update(id=d["items"][0]["id"]), "same id"),
    ],
)
def test_a_damaged_set_is_refused_with_its_place(tmp_path, change, says):
    data = json.loads((SETS / "homographs.json").read_text())
    change(data)
    (tmp_path / "homographs.json").write_text(json.dumps(data))
    with pytest.raises(SetError, match=re.escape(says)):
        sets.homographs(tmp_path)
