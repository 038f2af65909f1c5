"""Settings in a file: what is good is used, what is bad is named, and nothing a user wrote is lost."""

from __future__ import annotations

import random
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.settings_file import Wishes, read, write
from core.news import SettingsUsed
from core.settings import AudioSettings, ModelSettings, PersonaSettings, SegmenterSettings, Settings, StoreSettings

MINE = Settings(
    segmenter=SegmenterSettings(on=0.3, off=0.2, patience="patient"),
    persona=PersonaSettings("Ada", 'You are {name}.\nSay "é" — and \\ too.'),
    audio=AudioSettings(microphone="USB [mic] #2", echo="leave"),
    store=StoreSettings(keep_days=30),
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config" / "settings.toml"


def test_what_is_written_is_read(path):
    write(path, MINE)
    assert read(path) == (MINE, ())
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_file_is_the_defaults(path):
    assert read(path) == (Settings(), ())


def test_only_what_differs_is_written_so_that_defaults_may_improve(path):
    write(path, replace(Settings(), store=StoreSettings(keep_days=7)))
    assert path.read_text() == "[store]\nkeep_days = 7\n"


@pytest.mark.parametrize(
    ("text", "key", "why"),
    [
        ("[segmenter]\non = 3", "segmenter.on", "it is 3; allowed: a number from 0.05 to 0.99; the default, 0.5"),
        ("[segmenter]\non = true", "segmenter.on", "it is True; the default, 0.5"),
        ("[segmenter]\npatience = 'quick'", "segmenter.patience", "it is 'quick'; allowed: eager, normal, patient"),
        ("[segmenter]\noff = 0.9", "segmenter.off", "at most `on`"),
        ("[persona]\nname = ' '", "persona.name", "any text that is not blank"),
        ("[persona]\nname = 7", "persona.name", "it is 7"),
        ("[store]\nkeep_days = 1.5", "store.keep_days", "it is 1.5"),
        ("[store]\nkeep_day = 1", "store.'keep_day'", "unknown"),
        ("[stores]", "'stores'", "unknown"),
        ("store = 3", "store", "no table"),
        ("[store]\nkeep_days = \nbackups = 2", "line 2 (keep_days)", "cannot be read"),
        ("[store]\nkeep_days = 5\nkeep_days = 6", "line 3 (keep_days)", "twice; the first"),
        ("[store]\n[persona]\n[store]", "line 3", "[store] is there twice"),
        ("[sto", "line 1", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(path, text, key, why):
    path.parent.mkdir()
    path.write_text(text)
    _, complaints = read(path)
    assert [each.key for each in complaints] == [key]
    assert why in str(complaints[0])
    assert str(path) in str(complaints[0])


def test_one_bad_field_takes_no_other_along(path):
    write(path, MINE)
    path.write_text(path.read_text().replace('"patient"', '"pat').replace("keep_days = 30", "keep_days = -1"))
    found, complaints = read(path)
    assert found.segmenter == replace(MINE.segmenter, patience="normal")
    assert found.persona == MINE.persona
    assert found.store == StoreSettings()
    assert {each.key for each in complaints} == {"line 4 (patience)", "store.keep_days"}


def test_a_damaged_file_is_put_aside_before_it_is_written_anew(path):
    path.parent.mkdir()
    path.write_text("[store]\nkeep_days = 'for ever'\n")
    write(path, MINE)
    assert read(path) == (MINE, ())
    (aside,) = path.parent.glob("settings.damaged-*.toml")
    assert aside.read_text() == "[store]\nkeep_days = 'for ever'\n"


def test_a_folder_in_its_place_is_said(path):
    path.mkdir(parents=True)
    found, complaints = read(path)
    assert found == Settings()
    assert "cannot be read" in str(complaints[0])


@pytest.mark.parametrize("seed", range(200))
def test_whatever_damage_it_is_read_and_every_loss_is_told(path, seed):
    """Two hundred random damages: cut, flipped, swapped, repeated, mixed with bytes that are no text."""
    write(path, MINE)
    chance = random.Random(seed)
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) or 1)
        kind = chance.randrange(5)
        if kind == 0:
            del data[at:]
        elif kind == 1 and data:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 2:
            data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 20)))
        elif kind == 3:
            data[at:at] = data[at : at + 40]
        else:
            del data[at : at + chance.randint(1, 10)]
    path.write_bytes(bytes(data))
    found, complaints = read(path)
    assert isinstance(found, Settings)
    if not complaints:
        tomllib.loads(data.decode())  # what is left is good TOML
        return
    assert all(each.key for each in complaints)
    write(path, found)
    assert read(path) == (found, ())
    (aside,) = path.parent.glob("settings.damaged-*.toml")
    assert aside.read_bytes() == bytes(data)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.text(alphabet="[]=\"'{}\n\t #.,0123456789-+eEinfatrusegmo_", max_size=200))
)
def test_any_bytes_are_read(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "settings.toml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    found, complaints = read(path)
    assert isinstance(found, Settings)
    for each in complaints:
        assert "\n" not in str(each)


def test_only_what_the_user_changed_is_written_over_their_file(path):
    """As when a pack cannot be loaded, the pocket pack holds in its stead, and something else is changed meanwhile."""
    theirs = Settings(models=ModelSettings(pack="/mnt/away", voice="mira"), persona=PersonaSettings("Ada"))
    write(path, theirs)
    wishes = Wishes(path, theirs)
    instead = replace(theirs, models=ModelSettings())
    wishes.note(SettingsUsed(instead, instead=True))
    assert read(path)[0] == theirs
    other = replace(instead, persona=PersonaSettings("Bo"))
    wishes.note(SettingsUsed(other))
    assert read(path)[0] == replace(theirs, persona=PersonaSettings("Bo"))
    wishes.note(SettingsUsed(replace(other, models=ModelSettings(pack="/packs/new"))))
    assert read(path)[0].models == ModelSettings(pack="/packs/new", voice="mira")


def test_what_held_already_in_the_stead_of_another_can_be_chosen(path):
    theirs = Settings(models=ModelSettings(pack="/mnt/away"), persona=PersonaSettings("Ada"))
    write(path, theirs)
    wishes = Wishes(path, theirs)
    instead = replace(theirs, models=ModelSettings())
    wishes.note(SettingsUsed(instead, instead=True))
    wishes.note(SettingsUsed(instead, chosen=("models.pack",)))
    assert read(path)[0] == instead
