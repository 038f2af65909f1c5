"""From the catalogue to speech: tiny checkpoints, written by the libraries that publish the real ones, downloaded,
verified, assembled and loaded, one test for each model family."""

from __future__ import annotations

import errno
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app import compose
from core.types import Message
from models.catalog import load_catalog
from models.downloads import Patience, Web
from models.library import Library
from models.pack import open_pack
from tests.app.tiny_pack import RECIPES, voice
from tests.models.downloads.naughty import Server, publish, serving

BOOKS = 8
MODEL = """
[models.{name}]
role = "{role}"
title = "{name}"
format = "{format}"
licence = "Apache-2.0"
languages = ["en"]
speed = "fast"
memory_mb = {{ gpu = 1, cpu = 1 }}
sources = [{{ repository = "lab/{name}" }}]
pattern = '.*\\.(json|safetensors|bin|gguf|txt)'
about = 1_000_000
{more}
"""
PROFILE = """
[profiles.{name}]
title = "{name}"
memory_mb = {{ gpu = 0, cpu = 4000 }}
context = 512
on_gpu = []
models = {{ transcriber = "ear", chat = "mind", voice = "{voice}", codec = "{codec}" }}
"""
MODELS = (
    ("ear", "transcriber", "whisper-ctranslate2", ""),
    ("mind", "chat", "gguf", 'template = "pocket"\nparameters_b = 0.1\nlayers = 2\ntoken_bytes = 64'),
    ("mouth", "voice", "csm-original", 'tokenizer = "spelling"'),
    ("mouth-transformers", "voice", "csm-transformers", ""),
    ("codec", "codec", "mimi-moshi", ""),
    ("codec-transformers", "codec", "mimi-transformers", ""),
    ("spelling", "tokenizer", "tokenizer-json", ""),
)
PROFILES = (("original", "mouth", "codec"), ("transformers", "mouth-transformers", "codec-transformers"))
HASTY = Patience(stall_s=5, tries=2, pause_s=0.01)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write each family as its library writes it, in a folder named as its repository."""
    work, out = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("published")
    sys.path[:0] = [str(path) for path in RECIPES if str(path) not in sys.path]
    import tiny_csm
    import tiny_llama
    import tiny_whisper

    for part in ("whisper", "llama", "csm"):
        (work / part).mkdir()
    shutil.copytree(tiny_whisper.make(work / "whisper"), out / "ear")
    (out / "mind").mkdir()
    shutil.copy(tiny_llama.make(work / "llama").gguf, out / "mind")
    tiny = tiny_csm.make_tiny(work / "csm", BOOKS, seed=1, max_positions=1024)
    shutil.copytree(tiny.original, out / "mouth")
    (out / "spelling").mkdir()
    shutil.move(out / "mouth" / "tokenizer.json", out / "spelling")
    tiny.oracle.save_pretrained(out / "mouth-transformers", max_shard_size="200KB")
    shutil.copy(tiny.transformers / "tokenizer.json", out / "mouth-transformers")
    shutil.copytree(tiny.codec, out / "codec")
    tiny.oracle.codec_model.save_pretrained(out / "codec-transformers")
    # The sizes of a codec that is not the published one are told by moshi's keys.
    (out / "codec-transformers" / "config.json").write_text(json.dumps(tiny_csm.tiny_codec_sizes(BOOKS)))
    for folder in out.iterdir():
        (folder / "ckpt.pt").write_bytes(b"a pickle that nobody fetches")
    return out


@pytest.fixture(scope="module")
def server(published: Path) -> Iterator[Server]:
    with serving() as running:
        for folder in published.iterdir():
            publish(running, f"lab/{folder.name}", folder)
        yield running


@pytest.fixture(scope="module")
def kept(published: Path, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return a library that got both profiles."""
    folder = tmp_path_factory.mktemp("library")
    catalog = "".join(MODEL.format(name=n, role=r, format=f, more=m) for n, r, f, m in MODELS)
    catalog += "".join(PROFILE.format(name=n, voice=v, codec=c) for n, v, c in PROFILES)
    (folder / "catalog").mkdir()
    (folder / "catalog" / "tiny.toml").write_text(catalog)
    voice(folder / "hum")
    library = Library(
        folder / "data", catalog=load_catalog(folder / "catalog"), voices={"ada": folder / "hum"}, spare=0
    )
    for name, *_ in PROFILES:
        steps = list(library.get(name, Web(server.url), patience=HASTY))
        assert steps[-1].phase == "assembling"
        assert all(step.share <= 1 for step in steps)
    return library


def test_only_what_is_asked_for_is_fetched_and_the_second_pack_shares_it(kept: Library, server: Server) -> None:
    paths = [asked.path for asked in server.asked]
    assert not any(path.endswith(".pt") for path in paths)
    assert len([path for path in paths if path.endswith("model.bin")]) == 1
    one, two = (kept.pack(name) / "whisper" / "model.bin" for name, *_ in PROFILES)
    assert one.stat().st_ino == two.stat().st_ino == (kept.shelf.place("ear") / "model.bin").stat().st_ino
    assert [each.name for each in kept.installed()] == ["original", "transformers"]


def test_whisper_by_ctranslate2(kept: Library) -> None:
    pack = open_pack(kept.pack("original"))
    heard = compose.load_transcriber(pack, 1)(np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32))
    assert isinstance(heard.text, str)
    assert heard.language == "en"


def test_llama_by_gguf(kept: Library) -> None:
    from models.llama import Chat, Sampling

    pack = open_pack(kept.pack("original"))
    chat = Chat(pack.chat.only(".gguf"), template=pack.chat.template, sampling=Sampling(max_tokens=8))
    assert "".join(chat([Message("user", "Hello there")], 0))
    chat.close()


@pytest.mark.parametrize("profile", [name for name, *_ in PROFILES])
def test_the_voice_in_both_layouts_speaks(kept: Library, profile: str) -> None:
    pack = open_pack(kept.pack(profile))
    if profile == "transformers":
        assert len(list(pack.voice.folder.glob("*.safetensors"))) > 1
    frames = list(spoken(pack, "hello there"))
    sound = np.concatenate([frame.samples for frame in frames])
    assert len(frames) >= 1
    assert np.isfinite(sound).all()
    assert sound.any()


def spoken(pack: object, text: str):
    from models.csm import load_voice

    speaking = load_voice(pack.voice.folder, pack.codec.folder)  # type: ignore[attr-defined]
    card = compose.load_voice_card(pack.voices["ada"].folder)  # type: ignore[attr-defined]
    return speaking.speak([compose.reference(card, speaking)], text, 0)


@pytest.mark.parametrize("role", ["codec", "voice"])
def test_both_layouts_are_the_same_model(kept: Library, role: str) -> None:
    """The same weights in either layout say the same; the codecs here are two different ones, the voice is one."""
    import torch

    from models.csm.checkpoint import Checkpoint
    from models.csm.codec import load_codec

    one, two = (open_pack(kept.pack(name)) for name, *_ in PROFILES)
    if role == "voice":
        ours, theirs = Checkpoint(one.voice.folder), Checkpoint(two.voice.folder)
        for name in ("projection.weight", "backbone.layers.0.attn.q_proj.weight"):
            assert torch.equal(ours[name], theirs[name])
    else:
        for pack in (one, two):
            codec = load_codec(pack.codec.folder, BOOKS, torch.device("cpu"))
            assert codec.encoder(np.zeros(1920 * 2, np.float32)).shape == (2, BOOKS)


def test_the_command_speaks_with_a_pack_by_its_name(kept: Library, sotto, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SOTTO_DATA", str(kept.folder.parent))
    code, _, error = sotto("say", "hello there", "--pack", "original", "--out", tmp_path / "said.wav")
    assert (code, error) == (0, "")
    sound, rate = soundfile.read(tmp_path / "said.wav")
    assert rate == 24_000
    assert np.abs(sound).max() > 0
    kept.use("transformers")
    assert compose.choose(None, None).pack.name == "transformers"
    kept.use("")
    assert compose.choose(None, None).pack.name == "pocket"


def test_a_file_that_is_damaged_afterwards_never_reaches_a_parser(
    kept: Library, server: Server, tmp_path: Path
) -> None:
    shutil.copytree(kept.pack("original"), tmp_path / "pack")
    victim = tmp_path / "pack" / "csm" / "model.safetensors"
    raw = bytearray(victim.read_bytes())
    raw[-5] ^= 4
    victim.write_bytes(raw)
    with pytest.raises(Exception, match="SHA-256 differs"):
        compose.choose(tmp_path / "pack", None)


def away(own: Library, disk: Path) -> None:
    """Move to what passes for another disk: first stopped half way, then to the end."""

    def rename(*_: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    before = space(own.folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "rename", rename)
        steps = own.move(disk)
        for _ in range(5):
            next(steps)
        steps.close()  # type: ignore[attr-defined]
        assert own.folder != disk
        assert space(own.folder) == before
        list(own.move(disk))
    assert own.folder == disk
    assert space(disk) == before, "packs share their files with models, as before"


def space(folder: Path) -> int:
    """Return the bytes that a folder's files take."""
    files = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return sum({each.st_ino: each.st_size for each in files}.values())


def test_removing_a_pack_deletes_only_what_no_other_has(kept: Library, server: Server, tmp_path: Path) -> None:
    own = Library(tmp_path / "data", catalog=kept.catalog, spare=0)
    for name, *_ in PROFILES:
        list(own.get(name, Web(server.url), patience=HASTY))
    list(own.move(tmp_path / "elsewhere"))
    assert own.folder == tmp_path / "elsewhere"
    away(own, tmp_path / "disk")
    assert not (tmp_path / "data" / "models").exists()
    own.remove("original")
    assert {each.model for each in own.kept()} == {"ear", "mind", "mouth-transformers", "codec-transformers"}
    open_pack(own.pack("transformers"))
    own.remove("transformers")
    assert own.kept() == own.installed() == []
