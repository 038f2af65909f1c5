"""How the companion is, in one word: what is shown, drawn and read out is derived from this alone."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate


class Mood(Enum):
    """What one look should tell."""

    WAKING = "waking"
    RECOVERING = "recovering"
    PAUSED = "paused"
    MUTED = "muted"
    DEAF = "deaf"
    LISTENING = "listening"
    HEARING = "hearing"
    THINKING = "thinking"
    SPEAKING = "speaking"
    STOPPED = "stopped"


def word(mood: Mood) -> str:
    """Return the one word."""
    return {
        Mood.WAKING: translate("Mood", "Waking up"),
        Mood.RECOVERING: translate("Mood", "Recovering"),
        Mood.PAUSED: translate("Mood", "Paused"),
        Mood.MUTED: translate("Mood", "Muted"),
        Mood.DEAF: translate("Mood", "No microphone"),
        Mood.LISTENING: translate("Mood", "Listening"),
        Mood.HEARING: translate("Mood", "Hearing you"),
        Mood.THINKING: translate("Mood", "Thinking"),
        Mood.SPEAKING: translate("Mood", "Speaking"),
        Mood.STOPPED: translate("Mood", "Stopped"),
    }[mood]


def hint(mood: Mood, mode: str) -> str:
    """Return what the user can do now, in one short sentence."""
    if mood is Mood.LISTENING and mode == "push":
        return translate("Mood", "Hold Talk while you speak.")
    if mood is Mood.LISTENING and mode == "tap":
        return translate("Mood", "Tap Talk, speak, and tap it again.")
    return {
        Mood.WAKING: translate("Mood", "The models are being loaded. You can type already."),
        Mood.RECOVERING: translate(
            "Mood", "Something stopped and is being started again. Nothing that was said is lost."
        ),
        Mood.PAUSED: translate("Mood", "The microphone is closed. Press Talk, or type."),
        Mood.MUTED: translate("Mood", "Nothing is heard until you unmute."),
        Mood.DEAF: translate("Mood", "You can type. A microphone that is plugged in is taken by itself."),
        Mood.LISTENING: translate("Mood", "Just speak."),
        Mood.SPEAKING: translate("Mood", "Speak, or press Stop, to interrupt."),
        Mood.STOPPED: translate("Mood", "It would not stay up. Past conversations can be read."),
    }.get(mood, "")
