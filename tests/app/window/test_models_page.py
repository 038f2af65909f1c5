"""The Models page against a real server that misbehaves: download, stop, go on, refuse, import, move, delete."""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from app.compose import POCKET
from app.window.offers import Verdict, offers
from app.window.pages.models import AllModels
from core.commands import ChoosePack, UseSettings
from core.news import Standing
from core.settings import ChatSettings
from models.pack import open_pack
from tests.app.window.around import told, wait
from tests.app.window.test_pages import page, press
from tests.models.downloads.naughty import Manner, publish, serving

ROLES = {"ear": "transcriber", "mind": "chat", "mouth": "voice", "shell": "codec"}
CATALOGUE = """
[models.{name}]
role = "{role}"
title = "{title}"
format = "{format}"
licence = "Apache-2.0"
languages = ["en", "de"]
speed = "fast"
memory_mb = {{ gpu = 1, cpu = 1 }}
sources = [{{ repository = "lab/{name}" }}]
files = [{files}]
{more}
"""
PROFILE = """
[profiles.tiny]
title = "Processor only"
memory_mb = { gpu = 0, cpu = 4000 }
context = 512
on_gpu = []
models = { transcriber = "ear", chat = "mind", voice = "mouth", codec = "shell" }
"""
INSTEAD = """
import os
from pathlib import Path
import models.library
from models.catalog import load_catalog
tiny = load_catalog(Path(os.environ["TINY_CATALOGUE"]))
models.library.load_catalog = lambda tiny=tiny: tiny
"""


def listed(path: Path) -> str:
    """Return a file as a catalogue lists it."""
    raw = path.read_bytes()
    return f'{{ name = "{path.name}", size = {len(raw)}, sha256 = "{hashlib.sha256(raw).hexdigest()}" }}'


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Serve the pocket pack's models as if they were published, and let errands know no others."""
    monkeypatch.setenv("TINY_CATALOGUE", str(tmp_path / "catalogue"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "instead"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-cache"))
    pack, text = open_pack(POCKET), PROFILE
    for name, role in ROLES.items():
        part = getattr(pack, role)
        files = ", ".join(map(listed, sorted(each for each in part.folder.rglob("*") if each.is_file())))
        more = 'template = "pocket"\nparameters_b = 0.1\nlayers = 2\ntoken_bytes = 64' if role == "chat" else ""
        title = name.title()
        text += CATALOGUE.format(name=name, role=role, title=title, format=part.format, files=files, more=more)
    for folder, file, words in (("catalogue", "tiny.toml", text), ("instead", "sitecustomize.py", INSTEAD)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / file).write_text(words)
    with serving() as running:
        for name, role in ROLES.items():
            publish(running, f"lab/{name}", getattr(pack, role).folder)
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


@pytest.fixture
def models(server, house):
    shown = page(house, AllModels)
    wait(lambda: shown.cards)
    return shown


def large(server):
    """Return how the largest file is served."""
    return max(server.manners.values(), key=lambda manner: len(manner.body))


def test_a_pack_is_downloaded_stopped_gone_on_with_moved_and_deleted(
    house, models, server, outside, monkeypatch, tmp_path
):
    (card,) = models.cards
    assert card.buttons[0].accessibleName().startswith("Download")
    file = large(server)
    file.pause_s, file.block = 0.2, len(file.body) // 40
    seen = []
    models.work.bar.valueChanged.connect(seen.append)
    card.buttons[0].click()
    assert not card.buttons[0].isEnabled()
    wait(lambda: "a second" in models.work.text.text() and "left" in models.work.text.text())
    models.work.cancel.click()
    wait(lambda: "was stopped" in models.told.text() and not models.work.isVisible())
    wait(lambda: models.cards and models.cards[0].buttons[0].text().startswith("Go on"))
    file.pause_s = 0.0
    asked = len(server.asked)
    models.cards[0].buttons[0].click()
    wait(lambda: outside.of(ChoosePack))
    assert any("range" in each.headers for each in server.asked[asked:])  # it did not begin anew
    assert max(seen) <= 1000
    folder = tmp_path / "data" / "models" / "packs" / "tiny"
    assert outside.of(ChoosePack) == [ChoosePack(folder)]
    assert open_pack(folder).title
    told(house, Standing(ready=True, pack="Tiny", pack_folder=str(folder)))
    wait(lambda: models.cards[0].offer.used)

    full = tmp_path / "disk"
    full.mkdir()
    (full / "holiday.txt").write_text("mine")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(full))
    press(models, "Move to another folder…")
    moved = full / "sotto-models" / "packs" / "tiny"
    wait(lambda: outside.of(ChoosePack)[-1] == ChoosePack(moved))
    assert (moved / "pack.toml").is_file()
    told(house, Standing(ready=True, pack="Tiny", pack_folder=str(moved)))
    wait(lambda: models.place.text() == str(full / "sotto-models") and models.cards[0].offer.used)

    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    models.cards[0].buttons[-1].click()
    wait(lambda: not moved.exists())
    assert outside.of(ChoosePack)[-1] == ChoosePack()


@pytest.mark.parametrize(
    ("manner", "says"),
    [
        ({"status": 403, "headers": {"X-Error-Code": "GatedRepo"}}, "terms"),
        ({"status": 404}, "no such file"),
        ({"surplus": b"more", "length": None}, "not what was promised"),
    ],
)
def test_a_refusal_is_said_in_words_and_nothing_is_used(models, server, outside, manner, says, tmp_path):
    body = large(server).body
    for path, each in [*server.manners.items()]:
        if each.body is body:
            if "surplus" in manner:
                body = bytes([body[0] ^ 1]) + body[1:]
                manner = {}
            server.manners[path] = Manner(body, **manner)
    models.cards[0].buttons[0].click()
    wait(lambda: models.told.text() and not models.work.isVisible())
    assert says in models.told.text().lower()
    assert not outside.of(ChoosePack)
    assert not (tmp_path / "data" / "models" / "packs" / "tiny").exists()


def test_models_of_a_folder_are_taken_in_and_put_together(models, server, outside, monkeypatch, tmp_path):
    pack, away = open_pack(POCKET), tmp_path / "stick"
    for role in ROLES.values():
        shutil.copytree(getattr(pack, role).folder, away / role)
    for name, role in ROLES.items():
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, role=role: str(away / role))
        press(models, "Import a folder…")
        wait(lambda name=name: models.told.text() == f"Taken in: {name}." and not models.work.isVisible())
    wait(lambda: models.cards[0].buttons[0].text() == "Put together")
    asked = len(server.asked)
    models.cards[0].buttons[0].click()
    wait(lambda: outside.of(ChoosePack) and not models.work.isVisible())
    assert len(server.asked) == asked  # no network is needed
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(archive(tmp_path)), ""))
    press(models, "Import an archive…")
    wait(lambda: "bad.zip" in models.told.text() and not models.work.isVisible())
    assert not (tmp_path / "evil.txt").exists()


def archive(folder: Path) -> Path:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as made:
        made.writestr("../evil.txt", "evil")
    (folder / "bad.zip").write_bytes(raw.getvalue())
    return folder / "bad.zip"


def test_the_token_is_kept_and_not_shown(models, tmp_path):
    models.token.setText("hf_secret")
    press(models, "Keep the token")
    assert models.token.text() == ""
    wait(lambda: "kept" in models.told.text())
    assert "hf_secret" not in models.told.text()
    press(models, "Forget it")
    wait(lambda: "forgotten" in models.told.text())


EVENTS = [
    {"event": "profile", "name": name, "title": name, "memory": {"gpu": gpu, "cpu": 8000}, "models": {},
     "system": system, "slow": "", "size": 10, "to_fetch": 10}
    for name, gpu, system in (("gpu-24", 22500, ""), ("apple", 0, "apple"), ("cpu", 0, ""))
]  # fmt: skip


def test_what_suits_the_computer_comes_first_and_what_does_not_fit_says_so(monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    found = Verdict("slow", "cpu", (), {"gpu-24": "there is no graphics card that can be used"})
    made = offers(EVENTS, [{"event": "folder"}], found, "")
    assert [(each.name, each.recommended, bool(each.reason)) for each in made] == [
        ("cpu", True, False),
        ("gpu-24", False, True),
    ]
    there = [{"event": "pack", "name": "gpu-24", "title": "x", "folder": "/p", "problem": ""}]
    used = offers(EVENTS, there, found, "/p")[1]
    assert (used.used, used.reason) == (True, "")  # it is there already, whatever was said


def test_replies_come_from_a_server_that_is_tried_first_and_from_the_pack_again(
    models, outside, monkeypatch, tmp_path, house
):
    monkeypatch.setenv("SOTTO_CONFIG", str(tmp_path / "config"))
    there = models.elsewhere
    assert not there.use.isEnabled()
    assert not there.own.isEnabled()
    with serving() as other:
        other.manners["/v1/models"] = Manner(b'{"data": [{"id": "big"}]}')
        there.address.setText(other.url)
        there.model.setText("small")
        there.use.click()
        wait(lambda: "choose: big" in there.state.text() and there.use.isEnabled())
        assert outside.of(UseSettings) == []
        there.model.setText("big")
        there.key.setText("sk-secret")
        there.use.click()
        wait(lambda: outside.of(UseSettings))
        assert other.asked[-1].headers["authorization"] == "Bearer sk-secret"
        assert outside.of(UseSettings)[-1].settings.chat == ChatSettings(other.url, "big")
        wait(lambda: there.own.isEnabled())
        assert there.key.text() == ""
    told(house, Standing(ready=True, sends="Text leaves this machine."))
    assert there.sends.isVisibleTo(models)
    there.own.click()
    wait(lambda: outside.of(UseSettings)[-1].settings.chat == ChatSettings())


def test_how_long_models_stay_is_set(models, outside):
    models.rest.setValue(30)
    assert outside.of(UseSettings)[-1].settings.models.unload_min == 30
