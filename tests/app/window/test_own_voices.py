"""Own voices, with the real commands on the pocket pack: found, taken in, renamed, written to a file, deleted."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from app.stock import seen
from app.window import auditions
from app.window.pages.voices import AllVoices
from app.window.reading import Reading
from app.window.taking import Taking
from core.commands import ChooseVoice, ListVoices, PlaySound, Rest, Talk
from core.news import Standing, VoiceList, VoiceSeen
from models.audiofile import read_audio
from models.catalog import load_catalog
from models.own_voices import OwnVoices
from tests.app.window.around import told, wait
from tests.app.window.test_pages import page, press
from tests.models.downloads.naughty import Manner, publish, serving

SHIPPED = VoiceSeen("ada", "Ada", "calm", "shipped", "Apache-2.0", "synthetic", own=False)


@pytest.fixture
def voices(house):
    return page(house, AllVoices)


@pytest.fixture
def own(tmp_path):
    return OwnVoices(tmp_path / "data" / "voices")


def answer(house, own, chosen="ada"):
    """Answer as the engine does when it is asked which voices there are."""
    told(house, VoiceList((SHIPPED, *(seen(own.card(name), own=True) for name in own.names())), chosen))


def test_a_voice_is_found_kept_and_looked_after(house, voices, own, outside, monkeypatch, tmp_path):
    monkeypatch.setattr(auditions, "COUNT", 2)
    voices.invent.click()
    aside = voices.aside
    assert not aside.keep.isEnabled()
    wait(lambda: not aside.busy)
    assert [each.text() for each in aside.choosers] == ["Speaker 1", "Speaker 2"]
    press(aside, "Play")
    assert outside.of(PlaySound)[-1].file.name == "seed-1.wav"
    aside.choosers[1].click()
    aside.name.setText("My pick")
    outside.asked.clear()
    aside.keep.click()
    wait(lambda: own.names() == ["my-pick"] and voices.aside is None)
    assert own.card("my-pick").title == "My pick"
    assert outside.of(ListVoices)

    answer(house, own, "my-pick")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Best", True))
    press(voices, "Rename…")
    wait(lambda: own.names() == ["best"] and outside.of(ChooseVoice)[-1:] == [ChooseVoice("best")])
    answer(house, own, "best")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("??", True))
    press(voices, "Rename…")
    wait(lambda: "no letters" in voices.state.text())
    assert outside.of(ChooseVoice)[-2:] == [ChooseVoice("ada"), ChooseVoice("best")]  # it goes on as it was called
    file = tmp_path / "best.sottovoice"
    file.write_bytes(b"old")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    press(voices, "Write to a file…")
    wait(lambda: "best.sottovoice" in voices.state.text())
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    press(voices, "Delete…")
    wait(lambda: not own.names())
    assert outside.of(ChooseVoice)[-1] == ChooseVoice("ada")  # what is gone cannot speak
    wait(lambda: voices.state.text() == "It is deleted.")
    answer(house, own)
    assert [*voices.choosers] == ["ada"]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    voices.take.click()
    wait(lambda: own.names() == ["best"])


def test_a_damaged_voice_is_refused_in_words(voices, own, monkeypatch, tmp_path):
    file = tmp_path / "bad.sottovoice"
    file.write_bytes(b"PK nothing")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    voices.take.click()
    wait(lambda: "no voice that Sotto exported" in voices.state.text())
    assert own.names() == []


def speak(words: str, file: Path) -> None:
    subprocess.run(["flite", "-voice", "awb", "-t", words, "-o", file], check=True, capture_output=True)


def test_a_recording_needs_words_and_consent_and_is_compared_with_them(voices, own, monkeypatch, tmp_path):
    file, words = tmp_path / "ann.wav", "I am listening when you are ready. I like blue, like the sea."
    speak(words, file)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    voices.take.click()
    aside = voices.aside
    assert isinstance(aside, Taking)
    assert aside.name.text() == "ann"
    assert not aside.take.isEnabled()
    aside.words.setPlainText("One plus one is two. Two plus two is four. Maybe some rice and apples.")
    aside.consent.setText("Ann, in writing")
    aside.take.click()
    wait(lambda: "other words were heard" in aside.state.text() and not aside.busy)
    assert own.names() == []
    aside.words.setPlainText(words)
    aside.take.click()
    wait(lambda: own.names() == ["ann"] and voices.aside is None)
    assert own.card("ann").transcript == words


def test_the_script_is_shown_before_anything_is_recorded_and_closing_leaves_nothing(voices, own, house):
    voices.record.click()
    aside = voices.aside
    assert isinstance(aside, Reading)
    wait(lambda: aside.consent.text())
    assert aside.text.text().startswith("I am listening when you are ready.")
    assert not aside.start.isEnabled()
    aside.reject()
    assert own.names() == []


@pytest.mark.slow  # it listens for fifteen seconds
def test_silence_is_refused_and_the_companion_listens_again(voices, own, house, outside):
    told(house, Standing(talking=True, ready=True))
    voices.record.click()
    aside = voices.aside
    wait(lambda: not aside.busy)
    aside.name.setText("Nobody")
    aside.start.click()
    assert outside.of(Rest)
    assert aside.stop.isEnabled()
    wait(lambda: not aside.busy)
    assert "nothing was heard" in aside.state.text()
    assert outside.asked[-1] == Talk()
    assert own.names() == []


def test_a_published_voice_is_got_behind_its_gate(voices, own, monkeypatch, tmp_path):
    """Its page is shown while the terms are not accepted; what came once is kept with what is known of its rights."""
    model = load_catalog().model("sesame-prompts")
    source, folder = model.sources[0], tmp_path / "csm-1b" / "prompts"
    folder.mkdir(parents=True)
    for file in model.files:
        speak("Yes. I like music.", folder / file.name)
        sound, room = read_audio(folder / file.name)[0], (file.size - 44) // 2
        soundfile.write(folder / file.name, np.pad(sound, (0, room - len(sound))), 24_000, subtype="PCM_16")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-cache"))
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        publish(hub, source.repository, folder.parent, revision=source.revision)
        told = f"/api/models/{source.repository}/revision/{source.revision}?blobs=true"
        open_to_all = hub.manners[told]
        hub.manners[told] = Manner(b"", 403, {"X-Error-Code": "GatedRepo"})
        voices.publish.click()
        aside = voices.aside
        wait(lambda: not aside.busy)
        assert len(aside.choosers) == 6
        assert "is not said" in aside.rights.text()
        aside.choosers[2].click()
        aside.get.click()
        wait(lambda: "terms of this model" in aside.state.text() and not aside.busy)
        assert aside.page_button.text() == "Open https://huggingface.co/sesame/csm-1b"
        assert own.names() == []
        hub.manners[told] = open_to_all
        aside.get.click()
        wait(lambda: own.names() == ["sesame-read-a"] and voices.aside is None)
    assert own.card("sesame-read-a").origin == "published"
