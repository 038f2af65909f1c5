"""Makes the pictures in docs/screenshots: `python packaging/screenshots.py`; the conversation in them is invented."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np  # noqa: E402
from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtGui import QImage  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from app.voices import OWN  # noqa: E402
from app.window import translating  # noqa: E402
from app.window.auditions import Auditions  # noqa: E402
from app.window.desk import Desk  # noqa: E402
from app.window.house import House, Places  # noqa: E402
from app.window.offers import Verdict  # noqa: E402
from app.window.pages.about import About  # noqa: E402
from app.window.pages.audio import Audio  # noqa: E402
from app.window.pages.companion import Companion  # noqa: E402
from app.window.pages.general import General  # noqa: E402
from app.window.pages.listening import Listening  # noqa: E402
from app.window.pages.models import AllModels  # noqa: E402
from app.window.pages.page import Page  # noqa: E402
from app.window.pages.privacy import Privacy  # noqa: E402
from app.window.pages.shortcuts import Shortcuts  # noqa: E402
from app.window.pages.voices import AllVoices, Voices  # noqa: E402
from app.window.preferences import Kept  # noqa: E402
from app.window.reading import Reading  # noqa: E402
from app.window.theme import Theme  # noqa: E402
from core.audio.wire import Levels  # noqa: E402
from core.conversation import State  # noqa: E402
from core.events import Begin, Commit, Event, Heard, Phrased, Played, Replied  # noqa: E402
from core.news import (  # noqa: E402
    ConversationList,
    ConversationSeen,
    DeviceList,
    DeviceSeen,
    Diagnosis,
    EngineState,
    FactList,
    FactSeen,
    ModelSeen,
    Ready,
    ReplyTimes,
    Standing,
    SummaryList,
    SummarySeen,
    Trouble,
    TurnPage,
    TurnSeen,
    VoiceList,
    VoiceSeen,
)
from core.records import Notice  # noqa: E402
from core.settings import Settings  # noqa: E402
from core.types import VOICE_RATE, Transcript, Turn  # noqa: E402
from models.catalog import load_catalog  # noqa: E402
from models.planner import Gpu, Machine, plan  # noqa: E402

Shown = TypeVar("Shown", bound=Page)

LANGUAGE, FOLDER = "en", ROOT / "docs" / "screenshots"
if len(sys.argv) == 3:  # to look at another language: `python packaging/screenshots.py de FOLDER`
    LANGUAGE, FOLDER = sys.argv[1], Path(sys.argv[2])
TURN = Turn(9)
ANSWER = "Two days are enough for the ridge if you start early. Sleep in the hut, and come down before noon on Sunday."
LISTED = (
    ("Mountains", "2026-11-22T18:00:00+00:00", 3),
    ("Who was Ada Lovelace, and what did she write?", "2026-11-21T08:10:00+00:00", 12),
    ("Hello, my name is Tom", "2026-11-20T19:30:00+00:00", 1),
)


LOADED = (("transcriber", 2_017_108), ("chat", 3_664_288), ("voice", 12_165_319))  # bytes, of the pocket pack


def turn(row: int, user: str, reply: str, outcome: str = "answered") -> TurnSeen:
    return TurnSeen(row, Turn(row), user, reply, outcome, typed=False, done=True, user_seconds=2, reply_seconds=3)


def talk(house: House) -> None:
    """Let the house hear of a conversation that is under way."""
    seen = [ConversationSeen(3 - at, when, when, turns, title) for at, (title, when, turns) in enumerate(LISTED)]
    turns = (
        turn(1, "What should I pack for the mountains?", "A warm coat and good shoes. The weather turns quickly."),
        turn(2, "And if it snows?", "Then take gaiters and a thermos, and", "interrupted"),
    )
    for news in (
        EngineState("ready"),
        Standing(
            talking=True,
            ready=True,
            pack="Pocket pack",
            pack_folder="assets/pocket",
            voice="ada",
            conversation=3,
            models=tuple(ModelSeen(role, size, "Apache-2.0", "processor") for role, size in LOADED),
        ),
        ConversationList("", tuple(seen)),
        TurnPage(3, None, turns, 0),
        ReplyTimes(TURN, 1840, 900, 410, 220, 640),
    ):
        house.door.tell(news)
    happened: tuple[Event | Begin | Commit, ...] = (
        Begin(TURN),
        Heard(TURN, Transcript("No, wait. I only have two days. Is that enough for the ridge?")),
        Commit(TURN),
        Replied(TURN, ANSWER),
        Phrased(TURN, 0, ANSWER, ANSWER),
        Played(TURN, 4 * VOICE_RATE),
    )
    for what in happened:
        house.door.tell(Notice(what, State.SPEAKING, 0.0))


def settings(house: House) -> None:
    """Let the house hear what the settings show."""
    voices = (("ada", "Ada", "A calm woman, about forty"), ("tom", "Tom", "A young man, in a good mood"))
    rights = ("shipped", "Apache-2.0", "synthetic: nobody's voice")
    mira = (
        "mira",
        "Mira",
        "recorded here",
        "recorded",
        OWN,
        "spoken on 2026-11-22: I agree that Sotto speaks with my voice",
    )
    shipped = (VoiceSeen(*each, *rights, own=False) for each in voices)
    house.door.tell(VoiceList((*shipped, VoiceSeen(*mira, own=True)), "ada"))
    house.door.tell(FactList((FactSeen(1, "Is called Alex."), FactSeen(2, "Goes to the mountains in winter.", 4))))
    house.door.tell(SummaryList(3, (SummarySeen(1, "Alex asked what to pack for two days on the ridge.", 2),)))
    house.door.tell(DeviceList((DeviceSeen("Built-in microphone", True, False, True),)))
    house.door.tell(Diagnosis("12 processor cores, Pocket pack: 4 models, 24 MB"))
    house.door.tell(Ready(4.2))


def machine() -> Verdict:
    """Return the verdict on an invented computer."""
    found = plan(
        Machine("linux", 12, 32_000, 24_000, 400_000, gpus=(Gpu("GeForce RTX 4060 Ti", 17_200, 16_600),)),
        load_catalog(),
    )
    reasons = {fit.profile.name: fit.reason for fit in found.fits}
    return Verdict(found.rating, found.profile.name if found.profile else "", found.lines, reasons)


def models(house: House, name: str) -> None:
    """Write pictures of the Models page, at its beginning and further down."""
    page = opened(house, AllModels)
    wait(lambda: page.cards)
    house.hardware.verdict = machine()
    house.hardware.came.emit()
    page.work.begin("Download: Graphics card with 16 GB")
    page.work.show_step(
        {"phase": "fetching", "name": "model.safetensors", "done": 4.9e9, "total": 12.9e9, "share": 0.383,
         "speed": 38e6, "left_s": 210, "note": ""}
    )  # fmt: skip
    QTest.qWait(50)
    page.verticalScrollBar().setValue(0)
    keep(house.settings, f"models-{name}")
    page.work.hide()
    QTest.qWait(50)
    page.verticalScrollBar().setValue(
        page.cards[0].mapTo(page.widget(), page.cards[0].rect().topLeft()).y() - house.theme.look.px(40)
    )
    keep(house.settings, f"packs-{name}")


def asides(house: House, name: str) -> None:
    """Write pictures of how a voice is found and recorded."""
    page = opened(house, AllVoices)
    page.invent.click()
    finding = page.aside
    assert isinstance(finding, Auditions)
    for seed in (1, 2, 3):
        finding._told({"event": "audition", "seed": seed, "file": ""})
    finding.errand.cancel()
    wait(lambda: not finding.busy)
    finding.name.setText("Mira")
    finding.choosers[1].click()
    finding.say("Which one do you like?")
    keep(finding, f"find-voice-{name}")
    finding.close()
    page.record.click()
    reading = page.aside
    assert isinstance(reading, Reading)
    wait(lambda: reading.consent.text() and not reading.busy)
    reading.name.setText("Mira")
    reading.meter.show_peak(0.2)
    reading.say("Read now. 6 s")
    keep(reading, f"record-voice-{name}")
    reading.close()


def opened(house: House, kind: type[Shown]) -> Shown:
    """Open the settings at this kind of page, and return it."""
    house.open_settings()
    page = next(each for each in house.settings._pages if isinstance(each, kind))
    house.settings.open_page(page.title)
    QTest.qWait(60)
    return page


def wait(until: Callable[[], object]) -> None:
    """Let Qt go on until this is true."""
    for _ in range(3000):
        if until():
            return
        QTest.qWait(20)
    raise SystemExit(f"it did not come, line {sys._getframe(1).f_lineno}")


def keep(window: QWidget, name: str) -> None:
    """Write a picture of a window, in its 256 most frequent colours, so that it is small."""
    QTest.qWait(60)
    picture = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(picture.constBits(), np.uint32)
    colours, counts = np.unique(pixels, return_counts=True)
    most = [int(colour) for colour in colours[np.argsort(-counts)][:256]]
    few = picture.convertToFormat(QImage.Format.Format_Indexed8, most, Qt.ImageConversionFlag.ThresholdDither)
    few.save(str(FOLDER / f"{name}.png"), "PNG", 20)


def take(house: House, name: str) -> None:
    """Write all pictures of one look."""
    house.desk.resize(1080, 760)
    for _ in range(12):
        house.door.tell(Levels(microphone=0.012, loudspeaker=0.3))
        QTest.qWait(50)
    keep(house.desk, f"talk-{name}")
    for kind in (General, Audio, Listening, Voices, Companion, Privacy, Shortcuts, About):
        opened(house, kind)
        settings(house)
        keep(house.settings, f"{kind.__name__.lower()}-{name}")
    models(house, name)
    asides(house, name)
    house.settings.close()
    house.show_first_run()
    for step in ("first-steps", "first-steps-computer", "first-steps-audio", "first-steps-voices", "first-steps-try"):
        keep(house.first_run, f"{step}-{name}")
        house.first_run.next.click()
    house.door.tell(
        Trouble("The microphone was unplugged.", "You can type, and hear the answers.", "Plug it in again.")
    )
    keep(house.desk, f"trouble-{name}")
    house.desk.banner.hide()


def main() -> None:
    """Write the pictures in light and dark, at 100 % and 150 % text."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    application = QApplication([])
    translating.translate(application, LANGUAGE)
    with tempfile.TemporaryDirectory() as name:
        folder, home = Path(name), Path("/home/you")
        places = Places(home / ".local/share/sotto", home / ".config/sotto/settings.toml", home)
        desk = Desk(Theme(application), folder / "state.ini")
        house = House(application, desk, Kept(folder / "window.toml"), Settings(), places, "0.1.0")
        house.desk.show()
        talk(house)
        for scheme, percent in product(("light", "dark"), (100, 150)):
            house.kept.set("look", theme=scheme, text_percent=percent)
            take(house, f"{scheme}-{percent}")
        house.desk.close()


if __name__ == "__main__":
    main()
