"""Recognisers that judge speech from outside, and the sets of texts that are spoken for it."""
