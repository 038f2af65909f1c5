"""Voice cards: what is read, and one line for what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.voices import CARD, VoiceCard, VoiceError, load_voice_card, write_voice_card


@pytest.fixture
def card(tmp_path: Path) -> VoiceCard:
    (tmp_path / "reference.wav").write_bytes(b"RIFF")
    card = VoiceCard(
        "ada",
        "Ada",
        'She says "hi".',
        "shipped",
        "Apache-2.0",
        "synthetic: nobody's voice",
        "A calm woman",
        tmp_path / "reference.wav",
    )
    write_voice_card(card)
    return card


def test_a_card_is_read_as_it_was_written(card: VoiceCard, tmp_path: Path) -> None:
    assert load_voice_card(tmp_path) == card
    text = (tmp_path / CARD).read_text("utf-8")
    (tmp_path / CARD).write_text(text.replace('reference = "reference.wav"\n', ""), "utf-8")
    assert load_voice_card(tmp_path) == card


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "ada"', "", "name: is missing or not a text"),
        ('name = "ada"', "name = 1", "name: is missing or not a text"),
        ('title = "Ada"', 'title = " "', "title: is missing or not a text"),
        ('title = "Ada"', 'title = "Ada"\nage = 1', "age: unknown key; remove it"),
        ('title = "Ada"', "title = ", "cannot be read"),
        ('"shipped"', '"stolen"', "origin: 'stolen' is unknown; known are shipped, auditioned, recorded, published"),
        ('"reference.wav"', '"other.wav"', "no recording 'other.wav'"),
        ('"reference.wav"', '"../reference.wav"', "no recording '../reference.wav'"),
    ],
)
def test_a_fault_is_one_line_with_file_and_key(
    card: VoiceCard, tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = (tmp_path / CARD).read_text("utf-8")
    assert old in text
    (tmp_path / CARD).write_text(text.replace(old, new), "utf-8")
    with pytest.raises(VoiceError, match=message) as caught:
        load_voice_card(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / CARD}: ")
    assert "\n" not in str(caught.value)


def test_missing_folder_and_card_are_said(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="voice is missing"):
        load_voice_card(tmp_path / "none")
    with pytest.raises(VoiceError, match="this folder is no voice"):
        load_voice_card(tmp_path)
