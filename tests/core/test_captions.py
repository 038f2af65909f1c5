"""Words that settle while they are being said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.captions import Captions

WORDS = st.lists(st.sampled_from(["what", "is", "the", "time", "now"]), max_size=6).map(" ".join)


def test_what_two_looks_agree_on_is_settled() -> None:
    captions = Captions()
    assert captions.feed(0, "What is") == ("", "What is")
    assert captions.feed(0, "what is the dime") == ("what is", "the dime")
    assert captions.feed(0, "What is the time now") == ("what is the", "time now")
    assert captions.feed(0, "") == ("what is the", "")


def test_another_utterance_begins_anew() -> None:
    captions = Captions()
    captions.feed(0, "hello there")
    captions.feed(0, "hello there")
    assert captions.feed(9, "hello there you") == ("", "hello there you")


@given(st.lists(WORDS, max_size=8))
def test_what_is_settled_never_changes(looks: list[str]) -> None:
    captions, before = Captions(), ""
    for text in looks:
        settled, tentative = captions.feed(0, text)
        assert settled.startswith(before)
        if tentative:
            assert len(f"{settled} {tentative}".split()) == len(text.split())
        before = settled
