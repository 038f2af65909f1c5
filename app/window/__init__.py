"""The window: Qt, and nothing else knows Qt. Values come in through one door, wishes go out through it."""
