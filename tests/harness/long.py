"""Opens a conversation of 500 turns on the pocket pack beside a short one: `python -m tests.harness.long 500 [5]`."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from app import compose
from app.sitting import REMEMBERED, codec
from core.companion import Companion, Engines
from core.events import Noted
from core.memory import Exchange, Notes, fitting, gone, messages
from core.records import Notice, StageTimes, TurnRecord
from core.rehearsal import Stillness, Tape
from core.settings import MemorySettings, Settings
from core.store.archive import Archive
from core.store.entries import Entry, Heading, Jotted, Speech
from core.store.home import Store
from core.store.sqlite import transaction
from core.types import VOICE_RATE, Codes, Turn

SHORT = 3  # turns of the conversation that it is held against
ASKED = ("What is your name?", "How are you?", "What is two plus two?", "What is your name?")
SETTINGS = Settings(memory=MemorySettings(idle_s=0.2))


@dataclass
class Tally:
    """What was seen; times in milliseconds."""

    turns: int = 0
    replies: int = 0  # in each of the two
    open_short_ms: float = 0.0  # reading what is kept, until the companion listens
    open_long_ms: float = 0.0
    reply_short_ms: float = 0.0  # median, from the words to the first sound
    reply_long_ms: float = 0.0
    word_short_ms: float = 0.0  # of these, until the reply's first words
    word_long_ms: float = 0.0
    differs_ms: tuple[float, float] = (0.0, 0.0)  # long from short: 95 % interval of the difference of the medians
    chat_gone: int = 0  # exchanges that the chat model no longer reads
    chat_has_summary: int = 0
    chat_has_facts: int = 0
    voice_segments: int = 0  # of the talk, in the voice's context
    voice_has_newest: int = 0


def keep(folder: Path, turns: int, codes: Codes, about: dict[str, object]) -> None:
    """Keep a conversation of so many turns whose sound is that of a voice's reference, with notes as it went on."""
    tone = np.full(VOICE_RATE, 0.1, np.float32)
    with Store.writing(folder) as store:
        with transaction(store.db):
            _, sitting = Heading(about).write(store.db)
        for number in range(1, turns + 1):
            user, reply = f"I tell you about thing number {number} today.", "I see, and I like it very much."
            start = number * 10 * VOICE_RATE
            record = TurnRecord(
                Turn(number), "answered", user, user_start=start, user_end=start + len(tone), reply=reply
            )
            speech = (Speech(user, user, codes[:25]), Speech(reply, reply, codes[25:50]))
            with transaction(store.db):
                Entry("done", record, speech, user_sound=tone, reply_sound=tone).write(store.db, sitting)
                if number % 20 == 0:
                    fact = ((Turn(number), f"The user likes thing {number}."),)
                    Jotted(Noted("facts", Turn(number), fact)).write(store.db, sitting)
                    summary = f"They spoke of {number} things."
                    Jotted(Noted("summary", Turn(number), summary=summary)).write(store.db, sitting)


def opened(folder: Path, name: str) -> tuple[list[Exchange], Notes]:
    """Read what a companion is given when a conversation goes on."""
    with Store.writing(folder) as store:
        archive = Archive(store.db)
        return archive.history(1, name, REMEMBERED), archive.notes(1, REMEMBERED)


def replies(
    engines: Engines, history: list[Exchange], notes: Notes, began: float
) -> tuple[float, list[StageTimes], Companion]:
    """Open a conversation and go on with it; return the milliseconds until it listens, and to each first sound."""
    tape, notices = Tape(), SimpleQueue[Notice]()
    companion = Companion(engines, Stillness(tape), tape, notices.put, SETTINGS, 0, history, notes=notes)
    companion.start()
    listening = (time.monotonic() - began) * 1000
    times = []
    with Ended(companion):
        for text in ASKED:
            while not isinstance(notices.get(timeout=120).what, Noted):  # it has read ahead, as in any pause
                pass
            companion.say(text)
            while not isinstance(turn := notices.get(timeout=120).what, TurnRecord):
                pass
            assert turn.outcome == "answered", turn
            times.append(turn.times)
    return listening, times, companion


class Ended:
    """Stops a companion at the end."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._companion.stop()


def interval(short: list[float], long: list[float]) -> tuple[float, float]:
    """Return the 95 % interval of how much longer the median of the long ones is, by resampling."""
    chance = np.random.default_rng(0)
    apart = [
        np.median(chance.choice(long, len(long))) - np.median(chance.choice(short, len(short))) for _ in range(4000)
    ]
    low, high = np.percentile(apart, (2.5, 97.5))
    return round(float(low), 1), round(float(high), 1)


def main(turns: int, rounds: int) -> Tally:
    """Hold both conversations, by turns, so often, on the same engines."""
    choice = compose.choose(compose.POCKET, None)
    engines = compose.load(choice, 1)
    name, tally = codec(choice.pack), Tally(turns)
    with tempfile.TemporaryDirectory() as place:
        folders = {count: Path(place) / str(count) for count in (SHORT, turns)}
        for count, folder in folders.items():
            keep(
                folder,
                count,
                np.resize(engines.reference[0].codes, (50, engines.reference[0].codes.shape[1])),
                {"codec": name},
            )
        seen: dict[int, list[tuple[float, list[StageTimes]]]] = {SHORT: [], turns: []}
        for count in (SHORT, turns) * rounds:
            began = time.monotonic()
            history, notes = opened(folders[count], name)
            listening, times, companion = replies(engines, history, notes, began)
            seen[count].append((listening, times))
    tally.open_short_ms, tally.open_long_ms = (max(each for each, _ in seen[count]) for count in (SHORT, turns))
    short, long = ([each for _, times in seen[count] for each in times] for count in (SHORT, turns))
    tally.replies = len(long)
    tally.reply_short_ms, tally.reply_long_ms = (float(np.median(sounds(each))) for each in (short, long))
    tally.word_short_ms, tally.word_long_ms = (
        float(np.median([times.chat_first or 0.0 for times in each])) for each in (short, long)
    )
    tally.differs_ms = interval(sounds(short), sounds(long))
    system = SETTINGS.persona.system
    recall = fitting(SETTINGS.memory, engines.chat_tokens)
    prompt = messages(system, history, "hello", recall, notes)
    tally.chat_gone = gone(system, history, recall)
    tally.chat_has_summary = int("Earlier in this conversation: They spoke of" in prompt[0].text)
    tally.chat_has_facts = int(f"The user likes thing {turns // 20 * 20}." in prompt[0].text)
    tally.voice_segments = engines.voice.history.segments - 1
    tally.voice_has_newest = int(engines.voice.history.segments > len(ASKED) and len(companion.history) > REMEMBERED)
    return tally


def sounds(times: list[StageTimes]) -> list[float]:
    """Return after how many milliseconds each reply sounded."""
    return [each.reply or 0.0 for each in times]


if __name__ == "__main__":
    print(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5))
