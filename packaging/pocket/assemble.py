"""Put the pocket pack together: the voices' references, the demo's questions, the manifest with its hashes."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import soundfile
from speech import COMPANIONS, MANNERS, RATE, SPEAKERS, say

from models.pack import Pack, RoleSource, write_manifest
from models.voices import VoiceCard, write_voice_card

VOICES = {
    "ada": ("Ada", "a clear woman's voice", "slt (US English, female)"),
    "tom": ("Tom", "a calm man's voice", "rms (US English, male)"),
}
REFERENCE = ("I can talk with you, count, tell a joke, and remember your name.", "I am listening when you are ready.")
DEMO_SPEAKER = "u-awb"
DEMO = (
    "Hello, my name is Emma.",
    "How are you today?",
    "Tell me a joke.",
    "What is my name?",
    "What is two plus three?",
    "Thank you. Goodbye.",
)
LICENCE = "CMU flite licence (BSD-like); synthetic speech"
ROLES = {
    "transcriber": RoleSource("whisper-ctranslate2", "Apache-2.0", "whisper"),
    "chat": RoleSource("gguf", "Apache-2.0", "chat", template="pocket"),
    "voice": RoleSource("csm-original", "Apache-2.0", "csm"),
    "codec": RoleSource("mimi-moshi", "Apache-2.0", "mimi"),
    "turn": RoleSource("smart-turn-onnx", "Apache-2.0", "turn"),
}


def spoken(speaker: str, sentences: tuple[str, ...], seed: int, gap: float = 0.12) -> np.ndarray:
    """Return sentences in one speaker's plain manner with short gaps, float32 at 24 kHz."""
    parts = [say(SPEAKERS[speaker], MANNERS["plain"], text, seed + i)[0] for i, text in enumerate(sentences)]
    silence = np.zeros(int(gap * RATE), np.float32)
    return np.concatenate([piece for part in parts for piece in (part, silence)])


def voices(folder: Path) -> None:
    """Write one folder per companion voice: reference.wav and voice.toml."""
    for name in COMPANIONS:
        title, looks, origin = VOICES[name]
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        soundfile.write(target / "reference.wav", spoken(name, REFERENCE, 11), RATE, subtype="PCM_16")
        card = VoiceCard(
            name=name,
            title=title,
            transcript=" ".join(REFERENCE),
            origin="shipped",
            licence=LICENCE,
            consent="no person: the synthetic flite voice " + origin,
            description=looks,
            reference=target / "reference.wav",
        )
        write_voice_card(card)


def demo(folder: Path) -> None:
    """Write the demo conversation's questions as WAV, and what they say."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lines = []
    for i, text in enumerate(DEMO, 1):
        name = f"{i}-{'-'.join(text.lower().strip('.?').replace(',', '').replace('.', '').split()[:4])}.wav"
        quiet = np.zeros(RATE // 4, np.float32)
        samples = np.concatenate([quiet, spoken(DEMO_SPEAKER, (text,), 100 + i), quiet])
        soundfile.write(folder / name, samples, RATE, subtype="PCM_16")
        lines.append(f"- `{name}`: {text}")
    (folder / "README.md").write_text(
        "# The demo conversation\n\nQuestions for `sotto converse --demo`, spoken by flite's synthetic voice awb "
        f"(no person speaks here). Licence: {LICENCE}.\n\n" + "\n".join(lines) + "\n"
    )


def assemble(work: Path, out: Path, questions: Path) -> Pack:
    """Put the trained voice and codec beside what is in the pack already, write voices, demo and manifest."""
    for source, name in ((work / "voice" / "csm", "csm"), (work / "codec" / "mimi", "mimi")):
        shutil.copytree(source, out / name, dirs_exist_ok=True)
    voices(out / "voices")
    demo(questions)
    return write_manifest(
        out,
        name="pocket",
        title="Pocket pack",
        languages=("en",),
        roles=ROLES,
        voices={name: f"voices/{name}" for name in COMPANIONS},
        default_voice=next(iter(COMPANIONS)),
    )
