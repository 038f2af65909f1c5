"""Words that are complete, words that cannot be, and people who ask for a moment."""

from __future__ import annotations

import pytest

from core.endings import asks, ending


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("What is the time?", "confident"),
        ("I would like a cup of tea.", "confident"),
        ("Yes", "confident"),
        ('He said: "Go home."', "confident"),
        ("Where are you from?", "unsure"),
        ("Yes, I am.", "unsure"),
        ("", "unsure"),
        ("...", "unsure"),
        ("hello there", "unsure"),
        ("No way.", "unsure"),
        ("What can you do", "unsure"),
        ("What is", "unfinished"),
        ("I would like to", "unfinished"),
        ("I went to the shop and", "unfinished"),
        ("I went to the shop and.", "unfinished"),
        ("What is the opposite of", "unfinished"),
        ("What is two plus", "unfinished"),
        ("My name is", "unfinished"),
        ("I was thinking, um", "unfinished"),
        ("Um.", "unfinished"),
        ("So", "unfinished"),
        ("I was there, but...", "unfinished"),
        ("I was there…", "unfinished"),
        ("When I came home,", "unfinished"),
        ("We need milk, bread", "unfinished"),
        ("My number is five five", "unfinished"),
        ("It is 5 5 5", "unfinished"),
        ('And he said "I will', "unfinished"),
        ("I’m", "unfinished"),
        ("Give me a minute.", "room"),
        ("Wait", "room"),
        ("Okay, hold on a second please", "room"),
        ("Um, let me think.", "room"),
        ("Just a moment", "room"),
    ],
)
def test_an_ending_is_what_it_says(text: str, verdict: str) -> None:
    assert ending(text) == verdict


def test_who_tells_of_waiting_asks_for_no_time() -> None:
    assert ending("Yesterday I stood at the bus stop and all I could do was wait.") != "room"


@pytest.mark.parametrize("text", ["Why?", 'Did he say "why?"', "**Why?**", "_Why?_ 🙂", "Really?!", "你好吗？"])
def test_a_question_is_one_whatever_marks_follow_it(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize("text", ["", "So.", "Why? Because.", 'He asked "why?".'])
def test_what_goes_on_after_a_question_is_none(text: str) -> None:
    assert not asks(text)
