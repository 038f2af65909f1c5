"""Every page of the settings, and the first steps: what is shown, and what a change asks for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QSignalBlocker, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QPushButton

from app.window.errand import Errand
from app.window.pages import models as models_page
from app.window.pages.about import About
from app.window.pages.audio import Audio
from app.window.pages.companion import Companion
from app.window.pages.general import General
from app.window.pages.listening import Listening
from app.window.pages.models import AllModels, Models
from app.window.pages.privacy import Privacy
from app.window.pages.shortcuts import Shortcuts
from app.window.pages.voices import AllVoices, Voices
from app.window.preferences import Kept
from app.window.settings_window import SettingsWindow
from core.audio.wire import Levels
from core.commands import (
    ChoosePack,
    ChooseVoice,
    DeleteEverything,
    DeleteFacts,
    DeleteSummaries,
    Diagnose,
    Hush,
    ListConversations,
    ListDevices,
    ListFacts,
    ListSummaries,
    ListVoices,
    PlayTone,
    PlayVoice,
    RecordTest,
    ShowPrompt,
    UseSettings,
    WriteFact,
    WriteSummary,
)
from core.news import (
    AudioClosed,
    AudioLost,
    AudioOpened,
    DeviceList,
    DeviceSeen,
    Diagnosis,
    FactList,
    FactSeen,
    Loading,
    ModelSeen,
    Playback,
    PromptSeen,
    Ready,
    Recorded,
    Standing,
    SummaryList,
    SummarySeen,
    Trouble,
    TurnPage,
    VoiceList,
    VoiceSeen,
)
from core.types import Message
from models.openai_chat import ChatServer
from tests.app.window.around import seen, told, wait


def page(house, kind):
    """Open the settings at a page."""
    house.open_settings()
    found = next(each for each in house.settings._pages if isinstance(each, kind))
    house.settings.open_page(found.title)
    QTest.qWait(1)
    assert found.isVisible()
    return found


def press(inside, text):
    next(each for each in inside.findChildren(QPushButton) if each.text() == text).click()


def keys(window, *keys):
    for key in keys:
        QTest.keyClick(QApplication.focusWidget() or window, key)


def used(outside):
    return outside.of(UseSettings)[-1].settings


def test_the_settings_open_once_and_walk_their_pages(house):
    house.open_settings()
    first = house.settings
    house.open_settings("Voices")
    assert house.settings is first
    assert isinstance(first, SettingsWindow)
    assert first.list.currentItem().text() == "Voices"
    assert first.list.count() == 9


def test_general_holds_at_once_and_is_kept(house, theme):
    general = page(house, General)
    general.letters.setValue(15)
    assert theme.look.percent == 150
    general.scheme.setCurrentIndex(general.scheme.findData("dark"))
    assert theme.look.colours.name == "dark"
    general.still.setChecked(False)
    assert not theme.look.still
    general.notify.setChecked(True)
    general.tray.setChecked(False)
    general.language.setCurrentIndex(general.language.findData("de"))
    again = Kept(house.kept._file).now
    assert again == house.kept.now
    assert (again.look.text_percent, again.look.theme, again.look.language) == (150, "dark", "de")
    assert (again.manners.notifications, again.manners.tray) == ("on", "off")
    house.kept.set("look", theme="light", text_percent=100, still="on")


def test_audio_shows_devices_and_tries_them(house, outside):
    audio = page(house, Audio)
    assert outside.of(ListDevices)
    devices = (DeviceSeen("Headset", True, True, False), DeviceSeen("Speakers", False, True, True))
    told(house, DeviceList(devices), AudioOpened("Headset", None))
    assert [audio.microphone.itemData(at) for at in range(audio.microphone.count())] == ["", "Headset"]
    assert audio.loudspeaker.count() == 3
    audio.microphone.setCurrentIndex(1)
    assert used(outside).audio.microphone == "Headset"
    audio.echo.setCurrentIndex(1)
    assert used(outside).audio.echo == "leave"
    told(house, DeviceList(()))  # unplugged: the choice stays, and says so
    assert audio.microphone.value() == "Headset"
    assert "not there" in audio.microphone.currentText()
    audio._record.click()
    audio._tone.click()
    assert outside.asked[-2:] == [RecordTest(3.0), PlayTone()]


def test_audio_says_what_was_in_use_before_it_was_opened(house):
    told(house, AudioOpened("Headset", None))
    audio = page(house, Audio)
    assert audio.used.text() == "In use: Headset and no loudspeaker."
    told(house, AudioLost("it went away"))
    assert audio.used.text() == "it went away"
    told(house, AudioClosed())
    assert "No device is in use" in audio.used.text()


def test_what_leaves_the_computer_is_said(house):
    privacy = page(house, Privacy)
    assert "Nothing" in privacy.leaves.text()
    assert not house.desk.sends.isVisible()
    sends = ChatServer("http://192.168.0.7:8000", "any").warning
    told(house, Standing(talking=True, ready=True, sends=sends))
    assert privacy.leaves.text() == house.desk.sends.text() == sends
    assert "192.168.0.7" in house.desk._welcome.text()
    assert house.desk.sends.isVisible()


@pytest.mark.parametrize(
    ("peak", "level", "says"), [(1.0, -5.0, "Too loud"), (0.01, -60.0, "Hardly"), (0.4, -20.0, "good")]
)
def test_a_test_recording_is_judged(house, peak, level, says):
    audio = page(house, Audio)
    told(house, Recorded(3.0, peak, level))
    assert says in audio.result.text()


def test_listening(house, outside):
    listening = page(house, Listening)
    before = listening.wait.text()
    listening.patience.setValue(2)
    assert used(outside).segmenter.patience == "patient"
    assert listening.wait.text() != before
    listening.mode.setCurrentIndex(2)
    assert used(outside).segmenter.mode == "tap"
    assert house.desk.panel.mode.currentIndex() == 2
    listening.captions.setChecked(False)
    listening.murmurs.setChecked(True)
    assert (used(outside).floor.captions, used(outside).floor.murmurs) == ("off", "on")
    assert "F9" in listening.key.text()


VOICES = tuple(
    VoiceSeen(name, name.title(), "calm", "shipped", "Apache-2.0", "synthetic", own=False) for name in ("ada", "tom")
)


def test_voices_are_played_and_chosen(house, outside):
    voices = page(house, Voices)
    assert outside.of(ListVoices)
    told(house, VoiceList(VOICES, "ada"))
    assert voices.choosers["ada"].isChecked()
    voices.choosers["tom"].click()
    press(voices, "Play")
    told(house, Playback(playing=True))
    press(voices, "Stop")
    assert outside.asked[-3:] == [ChooseVoice("tom"), PlayVoice("ada"), Hush()]
    told(house, Playback(playing=False), Standing(ready=True, voice="tom"))
    assert voices.choosers["tom"].isChecked()
    told(house, VoiceList(VOICES[:1], "ada"))
    assert [*voices.choosers] == ["ada"]


def test_voices_are_asked_for_as_soon_as_the_models_are_loaded(house, outside):
    told(house, Standing(ready=False))
    voices = page(house, Voices)
    assert outside.of(ListVoices) == []
    told(house, Standing(ready=True, voice="ada"), Ready(4.2))
    assert outside.of(ListVoices) == [ListVoices()]
    told(house, VoiceList(VOICES, "ada"))
    assert not voices.none.isVisible()


def test_models_that_sleep_are_woken_for_their_voices(house, outside):
    told(house, Standing(asleep=True))
    page(house, Voices)
    assert outside.of(ListVoices) == [ListVoices()]


def test_a_voice_that_cannot_be_chosen_is_not_shown_as_chosen(house):
    voices = page(house, Voices)
    told(house, Standing(ready=True, voice="ada"), VoiceList(VOICES, "ada"))
    voices.choosers["tom"].click()
    told(house, Trouble("There is no such voice.", command="ChooseVoice"))
    assert voices.choosers["ada"].isChecked()


@pytest.mark.parametrize("times", [1, 2])
def test_the_next_voice_is_chosen_with_two_keys(house, outside, times):
    voices = page(house, AllVoices)
    for shown in range(times):  # a card that comes late is not the last that Tab reaches
        told(house, VoiceList(VOICES[shown:], "ada"), VoiceList(VOICES, "ada"))
    house.settings.list.setFocus()
    keys(house.settings, Qt.Key.Key_Tab, Qt.Key.Key_Down)
    assert outside.of(ChooseVoice) == [ChooseVoice("tom")]
    assert voices.choosers["tom"].isChecked()


def test_the_companion_is_named_and_its_memory_edited(house, outside):
    companion = page(house, Companion)
    companion.name.setText("Mira")
    companion.name.editingFinished.emit()
    assert used(outside).persona.name == "Mira"
    assert house.desk.captions.names["reply"] == "Mira"
    companion.prompt.setPlainText("You are {name}.")
    wait(lambda: used(outside).persona.prompt == "You are {name}.", 5)
    companion.name.setText("  ")  # nobody can be called nothing
    companion.name.editingFinished.emit()
    assert used(outside).persona.name == "Sotto"
    assert companion.notes.isChecked()
    companion.notes.click()
    assert used(outside).memory.notes == "off"
    told(house, FactList((FactSeen(1, "Likes tea."), FactSeen(2, "Is called Alex.", 9))))
    companion.facts.item(0).setText("Likes coffee.")
    companion.facts.setCurrentRow(1)
    press(companion, "Forget the chosen line")
    companion.fact.setText("Has a dog.")
    companion.fact.returnPressed.emit()
    edits = [each for each in outside.asked if isinstance(each, WriteFact | DeleteFacts)]
    assert edits == [WriteFact("Likes coffee.", 1), DeleteFacts((2,)), WriteFact("Has a dog.")]
    assert outside.of(ListFacts)


def test_who_it_is_to_be_outlasts_a_change_of_another_setting_while_it_is_typed(house, outside):
    companion = page(house, Companion)
    companion.prompt.setPlainText("You are {name}.")
    companion.notes.click()
    assert companion.prompt.toPlainText() == "You are {name}."
    wait(lambda: used(outside).persona.prompt == "You are {name}.", 5)


def test_a_server_that_is_typed_outlasts_a_change_of_another_setting(house):
    server = page(house, AllModels).elsewhere
    server.address.setText("http://192.168.0.7")
    house.desk.panel.mode.setCurrentIndex(1)
    assert server.address.text() == "http://192.168.0.7"
    house.steering.set("chat", address="http://192.168.0.8:8000/v1")
    assert server.address.text() == "http://192.168.0.8:8000/v1"


FACTS = FactSeen(1, "Likes tea."), FactSeen(2, "Is called Alex.", 9), FactSeen(3, "Has a dog.")


def test_a_line_that_is_being_worded_anew_stays_until_that_is_done(house, outside):
    companion = page(house, Companion)
    told(house, FactList(FACTS[:2]))
    companion.facts.editItem(companion.facts.item(1))
    editor = companion.facts.findChild(QLineEdit)
    QTest.keyClicks(editor, "Is called Sam.")
    told(house, FactList(FACTS))
    assert companion.facts.count() == 2
    QTest.keyClick(editor, Qt.Key.Key_Return)
    wait(lambda: companion.facts.count() == 3, 5)
    assert outside.of(WriteFact) == [WriteFact("Is called Sam.", 2)]


def test_the_chosen_line_stays_chosen_when_others_come_and_go(house):
    companion = page(house, Companion)
    told(house, FactList(FACTS))
    companion.facts.setCurrentRow(1)
    told(house, FactList(FACTS[1:]))
    assert companion.facts.currentItem().text() == "Is called Alex."
    told(house, FactList(FACTS[2:]))
    assert companion.facts.currentItem() is None, "what was chosen is no longer there"


def test_summaries_and_prompt_can_be_read_and_summaries_edited(house, outside):
    told(house, Standing(ready=True, conversation=7))
    companion = page(house, Companion)
    assert outside.of(ListSummaries) == [ListSummaries(7)]
    told(house, SummaryList(7, (SummarySeen(3, "They spoke of hills.", 2), SummarySeen(4, "And of rain.", 5))))
    assert companion.summaries.count() == 2
    companion.summaries.item(0).setText("They spoke of mountains.")
    companion.summaries.setCurrentRow(1)
    press(companion, "Forget the chosen summary")
    press(companion, "Show the last one")
    edits = [each for each in outside.asked if isinstance(each, WriteSummary | DeleteSummaries | ShowPrompt)]
    assert edits == [WriteSummary(7, "They spoke of mountains.", 3), DeleteSummaries(7, (4,)), ShowPrompt()]
    told(house, PromptSeen(()))
    assert companion.prompt_seen.toPlainText() == "Nothing has been answered yet."
    told(house, PromptSeen((Message("system", "You are Sotto."), Message("user", "Hello"))))
    assert companion.prompt_seen.toPlainText() == "Instructions:\nYou are Sotto.\n\nYou:\nHello"
    told(house, Standing(ready=True, conversation=8), SummaryList(7, (SummarySeen(3, "old", 2),)))
    assert companion.summaries.count() == 0  # of another conversation than is held
    assert outside.of(ListSummaries)[-1] == ListSummaries(8)


def test_models(house, outside, monkeypatch, tmp_path):
    models = page(house, Models)
    assert models.pack.text() == "Pocket pack"
    told(house, Standing(ready=False, pack="Big"), Loading("chat", 1, 4))
    assert models.progress.isVisible()
    assert "chat" in models.state.text()
    loaded = (ModelSeen("voice", 6_200_000_000, "Apache-2.0", "card"), ModelSeen("chat", 0, "", "server"))
    told(house, Standing(ready=True, pack="Big", models=loaded), Ready(4.2))
    said = ["Speaks: 6.2 GB · Apache-2.0 · computed by the graphics card", "Thinks: computed by a server"]
    assert models.loaded.text().splitlines() == said
    assert not models.progress.isVisible()
    monkeypatch.setattr(models_page.QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    press(models, "Choose a pack's folder…")
    press(models, "Use the pocket pack")  # the library is told as well
    wait(lambda: len(outside.of(ChoosePack)) == 2)
    assert outside.of(ChoosePack) == [ChoosePack(tmp_path), ChoosePack()]
    models.threads.setValue(2)
    assert used(outside).models.threads == 2


@pytest.mark.parametrize(("typed", "deleted"), [("delete", True), ("no", False), ("", False)])
def test_everything_is_deleted_only_when_it_is_written_out(house, outside, monkeypatch, typed, deleted):
    privacy = page(house, Privacy)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: (typed, True))
    privacy.everything.click()
    assert bool(outside.of(DeleteEverything)) is deleted
    privacy.days.setValue(30)
    assert used(outside).store.keep_days == 30
    middle = QPointF(privacy.days.rect().center())
    turned = (QPoint(0, 0), QPoint(0, -240), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
    over = QWheelEvent(middle, privacy.days.mapToGlobal(middle), *turned, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(privacy.days, over)  # somebody scrolls the page
    assert privacy.days.value() == 30


def test_no_word_is_left_on_any_screen_when_everything_is_deleted(house, outside, monkeypatch):
    told(house, Standing(ready=True, conversation=7), TurnPage(7, None, (seen(1, "Hello", "Hi."),), 0))
    with QSignalBlocker(house.desk.sidebar._search):
        house.desk.sidebar._search.setText("hello")
    wait(lambda: outside.of(ListConversations), 5)
    outside.asked.clear()
    companion = page(house, Companion)
    told(house, SummaryList(7, (SummarySeen(3, "They spoke of hills.", 2),)))
    told(house, PromptSeen((Message("user", "Hello"),)))
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("delete", True))
    page(house, Privacy).everything.click()
    assert house.desk.captions.rowCount() == 0
    told(house, Standing(ready=True))
    assert (companion.summaries.count(), companion.prompt_seen.toPlainText()) == (0, "")
    wait(lambda: outside.of(ListConversations) == [ListConversations("hello")], 5)


def test_a_taken_key_is_refused(house):
    shortcuts = page(house, Shortcuts)
    edit = shortcuts.edits["mute"]
    QTest.keyClick(edit, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert house.kept.now.keys.mute == "Ctrl+M"
    assert "Ctrl+N" in shortcuts.said.text()
    QTest.keyClick(edit, Qt.Key.Key_F7)
    assert house.kept.now.keys.mute == "F7"
    QTest.keyClick(edit, Qt.Key.Key_Backspace)
    assert house.kept.now.keys.mute == ""
    press(shortcuts, "Restore the original keys")
    assert house.kept.now.keys.mute == "Ctrl+M"


def test_diagnostics_are_copied(house, outside):
    about = page(house, About)
    assert outside.of(Diagnose)
    told(house, Diagnosis("packs: pocket"))
    press(about, "Copy")
    assert "packs: pocket" in QGuiApplication.clipboard().text()
    assert "Qt" in QGuiApplication.clipboard().text()


def test_the_first_steps_can_be_walked_left_out_and_had_again(house):
    house.show_first_run()
    first = house.first_run
    assert house.kept.now.manners.first_run == "due"
    for _ in range(4):
        first.next.click()
    assert first.next.text() == "Begin"
    first.back.click()
    first.next.click()
    first.next.click()
    assert not first.isVisible()
    assert house.kept.now.manners.first_run == "done"
    general = page(house, General)
    press(general, "Show the first steps again")
    assert house.first_run.isVisible()
    assert house.first_run.stack.currentIndex() == 0
    told(house, DeviceList(()), Levels(0.1, 0.1))  # no page that is gone still listens
    house.first_run.skip.click()
    assert not house.first_run.isVisible()


def test_the_first_steps_try_out_the_computer_and_offer_the_pocket_pack_and_more(house, outside):
    house.show_first_run()
    house.first_run.next.click()
    computer = house.first_run.stack.currentWidget()
    assert house.hardware.busy
    wait(lambda: "Being tried" in computer.verdict.text())
    press(computer, "Start with the pocket pack now")
    wait(lambda: outside.of(ChoosePack) == [ChoosePack()])
    press(computer, "Choose larger models…")
    assert not house.first_run.isVisible()
    assert house.settings.list.currentItem().text() == "Models"
    house.errands.close()
    assert not house.errands.findChildren(Errand) or all(
        e._process.processId() == 0 for e in house.errands.findChildren(Errand)
    )


@pytest.mark.slow  # each runtime is really tried
def test_the_verdict_on_this_computer_is_shown_where_it_is_asked_for(house):
    models = page(house, AllModels)
    models.look.click()
    wait(lambda: house.hardware.verdict is not None and not house.hardware.busy)
    assert "processor cores" in models.verdict.text()
    wait(lambda: models.cards and any(card.offer.reason or card.offer.recommended for card in models.cards))
    house.show_first_run()
    house.first_run.next.click()
    assert house.first_run.stack.currentWidget().verdict.text() == models.verdict.text()
