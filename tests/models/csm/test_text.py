"""Texts as they are written, and as they are spoken."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.csm.text import wording

SPOKEN = {
    # words stay as they are, with a stop at the end
    "hello there": "hello there.",
    "Well, that's it!": "Well, that's it!",
    "ok": "ok.",
    # numbers
    "I have 3 cats and 12 fish.": "I have three cats and twelve fish.",
    "1,234,567 people": "one million two hundred and thirty-four thousand five hundred and sixty-seven people.",
    "Pi is 3.14159.": "Pi is three point one four one five nine.",
    "It was -5 outside": "It was minus five outside.",
    "about 5-10 minutes": "about five to ten minutes.",
    "the 1st, 2nd and 23rd": "the first, second and twenty-third.",
    "agent 007": "agent zero zero seven.",
    "#1 fan": "number one fan.",
    "1/2 cup, or 2 3/4": "one half cup, or two and three quarters.",
    "version 2.13.0": "version two point thirteen point zero.",
    "open 24/7": "open twenty-four seven.",
    "call 555-123-4567": "call five five five, one two three, four five six seven.",
    "10k runners": "ten thousand runners.",
    "12345678901234567890": "one two three four five six seven eight nine zero one two three four five six seven eight "
    "nine zero.",
    # money
    "It costs $5.": "It costs five dollars.",
    "$1": "one dollar.",
    "only $4.99!": "only four dollars and ninety-nine cents!",
    "£0.50": "fifty pence.",
    "€1.5 million": "one point five million euros.",
    "$3bn deal": "three billion dollars deal.",
    "20€ each": "twenty euros each.",
    "100 USD": "one hundred dollars.",
    # dates and years
    "on 2026-11-22": "on November twenty-second twenty twenty-six.",
    "12/25/2025": "December twenty-fifth twenty twenty-five.",
    "25/12/2025": "December twenty-fifth twenty twenty-five.",
    "Jan. 3rd, 1999 was cold": "January third nineteen ninety-nine was cold.",
    "4 July 1776": "July fourth seventeen seventy-six.",
    "back in 1984": "back in nineteen eighty-four.",
    "the 1990s": "the nineteen nineties.",
    "the '80s": "the eighties.",
    # times
    "at 3:05 pm": "at three oh five p m.",
    "at 15:30": "at fifteen thirty.",
    "7am": "seven a m.",
    "by 12:00": "by twelve o'clock.",
    # units
    "5km away": "five kilometres away.",
    "1 kg": "one kilogram.",
    "20°C or 68 °F": "twenty degrees Celsius or sixty-eight degrees Fahrenheit.",
    "50% off": "fifty percent off.",
    "120 km/h": "one hundred and twenty kilometres per hour.",
    "30 m²": "thirty square metres.",
    "16GB of RAM": "sixteen gigabytes of RAM.",
    # abbreviations
    "Dr. Smith vs. Mr. Jones": "Doctor Smith versus Mister Jones.",
    "fruit, e.g. apples": "fruit, for example, apples.",
    "apples, pears, etc.": "apples, pears, et cetera.",
    "the U.S. team": "the U S team.",
    # addresses
    "see https://www.example.com/a/b?c=1.": "see example dot com.",
    "mail jane.doe@mail.org now": "mail jane dot doe at mail dot org now.",
    # markup
    "**Bold** and *soft* and `code`": "Bold and soft and code.",
    "# Title\nText here": "Title. Text here.",
    "- one\n- two\n- three": "one, two, three.",
    "1. first\n2. second": "one, first, two, second.",
    "[a link](http://x.org)": "a link.",
    "```python\nprint(1)\n```": "",
    "snake_case_name": "snake case name.",
    "<b>hi</b><br>you": "hi. you.",
    "> quoted": "quoted.",
    # signs, pauses, emoji
    "you & me": "you and me.",
    "2 + 2 = 4": "two plus two equals four.",
    "he/she": "he or she.",
    "wait... what?!": "wait, what?",
    "yes — no (maybe); fine": "yes, no, maybe, fine.",
    'she said "hi"': "she said hi.",
    "great job 👍🏽🎉": "great job.",
    "family 👨‍👩‍👧 time": "family time.",
    "nice :)": "nice.",
    "stop!!!": "stop!",
    # other scripts stay; what has no sound goes
    "Привет, мир": "Привет, мир.",
    "你好。": "你好.",
    "café naïve": "café naïve.",
    # nothing to say
    "": "",
    "...": "",
    ",,,": "",
    "?!": "",
    "🙂🙂": "",
    "***": "",
    "---": "",
    "<3": "",
    "()[]{}": "",
    "\u200b\ufe0f": "",
}


@pytest.mark.parametrize(("written", "spoken"), SPOKEN.items(), ids=repr)
def test_wording(written: str, spoken: str):
    assert wording(written) == spoken


@given(st.text(max_size=200))
def test_any_text_is_empty_or_has_letters_and_no_symbols(text: str):
    spoken = wording(text)
    assert spoken == "" or any(letter.isalpha() for letter in spoken)
    for letter in spoken:
        assert letter in " .,!?'-" or unicodedata.category(letter)[0] in "LM", letter


@given(st.text(alphabet="0123456789.,:-/$€£%°#+ kmMpa'²()*_", max_size=40))
def test_any_figures_can_be_said(text: str):
    assert not any(letter.isdigit() for letter in wording(text))


@pytest.mark.parametrize("written", [text for text in SPOKEN if SPOKEN[text]])
def test_wording_of_wording_is_itself(written: str):
    assert wording(wording(written)) == wording(written)
