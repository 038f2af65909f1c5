"""A room without hardware: a sound server of its own, virtual people in it, and a recording of both sides on one clock.

Whatever a person would perceive is measured on that recording, never told by the program that is measured.
"""
