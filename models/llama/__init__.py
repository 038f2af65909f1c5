"""The chat model: GGUF files through llama.cpp, with our own templates, stop rules and a cache kept between turns."""

from models.llama.chat import Chat, Sampling
from models.llama.templates import FAMILIES

__all__ = ["FAMILIES", "Chat", "Sampling"]
