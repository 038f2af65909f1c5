"""Sesame's Conversational Speech Model, run by ourselves: streaming, with the whole talk in its cache."""

from models.csm.generate import Sampling
from models.csm.voice import CsmVoice, load_voice

__all__ = ["CsmVoice", "Sampling", "load_voice"]
