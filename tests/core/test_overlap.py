"""What it means to speak over a reply."""

from __future__ import annotations

import pytest

from core.overlap import BELIEVED, is_continuer, meaning


@pytest.mark.parametrize("text", ["mm-hm", "Mhm.", "Uh-huh.", "Yeah.", "Okay.", "Right, right.", "I see.", "Mm"])
def test_who_says_this_wants_to_hear_more(text: str) -> None:
    assert meaning(text, 0.2, 0.4, BELIEVED) == "continuer"


@pytest.mark.parametrize("text", ["Stop.", "No, wait!", "what?", "Yeah but"])
def test_who_says_this_wants_to_speak(text: str) -> None:
    assert meaning(text, 0.5, 0.4, BELIEVED) == "floor"


def test_other_words_count_where_the_recogniser_is_sure_and_they_can_be_spoken() -> None:
    assert meaning("Tuesday", 0.9, 0.4, BELIEVED) == "floor"
    assert meaning("Tuesday", 0.6, 0.4, BELIEVED) == "nothing"
    assert meaning("Tuesday", 0.6, 0.4, 0.5) == "floor"
    assert meaning("Who am I", 0.62, 0.8, BELIEVED) == "nothing"  # what a small recogniser makes of "okay"
    assert meaning("Can you remember the table at home?", 0.9, 0.5, BELIEVED) == "nothing"
    assert meaning("Stop", 0.1, 0.4, BELIEVED) == "nothing"


@pytest.mark.parametrize("text", ["5.", "Yeah, 42.", "Стоп!", "等一下", "Πέμπτη"])
def test_numbers_and_words_of_any_script_are_words(text: str) -> None:
    assert meaning(text, 0.9, 0.4, BELIEVED) == "floor"
    assert meaning(text, 0.6, 0.4, BELIEVED) == "nothing"
    assert not is_continuer(text)


def test_quotes_are_no_part_of_a_word() -> None:
    assert is_continuer("'Okay.'")


def test_what_small_recognisers_make_of_hums_asks_for_nothing() -> None:
    assert meaning("No", 0.73, 0.3, BELIEVED) == "nothing"
    assert meaning("Hey.", 0.65, 0.4, BELIEVED) == "nothing"
    assert meaning("No problem at all.", 0.83, 0.2, BELIEVED) == "nothing"
    assert meaning("I have no clock here", 0.67, 1.5, BELIEVED) == "nothing"  # as no answer to a question begins
    assert meaning("No", 0.92, 0.3, BELIEVED) == "floor"


@pytest.mark.parametrize("text", ["", "  ", "...", "[cough]"[:1]])
def test_noise_means_nothing(text: str) -> None:
    assert meaning(text, 1.0, 0.4, BELIEVED) == "nothing"
