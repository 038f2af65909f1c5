"""Whether a sound beside the companion's own voice is taken for the begin of what a person says. Pure.

Most who interrupt begin so, and a reply that is soft a moment for nothing is not missed. But somebody may be typing:
each alarm that no speech follows keeps the next from being believed, for longer and longer.
"""

from __future__ import annotations

FLICKER = 8  # frames of 32 ms for which a sound may be gone, and
FOLLOWS = 13  # within which speech must follow
INSISTS = 6  # more frames with it than twice those without: it goes on, as no key or click does
FIRST_DOUBT, MOST_DOUBT = 48, 2000  # frames for which no alarm is believed: 1.5 s, a minute


class Alarm:
    """Follows the frames one by one."""

    def __init__(self) -> None:
        self.lasts = 0  # frames of the alarm that is on; 0 when it is off
        self._goes_on = 0  # up to INSISTS
        self._still = self._doubted = 0
        self._doubt = FIRST_DOUBT
        self._founded = False

    @property
    def insists(self) -> bool:
        """Whether the sound has gone on for so long that nobody would talk over it, speech or not."""
        return self._goes_on >= INSISTS

    def feed(self, sound: bool, speech: bool) -> bool:
        """Take what the next frame holds; tell whether the alarm is on."""
        self._doubted -= self._doubted > 0
        if not self.lasts and (self._doubted or not sound):
            return False
        self.lasts, self._still = self.lasts + 1, 0 if sound else self._still + 1
        self._goes_on = min(self._goes_on + 1, INSISTS) if sound else max(self._goes_on - 2, 0)
        self._founded |= speech
        if self._still >= FLICKER or (self.lasts >= FOLLOWS and not self._founded):
            self._end()
        return self.lasts > 0

    def _end(self) -> None:
        if self._founded:
            self._doubt = FIRST_DOUBT
        else:
            self._doubted, self._doubt = self._doubt, min(2 * self._doubt, MOST_DOUBT)
        self.lasts, self._goes_on, self._founded = 0, 0, False
