"""A whole pack of tiny random models in the real formats, so that every engine is real; only the recogniser learnt."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from models.pack import RoleSource, write_manifest
from models.voices import VoiceCard, write_voice_card

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
RECIPES = (TESTS / "models" / "tiny", TESTS / "models" / "csm", ROOT / "packaging" / "pocket")
ROLES = {
    "transcriber": RoleSource("whisper-ctranslate2", "Apache-2.0", "whisper"),
    "chat": RoleSource("gguf", "Apache-2.0", "chat", template="pocket"),
    "voice": RoleSource("csm-original", "Apache-2.0", "csm"),
    "codec": RoleSource("mimi-moshi", "Apache-2.0", "mimi"),
}


def make(folder: Path, work: Path, question: np.ndarray) -> Path:
    """Make the pack in `folder`; its recogniser knows one question, given at EAR_RATE."""
    sys.path[:0] = [str(path) for path in RECIPES if str(path) not in sys.path]
    import tiny_csm
    import tiny_llama
    import tiny_whisper

    folder.mkdir()
    for part in ("chat", "csm-all", "whisper"):
        (work / part).mkdir(parents=True)
    terse(tiny_llama.make(work / "chat"), tiny_llama)
    tokenizer = tiny_whisper.train_tokenizer(work / "whisper.json")
    model = tiny_whisper.random_model(tokenizer)
    tiny_whisper.learn(model, tokenizer, [(question, "hello there how are you")], steps=40)
    tiny_whisper.convert(model, work / "whisper.json", folder / "whisper", quantization="float32")
    (folder / "chat").mkdir()
    shutil.copy(work / "chat" / "tiny.gguf", folder / "chat")
    tiny = tiny_csm.make_tiny(work / "csm-all", 8, seed=1, max_positions=2048)
    shutil.copytree(tiny.original, folder / "csm")
    shutil.copytree(tiny.codec, folder / "mimi")
    voice(folder / "voices" / "ada")
    write_manifest(
        folder, name="tiny", title="Tiny pack", languages=("en",), roles=ROLES,
        voices={"ada": "voices/ada"}, default_voice="ada",
    )  # fmt: skip
    return folder


def terse(llama: Any, tiny_llama: Any) -> None:
    """Make the chat model end its replies soon: every word costs the voice time."""
    llama.model.lm_head.weight.data[llama.tokenizer.token_to_id("<|end|>")] *= 2
    tiny_llama.export(llama.model, llama.gguf.parent)


def voice(folder: Path) -> None:
    """Write a voice that hums."""
    folder.mkdir(parents=True)
    hum = 0.2 * np.sin(np.arange(24_000) * 0.05)
    soundfile.write(folder / "reference.wav", hum, 24_000, subtype="PCM_16")
    about = ("shipped", "Apache-2.0", "no person", "a hum", folder / "reference.wav")
    write_voice_card(VoiceCard("ada", "Ada", "I hum a little.", *about))
