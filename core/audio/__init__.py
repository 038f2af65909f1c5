"""Microphone and loudspeaker of this computer, in a process of their own.

`link` is the engine's side; `child` is what the audio process runs. Only what the child imports knows a sound card.
"""
