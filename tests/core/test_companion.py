"""The threads, with toy engines: the whole way, interruptions, failures, and the same replies every time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from queue import SimpleQueue
from threading import Event as Flag
from typing import Literal

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from core.companion import Companion, Engines
from core.events import (
    Backchannel,
    Captioned,
    Failed,
    Finished,
    Judged,
    Played,
    Reopen,
    Restore,
    Soften,
    SpeechEnded,
    Voiced,
)
from core.mind import Mind, bounded
from core.patience import WAITS, Habit
from core.ports import TurnModel
from core.records import Notice, TurnRecord
from core.rehearsal import Pace, Recording, Stillness, Take, Tape, two_sided
from core.settings import Patience, SegmenterSettings, Settings, WorkSettings
from core.types import COMPANION, USER, VOICE_RATE, Codes, Message, Segment, Transcript, Turn, Utterance
from core.work import Glance, aside
from tests.fakes import Chat, Encoder, Transcriber, Vad, Voice, hanging, once, spoken, trouble, words_of

REFERENCE = Segment(COMPANION, "This is my voice.", np.ones((20, 4), np.int64), pinned=True)
QUESTIONS = (spoken("hello there"), spoken("how are you"), spoken("tell me a story"))
SHORT = WorkSettings(mind_s=0.3, mouth_s=0.3)  # long enough for a busy machine, short enough for a test


class Talk:
    """One conversation over recordings, from the first frame to the last."""

    def __init__(
        self,
        *takes: Take,
        vad: Vad | None = None,
        transcriber: Transcriber | None = None,
        chat: Chat | None = None,
        voice: Voice | None = None,
        settings: Settings = Settings(),  # noqa: B008
        seed: int = 1,
        pace: Pace = "fast",
        hang: bool = False,
        captions: Literal["on", "off"] = "off",
        turn: TurnModel | None = None,
    ) -> None:
        self.notices: list[Notice] = []
        self.voice, self.chat, self.tape = voice or Voice(), chat or Chat(), Tape()
        engines = Engines(vad or Vad(), transcriber or Transcriber(), self.chat, self.voice, (REFERENCE,), turn)
        self.recording = Recording(takes, self.tape, settings.segmenter, pace)
        if pace == "fast":  # what is said of a pause, and when, may then not depend on how quick the machine is
            settings = replace(settings, work=replace(settings.work, clock="waits"))
        settings = replace(settings, floor=replace(settings.floor, captions=captions))
        companion = Companion(engines, self.recording, self.tape, self.notices.append, settings, seed)
        companion.start()
        companion.finish()
        self.hung = companion.stop()
        assert hang or not self.hung
        self.history = companion.history

    @property
    def records(self) -> list[TurnRecord]:
        return [notice.what for notice in self.notices if isinstance(notice.what, TurnRecord)]

    def of(self, kind: type) -> list[object]:
        return [notice.what for notice in self.notices if isinstance(notice.what, kind)]

    @property
    def sounds(self) -> list[bytes]:
        return [self.tape.heard(record.turn).tobytes() for record in self.records]


def commit_only(settings: Settings = Settings()) -> Settings:  # noqa: B008
    return replace(settings, work=replace(settings.work, begin="commit"))


def test_spoken_questions_get_spoken_answers() -> None:
    talk = Talk(*QUESTIONS)
    assert [record.user for record in talk.records] == ["hello there", "how are you", "tell me a story"]
    assert {record.outcome for record in talk.records} == {"answered"}
    for record in talk.records:
        assert record.reply == record.written
        assert record.reply.startswith(f"You said {record.user}. I have heard")
        assert record.reply_samples == len(talk.tape.heard(record.turn))
        assert record.reply_start is not None
        assert record.user_end is not None
        assert record.reply_start > record.user_end
        assert all(value is not None and value >= 0 for value in vars(record.times).values())


def test_the_voice_remembers_both_speakers_and_pays_for_new_positions_only() -> None:
    talk = Talk(*QUESTIONS)
    speakers = [record.history.speakers for record in talk.records if record.history]
    assert speakers[0] == (COMPANION, USER)
    assert speakers[2] == (COMPANION, USER, COMPANION, COMPANION, USER, COMPANION, COMPANION, USER)
    assert [record.history.new_positions < record.history.positions for record in talk.records[1:] if record.history]
    context, wording = talk.voice.contexts[-1]
    assert context[0] is REFERENCE
    assert [segment.text for segment in context][-2:] == ["tell me a story", "You said tell me a story."]
    assert wording.startswith("I have heard 5 messages")
    assert all(len(segment.codes) for segment in context)


def test_the_conversation_is_kept_on_one_time_line() -> None:
    talk = Talk(*QUESTIONS[:2])
    both = two_sided(talk.recording, talk.tape)
    first, second = talk.records
    assert words_of(both[:, 0]) == "hello there how are you"
    assert first.reply_start is not None
    assert second.onset is not None
    end = first.reply_start + first.reply_samples
    assert not both[: first.reply_start, 1].any()
    assert both[first.reply_start : end, 1].all()
    assert 0 <= second.onset - end - VOICE_RATE // 2 <= 2 * 1920


@pytest.mark.parametrize("settings", [Settings(), commit_only()])
def test_the_same_seed_gives_the_same_replies(settings: Settings) -> None:
    talks = [Talk(*QUESTIONS, settings=settings) for _ in range(3)]
    assert len({tuple(talk.sounds) for talk in talks}) == 1
    assert len({tuple((record.reply, record.reply_start) for record in talk.records) for talk in talks}) == 1
    assert talks[0].sounds != Talk(*QUESTIONS, settings=settings, seed=2).sounds


def test_working_ahead_changes_no_reply() -> None:
    takes = (spoken("tell . me"), spoken("how . are . you"))
    eager, late = Talk(*takes), Talk(*takes, settings=commit_only())
    assert eager.of(Reopen)
    assert eager.sounds == late.sounds
    assert [record.user for record in eager.records] == ["tell me", "how are you"]
    assert len(eager.history) == 2


@pytest.mark.parametrize("settings", [Settings(), commit_only()])
def test_speaking_over_a_reply_cuts_it_where_it_was(settings: Settings) -> None:
    question = spoken("hello there")
    again = spoken("stop now", at=5 * VOICE_RATE // 2)
    talks = [Talk(question, again, settings=settings) for _ in range(3)]
    assert len({tuple(talk.sounds) for talk in talks}) == 1
    talk = talks[0]
    cut, last = talk.records
    assert (cut.outcome, last.outcome, last.user) == ("interrupted", "answered", "stop now")
    assert cut.reply
    assert cut.written.startswith(cut.reply)
    assert len(cut.reply) < len(cut.written)
    assert cut.reply_start is not None
    assert cut.reply_start + cut.reply_samples <= again.at + 12 * 768  # type: ignore[operator]
    heard = [message.text for message in talk.chat.asked[-1][1:]]
    assert heard == ["hello there", cut.reply, "stop now"]
    context, _ = talk.voice.contexts[-1]
    frames = sum(
        len(segment.codes) for segment in context[2:] if segment.speaker == COMPANION and segment.text in cut.reply
    )
    assert frames <= cut.reply_samples // 1920


@pytest.mark.parametrize("settings", [Settings(), commit_only()])
@pytest.mark.parametrize("noise", ["um", "how"])
def test_a_short_sound_over_a_reply_does_not_end_it(noise: str, settings: Settings) -> None:
    transcriber = Transcriber()
    if noise == "how":  # understood as what people say to hear more
        transcriber = Nodding()
    over = spoken(noise, at=2 * VOICE_RATE)
    talks = [Talk(spoken("hello there"), over, transcriber=transcriber, settings=settings) for _ in range(3)]
    talk = talks[0]
    (record,) = talk.records
    assert record.outcome == "answered"
    assert record.reply == record.written
    assert len({tuple(each.sounds) for each in talks}) == 1
    (noted,) = talk.of(Backchannel)
    assert isinstance(noted, Backchannel)
    assert noted.text == ("" if noise == "um" else "Mm-hm.")
    assert [type(effect) for effect in talk.of(Soften | Restore)] == [Soften, Restore]  # type: ignore[arg-type]
    sound = talk.tape.heard(record.turn)
    assert sound.min() < 0.3 * sound.max(), "ducked"
    assert len(sound) == record.reply_samples


class Nodding(Transcriber):
    """Understands one short word as a nod."""

    def __call__(self, narrow: np.ndarray) -> Transcript:
        heard = super().__call__(narrow)
        return Transcript("Mm-hm.") if heard.text == "how" else heard


def test_who_goes_on_while_it_thinks_is_answered_once() -> None:
    settings = Settings(segmenter=SegmenterSettings(patience="eager"))
    answers = Flag()

    class Slow(Chat):
        """Says nothing before it is let."""

        def __call__(self, messages: Sequence[Message], seed: int) -> Iterator[str]:
            answers.wait(10)
            return super().__call__(messages, seed)

    class Running(Recording):
        """Waits for no reply before all was said."""

        def _pass_time(self) -> None:
            if self._at > 3 * VOICE_RATE:
                answers.set()
                super()._pass_time()

    tape, notices = Tape(), list[Notice]()
    recording = Running((spoken("tell me . . . . a story and then stop"),), tape, settings.segmenter)
    engines = Engines(Vad(), Transcriber(), Slow(), Voice())
    with Companion(engines, recording, tape, notices.append, settings) as companion:
        companion.finish()
    records = [notice.what for notice in notices if isinstance(notice.what, TurnRecord)]
    assert [(record.outcome, record.user) for record in records] == [
        ("merged", ""),
        ("answered", "tell me a story and then stop"),
    ]


def test_what_is_being_said_is_captioned_and_changes_no_reply() -> None:
    said = spoken("tell me a story and then stop now please")
    with_captions, without = Talk(said, captions="on"), Talk(said)
    assert with_captions.sounds == without.sounds
    shown = [caption.text for caption in with_captions.of(Captioned) if isinstance(caption, Captioned)]
    assert shown
    assert all(with_captions.records[0].user.startswith(text.rpartition(" ")[0]) for text in shown)
    assert not without.of(Captioned)


def test_captions_are_given_up_where_they_would_delay_what_counts() -> None:
    calls = list[int]()

    def slow() -> None:
        calls.append(1)
        Flag().wait(0.2)

    mind = Mind(Transcriber(slow), Chat(), lambda item: None, Settings())
    utterance = Utterance(0, 7680, np.zeros(7680, np.float32), np.zeros(5120, np.float32))
    captions = [list(mind(Glance(aside(utterance), 0, "caption"))) for _ in range(3)]
    assert [len(shown) for shown in captions] == [1, 0, 0], "the first took too long"
    assert len(list(mind(Glance(aside(utterance), 0, "decision")))) == 1
    assert len(calls) == 2


def test_a_decision_is_answered_even_by_a_recogniser_that_fails() -> None:
    mind = Mind(Transcriber(trouble), Chat(), lambda item: None, Settings())
    utterance = Utterance(0, 7680, np.zeros(7680, np.float32), np.zeros(5120, np.float32))
    assert list(mind(Glance(aside(utterance), 3, "decision"))) == [Captioned(3, 7680, "", "", 0.0)]


def test_speech_is_encoded_once_while_it_is_being_said() -> None:
    class Counting(Encoder):
        """Counts what it is given."""

        taken = restarts = 0

        def restart(self) -> None:
            self.restarts += 1

        def __call__(self, wide: np.ndarray) -> Codes:
            self.taken += len(wide)
            return super().__call__(wide)

    voice = Voice()
    voice.encoder = counting = Counting()
    talk = Talk(spoken("tell me . a story . and then stop now please"), voice=voice)
    (record,) = talk.records
    assert record.user_end is not None
    assert record.user_start is not None
    assert record.turn.revision > 0
    assert counting.restarts <= 2
    assert counting.taken <= 1.3 * (record.user_end - record.user_start), "and not once for each pause"
    assert talk.sounds == Talk(spoken("tell me . a story . and then stop now please")).sounds


def test_a_turn_model_shortens_or_lengthens_the_wait() -> None:
    def starts(complete: float) -> int:
        (record,) = Talk(spoken("hello there"), turn=lambda narrow: complete).records
        assert record.reply_start is not None
        return record.reply_start

    waits = [WAITS["normal"][verdict].usual for verdict in ("confident", "unsure", "unfinished")]
    begun = [starts(complete) for complete in (0.9, 0.5, 0.1)]
    for (one, other), (short, long) in zip(pairwise(begun), pairwise(waits), strict=True):
        assert abs((other - one) - (long - short) * VOICE_RATE / 1000) <= 2 * 768
    talk = Talk(spoken("hello there"), turn=lambda narrow: 0.1)
    assert len(talk.of(Judged)) > 3, "asked again as the pause goes on"


def test_words_that_come_late_end_the_turn_at_once() -> None:
    ended = Flag()

    class Faltering(Recording):
        """Lets the words come half a second after they were said, and then gives no frame until the turn has ended."""

        def _pass_time(self) -> None:
            if self._at > len(QUESTIONS[0].wide) + VOICE_RATE // 2:
                hears.set()
                assert ended.wait(10)
                super()._pass_time()

    def note(notice: Notice) -> None:
        if isinstance(notice.what, SpeechEnded):
            ended.set()

    hears, tape, settings = Flag(), Tape(), Settings(work=WorkSettings(clock="waits"))
    recording = Faltering(QUESTIONS[:1], tape, settings.segmenter)
    transcriber = Transcriber(lambda: None if hears.wait(10) else trouble())
    engines = Engines(Vad(), transcriber, Chat(), Voice(), (), lambda narrow: 0.9)
    with Companion(engines, recording, tape, note, settings) as companion:
        companion.finish()
        assert [exchange.user for exchange in companion.history] == ["hello there"]


def test_a_turn_model_that_fails_is_said_once_and_missed_by_nobody() -> None:
    talk = Talk(*QUESTIONS[:2], turn=lambda narrow: trouble() or 0.5)
    assert [failed.stage for failed in talk.of(Failed) if isinstance(failed, Failed)] == ["turn model"]
    assert [record.outcome for record in talk.records] == ["answered", "answered"]


def test_a_key_takes_and_gives_the_floor() -> None:
    settings = Settings(segmenter=SegmenterSettings(mode="push"))
    keys = {1 * VOICE_RATE: Companion.press, 5 * VOICE_RATE // 2: Companion.release}

    class Keyed(Vad):
        """Presses and releases where the clock says so."""

        at = 0

        def __call__(self, narrow: np.ndarray) -> float:
            self.at += 768
            for when in [when for when in keys if when <= self.at]:
                keys.pop(when)(companion)
            return super().__call__(narrow)

    tape, notices = Tape(), list[Notice]()
    takes = (spoken("hello there", at=0), spoken("how are . . you", at=VOICE_RATE))
    recording = Recording(takes, tape, settings.segmenter)
    engines = Engines(Keyed(), Transcriber(), Chat(), Voice())
    companion = Companion(engines, recording, tape, notices.append, settings)  # known before its ears begin
    with companion:
        companion.finish()
    (record,) = [notice.what for notice in notices if isinstance(notice.what, TurnRecord)]
    assert record.user.endswith("how are you")
    assert record.outcome == "answered"


def test_settings_may_be_changed_while_it_listens() -> None:
    class Changing(Vad):
        """Turns patient at the first frame."""

        def __call__(self, narrow: np.ndarray) -> float:
            companion.use(Settings(segmenter=SegmenterSettings(patience="patient")))
            return super().__call__(narrow)

    tape, notices = Tape(), list[Notice]()
    recording = Recording((spoken("hello . . . there"),), tape, SegmenterSettings(patience="patient"))
    engines = Engines(Changing(), Transcriber(), Chat(), Voice())
    settings = Settings(segmenter=SegmenterSettings(patience="eager"), work=WorkSettings(clock="waits"))
    companion = Companion(engines, recording, tape, notices.append, settings, habit=Habit(900.0, 7))
    with companion:
        companion.finish()
        assert companion.habit.count == 8, "and the pause was learnt from"
    records = [notice.what for notice in notices if isinstance(notice.what, TurnRecord)]
    assert [record.user for record in records] == ["hello there"]


def test_at_the_eager_setting_each_pause_ends_a_turn_and_no_speech_is_lost() -> None:
    settings = Settings(segmenter=SegmenterSettings(patience="eager"))
    talk = Talk(spoken("hello . . . how are you . . . tell me a story"), settings=settings)
    assert [record.user for record in talk.records] == ["hello", "how are you", "tell me a story"]
    ends = [(record.reply_start, record.reply_samples) for record in talk.records if record.reply_start is not None]
    assert all(start + length <= after for (start, length), (after, _) in itertools.pairwise(ends))


def test_at_the_patient_setting_it_is_one_turn() -> None:
    settings = Settings(segmenter=SegmenterSettings(patience="patient"))
    (record,) = Talk(spoken("hello . . . how are you . . . . tell me a story"), settings=settings).records
    assert record.user == "hello how are you tell me a story"
    assert record.turn == Turn(1, 2)


def test_silence_and_noise_get_no_reply() -> None:
    assert Talk(spoken(". . . .")).records == []
    (record,) = Talk(spoken("um")).records  # sounds like speech, but nothing was said
    assert (record.outcome, record.reply) == ("empty", "")


def test_no_recording_at_all_ends_at_once() -> None:
    assert Talk().notices == []


def test_typed_words_are_answered() -> None:
    tape, records = Tape(), SimpleQueue[TurnRecord]()

    def listen(notice: Notice) -> None:
        if isinstance(notice.what, TurnRecord):
            records.put(notice.what)

    voice = Voice()
    engines = Engines(Vad(), Transcriber(), Chat(), voice, (REFERENCE,))
    with Companion(engines, Stillness(tape), tape, listen) as companion:
        for count, words in enumerate(("hello", "and then"), start=1):
            companion.say(words)
            record = records.get(timeout=10)
            assert (record.user, record.typed, record.outcome) == (words, True, "answered")
            assert len(tape.heard(record.turn)) == record.reply_samples > 0
            assert voice.readied.get(timeout=10) == 1 + 2 * count, "it makes room before anybody waits for it"
        companion.say("  ")
        companion.hush()
    assert len(companion.history) == 2
    assert records.empty()


class Listing(Chat):
    def __call__(self, messages: Sequence[Message], seed: int) -> Iterator[str]:
        yield "Here is the code that you want.\n```python\nprint(1)\n```\nIt prints the number one."


class Reader(Voice):
    def wording(self, text: str) -> str:
        return "" if "```" in text else super().wording(text)


def test_code_is_shown_where_it_stands_and_remembered() -> None:
    talk = Talk(QUESTIONS[0], voice=Reader(), chat=Listing())
    (record,) = talk.records
    assert record.reply.split() == record.written.split()
    assert not record.shown
    assert "print(1)" in talk.history[0].reply


Broken = dict[str, Vad | Transcriber | Chat | Voice]
BROKEN: dict[str, tuple[str, Callable[[], Broken]]] = {
    "transcriber raises": ("mind", lambda: {"transcriber": Transcriber(once(trouble))}),
    "chat raises": ("mind", lambda: {"chat": Chat(once(trouble))}),
    "voice raises": ("mouth", lambda: {"voice": Voice(once(trouble))}),
}


@pytest.mark.parametrize("settings", [Settings(), commit_only()])
@pytest.mark.parametrize("case", BROKEN)
def test_a_failing_engine_ends_its_turn_only(case: str, settings: Settings) -> None:
    stage, broken = BROKEN[case]
    talk = Talk(*QUESTIONS[:2], settings=settings, **broken())  # type: ignore[arg-type]
    failed, answered = talk.records
    assert (failed.outcome, failed.stage, failed.error) == ("failed", stage, "RuntimeError: the device is gone")
    assert (answered.outcome, answered.user) == ("answered", "how are you")
    assert len(talk.of(Failed)) == 1


def test_sound_that_is_no_number_never_reaches_the_loudspeaker() -> None:
    talk = Talk(QUESTIONS[0], voice=Voice(level=np.nan))
    (record,) = talk.records
    assert (record.outcome, record.stage) == ("failed", "mouth")
    assert "not finite" in record.error
    assert not talk.of(Voiced)
    assert np.isfinite(talk.tape.track()).all()


def test_a_deaf_moment_is_silence_and_said_once() -> None:
    calls = iter(range(10_000))
    talk = Talk(*QUESTIONS[:2], vad=Vad(lambda: trouble() if next(calls) < 10 else None))
    assert [failed.stage for failed in talk.of(Failed) if isinstance(failed, Failed)] == ["ears"]
    assert "how are you" in [record.user for record in talk.records]


@pytest.mark.parametrize("piece", ["more and more ", ""])
def test_an_endless_reply_is_cut(piece: str) -> None:
    settings = Settings(work=WorkSettings(reply_chars=200))
    (record,) = Talk(QUESTIONS[0], chat=Chat(endless=piece), settings=settings).records
    assert record.outcome == "answered"
    assert len(record.written) <= 200


def test_an_endless_voice_is_cut() -> None:
    (record,) = Talk(QUESTIONS[0], voice=Voice(endless=True)).records
    assert record.outcome == "answered"
    longest = 1.5 * 2 + 0.12 * len(record.written)
    assert record.reply_samples / VOICE_RATE <= longest


HANGING: dict[str, tuple[str, Callable[[Callable[[], None]], Broken]]] = {
    "transcriber hangs": ("mind", lambda hang: {"transcriber": Transcriber(hang)}),
    "chat hangs": ("mind", lambda hang: {"chat": Chat(hang)}),
    "voice hangs": ("mouth", lambda hang: {"voice": Voice(hang)}),
}


@pytest.mark.parametrize("case", HANGING)
def test_a_hanging_engine_ends_its_turn_only(case: str) -> None:
    release = Flag()
    stage, broken = HANGING[case]

    class Releasing(Vad):
        """Lets the engine come back when the first turn has failed, for the second is only then heard."""

        frames = 0

        def __call__(self, narrow: np.ndarray) -> float:
            self.frames += 1
            if self.frames > 60:
                release.set()
            return super().__call__(narrow)

    talk = Talk(*QUESTIONS[:2], vad=Releasing(), settings=Settings(work=SHORT), **broken(once(hanging(release))))  # type: ignore[arg-type]
    failed, answered = talk.records
    assert (failed.outcome, failed.stage) == ("failed", stage)
    assert "no sign of life" in failed.error
    assert (answered.outcome, answered.user) == ("answered", "how are you")
    assert answered.reply.split() == answered.written.split()


def test_an_engine_that_never_comes_back_does_not_hold_the_program() -> None:
    release = Flag()
    talk = Talk(
        *QUESTIONS[:2], chat=Chat(hanging(release)), settings=Settings(work=replace(SHORT, stop_s=0.05)), hang=True
    )
    assert [record.outcome for record in talk.records] == ["failed", "failed"]
    assert talk.hung == ("mind",)
    release.set()


def test_a_listener_that_fails_is_not_kept_quiet() -> None:
    def listen(notice: Notice) -> None:
        raise LookupError("mine")

    tape = Tape()
    recording = Recording(QUESTIONS, tape, SegmenterSettings())
    companion = Companion(Engines(Vad(), Transcriber(), Chat(), Voice()), recording, tape, listen)
    companion.start()
    with pytest.raises(LookupError):
        companion.finish()
    assert companion.stop() == ()


def test_stopping_in_a_reply_keeps_what_was_heard() -> None:
    tape, sounding = Tape(), Flag()

    def listen(notice: Notice) -> None:
        notices.append(notice)
        if isinstance(notice.what, Played):
            sounding.set()

    notices: list[Notice] = []
    recording = Recording([spoken("hello")], tape, SegmenterSettings(patience="eager"), "real")
    companion = Companion(Engines(Vad(), Transcriber(), Chat(), Voice()), recording, tape, listen)
    companion.start()
    assert sounding.wait(10)
    assert companion.stop() == ()
    records = [notice.what for notice in notices if isinstance(notice.what, TurnRecord)]
    assert [record.outcome for record in records] == ["hushed"]
    assert records[0].reply_samples < len(records[0].written) * 1920
    assert not [notice for notice in notices if isinstance(notice.what, Finished)]


def test_many_interruptions_keep_order() -> None:
    takes = [spoken("stop now", at=int((2.5 + 2.6 * number) * VOICE_RATE)) for number in range(12)]
    talk = Talk(spoken("hello there"), *takes)
    assert [record.user for record in talk.records] == ["hello there", *["stop now"] * 12]
    assert [record.outcome for record in talk.records] == ["interrupted"] * 12 + ["answered"]


def test_speech_that_a_slow_mind_has_not_yet_understood_is_not_lost() -> None:
    release, settings = Flag(), Settings(segmenter=SegmenterSettings(patience="eager"))

    class Hurried(Recording):
        """Waits for no reply, so that the user is quicker than the mind."""

        def _pass_time(self) -> None:
            if self._at > 2 * VOICE_RATE:
                release.set()
                super()._pass_time()

    tape, notices = Tape(), list[Notice]()
    recording = Hurried((spoken("hello"), spoken("how are you", at=3 * VOICE_RATE // 2)), tape, settings.segmenter)
    engines = Engines(Vad(), Transcriber(once(hanging(release))), Chat(), Voice())
    with Companion(engines, recording, tape, notices.append, settings) as companion:
        companion.finish()
    records = [notice.what for notice in notices if isinstance(notice.what, TurnRecord)]
    assert [(record.outcome, record.user) for record in records] == [("merged", ""), ("answered", "hello how are you")]
    assert records[1].onset == records[1].user_start == 0
    assert [exchange.user for exchange in companion.history] == ["hello how are you"]


SAID = st.sampled_from(
    ["hello there", "how are you", "tell me . a story", "and then . . stop now", "hello . . . there"]
)


@hypothesis.settings(max_examples=15)
@hypothesis.given(
    st.lists(st.tuples(SAID, st.none() | st.integers(0, 12)), max_size=4),
    st.sampled_from(["eager", "normal", "patient"]),
)
def test_whatever_is_said_when_is_heard_once_and_replies_never_overlap(
    said: list[tuple[str, int | None]], patience: Patience
) -> None:
    settings = Settings(segmenter=SegmenterSettings(patience=patience))
    talk = Talk(*(spoken(text, at and at * VOICE_RATE) for text, at in said), settings=settings)
    heard = " ".join(record.user for record in talk.records)
    assert heard == " ".join(text for text, _ in said).replace(". ", "")
    sounded = [record for record in talk.records if record.reply_start is not None]
    for before, after in pairwise(sounded):
        assert before.reply_start + before.reply_samples <= after.reply_start  # type: ignore[operator]
    assert sum(record.reply_samples for record in talk.records) == np.count_nonzero(talk.tape.track())
    frames = [sum(phrase.frames for phrase in exchange.phrases) for exchange in talk.history]
    assert all(count * 1920 <= record.reply_samples for count, record in zip(frames, talk.records, strict=True))


@pytest.mark.parametrize(
    ("chunks", "kept"),
    [(["one ", "two ", "three"], "one two "), (["one two three four"], "one two"), (["onetwothreefour"], "")],
)
def test_a_reply_is_bounded_at_a_word(chunks: list[str], kept: str) -> None:
    assert "".join(bounded(chunks, 9)) == kept
