"""The pocket chat recipe: what its conversations hold, and a few steps from words to a GGUF file."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "packaging" / "pocket"))
pytest.importorskip("gguf")
import chat
import dialogues
import domain
import phrasings


def drawn(count: int, **options):
    random_ = random.Random(3)
    return [dialogues.draw(random_, **options) for _ in range(count)]


def test_conversations_are_reproducible():
    assert drawn(20) == drawn(20)


def test_replies_are_among_the_accepted_and_fully_written_out():
    for conversation in drawn(300):
        for turn in conversation.turns:
            assert turn.reply in turn.accepted
            assert not set("[]{}|") & set("".join(turn.accepted) + turn.said)
            assert turn.said.strip()


def test_training_and_test_never_share_what_is_said():
    assert not any(dialogues.kept_from_training(turn.said) for talk in drawn(300) for turn in talk.turns)
    assert all(dialogues.kept_from_training(turn.said) for talk in drawn(60, held_out=True) for turn in talk.turns)


def test_the_name_is_the_last_one_told():
    asked = 0
    for conversation in drawn(400, turns=6):
        if conversation.system and any(note.split("{")[0] in conversation.system for note in dialogues.NAME_NOTES):
            continue
        name = None
        for turn in conversation.turns:
            if turn.kind == "tell name" and any(name_told(turn, n) for n in named(turn)):
                name = next(n for n in named(turn) if name_told(turn, n))
            elif turn.kind == "tell name":
                break  # told in passing: the reply does not show it
            if turn.kind == "ask name":
                asked += 1
                assert (turn.reply in domain.NAME_UNKNOWN) == (name is None)
                assert name is None or name in turn.reply
    assert asked > 100


def named(turn) -> list[str]:
    return [word.strip(".,!") for word in turn.reply.split()]


def name_told(turn, name: str) -> bool:
    return turn.reply in {reply.replace("{name}", name) for reply in domain.NAME_TOLD}


def test_names_of_the_test_are_never_learnt():
    random_ = random.Random(4)
    learnt = {dialogues.a_name(random_) for _ in range(3000)}
    assert not learnt & set(phrasings.TEST_NAMES)
    assert len(learnt) > 700


def test_every_intent_can_be_asked_and_answered():
    random_ = random.Random(5)
    for intent in domain.INTENTS:
        for _ in range(5):
            asked, accepted = dialogues.intent_ask(intent, random_)
            assert asked
            assert accepted, intent.name


def test_good_english_where_slots_do_not_fit():
    replies = {reply for talk in drawn(1500) for turn in talk.turns for reply in turn.accepted}
    assert not any(
        "A elephant" in reply or "go reading" in reply or "apples sounds" in reply.lower() for reply in replies
    )


@pytest.fixture
def letters():
    """A tokenizer that knows only single bytes."""
    alphabet = chat.pre_tokenizers.ByteLevel.alphabet()
    tokenizer = chat.Tokenizer(chat.models.BPE(vocab={c: i for i, c in enumerate(sorted(alphabet))}, merges=[]))
    tokenizer.pre_tokenizer = chat.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.add_special_tokens(list(chat.SPECIALS))
    return tokenizer


def test_only_replies_are_learnt(letters):
    lesson = chat.encode(letters, [("user", "hi", False), ("assistant", "Hi.", True)])
    assert [letters.id_to_token(i) for i in lesson.ids] == [
        "<s>",
        "<|user|>",
        "h",
        "i",
        "<|end|>",
        "<|assistant|>",
        "H",
        "i",
        ".",
        "<|end|>",
    ]
    assert lesson.learnt == [False] * 6 + [True] * 4


def test_copies_point_to_where_the_word_was_read_last(letters):
    lesson = chat.encode(
        letters,
        [
            ("user", "i am karl", False),
            ("assistant", "Nice to meet you, Karl.", True),
            ("user", "no, carla", False),
            ("assistant", "Hello Carla!", True),
        ],
    )
    copied = [
        (letters.id_to_token(lesson.ids[i]), letters.id_to_token(lesson.ids[place]))
        for i, place in enumerate(lesson.source)
        if place >= 0
    ]
    assert copied == list(zip("KarlCarla", "karlcarla", strict=True))


def test_drills_repeat_what_was_read(letters):
    random_ = random.Random(6)
    for _ in range(200):
        lesson = chat.drill(letters, random_)
        assert len(lesson.ids) == len(lesson.learnt) == len(lesson.source)
        assert all(place < i for i, place in enumerate(lesson.source))
        for i, place in enumerate(lesson.source):
            if place >= 0:
                there, here = (letters.id_to_token(lesson.ids[at]) for at in (place, i))
                assert there.lower() == here.lower()


def test_a_few_steps_end_in_a_file_that_llama_cpp_reads_alike(tmp_path):
    pytest.importorskip("llama_cpp")
    figures = chat.make(tmp_path / "work", tmp_path / "pack", quick=True)
    assert figures["gguf_parity"] == 1.0
    assert (tmp_path / "pack" / "model.gguf").stat().st_size < 2_000_000
    again = chat.make(tmp_path / "work", tmp_path / "pack", quick=True)  # resumes: nothing is left to do
    assert again == figures
